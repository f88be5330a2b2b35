#pragma once

// Schema to files on disk. Needs nothing but the standard library. A unit that writes one format to disk can do with
// <bulkwriter/writer/local_bulk_writer.hpp> and the header of the format, which compile faster.

#include <bulkwriter/error.hpp>
#include <bulkwriter/format/any.hpp>
#include <bulkwriter/format/csv.hpp>
#include <bulkwriter/format/json.hpp>
#include <bulkwriter/format/jsonl.hpp>
#include <bulkwriter/format/npy.hpp>
#include <bulkwriter/format/parquet.hpp>
#include <bulkwriter/manifest/batch_files.hpp>
#include <bulkwriter/output/folder.hpp>
#include <bulkwriter/output/memory.hpp>
#include <bulkwriter/row/named.hpp>
#include <bulkwriter/schema/schema.hpp>
#include <bulkwriter/version.hpp>
#include <bulkwriter/writer/bulk_writer.hpp>
#include <bulkwriter/writer/local_bulk_writer.hpp>
