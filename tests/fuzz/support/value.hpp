#pragma once

// Values as the fuzz targets have them: what becomes a cell, what the rules say of it, and what a reader must find.
// Rules and texts are written from the documentation, by nothing of the library's.
//
// The text of a value, which check_corpus.py makes, too:
//   -  null    b1  boolean    i-7  integer    f3f800000  float32    d3ff0000000000000  float64    s6869  text, its
//   bytes v3f800000…  floats    h3c00…  16-bit floats    cff…  int8s    xff…  bits    p3:3f800000 …  sparse [i1 i2]
//   array    [(i1 s61) (…)]  structs

#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <bit>
#include <cfloat>
#include <cinttypes>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "json_peer.hpp"
#include "timestamp_peer.hpp"
#include "utf8_peer.hpp"

namespace fuzz {

namespace bw = bulkwriter;
using bw::kind;
using type = bw::cell::type;

template <class... T>
std::string print(char const* form, T... values) {
  char text[64];
  std::snprintf(text, sizeof text, form, values...);
  return text;
}
// Of each input, most of the time is spent here: no printf.
template <class Unsigned>
void append_hex(std::string& out, Unsigned v) {
  for (int shift = sizeof(Unsigned) * 8 - 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[v >> shift & 15];
}
inline std::string hex(std::string_view bytes) {
  std::string out;
  for (char const c : bytes) append_hex(out, static_cast<unsigned char>(c));
  return out;
}
inline std::string told_integer(std::int64_t v) { return print("i%" PRId64, v); }
inline std::string told_float(float v) { return print("f%08" PRIx32, std::bit_cast<std::uint32_t>(v)); }
inline std::string told_double(double v) { return print("d%016" PRIx64, std::bit_cast<std::uint64_t>(v)); }
inline std::string told_text(std::string_view v) { return "s" + hex(v); }
inline std::string told_floats(std::vector<float> const& v) {
  std::string out = "v";
  for (float const f : v) append_hex(out, std::bit_cast<std::uint32_t>(f));
  return out;
}
inline std::string told_halves(std::vector<std::uint16_t> const& v) {
  std::string out = "h";
  for (std::uint16_t const h : v) append_hex(out, h);
  return out;
}
template <class Byte>
std::string told_bytes(char tag, std::vector<Byte> const& v) {
  std::string out(1, tag);
  for (Byte const b : v) append_hex(out, static_cast<std::uint8_t>(b));
  return out;
}
inline std::string told_sparse(std::vector<std::uint32_t> const& indices, std::vector<float> const& values) {
  std::string out = "p";
  for (std::size_t i = 0; i < indices.size(); ++i)
    out += (i ? " " : "") + print("%" PRIu32, indices[i]) + ":" + told_float(values[i]).substr(1);
  return out;
}

/// To the nearest, ties to even: by the compiler's type, and by the integer arithmetic of the definition.
inline std::uint16_t to_half(kind k, float value) {
  if (k == kind::float16_vector) return std::bit_cast<std::uint16_t>(static_cast<_Float16>(value));
  std::uint32_t const bits = std::bit_cast<std::uint32_t>(value), rest = bits & 0xFFFF, whole = bits >> 16;
  return static_cast<std::uint16_t>(rest > 0x8000 || (rest == 0x8000 && whole % 2 == 1) ? whole + 1 : whole);
}
inline float from_half(kind k, std::uint16_t half) {
  if (k == kind::float16_vector) return static_cast<float>(std::bit_cast<_Float16>(half));
  return std::bit_cast<float>(std::uint32_t{half} << 16);
}

struct value {
  type holds = type::null;
  std::int64_t integer = 0;
  std::uint64_t large = 0;
  double number = 0;
  std::string text = {};
  std::vector<float> floats = {};
  std::vector<std::uint16_t> halves = {};
  std::vector<std::int8_t> int8s = {};
  std::vector<std::uint8_t> bytes = {};
  std::vector<std::uint32_t> indices = {};  // of floats
  std::vector<value> items = {};            // `width` an element
  std::size_t width = 1;
};

/// The cells of values, with the memory that those of lists view.
class cells {
 public:
  bw::cell of(value const& v) {
    switch (v.holds) {
      case type::null: return {};
      case type::boolean: return bw::cell::boolean(v.integer != 0);
      case type::integer: return bw::cell::integer(v.integer);
      case type::unsigned_integer: return bw::cell::integer(v.large);
      case type::float32: return bw::cell::float32(static_cast<float>(v.number));
      case type::float64: return bw::cell::float64(v.number);
      case type::text: return bw::cell::text(v.text);
      case type::floats: return bw::cell::floats(v.floats);
      case type::halves: return bw::cell::halves(v.halves);
      case type::int8s: return bw::cell::int8s(v.int8s);
      case type::bytes: return bw::cell::bytes(v.bytes);
      case type::sparse: return bw::cell::sparse(v.indices, v.floats);
      case type::list: break;
    }
    std::vector<bw::cell> list;
    for (value const& item : v.items) list.push_back(of(item));
    return bw::cell::list(lists_.emplace_back(std::move(list)), v.width);
  }

 private:
  std::deque<std::vector<bw::cell>> lists_;
};

/// What the rules say: bad must be refused, good accepted; of what is open (shapes made of random words) either is fine
/// here.
enum class verdict { good, open, bad };
inline verdict worse(verdict a, verdict b) { return a < b ? b : a; }
inline verdict when(bool good) { return good ? verdict::good : verdict::bad; }

inline constexpr char const* good_shapes[] = {"POINT (1 2)",
                                              "point(1.5 -2e3)",
                                              "LINESTRING (0 0, 1 1)",
                                              "POLYGON ((0 0, 1 0, 1 1, 0 0))",
                                              "POINT EMPTY",
                                              "MULTIPOINT ((1 2), (3 4))",
                                              "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))",
                                              "POINT Z (1 2 3)"};

/// A value of a scalar or vector kind, or of a list; of nulls the caller knows more.
inline verdict judge(bw::field_info const& f, value const& v, std::vector<std::string_view> const& names = {}) {
  auto const finite = [](auto const& all) {
    for (auto const x : all)
      if (!std::isfinite(static_cast<double>(x))) return false;
    return true;
  };
  kind const k = f.type;
  switch (k) {
    case kind::boolean: return when(v.holds == type::boolean);
    case kind::int8:
    case kind::int16:
    case kind::int32:
    case kind::int64: {
      int const bits = k == kind::int8 ? 8 : k == kind::int16 ? 16 : k == kind::int32 ? 32 : 64;
      std::int64_t const most = static_cast<std::int64_t>((std::uint64_t{1} << (bits - 1)) - 1);
      if (v.holds == type::unsigned_integer) return when(v.large <= static_cast<std::uint64_t>(most));
      return when(v.holds == type::integer && v.integer <= most && v.integer >= -most - 1);
    }
    case kind::float32:
    case kind::float64:
      if (v.holds != type::float32 && v.holds != type::float64) return verdict::bad;
      return when(std::isfinite(v.number) && (k == kind::float64 || std::isfinite(static_cast<float>(v.number))));
    case kind::varchar: return when(v.holds == type::text && v.text.size() <= f.max_length && is_utf8(v.text));
    case kind::text: return when(v.holds == type::text && is_utf8(v.text));
    case kind::json: {
      if (v.holds != type::text || v.text.size() > 65536) return verdict::bad;
      auto const tree = json_peer::read(v.text);
      if (!tree || tree->has_repeated_key()) return verdict::bad;
      if (!f.is_dynamic) return verdict::good;
      if (tree->holds != json_tree::type::object) return verdict::bad;
      for (std::string_view const name : names)
        if (tree->find(name)) return verdict::bad;
      return verdict::good;
    }
    case kind::geometry:
      if (v.holds != type::text || !is_utf8(v.text)) return verdict::bad;
      for (std::string_view const shape : good_shapes)
        if (v.text == shape) return verdict::good;
      return verdict::open;
    case kind::timestamptz: return when(v.holds == type::text && is_timestamp(v.text));
    case kind::float_vector: return when(v.holds == type::floats && v.floats.size() == f.dim && finite(v.floats));
    case kind::float16_vector:
    case kind::bfloat16_vector:
      if (v.holds == type::floats) {
        if (v.floats.size() != f.dim) return verdict::bad;
        for (float const x : v.floats)
          if (!std::isfinite(x) || !std::isfinite(from_half(k, to_half(k, x)))) return verdict::bad;
        return verdict::good;
      }
      if (v.holds != type::halves || v.halves.size() != f.dim) return verdict::bad;
      for (std::uint16_t const h : v.halves)
        if (!std::isfinite(from_half(k, h))) return verdict::bad;
      return verdict::good;
    case kind::int8_vector: return when(v.holds == type::int8s && v.int8s.size() == f.dim);
    case kind::binary_vector: return when(v.holds == type::bytes && v.bytes.size() * 8 == f.dim);
    case kind::sparse_float_vector:
      if (v.holds != type::sparse || !finite(v.floats)) return verdict::bad;
      for (std::size_t i = 0; i < v.indices.size(); ++i)
        if (v.indices[i] == UINT32_MAX || v.floats[i] < 0 || (i > 0 && v.indices[i] <= v.indices[i - 1]))
          return verdict::bad;
      return verdict::good;
    case kind::array:
    case kind::struct_array: {
      std::size_t const width = k == kind::array ? 1 : f.sub_count;
      if (v.holds != type::list || (!v.items.empty() && v.width != width) || v.items.size() / width > f.max_capacity)
        return verdict::bad;
      verdict all = verdict::good;
      bw::field_info const element{.name = f.name, .type = f.element, .max_length = f.max_length};
      for (std::size_t i = 0; i < v.items.size(); ++i)
        all = worse(all, judge(k == kind::array ? element : f.sub[i % width], v.items[i]));
      return all;
    }
  }
  return verdict::bad;
}

/// The text of a good value.
inline std::string told(bw::field_info const& f, value const& v) {
  if (v.holds == type::null) return "-";
  switch (f.type) {
    case kind::boolean: return v.integer != 0 ? "b1" : "b0";
    case kind::int8:
    case kind::int16:
    case kind::int32:
    case kind::int64: return told_integer(v.holds == type::integer ? v.integer : static_cast<std::int64_t>(v.large));
    case kind::float32: return told_float(static_cast<float>(v.number));
    case kind::float64: return told_double(v.number);
    case kind::varchar:
    case kind::text:
    case kind::json:
    case kind::geometry: return told_text(v.text);
    case kind::timestamptz: return told_text(spelled_timestamp(v.text));
    case kind::float_vector: return told_floats(v.floats);
    case kind::float16_vector:
    case kind::bfloat16_vector: {
      std::vector<std::uint16_t> halves = v.halves;
      if (v.holds == type::floats) {
        halves.clear();
        for (float const x : v.floats) halves.push_back(to_half(f.type, x));
      }
      return told_halves(halves);
    }
    case kind::int8_vector: return told_bytes('c', v.int8s);
    case kind::binary_vector: return told_bytes('x', v.bytes);
    case kind::sparse_float_vector: return told_sparse(v.indices, v.floats);
    case kind::array:
    case kind::struct_array: break;
  }
  bw::field_info const element{.name = f.name, .type = f.element, .max_length = f.max_length};
  std::string out = "[";
  for (std::size_t i = 0; i < v.items.size(); ++i) {
    if (i != 0) out += ' ';
    if (f.type == kind::array) {
      out += told(element, v.items[i]);
      continue;
    }
    std::size_t const at = i % f.sub_count;
    if (at == 0) out += '(';
    out += told(f.sub[at], v.items[i]);
    if (at + 1 == f.sub_count) out += ')';
  }
  return out += ']';
}

/// What a server puts in place of null.
inline std::string told_null(bw::field_info const& f) {
  if (f.is_dynamic) return told_text("{}");
  if (!f.has_default) return "-";
  if (f.type == kind::boolean) return f.default_integer != 0 ? "b1" : "b0";
  if (bw::is_integer(f.type)) return told_integer(f.default_integer);
  if (f.type == kind::float32) return told_float(static_cast<float>(f.default_number));
  if (f.type == kind::float64) return told_double(f.default_number);
  return told_text(f.default_text);
}

}  // namespace fuzz
