// Nothing that a temporary gives out dangles: loops over parts of one are the way in which programs meet it. Whether
// memory is read after its end is for the address sanitizer to say (preset asan-ubsan); the checks alone would mostly hold.
#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/local.hpp>
#include <bulkwriter/row/cell_row.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace bw = bulkwriter;
using namespace bw::literals;

namespace {

struct row_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"score", bw::float64{.nullable = true}>> {
};

// Of text that no string keeps within itself.
std::string const long_text(100, 'x');

bw::result<std::string> text_or_not(bool good) {
  if (good) return long_text;
  return bw::error_info{.code = bw::errc::io_error, .message = long_text};
}
bw::csv_reader csv(std::string_view text) {
  return bw::csv_reader([text](std::span<char> out) mutable -> bw::result<std::size_t> {
    std::size_t const n = text.copy(out.data(), out.size());
    text.remove_prefix(n);
    return n;
  });
}

// What is not to be asked of a temporary does not compile; of what has a name it does.
template <class R>
concept gives_fields = requires(R&& r) { std::forward<R>(r).fields(); };
template <class R>
concept finds_fields = requires(R&& r) { std::forward<R>(r).find("id"); };
template <class R>
concept gives_cells = requires(R&& r) { std::forward<R>(r).cells(); };
template <class R>
concept makes_text = requires(R&& r) { std::forward<R>(r).new_text(); };
template <class R>
concept gives_texts = requires(R&& r) { std::forward<R>(r).texts(); };
template <class R>
concept has_columns = requires(R&& r) { std::forward<R>(r)["id"]; };
template <class R>
concept has_arrow = requires(R&& r) { std::forward<R>(r).operator->(); };

}  // namespace

TEST_CASE("temporaries: the files of a commit") {
  bw::bulk_writer<row_schema, bw::format::json> writer{std::make_shared<bw::output::memory>()};
  std::size_t bytes = 0;
  writer.append_row("id"_f = 1);
  for (auto const& group : writer.try_commit().value())
    for (std::string const& path : group) bytes += path.size();
  writer.append_row("id"_f = 2);
  for (auto const& group : *writer.try_commit())
    for (std::string const& path : group) bytes += path.size();
  writer.append_row("id"_f = 3);
  for (std::string const& path : writer.commit()[0]) bytes += path.size();
  writer.append_row("id"_f = 4);
  for (char const c : writer.commit()[0][0]) bytes += c != '\0';
  for (auto const& group : writer.batch_files().groups) bytes += group[0].size();
  CHECK(bytes == 8 * std::string_view("1.json").size());
}

TEST_CASE("temporaries: what a result holds") {
  std::size_t n = 0;
  for (char const c : text_or_not(true).value()) n += c == 'x';
  for (char const c : *text_or_not(true)) n += c == 'x';
  for (char const c : text_or_not(false).error().message) n += c == 'x';
  auto&& kept = text_or_not(true).value();
  auto const& reason = text_or_not(false).error();
  CHECK(n == 300);
  CHECK(kept == long_text);
  CHECK(reason.message == long_text);
  static_assert(std::same_as<decltype(std::declval<bw::result<std::string>>().value()), std::string>);
  static_assert(std::same_as<decltype(*std::declval<bw::result<std::string>>()), std::string>);
  static_assert(std::same_as<decltype(std::declval<bw::result<std::string>>().error()), bw::error_info>);
  static_assert(std::same_as<decltype(std::declval<bw::result<void>>().error()), bw::error_info>);
  static_assert(has_arrow<bw::result<std::string>&> && !has_arrow<bw::result<std::string>>);
}

TEST_CASE("temporaries: the facts of an error") {
  std::size_t n = 0;
  for (char const c : bw::error(bw::error_info{.message = long_text}).info().message) n += c == 'x';
  CHECK(n == 100);
}

TEST_CASE("temporaries: a reader's header") {
  std::size_t n = 0;
  for (std::string const& name : csv("id," + long_text + "\n").names()) n += name.size();
  CHECK(n == 102);
  static_assert(has_columns<bw::csv_reader&> && !has_columns<bw::csv_reader>);
  static_assert(gives_texts<bw::csv_reader&> && !gives_texts<bw::csv_reader>);
}

TEST_CASE("temporaries: schemas that are built in one expression") {
  auto const& schema = bw::runtime_schema()
                           .add_field("id", bw::int64{.is_primary = true})
                           .add_field(bw::field_info{.name = long_text, .type = bw::kind::json})
                           .add_struct_array("s", bw::runtime_schema().add_field("x", bw::float32{}), 4)
                           .add_function_output("sparse", bw::sparse_float_vector{}, bw::bm25{.input_field_name = "t"})
                           .add_dynamic_field();
  REQUIRE(schema.size() == 5);
  CHECK(schema.fields()[1].name == long_text);
  CHECK(schema.fields()[2].sub_fields()[0].name == "x");
  static_assert(gives_fields<bw::runtime_schema const&> && !gives_fields<bw::runtime_schema>);
  static_assert(finds_fields<bw::runtime_schema const&> && !finds_fields<bw::runtime_schema>);

  using writer = bw::bulk_writer<bw::runtime_schema, bw::format::json>;
  auto const& of_writer = writer(bw::runtime_schema::of<row_schema>(), std::make_shared<bw::output::memory>()).schema();
  CHECK(of_writer.fields()[1].name == "score");
}

TEST_CASE("temporaries: a row's cells and problems") {
  bw::runtime_schema const schema = bw::runtime_schema::of<row_schema>();
  auto const refused = [&] {
    bw::cell_row row(schema.fields());
    row.refuse(bw::errc::wrong_type, "id", long_text);
    return row;
  };
  std::size_t n = 0;
  for (bw::problem const& p : refused().problems()) n += p.message.size();
  CHECK(n == 100);
  static_assert(gives_cells<bw::cell_row&> && !gives_cells<bw::cell_row>);
  static_assert(makes_text<bw::cell_row&> && !makes_text<bw::cell_row>);
}

TEST_CASE("temporaries: a masked column") {
  auto const place = std::make_shared<bw::output::memory>();
  bw::bulk_writer<row_schema, bw::format::jsonl> writer{place};
  std::vector<std::uint8_t> const bits{0b101};
  auto scores = bw::masked(std::vector<double>{0.5, 1.5, 2.5}, bits);
  writer.append_columns("id"_f = std::vector{1, 2, 3}, "score"_f = scores);
  writer.commit();
  auto const file = place->files().begin()->second;
  std::string const lines(reinterpret_cast<char const*>(file.data()), file.size());
  CHECK(lines == "{\"id\":1,\"score\":0.5}\n{\"id\":2,\"score\":null}\n{\"id\":3,\"score\":2.5}\n");
}
