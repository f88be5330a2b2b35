#pragma once

#include <bulkwriter/import/jobs.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL std::string_view to_string(import_state state) noexcept {
  switch (state) {
    case import_state::unknown: return "unknown";
    case import_state::pending: return "pending";
    case import_state::importing: return "importing";
    case import_state::uncommitted: return "uncommitted";
    case import_state::committing: return "committing";
    case import_state::completed: return "completed";
    case import_state::failed: return "failed";
  }
  return "unknown";
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
