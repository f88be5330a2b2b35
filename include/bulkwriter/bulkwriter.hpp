#pragma once

// The whole library: <bulkwriter/local.hpp> and the half that speaks to the network. With BULKWRITER_LOCAL_ONLY, as in
// the single header, the former alone.

#include <bulkwriter/config.hpp>
#include <bulkwriter/local.hpp>

#if !defined(BULKWRITER_LOCAL_ONLY)
#include <bulkwriter/auth/aws_credentials.hpp>
#include <bulkwriter/auth/azure_token.hpp>
#include <bulkwriter/auth/google_token.hpp>
#include <bulkwriter/auth/provider.hpp>
#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/import_client.hpp>
#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/input/ndjson_reader.hpp>
#include <bulkwriter/run/remote_bulk_writer.hpp>
#include <bulkwriter/storage/azure_blob.hpp>
#include <bulkwriter/storage/gcs.hpp>
#include <bulkwriter/storage/object_url.hpp>
#include <bulkwriter/storage/s3.hpp>
#include <bulkwriter/storage/upload_file.hpp>
#endif
