// Rules of rows and schemas, that no single value of a field breaks.

#include "runner.hpp"

#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <algorithm>

namespace refusals {

namespace {

using bw::errc;
using runtime_writer = bw::local_bulk_writer<bw::runtime_schema, bw::format::any>;

std::string letters(generator& random, std::size_t size) {
  std::string out;
  while (out.size() < size) out += static_cast<char>('a' + random() % 26);
  return out;
}

// {id, f, note} as the other cases have them, with an f that may be null.
bw::runtime_schema schema_with(bw::field_info f) {
  bw::runtime_schema schema;
  f.name = "f";
  schema.add_field("id", bw::int64{.is_primary = true}).add_field(f).add_field("note", bw::varchar{.max_length = 16});
  return schema;
}
bw::field_info const varchar_field{.name = "f", .type = bw::kind::varchar, .max_length = 60000};

// A writer with the rows of one case: bad ones between good ones.
class interleaved {
 public:
  interleaved(report& out, bw::runtime_schema schema, bw::format::any const& format, std::string name,
              std::uint64_t chunk_size = bw::default_chunk_size)
      : out_(out),
        name_(std::move(name)),
        folder_(out.new_folder()),
        extension_(format.extension),
        writer_(std::move(schema), format, {.local_path = folder_, .chunk_size = chunk_size}) {
    good();
  }
  runtime_writer& writer() { return writer_; }
  /// The outcome of the bad row that has just been offered.
  void refused(bw::result<void> const& outcome, expectation const& due, std::string_view field) {
    out_.check_refused(outcome, due, rows_++, field, name_ + " [" + std::to_string(bad_++) + "]");
    good();
  }
  void commit() {
    out_.check(bad_ >= fewest, name_ + ": too few values");
    out_.expect_rows(std::string(extension_), writer_.schema().fields()[1], name_, good_, writer_.commit());
  }

 private:
  void good() {
    auto const& fields = writer_.schema().fields();
    value const id{good_}, f = good_value(fields[1], good_), note{note_of(good_)};
    cell_maker maker;
    std::vector<bw::cell> row{*maker.cell_of(id), *maker.cell_of(f), *maker.cell_of(note)};
    row.resize(fields.size());
    auto const appended = writer_.try_append_row(row);
    out_.check(appended.has_value(),
               name_ + ": a good row was refused" + (appended ? "" : ": " + appended.error().message));
    ++rows_;
    ++good_;
  }

  report& out_;
  std::string name_, folder_;
  std::string_view extension_;
  runtime_writer writer_;
  std::int64_t rows_ = 0, good_ = 0;
  std::size_t bad_ = 0;
};

template <class See>
void for_each_format(See const& see) {
  for (auto const name : bw::format::any::names()) see(bw::format::any::named(name), std::string(name));
}

bw::json_text json(std::string const& text) { return bw::json_text{text}; }

void check_names(report& out, generator& random) {
  for_each_format([&](bw::format::any const& format, std::string const& name) {
    auto schema = schema_with(varchar_field);
    schema.add_function_output("vec", bw::sparse_float_vector{}, bw::bm25{.input_field_name = "note"});
    interleaved rows(out, schema, format, "names, " + name);
    for (int i = 0; i < 20; ++i) {
      std::string const key = letters(random, 6);
      rows.refused(rows.writer().try_append_row(json("{\"id\":-1,\"f\":\"x\",\"note\":\"n\",\"" + key + "\":1}")),
                   {errc::unknown_field, {"no field of this name"}}, key);
      rows.refused(rows.writer().try_append_row(
                       json("{\"id\":-1,\"vec\":{\"" + std::to_string(i) + "\":1},\"f\":\"x\",\"note\":\"n\"}")),
                   {errc::unknown_field, {"the server fills this field"}}, "vec");
      rows.refused(rows.writer().try_append_row(json("{\"id\":-1,\"f\":\"" + key + "\"}")),
                   {errc::null_not_allowed, {"no value was given"}}, "note");
      rows.refused(rows.writer().try_append_row(json("{\"f\":\"" + key + "\",\"note\":\"n\"}")),
                   {errc::null_not_allowed, {"no value was given"}}, "id");
      rows.refused(rows.writer().try_append_row(json("{\"id\":-1,\"f\":\"" + key + "\",\"note\":\"n\",\"f\":\"y\"}")),
                   {errc::duplicate_key, {"appears more than once"}}, "f");
      rows.refused(rows.writer().try_append_row(json("[\"" + key + "\"]")),
                   {errc::invalid_json, {"not a JSON object", "an object was expected at byte 0"}, false}, "");
      std::vector<bw::cell> const cells(static_cast<std::size_t>(i + (i >= 4 ? 1 : 0)));
      rows.refused(rows.writer().try_append_row(cells),
                   {errc::wrong_dim, {std::to_string(cells.size()) + " cells where the schema has 4 fields"}, false},
                   "");
    }
    rows.commit();
  });
}

// auto_id: the primary key in the data, and columns of a table that no row can be made of.
void check_columns(report& out, generator& random) {
  bw::runtime_schema schema;
  schema.add_field("id", bw::int64{.is_primary = true, .auto_id = true}).add_field("f", bw::varchar{.max_length = 9});
  for_each_format([&](bw::format::any const& format, std::string const& name) {
    std::string const folder = out.new_folder();
    {
      runtime_writer writer(schema, format, {.local_path = folder});
      for (int i = 0; i < 20; ++i)
        out.check_refused(writer.try_append_row(json("{\"f\":\"x\",\"id\":" + std::to_string(i) + "}")),
                          {errc::unknown_field, {"the server fills this field (auto_id"}}, i, "id", "auto_id, " + name);
      out.check(writer.commit().groups.empty(), "auto_id, " + name + ": a file");
    }
    out.check_empty(folder, "auto_id, " + name);
  });
  for (int i = 0; i < 20; ++i) {
    std::string const key = letters(random, 5);
    auto const refused = [&](std::vector<std::string> const& names, errc code, std::string const& field) {
      auto const made = bw::text_columns::try_make(schema.fields(), names);
      out.check(!made && made.error().code == code && made.error().field == field &&
                    made.error().message.find("'" + field + "'") != std::string::npos,
                "columns of " + key + ": " + (made ? "accepted" : made.error().to_string()));
    };
    refused({"f", key}, errc::unknown_field, key);
    refused({"f", "id"}, errc::unknown_field, "id");
    refused({"f", "f"}, errc::duplicate_key, "f");
    refused({}, errc::null_not_allowed, "f");
  }
}

// Values that a server reads as null: in place of ">= 20 values" the nullkeys are many.
void check_nullkeys(report& out, generator& random) {
  bw::field_info f = varchar_field;
  f.nullable = true;
  std::vector<std::string> keys{"", "null", "NULL", "\\N", "N/A", " ", "nil", "NaN", "-", "\"\"", "\xc3\xa9", "a,b"};
  while (keys.size() < 24) keys.push_back(letters(random, 4));
  for (auto const& key : keys) {
    interleaved rows(out, schema_with(f), bw::format::csv{.nullkey = key}, "nullkey '" + key + "'");
    for (std::size_t i = 0; i < fewest; ++i) {
      std::vector<bw::cell> const row{bw::cell::integer(std::int64_t{-1}), bw::cell::text(key), bw::cell::text("n")};
      rows.refused(rows.writer().try_append_row(row),
                   {errc::format_cannot_hold, {"'" + key + "' is the nullkey", "read as null"}}, "f");
    }
    rows.commit();
  }
  // numbers too, and with a default value in place of null
  for (std::int64_t n = 1000; n < 1020; ++n) {
    bw::field_info number{.name = "f", .type = bw::kind::int32, .nullable = n % 2 == 0, .has_default = n % 2 == 1};
    interleaved rows(out, schema_with(number), bw::format::csv{.nullkey = std::to_string(n)},
                     "nullkey " + std::to_string(n));
    for (std::size_t i = 0; i < fewest; ++i) {
      std::string const text = std::to_string(n);
      rows.refused(rows.writer().try_append_row(json("{\"id\":-1,\"note\":\"n\",\"f\":" + text + "}")),
                   {errc::format_cannot_hold,
                    {"'" + text + "' is the nullkey", n % 2 == 0 ? "read as null" : "the default_value"}},
                   "f");
    }
    rows.commit();
  }
}

void check_large_rows(report& out, generator& random) {
  for_each_format([&](bw::format::any const& format, std::string const& name) {
    interleaved rows(out, schema_with(varchar_field), format, "row_too_large, " + name, 20'000);
    for (std::size_t i = 0; i < fewest; ++i) {
      std::string const text = letters(random, 20'000 + random() % 30'000);
      rows.refused(rows.writer().try_append_row(
                       std::vector{bw::cell::integer(std::int64_t{-1}), bw::cell::text(text), bw::cell::text("n")}),
                   {errc::row_too_large, {"a file with this row alone takes up to", "exceeds chunk_size 20000"}, false},
                   "");
    }
    rows.commit();
  });
}

// Several problems of a row come in one error, in the order of the schema.
void check_several(report& out, generator& random) {
  bw::runtime_schema schema;
  schema.add_field("id", bw::int64{.is_primary = true})
      .add_field("n", bw::int8{})
      .add_field("title", bw::varchar{.max_length = 4})
      .add_field("v", bw::float_vector{.dim = 2})
      .add_field("tags", bw::array{.element_type = bw::int16{}, .max_capacity = 2})
      .add_field("s", bw::sparse_float_vector{});
  struct fault {
    std::string field, json;
    errc code;
  };
  std::vector<fault> const faults{
      {"id", "null", errc::null_not_allowed},         {"n", "128", errc::out_of_range},
      {"title", "\"abcde\"", errc::varchar_too_long}, {"v", "[1]", errc::wrong_dim},
      {"tags", "[1,2,3]", errc::capacity_exceeded},   {"s", "{\"1\":-1}", errc::invalid_sparse}};
  std::vector<std::string> const good{"1", "1", "\"a\"", "[1,2]", "[1]", "{\"1\":1}"};
  for (auto const name : {"parquet", "json", "jsonl", "csv"}) {
    std::string const folder = out.new_folder(), where = std::string("several problems, ") + name;
    {
      runtime_writer writer(schema, bw::format::any::named(name), {.local_path = folder});
      std::int64_t number = 0;
      for (unsigned mask = 0; mask < 64; ++mask) {
        std::vector<fault> due;
        std::vector<std::string> members;
        for (std::size_t i = 0; i < faults.size(); ++i) {
          bool const bad = (mask >> i & 1) != 0;
          if (bad) due.push_back(faults[i]);
          members.push_back('"' + faults[i].field + "\":" + (bad ? faults[i].json : good[i]));
        }
        if (due.size() < 2) continue;
        std::shuffle(members.begin(), members.end(), random);
        std::string text = "{";
        for (auto const& m : members) text += (text.size() > 1 ? "," : "") + m;
        auto const appended = writer.try_append_row(json(text += '}'));
        if (appended) {
          out.check(false, where + ": accepted " + text);
          continue;
        }
        auto const& e = appended.error();
        out.check(e.code == errc::several_problems && e.row == number && e.field == due[0].field &&
                      e.problems.size() == due.size(),
                  where + ": " + e.to_string());
        ++number;
        for (std::size_t i = 0; i < std::min(due.size(), e.problems.size()); ++i)
          out.check(e.problems[i].code == due[i].code && e.problems[i].field == due[i].field &&
                        e.message.find("field '" + due[i].field + "': ") != std::string::npos,
                    where + ": " + e.to_string());
      }
      out.check(number == 57 && writer.row_count() == 0 && writer.commit().groups.empty(), where + ": rows");
    }
    out.check_empty(folder, where);
  }
}

}  // namespace

void check_special(report& out) {
  generator random(20260101);
  check_names(out, random);
  check_columns(out, random);
  check_nullkeys(out, random);
  check_large_rows(out, random);
  check_several(out, random);
}

}  // namespace refusals
