#include <bulkwriter/format/any.hpp>
#include <bulkwriter/format/jsonl.hpp>
#include <bulkwriter/run/remote_bulk_writer.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace bw = bulkwriter;
using bw::errc;

namespace mine {

// A store of a user's own: objects in memory, small enough for one request each.
class bucket final : public bw::storage::backend {
 public:
  std::map<std::string, std::string> objects;

  bw::result<bw::object_info> put(std::string const& key, std::span<std::byte const> body) override {
    objects[key].assign(reinterpret_cast<char const*>(body.data()), body.size());
    return bw::object_info{.key = key, .size = body.size()};
  }
  bw::result<std::string> create_multipart(std::string const&) override { return unexpected(); }
  bw::result<bw::uploaded_part> put_part(std::string const&, std::string const&, int, std::span<std::byte const>,
                                         std::stop_token) override {
    return unexpected();
  }
  bw::result<bw::object_info> complete_multipart(std::string const&, std::string const&,
                                                 std::span<bw::uploaded_part const>) override {
    return unexpected();
  }
  bw::result<void> abort_multipart(std::string const&, std::string const&) override { return unexpected(); }
  bw::result<bw::object_info> head(std::string const&) override { return unexpected(); }
  bw::result<std::vector<bw::object_info>> list(std::string const&) override { return unexpected(); }
  bw::result<void> remove(std::string const&) override { return unexpected(); }
  std::string object_url(std::string_view key) const override { return "mine://" + std::string(key); }

 private:
  static bw::error_info unexpected() { return {.code = errc::storage_error, .message = "not called"}; }
};
struct connect_param {
  std::shared_ptr<bucket> to;
};
bw::object_store open_store(connect_param const& p) { return bw::object_store(p.to); }

}  // namespace mine

namespace {
struct schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"words", bw::sparse_float_vector{}>> {};

bw::runtime_schema same_at_run_time() {
  bw::runtime_schema s;
  s.add_field("id", bw::int64{.is_primary = true}).add_field("words", bw::sparse_float_vector{});
  return s;
}
constexpr char const* text = "{\"id\":1,\"words\":{\"3\":0.5}}\n";
}  // namespace

TEST_CASE("typed and run-time schemas upload the same file through a store of a user's own") {
  using namespace bw::literals;
  mine::connect_param const param{std::make_shared<mine::bucket>()};
  bw::remote_bulk_writer<schema, bw::format::jsonl> typed{param, {.remote_path = "/some/where"}};
  typed.append_row("id"_f = 1, "words"_f = std::map<int, float>{{3, 0.5f}});
  bw::remote_bulk_writer<bw::runtime_schema, bw::format::any> untyped{
      same_at_run_time(), bw::format::any::named("jsonl"), param, {.remote_path = "/some/where/"}};
  untyped.append_row(bw::json_text(R"({"id":1,"words":{"3":0.5}})"));
  auto moved = std::move(untyped);
  CHECK(param.to->objects.empty());

  auto const check = [&](auto& writer) {
    bw::batch_files const files = writer.commit();
    REQUIRE(files.size() == 1);
    std::string const path = writer.data_path();
    CHECK(path.starts_with("/some/where/"));
    CHECK(path.size() == std::string("/some/where/").size() + 36);
    CHECK(bw::object_url(writer) == "mine://" + path.substr(1) + '/');
    CHECK(param.to->objects.at(path.substr(1) + "/1.jsonl") == text);
  };
  check(typed);
  check(moved);
  CHECK(param.to->objects.size() == 2);
}

TEST_CASE("vectors of zeros only are refused where that is asked for") {
  mine::connect_param const param{std::make_shared<mine::bucket>()};
  using namespace bw::literals;
  bw::remote_bulk_writer<schema, bw::format::jsonl> writer{param, {.refuse_zero_vectors = true}};
  auto const refused = writer.try_append_row("id"_f = 1, "words"_f = std::map<int, float>{});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::zero_vector);
}

TEST_CASE("what is wrong with the options is told when the writer is made") {
  mine::connect_param const param{std::make_shared<mine::bucket>()};
  using typed = bw::remote_bulk_writer<schema, bw::format::jsonl>;
  using untyped = bw::remote_bulk_writer<bw::runtime_schema, bw::format::jsonl>;
  auto const code = [](auto const& made) { return made ? errc::none : made.error().code; };
  for (int const connections : {0, 65}) {
    CHECK(code(typed::try_open(param, {.connections = connections})) == errc::invalid_option);
    CHECK(code(untyped::try_open(same_at_run_time(), param, {.connections = connections})) == errc::invalid_option);
  }
  CHECK(code(typed::try_open(param, {.oldest_server = {2, 6, 5}})) == errc::invalid_schema);
  CHECK(code(untyped::try_open(same_at_run_time(), param, {.oldest_server = {2, 6, 5}})) == errc::invalid_schema);
  CHECK(code(typed::try_open(param, {.oldest_server = {2, 6, 6}})) == errc::none);
  CHECK(code(untyped::try_open(bw::runtime_schema(), param)) == errc::invalid_schema);
}
