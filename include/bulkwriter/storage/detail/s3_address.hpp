#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/http/message.hpp>
#include <bulkwriter/storage/s3_connect_param.hpp>

#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

/// What an endpoint is, read off its host name.
enum class s3_provider { aws, gcs, oss, cos, r2, other };

/// Where the requests for one bucket go. AWS moves with the region (`at_region`), all others stay where they are.
struct s3_address {
  s3_provider provider = s3_provider::other;
  http::origin origin = {};    ///< of the requests: with the bucket in the host name if `virtual_host`
  std::string folder = {};     ///< of a gateway that serves S3 below a path: "/storage/v1/s3"; mostly empty
  std::string base_path = {};  ///< what stands before "/key": the folder, and "/bucket" unless `virtual_host`
  bool virtual_host = false;
  std::string region = {};       ///< to sign for until the store says otherwise
  bool region_is_fixed = false;  ///< given by the user: another one is an error, not a discovery

  std::string aws_service_ = {}, aws_suffix_ = {};  // "s3", "amazonaws.com": what a region is put between
  std::string bucket_ = {};

  /// The same bucket reached through another region.
  s3_address at_region(std::string const& other) const;
};

/// `name` is that of the struct that the user has filled. Errors: `invalid_option` (endpoint or bucket missing or
/// malformed), `invalid_url`.
result<s3_address> try_s3_address(s3_connect_param const& param, std::string const& name = "s3_connect_param");

/// Whether this can be a region's name; whatever else a server sends must not get into a host name.
bool is_region_name(std::string_view text) noexcept;

/// The path of a key at this address, percent-encoded; of the bucket itself for an empty key.
std::string path_of_key(s3_address const& address, std::string_view key);

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/s3_address.ipp>
#endif
