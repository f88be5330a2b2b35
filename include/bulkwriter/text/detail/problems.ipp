#pragma once

#include <bulkwriter/text/problems.hpp>
#include <bulkwriter/text/quoted.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL std::string list_problems(std::span<problem const> problems, bool with_codes) {
  static constexpr std::size_t enough = 600;  // bytes, beyond which no other problem is begun
  std::string out;
  for (problem const& p : problems) {
    if (out.size() > enough) return out += "; and " + std::to_string(problems.data() + problems.size() - &p) + " more";
    if (!out.empty()) out += "; ";
    if (!p.field.empty()) out += "field " + quoted_name(p.field) + ": ";
    out += p.message;
    if (with_codes) (out += " [bulkwriter.").append(to_string(p.code)) += ']';
  }
  return out;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
