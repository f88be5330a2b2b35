#pragma once

// Collections as REST v2 writes and describes them.

#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/detail/collections_schema_reader.ipp>
#include <bulkwriter/import/detail/rest_json.ipp>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL boost::json::object pairs_object(std::vector<std::pair<std::string, std::string>> const& pairs) {
  boost::json::object object;
  for (auto const& [name, value] : pairs) object[name] = value;
  return object;
}

BULKWRITER_DECL boost::json::array index_json(std::vector<index_param> const& index) {
  boost::json::array list;
  for (auto const& i : index) {
    boost::json::object one;
    one["fieldName"] = i.field_name;
    one["indexName"] = i.index_name.empty() ? i.field_name : i.index_name;
    if (!i.metric_type.empty()) one["metricType"] = i.metric_type;
    if (!i.index_type.empty()) one["indexType"] = i.index_type;
    if (!i.params.empty()) one["params"] = pairs_object(i.params);
    list.emplace_back(std::move(one));
  }
  return list;
}

// Error: invalid_option, for a field that there is not.
BULKWRITER_DECL result<boost::json::object> schema_json(std::span<field_info const> fields,
                                                        std::vector<field_param> const& further) {
  for (auto const& p : further)
    if (std::none_of(fields.begin(), fields.end(),
                     [&](auto const& f) { return f.name == p.field_name && f.type != kind::struct_array; }))
      return error_info{
          .code = errc::invalid_option,
          .message = "field_params: the schema has no field " + quoted_name(p.field_name) + " that takes " + quoted_name(p.name)};
  auto schema = schema_json(fields);
  if (!schema) return schema;
  for (auto& one : (*schema)["fields"].get_array())
    for (auto const& p : further) {
      auto& field = one.get_object();
      if (field["fieldName"].get_string() != p.field_name) continue;
      auto& params = field["elementTypeParams"];
      if (!params.is_object()) params = boost::json::object();
      params.get_object()[p.name] = p.value;
    }
  return schema;
}

class description_reader {
 public:
  // `root`: the answer, whose "data" is an object.
  explicit description_reader(boost::json::value const& root) : root_(root), data_(*data_object(root)) {}

  result<collection_description> read() {
    collection_description d;
    d.name = string_at(data_, "collectionName");
    d.description = string_at(data_, "description");
    d.load_state = string_at(data_, "load");
    for (auto const& alias : array_at(data_, "aliases"))
      if (alias.is_string()) d.aliases.push_back(to_text(alias));
    for (auto const& one : array_at(data_, "indexes")) {
      if (!one.is_object()) continue;
      auto const& index = one.get_object();
      d.indexes.push_back({.field_name = string_at(index, "fieldName"),
                           .metric_type = string_at(index, "metricType"),
                           .index_name = string_at(index, "indexName")});
    }
    auto schema = schema_reader(root_, schema_reader::origin::server).read();
    if (!schema) return std::move(schema).error();
    d.schema = *std::move(schema);
    return d;
  }

 private:
  static boost::json::array const& array_at(boost::json::object const& object, std::string_view name) {
    static boost::json::array const none;
    auto const* found = member(object, name);
    return found != nullptr && found->is_array() ? found->get_array() : none;
  }

  boost::json::value const& root_;
  boost::json::object const& data_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
