// HTTP, without a socket: URLs from users, heads of requests, dates, and answers however the network cuts them. What is
// taken is compared with readers of the test's own.

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/message.hpp>
#include <bulkwriter/http/retry.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/http_peer.hpp"
#include "support/input.hpp"
#include "support/utf8_peer.hpp"

namespace {

namespace bw = bulkwriter;
namespace http = bw::http;
using fuzz::require;

void check_message(bw::error_info const& error) {
  require(error.message.size() < 400 && fuzz::is_utf8(error.message), "a message is text, of a message's size");
  for (char const c : error.message)
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a message is one line");
}

// The words before the last '@' or behind the first '?': users' names, passwords and signatures. Only those that no
// message has of itself: five letters and digits, some of each.
std::vector<std::string> secrets(std::string_view text) {
  std::vector<std::string> found;
  std::size_t const at = text.rfind('@'), query = text.find('?');
  auto const add = [&](std::string_view part) {
    for (std::size_t from = 0; from < part.size();) {
      std::size_t end = from;
      bool digits = false, letters = false;
      for (; end < part.size() && fuzz::is_made_of(part.substr(end, 1), ""); ++end)
        (part[end] <= '9' ? digits : letters) = true;
      if (end - from >= 5 && digits && letters) found.emplace_back(part.substr(from, end - from));
      from = end + 1;
    }
  };
  if (at != text.npos) add(text.substr(0, at));
  if (query != text.npos && text.substr(0, query).find('@') == text.npos) {
    add(text.substr(query));
    std::erase_if(found, [&](auto const& word) { return text.substr(0, query).find(word) != text.npos; });
  }
  return found;
}

void check_url(std::string const& text, bool secure) {
  auto const wanted = fuzz::split_url(text, secure);
  auto const given = http::url::try_parse(text, secure);
  require(given.has_value() == wanted.has_value(),
          [&] { return given ? "no URL was taken" : "a URL was refused: " + given.error().message; });
  if (!given) {
    require(given.error().code == bw::errc::invalid_url, "the code of a refusal");
    check_message(given.error());
    for (auto const& word : secrets(text))
      require(given.error().message.find(word) == std::string::npos,
              [&] { return "a message repeats '" + word + "': " + given.error().message; });
    return;
  }
  require(given->origin.secure == wanted->secure && given->origin.host == wanted->host &&
              given->origin.port == wanted->port && given->target == wanted->target,
          "the parts of a URL");
  std::string const scheme = given->origin.secure ? "https://" : "http://";
  for (std::string const& written : {given->origin.to_string(), scheme + given->origin.authority()}) {
    auto const again = http::url::try_parse(written + given->target, !secure);
    require(again && again->origin == given->origin && again->target == given->target, "a URL that was written");
  }
  http::request request = {.origin = given->origin, .target = given->target};
  auto const head = http::detail::request_head(request, "agent");
  require(
      head && head->starts_with("GET " + wanted->target + " HTTP/1.1\r\nHost: " + given->origin.authority() + "\r\n"),
      "a URL that was taken can be asked for");
}

// What goes out is one head with the lines that were meant, or nothing.
void check_request(fuzz::input& in) {
  http::request request;
  request.origin = {
      .secure = in.one_in(2), .host = std::string(in.take(in.byte() % 24)), .port = in.bits<std::uint16_t>()};
  request.method = in.take(in.byte() % 12);
  request.target = in.take(in.byte() % 24);
  static constexpr std::byte zeros[16] = {};
  request.body = std::span(zeros).first(in.below(16));
  while (!in.empty() && request.headers.size() < 6) {
    std::string const name(in.take(in.byte() % 24));
    request.headers.push_back({name, std::string(in.take(in.byte()))});
  }
  auto const head = http::detail::request_head(request, "agent");
  if (!head) return check_message(head.error());
  std::vector<std::string> lines;
  std::string_view rest = *head;
  while (!rest.empty()) {
    std::size_t const end = rest.find("\r\n");
    require(end != rest.npos, "every line ends");
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 2);
    for (char const c : lines.back())
      require(static_cast<unsigned char>(c) >= 0x20 || c == '\t', "no control character goes out");
  }
  std::string const length = std::to_string(request.body.size());
  std::vector<std::string> wanted = {request.method + ' ' + request.target + " HTTP/1.1",
                                     "Host: " + request.origin.authority()};
  bool own_agent = true;
  for (auto const& [name, value] : request.headers) {
    std::string const plain = fuzz::lower_case(name);
    require(fuzz::is_http_token(name) && plain != "connection" && plain != "transfer-encoding", "a header's name");
    if (plain == "user-agent") own_agent = false;
    if (plain == "host") require(value == request.origin.authority(), "a host that differs");
    if (plain == "content-length") require(value == length, "a length that differs");
    if (plain != "host" && plain != "content-length") wanted.push_back(name + ": " + value);
  }
  if (own_agent) wanted.push_back("User-Agent: agent");
  bool const has_length =
      std::any_of(lines.begin(), lines.end(), [&](auto const& l) { return l == "Content-Length: " + length; });
  require(has_length || request.body.empty(), "a body has a length");
  if (has_length) wanted.push_back("Content-Length: " + length);
  wanted.emplace_back();
  require(lines == wanted, "the lines of a request");
  require(fuzz::is_http_token(request.method) && request.target.starts_with('/') &&
              request.target.find(' ') == std::string::npos,
          "three words in the first line");
  auto const origin = fuzz::split_url(request.origin.to_string(), true);
  require(origin && origin->target == "/" && origin->host == fuzz::lower_case(request.origin.host), "a host is a host");
}

void check_date(fuzz::input& in) {
  using namespace std::chrono;
  // A moment, in all three forms.
  sys_seconds const moment{seconds(in.bits<std::uint32_t>() % 3'124'224'000u)};  // 1970 to 2068
  auto const day = floor<days>(moment);
  year_month_day const date(day);
  hh_mm_ss const time(moment - day);
  static constexpr char const* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  static constexpr char const* weekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                             "Thursday", "Friday", "Saturday"};
  char const* const name = weekdays[weekday(day).c_encoding()];
  char const* const month = months[static_cast<unsigned>(date.month()) - 1];
  auto const d = static_cast<unsigned>(date.day());
  int const y = static_cast<int>(date.year());
  auto const h = static_cast<int>(time.hours().count()), m = static_cast<int>(time.minutes().count()),
             s = static_cast<int>(time.seconds().count());
  char forms[3][64];
  std::snprintf(forms[0], 64, "%.3s, %02u %s %04d %02d:%02d:%02d GMT", name, d, month, y, h, m, s);
  std::snprintf(forms[1], 64, "%s, %02u-%s-%02d %02d:%02d:%02d GMT", name, d, month, y % 100, h, m, s);
  std::snprintf(forms[2], 64, "%.3s %s %2u %02d:%02d:%02d %04d", name, month, d, h, m, s, y);
  for (char const* form : forms)
    require(http::parse_date(form) == moment, [&] { return std::string("a date: ") + form; });

  // Any text; and as what a server says of waiting.
  std::string const first(in.take(in.byte())), second(in.rest());
  auto const given = http::parse_date(first);
  require(!given || (*given >= sys_days(1970y / 1 / 1) && *given < sys_days(2201y / 1 / 1)), "a moment within bounds");
  http::response const answer = {.status = 503, .headers = {{"retry-AFTER", first}, {"Date", second}}};
  auto const wait = http::retry_after(answer, moment);
  require(!wait || (*wait >= 0ms && *wait <= days(365)), "a wait within bounds");
  if (auto const n = fuzz::decimal(first)) require(wait == seconds(std::min(*n, 365ull * 86400)), "a wait in seconds");
  if (given && http::parse_date(second) == std::nullopt)
    require(wait == std::clamp(ceil<milliseconds>(*given - moment), 0ms, milliseconds(days(365))),
            "a wait until a date");
}

struct outcome {
  std::string problem = {};
  bool complete = false, ended = false, kept = false;
  http::response what = {};
};

outcome hear(std::string_view text, http::client_options const& options, bool to_head, std::size_t piece) {
  http::detail::answer reader(options, to_head);
  outcome out;
  while (!text.empty() && !reader.complete()) {
    auto const space = reader.space();
    require(space.size() != 0, "there is room for more");
    std::size_t const n = std::min({text.size(), piece, space.size()});
    std::memcpy(space.data(), text.data(), n);
    text.remove_prefix(n);
    out.problem = reader.commit(n);
    if (!out.problem.empty()) {
      check_message({.message = out.problem});
      return out;
    }
    require(reader.any(), "a byte has come");
  }
  out.complete = reader.complete();
  if (!out.complete) out.ended = reader.end();
  if (!out.complete && !out.ended) return out;
  out.kept = reader.keep_alive();
  require(reader.has_header(), "an answer has a head");
  out.what = reader.take();
  require(out.what.status >= 200 && out.what.status <= 999, "a final status");
  require(out.what.body.size() <= options.max_body_size, "a body within bounds");
  std::size_t head = 0;
  for (auto const& [name, value] : out.what.headers) {
    head += name.size() + value.size();
    require(fuzz::is_http_token(name), "a header's name");
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == value.npos, "a header's value is one line");
  }
  require(head <= std::max<std::size_t>(options.max_header_size, 64) || out.what.find("transfer-encoding") != "",
          "a head within bounds");
  return out;
}

void check_answer(fuzz::input& in) {
  std::size_t const piece = 1 + in.byte();
  http::client_options options;
  options.max_header_size = in.one_in(4) ? 64 + in.byte() : 4096;
  options.max_body_size = in.one_in(4) ? in.byte() : 1 << 20;
  bool const to_head = in.one_in(8);
  std::string const text(in.rest());

  auto const at_once = hear(text, options, to_head, 1 << 20), in_pieces = hear(text, options, to_head, piece);
  // A fault may be noticed at once or waited behind, as the parser of Beast pleases; an answer is the same answer.
  require(
      at_once.complete == in_pieces.complete && at_once.ended == in_pieces.ended &&
          at_once.what.status == in_pieces.what.status && at_once.what.headers == in_pieces.what.headers &&
          at_once.what.body == in_pieces.what.body,
      [&] { return "an answer depends on how it was cut: '" + at_once.problem + "', '" + in_pieces.problem + '\''; });

  auto wanted = fuzz::answer_peer::read(text, to_head, options.max_header_size, options.max_body_size);
  using verdict = fuzz::answer_peer::verdict;
  bool const good = wanted.is == verdict::whole || wanted.is == verdict::until_end;
  switch (wanted.is) {
    case verdict::odd: return;
    case verdict::too_large:
      require(!at_once.problem.empty() && !in_pieces.problem.empty(), "what is too large is refused");
      return;
    case verdict::unfinished:
      require(at_once.problem.empty() && !at_once.complete && !at_once.ended,
              [&] { return "an answer cut short is waited for: " + at_once.problem; });
      return;
    case verdict::whole:
    case verdict::until_end: break;
  }
  require(good && at_once.problem.empty(), [&] { return "an answer was refused: " + at_once.problem; });
  require(at_once.complete == (wanted.is == verdict::whole), "where an answer ends");
  require(at_once.complete || at_once.ended, "an answer without a length ends with the stream");
  require(at_once.what.status == wanted.status && at_once.what.body == wanted.body, "status and body");
  // Those of one name stand together, else in their order.
  std::vector<std::pair<std::string, std::string>> given;
  for (auto const& [name, value] : at_once.what.headers) given.emplace_back(name, value);
  for (auto* const list : {&given, &wanted.headers})
    std::stable_sort(list->begin(), list->end(), [](auto const& x, auto const& y) {
      return fuzz::lower_case(x.first) < fuzz::lower_case(y.first);
    });
  require(given == wanted.headers, "the headers");
  require(!at_once.kept || (wanted.is == verdict::whole && wanted.used == text.size()),
          "a stream is used again only behind the answer's own end");
  require(at_once.kept || !wanted.may_be_kept || !at_once.complete || wanted.used != text.size(),
          "a stream is used again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in({data, size});
  switch (in.byte() % 6) {
    case 0:
    case 1: {
      bool const secure = in.one_in(2);
      check_url(std::string(in.rest()), secure);
      break;
    }
    case 2: check_request(in); break;
    case 3: check_date(in); break;
    default: check_answer(in);
  }
  return 0;
}
