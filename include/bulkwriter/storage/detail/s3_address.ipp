#pragma once

#include <bulkwriter/auth/percent.hpp>
#include <bulkwriter/storage/detail/s3_address.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

BULKWRITER_DECL bool is_region_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// Whether a bucket's name can be one label of a host name that a wildcard certificate covers.
BULKWRITER_DECL bool is_host_label(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

BULKWRITER_DECL bool is_domain_or_below(std::string_view host, std::string_view domain) noexcept {
  return host == domain || (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

BULKWRITER_DECL s3_address s3_address::at_region(std::string const& other) const {
  s3_address moved = *this;
  moved.region = other;
  if (provider == s3_provider::aws) {
    moved.origin.host = (virtual_host ? bucket_ + '.' : std::string()) + aws_service_ + '.' + other + '.' + aws_suffix_;
  }
  return moved;
}

// "s3", "s3.eu-west-1", "s3-eu-west-1", "s3.dualstack.eu-west-1", "s3-fips.us-gov-west-1" before the suffix. False for
// endpoints of another make (access points, accelerate, private links): they do not move with the region.
BULKWRITER_DECL bool parse_aws_host(std::string_view host, s3_address& out) {
  for (std::string_view const suffix : {"amazonaws.com", "amazonaws.com.cn"}) {
    if (!host.ends_with(suffix) || host.size() <= suffix.size() || host[host.size() - suffix.size() - 1] != '.')
      continue;
    std::string_view rest = host.substr(0, host.size() - suffix.size() - 1);
    std::string service = "s3";
    auto const take = [&rest](std::string_view prefix) {
      if (!rest.starts_with(prefix)) return false;
      rest.remove_prefix(prefix.size());
      return true;
    };
    if (take("s3-fips")) {
      service = "s3-fips";
    } else if (rest.starts_with("s3-accelerate") || rest.starts_with("s3-accesspoint") || !take("s3")) {
      return false;
    }
    if (take(".dualstack")) service += ".dualstack";
    if (!rest.empty()) {
      if (rest[0] != '.' && rest[0] != '-') return false;
      rest.remove_prefix(1);
      if (!is_region_name(rest)) return false;
    }
    out.provider = s3_provider::aws;
    out.aws_service_ = std::move(service);
    out.aws_suffix_ = suffix;
    // "s3-external-1" is the old name of a door to us-east-1.
    if (rest != "external-1") out.region = rest;
    return true;
  }
  return false;
}

// "s3-website-eu-west-1" or "s3-website.eu-central-1" before the suffix, with or without a bucket before that.
BULKWRITER_DECL bool is_website(std::string_view host) noexcept {
  return host.find("amazonaws.com") != std::string_view::npos &&
         (host.starts_with("s3-website") || host.find(".s3-website") != std::string_view::npos);
}

BULKWRITER_DECL result<s3_address> try_s3_address(s3_connect_param const& param, std::string const& name) {
  auto const refuse = [](std::string message) -> error_info {
    return {.code = errc::invalid_option, .message = std::move(message)};
  };
  if (param.endpoint.empty()) return refuse(name + ".endpoint is empty: give a host such as s3.amazonaws.com");
  auto const& bucket = param.bucket_name;
  if (bucket.empty()) return refuse(name + ".bucket_name is empty");
  if (bucket.size() > 255 || bucket == "." || bucket == ".." || std::any_of(bucket.begin(), bucket.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '/' || c == '\\';
      })) {
    return refuse(name +
                  ".bucket_name is not the name of a bucket: visible ASCII characters without slashes, at most "
                  "255");
  }
  if (!param.region.empty() && !is_region_name(param.region)) {
    return refuse(name + ".region is not a region's name: letters, digits, '-' and '_' only");
  }

  auto endpoint = http::url::try_parse(param.endpoint, param.secure);
  if (!endpoint) {
    error_info why = std::move(endpoint).error();
    why.message = name + ".endpoint: " + why.message;
    return why;
  }
  if (endpoint->target.find('?') != std::string::npos) return refuse(name + ".endpoint has a query behind the host");

  s3_address out;
  out.origin = endpoint->origin;
  out.bucket_ = bucket;
  out.folder = endpoint->target;
  while (out.folder.ends_with('/')) out.folder.pop_back();
  out.base_path = out.folder;

  std::string host = out.origin.host;
  // "bucket.s3.eu-west-1.amazonaws.com" as the console shows it: the bucket is not put before it a second time.
  bool const bucket_in_endpoint =
      host.size() > bucket.size() && host.starts_with(bucket + '.') && is_host_label(bucket);
  std::string const service_host = bucket_in_endpoint ? host.substr(bucket.size() + 1) : host;
  if (is_website(service_host))
    return refuse(name + ".endpoint is that of a website, which takes no requests of the S3 API: give one such as " +
                  "s3.eu-west-1.amazonaws.com");
  bool is_virtual_kind = false;
  if (parse_aws_host(service_host, out)) {
    is_virtual_kind = true;
  } else if (is_domain_or_below(service_host, "storage.googleapis.com")) {
    out.provider = s3_provider::gcs;
    out.region = "auto";
  } else if (is_domain_or_below(service_host, "r2.cloudflarestorage.com")) {
    out.provider = s3_provider::r2;
    out.region = "auto";
  } else if (is_domain_or_below(service_host, "aliyuncs.com")) {
    out.provider = s3_provider::oss;
    is_virtual_kind = true;
    std::string_view rest = service_host;
    if (rest.starts_with("s3.")) rest.remove_prefix(3);
    if (rest.starts_with("oss-")) out.region = rest.substr(0, rest.find('.'));
    for (std::string_view const inside : {"-internal", "-vpc"}) {
      if (out.region.ends_with(inside)) out.region.resize(out.region.size() - inside.size());
    }
  } else if (is_domain_or_below(service_host, "myqcloud.com")) {
    out.provider = s3_provider::cos;
    is_virtual_kind = true;
    std::string_view rest = service_host;
    if (rest.starts_with("cos.")) {
      rest.remove_prefix(4);
      out.region = rest.substr(0, rest.find('.'));
    }
  }
  bool const known_kind = out.provider != s3_provider::other;
  if (param.addressing == s3_addressing::automatic) {
    out.virtual_host = is_virtual_kind && is_host_label(bucket);
  } else {
    out.virtual_host = param.addressing == s3_addressing::virtual_host;
    if (out.virtual_host &&
        (out.origin.host.find(':') != std::string::npos || bucket.find_first_of("_%:@?#&") != std::string::npos)) {
      return refuse("bucket " + named(bucket) + " cannot stand in the host name of " + out.origin.to_string() +
                    ": use s3_addressing::path");
    }
  }
  if (bucket_in_endpoint && known_kind) {
    out.origin.host = service_host;
  }
  if (out.virtual_host) {
    if (!(bucket_in_endpoint && !known_kind)) out.origin.host = bucket + '.' + out.origin.host;
  } else {
    out.base_path += '/' + auth::percent_encode(bucket);
  }

  if (!param.region.empty()) {
    out.region_is_fixed = true;
    // The nameless endpoint belongs to us-east-1; others are reached through their own.
    if (out.provider == s3_provider::aws && out.region.empty()) {
      out = out.at_region(param.region);
    } else {
      out.region = param.region;
    }
  } else if (out.region.empty()) {
    out.region = "us-east-1";
  }
  return out;
}

BULKWRITER_DECL std::string path_of_key(s3_address const& address, std::string_view key) {
  if (key.empty()) return address.base_path.empty() ? "/" : address.base_path;
  return address.base_path + '/' + auth::percent_encode(key, true);
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
