#include "support/error_of.hpp"

#include <bulkwriter/auth/azure_shared_key.hpp>
#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/detail/azure_answer.hpp>
#include <bulkwriter/storage/object_output.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <functional>

#include "scripted_server.hpp"

namespace bw = bulkwriter;
namespace auth = bulkwriter::auth;
namespace detail = bw::storage::detail;
using bw::errc;
using request = scripted_server::request;

namespace {

std::string const key = "c2VjcmV0LWtleS1vZi1hbi1hY2NvdW50";
std::string const sas = "sv=2021-12-02&se=2020-01-01T00%3A00%3A00Z&sr=c&sp=rcwl&sig=c2lnbmF0dXJl%2B%2F%3D";

bw::azure_connect_param param_of(scripted_server const& server, std::string const& credential = key) {
  return {
      .account_url = server.endpoint() + "/acc",
      .credential = credential,
      .container_name = "container",
      .retry = {
          .max_attempts = 4, .base_delay = std::chrono::milliseconds(1), .max_delay = std::chrono::milliseconds(3)}};
}

std::vector<std::pair<std::string, std::string>> const stored = {{"ETag", "\"0x8D\""}, {"x-ms-request-id", "r-1"}};

std::string refusal(int status, std::string const& code, std::string const& more = {}) {
  return http_answer(status,
                     "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>about " + code +
                         "\nRequestId:r-2</Message>" + more + "</Error>",
                     {{"x-ms-error-code", code}, {"x-ms-request-id", "r-2"}});
}
// As HEAD is answered.
std::string bare_refusal(int status, std::string const& code,
                         std::vector<std::pair<std::string, std::string>> headers = {}) {
  headers.emplace_back("x-ms-error-code", code);
  return http_answer(status, "", headers);
}

std::string block_list(std::vector<std::string> const& committed, std::vector<std::string> const& uncommitted) {
  auto const blocks = [](std::vector<std::string> const& ids) {
    std::string out;
    for (auto const& id : ids) out += "<Block><Name>" + id + "</Name><Size>5</Size></Block>";
    return out;
  };
  return http_answer(200,
                     "<BlockList><CommittedBlocks>" + blocks(committed) + "</CommittedBlocks><UncommittedBlocks>" +
                         blocks(uncommitted) + "</UncommittedBlocks></BlockList>",
                     {{"ETag", "\"0x9\""}});
}

std::span<std::byte const> bytes(std::string_view text) { return auth::as_bytes(text); }
bool holds(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }
bool is(request const& r, std::string const& method, std::string const& query = {}) {
  return r.method == method && (query.empty() || holds(r.target, query));
}

// What a store does with what it has received.
bool is_signed(request const& r) {
  auth::azure_request received = {.method = r.method, .target = r.target, .content_length = r.body.size()};
  for (auto const& [name, value] : r.headers)
    if (name != "authorization") received.headers.push_back({name, value});
  return r.headers.at("authorization") == auth::azure_shared_key_sign(received, "acc", key).authorization.value;
}

std::string const upload = "6b076c120011223344556677";
std::string const digest_1(32, '1'), digest_2(32, '2');
std::vector<bw::uploaded_part> const two_parts = {{.number = 1, .etag = digest_1, .size = 5},
                                                  {.number = 2, .etag = digest_2, .size = 3}};
std::string id_of(int number, std::string const& digest, std::string const& of = upload) {
  return detail::azure_block_name{.upload_id = of, .number = number, .digest = digest}.id();
}
std::vector<std::string> const two_ids = {id_of(1, digest_1), id_of(2, digest_2)};

}  // namespace

TEST_CASE("azure: a put as it goes over the wire") {
  scripted_server server([](request const&) { return http_answer(201, "", stored); });
  bw::object_store store = param_of(server);
  auto const got = store.put("a b/\xc3\xa9+1", bytes("hello"));
  CHECK(got.etag == "0x8D");
  CHECK(got.size == 5);
  store.put("empty", {});
  auto const seen = server.seen();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].method == "PUT");
  CHECK(seen[0].target == "/acc/container/a%20b/%C3%A9%2B1");
  CHECK(seen[0].body == "hello");
  CHECK(seen[0].headers.at("x-ms-blob-type") == "BlockBlob");
  CHECK(seen[0].headers.at("x-ms-version") == "2021-12-02");
  CHECK(seen[0].headers.count("if-none-match") == 0);
  CHECK(is_signed(seen[0]));
  CHECK(seen[1].headers.at("content-length") == "0");
  CHECK(is_signed(seen[1]));
}

TEST_CASE("azure: a signature stands behind the query as it was given, without another") {
  scripted_server server([](request const& r) {
    return r.method == "GET" ? http_answer(200, "<EnumerationResults/>") : http_answer(201, "", stored);
  });
  bw::object_store store = param_of(server, '?' + sas);
  store.put("k", bytes("x"));
  store.list("a&b");
  auto const seen = server.seen();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].target == "/acc/container/k?" + sas);
  CHECK(seen[1].target == "/acc/container?restype=container&comp=list&prefix=a%26b&" + sas);
  for (auto const& r : seen) CHECK(r.headers.count("authorization") == 0);
}

TEST_CASE("azure: passing troubles are tried again, each time signed anew; others are not") {
  struct {
    std::string answer;
    int requests;
  } const cases[] = {{refusal(503, "ServerBusy"), 4},
                     {refusal(500, "InternalError"), 4},
                     {refusal(500, "OperationTimedOut"), 4},
                     {refusal(400, "Md5Mismatch"), 4},
                     {http_answer(429, ""), 4},
                     {http_answer(502, "<html>"), 4},
                     {std::string(), 4},
                     {refusal(403, "AuthorizationFailure"), 1},
                     {refusal(400, "InvalidHeaderValue"), 1},
                     {refusal(409, "BlobAlreadyExists"), 1},
                     {refusal(404, "ContainerNotFound"), 1}};
  for (auto const& c : cases) {
    scripted_server server([&](request const&) { return c.answer; });
    bw::object_store store = param_of(server);
    CHECK_FALSE(store.try_put("k", bytes("x")));
    auto const seen = server.seen();
    // A connection that closes without an answer is tried once more, unseen, if it had been used before.
    CHECK(static_cast<int>(seen.size()) == c.requests);
    for (auto const& r : seen) CHECK(is_signed(r));
  }
}

TEST_CASE("azure: refusals name container and key, Azure's words and the request, and no secret") {
  scripted_server server([](request const&) {
    return refusal(403, "AuthenticationFailed",
                   "<AuthenticationErrorDetail>The MAC signature found in the HTTP request 'SIGNED' is not the same; "
                   "string to sign: 'GET secret'</AuthenticationErrorDetail>");
  });
  bw::object_store store = param_of(server);
  auto const got = store.try_put("a/b", bytes("x"));
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::access_denied);
  CHECK(got.error().http_status == 403);
  CHECK(got.error().server_error == "AuthenticationFailed");
  CHECK(got.error().message == "cannot put 'a/b' in container 'container' at " + server.endpoint() +
                                   "/acc: HTTP 403 AuthenticationFailed: about AuthenticationFailed (is the account "
                                   "key that of account 'acc'?) (request r-2)");
}

TEST_CASE("azure: what a server repeats of a signature does not travel on; an expired one is told") {
  scripted_server server([](request const& r) {
    return http_answer(
        403, "<Error><Code>AuthenticationFailed</Code><Message>of " + r.target + " c2lnbmF0dXJl+/=</Message></Error>");
  });
  bw::object_store store = param_of(server, sas);
  auto const got = store.try_put("k", bytes("x"));
  REQUIRE_FALSE(got);
  CHECK(holds(got.error().message, "expired at 2020-01-01T00:00:00Z"));
  CHECK_FALSE(holds(got.error().message, "c2lnbmF0dXJl"));
  scripted_server page([](request const& r) { return http_answer(404, "<html>" + r.target + "</html>"); });
  auto const foreign = bw::open_store(param_of(page, sas)).try_put("k", bytes("x"));
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().code == errc::storage_error);
  CHECK(holds(foreign.error().message, "does not look like Azure"));
  CHECK_FALSE(holds(foreign.error().message, "c2lnbmF0dXJl"));
}

TEST_CASE("azure: unequal names of blocks are another client's: the error says so") {
  scripted_server server([](request const&) { return refusal(400, "InvalidBlobOrBlock"); });
  bw::object_store store = param_of(server);
  auto const got = store.backend().put_part("k", upload, 1, bytes("x"), {});
  REQUIRE_FALSE(got);
  CHECK(got.error().code == errc::storage_error);
  CHECK(holds(got.error().message, "another client's uncommitted blocks"));
  CHECK_FALSE(got.error().may_have_happened);
}

TEST_CASE("azure: a success that is not Azure's is none") {
  scripted_server server([](request const&) { return http_answer(201, ""); });
  bw::object_store store = param_of(server);
  CHECK(error_of(store.try_put("k", bytes("x"))).code == errc::invalid_response);
  CHECK(error_of(store.backend().put_part("k", upload, 1, bytes("x"), {})).code == errc::invalid_response);
  CHECK(error_of(store.backend().complete_multipart("k", upload, two_parts)).code == errc::invalid_response);
}

TEST_CASE("azure: bounds of one request, and ids that are none of an upload") {
  scripted_server server([](request const&) { return http_answer(201, "", stored); });
  bw::object_store store = param_of(server);
  std::byte const one = {};
  // Only the sizes are looked at.
  std::span<std::byte const> const large(&one, (std::size_t{5000} << 20) + 1),
      block(&one, (std::size_t{4000} << 20) + 1);
  CHECK(error_of(store.try_put("k", large)).code == errc::invalid_option);
  CHECK(error_of(store.try_put_if_absent("k", large)).code == errc::invalid_option);
  auto& backend = store.backend();
  CHECK(error_of(backend.put_part("k", upload, 1, block, {})).code == errc::invalid_option);
  CHECK(error_of(backend.put_part("k", upload, 0, bytes("x"), {})).code == errc::invalid_option);
  CHECK(error_of(backend.put_part("k", upload, 50'001, bytes("x"), {})).code == errc::invalid_option);
  CHECK(error_of(backend.put_part("k", "../x", 1, bytes("x"), {})).code == errc::no_such_key);
  CHECK(error_of(backend.complete_multipart("k", "of-another-store", two_parts)).code == errc::no_such_key);
  CHECK(backend.abort_multipart("k", "of-another-store").has_value());
  CHECK(backend.max_parts() == 50'000);
  CHECK(backend.min_part_size() == 1);
  CHECK(server.seen().empty());
}

TEST_CASE("azure: an upload in parts as it goes over the wire") {
  scripted_server server([](request const&) { return http_answer(201, "", stored); });
  bw::object_store store = param_of(server);
  auto& backend = store.backend();
  auto const id = backend.create_multipart("k").value();
  CHECK(id != backend.create_multipart("k").value());
  CHECK(server.seen().empty());  // the first block makes it
  std::vector<bw::uploaded_part> parts;
  for (int const number : {1, 10})
    parts.push_back(backend.put_part("k", id, number, bytes("part " + std::to_string(number)), {}).value());
  CHECK(backend.complete_multipart("k", id, parts).value().size == 13);
  auto const seen = server.seen();
  REQUIRE(seen.size() == 3);
  std::vector<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    auto const& r = seen[static_cast<std::size_t>(i)];
    ids.push_back(id_of(i == 0 ? 1 : 10, backend.part_etag(bytes(r.body)), id));
    CHECK(r.method == "PUT");
    CHECK(r.target == "/acc/container/k?comp=block&blockid=" + auth::percent_encode(ids.back()));
    CHECK(is_signed(r));
  }
  CHECK(seen[2].method == "PUT");
  CHECK(seen[2].target == "/acc/container/k?comp=blocklist");
  CHECK(seen[2].body == detail::write_azure_block_list(ids));
  CHECK(is_signed(seen[2]));
}

TEST_CASE("azure: a block list whose answer is lost is sent again") {
  std::atomic<int> count = 0;
  scripted_server server([&](request const&) { return ++count == 1 ? std::string() : http_answer(201, "", stored); });
  bw::object_store store = param_of(server);
  CHECK(store.backend().complete_multipart("k", upload, two_parts).value().etag == "0x8D");
  CHECK(count == 2);
}

TEST_CASE("azure: where it stays unknown, the blocks of the blob tell whose it is") {
  struct {
    std::string first, committed;
    bool done;
    errc code;
    bool open;
  } const cases[] = {
      {"", block_list(two_ids, {}), true, {}, false},
      {refusal(500, "InternalError"), block_list(two_ids, {}), true, {}, false},
      {refusal(400, "InvalidBlockList"), block_list(two_ids, {}), true, {}, false},
      // another upload's blob, though of the same number of blocks and size
      {"", block_list({id_of(1, digest_1, std::string(24, 'a')), id_of(2, digest_2, std::string(24, 'a'))}, {}), false,
       errc::outcome_unknown, true},
      {refusal(400, "InvalidBlockList"), block_list({id_of(1, digest_1)}, {}), false, errc::no_such_key, false},
      {refusal(400, "InvalidBlockList"), refusal(404, "BlobNotFound"), false, errc::no_such_key, false},
      {refusal(500, "InternalError"), refusal(404, "BlobNotFound"), false, errc::storage_error, true},
      {refusal(403, "AuthorizationFailure"), block_list(two_ids, {}), false, errc::access_denied, false}};
  for (auto const& c : cases) {
    scripted_server server(
        [&](request const& r) { return is(r, "GET", "blocklisttype=committed") ? c.committed : c.first; });
    bw::object_store store = param_of(server);
    auto const got = store.backend().complete_multipart("k", upload, two_parts);
    CAPTURE(c.first);
    CHECK(got.has_value() == c.done);
    if (got) {
      CHECK(got->size == 8);
      CHECK(got->etag == "0x9");
    } else {
      CHECK(got.error().code == c.code);
      CHECK(got.error().may_have_happened == c.open);
    }
  }
}

TEST_CASE("azure: an abort removes what is only this upload's, and nothing else") {
  std::string const date = "Wed, 25 Nov 2026 12:00:00 GMT";
  auto const absent = bare_refusal(404, "BlobNotFound", {{"Date", date}});
  std::string const foreign = auth::base64_encode(bytes(std::string(63, 'x')));
  struct {
    std::string blocks, head, removed;
    bool deletes, done;
  } const cases[] = {{block_list({}, two_ids), absent, http_answer(202), true, true},
                     {block_list({}, two_ids), absent, refusal(404, "BlobNotFound"), true, true},
                     {block_list({}, two_ids), absent, refusal(403, "AuthorizationPermissionMismatch"), true, true},
                     {block_list({}, two_ids), absent, refusal(409, "LeaseIdMissing"), true, false},
                     // a blob that was put in one request has no committed blocks, and is one all the same
                     {block_list({}, two_ids), http_answer(200, "", {{"Content-Length", "0"}}), "", false, true},
                     {block_list({}, two_ids), bare_refusal(403, "AuthorizationFailure"), "", false, true},
                     {block_list({}, {two_ids[0], foreign}), absent, "", false, true},
                     {block_list({}, {two_ids[0], id_of(1, digest_1, std::string(24, 'a'))}), absent, "", false, true},
                     {block_list({}, {foreign}), absent, "", false, true},
                     {block_list({}, {}), absent, "", false, true},
                     {refusal(404, "BlobNotFound"), absent, "", false, true},
                     {refusal(404, "ContainerNotFound"), absent, "", false, true},
                     {refusal(403, "AuthorizationFailure"), absent, "", false, true},
                     // a credential that has expired: somebody else's can do it
                     {refusal(403, "AuthenticationFailed"), absent, "", false, false},
                     {refusal(401, "InvalidAuthenticationInfo"), absent, "", false, false},
                     {refusal(500, "InternalError"), absent, "", false, false},
                     {http_answer(404, "<html>"), absent, "", false, false}};
  for (auto const& c : cases) {
    scripted_server server([&](request const& r) {
      return is(r, "GET", "comp=blocklist&blocklisttype=uncommitted") ? c.blocks
             : r.method == "HEAD"                                     ? c.head
                                                                      : c.removed;
    });
    bw::object_store store = param_of(server);
    auto const got = store.backend().abort_multipart("k", upload);
    CAPTURE(c.blocks);
    CHECK(got.has_value() == c.done);
    if (!got) CHECK(holds(got.error().message, upload));
    int deletes = 0;
    for (auto const& r : server.seen()) {
      if (r.method != "DELETE") continue;
      ++deletes;
      CHECK(r.target == "/acc/container/k");
      CHECK(r.headers.at("if-unmodified-since") == "Wed, 25 Nov 2026 11:59:59 GMT");
    }
    CHECK((deletes != 0) == c.deletes);
  }
}

TEST_CASE("azure: a blob that is committed between an abort's question and its deletion stays") {
  std::atomic<int> asked = 0;
  scripted_server server([&](request const& r) {
    if (r.method == "DELETE") return refusal(412, "ConditionNotMet");
    if (r.method == "HEAD") return bare_refusal(404, "BlobNotFound", {{"Date", "Wed, 25 Nov 2026 12:00:00 GMT"}});
    return ++asked == 1 ? block_list({}, two_ids) : block_list({"QUFB"}, {});
  });
  bw::object_store store = param_of(server);
  CHECK(store.backend().abort_multipart("k", upload).has_value());
  CHECK(asked == 2);
}

TEST_CASE("azure: the last of several uploads of one key to be aborted takes the others' blocks with it") {
  std::string const other(24, 'b');
  std::atomic<bool> removed = false;
  scripted_server server([&](request const& r) {
    if (r.method == "HEAD") return bare_refusal(404, "BlobNotFound", {{"Date", "Wed, 25 Nov 2026 12:00:00 GMT"}});
    if (r.method == "DELETE") {
      removed = true;
      return http_answer(202);
    }
    return block_list({}, {id_of(1, digest_1), id_of(1, digest_2, other)});
  });
  bw::object_store store = param_of(server);
  CHECK(store.backend().abort_multipart("k", upload).has_value());
  CHECK_FALSE(removed);
  CHECK(store.backend().abort_multipart("k", other).has_value());
  CHECK(removed);
}

TEST_CASE("azure: an upload of which nothing can have arrived is aborted without a question") {
  scripted_server server([](request const&) { return refusal(403, "AuthorizationFailure"); });
  bw::object_store store = param_of(server);
  auto const id = store.backend().create_multipart("k").value();
  CHECK_FALSE(store.backend().put_part("k", id, 1, bytes("x"), {}));
  CHECK(server.seen().size() == 1);
  CHECK(store.backend().abort_multipart("k", id).has_value());
  CHECK(server.seen().size() == 1);
}

TEST_CASE("azure: unfinished uploads and their parts") {
  std::string const other = "6b076c130011223344556677";
  scripted_server server([&](request const& r) {
    if (is(r, "GET", "comp=list")) {
      CHECK(holds(r.target, "include=uncommittedblobs"));
      auto const blob = [](std::string const& name, int size) {
        return "<Blob><Name>" + name + "</Name><Properties><Content-Length>" + std::to_string(size) +
               "</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>";
      };
      return http_answer(200, "<EnumerationResults><Blobs>" + blob("k", 5) + blob("k/a", 0) + blob("k/b", 7) +
                                  blob("k/c", 0) + "</Blobs></EnumerationResults>");
    }
    if (holds(r.target, "/k?")) return block_list({"QUFB"}, {id_of(3, digest_1)});
    if (holds(r.target, "/k/a?"))
      return block_list(
          {}, {id_of(2, digest_2), id_of(1, digest_1), "QUFB", id_of(1, digest_1, other), id_of(2, digest_1)});
    return refusal(404, "BlobNotFound");  // removed meanwhile
  });
  bw::object_store store = param_of(server);
  auto const found = store.list_uploads("k");
  REQUIRE(found.size() == 3);
  CHECK(found[0].key == "k");  // over a blob, and asked for by its whole name
  CHECK(found[1].key == "k/a");
  CHECK(found[1].upload_id == upload);
  CHECK(found[1].initiated == std::chrono::system_clock::time_point(std::chrono::seconds(0x6b076c12)));
  CHECK(found[2].upload_id == other);
  for (auto const& r : server.seen()) CHECK_FALSE(holds(r.target, "/k/b"));
  CHECK(store.list_uploads("k/").size() == 2);
  auto const parts = store.backend().list_parts("k/a", upload).value();
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].number == 1);
  CHECK(parts[0].etag == digest_1);
  CHECK(parts[0].size == 5);
  // Two contents of one part: which of them is right its MD5 tells.
  CHECK(parts[1].number == 2);
  CHECK(parts[1].etag == digest_2);
  CHECK(parts[2].number == 2);
  CHECK(parts[2].etag == digest_1);
  CHECK(store.backend().list_parts("k/c", upload).value().empty());
}

TEST_CASE("azure: all pages of a listing; one that comes for ever is refused") {
  scripted_server server([](request const& r) {
    std::string const marker = holds(r.target, "marker=a%26b") ? "" : "<NextMarker>a&amp;b</NextMarker>";
    return http_answer(
        200, "<EnumerationResults><Blobs><Blob><Name>n</Name></Blob></Blobs>" + marker + "</EnumerationResults>");
  });
  bw::object_store store = param_of(server);
  CHECK(store.list("p").size() == 2);
  CHECK(is_signed(server.seen().at(1)));
  int pages = 0;
  scripted_server endless([&](request const&) {  // but for whoever has not noticed
    return http_answer(200, ++pages == 50 ? "<EnumerationResults></EnumerationResults>"
                                          : "<EnumerationResults><NextMarker>m</NextMarker></EnumerationResults>");
  });
  CHECK(error_of(bw::open_store(param_of(endless)).try_list("")).code == errc::invalid_response);
}

TEST_CASE("azure: head and remove") {
  scripted_server server([](request const& r) {
    if (holds(r.target, "/there"))
      return http_answer(r.method == "HEAD" ? 200 : 202, "", {{"Content-Length", "0"}, {"ETag", "\"e\""}});
    if (holds(r.target, "/odd")) return http_answer(404, "");
    return r.method == "HEAD" ? bare_refusal(404, holds(r.target, "/gone") ? "BlobNotFound" : "ContainerNotFound")
                              : refusal(404, holds(r.target, "/gone") ? "BlobNotFound" : "ContainerNotFound");
  });
  bw::object_store store = param_of(server);
  CHECK(store.head("there").etag == "e");
  CHECK(error_of(store.try_head("gone")).code == errc::no_such_key);
  CHECK(error_of(store.try_head("x")).code == errc::no_such_bucket);
  CHECK(store.try_remove("there"));
  CHECK(store.try_remove("gone"));
  CHECK(error_of(store.try_remove("x")).code == errc::no_such_bucket);
  CHECK(error_of(store.try_remove("odd")).code == errc::no_such_key);  // nobody says that it is the blob that is missing
}

TEST_CASE("azure: a conditional put whose answer was lost is settled by the blob's metadata") {
  enum class there { nothing_told, own, another };
  for (there const is : {there::nothing_told, there::own, there::another}) {
    std::atomic<int> count = 0;
    std::string sent;
    scripted_server server([&](request const& r) {
      if (r.method == "HEAD") {
        if (is == there::nothing_told) return http_answer(403);
        return http_answer(200, "", {{"Content-Length", "1"}, {"ETag", "\"e\""}, {"x-ms-meta-bulkwriter", sent}});
      }
      CHECK(r.headers.at("if-none-match") == "*");
      sent = is == there::own ? r.headers.at("x-ms-meta-bulkwriter") : "another";
      CHECK(is_signed(r));
      return ++count == 1 ? std::string() : refusal(409, "BlobAlreadyExists");
    });
    auto const got = bw::open_store(param_of(server)).try_put_if_absent("k", bytes("x"));
    REQUIRE(got.has_value() == (is == there::own));
    if (got) continue;
    CHECK(got.error().code == errc::precondition_failed);
    CHECK(got.error().may_have_happened == (is == there::nothing_told));
  }
}

TEST_CASE("azure: of two writers' files of one name the second is refused, in one request or in blocks") {
  for (std::size_t const size : {std::size_t{3}, std::size_t{25}}) {
    scripted_server server([](request const& r) {
      if (r.target.find("comp=block&") != std::string::npos) return http_answer(201, "", stored);
      if (r.method != "PUT") return bare_refusal(404, "BlobNotFound", {});
      CHECK(r.headers.at("if-none-match") == "*");
      CHECK(is_signed(r));
      return refusal(409, "BlobAlreadyExists");
    });
    bw::storage::object_place place(bw::open_store(param_of(server)), "p", {.connections = 1, .part_size = 10});
    auto file = place.create("1.json", 100).value();
    std::string const text(size, 'x');
    bw::output::bytes const piece[] = {bytes(text)};
    REQUIRE(file->write(piece));
    auto const got = file->finish();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::precondition_failed);
    CHECK_FALSE(got.error().may_have_happened);
    CHECK(got.error().message.find("'p/1.json'") != std::string::npos);
    CHECK(got.error().message.find("nothing is overwritten") != std::string::npos);
  }
}

TEST_CASE("azure: a clock that is off is set by the server's once") {
  std::string const date = "Tue, 25 Nov 2036 12:00:00 GMT";
  std::atomic<int> count = 0;
  scripted_server server([&](request const& r) {
    ++count;
    auto const sent = *bw::http::parse_date(r.headers.at("x-ms-date"));
    auto const off = sent - *bw::http::parse_date(date);
    if (off < std::chrono::minutes(15) && off > -std::chrono::minutes(15)) return http_answer(201, "", stored);
    return http_answer(403, "<Error><Code>AuthenticationFailed</Code></Error>", {{"Date", date}});
  });
  bw::object_store store = param_of(server);
  CHECK(store.try_put("k", bytes("x")));
  CHECK(count == 2);
  CHECK(store.try_put("k", bytes("x")));
  CHECK(count == 3);
  for (auto const& r : server.seen()) CHECK(is_signed(r));

  // A refusal for another reason is not repeated, though a server that insists is told.
  scripted_server strict([&](request const&) {
    return http_answer(403,
                       "<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>Request date header too "
                       "old: 'x'</AuthenticationErrorDetail></Error>",
                       {{"Date", date}});
  });
  CHECK(error_of(bw::open_store(param_of(strict)).try_put("k", bytes("x"))).code == errc::clock_skewed);
  CHECK(strict.seen().size() == 2);
}

TEST_CASE("azure: another success than the one asked for leaves open what was done") {
  for (bool const done : {false, true}) {
    scripted_server server([&](request const& r) {
      return r.method == "PUT" ? http_answer(200, "") : block_list(done ? two_ids : std::vector<std::string>(), {});
    });
    bw::object_store store = param_of(server);
    auto const got = store.backend().complete_multipart("k", upload, two_parts);
    CHECK(got.has_value() == done);
    if (!got) CHECK(got.error().code == errc::invalid_response);
    if (!got) CHECK(got.error().may_have_happened);
    auto const id = store.backend().create_multipart("k").value();
    CHECK(error_of(store.backend().put_part("k", id, 1, bytes("x"), {})).may_have_happened);
    auto const asked = server.seen().size();
    CHECK(store.backend().abort_multipart("k", id));
    CHECK(server.seen().size() > asked);  // a block may have arrived
  }
}

TEST_CASE("azure: tokens come from their provider and are fetched anew when refused") {
  std::atomic<int> fetched = 0;
  scripted_server server([&](request const& r) {
    if (r.headers.at("authorization") == "Bearer secret-1") return refusal(401, "InvalidAuthenticationInfo");
    return http_answer(201, "", stored);
  });
  auto param = param_of(server, "");
  param.token = {"test",
                 [&](std::stop_token) { return auth::bearer_token{.token = "secret-" + std::to_string(++fetched)}; }};
  bw::object_store store = param;
  CHECK(store.try_put("k", bytes("x")));
  CHECK(fetched == 2);
  CHECK(store.try_put("k", bytes("x")));
  CHECK(fetched == 2);
  CHECK(server.seen().size() == 3);

  scripted_server strict([&](request const& r) {
    return http_answer(401, "<Error><Code>InvalidAuthenticationInfo</Code><Message>" + r.headers.at("authorization") +
                                "</Message></Error>");
  });
  param.account_url = strict.endpoint() + "/acc";
  auto const refused = bw::open_store(param).try_put("k", bytes("x"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::access_denied);
  CHECK_FALSE(holds(refused.error().message, "secret-"));
  CHECK(strict.seen().size() == 2);

  param.token = {"test", [](std::stop_token) -> bw::result<auth::bearer_token> {
                   return bw::error_info{.code = errc::credentials_unavailable, .message = "no luck"};
                 }};
  auto const none = bw::open_store(param).try_put("k", bytes("x"));
  REQUIRE_FALSE(none);
  CHECK(none.error().code == errc::credentials_unavailable);
  CHECK(holds(none.error().message, "no luck"));
}

TEST_CASE("azure: presigned URLs") {
  bw::azure_connect_param const param = {
      .account_url = "https://acc.blob.core.windows.net", .credential = key, .container_name = "container"};
  bw::object_store store = param;
  auto const get = store.presign_get("a b/c", std::chrono::hours(1));
  CHECK(get.starts_with("https://acc.blob.core.windows.net/container/a%20b/c?sv=2021-12-02&se="));
  CHECK(holds(get, "&sp=r&spr=https&sig="));
  CHECK(holds(store.presign_put("k", std::chrono::hours(1)), "&sp=cw&"));
  for (auto const bad : {std::chrono::seconds(0), std::chrono::seconds(604'801)})
    CHECK(error_of(store.try_presign_get("k", bad)).code == errc::invalid_option);
  CHECK(error_of(store.backend().presign("DELETE", "k", std::chrono::hours(1))).code == errc::invalid_option);
  CHECK(error_of(store.try_presign_get("", std::chrono::hours(1))).code == errc::invalid_option);
  for (std::string const& other : {sas, std::string("Bearer token")}) {
    auto without_key = param;
    without_key.credential = other;
    auto const got = bw::open_store(without_key).try_presign_get("k", std::chrono::hours(1));
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::storage_error);
    CHECK(holds(got.error().message, "account's key"));
    CHECK_FALSE(holds(got.error().message, "c2lnbmF0dXJl"));
  }
}

TEST_CASE("azure: keys that Azure would change are refused before anything is sent") {
  scripted_server server([](request const&) { return http_answer(201, "", stored); });
  bw::object_store store = param_of(server);
  for (char const* name : {"a\\b", "report.", "a./b", "a/b..", ""}) {
    CAPTURE(name);
    CHECK(error_of(store.try_put(name, bytes("x"))).code == errc::invalid_option);
    CHECK(error_of(store.try_remove(name)).code == errc::invalid_option);
    CHECK(error_of(store.backend().put_part(name, upload, 1, bytes("x"), {})).code == errc::invalid_option);
    CHECK(error_of(store.backend().abort_multipart(name, upload)).code == errc::invalid_option);
  }
  CHECK(server.seen().empty());
  CHECK(store.try_put(".a/..b/c.d", bytes("x")).has_value());
}

TEST_CASE("azure: an abort removes nothing on the word of something in between") {
  for (bool const azures : {true, false}) {
    CAPTURE(azures);
    bool removed = false;
    scripted_server server([&](request const& r) {
      if (r.method == "GET") return block_list({}, two_ids);
      if (r.method == "DELETE") removed = true;
      std::vector<std::pair<std::string, std::string>> headers = {{"Date", "Thu, 26 Nov 2026 00:00:00 GMT"}};
      if (azures) headers.push_back({"x-ms-error-code", "BlobNotFound"});
      return http_answer(r.method == "DELETE" ? 202 : 404, "", headers);
    });
    bw::object_store store = param_of(server);
    auto const gone = store.backend().abort_multipart("k", upload);
    CHECK_MESSAGE(gone.has_value() == azures, (gone ? "" : error_of(gone).message));
    CHECK(removed == azures);
  }
}
