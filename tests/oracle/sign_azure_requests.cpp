// Signs the requests that come on stdin as Azure wants it, one a line: words `name=value` with the value in hexadecimal
// digits. One line of such words goes to stdout for each, in the same order. check_azure.py knows the names.
#include <bulkwriter/auth/azure_shared_key.hpp>

#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace auth = bulkwriter::auth;

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

std::chrono::system_clock::time_point time_of(words const& all) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(std::stoll(get(all, "time"))));
}

}  // namespace

int main() {
  auto const put = [](std::string_view name, std::string_view value) {
    std::cout << name << '=' << auth::to_hex(auth::as_bytes(value)) << ' ';
  };
  for (std::string line; std::getline(std::cin, line); std::cout << '\n') {
    try {
      words const in = parse(line);
      if (auto const blob = get(in, "blob"); !blob.empty()) {
        put("sas", auth::azure_blob_sas({.container = get(in, "container"),
                                         .blob = blob,
                                         .permissions = get(in, "permissions"),
                                         .expires = time_of(in),
                                         .https_only = get(in, "https_only") == "1"},
                                        get(in, "account"), get(in, "key")));
        continue;
      }
      auth::azure_request request{
          .method = get(in, "method"), .target = get(in, "target"), .content_length = std::stoull(get(in, "length"))};
      for (auto const& [name, value] : in) {
        if (name != "header") continue;
        auto const zero = value.find('\0');
        request.headers.push_back({value.substr(0, zero), value.substr(zero + 1)});
      }
      request.headers.push_back({"x-ms-date", auth::azure_date(time_of(in))});
      auto const got = auth::azure_shared_key_sign(request, get(in, "account"), get(in, "key"));
      put("date", request.headers.back().value);
      put("string_to_sign", got.string_to_sign);
      put("authorization", got.authorization.value);
    } catch (std::exception const& e) {
      put("error", e.what());
    }
  }
  return std::cout.flush() ? 0 : 1;
}
