#pragma once

#include <bulkwriter/config.hpp>

#include <cstdint>
#include <string_view>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// What went wrong. The values are stable; `to_string` gives the name that stands in brackets behind every message.
enum class errc : std::uint16_t {
  none = 0,  ///< nothing did

  // --- a value of a row ---
  null_not_allowed = 1,  ///< no value for a field that is neither nullable nor has a default_value
  out_of_range = 2,      ///< an integer outside the range of its field's kind
  not_finite = 3,        ///< NaN or an infinity: no server imports it
  varchar_too_long = 4,  ///< more bytes (not characters) than max_length
  invalid_utf8 = 5,      ///< text that is not well-formed UTF-8
  invalid_json = 6,  ///< text of a json or dynamic field that is not JSON (RFC 8259), or not an object where one is due
  json_too_long = 7,       ///< more than the 65,536 bytes that a server takes in a JSON cell
  wrong_dim = 8,           ///< a vector whose length is not the field's dim
  duplicate_key = 9,  ///< a key that a JSON object has twice, at whatever depth, or a dynamic one that names a field
  capacity_exceeded = 10,  ///< more elements than max_capacity
  row_too_large = 11,      ///< a row that alone is larger than chunk_size
  several_problems = 12,   ///< more than one of the above in one row: see error_info::problems
  wrong_type = 13,         ///< a run-time value of a type that its field cannot hold
  unknown_field = 14,      ///< a run-time name that the schema does not declare, and no dynamic field to take it
  invalid_sparse = 15,     ///< a sparse vector with an index twice, out of order, or with a negative value
  invalid_geometry = 16,   ///< text of a geometry field that is not WKT
  invalid_timestamp = 17,  ///< text of a timestamptz field that is not ISO 8601 as servers read it
  zero_vector = 18,        ///< a vector of zeros only, where the writer's option refuses them

  /// a value that readers of this file format take for another, as CSV text for null, or one that is too long for it
  format_cannot_hold = 20,

  // --- options, schemas, states ---
  invalid_schema = 30,  ///< a run-time schema that breaks a rule (compile-time schemas fail to compile instead)
  invalid_option = 31,  ///< an option out of its range, or options that exclude each other
  invalid_state = 32,   ///< a call on what was moved from or has failed before; code of the caller's own has thrown

  // --- input files ---
  invalid_csv = 50,  ///< broken quoting, a row with another number of cells than the header, a header without a column
  invalid_number = 51,  ///< text where a number is due

  // --- files on disk ---
  io_error = 70,  ///< the operating system refused to create, write, rename or read a file
  no_space = 71,  ///< the disk or the quota is full

  // --- network ---
  invalid_url = 90,       ///< text that is not an http or https URL, or lacks a host
  resolve_failed = 91,    ///< the host name has no address
  connect_failed = 92,    ///< nobody listens there, no route, or a proxy refuses: `http_status` is the proxy's
  tls_failed = 93,        ///< the peer's certificate or the handshake was refused
  timeout = 94,           ///< a deadline passed; the message says in which phase
  connection_lost = 95,   ///< the peer closed or reset before the answer was whole
  invalid_response = 96,  ///< an answer that is not HTTP, or whose body is not what the protocol promises
  cancelled = 97,         ///< the caller's stop token was triggered
  http_error = 98,        ///< an HTTP status that none of the more exact codes describes

  // --- credentials ---
  credentials_unavailable = 105,  ///< no key or token to send: who was asked, and what each said, is in the message

  // --- object stores ---
  access_denied = 110,        ///< unknown key, wrong signature, or no right to do this
  no_such_bucket = 111,       ///< the bucket or container does not exist
  no_such_key = 112,          ///< the object or multipart upload does not exist
  wrong_region = 113,         ///< the bucket is in another region than the request was signed for
  clock_skewed = 114,         ///< this machine's clock differs too much from the server's
  precondition_failed = 115,  ///< a conditional request whose condition did not hold
  storage_error = 116,        ///< any other refusal of the store
  upload_not_aborted =
      117,  ///< an upload was given up and its parts could not be removed: see error_info::left_behind

  // --- import ---
  unauthenticated = 130,       ///< the token or API key is missing or wrong
  collection_not_found = 131,  ///< no collection of this name
  job_not_found = 132,         ///< the server does not know the job (any more)
  import_failed = 133,         ///< the job ended as failed: the reason is in the message
  server_error = 134,          ///< any other refusal: server_code and server_error say which
  outcome_unknown = 135,       ///< a request that must not be repeated was sent and its answer was lost
};

namespace detail {

// What is known of a code, told once: the switch has no default, so that compilers name a code that it lacks.
enum class code_group : std::uint8_t { other, row, transient, not_found };
struct code_traits {
  std::string_view name;
  code_group group = code_group::other;
};
constexpr code_traits traits_of(errc code) noexcept {
  switch (code) {
    case errc::none: return {"none"};
    case errc::null_not_allowed: return {"null_not_allowed", code_group::row};
    case errc::out_of_range: return {"out_of_range", code_group::row};
    case errc::not_finite: return {"not_finite", code_group::row};
    case errc::varchar_too_long: return {"varchar_too_long", code_group::row};
    case errc::invalid_utf8: return {"invalid_utf8", code_group::row};
    case errc::invalid_json: return {"invalid_json", code_group::row};
    case errc::json_too_long: return {"json_too_long", code_group::row};
    case errc::wrong_dim: return {"wrong_dim", code_group::row};
    case errc::duplicate_key: return {"duplicate_key", code_group::row};
    case errc::capacity_exceeded: return {"capacity_exceeded", code_group::row};
    case errc::row_too_large: return {"row_too_large", code_group::row};
    case errc::several_problems: return {"several_problems", code_group::row};
    case errc::wrong_type: return {"wrong_type", code_group::row};
    case errc::unknown_field: return {"unknown_field", code_group::row};
    case errc::invalid_sparse: return {"invalid_sparse", code_group::row};
    case errc::invalid_geometry: return {"invalid_geometry", code_group::row};
    case errc::invalid_timestamp: return {"invalid_timestamp", code_group::row};
    case errc::zero_vector: return {"zero_vector", code_group::row};
    case errc::format_cannot_hold: return {"format_cannot_hold", code_group::row};
    case errc::invalid_schema: return {"invalid_schema"};
    case errc::invalid_option: return {"invalid_option"};
    case errc::invalid_state: return {"invalid_state"};
    case errc::invalid_csv: return {"invalid_csv"};
    case errc::invalid_number: return {"invalid_number", code_group::row};
    case errc::io_error: return {"io_error"};
    case errc::no_space: return {"no_space"};
    case errc::invalid_url: return {"invalid_url"};
    case errc::resolve_failed: return {"resolve_failed", code_group::transient};
    case errc::connect_failed: return {"connect_failed", code_group::transient};
    case errc::tls_failed: return {"tls_failed"};
    case errc::timeout: return {"timeout", code_group::transient};
    case errc::connection_lost: return {"connection_lost", code_group::transient};
    case errc::invalid_response: return {"invalid_response"};
    case errc::cancelled: return {"cancelled"};
    case errc::http_error: return {"http_error"};
    case errc::credentials_unavailable: return {"credentials_unavailable"};
    case errc::access_denied: return {"access_denied"};
    case errc::no_such_bucket: return {"no_such_bucket", code_group::not_found};
    case errc::no_such_key: return {"no_such_key", code_group::not_found};
    case errc::wrong_region: return {"wrong_region"};
    case errc::clock_skewed: return {"clock_skewed"};
    case errc::precondition_failed: return {"precondition_failed"};
    case errc::storage_error: return {"storage_error"};
    case errc::upload_not_aborted: return {"upload_not_aborted"};
    case errc::unauthenticated: return {"unauthenticated"};
    case errc::collection_not_found: return {"collection_not_found", code_group::not_found};
    case errc::job_not_found: return {"job_not_found", code_group::not_found};
    case errc::import_failed: return {"import_failed"};
    case errc::server_error: return {"server_error"};
    case errc::outcome_unknown: return {"outcome_unknown"};
  }
  return {"unknown"};
}

}  // namespace detail

/// The name of a code, such as "varchar_too_long". Never fails; thread-safe.
std::string_view to_string(errc code) noexcept;

/// Whether one row was refused for what is in it. Nothing of it is in a file, and the next row may follow: what to skip
/// and to log where some bad rows are no reason to stop. All codes up to `format_cannot_hold`, and `invalid_number`.
constexpr bool is_row_error(errc code) noexcept { return detail::traits_of(code).group == detail::code_group::row; }

/// Whether the same call may succeed a little later, with nothing changed here: `resolve_failed`, `connect_failed`,
/// `timeout`, `connection_lost`. The library has repeated it already, until `http::retry_options::budget` was used up,
/// where a repetition can do no harm; `error_info::may_have_happened` says whether one may. That a server refuses for
/// now is told by `error_info::http_status` alone (408, 429, 500, 502, 503, 504).
constexpr bool is_transient(errc code) noexcept {
  return detail::traits_of(code).group == detail::code_group::transient;
}

/// Whether what was asked for does not exist: `no_such_bucket`, `no_such_key`, `collection_not_found`, `job_not_found`.
constexpr bool is_not_found(errc code) noexcept {
  return detail::traits_of(code).group == detail::code_group::not_found;
}

/// The category "bulkwriter" of `std::error_code`: values are those of `errc`, messages their names. Codes that mean
/// what one of the standard library's conditions means compare equal to it: `no_space` to `std::errc::no_space_on_device`,
/// `timeout` to `timed_out`, `cancelled` to `operation_canceled`, `access_denied` to `permission_denied`, `io_error` to
/// `io_error`, `connection_lost` to `connection_reset`, `invalid_option` to `invalid_argument`, `invalid_utf8` to
/// `illegal_byte_sequence`. Never fails; thread-safe.
std::error_category const& errc_category() noexcept;

/// For programs that pass `std::error_code` on: `std::error_code code = info.code;` does, as it does for `std::errc`.
/// Message, row and field stay behind in the `error_info`. Never fails; thread-safe.
std::error_code make_error_code(errc code) noexcept;

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

/// @cond  what makes the conversion implicit
template <>
struct std::is_error_code_enum<bulkwriter::errc> : std::true_type {};
/// @endcond

#if BULKWRITER_BODIES
#include <bulkwriter/detail/errc.ipp>
#endif
