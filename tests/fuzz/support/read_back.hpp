#pragma once

// Values out of files as the texts of value.hpp: JSON, JSON Lines, CSV and NumPy. Written from what servers take, by
// nothing of the library's.

#include <bulkwriter/schema/field_info.hpp>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csv_peer.hpp"
#include "input.hpp"
#include "json_peer.hpp"
#include "value.hpp"

namespace fuzz {

using rows_told = std::vector<std::vector<std::string>>;  // of the fields that are written, in their order

inline float number32(json_tree const& v) {
  require(v.holds == json_tree::type::number, "a number stands in a list of numbers");
  return std::strtof(v.text.c_str(), nullptr);
}
inline std::int64_t whole(json_tree const& v, std::int64_t least, std::int64_t most) {
  require(v.holds == json_tree::type::number && v.text.find_first_of(".eE") == std::string::npos, "an integer");
  errno = 0;
  long long const n = std::strtoll(v.text.c_str(), nullptr, 10);
  require(errno == 0 && n >= least && n <= most, "an integer in its range");
  return n;
}
inline std::vector<json_tree> const& list(json_tree const& v) {
  require(v.holds == json_tree::type::array, "a list");
  return v.items;
}

/// The text of a JSON value of a field; text kinds are strings.
inline std::string told_json(bw::field_info const& f, json_tree const& v) {
  using tree = json_tree::type;
  if (v.holds == tree::null) return "-";
  switch (f.type) {
    case kind::boolean: require(v.holds == tree::boolean, "true or false"); return v.boolean ? "b1" : "b0";
    case kind::int8: return told_integer(whole(v, INT8_MIN, INT8_MAX));
    case kind::int16: return told_integer(whole(v, INT16_MIN, INT16_MAX));
    case kind::int32: return told_integer(whole(v, INT32_MIN, INT32_MAX));
    case kind::int64: return told_integer(whole(v, INT64_MIN, INT64_MAX));
    case kind::float32: return told_float(number32(v));
    case kind::float64:
      require(v.holds == tree::number, "a number");
      return told_double(std::strtod(v.text.c_str(), nullptr));
    case kind::varchar:
    case kind::text:
    case kind::json:
    case kind::geometry:
    case kind::timestamptz: require(v.holds == tree::string, "a string"); return told_text(v.text);
    case kind::float_vector: {
      std::vector<float> floats;
      for (json_tree const& e : list(v)) floats.push_back(number32(e));
      return told_floats(floats);
    }
    case kind::float16_vector:
    case kind::bfloat16_vector: {
      std::vector<std::uint16_t> halves;
      for (json_tree const& e : list(v)) {
        halves.push_back(to_half(f.type, number32(e)));
        require(
            std::bit_cast<std::uint32_t>(from_half(f.type, halves.back())) == std::bit_cast<std::uint32_t>(number32(e)),
            "the number of a 16-bit float is its exact value");
      }
      return told_halves(halves);
    }
    case kind::int8_vector: {
      std::vector<std::int8_t> bytes;
      for (json_tree const& e : list(v)) bytes.push_back(static_cast<std::int8_t>(whole(e, -128, 127)));
      return told_bytes('c', bytes);
    }
    case kind::binary_vector: {
      std::vector<std::uint8_t> bytes;
      for (json_tree const& e : list(v)) bytes.push_back(static_cast<std::uint8_t>(whole(e, 0, 255)));
      return told_bytes('x', bytes);
    }
    case kind::sparse_float_vector: {
      require(v.holds == tree::object, "a sparse vector is an object");
      std::vector<std::uint32_t> indices;
      std::vector<float> values;
      for (std::size_t i = 0; i < v.keys.size(); ++i) {
        indices.push_back(static_cast<std::uint32_t>(std::strtoull(v.keys[i].c_str(), nullptr, 10)));
        require(std::to_string(indices.back()) == v.keys[i], "an index of 32 bits");
        values.push_back(number32(v.items[i]));
      }
      return told_sparse(indices, values);
    }
    case kind::array: {
      std::string out = "[";
      bw::field_info const element{.name = f.name, .type = f.element};
      for (json_tree const& e : list(v)) (out.size() > 1 ? out += ' ' : out) += told_json(element, e);
      return out + ']';
    }
    case kind::struct_array: {
      std::string out = "[";
      for (json_tree const& e : list(v)) {
        require(e.holds == tree::object && e.keys.size() == f.sub_count, "a struct is an object with all its fields");
        out += out.size() > 1 ? " (" : "(";
        for (bw::field_info const& s : f.sub_fields()) {
          json_tree const* const member = e.find(s.name);
          require(member != nullptr, "a struct has all its fields");
          if (out.back() != '(') out += ' ';
          out += told_json(s, *member);
        }
        out += ')';
      }
      return out + ']';
    }
  }
  fail("a kind that the test does not know");
}

/// JSON text in one form for all of its spellings but those of numbers.
inline std::string normal(json_tree const& v) {
  switch (v.holds) {
    case json_tree::type::null: return "null";
    case json_tree::type::boolean: return v.boolean ? "true" : "false";
    case json_tree::type::number: return v.text;
    case json_tree::type::string: return told_text(v.text);
    case json_tree::type::array: {
      std::string out = "[";
      for (json_tree const& e : v.items) out += normal(e) + ",";
      return out + "]";
    }
    case json_tree::type::object: break;
  }
  std::map<std::string, std::string> members;
  for (std::size_t i = 0; i < v.keys.size(); ++i) members.emplace(told_text(v.keys[i]), normal(v.items[i]));
  std::string out = "{";
  for (auto const& [key, member] : members) out += key + ":" + member + ",";
  return out + "}";
}

/// A row of a JSON file. Of a dynamic field: `normal` of what stands beside the fields.
inline std::vector<std::string> read_json_row(std::span<bw::field_info const> fields, json_tree row) {
  require(row.holds == json_tree::type::object && !row.has_repeated_key(), "a row is an object, each key once");
  std::vector<std::string> cells;
  std::size_t dynamic = SIZE_MAX;
  for (bw::field_info const& f : fields) {
    if (!f.written()) continue;
    if (f.is_dynamic) dynamic = cells.size();
    std::string& cell = cells.emplace_back();
    if (f.is_dynamic) continue;
    std::size_t at = 0;
    while (at < row.keys.size() && row.keys[at] != f.name) ++at;
    require(at < row.keys.size(), "a row has all fields");
    cell = told_json(f, row.items[at]);
    row.keys.erase(row.keys.begin() + static_cast<std::ptrdiff_t>(at));
    row.items.erase(row.items.begin() + static_cast<std::ptrdiff_t>(at));
  }
  require(dynamic != SIZE_MAX || row.keys.empty(), "no key beside the fields");
  if (dynamic != SIZE_MAX) cells[dynamic] = normal(row);
  return cells;
}

inline void read_json(std::span<bw::field_info const> fields, std::string_view text, rows_told& out) {
  auto const file = json_peer::read(text);
  require(file && file->keys == std::vector<std::string>{"rows"}, "a JSON file is an object of rows");
  for (json_tree const& row : list(file->items.front())) out.push_back(read_json_row(fields, row));
}

inline void read_jsonl(std::span<bw::field_info const> fields, std::string_view text, rows_told& out) {
  while (!text.empty()) {
    std::size_t const end = text.find('\n');
    require(end != std::string_view::npos, "each line ends");
    auto const row = json_peer::read(text.substr(0, end));
    require(row.has_value(), "each line is JSON");
    out.push_back(read_json_row(fields, *row));
    text.remove_prefix(end + 1);
  }
}

inline std::string read_csv_cell(bw::field_info const& f, std::string const& text, std::string const& nullkey) {
  if (!f.is_dynamic && f.may_be_null() && text == nullkey) return told_null(f);
  switch (f.type) {
    case kind::varchar:
    case kind::json:
    case kind::geometry:
    case kind::timestamptz: return told_text(text);
    default: break;
  }
  auto const tree = json_peer::read(text);
  require(tree.has_value() && tree->holds != json_tree::type::null, [&] { return "no value of a CSV cell: " + text; });
  bool const is_list = f.type == kind::array || f.type == kind::struct_array || bw::is_vector(f.type);
  require(is_list || (text.front() > ' ' && text.back() > ' '), "no blanks round a number");
  return told_json(f, *tree);
}

inline void read_csv(std::span<bw::field_info const> fields, std::string_view text, char separator,
                     std::string const& nullkey, rows_told& out) {
  auto const rows = read_csv(text, separator);
  require(rows && !rows->empty(), [&] { return "no CSV with a header: " + std::string(text.substr(0, 300)); });
  std::vector<bw::field_info const*> written;
  for (bw::field_info const& f : fields)
    if (f.written()) written.push_back(&f);
  require(rows->front().size() == written.size(), "a column a field");
  for (std::size_t i = 0; i < written.size(); ++i) require(rows->front()[i] == written[i]->name, "names in the header");
  for (std::size_t r = 1; r < rows->size(); ++r) {
    require((*rows)[r].size() == written.size(), "a cell a column");
    auto& row = out.emplace_back();
    for (std::size_t i = 0; i < written.size(); ++i) row.push_back(read_csv_cell(*written[i], (*rows)[r][i], nullkey));
  }
}

/// The column of a NumPy file.
inline std::vector<std::string> read_npy(bw::field_info const& f, std::string_view file) {
  require(file.size() > 10 && file.starts_with(std::string_view("\x93NUMPY\x01\x00", 8)),
          "the beginning of a NumPy file");
  std::size_t const size =
      static_cast<unsigned char>(file[8]) | static_cast<std::size_t>(static_cast<unsigned char>(file[9])) << 8;
  require((size + 10) % 64 == 0 && file.size() >= size + 10 && file[size + 9] == '\n', "the head of a NumPy file");
  static std::regex const form(
      "\\{'descr': '([|<][biufU][0-9]+)', 'fortran_order': False, 'shape': \\(([0-9]+),( ([0-9]+))?\\), \\} *\n");
  std::string const head(file.substr(10, size));
  std::smatch m;
  require(std::regex_match(head, m, form), "the dictionary of a NumPy file");
  std::string const descr = m[1];
  std::size_t const rows = std::stoul(m[2]), width = m[3].matched ? std::stoul(m[4]) : 0;
  std::string_view data = file.substr(size + 10);

  auto const [wanted, values] = [&]() -> std::pair<char const*, std::size_t> {
    switch (f.type) {
      case kind::boolean: return {"|b1", 0};
      case kind::int8: return {"|i1", 0};
      case kind::int16: return {"<i2", 0};
      case kind::int32: return {"<i4", 0};
      case kind::int64: return {"<i8", 0};
      case kind::float32: return {"<f4", 0};
      case kind::float64: return {"<f8", 0};
      case kind::float_vector: return {"<f4", f.dim};
      case kind::float16_vector:
      case kind::bfloat16_vector: return {"|u1", f.dim * std::size_t{2}};
      case kind::int8_vector: return {"|i1", f.dim};
      case kind::binary_vector: return {"|u1", f.dim / 8};
      default: return {"<U", 0};
    }
  }();
  bool const is_text = std::string_view(wanted) == "<U";
  require(is_text ? descr.starts_with(wanted) : descr == wanted, "the type of a NumPy file");
  require(width == values, "the shape of a NumPy file");
  std::size_t const item = std::stoul(descr.substr(2)) * (is_text ? 4 : 1),
                    row_size = item * (values == 0 ? 1 : values);
  require(data.size() == rows * row_size, "the size of a NumPy file");

  std::vector<std::string> out;
  for (std::size_t r = 0; r < rows; ++r) {
    std::string_view const row = data.substr(r * row_size, row_size);
    auto const as = [&]<class T>(T) {
      T number;
      std::memcpy(&number, row.data(), sizeof number);
      return number;
    };
    auto const all = [&]<class T>(T) {
      std::vector<T> numbers(row.size() / sizeof(T));
      std::memcpy(numbers.data(), row.data(), row.size());
      return numbers;
    };
    switch (f.type) {
      case kind::boolean:
        require(row[0] == 0 || row[0] == 1, "0 or 1");
        out.push_back(row[0] ? "b1" : "b0");
        break;
      case kind::int8: out.push_back(told_integer(as(std::int8_t{}))); break;
      case kind::int16: out.push_back(told_integer(as(std::int16_t{}))); break;
      case kind::int32: out.push_back(told_integer(as(std::int32_t{}))); break;
      case kind::int64: out.push_back(told_integer(as(std::int64_t{}))); break;
      case kind::float32: out.push_back(told_float(as(float{}))); break;
      case kind::float64: out.push_back(told_double(as(double{}))); break;
      case kind::float_vector: out.push_back(told_floats(all(float{}))); break;
      case kind::float16_vector:
      case kind::bfloat16_vector: out.push_back(told_halves(all(std::uint16_t{}))); break;
      case kind::int8_vector: out.push_back(told_bytes('c', all(std::int8_t{}))); break;
      case kind::binary_vector: out.push_back(told_bytes('x', all(std::uint8_t{}))); break;
      default: {
        std::vector<char32_t> codes = all(char32_t{});
        while (!codes.empty() && codes.back() == 0) codes.pop_back();
        std::string text;
        for (char32_t const code : codes) append_utf8(text, code);
        out.push_back(told_text(text));
      }
    }
  }
  return out;
}

}  // namespace fuzz
