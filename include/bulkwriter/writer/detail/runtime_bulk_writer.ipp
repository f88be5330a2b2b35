#pragma once

#include <bulkwriter/row/row_problems.hpp>
#include <bulkwriter/writer/runtime_bulk_writer.hpp>

#include <algorithm>
#include <utility>

// What chunk_writer does for run-time schemas only: other units do not pay for it.

namespace bulkwriter {
inline namespace v1 {
namespace detail {

BULKWRITER_DECL result<void> chunk_writer::append(cell_row const& given) {
  if (given.problems().empty()) [[likely]]
    return append(&given, [](void const* row, row_texts&, cell* cells) {
      auto const made = static_cast<cell_row const*>(row)->cells();
      std::copy(made.begin(), made.end(), cells);
    });
  if (auto usable = check_usable(); !usable) return usable;
  std::int64_t const row = offered_rows_++;
  auto const place_of = [this](problem const& p) {
    return std::find_if(fields_.begin(), fields_.end(), [&](field_info const& f) { return f.name == p.field; });
  };
  std::vector<problem> problems = given.problems();
  if (problems.front().field.empty()) return refused_row(row, std::move(problems));  // there is no row to judge
  if (auto checked = checker_.check(row, given.cells()); !checked)
    for (problem& p : checked.error().problems)
      if (std::none_of(given.problems().begin(), given.problems().end(),
                       [&](auto const& q) { return q.field == p.field; }))
        problems.push_back(std::move(p));
  // in schema order, each moved up past those of later fields: few, and std::stable_sort uses what C++17 deprecated
  for (auto at = problems.begin(); at != problems.end(); ++at)
    std::rotate(std::find_if(problems.begin(), at, [&](problem const& p) { return place_of(*at) < place_of(p); }), at,
                at + 1);
  return refused_row(row, std::move(problems));
}

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
