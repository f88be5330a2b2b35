#pragma once

#include <bulkwriter/row/detail/json_to_cells.hpp>
#include <bulkwriter/row/detail/row_checker.ipp>
#include <bulkwriter/row/text_columns.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <charconv>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

inline std::string_view without_blanks(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  std::size_t const begin = text.find_first_not_of(blanks);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// The text of one cell, as the cell of its field.
class text_to_cell {
 public:
  text_to_cell(cell_row& row, field_info const& field) : row_(row), field_(field) {}

  cell read(std::string_view text) {
    kind const k = field_.type;
    bool const is_text = k == kind::varchar || k == kind::text;
    if (text.empty() && (!is_text || field_.may_be_null())) return {};
    if (is_text || k == kind::geometry || k == kind::timestamptz || k == kind::json) return cell::text(text);
    if (k == kind::boolean) return read_boolean(text);
    if (is_integer(k)) return read_integer(text);
    if (k == kind::float32) return read_number<float>(text);
    if (k == kind::float64) return read_number<double>(text);
    if (k == kind::float_vector)
      if (std::vector<float>& numbers = row_.new_floats(); read_list(text, numbers)) return cell::floats(numbers);
    return read_json(text);
  }

 private:
  cell refuse(errc code, std::string rule) {
    row_.refuse(code, field_.name, std::move(rule));
    return {};
  }

  cell read_boolean(std::string_view text) {
    for (std::string_view const yes : {"true", "True", "TRUE", "1"})
      if (text == yes) return cell::boolean(true);
    for (std::string_view const no : {"false", "False", "FALSE", "0"})
      if (text == no) return cell::boolean(false);
    return refuse(errc::wrong_type, quoted_start(text) + " is neither true nor false");
  }

  cell read_integer(std::string_view text) {
    char const* const last = text.data() + text.size();
    std::int64_t value = 0;
    std::uint64_t large = 0;
    auto const [end, failed] = std::from_chars(text.data(), last, value);
    if (end == last && failed == std::errc()) return cell::integer(value);
    if (end != last || failed != std::errc::result_out_of_range)
      return refuse(errc::invalid_number, quoted_start(text) + " is not an integer");
    if (std::from_chars(text.data(), last, large).ec == std::errc()) return cell::integer(large);
    return refuse(errc::out_of_range, quoted_start(text) + " does not fit 64 bits");
  }

  template <class Type>
  cell read_number(std::string_view text) {
    char const* const last = text.data() + text.size();
    Type value = 0;
    auto const [end, failed] = read_float(text.data(), last, value);
    if (end != last || failed == std::errc::invalid_argument)
      return refuse(errc::invalid_number, quoted_start(text) + " is not a finite number");
    if (failed != std::errc())
      return refuse(errc::out_of_range,
                    quoted_start(text) + " is outside the range of " + std::string(to_string(field_.type)));
    if constexpr (std::is_same_v<Type, float>)
      return cell::float32(value);
    else
      return cell::float64(value);
  }

  // The common case in one pass. What is no list of numbers is left to the JSON reader, which says why.
  static bool read_list(std::string_view text, std::vector<float>& out) {
    text = without_blanks(text);
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
    char const* p = text.data() + 1;
    char const* const last = text.data() + text.size() - 1;
    auto const skip_blanks = [&] {
      while (p != last && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) ++p;
    };
    skip_blanks();
    if (p == last) return true;
    for (;;) {
      float value = 0;
      auto const [end, failed] = read_float(p, last, value);
      if (failed != std::errc()) return false;
      out.push_back(value);
      p = end;
      skip_blanks();
      if (p == last) return true;
      if (*p != ',') return false;
      ++p;
      skip_blanks();
    }
  }

  cell read_json(std::string_view text) {
    if (auto const fault = find_json_fault(text))
      return refuse(fault->code(), fault->rule(quoted_start(text) + " is not JSON"));
    return json_to_cells<text_node>(row_).read(field_, text_node(without_blanks(text)));
  }

  cell_row& row_;
  field_info const& field_;
};

// A cell without a declared type: what looks like a JSON number is one, unless a reader would round it.
inline void append_loose_text(std::string& out, std::string_view text) {
  bool const is_word = text == "true" || text == "false";
  bool is_number = (text.front() == '-' || (text.front() >= '0' && text.front() <= '9')) && text.back() > ' ' &&
                   !find_json_fault(text);
  if (is_number)
    is_number = text_node(text).type() != json_type::real || text.find_first_of(".eE") != std::string_view::npos;
  if (is_word || is_number)
    out += text;
  else
    append_json_string(out, text);
}

}  // namespace detail

BULKWRITER_DECL result<text_columns> text_columns::try_make(std::span<field_info const> fields,
                                                            std::span<std::string const> names) {
  text_columns made;
  made.names_.assign(names.begin(), names.end());
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].is_dynamic) made.dynamic_ = i;
  auto const refused = [](errc code, std::string_view name, std::string_view rule) {
    return error_info{.code = code,
                      .message = "column " + detail::quoted_name(name) + ": " + std::string(rule),
                      .field = std::string(name)};
  };
  for (auto const& name : names) {
    if (std::count(names.begin(), names.end(), name) > 1)
      return refused(errc::duplicate_key, name, "two columns have this name");
    auto const found = std::find_if(fields.begin(), fields.end(), [&](auto const& f) { return f.name == name; });
    if (found != fields.end() && !found->written())
      return refused(errc::unknown_field, name,
                     "the server fills this field (auto_id or function output); leave the column out");
    if (found == fields.end() && made.dynamic_ == loose)
      return refused(errc::unknown_field, name,
                     "the schema has no field of this name, and no dynamic field to take it");
    made.has_loose_ = made.has_loose_ || found == fields.end();
    made.field_of_.push_back(found == fields.end() ? loose : static_cast<std::size_t>(found - fields.begin()));
  }
  for (auto const& f : fields)
    if (f.written() && !f.may_be_null() && std::find(names.begin(), names.end(), f.name) == names.end())
      return refused(errc::null_not_allowed, f.name,
                     "there is none, and the field is neither nullable nor has a default_value");
  return made;
}

BULKWRITER_DECL void text_columns::read(std::span<std::string_view const> texts, cell_row& row) const {
  row.clear();
  if (texts.size() != names_.size())
    return row.refuse(
        errc::wrong_dim, {},
        std::to_string(texts.size()) + " texts where there are " + std::to_string(names_.size()) + " columns");
  std::string_view given;  // for the dynamic field itself
  std::string* object = nullptr;
  for (std::size_t c = 0; c < texts.size(); ++c) {
    std::size_t const i = field_of_[c];
    if (i == loose) {
      if (texts[c].empty()) continue;
      if (object == nullptr)
        *(object = &row.new_text()) = "{";
      else
        *object += ',';
      detail::append_json_string(*object, names_[c]);
      *object += ':';
      detail::append_loose_text(*object, texts[c]);
    } else if (i == dynamic_) {
      given = texts[c];
    } else {
      row.set(i, detail::text_to_cell(row, row.fields()[i]).read(texts[c]));
    }
  }
  if (object == nullptr) {
    if (!given.empty()) row.set(dynamic_, cell::text(given));
    return;
  }
  auto const members = detail::inside_braces(given.empty() ? "{}" : given);
  if (members && !members->empty()) (*object += ',') += *members;
  *object += '}';
  row.set(dynamic_, cell::text(members ? std::string_view(*object) : given));  // the checker says that it is no object
}

BULKWRITER_DECL void cells_of<json_text>::read(json_text value, cell_row& row) {
  row.clear();
  std::vector<std::string> keys;
  if (auto const fault = detail::find_json_object_fault(value.text_, keys)) {
    row.refuse(fault->code(), fault->top_key, fault->rule("not a JSON object"));
    if (!fault->key) return;  // other problems are told, too
  }
  detail::json_to_cells<detail::text_node>(row).read_row(detail::text_node(detail::without_blanks(value.text_)));
}

}  // namespace v1
}  // namespace bulkwriter
