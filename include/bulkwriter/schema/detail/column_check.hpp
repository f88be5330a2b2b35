#pragma once

#include <bulkwriter/schema/detail/lower.hpp>

#include <cstdint>

// The rules of a field by itself.

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// The first rule that a field breaks: one message for a field.
enum class column_rule : std::uint8_t {
  none,
  name,
  reserved_name,
  dim,
  dim_of_bits,
  max_length,
  max_capacity,
  element_kind,
  element_max_length,
  plain_element,
  timestamp,
  default_value,
  plain_primary_key,
  auto_id,
  plain_partition_key,
  partition_key_kind,
  clustering_key_kind,
};
constexpr column_rule judge_column(field_info const& f, bool has_plain_element) {
  auto const has_length = [&] { return f.max_length >= 1 && f.max_length <= limits::max_varchar_length; };
  bool const is_list = f.type == kind::array || f.type == kind::struct_array;
  if (!is_valid_field_name(f.name)) return column_rule::name;
  if (is_reserved_field_name(f.name)) return column_rule::reserved_name;
  if (is_dense_vector(f.type) && !is_valid_dim(f.type, f.dim))
    return f.type == kind::binary_vector ? column_rule::dim_of_bits : column_rule::dim;
  if (f.type == kind::varchar && !has_length()) return column_rule::max_length;
  if (is_list && (f.max_capacity < 1 || f.max_capacity > limits::max_capacity)) return column_rule::max_capacity;
  if (f.type == kind::array && f.element > kind::varchar) return column_rule::element_kind;
  if (f.type == kind::array && f.element == kind::varchar && !has_length()) return column_rule::element_max_length;
  if (!has_plain_element) return column_rule::plain_element;
  if (auto const judged = judge_default(f); judged != default_rule::none)
    return judged == default_rule::timestamp ? column_rule::timestamp : column_rule::default_value;
  if (f.is_primary && (f.nullable || f.has_default)) return column_rule::plain_primary_key;
  if (f.auto_id && !f.is_primary) return column_rule::auto_id;
  if (f.is_partition_key && (f.is_primary || f.nullable)) return column_rule::plain_partition_key;
  if (f.is_partition_key && f.type != kind::int64 && f.type != kind::varchar) return column_rule::partition_key_kind;
  if (f.is_clustering_key && f.type == kind::boolean) return column_rule::clustering_key_kind;
  return column_rule::none;
}

// A class of its own: an error inside field<> or schema<> would drag its users along.
template <fixed_string Name, column_rule Broken>
struct column_mistake {
  static_assert(rule::field<Name, Broken != column_rule::name>,
                "bulkwriter: a field name begins with a letter or an underscore, goes on with letters, digits and underscores, "
                "and has at most 255 bytes; rename the field");
  static_assert(rule::field<Name, Broken != column_rule::reserved_name>,
                "bulkwriter: servers refuse this field name: it is one of their own (RowID, Timestamp, __virtual_pk__) or "
                "a word of their filter expressions (and, or, not, in, like, null, true, false, exists, text_match, "
                "array_contains, …); rename the field");
  static_assert(rule::field<Name, Broken != column_rule::dim>,
                "bulkwriter: a vector field needs a dim between 2 and 32768: bw::float_vector{.dim = 768}");
  static_assert(rule::field<Name, Broken != column_rule::dim_of_bits>,
                "bulkwriter: the dim of a binary_vector counts bits and must be a multiple of 8 between 8 and 262144: "
                "bw::binary_vector{.dim = 128}");
  static_assert(rule::field<Name, Broken != column_rule::max_length>,
                "bulkwriter: a varchar field needs a max_length between 1 and 65535 bytes: bw::varchar{.max_length = 512}");
  static_assert(rule::field<Name, Broken != column_rule::max_capacity>,
                "bulkwriter: an array field needs a max_capacity between 1 and 4096: bw::array{.element_type = bw::int32{}, "
                ".max_capacity = 16}");
  static_assert(rule::field<Name, Broken != column_rule::element_kind>,
                "bulkwriter: the element_type of an array must be a boolean, integer, float or varchar kind; "
                "choose one of these, or make the field bw::json{}");
  static_assert(rule::field<Name, Broken != column_rule::element_max_length>,
                "bulkwriter: the varchar elements of an array need a max_length between 1 and 65535 bytes: "
                "bw::array{.element_type = bw::varchar{.max_length = 64}, .max_capacity = 16}");
  static_assert(rule::field<Name, Broken != column_rule::plain_element>,
                "bulkwriter: the element_type of an array takes no key, nullable or default_value attribute; set it on "
                "the array");
  static_assert(rule::field<Name, Broken != column_rule::timestamp>,
                "bulkwriter: the default_value of a timestamptz field must be a point in time of ISO 8601; write it as "
                "\"2026-01-31T08:00:00Z\" or, without an offset, as \"2026-01-31 08:00:00\"");
  static_assert(rule::field<Name, Broken != column_rule::default_value>,
                "bulkwriter: the default_value is out of the range of this field's kind (varchar: longer than "
                "max_length, or not UTF-8); give another value, a wider kind or a larger max_length");
  static_assert(rule::field<Name, Broken != column_rule::plain_primary_key>,
                "bulkwriter: a primary key cannot be nullable or have a default_value; remove the attribute");
  static_assert(rule::field<Name, Broken != column_rule::auto_id>,
                "bulkwriter: only a primary key can be auto_id; add .is_primary = true or remove .auto_id");
  static_assert(rule::field<Name, Broken != column_rule::plain_partition_key>,
                "bulkwriter: a partition key cannot be the primary key or nullable; remove one of the attributes");
  static_assert(rule::field<Name, Broken != column_rule::partition_key_kind>,
                "bulkwriter: a partition key must be an int64 or varchar field; change the kind or remove "
                ".is_partition_key");
  static_assert(rule::field<Name, Broken != column_rule::clustering_key_kind>,
                "bulkwriter: a boolean field cannot be the clustering key; remove .is_clustering_key");
};
template <fixed_string Name>
struct column_mistake<Name, column_rule::none> {};

template <auto Kind>
consteval bool has_plain_element() {
  if constexpr (requires { Kind.element_type; })
    return Kind.element_type.plain;
  else
    return true;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
