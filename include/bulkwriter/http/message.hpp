#pragma once

#include <bulkwriter/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// HTTP/1.1 as the library speaks it: plain values, a client, and when to try again. Nothing here knows of any service.
namespace http {

/// Scheme, host and port: what a connection belongs to.
struct origin {
  bool secure = true;        ///< https
  std::string host = {};     ///< name or address, without brackets
  std::uint16_t port = 443;  ///< 1 to 65535

  /// The Host header's value: with brackets round an IPv6 address, with the port unless it is the scheme's own.
  std::string authority() const;
  /// `https://host:port`, for messages.
  std::string to_string() const;

  /// Compares every member; hosts as they are spelled.
  friend bool operator==(origin const&, origin const&) = default;
};

/// An absolute http(s) URL, split. The target is kept exactly as written: nothing is decoded or encoded.
struct url {
  http::origin origin = {};  ///< what to connect to
  std::string target = "/";  ///< path and query, begins with '/'

  /// A text without a scheme is taken as `https://` + text, or `http://` if `secure_default` is false. The host comes
  /// out in lower case. Errors: `errc::invalid_url`, also for what a request cannot carry: user name and password, a
  /// fragment, control characters and blanks. The message holds neither user name, password nor query.
  /// @{
  static result<url> try_parse(std::string_view text, bool secure_default = true);
  static url parse(std::string_view text, bool secure_default = true) {
    return try_parse(text, secure_default).value();
  }
  /// @}
};

/// A line of a request's or an answer's head.
struct header {
  std::string name = {};   ///< `response::find` compares it without case
  std::string value = {};  ///< on one line

  /// Compares both, with case.
  friend bool operator==(header const&, header const&) = default;
};

/// A request as it goes over the wire. `Host`, `Content-Length`, `User-Agent` and `Connection` are the client's
/// business (the first two may be among the headers if they say the same, and a `User-Agent` there replaces the
/// client's own); everything else is sent as it stands. Names, values and targets with control characters are refused.
struct request {
  std::string method = "GET";            ///< in capitals, as it goes over the wire
  http::origin origin = {};              ///< of `url::try_parse`
  std::string target = "/";              ///< path and query, percent-encoded already
  std::vector<header> headers = {};      ///< in the order in which they are sent
  std::span<std::byte const> body = {};  ///< must outlive the call; replayable, so a request can be repeated
};

/// An answer, whole. Interim ones (1xx) are not shown.
struct response {
  int status = 0;                    ///< 200 to 999
  std::vector<header> headers = {};  ///< as they came, those of one name together
  std::string body = {};             ///< bytes, with the framing of chunks taken off

  /// The first header of this name, compared without case; empty if there is none. A view into `headers`.
  /// @{
  std::string_view find(std::string_view name) const& noexcept;
  std::string_view find(std::string_view name) const&& = delete;
  /// @}
};

/// The moment of an HTTP date, in any of its three forms (RFC 9110, 5.6.7); nothing if it is not one. Thread-safe.
std::optional<std::chrono::system_clock::time_point> parse_date(std::string_view text) noexcept;

}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/http/detail/message.ipp>
#endif
