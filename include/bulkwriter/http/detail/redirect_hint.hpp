#pragma once

#include <bulkwriter/http/message.hpp>

#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

// Where an answer sends us, for the end of a message: a redirect is never followed. `show` makes foreign text fit for
// messages.
template <class Show>
std::string redirect_hint(response const& answer, Show const& show) {
  std::string_view const to = answer.find("Location");
  if (to.empty()) return " (a redirect that does not say where to)";
  // Of its query nobody knows what it holds.
  return " (it redirects to '" + show(to.substr(0, to.find('?'))) + "', which is not followed)";
}

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
