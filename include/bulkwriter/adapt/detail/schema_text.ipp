#pragma once

// Schemas as text: errors say line and column.

#include <bulkwriter/import/detail/collections_schema_reader.ipp>
#include <bulkwriter/text/json_value.hpp>
#include <bulkwriter/text/numbers.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// A document for Boost.JSON: numbers are the nearest there are, which its own parser does not promise.
BULKWRITER_DECL boost::json::value to_boost(json_value const& value) {
  switch (value.type) {
    case json_type::null: return nullptr;
    case json_type::boolean: return value.text == "true";
    case json_type::string: return boost::json::value(value.text);
    case json_type::array: {
      boost::json::array out;
      for (json_value const& element : value.elements) out.push_back(to_boost(element));
      return out;
    }
    case json_type::object: {
      boost::json::object out;
      for (json_value const& member : value.elements) out[member.key] = to_boost(member);
      return out;
    }
    default: break;
  }
  if (std::int64_t number = 0; value.read(number)) return number;
  if (std::uint64_t number = 0; value.read(number)) return number;
  double number = 0;
  read_float(value.text, number);
  return number;
}

/// Where the value at the end of a path stands, or its key.
BULKWRITER_DECL std::size_t offset_in(json_value const& root, std::vector<json_step> const& path, bool at_key) {
  json_value const* at = &root;
  for (auto const& step : path) {
    auto const* index = std::get_if<std::size_t>(&step);
    json_value const* next = nullptr;
    if (index == nullptr)
      next = at->find(std::get<std::string>(step));
    else if (*index < at->elements.size())
      next = &at->elements[*index];
    if (next == nullptr) break;
    at = next;
  }
  return at_key ? at->key_offset : at->offset;
}

BULKWRITER_DECL result<runtime_schema> read_schema_text(std::string_view text, std::string_view name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  auto const refused_at = [&](std::string const& where, error_info error) {
    error.message = one_line(name) + ", " + where + error.message;
    return error;
  };
  auto const document = try_read_json(text);
  if (!document) return refused_at({}, {.code = errc::invalid_schema, .message = document.error().message});
  auto const place = [&](std::vector<json_step> const& path, bool at_key) {
    return line_and_column(text, offset_in(*document, path, at_key)) + ": ";
  };
  boost::json::value const root = to_boost(*document);
  schema_reader reader(root, schema_reader::origin::person);
  auto schema = reader.read();
  if (!schema)
    return refused_at(place(reader.fault().path, reader.fault().at_key), std::move(schema).error());
  auto good = schema->try_check();
  if (good) return schema;
  std::string const where = place(reader.path_of(good.error().field), false);
  return refused_at(where, std::move(good).error());
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
