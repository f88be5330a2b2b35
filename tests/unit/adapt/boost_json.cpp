#include <bulkwriter/adapt/boost_json.hpp>
#include <bulkwriter/local.hpp>

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>

namespace bw = bulkwriter;
using namespace bw::literals;

namespace {

struct article {
  std::int64_t id = {};
  boost::json::value meta = {};
  boost::json::object extra = {};
};
struct article_schema : bw::schema<bw::field<"id", &article::id, bw::int64{.is_primary = true}>,
                                   bw::field<"meta", &article::meta, bw::json{}>, bw::dynamic_field<&article::extra>> {
};

}  // namespace

TEST_CASE("objects are values of json fields, dynamic fields and undeclared names") {
  auto const memory = std::make_shared<bw::output::memory>();
  bw::bulk_writer<article_schema, bw::format::json> writer{memory};
  writer.append_row({.id = 1, .meta = {1, "a"}, .extra = {{"lang", "en"}, {"score", 0.5}}});
  writer.append_row({.id = 2});
  writer.append_row("id"_f = 3, "meta"_f = boost::json::value(nullptr), "list"_f = boost::json::array{1, 2},
                    "$meta"_f = boost::json::object{{"k", 1}});
  CHECK(writer.try_append_row({.id = 4, .extra = {{"id", 5}}}).error().code == bw::errc::duplicate_key);
  writer.commit();
  auto const bytes = memory->files().at("1.json");
  auto const read = boost::json::parse({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
  auto const expected = boost::json::parse(R"({"rows":[
    {"id":1,"meta":"[1,\"a\"]","lang":"en","score":0.5},
    {"id":2,"meta":"null"},
    {"id":3,"meta":"null","list":[1,2],"k":1}]})");
  CHECK(read == expected);
}
