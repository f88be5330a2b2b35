#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// A ULEB128 number, as Thrift's compact protocol and Parquet's runs have it.
inline void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

/// Writes structs in Thrift's compact protocol (thrift-compact-protocol.md), as much of it as Parquet's metadata needs.
class thrift_compact {
 public:
  explicit thrift_compact(std::string& out) : out_(out) { last_id_.push_back(0); }

  void i32(int id, std::int32_t value) { field(id, 5), zigzag(value); }
  void i64(int id, std::int64_t value) { field(id, 6), zigzag(value); }
  void byte(int id, std::int8_t value) { field(id, 3), out_.push_back(static_cast<char>(value)); }
  void boolean(int id, bool value) { field(id, value ? 1 : 2); }  // the value is the type
  void binary(int id, std::string_view value) { field(id, 8), text(value); }

  void begin_struct(int id) { field(id, 12), begin_element(); }
  void end_struct() { out_.push_back('\0'), last_id_.pop_back(); }

  void begin_list_of_structs(int id, std::size_t size) { list(id, 12, size); }
  void begin_element() { last_id_.push_back(0); }  // an element of a list of structs has no header
  void end_element() { end_struct(); }

  void list_of_i32(int id, std::initializer_list<std::int32_t> values) {
    list(id, 5, values.size());
    for (std::int32_t const v : values) zigzag(v);
  }
  void list_of_binary(int id, std::span<std::string_view const> values) {
    list(id, 8, values.size());
    for (std::string_view const v : values) text(v);
  }
  /// Elements that were written before, by another thrift_compact.
  void list_of_written_structs(int id, std::size_t size, std::string_view elements) {
    list(id, 12, size), out_.append(elements);
  }

  /// Ends the outermost struct.
  void end() { out_.push_back('\0'); }

 private:
  void field(int id, int type) {
    int const delta = id - last_id_.back();
    if (delta >= 1 && delta <= 15) {
      out_.push_back(static_cast<char>(delta << 4 | type));
    } else {
      out_.push_back(static_cast<char>(type));
      zigzag(id);
    }
    last_id_.back() = id;
  }
  void list(int id, int element_type, std::size_t size) {
    field(id, 9);
    if (size < 15) {
      out_.push_back(static_cast<char>(size << 4 | static_cast<std::size_t>(element_type)));
    } else {
      out_.push_back(static_cast<char>(0xf0 | element_type));
      varint(size);
    }
  }
  void text(std::string_view value) { varint(value.size()), out_.append(value); }
  void zigzag(std::int64_t value) {
    varint(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void varint(std::uint64_t value) { append_varint(out_, value); }

  std::string& out_;
  std::vector<int> last_id_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
