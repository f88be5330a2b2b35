#include "runner.hpp"

#include <bulkwriter/adapt/boost_json.hpp>
#include <bulkwriter/local.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <boost/json/parse.hpp>

namespace refusals {

namespace {

// Rows as Boost.JSON objects, made of JSON text.
class object_sink final : public row_sink {
 public:
  object_sink(bw::field_info const& f, bw::format::any const& format, std::string const& path)
      : field_(f), writer_(schema_with(f), format, {.local_path = path}) {}
  std::optional<bw::result<void>> try_append(std::int64_t id, value const& f, std::string const& note) override {
    auto const text = json_maker::json_of(field_, f);
    if (!text) return std::nullopt;
    boost::system::error_code failed;
    boost::json::value parsed = boost::json::parse(*text, failed);
    if (failed) return std::nullopt;
    boost::json::object object;
    object["note"] = note;
    object[field_.name] = std::move(parsed);
    object["id"] = id;
    return writer_.try_append_row(object);
  }
  bw::batch_files commit() override { return writer_.commit(); }
  std::uint64_t row_count() const override { return writer_.row_count(); }

 private:
  static bw::runtime_schema schema_with(bw::field_info const& f) {
    bw::runtime_schema schema;
    schema.add_field("id", bw::int64{.is_primary = true}).add_field(f).add_field("note", bw::varchar{.max_length = 16});
    return schema;
  }

  bw::field_info field_;
  bw::local_bulk_writer<bw::runtime_schema, bw::format::any> writer_;
};

}  // namespace

way object_way(bw::field_info const& f) {
  return {"object", by_object, [f](bw::format::any const& format, std::string const& path) {
            return std::unique_ptr<row_sink>(new object_sink(f, format, path));
          }};
}

}  // namespace refusals
