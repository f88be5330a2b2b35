#include "runner.hpp"

#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

namespace refusals {

namespace {

bw::runtime_schema schema_with(bw::field_info const& f) {
  bw::runtime_schema schema;
  schema.add_field("id", bw::int64{.is_primary = true}).add_field(f).add_field("note", bw::varchar{.max_length = 16});
  return schema;
}

class runtime_sink : public row_sink {
 public:
  runtime_sink(bw::field_info const& f, bw::format::any const& format, std::string const& path)
      : writer_(schema_with(f), format, {.local_path = path}) {}
  bw::batch_files commit() override { return writer_.commit(); }
  std::uint64_t row_count() const override { return writer_.row_count(); }

 protected:
  bw::field_info const& field() const { return writer_.schema().fields()[1]; }
  bw::local_bulk_writer<bw::runtime_schema, bw::format::any> writer_;
};

class cell_sink final : public runtime_sink {
 public:
  using runtime_sink::runtime_sink;
  std::optional<bw::result<void>> try_append(std::int64_t id, value const& f, std::string const& note) override {
    cell_maker maker;
    auto const made = maker.cell_of(f);
    if (!made) return std::nullopt;
    return writer_.try_append_row(std::vector<bw::cell>{bw::cell::integer(id), *made, bw::cell::text(note)});
  }
};

class json_sink final : public runtime_sink {
 public:
  using runtime_sink::runtime_sink;
  std::optional<bw::result<void>> try_append(std::int64_t id, value const& f, std::string const& note) override {
    auto const text = json_maker::json_of(field(), f);
    if (!text) return std::nullopt;
    return writer_.try_append_row(bw::json_text{"{\"id\":" + std::to_string(id) + ",\"" + std::string(field().name) +
                                                "\":" + *text + ",\"note\":" + json_string(note) + '}'});
  }
};

class text_sink final : public runtime_sink {
 public:
  text_sink(bw::field_info const& f, bw::format::any const& format, std::string const& path)
      : runtime_sink(f, format, path),
        columns_(writer_.schema().fields(), std::vector<std::string>{"note", std::string(f.name), "id"}) {}
  std::optional<bw::result<void>> try_append(std::int64_t id, value const& f, std::string const& note) override {
    auto const text = text_of(field(), f);
    if (!text) return std::nullopt;
    std::string const id_text = std::to_string(id);
    return writer_.try_append_row(columns_, std::vector<std::string_view>{note, *text, id_text});
  }

 private:
  bw::text_columns columns_;
};

template <class Sink>
way make(std::string name, unsigned bit, bw::field_info const& f) {
  return {std::move(name), bit, [f](bw::format::any const& format, std::string const& path) {
            return std::unique_ptr<row_sink>(new Sink(f, format, path));
          }};
}

}  // namespace

void add_runtime_ways(subject& one) {
  one.ways.push_back(make<cell_sink>("cells", by_cells, one.field));
  one.ways.push_back(make<json_sink>("JSON", by_json, one.field));
  one.ways.push_back(make<text_sink>("texts", by_texts, one.field));
}

}  // namespace refusals
