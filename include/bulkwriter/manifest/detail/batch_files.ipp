#pragma once

#include <bulkwriter/manifest/batch_files.hpp>

#include <ostream>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL batch_files batch_files::of_paths(std::vector<std::string> paths) {
  batch_files files;
  for (auto& path : paths) files.groups.push_back({.paths = {std::move(path)}});
  return files;
}

BULKWRITER_DECL std::ostream& operator<<(std::ostream& out, batch_files const& files) {
  out << '[';
  for (std::size_t i = 0; i < files.size(); ++i) {
    out << (i ? ", [" : "[");
    for (std::size_t k = 0; k < files[i].size(); ++k) out << (k ? ", \"" : "\"") << files[i][k] << '"';
    out << ']';
  }
  return out << ']';
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
