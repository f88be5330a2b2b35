#pragma once

#include <bulkwriter/http/detail/proxy.hpp>
#include <bulkwriter/http/detail/request_head.ipp>
#include <bulkwriter/http/this_machine.hpp>
#include <bulkwriter/text/base64.hpp>
#include <bulkwriter/text/percent.hpp>

#include <boost/asio/ip/address.hpp>

#include <initializer_list>
#include <span>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

// As CONNECT wants it: always with the port.
inline std::string host_and_port(origin const& of) {
  std::string const text = of.to_string();
  return text.substr(text.find("://") + 3);
}

// RFC 7617
BULKWRITER_DECL std::string basic_credentials(std::string_view user, std::string_view password) {
  std::string const plain = std::string(user).append(":").append(password);
  return "Basic " + bulkwriter::detail::base64_encode(std::as_bytes(std::span(plain)));
}

BULKWRITER_DECL std::string proxy::name() const { return host_and_port(at); }

BULKWRITER_DECL std::string proxy::connect_head(origin const& to, std::string_view user_agent) const {
  std::string const target = host_and_port(to);
  std::string head = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target;
  head += "\r\nUser-Agent: " + agent_or_default(is_field_value(user_agent) ? user_agent : std::string_view());
  if (!authorization.empty()) head += "\r\nProxy-Authorization: " + authorization;
  return head + "\r\n\r\n";
}

// Whether an answer 407 asks for authentication, but for none that is spoken here.
BULKWRITER_DECL bool asks_for_more_than_basic(response const& said) {
  bool asks = false;
  for (header const& h : said.headers) {
    if (!equal_without_case(h.name, "Proxy-Authenticate")) continue;
    asks = true;
    for (std::string_view rest = h.value; !rest.empty();) {  // several challenges may share a line
      auto const word = rest.substr(0, rest.find_first_of(" ,"));
      if (equal_without_case(word, "Basic")) return false;
      rest.remove_prefix((std::min)(word.size() + 1, rest.size()));
    }
  }
  return asks;
}

// Of the proxy's own words only the status is repeated: it has seen the password.
BULKWRITER_DECL std::string proxy::why_refused(origin const& to, response const& said) const {
  std::string const text = "the proxy refuses with status " + std::to_string(said.status);
  if (said.status == 407) {
    if (asks_for_more_than_basic(said)) return text + ": it asks for a kind of authentication other than Basic";
    if (authorization.empty()) return text + ": it asks for a user name and password, http://user:password@" + name();
    return text + ": it does not accept the user name and password";
  }
  if ((said.status == 403 || said.status == 405) && to.port != 443)
    return text + "; many proxies allow CONNECT to port 443 only";
  return text;
}

BULKWRITER_DECL result<proxy> try_parse_proxy(std::string_view text, std::string_view from) {
  auto refuse = [from](std::string_view why) {
    return error_info{.code = errc::invalid_url, .message = "proxy (" + std::string(from) + "): " + std::string(why)};
  };
  if (auto const colon = text.find("://"); colon != std::string_view::npos) {
    auto const scheme = text.substr(0, colon);
    if (equal_without_case(scheme, "http")) {
      text.remove_prefix(colon + 3);
    } else if (scheme.find_first_of(":@/") == std::string_view::npos) {
      return refuse("the scheme is not http; TLS to the proxy itself and SOCKS are not spoken");
    }
  }
  proxy out;
  if (auto const end = text.rfind('@'); end != std::string_view::npos) {
    auto const secret = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (secret.find_first_of("/?#@") != std::string_view::npos)
      return refuse("the user name or password holds '/', '?', '#' or '@': write %2F, %3F, %23, %40");
    auto const colon = secret.find(':');
    auto const user = bulkwriter::detail::strictly_percent_decoded(secret.substr(0, colon));
    auto const password = bulkwriter::detail::strictly_percent_decoded(
        colon == std::string_view::npos ? std::string_view() : secret.substr(colon + 1));
    if (!user || !password) return refuse("a '%' in the user name or password without two hex digits: write %25");
    if (user->find(':') != std::string::npos) return refuse("Basic authentication has no user names with ':'");
    out.authorization = basic_credentials(*user, *password);
  }
  auto const where = url::try_parse(text, false);
  if (!where || where->target != "/" || text.find("://") != std::string_view::npos)
    return refuse("it does not read http://[user:password@]host[:port]");
  out.at = where->origin;
  return out;
}

// Whether the first `bits` bits are the same; all of them if it is negative.
BULKWRITER_DECL bool is_in_network(boost::asio::ip::address const& address, boost::asio::ip::address const& network,
                                   int bits) {
  auto const compare = [bits](auto const& a, auto const& b) {
    int const all = static_cast<int>(a.size()) * 8;
    if (bits > all) return false;
    for (int i = 0; i < (bits < 0 ? all : bits); ++i) {
      auto const at = static_cast<std::size_t>(i / 8);
      if (((a[at] ^ b[at]) >> (7 - i % 8) & 1) != 0) return false;
    }
    return true;
  };
  if (address.is_v4() != network.is_v4()) return false;
  if (address.is_v4()) return compare(address.to_v4().to_bytes(), network.to_v4().to_bytes());
  return compare(address.to_v6().to_bytes(), network.to_v6().to_bytes());
}

// One entry of NO_PROXY. One that makes no sense matches nobody, as everywhere.
BULKWRITER_DECL bool matches_no_proxy(std::string_view entry, origin const& to) {
  if (entry == "*") return true;
  std::string_view port;
  if (entry.starts_with('[')) {
    auto const close = entry.find(']');
    if (close == std::string_view::npos) return false;
    port = entry.substr(close + 1);
    entry = entry.substr(1, close - 1);
  } else if (auto const colon = entry.find(':'); colon != std::string_view::npos && colon == entry.rfind(':')) {
    port = entry.substr(colon);
    entry = entry.substr(0, colon);
  }
  if (!port.empty()) {
    std::uint16_t number = 0;
    if (port[0] != ':' || !parse_number(port.substr(1), number) || number != to.port) return false;
  }

  boost::system::error_code no_address;
  auto const address = boost::asio::ip::make_address(to.host, no_address);
  if (!no_address) {
    int bits = -1;
    if (auto const slash = entry.find('/'); slash != std::string_view::npos) {
      if (!parse_number(entry.substr(slash + 1), bits)) return false;
      entry = entry.substr(0, slash);
    }
    auto const network = boost::asio::ip::make_address(std::string(entry), no_address);
    return !no_address && is_in_network(address, network, bits);
  }

  std::string_view host = to.host;
  if (host.ends_with('.')) host.remove_suffix(1);
  if (entry.ends_with('.')) entry.remove_suffix(1);
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || host.size() < entry.size()) return false;
  auto const before = host.size() - entry.size();
  return equal_without_case(host.substr(before), entry) && (before == 0 || host[before - 1] == '.');
}

BULKWRITER_DECL bool is_without_proxy(std::string_view list, origin const& to) {
  constexpr std::string_view separators = ", \t";
  while (true) {
    auto const begin = list.find_first_not_of(separators);
    if (begin == std::string_view::npos) return false;
    list.remove_prefix(begin);
    auto const entry = list.substr(0, list.find_first_of(separators));
    if (matches_no_proxy(entry, to)) return true;
    list.remove_prefix(entry.size());
  }
}

BULKWRITER_DECL proxy_rules::proxy_rules(proxy_options const& options, environment const& ask)
    : no_proxy_(options.no_proxy) {
  if (options.url == "none") return;
  if (!options.url.empty()) {
    secure_ = plain_ = {options.url, "proxy_options::url"};
    return;
  }
  auto const first_of = [&ask](std::initializer_list<char const*> names) {
    for (char const* name : names) {
      char const* const value = ask(name);
      if (value && *value != '\0') return setting{value, name};
    }
    return setting{};
  };
  secure_ = first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  plain_ = first_of({"http_proxy", "all_proxy", "ALL_PROXY"});
  if (no_proxy_.empty()) no_proxy_ = first_of({"no_proxy", "NO_PROXY"}).value;
}

BULKWRITER_DECL result<std::optional<proxy>> proxy_rules::try_choose(origin const& to) const {
  setting const& given = to.secure ? secure_ : plain_;
  if (given.value.empty() || is_this_machine(to.host) || is_without_proxy(no_proxy_, to)) return std::optional<proxy>();
  auto parsed = try_parse_proxy(given.value, given.name);
  if (!parsed) return std::move(parsed).error();
  return std::optional<proxy>(std::move(*parsed));
}

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
