// XML from stores: any text. Trees, and what is made of them (refusals, uploads, pages of a listing), are compared with
// a reader of the test's own; what goes into requests comes back as it was.

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/storage/detail/azure_answer.hpp>
#include <bulkwriter/storage/detail/s3_address.hpp>
#include <bulkwriter/storage/detail/s3_answer.hpp>
#include <bulkwriter/storage/detail/xml.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/input.hpp"
#include "support/utf8_peer.hpp"
#include "support/xml_peer.hpp"

namespace {

namespace bw = bulkwriter;
namespace s3 = bw::storage::detail;
using fuzz::require;
using fuzz::xml_tree;

constexpr std::string_view secret_key = "wJalrXUtnFEMI/K7MDENG", session_token = "FwoGZXIvYXdzEBYaDFakeToken";

// The tree, by the library's reader; nothing if it refuses.
std::optional<xml_tree> read(std::string_view text) {
  s3::xml_reader reader(text);
  xml_tree above;
  std::vector<xml_tree*> open = {&above};
  for (;;) {
    auto const token = reader.next();
    if (!token) {
      require(token.error().code == bw::errc::invalid_response, "the code of a refusal");
      require(token.error().message.size() < 400, "a refusal is of the size of a message");
      return std::nullopt;
    }
    switch (*token) {
      case s3::xml_reader::token::start: {
        auto& made = open.back()->items.emplace_back();
        made.name = reader.name();
        open.push_back(&made);
        require(open.size() <= 33, "32 elements are open at most");
        break;
      }
      case s3::xml_reader::token::text: open.back()->text += reader.text(); break;
      case s3::xml_reader::token::end:
        require(open.size() > 1 && open.back()->name == reader.name(), "an end belongs to its start");
        open.pop_back();
        break;
      case s3::xml_reader::token::finish:
        require(open.size() == 1 && above.items.size() == 1 && above.text.empty(), "one root");
        return std::move(above.items[0]);
    }
  }
}

// The last element of this name directly inside, as far as there is one.
std::string inside(xml_tree const& tree, std::string_view name) {
  for (auto at = tree.items.rbegin(); at != tree.items.rend(); ++at)
    if (at->name == name) return at->text;
  return {};
}

// In the order of closing tags; a document of one element has no parent and so no <Error>'s member.
void find_errors(xml_tree const& tree, std::function<void(xml_tree const&)> const& found) {
  for (auto const& item : tree.items) {
    find_errors(item, found);
    if (tree.name == "Error") found(item);
  }
}

std::string bare(std::string const& etag) {
  return etag.size() > 1 && etag.front() == '"' && etag.back() == '"' ? etag.substr(1, etag.size() - 2) : etag;
}

std::optional<std::uint64_t> size_of(std::string_view text) {
  std::uint64_t value = 0;
  for (char const c : text) {
    if (c < '0' || c > '9' || value > (~std::uint64_t{0} - static_cast<unsigned>(c - '0')) / 10) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return text.empty() ? std::nullopt : std::optional(value);
}

std::string form_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    constexpr std::string_view digits = "0123456789abcdefABCDEF";
    if (text[i] == '%' && text.size() - i > 2 && digits.find(text[i + 1]) != digits.npos &&
        digits.find(text[i + 2]) != digits.npos) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void check_page(std::string_view body, std::optional<xml_tree> const& tree) {
  auto const page = s3::read_s3_page(body);
  if (!page) require(page.error().message.size() < 400, "a refusal is of the size of a message");
  bool good = tree && tree->name == "ListBucketResult";
  std::vector<bw::object_info> wanted;
  std::string next;
  if (good) {
    bool const encoded = inside(*tree, "EncodingType") == "url";
    for (auto const& item : tree->items) {
      if (item.name != "Contents") continue;
      bw::object_info one;
      one.key = inside(item, "Key");
      if (encoded) one.key = form_decoded(one.key);
      one.etag = bare(inside(item, "ETag"));
      for (auto const& member : item.items) {
        if (member.name != "Size") continue;
        auto const size = size_of(member.text);
        good = good && size;
        one.size = size.value_or(0);
      }
      wanted.push_back(std::move(one));
    }
    if (inside(*tree, "IsTruncated") == "true") {
      next = inside(*tree, "NextContinuationToken");
      good = good && !next.empty();
    }
  }
  require(page.has_value() == good, "a page is one for both");
  if (!good) return;
  require(page->next_token == next, "how to ask for the next page");
  require(
      std::equal(page->objects.begin(), page->objects.end(), wanted.begin(), wanted.end(),
                 [](auto const& a, auto const& b) { return a.key == b.key && a.etag == b.etag && a.size == b.size; }),
      "the objects of a page");
}

// Azure's pages: the same by the tree.
void check_azure_page(std::string_view body, std::optional<xml_tree> const& tree) {
  auto const page = s3::read_azure_page(body);
  bool good = tree && tree->name == "EnumerationResults";
  std::vector<bw::object_info> wanted;
  std::string marker;
  if (good) {
    for (auto const& blobs : tree->items) {
      if (blobs.name == "NextMarker") marker = blobs.text;
      if (blobs.name != "Blobs") continue;
      for (auto const& blob : blobs.items) {
        if (blob.name != "Blob") continue;
        bw::object_info one;
        bool folder = false;
        for (auto const& item : blob.items) {
          if (item.name == "Name") one.key = item.text;
          if (item.name != "Properties") continue;
          for (auto const& member : item.items) {
            if (member.name == "Etag") one.etag = bare(member.text);
            if (member.name == "ResourceType") folder = member.text == "directory";
            if (member.name != "Content-Length") continue;
            auto const size = size_of(member.text);
            good = good && size;
            one.size = size.value_or(0);
          }
        }
        if (!folder) wanted.push_back(std::move(one));
      }
    }
  }
  require(page.has_value() == good, "a page of Azure's is one for both");
  if (!good) return;
  require(page->next_marker == marker, "how to ask Azure for the next page");
  require(std::equal(page->blobs.begin(), page->blobs.end(), wanted.begin(), wanted.end(),
                     [](auto const& a, auto const& b) {
                       return a.object.key == b.key && a.object.etag == b.etag && a.object.size == b.size;
                     }),
          "the blobs of a page");
}

void check_azure_blocks(std::string_view body, std::optional<xml_tree> const& tree) {
  auto const list = s3::read_azure_block_list(body);
  bool good = tree && tree->name == "BlockList";
  std::vector<s3::azure_block> wanted[2];
  if (good) {
    for (auto const& kind : tree->items) {
      for (auto const& block : kind.items) {
        if (block.name != "Block") continue;
        s3::azure_block one = {.id = inside(block, "Name")};
        for (auto const& member : block.items) {
          if (member.name != "Size") continue;
          auto const size = size_of(member.text);
          good = good && size;
          one.size = size.value_or(0);
        }
        if (kind.name == "CommittedBlocks") wanted[0].push_back(one);
        if (kind.name == "UncommittedBlocks") wanted[1].push_back(one);
      }
    }
  }
  require(list.has_value() == good, "a block list is one for both");
  if (!good) return;
  auto const same = [](s3::azure_block const& a, s3::azure_block const& b) { return a.id == b.id && a.size == b.size; };
  require(std::equal(list->committed.begin(), list->committed.end(), wanted[0].begin(), wanted[0].end(), same) &&
              std::equal(list->uncommitted.begin(), list->uncommitted.end(), wanted[1].begin(), wanted[1].end(), same),
          "the blocks of a list");
}

// A block's name, if it is one of the library's, is made of its three parts and nothing else.
void check_azure_block(std::string const& text) {
  for (std::string const& id : {text, bw::auth::base64_encode(bw::auth::as_bytes(text))}) {
    auto const name = s3::read_azure_block_id(id);
    require(!name || (name->id() == id && name->number >= 1 && name->number <= 50'000), "a block's name comes back");
  }
}

void check_azure_failure(bw::http::response const& answer, std::optional<xml_tree> const& tree) {
  auto const failure = s3::read_azure_failure(answer);
  (void)s3::azure_errc(failure, answer.status);
  require(failure.message.find_first_of("\r\n") == std::string::npos, "the first line of a message");
  if (!tree) return;
  bool const error = tree->name == "Error";
  require(failure.code == (error ? inside(*tree, "Code") : std::string()), "Azure's code");
  auto const message = error ? inside(*tree, "Message") : std::string();
  require(failure.message == message.substr(0, message.find_first_of("\r\n")), "Azure's message");
}

void check_message(std::string_view text) {
  std::vector<std::string> const secrets = {std::string(secret_key), std::string(session_token)};
  std::string const line = s3::printable(text, secrets);
  require(line.size() <= 303, "a line is bounded");
  require(fuzz::is_utf8(line), "characters are whole");
  require(line.find(secret_key) == line.npos && line.find(session_token) == line.npos, "no secret is repeated");
  std::size_t digits = 0;
  for (char const c : line) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "one line without control characters");
    digits = std::string_view("0123456789abcdefABCDEF").find(c) == std::string_view::npos ? 0 : digits + 1;
    require(digits <= 40, "nothing as long as a signature");
  }
}

void check_failure(bw::http::response const& answer, std::optional<xml_tree> const& tree) {
  auto const failure = s3::read_s3_failure(answer);
  require(failure.region.empty() || s3::is_region_name(failure.region), "a region is a region's name");
  if (tree) {
    std::string code, message, endpoint;
    find_errors(*tree, [&](xml_tree const& item) {
      if (item.name == "Code") code = item.text;
      if (item.name == "Message") message = item.text;
      if (item.name == "Endpoint") endpoint = item.text;
    });
    require(failure.code == code && failure.message == message && failure.endpoint == endpoint,
            "the members of a refusal");
  }
  (void)s3::s3_errc(failure, answer.status, "us-east-1");
  (void)s3::is_region_refusal(failure, answer.status);
  check_message(failure.message);
  check_message(failure.code);

  // Whatever a store says of its region, the requests stay with the service that the user has named.
  auto const own = s3::try_s3_address({.endpoint = "https://s3.amazonaws.com", .bucket_name = "own"});
  require(own.has_value(), "an address of AWS");
  std::vector<std::string> regions = {failure.region};
  if (auto const there = s3::try_s3_address({.endpoint = failure.endpoint, .bucket_name = "own"});
      there && there->provider == s3::s3_provider::aws)
    regions.push_back(there->region);
  for (auto const& region : regions) {
    if (region.empty()) continue;
    auto const moved = own->at_region(region);
    auto const again = bw::http::url::try_parse(moved.origin.to_string());
    require(moved.origin.host.starts_with("own.s3.") && moved.origin.host.ends_with(".amazonaws.com") && again &&
                again->target == "/" && again->origin.port == 443,
            [&] { return "another host: " + moved.origin.host; });
  }

  auto const completion = s3::read_s3_completion(answer);
  bool const has_root = tree && tree->name == "CompleteMultipartUploadResult";
  require(completion.completed == (has_root && answer.status == 200 && failure.code.empty()), "completed for both");
  require(completion.etag == (completion.completed ? bare(inside(*tree, "ETag")) : std::string()), "the ETag");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in({data, size});
  static constexpr int statuses[] = {200, 400, 301, 403, 404, 412, 500, 503};
  bw::http::response answer = {.status = in.any_of(statuses)};
  answer.body = in.rest();

  auto const tree = fuzz::xml_peer::read(answer.body);
  auto const given = read(answer.body);
  require(given.has_value() == tree.has_value(),
          [&] { return std::string(tree ? "refused, but it is a document" : "taken, but it is no document"); });
  require(given == tree, "the tree is the same for both");

  check_page(answer.body, tree);
  check_failure(answer, tree);
  check_message(answer.body);

  auto const id = s3::read_s3_upload_id(answer.body);
  std::string const wanted_id =
      tree && tree->name == "InitiateMultipartUploadResult" ? inside(*tree, "UploadId") : std::string();
  require(id.has_value() ? *id == wanted_id : wanted_id.empty(), "the upload's id");

  check_azure_page(answer.body, tree);
  check_azure_blocks(answer.body, tree);
  check_azure_block(answer.body);
  check_azure_failure(answer, tree);

  // What is written is read again.
  std::string const& text = answer.body;
  auto const again = fuzz::xml_peer::read("<a>" + s3::xml_escape(text) + "</a>");
  require(again && again->text == text && again->items.empty(), "text comes back as it was");
  std::vector<bw::uploaded_part> const parts = {{.number = 1, .etag = text}, {.number = 10'000, .etag = "x"}};
  auto const list = fuzz::xml_peer::read(s3::write_s3_parts(parts));
  require(list && list->items.size() == 2 && inside(list->items[0], "ETag") == '"' + text + '"' &&
              inside(list->items[1], "PartNumber") == "10000",
          "ETags come back as they were");
  std::vector<std::string> const ids = {text, "x"};
  auto const blocks = fuzz::xml_peer::read(s3::write_azure_block_list(ids));
  require(blocks && blocks->items.size() == 2 && blocks->items[0].text == text && blocks->items[1].name == "Latest",
          "names of blocks come back as they were");
  return 0;
}
