#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/text/json_node.hpp>
#include <bulkwriter/text/numbers.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// JSON documents as trees: for manifests, answers and schemas, which are small. Rows are read where they stand.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// A value of a document, and where it stands there.
struct json_value {
  json_type type = json_type::null;
  std::string text = {};                  ///< of a string, unescaped; of a number, a word (true) and null, as it stands
  std::string key = {};                   ///< of a member of an object, unescaped
  std::size_t key_offset = 0;             ///< of the key's opening quote in the document, in bytes
  std::size_t offset = 0;                 ///< of the value's first byte
  std::vector<json_value> elements = {};  ///< of an array; members of an object, as they came

  bool is(json_type wanted) const noexcept { return type == wanted; }
  bool is_number() const noexcept {
    return type == json_type::integer || type == json_type::unsigned_integer || type == json_type::real;
  }
  /// The member of this key, unless this is no object or has none. A view, as of a vector's element.
  json_value const* find(std::string_view name) const noexcept {
    if (type != json_type::object) return nullptr;
    for (json_value const& member : elements)
      if (member.key == name) return &member;
    return nullptr;
  }
  /// Whether it is a number without fraction and exponent that the type holds; then its value.
  template <class Int>
  bool read(Int& value) const noexcept {
    return is_number() && read_integer(text, value);
  }
};

/// A text that is exactly one JSON value, as find_json_fault judges it. Errors: `invalid_json` and `duplicate_key`,
/// with line and column: "line 2, column 7: not JSON: a digit was expected".
result<json_value> try_read_json(std::string_view text);

/// "line 2, column 7" of a place in a text: both from 1, the column in bytes.
std::string line_and_column(std::string_view text, std::size_t offset);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/text/detail/json_value.ipp>
#endif
