#pragma once

// RFC 4180 as Go's encoding/csv reads it, which servers use: quotes only round a whole cell, CR LF is LF, inside
// quotes too, and lines without a byte are skipped.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

inline std::optional<std::vector<std::vector<std::string>>> read_csv(std::string_view text, char separator) {
  std::vector<std::vector<std::string>> rows;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') plain += text[i];
  std::size_t at = 0;
  while (at < plain.size()) {
    if (plain[at] == '\n') {
      ++at;
      continue;
    }
    auto& row = rows.emplace_back();
    for (;;) {
      std::string& cell = row.emplace_back();
      if (at < plain.size() && plain[at] == '"') {
        for (++at;; ++at) {
          if (at == plain.size()) return std::nullopt;  // never closed
          if (plain[at] == '"' && (++at == plain.size() || plain[at] != '"')) break;
          cell += plain[at];
        }
      } else {
        for (; at < plain.size() && plain[at] != separator && plain[at] != '\n'; ++at) {
          if (plain[at] == '"') return std::nullopt;
          cell += plain[at];
        }
      }
      if (at == plain.size()) return rows;
      char const end = plain[at++];
      if (end == '\n') break;
      if (end != separator) return std::nullopt;
    }
  }
  return rows;
}

}  // namespace fuzz
