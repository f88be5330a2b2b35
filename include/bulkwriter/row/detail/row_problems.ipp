#pragma once

#include <bulkwriter/row/row_problems.hpp>
#include <bulkwriter/text/problems.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL error_info refused_row(std::int64_t row_number, std::vector<problem> problems) {
  error_info info;
  info.row = row_number;
  info.field = problems.front().field;
  info.message = "row " + std::to_string(row_number);
  bool const one = problems.size() == 1;
  info.code = one ? problems.front().code : errc::several_problems;
  info.message += one ? (info.field.empty() ? ": " : ", ") : ": " + std::to_string(problems.size()) + " problems: ";
  info.message += list_problems(problems, !one);
  info.problems = std::move(problems);
  return info;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
