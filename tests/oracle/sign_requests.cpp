// Signs the requests that come on stdin, one a line: words `name=value` with the value in hexadecimal digits. One line
// of such words goes to stdout for each, in the same order. check_botocore.py knows the names.
#include <bulkwriter/auth/sigv4.hpp>
#include <bulkwriter/http/message.hpp>

#include <chrono>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace auth = bulkwriter::auth;
namespace http = bulkwriter::http;

namespace {

using words = std::vector<std::pair<std::string, std::string>>;

std::string from_hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return out;
}

words parse(std::string const& line) {
  words out;
  std::istringstream in(line);
  for (std::string word; in >> word;) {
    auto const equals = word.find('=');
    out.emplace_back(word.substr(0, equals), from_hex(std::string_view(word).substr(equals + 1)));
  }
  return out;
}

std::string get(words const& all, std::string_view name) {
  for (auto const& [n, value] : all)
    if (n == name) return value;
  return {};
}

bool has(words const& all, std::string_view name) {
  for (auto const& [n, value] : all)
    if (n == name) return true;
  return false;
}

// A name and a value, one behind the other, with a zero between.
http::header split(std::string const& pair) {
  auto const zero = pair.find('\0');
  return {.name = pair.substr(0, zero), .value = pair.substr(zero + 1)};
}

auth::sigv4_request request_of(words const& in) {
  auth::sigv4_request out{.method = get(in, "method"), .payload_hash = get(in, "payload_hash")};
  if (has(in, "endpoint")) out.host = http::url::parse(get(in, "endpoint")).origin.authority();
  if (has(in, "body")) out.payload_hash = auth::to_hex(auth::sha256(get(in, "body")));
  out.target = (has(in, "bucket") ? '/' + auth::percent_encode(get(in, "bucket")) : "") + '/' +
               auth::percent_encode(get(in, "key"), true);
  if (has(in, "query")) out.target += '?' + get(in, "query");
  char separator = '?';
  for (auto const& [name, value] : in) {
    if (name == "header") out.headers.push_back(split(value));
    if (name == "field") {
      // The name may hold a zero, too: its length is told.
      auto const length = std::stoul(value);
      auto const both = value.substr(value.find(' ') + 1);
      ((out.target += separator) += auth::percent_encode(both.substr(0, length))) += '=';
      out.target += auth::percent_encode(both.substr(length));
      separator = '&';
    }
  }
  return out;
}

}  // namespace

int main() {
  auth::sigv4_key_cache cache;
  auto const put = [](std::string_view name, std::string_view value) {
    std::cout << name << '=' << auth::to_hex(auth::as_bytes(value)) << ' ';
  };
  for (std::string line; std::getline(std::cin, line); std::cout << '\n') {
    try {
      words const in = parse(line);
      auto const request = request_of(in);
      auth::credentials const who{.access_key = get(in, "access_key"),
                                  .secret_key = get(in, "secret_key"),
                                  .session_token = get(in, "session_token")};
      auth::sigv4_scope const scope{.region = get(in, "region")};
      auth::sigv4_time const time{std::chrono::seconds(std::stoll(get(in, "time")))};
      auto const got = has(in, "expires") ? auth::sigv4_presign(request, who, scope, time,
                                                                std::chrono::seconds(std::stoll(get(in, "expires"))))
                                          : auth::sigv4_sign(request, who, scope, time, &cache);
      put("target", got.target);
      put("canonical_request", got.canonical_request);
      put("string_to_sign", got.string_to_sign);
      put("signature", got.signature);
      for (auto const& h : got.headers) put("header", h.name + '\0' + h.value);
    } catch (std::exception const& e) {
      put("error", e.what());
    }
  }
  return std::cout.flush() ? 0 : 1;
}
