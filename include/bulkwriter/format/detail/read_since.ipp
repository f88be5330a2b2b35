#pragma once

#include <bulkwriter/format/read_since.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

namespace detail {

constexpr server_version files_read_since(std::string_view extension) noexcept {
  if (extension == "parquet") return {2, 3, 4};
  if (extension == "csv") return {2, 5, 0};
  if (extension == "jsonl") return {2, 6, 6};
  return {};
}

constexpr server_version kind_read_since(std::string_view extension, field_info const& f) noexcept {
  kind_traits const& traits = traits_of(f.type);
  server_version since = traits.since;
  if (extension == "npy") since = (std::max)(since, traits.since_in_npy);
  // 2.3 reads doubles of arrays in JSON as floats, and refuses those outside of their range
  if (f.type == kind::array && f.element == kind::float64 && extension == "json")
    since = (std::max)(since, server_version{2, 4, 0});
  for (field_info const& sub : f.sub_fields())
    since = (std::max)({since, traits_of(sub.type).since, traits_of(sub.type).since_in_struct});
  return since;
}

constexpr server_version nulls_read_since(field_info const& f) noexcept {
  // a default is written in place of null
  return f.nullable && !f.has_default ? traits_of(f.type).null_since : server_version{};
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
