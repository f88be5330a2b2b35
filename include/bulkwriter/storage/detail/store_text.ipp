#pragma once

#include <bulkwriter/storage/detail/store_text.hpp>
#include <bulkwriter/text/quoted.hpp>
#include <bulkwriter/text/redacted.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <random>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

BULKWRITER_DECL std::string named(std::string_view name) { return bulkwriter::detail::in_quotes(name, 1024); }

BULKWRITER_DECL std::string named_upload(std::string_view key, std::string_view upload_id) {
  return named(key) + " (upload id " + bulkwriter::detail::one_line(upload_id, 256) + ')';
}

BULKWRITER_DECL result<void> check_key(std::string_view key) {
  auto const refuse = [](std::string message) -> error_info {
    return {.code = errc::invalid_option, .message = std::move(message)};
  };
  if (key.empty()) return refuse("an object key is empty");
  for (std::size_t i = 0; i < key.size(); ++i) {
    auto const c = static_cast<unsigned char>(key[i]);
    if (c < 0x20 || c == 0x7f) {
      return refuse("an object key has a control character (code " + std::to_string(c) + ") at byte " +
                    std::to_string(i));
    }
  }
  if (key.size() > 1024)
    return refuse("an object key of " + std::to_string(key.size()) + " bytes exceeds the limit of 1024");
  if (key.front() == '/') return refuse("object key " + named(key) + " begins with a slash");
  for (std::size_t at = 0; at <= key.size();) {
    std::size_t const end = (std::min)(key.find('/', at), key.size());
    auto const segment = key.substr(at, end - at);
    if (segment == "." || segment == "..") {
      return refuse("object key " + named(key) + " has a " + named(segment) + " segment, which servers resolve differently");
    }
    at = end + 1;
  }
  return {};
}

BULKWRITER_DECL result<void> check_listed_key(std::string_view key) {
  if (!key.empty()) return {};
  return error_info{.code = errc::invalid_option, .message = "an object key is empty"};
}

BULKWRITER_DECL std::string printable(std::string_view text, std::span<std::string const> secrets) {
  constexpr std::size_t longest_word = 40;  // a signature has 64 hexadecimal digits
  std::string const safe = bulkwriter::detail::redacted(text, secrets, 4096);
  std::string line;
  for (std::string_view rest = safe; !rest.empty();) {
    std::size_t const digits = (std::min)(rest.find_first_not_of("0123456789abcdefABCDEF"), rest.size());
    std::size_t const size = (std::max)(digits, std::size_t{1});
    line += digits > longest_word ? std::string_view("***") : rest.substr(0, size);
    rest.remove_prefix(size);
  }
  return bulkwriter::detail::one_line(line, 300);
}

BULKWRITER_DECL std::string make_object_token() {
  std::random_device random;
  std::string out;
  for (int word = 0; word < 4; ++word) {
    auto const bits = static_cast<std::uint32_t>(random());
    for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[bits >> shift & 15];
  }
  return out;
}

BULKWRITER_DECL std::string unquoted(std::string_view etag) {
  if (etag.starts_with("W/\"")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

BULKWRITER_DECL std::optional<std::chrono::system_clock::time_point> parse_iso_time(std::string_view text) noexcept {
  using namespace std::chrono;
  auto const number = [&](std::size_t at, std::size_t size) {
    int value = -1;
    auto const end = text.data() + at + size;
    return std::from_chars(text.data() + at, end, value).ptr == end ? value : -1;
  };
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text.back() != 'Z')
    return std::nullopt;
  year_month_day const date{year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                            day(static_cast<unsigned>(number(8, 2)))};
  int const h = number(11, 2), m = number(14, 2), s = number(17, 2);
  if (!date.ok() || number(0, 4) < 1970 || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60) return std::nullopt;
  return sys_days(date) + hours(h) + minutes(m) + seconds(s);
}

BULKWRITER_DECL bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) noexcept {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
