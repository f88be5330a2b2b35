#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/import/targets.hpp>
#include <bulkwriter/schema/runtime_schema.hpp>
#include <bulkwriter/schema/schema.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// An index of one field: {"title_vector", "AUTOINDEX", "IP"}.
struct index_param {
  std::string field_name = {};   ///< a field of a struct_array: "clips[v]"
  std::string index_type = {};   ///< "AUTOINDEX", "HNSW", "STL_SORT", …
  std::string metric_type = {};  ///< "IP", "L2", "COSINE", "BM25", …; empty for scalar fields
  std::vector<std::pair<std::string, std::string>> params = {};  ///< {{"M", "16"}, {"efConstruction", "200"}}
  std::string index_name = {};                                   ///< empty: the field's name
};

/// A further property of a field on the server: {"title", "analyzer_params", R"({"type": "english"})"}, {"v",
/// "mmap.enabled", "true"}.
struct field_param {
  std::string field_name = {};  ///< of the schema, and no struct_array
  std::string name = {};        ///< as the server spells it
  std::string value = {};       ///< text, whatever it means
};

/// What a collection gets beside its fields.
struct create_options {
  std::vector<index_param> index = {};  ///< with any, the server loads the collection at once
  std::string description = {};         ///< for people
  std::uint32_t shards_num = 0;         ///< 0: the server's default
  std::uint32_t partitions_num = 0;     ///< of a collection with a partition key; 0: the server's default
  std::string consistency_level = {};   ///< "Strong", "Bounded", …; empty: the server's default
  std::vector<std::pair<std::string, std::string>> params =
      {};                                      ///< {{"ttlSeconds", "86400"}, {"mmap.enabled", "true"}}
  std::vector<field_param> field_params = {};  ///< analyzers, mmap, …
};

/// What a server says a collection is.
struct collection_description {
  std::string name = {};                  ///< as the server spells it
  runtime_schema schema = {};             ///< dynamic field and function outputs included
  std::string description = {};           ///< as it was created with
  std::vector<std::string> aliases = {};  ///< further names
  std::vector<index_param> indexes = {};  ///< name, field and metric only
  std::string load_state = {};            ///< the server's own word
  std::string raw = {};                   ///< the whole answer
};

/// Whether a collection is in memory, and so can be searched.
enum class load_state : std::uint8_t {
  not_loaded,  ///< nobody has asked for it
  loading,     ///< on its way
  loaded,      ///< it is
  unknown,     ///< a word that this library does not know, or no such collection
};

/// How far loading is.
struct load_progress {
  bulkwriter::load_state state = bulkwriter::load_state::unknown;  ///< what `state_text` means
  int percent = 0;                                                 ///< 0 to 100
  std::string state_text = {};                                     ///< "LoadStateLoaded", …
};

/// Where a number of rows comes from.
enum class count_by : std::uint8_t {
  stats,  ///< the server's statistics: flushed rows, deleted ones included; needs no loaded collection
  query,  ///< count(*) with consistency Strong: what a search would see; the collection must be loaded
};

namespace detail {
template <class S, bool IsSchema>
struct schema_check_of_create {
  static_assert(IsSchema,
                "bulkwriter: create takes a schema as its template argument, create<my_schema>(\"articles\"), or the fields "
                "of a runtime_schema behind the name");
};
template <class S>
result<void> not_created() {
  static_assert(sizeof(schema_check_of_create<S, may_be_broken<S>()>) != 0);
  say_that_there_is_no_schema();
  return {};
}
}  // namespace detail

/// Collections over REST v2, for the steps round an import: no gRPC. The target is the cluster itself, also on Zilliz
/// Cloud (the cluster endpoint, not the endpoint of the import API).
///
///     bw::collections c{bw::milvus{.uri = endpoint, .token = token}};
///     c.create<article_schema>("articles", {.index = {{"title_vector", "AUTOINDEX", "IP"}}});
///     bw::runtime_schema schema = c.describe("articles").schema;
///
/// Errors and thread safety are those of import_client. Nothing is repeated that could do more when done twice: a lost
/// answer to `create` or `create_index` is outcome_unknown. An empty name is invalid_option.
class collections {
 public:
  /// Sends nothing. Error: invalid_url, where the target's uri is none of a service.
  /// @{
  static result<collections> try_make(milvus const& target);
  explicit collections(milvus const& target) : collections(try_make(target).value()) {}
  /// @}

  /// Creates a collection, its indexes and, if there are any, loads it. Not atomic on the server: if indexing fails,
  /// the collection stays. struct_array fields need a server from 3.0 on. Errors: invalid_schema, invalid_option (an
  /// index or field_param of no field), server_error (a collection of this name with another schema exists, …).
  /// @{
  template <class S = void>
  result<void> try_create(std::string_view name, create_options const& options = {}) {
    if constexpr (typed_schema<S>)
      return try_create(name, std::span<field_info const>(S::infos), options);
    else
      return detail::not_created<S>();
  }
  template <class S = void>
  void create(std::string_view name, create_options const& options = {}) {
    try_create<S>(name, options).value();
  }
  result<void> try_create(std::string_view name, std::span<field_info const> fields,
                          create_options const& options = {});
  void create(std::string_view name, std::span<field_info const> fields, create_options const& options = {}) {
    try_create(name, fields, options).value();
  }
  result<void> try_create(std::string_view name, runtime_schema const& schema, create_options const& options = {}) {
    return try_create(name, schema.fields(), options);
  }
  void create(std::string_view name, runtime_schema const& schema, create_options const& options = {}) {
    try_create(name, schema, options).value();
  }
  /// @}

  /// Indexes of a collection that is there already. Error invalid_option if there is none in the list.
  /// @{
  result<void> try_create_index(std::string_view name, std::vector<index_param> const& index);
  void create_index(std::string_view name, std::vector<index_param> const& index) {
    try_create_index(name, index).value();
  }
  /// @}

  /// Whether there is a collection of this name.
  /// @{
  result<bool> try_has(std::string_view name);
  bool has(std::string_view name) { return try_has(name).value(); }
  /// @}

  /// Fields, functions, indexes and state as the server knows them. Error invalid_response where a field is of a type
  /// that this library does not know.
  /// @{
  result<collection_description> try_describe(std::string_view name);
  collection_description describe(std::string_view name) { return try_describe(name).value(); }
  /// @}

  /// Names of the collections of the database.
  /// @{
  result<std::vector<std::string>> try_list();
  std::vector<std::string> list() { return try_list().value(); }
  /// @}

  /// Starts loading and returns at once; `load_state` tells when it is done.
  /// @{
  result<void> try_load(std::string_view name);
  void load(std::string_view name) { try_load(name).value(); }
  /// @}
  /// How far loading is.
  /// @{
  result<load_progress> try_load_state(std::string_view name);
  load_progress load_state(std::string_view name) { return try_load_state(name).value(); }
  /// @}
  /// After an import into a collection that is loaded already: makes the new rows visible.
  /// @{
  result<void> try_refresh_load(std::string_view name);
  void refresh_load(std::string_view name) { try_refresh_load(name).value(); }
  /// @}

  /// Removes the collection with its rows.
  /// @{
  result<void> try_drop(std::string_view name);
  void drop(std::string_view name) { try_drop(name).value(); }
  /// @}

  /// How many rows the server counts.
  /// @{
  result<std::uint64_t> try_row_count(std::string_view name, count_by how = count_by::stats);
  std::uint64_t row_count(std::string_view name, count_by how = count_by::stats) {
    return try_row_count(name, how).value();
  }
  /// @}

 private:
  struct impl;  // detail/collections.ipp
  explicit collections(std::shared_ptr<impl> made) : impl_(std::move(made)) {}

  std::shared_ptr<impl> impl_;
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/import/detail/collections.ipp>
#endif
