#pragma once

#include <bulkwriter/schema/name_index.hpp>
#include <bulkwriter/schema/runtime_schema.hpp>
#include <bulkwriter/text/problems.hpp>
#include <bulkwriter/text/quoted.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL std::string_view runtime_schema::keep(std::string_view text) {
  return text.empty() ? std::string_view() : std::string_view(texts_.emplace_back(text));
}

BULKWRITER_DECL void runtime_schema::own(field_info& field) {
  field.name = keep(field.name);
  field.default_text = keep(field.default_text);
  field.function_name = keep(field.function_name);
  field.function_input = keep(field.function_input);
  field.function_params = keep(field.function_params);
}

BULKWRITER_DECL runtime_schema& runtime_schema::add_field(field_info const& field) & {
  field_info copy = field;
  own(copy);
  if (field.sub_count != 0) {
    auto const given = field.sub_fields();
    auto& sub = subs_.emplace_back(given.begin(), given.end());
    for (auto& f : sub) {
      own(f);
      f.sub = nullptr;  // structs do not nest; a rule broken here is reported by its kind
      f.sub_count = 0;
    }
    copy.sub = sub.data();
  } else {
    copy.sub = nullptr;
  }
  fields_.push_back(copy);
  return *this;
}

BULKWRITER_DECL runtime_schema& runtime_schema::add_struct_array(std::string_view name,
                                                                 std::span<field_info const> sub_fields,
                                                                 std::uint32_t max_capacity, bool nullable) & {
  field_info f;
  f.name = name;
  f.type = kind::struct_array;
  f.max_capacity = max_capacity;
  f.nullable = nullable;
  f.sub = sub_fields.data();
  f.sub_count = sub_fields.size();
  return add_field(f);
}

BULKWRITER_DECL runtime_schema& runtime_schema::add_dynamic_field() & { return add_field(detail::dynamic_field_info); }

BULKWRITER_DECL field_info const* runtime_schema::find(std::string_view name) const& noexcept {
  for (auto const& f : fields_)
    if (f.name == name) return &f;
  return nullptr;
}

namespace detail {

// The run-time twin of column_check and schema_check in schema/field.hpp and schema/schema.hpp.
class schema_checker {
 public:
  explicit schema_checker(std::span<field_info const> fields) : fields_(fields) {}

  std::vector<problem> run() {
    if (fields_.empty()) add({}, "a schema without fields");
    std::size_t primary = 0, partition = 0, clustering = 0;
    field_index const index(fields_);
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      field_info const& f = fields_[i];
      place_.clear();
      check_unique(fields_, index, i);
      check_field(f);
      check_keys(f);
      if (f.is_function_output()) check_function(f);
      if (f.type == kind::struct_array) check_struct(f);
      primary += f.is_primary;
      partition += f.is_partition_key;
      clustering += f.is_clustering_key;
    }
    place_.clear();
    if (primary == 0 && !fields_.empty())
      add({}, "no field is the primary key; give one is_primary = true (int64 or varchar)");
    if (primary > 1) add({}, std::to_string(primary) + " fields are the primary key; keep is_primary on one");
    if (partition > 1)
      add({}, std::to_string(partition) + " fields are the partition key; keep is_partition_key on one");
    if (clustering > 1)
      add({}, std::to_string(clustering) + " fields are the clustering key; keep is_clustering_key on one");
    return std::move(problems_);
  }

 private:
  void add(std::string_view field, std::string rule) {
    problems_.push_back({errc::invalid_schema,
                         place_.empty() ? std::string(field) : place_ + '[' + std::string(field) + ']',
                         std::move(rule)});
  }

  void check_unique(std::span<field_info const> all, field_index const& index, std::size_t i) {
    if (index.find(all[i].name) != i) add(all[i].name, "two fields have this name");
  }

  void check_field(field_info const& f) {
    if (f.is_dynamic) {
      if (f.name != dynamic_field_name || f.type != kind::json)
        add(f.name, "the dynamic field is a json field named $meta");
      return;
    }
    if (!is_valid_field_name(f.name))
      add(f.name,
          "a name begins with a letter or an underscore, goes on with letters, digits and underscores, and has 1 to " +
              std::to_string(limits::max_name_length) + " bytes");
    if (is_reserved_field_name(f.name))
      add(f.name, "servers keep this name for a field of their own or for a word of their filter expressions");
    if (is_dense_vector(f.type) && !is_valid_dim(f.type, f.dim))
      add(f.name, "dim " + std::to_string(f.dim) + (f.type == kind::binary_vector ? " counts bits and" : "") +
                      " is not " + (f.type == kind::binary_vector ? "a multiple of 8 " : "") + "between " +
                      std::to_string(limits::min_dim) + " and " + std::to_string(max_dim_of(f.type)));
    bool const has_length = f.type == kind::varchar || (f.type == kind::array && f.element == kind::varchar);
    if (has_length && (f.max_length < 1 || f.max_length > limits::max_varchar_length))
      add(f.name, "max_length " + std::to_string(f.max_length) + " is not between 1 and " +
                      std::to_string(limits::max_varchar_length) + " bytes");
    if ((f.type == kind::array || f.type == kind::struct_array) &&
        (f.max_capacity < 1 || f.max_capacity > limits::max_capacity))
      add(f.name, "max_capacity " + std::to_string(f.max_capacity) + " is not between 1 and " +
                      std::to_string(limits::max_capacity));
    if (f.type == kind::array && f.element > kind::varchar)
      add(f.name, "element_type " + std::string(to_string(f.element)) +
                      "; it must be a boolean, integer, float or varchar kind");
    if (f.has_default) check_default(f);
  }

  void check_default(field_info const& f) {
    std::string const kind_name(to_string(f.type));
    switch (judge_default(f)) {
      case default_rule::none: break;
      case default_rule::kind: add(f.name, "a " + kind_name + " field takes no default_value"); break;
      case default_rule::range:
        if (f.type == kind::boolean)
          add(f.name, "the default_value of a boolean is 0 or 1");
        else if (f.type == kind::float32 || f.default_overflows)
          add(f.name, "default_value is out of the range of " + kind_name);
        else
          add(f.name, "default_value " + std::to_string(f.default_integer) + " is out of the range of " + kind_name);
        break;
      case default_rule::finite: add(f.name, "default_value is not finite"); break;
      case default_rule::length:
        add(f.name, "default_value has " + std::to_string(f.default_text.size()) + " bytes, max_length is " +
                        std::to_string(f.max_length));
        break;
      case default_rule::utf8: add(f.name, "default_value is not UTF-8"); break;
      case default_rule::timestamp: {
        auto const fault = find_timestamp_fault(f.default_text).value_or(text_fault{});
        add(f.name, "default_value is no point in time such as 2026-01-31T08:00:00Z: " + std::string(fault.what) +
                        " at byte " + std::to_string(fault.offset));
        break;
      }
    }
  }

  void check_keys(field_info const& f) {
    if (f.is_primary && f.type != kind::int64 && f.type != kind::varchar)
      add(f.name, "the primary key is " + std::string(to_string(f.type)) + "; it must be int64 or varchar");
    if (f.is_primary && (f.nullable || f.has_default))
      add(f.name, "the primary key cannot be nullable or have a default_value");
    if (f.auto_id && !f.is_primary) add(f.name, "only a primary key can be auto_id");
    if (f.is_partition_key && (f.is_primary || f.nullable))
      add(f.name, "a partition key cannot be the primary key or nullable");
    if (f.is_partition_key && f.type != kind::int64 && f.type != kind::varchar)
      add(f.name, "the partition key is " + std::string(to_string(f.type)) + "; it must be int64 or varchar");
    if (f.is_clustering_key && f.type == kind::boolean) add(f.name, "a boolean field cannot be the clustering key");
  }

  void check_function(field_info const& f) {
    kind const output = f.function == function_kind::bm25             ? kind::sparse_float_vector
                        : f.function == function_kind::text_embedding ? kind::float_vector
                                                                      : kind::binary_vector;
    if (f.type != output)
      add(f.name,
          "its function gives a " + std::string(to_string(output)) + ", not a " + std::string(to_string(f.type)));
    if (f.is_primary || f.nullable || f.has_default)
      add(f.name, "a function's output is no key, not nullable and has no default_value");
    for (auto const& g : fields_)
      if (g.name == f.function_input && g.written() && (g.type == kind::varchar || g.type == kind::text)) return;
    add(f.name,
        "its function reads " + quoted_name(f.function_input) + ", which is no varchar or text field of this schema");
  }

  void check_struct(field_info const& f) {
    auto const sub = f.sub_fields();
    if (sub.empty()) add(f.name, "a struct_array without fields");
    place_ = f.name;
    field_index const index(sub);
    for (std::size_t i = 0; i < sub.size(); ++i) {
      field_info const& s = sub[i];
      check_unique(sub, index, i);
      check_field(s);
      bool const scalar = s.type <= kind::varchar || s.type == kind::text;
      if (!scalar && !is_dense_vector(s.type))
        add(s.name, "a struct cannot hold a " + std::string(to_string(s.type)) + " field");
      if (s.is_primary || s.auto_id || s.is_partition_key || s.is_clustering_key || s.nullable || s.has_default ||
          s.is_dynamic || s.is_function_output())
        add(s.name, "a field of a struct is no key, not nullable and has no default_value or function");
    }
  }

  std::span<field_info const> fields_;
  std::string place_;  // the struct_array whose fields are being checked
  std::vector<problem> problems_;
};

}  // namespace detail

BULKWRITER_DECL result<void> try_check_schema(std::span<field_info const> fields) {
  std::vector<problem> problems = detail::schema_checker(fields).run();
  if (problems.empty()) return {};
  error_info error{.code = errc::invalid_schema, .message = "schema: " + detail::list_problems(problems, false)};
  error.field = problems.front().field;
  error.problems = std::move(problems);
  return error;
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
