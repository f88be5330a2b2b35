#pragma once

#include <bulkwriter/error.hpp>

#include <unistd.h>

#include <cstdlib>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::null_not_allowed: return "null_not_allowed";
    case errc::out_of_range: return "out_of_range";
    case errc::not_finite: return "not_finite";
    case errc::varchar_too_long: return "varchar_too_long";
    case errc::invalid_utf8: return "invalid_utf8";
    case errc::invalid_json: return "invalid_json";
    case errc::json_too_long: return "json_too_long";
    case errc::wrong_dim: return "wrong_dim";
    case errc::duplicate_key: return "duplicate_key";
    case errc::capacity_exceeded: return "capacity_exceeded";
    case errc::row_too_large: return "row_too_large";
    case errc::several_problems: return "several_problems";
    case errc::wrong_type: return "wrong_type";
    case errc::unknown_field: return "unknown_field";
    case errc::invalid_sparse: return "invalid_sparse";
    case errc::invalid_geometry: return "invalid_geometry";
    case errc::invalid_timestamp: return "invalid_timestamp";
    case errc::zero_vector: return "zero_vector";
    case errc::format_cannot_hold: return "format_cannot_hold";
    case errc::invalid_schema: return "invalid_schema";
    case errc::invalid_option: return "invalid_option";
    case errc::invalid_state: return "invalid_state";
    case errc::invalid_csv: return "invalid_csv";
    case errc::invalid_number: return "invalid_number";
    case errc::io_error: return "io_error";
    case errc::no_space: return "no_space";
    case errc::invalid_url: return "invalid_url";
    case errc::resolve_failed: return "resolve_failed";
    case errc::connect_failed: return "connect_failed";
    case errc::tls_failed: return "tls_failed";
    case errc::timeout: return "timeout";
    case errc::connection_lost: return "connection_lost";
    case errc::invalid_response: return "invalid_response";
    case errc::cancelled: return "cancelled";
    case errc::http_error: return "http_error";
    case errc::credentials_unavailable: return "credentials_unavailable";
    case errc::access_denied: return "access_denied";
    case errc::no_such_bucket: return "no_such_bucket";
    case errc::no_such_key: return "no_such_key";
    case errc::wrong_region: return "wrong_region";
    case errc::clock_skewed: return "clock_skewed";
    case errc::precondition_failed: return "precondition_failed";
    case errc::storage_error: return "storage_error";
    case errc::upload_not_aborted: return "upload_not_aborted";
    case errc::unauthenticated: return "unauthenticated";
    case errc::collection_not_found: return "collection_not_found";
    case errc::job_not_found: return "job_not_found";
    case errc::import_failed: return "import_failed";
    case errc::server_error: return "server_error";
    case errc::outcome_unknown: return "outcome_unknown";
  }
  return "unknown";
}

BULKWRITER_DECL std::string error_info::to_string() const {
  std::string text = message;
  text += " [bulkwriter.";
  text += bulkwriter::to_string(code);
  text += ']';
  return text;
}

BULKWRITER_DECL error::error(error_info info)
    : std::runtime_error(info.to_string()), info_(std::make_shared<error_info const>(std::move(info))) {}
BULKWRITER_DECL error::error(error const& other) noexcept = default;
BULKWRITER_DECL error& error::operator=(error const& other) noexcept = default;
BULKWRITER_DECL error::~error() = default;

namespace detail {

[[noreturn]] BULKWRITER_DECL void throw_error(error_info const& info) {
#if defined(__cpp_exceptions)
  throw error(info);
#else
  write_to_stderr(info.to_string());
  std::abort();
#endif
}

BULKWRITER_DECL void write_to_stderr(std::string line) {
  line += '\n';
  [[maybe_unused]] auto const written = ::write(STDERR_FILENO, line.data(), line.size());
}

BULKWRITER_DECL error_box::error_box(error_info&& info) : p_(new error_info(std::move(info))) {}
BULKWRITER_DECL error_box::error_box(error_box const& other)
    : p_(other.p_ != nullptr ? new error_info(*other.p_) : nullptr) {}
BULKWRITER_DECL void error_box::destroy() noexcept { delete p_; }

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
