#pragma once

// The whole library: <bulkwriter/local.hpp> and the half that speaks to the network.

#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/import_client.hpp>
#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/local.hpp>
#include <bulkwriter/run/remote_bulk_writer.hpp>
#include <bulkwriter/storage/object_url.hpp>
#include <bulkwriter/storage/s3.hpp>
