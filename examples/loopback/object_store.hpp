#pragma once

// A loopback object store: the S3 calls that bulk loading needs, on a loopback port, with bodies kept as files
// `<folder>/<bucket>/<key>`. It answers as S3 does, also to what is wrong: signatures, payload hashes, lengths,
// checksums, the clock, the size and order of parts are all checked. With an access token it is a bucket of Google
// Cloud Storage, whose XML API has the same calls. It is for examples and tests: one account, plain http, and an index
// of the objects that lasts as long as the process.

#include "http_server.hpp"
#include "s3_payload.hpp"
#include "s3_signature.hpp"
#include "store_common.hpp"
#include "stored_files.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loopback {

struct object_store_options {
  std::string access_key = "loopback", secret_key = "loopback-secret", session_token = {};
  std::string access_token = {};  // not empty: taken as a bearer token, as Google does, besides signatures
  std::string region = "us-east-1";
  std::vector<std::string> buckets = {};   // created at once
  std::filesystem::path folder = {};       // empty: a temporary one, removed at the end
  std::uint64_t min_part_size = 5u << 20;  // of all parts but the last
  std::chrono::seconds max_skew = std::chrono::minutes(15);
  std::uint16_t port = 0;
};

class object_store {
 public:
  explicit object_store(object_store_options options = {});
  object_store(object_store const&) = delete;
  object_store& operator=(object_store const&) = delete;

  /// "http://127.0.0.1:40123"
  std::string url() const { return server_->url(); }
  object_store_options const& options() const noexcept { return options_; }
  std::filesystem::path const& folder() const noexcept { return files_.folder(); }
  std::uint64_t connections_accepted() const { return server_->connections_accepted(); }

  /// The file that holds an object's bytes, if there is such an object.
  std::optional<std::filesystem::path> find(std::string const& bucket, std::string const& key) const;
  /// Multipart uploads that are neither complete nor aborted.
  std::size_t open_uploads() const;

 private:
  struct part {
    std::uint64_t size = 0;
    auth::md5_digest md5 = {};
    std::filesystem::path file = {};
  };
  struct upload {
    std::string bucket, key;
    clock_time started = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::map<int, part> parts = {};
  };
  struct call {
    request const& what;
    request_target target;
    s3_payload body = {};
  };

  response handle(request const& what);
  response dispatch(call const& c);
  response list_buckets();
  response create_bucket(call const& c);
  response delete_bucket(call const& c);
  response list_objects(call const& c);
  response list_uploads(call const& c);
  response get_object(call const& c, bool body);
  response put_object(call const& c);
  response delete_object(call const& c);
  response create_upload(call const& c);
  response put_part(call const& c);
  response list_parts(call const& c);
  response complete_upload(call const& c);
  response abort_upload(call const& c);

  s3_identity identify(call const& c) const;
  stored_files::bucket& bucket_of(call const& c);           // with mutex_ held; throws NoSuchBucket
  std::shared_ptr<upload> const& upload_of(call const& c);  // with mutex_ held; throws NoSuchUpload
  static void check_condition(call const& c, stored_files::bucket const& in);
  static std::vector<std::pair<std::string, std::string>> kept_headers(request const& what);

  object_store_options options_;
  s3_account account_;
  stored_files files_;
  mutable std::mutex mutex_;                             // guards files_ and all below
  std::map<std::string, std::shared_ptr<upload>> open_;  // by upload id
  std::map<std::string, std::pair<std::string, std::string>>
      completed_;  // upload id: path, ETag; Complete may be repeated
  std::atomic<std::uint64_t> next_id_ = 1;
  std::optional<http_server> server_;  // last: its threads end before what they use
};

}  // namespace loopback

#include "object_store.ipp"
#include "object_store_uploads.ipp"
