#pragma once

#include "runner.hpp"

#include <bulkwriter/local.hpp>

#include <tuple>
#include <utility>

namespace refusals {

enum class typed_way { row, name, position, columns };

/// `Member`: of the field in the row struct. `Wide`: of a value by name, by position or in a column.
template <class Member, class Wide, auto Kind>
struct typed {
  struct row {
    std::int64_t id = 0;
    Member f = {};
    std::string note = {};
  };
  struct schema : bw::schema<bw::field<"id", &row::id, bw::int64{.is_primary = true}>, bw::field<"f", &row::f, Kind>,
                             bw::field<"note", &row::note, bw::varchar{.max_length = 16}>> {};

  template <typed_way How>
  class sink final : public row_sink {
   public:
    sink(bw::format::any const& format, std::string const& path) : writer_(format, {.local_path = path}) {}
    std::optional<bw::result<void>> try_append(std::int64_t id, value const& f, std::string const& note) override {
      using namespace bw::literals;
      if constexpr (How == typed_way::row) {
        auto given = as<Member>(f);
        if (!given) return std::nullopt;
        return writer_.try_append_row(row{.id = id, .f = std::move(*given), .note = note});
      } else {
        auto given = as<std::optional<Wide>>(f);
        if (!given) return std::nullopt;
        if constexpr (How == typed_way::name) {
          return writer_.try_append_row("note"_f = note, "f"_f = *given, "id"_f = id);
        } else if constexpr (How == typed_way::position) {
          return writer_.try_append_row(std::tuple(id, std::move(*given), note));
        } else {
          std::vector<std::int64_t> const ids{id};
          std::vector<std::optional<Wide>> const values{std::move(*given)};
          std::vector<std::string> const notes{note};
          auto appended = writer_.try_append_columns("id"_f = ids, "f"_f = values, "note"_f = notes);
          if (!appended) return bw::result<void>(std::move(appended).error());
          return bw::result<void>();
        }
      }
    }
    bw::batch_files commit() override { return writer_.commit(); }
    std::uint64_t row_count() const override { return writer_.row_count(); }

   private:
    bw::local_bulk_writer<schema, bw::format::any> writer_;
  };

  template <typed_way How>
  static way make(std::string name) {
    return {std::move(name), by_type, [](bw::format::any const& format, std::string const& path) {
              return std::unique_ptr<row_sink>(new sink<How>(format, path));
            }};
  }
  static void add(std::vector<subject>& all, std::string name) {
    all.push_back({.name = std::move(name),
                   .field = schema::infos[1],
                   .ways = {make<typed_way::row>("struct"), make<typed_way::name>("names"),
                            make<typed_way::position>("tuple"), make<typed_way::columns>("columns")}});
  }
};

}  // namespace refusals
