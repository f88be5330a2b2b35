#pragma once

#include <bulkwriter/auth/service_options.hpp>

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

using time_point = std::chrono::system_clock::time_point;
using named_texts = std::map<std::string, std::string, std::less<>>;

// A question to a service that hands out secrets.
struct inquiry {
  std::string method = "GET";
  std::string url = {};
  std::vector<http::header> headers = {};
  std::string body = {};
  std::vector<std::string> secrets = {};                                     // what no message may repeat
  std::function<std::vector<http::header>(http::request const&)> sign = {};  // further headers, anew for each attempt
  std::function<bool(result<http::response> const&)> worth_repeating = http::is_transient;
};

// What it has said, with a status below 300.
struct reply {
  std::string from = {};  // origin of the URL: a path may tell more than everybody should know
  std::string body = {};
  named_texts fields = {};  // of a JSON object or of the leaves of an XML document; the first of a name
  time_point received = {};
  std::vector<std::string> secrets = {};  // of the question

  // The first of these that is there and not empty.
  std::string text(std::initializer_list<std::string_view> names) const;
};

// What it has said with this status: an answer to read, or why there is none.
result<reply> judge(reply got, int status);
result<reply> ask(service_options const& how, inquiry const& what, std::stop_token const& stop);

// A metadata service: without a proxy, and soon.
service_options nearby(service_options how, std::chrono::milliseconds answer);

// "AccessKeyId" and its kin, as AWS names them everywhere.
result<credentials> credentials_of(result<reply> const& got);
// "access_token" and its kin, as OAuth names them.
result<bearer_token> token_of(result<reply> const& got);

// That a secret may be sent to this URL, which stands in `source`: what is sent there stays between the two, or it is one
// of the addresses at which a cloud answers its machines within their own host. Error: `invalid_option` with the
// source's name.
result<void> check_guarded(std::string const& url, std::string const& source);

// Members of a JSON object as text, leaves of an XML document; nothing if it is neither.
std::optional<named_texts> read_fields(std::string_view document);
// ISO 8601 with any offset and fraction.
std::optional<time_point> parse_time(std::string_view text);

// name=value&…, for a form's body and for a query.
std::string form(std::initializer_list<std::pair<std::string_view, std::string_view>> values);
inline http::header const form_header = {"Content-Type", "application/x-www-form-urlencoded"};

// The given text, or the first variable that is set and not empty.
std::string or_environment(std::string const& given, std::initializer_list<char const*> names);
// The file's text without white space at its ends.
result<std::string> read_file(std::string const& path);
// With the home folder for "~/"; empty if that is nowhere.
std::string expand_home(std::string const& path);

// That a source is not there for this program: a chain goes on to the next one.
inline error_info absent(std::string why) { return {.code = errc::credentials_unavailable, .message = std::move(why)}; }
// That it is, but not usable: a chain ends here, or another identity than the wanted one would be taken.
inline error_info unusable(std::string why) { return {.code = errc::invalid_option, .message = std::move(why)}; }

template <class Secret>
struct link {
  std::string name;
  std::function<result<Secret>()> fetch;
};

// Of the first that is not absent.
template <class Secret>
result<Secret> first_of(std::initializer_list<link<Secret>> links) {
  std::string said;
  for (auto const& [name, fetch] : links) {
    auto got = fetch();
    if (got) return got;
    auto& message = got.error().message;
    message.insert(0, name + ": ");
    if (got.error().code != errc::credentials_unavailable) return got;
    said += (said.empty() ? "" : "; ") + message;
  }
  return absent(std::move(said));
}

// A provider that asks as the options say, which it keeps.
template <class Options, class Secret>
provider<Secret> provider_of(std::string name, Options options,
                             result<Secret> (*fetch)(Options const&, std::stop_token const&)) {
  auto const refresh = options.service.refresh;
  return {std::move(name), [options = std::move(options), fetch](std::stop_token stop) { return fetch(options, stop); },
          refresh};
}

}  // namespace detail
}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/inquiry.ipp>
#endif
