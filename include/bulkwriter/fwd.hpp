#pragma once

#include <bulkwriter/config.hpp>

// The names of the library, for headers that only mention them.

#include <bulkwriter/config.hpp>

#include <cstdint>

/// Everything of the library. Programs write `namespace bw = bulkwriter;`. What lies in a namespace `detail` is not for
/// use and changes without notice.
namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

enum class errc : std::uint16_t;
struct error_info;
class error;
template <class Type>
class result;

struct field_info;
template <class... F>
struct schema;
class runtime_schema;

struct file_group;
struct batch_files;

namespace format {
struct parquet;
struct json;
struct jsonl;
struct csv;
struct npy;
class any;
}  // namespace format

template <class Schema, class Format>
class bulk_writer;
template <class Schema, class Format>
class local_bulk_writer;
template <class Schema, class Format>
class remote_bulk_writer;

struct azure_connect_param;
struct s3_connect_param;
struct gcs_connect_param;
class object_store;

struct milvus;
struct zilliz_cloud;
struct zilliz_cloud_v1;
struct job_id;
struct import_progress;
template <class Target>
class import_client;
class collections;

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
