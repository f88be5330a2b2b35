#include <bulkwriter/local.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace bw = bulkwriter;
using namespace bw::literals;

namespace {

struct tag_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"tag", bw::varchar{.max_length = 8}>> {};

struct wide_schema
    : bw::schema<bw::column<"id", bw::int64{.is_primary = true}>, bw::column<"on", bw::boolean{}>,
                 bw::column<"t", bw::varchar{.max_length = 80}>, bw::column<"v", bw::float_vector{.dim = 4}>,
                 bw::column<"w", bw::float_vector{.dim = 8}>> {};

// A format that holds nothing but int64.
struct numbers_only {
  static constexpr std::string_view extension = "n";
  static constexpr bool holds(bw::kind k) noexcept { return k == bw::kind::int64; }
  bw::result<std::unique_ptr<bw::format::encoder>> try_make_encoder(std::span<bw::field_info const> fields) const {
    return bw::format::json{}.try_make_encoder(fields);
  }
};

}  // namespace

TEST_CASE("any: writes what the format that it holds writes") {
  auto const erased = std::make_shared<bw::output::memory>(), plain = std::make_shared<bw::output::memory>();
  for (std::string const name : {"parquet", "json"}) {
    bw::bulk_writer<tag_schema, bw::format::any> writer{erased, bw::format::any::named(name)};
    writer.append_row(std::tuple{1, "a"});
    CHECK(writer.commit().groups.at(0).paths.at(0) == "1." + name);
  }
  bw::bulk_writer<tag_schema, bw::format::parquet> parquet{plain};
  parquet.append_row(std::tuple{1, "a"});
  parquet.commit();
  bw::bulk_writer<tag_schema, bw::format::json> json{plain};
  json.append_row(std::tuple{1, "a"});
  json.commit();
  CHECK(erased->files() == plain->files());
}

TEST_CASE("any: options of the format that it holds are judged when the writer is made") {
  auto const memory = std::make_shared<bw::output::memory>();
  using writer = bw::bulk_writer<tag_schema, bw::format::any>;
  CHECK(writer::try_open(memory, bw::format::parquet{.page_size = 1}).error().code == bw::errc::invalid_option);
}

TEST_CASE("any: a kind that the format cannot hold is an error that names field and kind") {
  auto const memory = std::make_shared<bw::output::memory>();
  auto const made = bw::bulk_writer<tag_schema, bw::format::any>::try_open(memory, numbers_only{});
  REQUIRE(!made);
  CHECK(made.error().code == bw::errc::invalid_schema);
  CHECK(made.error().field == "tag");
  CHECK(made.error().message == "field 'tag': n files cannot hold varchar");
}

TEST_CASE("any: refuses the fields that the format which it holds refuses") {
  using bw::kind;
  bw::field_info const sub{.name = "x", .type = kind::int8_vector, .dim = 8};
  std::vector<bw::field_info> const fields = {
      {.name = "id", .type = kind::int64},
      {.name = "s", .type = kind::struct_array, .max_capacity = 4, .sub = &sub, .sub_count = 1},
      {.name = "n", .type = kind::int64, .nullable = true},
      {.name = "t", .type = kind::text}};
  auto const check = [&](std::string_view name, auto const& format, std::vector<bool> const& held) {
    CAPTURE(name);
    auto const any = bw::format::any::named(name);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      CAPTURE(i);
      CHECK(any.holds(fields[i]) == held[i]);
      CHECK(any.holds(fields[i].type) == format.holds(fields[i].type));
      auto const erased = any.try_make_encoder({&fields[i], 1}), plain = format.try_make_encoder({&fields[i], 1});
      REQUIRE(erased.has_value() == held[i]);
      REQUIRE(plain.has_value() == held[i]);
      if (!held[i]) CHECK(erased.error().to_string() == plain.error().to_string());
    }
  };
  check("json", bw::format::json{}, {true, true, true, true});
  check("jsonl", bw::format::jsonl{}, {true, true, true, true});
  check("csv", bw::format::csv{}, {true, false, true, false});
  check("npy", bw::format::npy{}, {true, false, false, false});
}

TEST_CASE("any: a schema of which nothing is written is refused where its rows would be lost") {
  bw::field_info const key{.name = "id", .type = bw::kind::int64, .is_primary = true, .auto_id = true};
  for (std::string const name : {"parquet", "csv", "npy"}) {
    auto const made = bw::format::any::named(name).try_make_encoder(std::span(&key, 1));
    REQUIRE(!made);
    CHECK(made.error().message == name + ": no field of the schema is written to files");
    CHECK(made.error().code == bw::errc::invalid_schema);
  }
}

TEST_CASE("any: an unknown name is an error that tells the known ones") {
  auto const made = bw::format::any::try_named("xlsx");
  REQUIRE(!made);
  CHECK(made.error().code == bw::errc::invalid_option);
  CHECK(made.error().message.starts_with("there is no format 'xlsx', only "));
  for (auto const name : bw::format::any::names()) {
    CHECK(made.error().message.find(name) != std::string::npos);
    CHECK(bw::format::any::named(name).extension == name);
  }
}

TEST_CASE("any: whatever call of the sink fails, in whatever format, the encoder says so with the sink's error") {
  struct failing {
    int left;
    bw::result<void> call() {
      if (left-- == 0) return bw::error_info{.code = bw::errc::io_error, .message = "no room"};
      return {};
    }
  };
  std::vector<float> const floats(8, 1.5f);
  for (std::string const name : {"parquet", "json", "jsonl", "csv", "npy"}) {
    CAPTURE(name);
    int calls = 0;
    for (bool failed = true; failed; ++calls) {
      failing sink{calls};
      bw::format::byte_sink const to{
          &sink, [](void* self, std::size_t, std::span<std::span<std::byte const> const>) { return static_cast<failing*>(self)->call(); },
          [](void* self, std::size_t, std::span<std::byte const>) { return static_cast<failing*>(self)->call(); }};
      auto const made = bw::format::any::named(name).try_make_encoder(wide_schema::infos).value();
      bw::result<void> done;
      for (int id = 0; id < 9 && done; ++id) {
        std::vector<bw::cell> row{bw::cell::integer(std::int64_t{id}), bw::cell::boolean(true), bw::cell::text("t"),
                                  bw::cell::floats(std::span(floats).first(4)), bw::cell::floats(std::span<float const>(floats))};
        bw::detail::settle(wide_schema::infos, row);
        made->put_row(row);
        made->end_row();
        if (id == 4) done = made->flush(to);
      }
      if (done) done = made->finish(to);
      failed = sink.left < 0;
      CHECK(done.has_value() == !failed);
      if (!done) CHECK(done.error().message == "no room");
    }
    CHECK(calls > 2);
  }
}
