#pragma once

#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>
#include <bulkwriter/schema/member_type.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// One value of a field, good or bad, that owns what it says, and the ways to say it: as a cell, as JSON text, as the
// text of a cell of a table, as a value of a C++ type. A way that cannot say it gives nothing.
namespace refusals {

namespace bw = bulkwriter;

struct value {
  struct sparse {
    std::vector<std::uint32_t> indices;
    std::vector<float> values;
  };
  struct structs {
    std::vector<std::vector<value>> all;
    std::size_t width = 0;
  };
  struct raw {  // text of JSON or of a table's cell as it stands
    std::string text;
  };
  using list = std::vector<value>;
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, float, double, std::string, std::vector<float>,
               std::vector<std::uint16_t>, std::vector<std::int8_t>, std::vector<std::uint8_t>, sparse, list, structs,
               raw>
      held = {};
};

/// The cells of values, which must live as long, and the memory of those in lists.
class cell_maker {
 public:
  std::optional<bw::cell> cell_of(value const& v) {
    return std::visit([this](auto const& held) { return make(held); }, v.held);
  }

 private:
  using made = std::optional<bw::cell>;
  static made make(std::monostate) { return bw::cell(); }
  static made make(bool v) { return bw::cell::boolean(v); }
  static made make(std::int64_t v) { return bw::cell::integer(v); }
  static made make(std::uint64_t v) { return bw::cell::integer(v); }
  static made make(float v) { return bw::cell::float32(v); }
  static made make(double v) { return bw::cell::float64(v); }
  static made make(std::string const& v) { return bw::cell::text(v); }
  static made make(std::vector<float> const& v) { return bw::cell::floats(v); }
  static made make(std::vector<std::uint16_t> const& v) { return bw::cell::halves(v); }
  static made make(std::vector<std::int8_t> const& v) { return bw::cell::int8s(v); }
  static made make(std::vector<std::uint8_t> const& v) { return bw::cell::bytes(v); }
  static made make(value::sparse const& v) { return bw::cell::sparse(v.indices, v.values); }
  static made make(value::raw const&) { return std::nullopt; }
  made make(value::list const& v) {
    std::vector<bw::cell> cells;
    if (!append(cells, v)) return std::nullopt;
    return bw::cell::list(lists_.emplace_back(std::move(cells)));
  }
  made make(value::structs const& v) {
    std::vector<bw::cell> cells;
    for (auto const& one : v.all)
      if (!append(cells, one)) return std::nullopt;
    return bw::cell::list(lists_.emplace_back(std::move(cells)), v.width);
  }
  bool append(std::vector<bw::cell>& cells, std::vector<value> const& values) {
    for (auto const& v : values) {
      auto const c = cell_of(v);
      if (!c) return false;
      cells.push_back(*c);
    }
    return true;
  }

  std::deque<std::vector<bw::cell>> lists_;
};

inline std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    char escaped[8];
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c)), out += escaped;
    else
      out += c;
  }
  return out += '"';
}

/// JSON text for a field; text of a json field is that text itself.
class json_maker {
 public:
  static std::optional<std::string> json_of(bw::field_info const& f, value const& v) {
    json_maker maker;
    maker.append(f, v);
    return maker.sayable_ ? std::optional(std::move(maker.out_)) : std::nullopt;
  }

 private:
  void append(bw::field_info const& f, value const& v) {
    std::visit([&](auto const& held) { put(f, held); }, v.held);
  }
  template <class T>
  void number(T v) {
    if constexpr (std::is_floating_point_v<T>)
      if (!std::isfinite(v)) {
        sayable_ = false;
        return;
      }
    char text[40];
    out_.append(text, std::to_chars(text, text + sizeof text, v).ptr);
  }
  template <class T>
  void numbers(std::vector<T> const& all) {
    out_ += '[';
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i != 0) out_ += ',';
      number(all[i]);
    }
    out_ += ']';
  }
  void put(bw::field_info const&, std::monostate) { out_ += "null"; }
  void put(bw::field_info const&, bool v) { out_ += v ? "true" : "false"; }
  void put(bw::field_info const&, std::int64_t v) { number(v); }
  void put(bw::field_info const&, std::uint64_t v) { number(v); }
  void put(bw::field_info const&, float v) { number(v); }
  void put(bw::field_info const&, double v) { number(v); }
  void put(bw::field_info const& f, std::string const& v) { out_ += f.type == bw::kind::json ? v : json_string(v); }
  void put(bw::field_info const&, std::vector<float> const& v) { numbers(v); }
  void put(bw::field_info const&, std::vector<std::uint16_t> const&) { sayable_ = false; }
  void put(bw::field_info const&, std::vector<std::int8_t> const& v) { numbers(v); }
  void put(bw::field_info const&, std::vector<std::uint8_t> const& v) { numbers(v); }
  void put(bw::field_info const&, value::sparse const& v) {
    sayable_ = sayable_ && v.indices.size() == v.values.size();
    if (!sayable_) return;
    out_ += '{';
    for (std::size_t i = 0; i < v.indices.size(); ++i) {
      if (i != 0) out_ += ',';
      out_ += '"' + std::to_string(v.indices[i]) + "\":";
      number(v.values[i]);
    }
    out_ += '}';
  }
  void put(bw::field_info const& f, value::list const& v) {
    bw::field_info const element{.name = f.name, .type = f.element};
    out_ += '[';
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i != 0) out_ += ',';
      append(element, v[i]);
    }
    out_ += ']';
  }
  void put(bw::field_info const& f, value::structs const& v) {
    sayable_ = sayable_ && v.width == f.sub_count;
    if (!sayable_) return;
    out_ += '[';
    for (std::size_t i = 0; i < v.all.size(); ++i) {
      out_ += i != 0 ? ",{" : "{";
      for (std::size_t k = 0; k < v.width; ++k) {
        if (k != 0) out_ += ',';
        out_ += json_string(f.sub[k].name) + ':';
        append(f.sub[k], v.all[i][k]);
      }
      out_ += '}';
    }
    out_ += ']';
  }
  void put(bw::field_info const&, value::raw const& v) { out_ += v.text; }

  std::string out_;
  bool sayable_ = true;
};

/// The text of a cell of a table.
inline std::optional<std::string> text_of(bw::field_info const& f, value const& v) {
  bool const is_text = f.type == bw::kind::varchar || f.type == bw::kind::text;
  if (std::holds_alternative<std::monostate>(v.held)) return is_text ? std::nullopt : std::optional<std::string>("");
  if (auto const* text = std::get_if<std::string>(&v.held)) {
    if (text->empty() && (!is_text || f.may_be_null())) return std::nullopt;  // would be null
    return *text;
  }
  return json_maker::json_of(f, v);
}

template <class T>
struct type_tag {};

/// The value as one of a C++ type. Nothing where that type has no such value.
template <class T>
std::optional<T> as(value const& v);

template <class T>
std::optional<T> as_of(value const& v, type_tag<T>) {
  if constexpr (std::is_same_v<T, bool>) {
    if (auto const* b = std::get_if<bool>(&v.held)) return *b;
  } else if constexpr (std::is_integral_v<T>) {
    if (auto const* i = std::get_if<std::int64_t>(&v.held); i != nullptr && std::in_range<T>(*i))
      return static_cast<T>(*i);
    if (auto const* u = std::get_if<std::uint64_t>(&v.held); u != nullptr && std::in_range<T>(*u))
      return static_cast<T>(*u);
  } else {
    if (auto const* held = std::get_if<T>(&v.held)) return *held;
    if constexpr (std::is_same_v<T, double>)
      if (auto const* f = std::get_if<float>(&v.held)) return double{*f};
  }
  return std::nullopt;
}
template <class T>
std::optional<std::optional<T>> as_of(value const& v, type_tag<std::optional<T>>) {
  if (std::holds_alternative<std::monostate>(v.held)) return std::optional<T>();
  auto made = as<T>(v);
  if (!made) return std::nullopt;
  return std::optional<std::optional<T>>(std::in_place, std::move(*made));
}
template <class T>
std::optional<std::vector<T>> as_of(value const& v, type_tag<std::vector<T>>) {
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, std::uint16_t> || std::is_same_v<T, std::int8_t> ||
                std::is_same_v<T, std::uint8_t>)
    if (auto const* held = std::get_if<std::vector<T>>(&v.held)) return *held;
  auto const* elements = std::get_if<value::list>(&v.held);
  if (elements == nullptr) return std::nullopt;
  std::vector<T> out;
  for (auto const& e : *elements) {
    auto made = as<T>(e);
    if (!made) return std::nullopt;
    out.push_back(std::move(*made));
  }
  return out;
}
template <class... T>
std::optional<std::vector<std::tuple<T...>>> as_of(value const& v, type_tag<std::vector<std::tuple<T...>>>) {
  auto const* given = std::get_if<value::structs>(&v.held);
  if (given == nullptr || given->width != sizeof...(T)) return std::nullopt;
  std::vector<std::tuple<T...>> out;
  for (auto const& one : given->all) {
    bool const good = [&]<std::size_t... I>(std::index_sequence<I...>) {
      std::tuple<std::optional<T>...> parts{as<T>(one[I])...};
      if (!(std::get<I>(parts) && ...)) return false;
      out.emplace_back(std::move(*std::get<I>(parts))...);
      return true;
    }(std::index_sequence_for<T...>{});
    if (!good) return std::nullopt;
  }
  return out;
}
inline std::optional<bw::sparse_view> as_of(value const& v, type_tag<bw::sparse_view>) {
  auto const* s = std::get_if<value::sparse>(&v.held);
  if (s == nullptr) return std::nullopt;
  return bw::sparse_view{s->indices, s->values};
}
template <class I>
std::optional<std::vector<std::pair<I, float>>> as_of(value const& v, type_tag<std::vector<std::pair<I, float>>>) {
  auto const* s = std::get_if<value::sparse>(&v.held);
  if (s == nullptr || s->indices.size() != s->values.size()) return std::nullopt;
  std::vector<std::pair<I, float>> out;
  for (std::size_t i = 0; i < s->indices.size(); ++i) out.emplace_back(s->indices[i], s->values[i]);
  return out;
}

template <class T>
std::optional<T> as(value const& v) {
  return as_of(v, type_tag<T>());
}

}  // namespace refusals
