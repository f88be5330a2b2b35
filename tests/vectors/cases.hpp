#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

/// Reads the vector files beside this header; their format is described in the head of sigv4.txt.
namespace vectors {

struct test_case {
  std::string name;
  std::map<std::string, std::string> fields;

  bool has(std::string const& key) const { return fields.count(key) != 0; }
  std::string get(std::string const& key) const { return has(key) ? fields.at(key) : std::string(); }
};

inline std::vector<test_case> read_cases(std::string const& file_name) {
#if defined(BULKWRITER_TESTS_DIR)
  auto const path = std::filesystem::path(BULKWRITER_TESTS_DIR) / "vectors" / file_name;
#else
  auto const path = std::filesystem::path(__FILE__).parent_path() / file_name;
#endif
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::vector<test_case> out;
  std::string* field = nullptr;
  bool first_line = true;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("=== ")) {
      out.push_back({line.substr(4), {}});
      field = nullptr;
    } else if (line.starts_with("--- ") && !out.empty()) {
      field = &out.back().fields[line.substr(4)];
      first_line = true;
    } else if (field) {
      if (!first_line) *field += '\n';
      *field += line;
      first_line = false;
    }
  }
  return out;
}

}  // namespace vectors
