#pragma once

#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/http/message.hpp>
#include <bulkwriter/http/proxy_options.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

struct proxy {
  origin at = {};
  std::string authorization = {};  // empty: none

  std::string name() const;  // "host:port"
  std::string connect_head(origin const& to, std::string_view user_agent) const;
  std::string why_refused(origin const& to, response const& said) const;
};

// `from` says whose text it is. Errors: invalid_url, and nothing of the text is quoted: where a part is missing or out
// of place, the password may be anywhere.
result<proxy> try_parse_proxy(std::string_view text, std::string_view from);

// Whether a list such as NO_PROXY names the origin.
bool is_without_proxy(std::string_view list, origin const& to);

// Which proxy, if any, leads to an origin. The environment is read once, by the constructor.
class proxy_rules {
 public:
  using environment = std::function<char const*(char const* name)>;

  explicit proxy_rules(proxy_options const& options, environment const& ask = bulkwriter::detail::from_environment);

  // Errors: invalid_url, naming where the proxy's URL is from.
  result<std::optional<proxy>> try_choose(origin const& to) const;

 private:
  struct setting {
    std::string value = {};
    std::string name = {};
  };

  setting secure_, plain_;
  std::string no_proxy_;
};

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/http/detail/proxy.ipp>
#endif
