#pragma once

#include <bulkwriter/row/detail/json_to_cells.hpp>
#include <bulkwriter/row/detail/row_checker.ipp>
#include <bulkwriter/row/text_columns.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <charconv>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// The text of one cell, as the cell of its field.
class text_to_cell {
 public:
  text_to_cell(cell_row& row, field_info const& field) : row_(row), field_(field) {}

  cell read(text_cell const& given) {
    std::string_view const text = given.text;
    kind const k = field_.type;
    bool const is_text = k == kind::varchar || k == kind::text;
    if (given.is_null && (!is_text || field_.may_be_null())) return {};
    if (text.empty() && !is_text)
      return refuse(errc::wrong_type, (given.is_quoted ? "empty text in quotes, which is not null,"
                                                       : "empty text, which is not null,") +
                                          std::string(" where ") + std::string(to_string(k)) + " is due");
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
      if (failed != std::errc() || !is_json_number_form({p, static_cast<std::size_t>(end - p)})) return false;
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
    if (auto const fault = find_json_fault(text)) {
      json_complaint const why = describe_json_fault(text, *fault);
      if (fault->key || why.is_not_finite) return refuse(fault->key ? fault->code() : errc::not_finite, why.message);
      return refuse(errc::invalid_json, quoted_start(text) + " is not JSON: " + why.message + " at byte " +
                                            std::to_string(fault->offset));
    }
    return json_to_cells<text_node>(row_).read(field_, text_node(without_blanks(text)));
  }

  cell_row& row_;
  field_info const& field_;
};

BULKWRITER_DECL std::string append_loose_cell(std::string& out, text_cell const& c) {
  bool const is_word = !c.is_quoted && (c.text == "true" || c.text == "false");
  bool const is_number = !c.is_quoted && is_json_number(c.text);
  bool const is_plain = c.type == column_type::number    ? is_number
                        : c.type == column_type::boolean ? is_word
                                                         : c.type == column_type::each_cell && (is_number || is_word);
  if (is_plain) {
    out += c.text;
  } else if (c.type == column_type::text || c.type == column_type::each_cell) {
    append_json_string(out, c.text);
  } else {
    bool const due_number = c.type == column_type::number;
    return in_quotes(c.text) +
           (c.is_quoted  ? " is text, since it is in quotes,"
            : due_number ? " is not a number as JSON has it, of 64 bits,"
                         : " is neither true nor false,") +
           " and this undeclared column is one of " + (due_number ? "numbers" : "booleans") +
           "; the option column_types says what a column is";
  }
  return {};
}

}  // namespace detail

BULKWRITER_DECL result<text_columns> text_columns::try_make(std::span<field_info const> fields,
                                                            std::span<std::string const> names) {
  auto const refused = [](errc code, std::string_view name, std::string_view rule) {
    return error_info{.code = code,
                      .message = "column " + detail::quoted_name(name) + ": " + std::string(rule),
                      .field = std::string(name)};
  };
  auto const column_name = [&](std::size_t i) { return std::string_view(names[i]); };
  detail::field_index const by_field(fields);
  detail::name_index const by_column(names.size(), column_name);
  if (std::size_t const twin = by_column.find_twin(column_name); twin != detail::name_index::npos)
    return refused(errc::duplicate_key, names[twin], "two columns have this name");
  text_columns made;
  made.names_.assign(names.begin(), names.end());
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].is_dynamic) made.dynamic_ = i;
  for (auto const& name : names) {
    std::size_t const i = by_field.find(name);
    if (i != loose && !fields[i].written())
      return refused(errc::unknown_field, name,
                     "the server fills this field (auto_id or function output); leave the column out");
    if (i == loose && made.dynamic_ == loose)
      return refused(errc::unknown_field, name,
                     "the schema has no field of this name, and no dynamic field to take it");
    if (i == loose && detail::find_utf8_fault(name) != std::string_view::npos)
      return refused(errc::invalid_utf8, name, "a key of the dynamic field must be well-formed UTF-8");
    made.field_of_.push_back(i);
  }
  for (auto const& f : fields)
    if (f.written() && !f.may_be_null() && by_column.find(f.name, column_name) == detail::name_index::npos)
      return refused(errc::null_not_allowed, f.name,
                     "there is none, and the field is neither nullable nor has a default_value");
  return made;
}

template <class CellAt>
void text_columns::read_cells(std::size_t count, CellAt const& cell_at, cell_row& row) const {
  row.clear();
  if (count != names_.size())
    return row.refuse(errc::wrong_dim, {},
                      std::to_string(count) + " texts where there are " + std::to_string(names_.size()) + " columns");
  text_cell meta{.is_null = true};  // for the dynamic field itself
  std::string* object = nullptr;
  std::size_t largest = 0, largest_column = 0;
  for (std::size_t c = 0; c < count; ++c) {
    text_cell const given = cell_at(c);
    std::size_t const i = field_of_[c];
    if (i == dynamic_ && i != loose) {
      meta = given;
    } else if (i != loose) {
      row.set(i, detail::text_to_cell(row, row.fields()[i]).read(given));
    } else if (!given.is_null && (given.is_quoted || !given.text.empty())) {
      if (std::size_t const at = detail::find_utf8_fault(given.text); at != std::string_view::npos) {
        row.refuse(errc::invalid_utf8, names_[c],
                   detail::in_quotes(given.text.substr(at)) + " at offset " + std::to_string(at) +
                       " is not well-formed UTF-8");
        continue;
      }
      if (object == nullptr)
        *(object = &row.new_text()) = "{";
      else
        *object += ',';
      std::size_t const begin = object->size();
      detail::append_json_string(*object, names_[c]);
      *object += ':';
      if (std::string why = detail::append_loose_cell(*object, given); !why.empty()) {
        object->append("null");
        row.refuse(detail::loose_cell_errc(given), names_[c], std::move(why));
      }
      if (object->size() - begin > largest) largest = object->size() - begin, largest_column = c;
    }
  }
  if (object == nullptr) {
    if (!meta.is_null) row.set(dynamic_, cell::text(meta.text));
    return;
  }
  if (object->size() >= limits::max_json_length)
    return row.refuse(errc::json_too_long, names_[largest_column],
                      "the undeclared columns of this row have " + std::to_string(object->size() + 1) +
                          " bytes as the dynamic field, which holds " + std::to_string(limits::max_json_length) +
                          "; this one has " + std::to_string(largest));
  if (!meta.is_null) {
    // the keys of both become one object: what is twice then is a column of this file
    std::vector<std::string> keys;
    auto const fault = detail::find_json_object_fault(meta.text, keys);
    bool const is_object = !fault || fault->key;
    if (is_object) {
      std::size_t const before = row.problems().size();
      std::sort(keys.begin(), keys.end());
      for (std::size_t c = 0; c < count; ++c)
        if (text_cell const given = cell_at(c); field_of_[c] == loose && !given.is_null &&
                                                std::binary_search(keys.begin(), keys.end(), names_[c]))
          row.refuse(errc::duplicate_key, names_[c], "$meta of this row has the same key");
      if (row.problems().size() != before) return;
    }
    auto const members = is_object ? detail::inside_braces(meta.text) : std::nullopt;
    // the checker says that it is no object
    if (!members) return row.set(dynamic_, cell::text(meta.text));
    if (!members->empty()) (*object += ',') += *members;
  }
  row.set(dynamic_, cell::text(*object += '}'));
}

BULKWRITER_DECL void text_columns::read(std::span<text_cell const> cells, cell_row& row) const {
  read_cells(cells.size(), [&](std::size_t c) { return cells[c]; }, row);
}

BULKWRITER_DECL void text_columns::read(std::span<std::string_view const> texts, cell_row& row) const {
  read_cells(
      texts.size(),
      [&](std::size_t c) {
        return text_cell{.text = texts[c], .is_null = texts[c].empty(), .type = column_type::each_cell};
      },
      row);
}

BULKWRITER_DECL void cells_of<json_text>::read(json_text value, cell_row& row) {
  row.clear();
  std::vector<std::string> keys;
  if (auto const fault = detail::find_json_object_fault(value.text_, keys)) {
    std::string const why = detail::describe_json_fault(value.text_, *fault).message;
    row.refuse(fault->code(), fault->top_key,
               fault->key ? why : "not a JSON object: " + why + " at byte " + std::to_string(fault->offset));
    if (!fault->key) return;  // other problems are told, too
  }
  detail::json_to_cells<detail::text_node>(row).read_row(detail::text_node(detail::without_blanks(value.text_)));
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
