#pragma once

#include <bulkwriter/row/row_problems.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

BULKWRITER_DECL error_info refused_row(std::int64_t row_number, std::vector<problem> problems) {
  error_info info;
  info.row = row_number;
  info.field = problems.front().field;
  info.message = "row " + std::to_string(row_number);
  if (problems.size() == 1) {
    problem const& p = problems.front();
    info.code = p.code;
    info.message += (p.field.empty() ? ": " : ", field '" + p.field + "': ") + p.message;
  } else {
    info.code = errc::several_problems;
    info.message += ": " + std::to_string(problems.size()) + " problems";
    for (std::size_t k = 0; k < problems.size(); ++k) {
      problem const& p = problems[k];
      info.message += k == 0 ? ": " : "; ";
      if (!p.field.empty()) info.message += "field '" + p.field + "': ";
      info.message += p.message + " [bulkwriter." + std::string(to_string(p.code)) + "]";
    }
  }
  info.problems = std::move(problems);
  return info;
}

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
