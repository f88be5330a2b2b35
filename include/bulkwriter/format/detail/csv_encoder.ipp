#pragma once

#include <bulkwriter/format/csv.hpp>
#include <bulkwriter/format/detail/csv_encoder.hpp>
#include <bulkwriter/format/detail/csv_numbers.hpp>
#include <bulkwriter/format/detail/json_value.hpp>
#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/row/text.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

inline std::string csv_header(std::span<field_info const> fields, csv_dialect const& dialect) {
  std::string header;
  for (field_info const& f : fields) {
    if (!f.written()) continue;
    if (!header.empty()) header += dialect.separator();
    dialect.append(header, f.name);
  }
  return header += '\n';
}

// Why a nullkey cannot be; empty if it can.
inline std::string why_no_nullkey(std::string_view nullkey) {
  if (find_utf8_fault(nullkey) != std::string_view::npos) return "is not well-formed UTF-8";
  if (nullkey.find_first_of("\r\n") != std::string_view::npos) return "holds a line end";
  if (nullkey.starts_with('[') || nullkey.starts_with('{')) return "begins as lists and objects do";
  return {};
}

inline error_info csv_cannot_hold(field_info const& f) {
  std::string message = "field " + quoted_name(f.name) + ": csv files cannot hold ";
  if (!format::csv::holds(f.type)) {
    message += to_string(f.type);
  } else {
    auto const subs = f.sub_fields();
    auto const sub = std::find_if(subs.begin(), subs.end(), [](field_info const& s) {
      return !format::csv::holds({.type = kind::struct_array, .sub = &s, .sub_count = 1});
    });
    message += "a struct_array with " + std::string(to_string(sub->type)) + " (" + quoted_name(sub->name) +
               "): servers read neither text nor vectors other than float_vector there";
  }
  return {.code = errc::invalid_schema, .message = std::move(message), .field = std::string(f.name)};
}

}  // namespace detail

BULKWRITER_DECL result<std::unique_ptr<format::encoder>> format::csv::try_make_encoder(
    std::span<field_info const> fields) const {
  auto const code = static_cast<unsigned char>(separator);
  if (code == 0 || code >= 0x80 || separator == '"' || separator == '\n' || separator == '\r')
    return error_info{.code = errc::invalid_option,
                      .message = "csv: the separator with code " + std::to_string(code) +
                                 " is not an ASCII character other than NUL, quote, \\n and \\r"};
  if (std::string const why = detail::why_no_nullkey(nullkey); !why.empty())
    return error_info{.code = errc::invalid_option, .message = "csv: the nullkey " + why};
  for (field_info const& f : fields)
    if (f.written() && !holds(f)) return detail::csv_cannot_hold(f);
  auto const columns = std::count_if(fields.begin(), fields.end(), [](field_info const& f) { return f.written(); });
  if (columns == 0)  // readers skip empty lines: the rows would be lost
    return error_info{.code = errc::invalid_schema, .message = "csv: no field of the schema is written to files"};
  return std::unique_ptr<encoder>(new detail::csv_encoder(fields, {separator, columns == 1}, nullkey));
}

namespace detail {

BULKWRITER_DECL csv_dialect::csv_dialect(char separator, bool one_column) noexcept
    : separator_(separator),
      one_column_(one_column),
      quotes_numbers_(std::string_view("0123456789+-.etrufals").find(separator) != std::string_view::npos),
      quotes_lists_(std::string_view("0123456789+-.e[,]").find(separator) != std::string_view::npos) {}

// A space in front is no reason in RFC 4180, but some readers drop it.
BULKWRITER_DECL bool csv_dialect::must_quote(std::string_view text) const noexcept {
  if (text.empty()) return one_column_;
  if (text.front() == ' ') return true;
  for (char const c : text)
    if (c == separator_ || c == '"' || c == '\n' || c == '\r') return true;
  return false;
}

BULKWRITER_DECL void csv_dialect::append(std::string& out, std::string_view text) const {
  if (!must_quote(text)) {
    out += text;
    return;
  }
  out += '"';
  for (;;) {
    std::size_t const quote = text.find('"');
    out += text.substr(0, quote);
    if (quote == std::string_view::npos) break;
    out += "\"\"";
    text.remove_prefix(quote + 1);
  }
  out += '"';
}

BULKWRITER_DECL csv_encoder::csv_encoder(std::span<field_info const> fields, csv_dialect dialect, std::string nullkey)
    : text_encoder({.opening = csv_header(fields, dialect), .between = "", .row_end = "\n", .closing = ""}),
      fields_(fields),
      dialect_(dialect),
      nullkey_(std::move(nullkey)),
      nullkey_is_scalar_(!find_json_fault(nullkey_)) {}

BULKWRITER_DECL std::vector<std::pair<std::string, std::string>> csv_encoder::import_options() const {
  return {{"sep", std::string(1, dialect_.separator())}, {"nullkey", nullkey_}};
}

// Whether a cell of a kind has a text that a nullkey could equal: vectors, lists and objects begin as no nullkey does.
// Not of another kind's type: a row that is refused anyway may hold anything.
inline bool is_csv_scalar(kind k, cell const& value) noexcept {
  switch (value.holds()) {
    case cell::type::boolean: return k == kind::boolean;
    case cell::type::integer:
    case cell::type::unsigned_integer: return is_integer(k);
    case cell::type::float32:
    case cell::type::float64: return k == kind::float32 || k == kind::float64;
    default: return false;
  }
}

// Whether a server would take the value for null, which where there is a default means that: harmless if it is the
// value.
BULKWRITER_DECL bool csv_encoder::looks_null(field_info const& f, cell const& value) const {
  if (value.is_null() || f.is_dynamic || !f.may_be_null()) return false;
  if (value.holds() == cell::type::text)
    return value.as_text() == nullkey_ && !(f.has_default && f.default_text == nullkey_);
  if (!nullkey_is_scalar_ || !is_csv_scalar(f.type, value)) return false;
  auto const text_of = [&](cell c) {
    settle(std::span(&f, 1), std::span(&c, 1));
    std::string text;
    append_json_cell(text, f, c);
    return text;
  };
  return text_of(value) == nullkey_ && !(f.has_default && text_of(cell()) == nullkey_);
}

BULKWRITER_DECL void csv_encoder::check_row(std::span<cell const> cells, std::vector<problem>& problems) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    field_info const& f = fields_[i];
    if (!f.written()) continue;
    auto const refuse = [&](std::string message) {
      problems.push_back(
          {.code = errc::format_cannot_hold, .field = std::string(f.name), .message = std::move(message)});
    };
    cell const& value = cells[i];
    if (looks_null(f, value))
      refuse("the value " + in_quotes(nullkey_) + " is the nullkey of this CSV file, so it would be read as " +
             (f.has_default ? "the default_value" : "null"));
    auto const is_good = [&] {
      return std::none_of(problems.begin(), problems.end(), [&](problem const& p) { return p.field == f.name; });
    };
    if (f.is_dynamic && value.holds() == cell::type::text && is_good()) {
      if (auto const changed = find_changed_number(value.as_text()))
        refuse("the number " + one_line(changed->number, 40) + " of the key " + quoted_name(changed->key) +
               " would be read as " + changed->read + " from a CSV file");
    }
    // in JSON text a raw line end stands between values only
    if (value.holds() == cell::type::text && f.type != kind::json) {
      if (std::size_t const at = value.as_text().find("\r\n"); at != std::string_view::npos)
        refuse("\\r\\n at offset " + std::to_string(at) + " would be read as \\n from a CSV file");
    }
  }
}

BULKWRITER_DECL void csv_encoder::append_row(std::string& out, std::span<cell const> cells) {
  bool first = true;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (!fields_[i].written()) continue;
    if (!first) out += dialect_.separator();
    first = false;
    append_cell(out, fields_[i], cells[i]);
  }
}

BULKWRITER_DECL void csv_encoder::append_cell(std::string& out, field_info const& f, cell const& value) {
  auto const numbers = [&](bool quoted) {
    if (quoted) out += '"';
    append_json_cell(out, f, value);
    if (quoted) out += '"';
  };
  switch (value.holds()) {
    case cell::type::null: dialect_.append(out, nullkey_); break;
    case cell::type::text: dialect_.append(out, value.as_text()); break;
    case cell::type::boolean:
    case cell::type::integer:
    case cell::type::unsigned_integer:
    case cell::type::float32:
    case cell::type::float64: numbers(dialect_.quotes_numbers()); break;
    case cell::type::floats:
    case cell::type::halves:
    case cell::type::int8s:
    case cell::type::bytes: numbers(dialect_.quotes_lists()); break;
    case cell::type::sparse:
    case cell::type::list:  // with quotes in it, mostly
      scratch_.clear();
      append_json_cell(scratch_, f, value);
      dialect_.append(out, scratch_);
      break;
  }
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
