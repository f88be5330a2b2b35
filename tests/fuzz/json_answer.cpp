// JSON from REST services: any body under any status. What it means (success or which error), jobs, and schemas are
// compared with a JSON reader of the test's own; a schema that was read is written and read again.

#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/import_client.hpp>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/input.hpp"
#include "support/json_peer.hpp"
#include "support/utf8_peer.hpp"

namespace {

namespace bw = bulkwriter;
namespace json = boost::json;
using fuzz::json_tree;
using fuzz::require;
using type = json_tree::type;

constexpr std::string_view token = "root:TopSecret1";

bool is_shallow(json_tree const& tree, int depth = 0) {
  return depth < 32 && std::all_of(tree.items.begin(), tree.items.end(),
                                   [&](auto const& item) { return is_shallow(item, depth + 1); });
}
json_tree const* member(json_tree const& tree, std::string_view key) {
  json_tree const* const found = tree.holds == type::object ? tree.find(key) : nullptr;
  return found != nullptr && found->holds != type::null ? found : nullptr;
}

// Digits alone, in a number or in a text; nothing for all that two readers may see differently.
std::optional<std::int64_t> plain_integer(json_tree const& tree) {
  std::string const& text = tree.text;
  std::size_t const sign = text.starts_with('-') ? 1 : 0;
  if ((tree.holds != type::number && tree.holds != type::string) || text.size() == sign || text.size() > 18 ||
      text.find_first_not_of("0123456789", sign) != text.npos)
    return std::nullopt;
  return std::stoll(text);
}

void check_count(std::uint64_t given, json_tree const& data, std::string_view key) {
  json_tree const* const found = member(data, key);
  if (found == nullptr || found->holds == type::boolean || found->holds == type::array || found->holds == type::object)
    require(given == 0, "a count that is not there");
  else if (auto const n = plain_integer(*found))
    require(given == static_cast<std::uint64_t>(std::max<std::int64_t>(*n, 0)), "a count");
}
void check_text(std::string const& given, json_tree const& data, std::string_view key) {
  json_tree const* const found = member(data, key);
  if (found == nullptr || (found->holds != type::string && found->holds != type::number))
    require(given.empty(), "a text that is not there");
  else if (found->holds == type::string)
    require(given == found->text, "a text");
}

void check_progress(bw::import_progress const& p, json_tree const* data) {
  require(p.percent >= 0 && p.percent <= 100, "percent of a job");
  require(p.state <= bw::import_state::failed, "a state");
  for (auto const& file : p.details) require(file.percent >= 0 && file.percent <= 100, "percent of a file");
  (void)bw::detail::describe_progress(p);
  auto const failed = bw::detail::job_failed(p, bw::detail::rest_channel({.url = "http://h"}), true);
  require(failed.code == bw::errc::import_failed && fuzz::is_utf8(failed.message), "a job that failed");
  if (data == nullptr) return;
  check_count(p.file_size, *data, "fileSize");
  check_text(p.collection_name, *data, "collectionName");
  check_text(p.complete_time, *data, "completeTime");
  if (auto const* list = member(*data, "details"); list != nullptr && list->holds == type::array) {
    std::vector<json_tree const*> files;
    for (auto const& one : list->items)
      if (one.holds == type::object) files.push_back(&one);
    require(files.size() == p.details.size(), "the files of a job");
    for (std::size_t i = 0; i < files.size(); ++i) {
      check_text(p.details[i].file_name, *files[i], "fileName");
      check_count(p.details[i].file_size, *files[i], "fileSize");
    }
  } else {
    require(p.details.empty(), "files that are not there");
  }
}

bool same(bw::field_info const& a, bw::field_info const& b) {
  // A struct's fields have their struct's capacity.
  return a.name == b.name && a.type == b.type && (a.type != bw::kind::array || a.element == b.element) &&
         a.dim == b.dim && a.max_length == b.max_length && a.max_capacity == b.max_capacity &&
         a.is_primary == b.is_primary && a.auto_id == b.auto_id && a.is_partition_key == b.is_partition_key &&
         a.is_clustering_key == b.is_clustering_key && a.nullable == b.nullable && a.is_dynamic == b.is_dynamic &&
         a.has_default == b.has_default && a.function == b.function && a.function_input == b.function_input &&
         std::equal(a.sub_fields().begin(), a.sub_fields().end(), b.sub_fields().begin(), b.sub_fields().end(), same);
}

// `answer`: whose "data" is an object.
void check_schema(json::value const& answer) {
  auto const described = bw::detail::description_reader(answer).read();
  if (!described) {
    require(described.error().code == bw::errc::invalid_response && fuzz::is_utf8(described.error().message),
            "an unknown type");
    return;
  }
  bw::runtime_schema const& schema = described->schema;
  auto const good = schema.try_check();
  auto const written = bw::detail::schema_json(schema.fields());
  if (!good || !written) return;
  json::value const root(*written);
  auto const again = bw::detail::schema_reader(root, bw::detail::schema_reader::origin::person).read();
  require(again.has_value(), "a good schema is read again");
  // Structs and the dynamic field are written behind the others.
  for (auto const& f : schema.fields()) {
    auto const* const other = again->find(f.name);
    require(other != nullptr && same(f, *other), [&] { return "a field changes: " + std::string(f.name); });
  }
  require(again->size() == schema.size(), "the number of fields");
}

void check_judgement(std::string const& body, int status, bool repeatable, std::optional<json_tree> const& tree) {
  bw::detail::rest_channel const channel(
      {.url = "http://localhost:19530/", .url_name = "milvus.uri", .token = std::string(token)});
  bw::detail::rest_call call;
  call.what = "call";
  call.repeatable = repeatable;
  call.advice = "look";
  auto const reply = channel.judge(call, bw::http::response{.status = status, .body = body});
  json_tree const* const code = tree ? member(*tree, "code") : nullptr;
  auto const number = code == nullptr ? std::nullopt : plain_integer(*code);
  bool const good_status = status >= 200 && status < 300;
  if (reply) {
    require(
        good_status && reply->status == status && reply->body == body && tree && tree->holds == type::object && code,
        "a success says so");
    require(!number || *number == 0 || *number == 200, "a success has a code that says so");
    return;
  }
  require(!good_status || !number || (*number != 0 && *number != 200), "a success was refused");
  bw::error_info const& error = reply.error();
  require(error.http_status == status, "the status of an error");
  require(!number || error.server_code == *number, "the code of an error");
  require(error.message.size() < 6000, "a message is bounded");
  require(fuzz::is_utf8(error.message), "characters are whole");
  // Neither a key that the server repeats nor what a cut leaves of one.
  bool halves = false;
  for (std::size_t at = 0; (at = body.find(token.substr(0, 6), at)) != body.npos; ++at)
    halves = halves || !std::string_view(body).substr(at).starts_with(token);
  for (std::string const* text : {&error.message, &error.server_error}) {
    require(text->find(token) == text->npos, "a key comes back");
    for (std::size_t n = 6; n < token.size() && !halves; ++n)
      require(text->find(std::string(token.substr(0, n)) + "…") == text->npos, "half a key comes back");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in({data, size});
  static constexpr int statuses[] = {200, 400, 401, 403, 404, 408, 429, 500, 501, 503, 204, 302};
  int const status = in.any_of(statuses);
  bool const repeatable = in.one_in(2);
  std::string const body(in.rest());

  auto tree = fuzz::json_peer::read(body);
  boost::system::error_code failed;
  auto const root = json::parse(body, failed);
  // Numbers beyond any double are one parser's business and not the other's; so is depth.
  bool const alike = !tree || (is_shallow(*tree) && !tree->has_repeated_key());
  if (tree && !failed && !alike) tree.reset();
  bool const comparable = tree && !failed && alike;
  if (comparable || failed) check_judgement(body, status, repeatable, failed ? std::nullopt : tree);
  if (failed) return 0;

  auto const* const object = bw::detail::data_object(root);
  if (object == nullptr) return 0;
  json_tree const* inner = comparable ? member(*tree, "data") : nullptr;
  if (inner != nullptr && inner->holds == type::array) inner = &inner->items[0];
  require(!comparable || (inner != nullptr && inner->holds == type::object), "the answer's data");

  auto const v2 = bw::detail::read_progress(*object), v1 = bw::detail::read_progress_v1(*object);
  check_progress(v2, inner);
  check_progress(v1, inner);
  if (inner != nullptr) {
    check_count(v2.imported_rows, *inner, "importedRows");
    check_count(v2.total_rows, *inner, "totalRows");
    check_text(v2.state_text, *inner, "state");
    check_text(v2.reason, *inner, "reason");
    check_text(v1.id.value, *inner, "jobId");
    if (auto const* share = member(*inner, "readyPercentage")) {
      auto const n = plain_integer(*share);
      require(!n || v1.percent == (*n >= 1 ? 100 : 0), "a share of 1 is all");
    }
    if (auto const* percent = member(*inner, "progress")) {
      auto const n = plain_integer(*percent);
      require(!n || v2.percent == std::clamp<std::int64_t>(*n, 0, 100), "percent as it is told");
    }
  }
  auto const jobs = bw::detail::read_jobs(*object);
  require(jobs.total >= jobs.size(), "no more jobs than in all");
  for (auto const& job : jobs) check_progress(job, nullptr);
  check_schema(root);
  return 0;
}
