#pragma once

#include <bulkwriter/format/format.hpp>

#include <span>
#include <string>

// A sink that keeps what an encoder hands over.
struct collector {
  std::string text;
  bulkwriter::format::byte_sink sink() {
    return {this, [](void* self, std::span<std::span<std::byte const> const> pieces) {
              for (auto const piece : pieces)
                static_cast<collector*>(self)->text.append(reinterpret_cast<char const*>(piece.data()), piece.size());
              return bulkwriter::result<void>();
            }};
  }
};
