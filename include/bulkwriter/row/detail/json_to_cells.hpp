#pragma once

#include <bulkwriter/row/cell_row.hpp>
#include <bulkwriter/row/detail/json_node.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// From JSON values to the cells of their fields. A value of a type that its field cannot hold is a problem of the row;
/// everything else is left to the row checker. `Node` is text_node, or the same over another library's tree.
template <class Node>
class json_to_cells {
 public:
  explicit json_to_cells(cell_row& row) : row_(row) {}

  /// The members of an object as the fields of the row; undeclared ones go to the dynamic field.
  template <class Object>
  void read_row(Object const& object) {
    auto const fields = row_.fields();
    std::size_t const none = fields.size();
    std::size_t dynamic = none, expected = 0;
    for (std::size_t i = 0; i < none; ++i)
      if (fields[i].is_dynamic) dynamic = i;
    std::string* loose = nullptr;
    object.for_each_member([&](std::string_view key, Node const& value) {
      std::size_t const i = find(key, expected);
      if (i == none && dynamic == none) {
        row_.refuse(errc::unknown_field, key, "the schema has no field of this name, and no dynamic field to take it");
      } else if (i == none) {
        append_member(loose, key, value);
      } else if (i == dynamic) {
        field_ = &fields[i];
        if (value.type() == json_type::object)
          value.for_each_member([&](std::string_view k, auto const& v) { append_member(loose, k, v); });
        else if (value.type() == json_type::string)
          append_members_of_text(loose, value.string(row_.new_text()));
        else if (value.type() != json_type::null)
          wrong(value, "an object");
      } else {
        expected = i + 1;
        if (!fields[i].written())
          row_.refuse(errc::unknown_field, key,
                      "the server fills this field (auto_id or function output); give no value for it");
        else
          row_.set(i, read(fields[i], value));
      }
    });
    if (loose != nullptr) row_.set(dynamic, cell::text(*loose += '}'));
  }

  /// The cell of one field; null, and a problem, where the value is none of its kind.
  cell read(field_info const& f, Node const& value) {
    field_ = &f;
    place_.clear();
    return read_any(f, value);
  }

 private:
  std::size_t find(std::string_view key, std::size_t expected) const noexcept {
    auto const fields = row_.fields();
    if (expected < fields.size() && fields[expected].name == key) return expected;
    return row_.find(key);
  }
  template <class Value>
  void append_member(std::string*& object, std::string_view key, Value const& value) {
    if (object == nullptr)
      *(object = &row_.new_text()) = "{";
    else
      *object += ',';
    append_json_string(*object, key);
    *object += ':';
    value.append_json(*object);
  }
  // As files have the dynamic field: the text of an object, in a string.
  void append_members_of_text(std::string*& object, std::string_view text) {
    std::vector<std::string> keys;
    // that a key is there twice the row checker says
    if (auto const fault = find_json_object_fault(text, keys); fault && !fault->key) {
      place_.clear();
      refuse(errc::invalid_json, "the string " + in_quotes(text) + " is not the text of a JSON object: " +
                                     describe_json_fault(text, *fault).message);
      return;
    }
    text_node(without_blanks(text)).for_each_member([&](std::string_view key, text_node const& value) {
      append_member(object, key, value);
    });
  }

  static std::string shown(Node const& value) {
    std::string text;
    value.append_json(text);
    return one_line(text, 40);
  }
  cell refuse(errc code, std::string const& rule) {
    row_.refuse(code, field_->name, place_ + rule);
    return {};
  }
  cell wrong(Node const& value, std::string_view due) {
    return refuse(errc::wrong_type, shown(value) + " where " + std::string(due) + " is due");
  }
  static bool is_number(json_type t) {
    return t == json_type::integer || t == json_type::unsigned_integer || t == json_type::real;
  }

  cell read_any(field_info const& f, Node const& value) {
    if (value.type() == json_type::null) return {};
    switch (f.type) {
      case kind::float_vector:
      case kind::float16_vector:
      case kind::bfloat16_vector: return read_floats(value);
      case kind::int8_vector: return read_integers<std::int8_t>(value, row_.new_int8s());
      case kind::binary_vector: return read_integers<std::uint8_t>(value, row_.new_bytes());
      case kind::sparse_float_vector: return read_sparse(value);
      case kind::array: return read_array(f, value);
      case kind::struct_array: return read_structs(f, value);
      default: return read_scalar(f.type, value);
    }
  }

  cell read_scalar(kind k, Node const& value) {
    json_type const t = value.type();
    if (k == kind::boolean)
      return t == json_type::boolean ? cell::boolean(value.boolean()) : wrong(value, "true or false");
    if (is_integer(k)) {
      if (t == json_type::integer) return cell::integer(value.integer());
      if (t == json_type::unsigned_integer) return cell::integer(value.unsigned_integer());
      return wrong(value, "an integer");
    }
    if (k == kind::float32 || k == kind::float64) {
      if (!is_number(t)) return wrong(value, "a number");
      float single = 0;
      if (k == kind::float32 && value.read_nearest(single)) return cell::float32(single);
      return value.real();  // the checker tells the range
    }
    if (k == kind::json && t == json_type::string) {
      // as files and servers have it: JSON text, in a string
      std::string_view const text = value.string(row_.new_text());
      if (auto const fault = find_json_fault(text); fault && !fault->key)
        return refuse(errc::invalid_json, "the string " + in_quotes(text) +
                                              R"( is not JSON text (that of a string is "\"…\""): )" +
                                              describe_json_fault(text, *fault).message);
      return cell::text(text);
    }
    if (k == kind::json) {
      std::string& text = row_.new_text();
      value.append_json(text);
      return cell::text(text);
    }
    if (t != json_type::string) return wrong(value, "a string");
    return cell::text(value.string(row_.new_text()));
  }

  // Runs `see(value, at)` for the elements up to the first that it refuses. `place_` names the element meanwhile.
  template <class See>
  bool read_elements(Node const& value, std::string_view due, See const& see) {
    if (value.type() != json_type::array) {
      wrong(value, due);
      return false;
    }
    bool good = true;
    std::size_t at = 0;
    value.for_each_element([&](Node const& element) {
      if (good) good = see(element, at);
      ++at;
    });
    return good;
  }
  template <class Complain>
  bool refuse_element(std::size_t at, Complain const& complain) {
    std::string const outer = place_;
    place_ += "element [" + std::to_string(at) + "]: ";
    complain();
    place_ = outer;
    return false;
  }

  template <class Where>
  bool push_float(std::vector<float>& out, Node const& value, Where const& where) {
    if (!is_number(value.type()))
      return refuse(errc::wrong_type, where() + shown(value) + " where a number is due"), false;
    float single = 0;
    if (!value.read_nearest(single))
      return refuse(errc::out_of_range, where() + shown(value) + " is outside the range of float32"), false;
    out.push_back(single);
    return true;
  }
  cell read_floats(Node const& value) {
    std::vector<float>& out = row_.new_floats();
    bool const good = read_elements(value, "an array of numbers", [&](Node const& e, std::size_t at) {
      if (is_number(e.type())) [[likely]]
        if (float single = 0; e.read_nearest(single)) [[likely]]
          return out.push_back(single), true;
      return push_float(out, e, [at] { return "element [" + std::to_string(at) + "]: "; });
    });
    return good ? cell::floats(out) : cell();
  }

  template <class Type>
  cell read_integers(Node const& value, std::vector<Type>& out) {
    bool const good = read_elements(value, "an array of integers", [&](Node const& e, std::size_t at) {
      using limits = std::numeric_limits<Type>;
      json_type const t = e.type();
      if (t == json_type::integer && e.integer() >= (limits::min)() && e.integer() <= (limits::max)())
        return out.push_back(static_cast<Type>(e.integer())), true;
      return refuse_element(at, [&] {
        if (t == json_type::integer || t == json_type::unsigned_integer)
          refuse(errc::out_of_range,
                 shown(e) + " is outside " + std::to_string((limits::min)()) + ".." + std::to_string((limits::max)()));
        else
          wrong(e, "an integer");
      });
    });
    if (!good) return {};
    if constexpr (std::is_same_v<Type, std::int8_t>)
      return cell::int8s(out);
    else
      return cell::bytes(out);
  }

  // {"12": 0.5, "7": 1}, or {"indices": [12, 7], "values": [0.5, 1]}; both as the server takes them.
  cell read_sparse(Node const& value) {
    if (value.type() != json_type::object) return wrong(value, "an object of indices and values");
    std::vector<std::uint32_t>& indices = row_.new_indices();
    std::vector<float>& values = row_.new_floats();
    bool good = true;
    int index_lists = 0, value_lists = 0, members = 0;
    value.for_each_member([&](std::string_view key, Node const& member) {
      if (!good) return;
      ++members;
      bool const is_list = member.type() == json_type::array;
      if (is_list && key == "indices") {
        ++index_lists;
        good = read_elements(member, {}, [&](Node const& e, std::size_t at) {
          return push_index(indices, text_of(e), [at] { return "'indices': element [" + std::to_string(at) + "]: "; });
        });
      } else if (is_list && key == "values") {
        ++value_lists;
        good = read_elements(member, {}, [&](Node const& e, std::size_t at) {
          return push_float(values, e, [at] { return "'values': element [" + std::to_string(at) + "]: "; });
        });
      } else {
        good = push_index(indices, key, [] { return std::string(); }) &&
               push_float(values, member, [&] { return "index " + std::string(key) + ": "; });
      }
    });
    if (!good) return {};
    if (index_lists + value_lists != 0 && (index_lists != 1 || value_lists != 1 || members != 2))
      return wrong(value, R"({"index": value, …} or {"indices": […], "values": […]})");
    if (indices.size() != values.size())
      return refuse(errc::wrong_dim,
                    std::to_string(indices.size()) + " indices and " + std::to_string(values.size()) + " values");
    sort_sparse(indices, values);
    return cell::sparse(indices, values);
  }
  static std::string text_of(Node const& value) {
    std::string text;
    value.append_json(text);
    return text;
  }
  // Decimal without leading zeros: servers read "010" as an octal number.
  template <class Where>
  bool push_index(std::vector<std::uint32_t>& out, std::string_view text, Where const& where) {
    std::uint32_t index = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), index);
    bool const has_zeros = text.size() > 1 && text.front() == '0';
    if (failed == std::errc::result_out_of_range)
      return refuse(errc::out_of_range, where() + "index " + one_line(text, 40) + " is outside 0..4294967294"), false;
    if (failed != std::errc() || end != text.data() + text.size() || has_zeros)
      return refuse(errc::wrong_type, where() + in_quotes(text) + " where an index is due"), false;
    out.push_back(index);
    return true;
  }

  cell read_array(field_info const& f, Node const& value) {
    cell_list& list = row_.new_list();
    bool const good = read_elements(value, "an array", [&](Node const& e, std::size_t at) {
      if (e.type() == json_type::null)
        return refuse_element(at, [&] { refuse(errc::null_not_allowed, "null, which no array holds"); });
      std::size_t const before = row_.problems().size();
      std::string const outer = place_;
      place_ += "element [" + std::to_string(at) + "]: ";
      list.cells.push_back(read_scalar(f.element, e));
      place_ = outer;
      return row_.problems().size() == before;
    });
    return good ? list.view() : cell();
  }

  cell read_structs(field_info const& f, Node const& value) {
    cell_list& list = row_.new_list();
    list.width = f.sub_count;
    bool const good = read_elements(value, "an array of objects", [&](Node const& e, std::size_t at) {
      std::size_t const before = row_.problems().size();
      std::string const outer = place_;
      place_ += "element [" + std::to_string(at) + "]: ";
      if (e.type() == json_type::object)
        read_struct(f, e, list);
      else
        wrong(e, "an object");
      place_ = outer;
      return row_.problems().size() == before;
    });
    return good ? list.view() : cell();
  }
  void read_struct(field_info const& f, Node const& value, cell_list& list) {
    auto const sub = f.sub_fields();
    std::size_t const before = row_.problems().size(), begin = list.cells.size();
    list.cells.resize(begin + sub.size());
    std::size_t expected = 0;
    value.for_each_member([&](std::string_view key, Node const& member) {
      // those in the order of the schema, as programs write them, are found at once
      std::size_t k = expected < sub.size() && sub[expected].name == key ? expected : 0;
      while (k < sub.size() && sub[k].name != key) ++k;
      expected = k + 1;
      if (k == sub.size()) {
        refuse(errc::unknown_field, "the struct has no field " + quoted_name(key));
        return;
      }
      std::string const outer = place_;
      place_ += quoted_name(key) + ": ";
      list.cells[begin + k] = read_any(sub[k], member);
      place_ = outer;
    });
    for (std::size_t k = 0; k < sub.size(); ++k)
      if (list.cells[begin + k].is_null() && row_.problems().size() == before)
        refuse(errc::null_not_allowed, "no value for " + quoted_name(sub[k].name));
  }

  cell_row& row_;
  field_info const* field_ = nullptr;
  std::string place_;  // before the rule in messages: "element [3]: "
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
