#pragma once

#include <bulkwriter/format/server_version.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL std::string server_version::to_string() const {
  return std::to_string(major_number) + '.' + std::to_string(minor_number) + '.' + std::to_string(patch_number);
}

namespace detail {

constexpr server_version files_read_since(std::string_view extension) noexcept {
  if (extension == "parquet") return {2, 3, 4};
  if (extension == "csv") return {2, 5, 0};
  if (extension == "jsonl") return {2, 6, 6};
  return {};
}

constexpr server_version kind_read_since(std::string_view extension, field_info const& f) noexcept {
  switch (f.type) {
    case kind::json: return {2, 3, 4};
    // 2.3 reads doubles of arrays in JSON as floats, and refuses those outside of their range
    case kind::array:
      return f.element == kind::float64 && extension == "json" ? server_version{2, 4, 0} : server_version{2, 3, 4};
    case kind::float16_vector:
    case kind::bfloat16_vector: return extension == "npy" ? server_version{2, 4, 5} : server_version{2, 4, 1};
    case kind::sparse_float_vector: return {2, 4, 3};
    case kind::int8_vector: return {2, 6, 0};
    case kind::geometry:
    case kind::timestamptz: return {2, 6, 6};
    case kind::text: return {3, 0, 0};
    case kind::struct_array:
      // of vectors in structs 2.6 reads float vectors alone; before 2.6.7 no empty array
      return std::any_of(f.sub_fields().begin(), f.sub_fields().end(),
                         [](field_info const& sub) { return is_vector(sub.type) && sub.type != kind::float_vector; })
                 ? server_version{3, 0, 0}
                 : server_version{2, 6, 7};
    default: return {};
  }
}

constexpr server_version nulls_read_since(field_info const& f) noexcept {
  if (!f.nullable || f.has_default) return {};  // a default is written in place of null
  if (f.type == kind::struct_array) return {3, 0, 0};
  if (is_vector(f.type)) return {2, 6, 18};
  return {2, 5, 0};
}

}  // namespace detail

BULKWRITER_DECL server_version format::read_since(std::string_view extension, field_info const& field) noexcept {
  return (std::max)({bulkwriter::detail::files_read_since(extension),
                     bulkwriter::detail::kind_read_since(extension, field),
                     bulkwriter::detail::nulls_read_since(field)});
}

BULKWRITER_DECL result<void> format::try_check_read_by(server_version oldest, std::string_view extension,
                                                       std::span<field_info const> fields) {
  for (field_info const& f : fields) {
    if (!f.written()) continue;
    server_version const since = read_since(extension, f);
    if (since > oldest)
      return error_info{.code = errc::invalid_schema,
                        .message = "field " + detail::quoted_name(f.name) + ": " + (f.nullable ? "nullable " : "") +
                                   std::string(to_string(f.type)) + " in " + std::string(extension) +
                                   " files is read by servers from " + since.to_string() +
                                   " on, and oldest_server is " + oldest.to_string(),
                        .field = std::string(f.name)};
  }
  return {};
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
