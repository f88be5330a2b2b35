#pragma once

#include <bulkwriter/format/any.hpp>
#include <bulkwriter/format/csv.hpp>
#include <bulkwriter/format/json.hpp>
#include <bulkwriter/format/jsonl.hpp>
#include <bulkwriter/format/npy.hpp>
#include <bulkwriter/format/parquet.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

struct named_format {
  std::string_view name;
  format::any (*make)();
};
template <class F>
format::any make_any() {
  return F{};
}
// One line a format.
inline constexpr named_format named_formats[] = {
    {format::parquet::extension, make_any<format::parquet>}, {format::json::extension, make_any<format::json>},
    {format::jsonl::extension, make_any<format::jsonl>},     {format::csv::extension, make_any<format::csv>},
    {format::npy::extension, make_any<format::npy>},
};

BULKWRITER_DECL result<void> try_check_held(std::span<field_info const> fields, std::string_view format,
                                            bool (*holds)(void const*, kind), void const* of) {
  for (field_info const& f : fields)
    if (f.written() && !holds(of, f.type))
      return error_info{.code = errc::invalid_schema,
                        .message = "field " + quoted_name(f.name) + ": " + std::string(format) +
                                   " files cannot hold " + std::string(to_string(f.type)),
                        .field = std::string(f.name)};
  return {};
}

}  // namespace detail

namespace format {

BULKWRITER_DECL std::vector<std::string_view> any::names() {
  std::vector<std::string_view> all;
  for (auto const& f : bulkwriter::detail::named_formats) all.push_back(f.name);
  return all;
}

BULKWRITER_DECL result<any> any::try_named(std::string_view name) {
  for (auto const& f : bulkwriter::detail::named_formats)
    if (f.name == name) return f.make();
  std::string known;
  for (auto const& f : bulkwriter::detail::named_formats) {
    if (!known.empty()) known += ", ";
    known += f.name;
  }
  return error_info{.code = errc::invalid_option,
                    .message = "there is no format " + detail::in_quotes(name) + ", only " + known};
}

BULKWRITER_DECL result<std::unique_ptr<encoder>> any::try_make_encoder(std::span<field_info const> fields) const {
  auto const holds = [](void const* of, kind k) { return static_cast<any const*>(of)->holds(k); };
  if (auto held = bulkwriter::detail::try_check_held(fields, extension, holds, this); !held)
    return std::move(held).error();
  return held_->try_make_encoder(fields);
}

}  // namespace format
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
