#pragma once

#include <bulkwriter/output/folder.hpp>
#include <bulkwriter/writer/local_bulk_writer.hpp>
#include <bulkwriter/writer/uuid.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL result<std::unique_ptr<chunk_writer>> try_make_local(std::span<field_info const> fields,
                                                                     new_file_format format, local_options options) {
  if (!format.encoder) return std::move(format.encoder).error();
  writer_options shared = shared_options(options);
  if (auto checked = chunk_writer::check_options(fields, format.extension, shared); !checked)
    return std::move(checked).error();  // before folders are made
  std::string path = options.local_path.empty() ? "." : std::move(options.local_path);
  if (path.back() != '/') path += '/';
  auto uuid = try_make_uuid();
  if (!uuid) return std::move(uuid).error();
  auto folder = output::folder::try_open(path + *uuid);
  if (!folder) return std::move(folder).error();
  return chunk_writer::try_make(fields, std::move(format), *std::move(folder), std::move(shared));
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
