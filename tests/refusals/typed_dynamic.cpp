#include "typed.hpp"

namespace refusals {

namespace {

struct row {
  std::int64_t id = 0;
  std::string extra = {};
  std::string note = {};
};
struct row_schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>, bw::dynamic_field<&row::extra>,
                               bw::field<"note", &row::note, bw::varchar{.max_length = 16}>> {};

template <bool ByName>
class sink final : public row_sink {
 public:
  sink(bw::format::any const& format, std::string const& path) : writer_(format, {.local_path = path}) {}
  std::optional<bw::result<void>> try_append(std::int64_t id, value const& f, std::string const& note) override {
    using namespace bw::literals;
    auto const* text = std::get_if<std::string>(&f.held);
    if (text == nullptr) return std::nullopt;
    if constexpr (ByName)
      return writer_.try_append_row("note"_f = note, "$meta"_f = *text, "id"_f = id);
    else
      return writer_.try_append_row(row{.id = id, .extra = *text, .note = note});
  }
  bw::batch_files commit() override { return writer_.commit(); }
  std::uint64_t row_count() const override { return writer_.row_count(); }

 private:
  bw::local_bulk_writer<row_schema, bw::format::any> writer_;
};
template <bool ByName>
way make(std::string name) {
  return {std::move(name), by_type, [](bw::format::any const& format, std::string const& path) {
            return std::unique_ptr<row_sink>(new sink<ByName>(format, path));
          }};
}

}  // namespace

void add_dynamic(std::vector<subject>& all) {
  all.push_back(
      {.name = "dynamic field", .field = row_schema::infos[1], .ways = {make<false>("struct"), make<true>("names")}});
}

}  // namespace refusals
