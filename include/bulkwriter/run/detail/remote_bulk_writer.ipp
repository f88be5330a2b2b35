#pragma once

#include <bulkwriter/run/remote_bulk_writer.hpp>
#include <bulkwriter/storage/object_output.hpp>
#include <bulkwriter/writer/uuid.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL result<std::unique_ptr<chunk_writer>> try_make_remote(std::span<field_info const> fields,
                                                                      new_file_format format, object_store const& store,
                                                                      remote_options options) {
  if (!format.encoder) return std::move(format.encoder).error();
  writer_options shared = shared_options(options);
  if (auto size = storage::try_part_size(options.chunk_size, options.part_size, store.backend()); !size)
    return std::move(size).error();
  if (options.connections < 1 || options.connections > storage::max_connections)
    return error_info{.code = errc::invalid_option,
                      .message = "connections is " + std::to_string(options.connections) +
                                 ", which is not between 1 and " + std::to_string(storage::max_connections)};
  std::string path = std::move(options.remote_path);
  while (path.ends_with('/')) path.pop_back();  // "/" and "/a/": one slash before the uuid
  auto uuid = try_make_uuid();
  if (!uuid) return std::move(uuid).error();
  auto place = std::make_shared<storage::object_place>(
      store, path + '/' + *uuid,
      storage::object_options{.connections = options.connections,
                              .part_size = options.part_size,
                              .abort_limit = options.abort_limit});
  return chunk_writer::try_make(fields, std::move(format), std::move(place), std::move(shared));
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
