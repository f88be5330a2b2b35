#pragma once

#include <bulkwriter/auth/aws_credentials.hpp>
#include <bulkwriter/auth/detail/aws_profiles.hpp>

#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

// One search, by whatever way: what it is told, and how it ends early.
class aws_search {
 public:
  aws_search(aws_options const& options, std::stop_token const& stop) : options_(options), stop_(stop) {}

  result<credentials> environment() const;
  result<credentials> container() const;
  result<credentials> instance() const;
  result<credentials> web_identity() const;  // of the environment or else the profile
  result<credentials> profile() const;
  result<credentials> all() const;

 private:
  result<credentials> keys_of_environment() const;

  using profile_source = result<credentials> (aws_search::*)(aws_profiles const&, std::string const&) const;

  // The same for all that a profile gives: the files are read, and the profile is there if it was named.
  result<credentials> of_profile(profile_source source) const;
  result<credentials> whole_profile(aws_profiles const& files, std::string const& name) const;
  result<credentials> role_of_profile(aws_profiles const& files, std::string const& name) const {
    return assumed_role(files, name, {name});
  }
  result<credentials> source_of_role(aws_profiles const& files, std::string const& name,
                                     std::vector<std::string> visited) const;
  result<credentials> assumed_role(aws_profiles const& files, std::string const& name,
                                   std::vector<std::string> visited) const;
  result<credentials> identity_of_profile(aws_profiles const& files, std::string const& name) const;
  result<credentials> keys_of_profile(aws_profiles const& files, std::string const& name) const;
  // The token service: without a signature, and with that of who takes on the role.
  result<credentials> web_identity(std::string const& token_file, std::string const& role, std::string session) const;
  result<credentials> assume(credentials const& own, std::string const& role, std::string session,
                             std::string const& external_id, std::string const& duration) const;
  result<std::pair<std::string, std::string>> sts() const;  // URL and region

  bool takes_environment() const { return options_.profile.empty(); }
  result<aws_profiles> profiles() const {
    return read_aws_profiles(options_.profile, options_.credentials_file, options_.config_file);
  }

  aws_options const& options_;
  std::stop_token const& stop_;
};

}  // namespace detail
}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
