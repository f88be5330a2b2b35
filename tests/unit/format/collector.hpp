#pragma once

#include <bulkwriter/format/format.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

// A sink that keeps what an encoder hands over: of a lone file in `text`, of a group in `files`.
struct collector {
  std::string text;
  std::vector<std::string> files = {};
  int rewrites = 0;

  bulkwriter::format::byte_sink sink() {
    using pieces = std::span<std::span<std::byte const> const>;
    return {this,
            [](void* self, std::size_t file, pieces given) {
              for (auto const piece : given)
                static_cast<collector*>(self)->of(file).append(reinterpret_cast<char const*>(piece.data()),
                                                               piece.size());
              return bulkwriter::result<void>();
            },
            [](void* self, std::size_t file, std::span<std::byte const> head) {
              static_cast<collector*>(self)->of(file).replace(0, head.size(),
                                                              reinterpret_cast<char const*>(head.data()), head.size());
              ++static_cast<collector*>(self)->rewrites;
              return bulkwriter::result<void>();
            }};
  }

 private:
  std::string& of(std::size_t file) { return files.empty() ? text : files.at(file); }
};
