#pragma once

#include <bulkwriter/schema/detail/lower.hpp>

#include <string_view>
#include <type_traits>

// The rules of a field by itself.

namespace bulkwriter {
inline namespace v1 {
namespace detail {

// Each group of checks is a class of its own: an error inside field<> or schema<> would drag its users along.
template <fixed_string Name, auto Kind>
struct column_check {
  using D = std::remove_const_t<decltype(Kind)>;
  static constexpr field_info info = lower<D>(Name.view(), Kind);
  static_assert(
      rule::field<Name, is_valid_field_name(Name.view())>,
      "bulkwriter: a field name begins with a letter or an underscore, goes on with letters, digits and underscores, "
      "and has at most 255 bytes; rename the field");
  static_assert(
      rule::field<Name, !is_reserved_field_name(Name.view())>,
      "bulkwriter: servers refuse this field name: it is one of their own (RowID, Timestamp, __virtual_pk__) or "
      "a word of their filter expressions (and, or, not, in, like, null, true, false, exists, text_match, "
      "array_contains, …); rename the field");
  static_assert(rule::field < Name,
                !is_dense_vector(info.type) || info.type == kind::binary_vector || is_valid_dim(info.type, info.dim) >,
                "bulkwriter: a vector field needs a dim between 2 and 32768: bw::float_vector{.dim = 768}");
  static_assert(rule::field < Name, info.type != kind::binary_vector || is_valid_dim(info.type, info.dim) >,
                "bulkwriter: the dim of a binary_vector counts bits and must be a multiple of 8 between 8 and 262144: "
                "bw::binary_vector{.dim = 128}");
  static_assert(
      rule::field < Name,
      info.type != kind::varchar || (info.max_length >= 1 && info.max_length <= limits::max_varchar_length) >,
      "bulkwriter: a varchar field needs a max_length between 1 and 65535 bytes: bw::varchar{.max_length = 512}");
  static_assert(
      rule::field < Name,
      (info.type != kind::array && info.type != kind::struct_array) ||
          (info.max_capacity >= 1 && info.max_capacity <= limits::max_capacity) >,
      "bulkwriter: an array field needs a max_capacity between 1 and 4096: bw::array{.element_type = bw::int32{}, "
      ".max_capacity = 16}");
  static_assert(rule::field < Name, info.type != kind::array || info.element <= kind::varchar >,
                "bulkwriter: the element_type of an array must be a boolean, integer, float or varchar kind; "
                "choose one of these, or make the field bw::json{}");
  static_assert(rule::field < Name,
                info.type != kind::array || info.element != kind::varchar ||
                    (info.max_length >= 1 && info.max_length <= limits::max_varchar_length) >,
                "bulkwriter: the varchar elements of an array need a max_length between 1 and 65535 bytes: "
                "bw::array{.element_type = bw::varchar{.max_length = 64}, .max_capacity = 16}");
  static constexpr bool plain_element() {
    if constexpr (requires { Kind.element_type; })
      return Kind.element_type.plain;
    else
      return true;
  }
  static_assert(rule::field<Name, plain_element()>,
                "bulkwriter: the element_type of an array takes no key, nullable or default_value attribute; set it on "
                "the array");
  static_assert(rule::field<Name, judge_default(info) != default_rule::timestamp>,
                "bulkwriter: the default_value of a timestamptz field must be a point in time of ISO 8601; write it as "
                "\"2026-01-31T08:00:00Z\" or, without an offset, as \"2026-01-31 08:00:00\"");
  static_assert(rule::field < Name,
                judge_default(info) == default_rule::none || judge_default(info) == default_rule::timestamp >,
                "bulkwriter: the default_value is out of the range of this field's kind (varchar: longer than "
                "max_length, or not UTF-8); give another value, a wider kind or a larger max_length");
  static_assert(rule::field<Name, !(info.is_primary && (info.nullable || info.has_default))>,
                "bulkwriter: a primary key cannot be nullable or have a default_value; remove the attribute");
  static_assert(rule::field < Name, info.is_primary || !info.auto_id >,
                "bulkwriter: only a primary key can be auto_id; add .is_primary = true or remove .auto_id");
  static_assert(rule::field<Name, !(info.is_partition_key && (info.is_primary || info.nullable))>,
                "bulkwriter: a partition key cannot be the primary key or nullable; remove one of the attributes");
  static_assert(rule::field < Name, !info.is_partition_key || info.type == kind::int64 || info.type == kind::varchar >,
                "bulkwriter: a partition key must be an int64 or varchar field; change the kind or remove "
                ".is_partition_key");
  static_assert(rule::field < Name, !info.is_clustering_key || info.type != kind::boolean >,
                "bulkwriter: a boolean field cannot be the clustering key; remove .is_clustering_key");
};

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
