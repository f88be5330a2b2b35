#pragma once

#include <bulkwriter/auth/detail/inquiry.hpp>

#include <map>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

using ini = std::map<std::string, named_texts, std::less<>>;  // by section

// The files' syntax as Python's configparser has it, which is what the AWS tools read them with: '=' or ':', keys
// without case, comments on lines of their own, continued values on indented lines. Nothing may come twice.
// Error: `invalid_option` with the line's number, never its text.
result<ini> read_ini(std::string_view text);

// The sections that are profiles: "default", "profile x", "profile 'x y'".
ini profiles_of(ini config);

// Both files. A key may stand in either; the pair of access and secret key comes from one.
struct aws_profiles {
  std::string name = {};    // of the wanted one
  bool is_named = false;    // by the user
  std::string places = {};  // the files' names, for messages
  ini credentials = {}, config = {};

  bool has(std::string const& profile) const { return credentials.contains(profile) || config.contains(profile); }
  // Empty if it is not there.
  std::string value(std::string const& profile, std::string_view key) const;
};
// An empty argument is what the environment says, or else the usual one.
result<aws_profiles> read_aws_profiles(std::string const& profile, std::string const& credentials_file,
                                       std::string const& config_file);

}  // namespace detail
}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/auth/detail/aws_profiles.ipp>
#endif
