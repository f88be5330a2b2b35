#pragma once

#include "object_store.hpp"

namespace loopback {

namespace detail {

inline std::string root_element(std::string_view name, std::string const& content) {
  return "<" + std::string(name) + " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + content + "</" +
         std::string(name) + ">";
}

inline auth::md5_digest md5_of(s3_payload const& body) {
  return digest(body, [](auto bytes) { return auth::md5(bytes); });
}

inline bool is_bucket_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos &&
         name.front() != '.' && name.front() != '-' && name.find("..") == std::string_view::npos;
}

}  // namespace detail

inline object_store::object_store(object_store_options options)
    : options_(std::move(options)),
      account_{.credentials = {options_.access_key, options_.secret_key, options_.session_token},
               .region = options_.region,
               .max_skew = options_.max_skew},
      files_(options_.folder, options_.buckets) {
  server_.emplace([this](request const& what) { return handle(what); }, options_.port);
}

inline std::optional<std::filesystem::path> object_store::find(std::string const& bucket,
                                                               std::string const& key) const {
  std::lock_guard const lock(mutex_);
  return files_.find(bucket, key);
}

inline std::size_t object_store::open_uploads() const {
  std::lock_guard const lock(mutex_);
  return open_.size();
}

inline response object_store::handle(request const& what) {
  std::string const id = std::to_string(next_id_++);
  response answer;
  try {
    call c{what, request_target(view(what.target()))};
    c.body = check_payload(what, identify(c));
    answer = dispatch(c);
  } catch (store_error const& failed) {
    std::string xml = xml_element("Code", failed.code) + xml_element("Message", failed.message) +
                      xml_element("Resource", request_target(view(what.target())).path);
    for (auto const& [name, value] : failed.details) xml += xml_element(name, value);
    answer = xml_answer(failed.status, "<Error>" + xml + xml_element("RequestId", id) + "</Error>");
    if (what.method() == http::verb::head) answer.body().clear();
    if (failed.status == 401)
      answer.set(http::field::www_authenticate, "Bearer realm=\"https://accounts.google.com/\"");
  }
  answer.set("x-amz-request-id", id);
  answer.set(http::field::date, format_date(now(), true));
  answer.set(http::field::server, "loopback");
  return answer;
}

inline s3_identity object_store::identify(call const& c) const {
  std::string_view const given = view(c.what[http::field::authorization]);
  if (options_.access_token.empty() || !given.starts_with("Bearer")) return check_signature(c.what, c.target, account_);
  if (given != "Bearer " + options_.access_token)
    throw store_error{401, "AuthenticationRequired", "Authentication required."};
  return {.payload_hash = "UNSIGNED-PAYLOAD"};
}

inline response object_store::dispatch(call const& c) {
  request_target const& t = c.target;
  for (char const* const unknown :
       {"acl", "cors", "delete", "encryption", "lifecycle", "policy", "restore", "retention", "select", "tagging",
        "torrent", "versioning", "versions", "website", "versionId"})
    if (t.has(unknown))
      throw store_error{501, "NotImplemented", std::string("This store does not know ?") + unknown + "."};
  auto const verb = c.what.method();
  if (t.bucket.empty() && verb == http::verb::get) return list_buckets();
  if (t.key.empty()) {
    if (verb == http::verb::put) return create_bucket(c);
    if (verb == http::verb::delete_) return delete_bucket(c);
    if (verb == http::verb::head || (verb == http::verb::get && t.has("location"))) {
      std::lock_guard const lock(mutex_);
      bucket_of(c);
      // The first of all regions has no name.
      response answer = verb == http::verb::head
                            ? empty_answer(200)
                            : xml_answer(200, detail::root_element(
                                                  "LocationConstraint",
                                                  options_.region == "us-east-1" ? "" : xml_escape(options_.region)));
      answer.set("x-amz-bucket-region", options_.region);
      return answer;
    }
    if (verb == http::verb::get && t.has("uploads")) return list_uploads(c);
    if (verb == http::verb::get && t.get("list-type") == "2") return list_objects(c);
  } else {
    if (t.key.size() > 1024) throw store_error{400, "KeyTooLongError", "Your key is too long"};
    if (!stored_files::is_usable(t.key))
      throw store_error{400, "InvalidArgument",
                        "This store keeps objects as files: no empty, '.', '..' or very long segments."};
    bool const in_upload = t.has("uploadId");
    if (verb == http::verb::get && in_upload) return list_parts(c);
    if (verb == http::verb::get) return get_object(c, true);
    if (verb == http::verb::head) return get_object(c, false);
    if (verb == http::verb::put && c.what.find("x-amz-copy-source") == c.what.end())
      return in_upload ? put_part(c) : put_object(c);
    if (verb == http::verb::delete_) return in_upload ? abort_upload(c) : delete_object(c);
    if (verb == http::verb::post && t.has("uploads")) return create_upload(c);
    if (verb == http::verb::post && in_upload) return complete_upload(c);
  }
  throw store_error{501, "NotImplemented", "This store does not know the request."};
}

// --- buckets ---

inline stored_files::bucket& object_store::bucket_of(call const& c) {
  auto const it = files_.buckets().find(c.target.bucket);
  if (it == files_.buckets().end())
    throw store_error{404, "NoSuchBucket", "The specified bucket does not exist", {{"BucketName", c.target.bucket}}};
  return it->second;
}

inline response object_store::list_buckets() {
  std::lock_guard const lock(mutex_);
  std::string xml;
  for (auto const& [name, one] : files_.buckets())
    xml += "<Bucket>" + xml_element("Name", name) + xml_element("CreationDate", format_date(one.created, false)) +
           "</Bucket>";
  return xml_answer(200, detail::root_element("ListAllMyBucketsResult", "<Buckets>" + xml + "</Buckets>"));
}

inline response object_store::create_bucket(call const& c) {
  if (!detail::is_bucket_name(c.target.bucket))
    throw store_error{
        400, "InvalidBucketName", "The specified bucket is not valid.", {{"BucketName", c.target.bucket}}};
  std::lock_guard const lock(mutex_);
  if (!files_.create_bucket(c.target.bucket))
    throw store_error{409, "BucketAlreadyOwnedByYou",
                      "Your previous request to create the named bucket succeeded and you already own it."};
  response answer = empty_answer(200);
  answer.set(http::field::location, "/" + c.target.bucket);
  return answer;
}

inline response object_store::delete_bucket(call const& c) {
  std::lock_guard const lock(mutex_);
  if (!bucket_of(c).objects.empty())
    throw store_error{409, "BucketNotEmpty", "The bucket you tried to delete is not empty"};
  files_.remove_bucket(c.target.bucket);
  return empty_answer(204);
}

inline response object_store::list_objects(call const& c) {
  request_target const& t = c.target;
  std::string const prefix = t.get("prefix"), delimiter = t.get("delimiter"), token = t.get("continuation-token");
  auto const max_keys = to_integer<std::size_t>(t.get("max-keys", "1000"));
  if (!max_keys) throw store_error{400, "InvalidArgument", "max-keys must be a number."};
  bool const encode = t.get("encoding-type") == "url";
  auto const shown = [&](std::string const& text) { return encode ? auth::percent_encode(text, true) : text; };
  std::string const after = token.empty() ? t.get("start-after") : listing::read_token(token);

  std::lock_guard const lock(mutex_);
  listing const page = list_page(bucket_of(c).objects, prefix, delimiter, after, *max_keys);
  std::string contents, prefixes;
  for (auto const& [name, one] : page.entries) {
    if (one) {
      contents += "<Contents>" + xml_element("Key", shown(name)) +
                  xml_element("LastModified", format_date(one->modified, false)) +
                  xml_element("ETag", in_quotes(one->etag)) + xml_element("Size", std::to_string(one->size)) +
                  "<StorageClass>STANDARD</StorageClass></Contents>";
    } else {
      prefixes += "<CommonPrefixes>" + xml_element("Prefix", shown(name)) + "</CommonPrefixes>";
    }
  }
  std::string xml = xml_element("Name", t.bucket) + xml_element("Prefix", shown(prefix)) +
                    xml_element("KeyCount", std::to_string(page.entries.size())) +
                    xml_element("MaxKeys", std::to_string(*max_keys)) +
                    xml_element("IsTruncated", page.next.empty() ? "false" : "true");
  if (!delimiter.empty()) xml += xml_element("Delimiter", shown(delimiter));
  if (encode) xml += "<EncodingType>url</EncodingType>";
  if (!token.empty()) xml += xml_element("ContinuationToken", token);
  if (!page.next.empty()) xml += xml_element("NextContinuationToken", page.token());
  return xml_answer(200, detail::root_element("ListBucketResult", xml + contents + prefixes));
}

inline response object_store::list_uploads(call const& c) {
  std::lock_guard const lock(mutex_);
  bucket_of(c);
  std::string xml =
      xml_element("Bucket", c.target.bucket) + "<MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>";
  for (auto const& [id, one] : open_)
    if (one->bucket == c.target.bucket && one->key.starts_with(c.target.get("prefix")))
      xml += "<Upload>" + xml_element("Key", one->key) + xml_element("UploadId", id) +
             xml_element("Initiated", format_date(one->started, false)) +
             "<StorageClass>STANDARD</StorageClass></Upload>";
  return xml_answer(200, detail::root_element("ListMultipartUploadsResult", xml));
}

// --- objects ---

inline std::vector<std::pair<std::string, std::string>> object_store::kept_headers(request const& what) {
  std::vector<std::pair<std::string, std::string>> out;
  for (auto const& field : what) {
    std::string name = lower(view(field.name_string()));
    if (name == "content-type" || name == "content-disposition" || name == "content-encoding" ||
        name == "cache-control" || name.starts_with("x-amz-meta-") ||
        name.starts_with("x-goog-meta-"))
      if (field.value() != "aws-chunked") out.emplace_back(std::move(name), view(field.value()));
  }
  return out;
}

inline void object_store::check_condition(call const& c, stored_files::bucket const& in) {
  // The second is Google's name for it: the object's generation is 0, which is to say that there is none.
  bool const absent = c.what[http::field::if_none_match] == "*" || c.what["x-goog-if-generation-match"] == "0";
  if (absent && in.objects.contains(c.target.key))
    throw store_error{412,
                      "PreconditionFailed",
                      "At least one of the pre-conditions you specified did not hold",
                      {{"Condition", "If-None-Match"}}};
}

inline response object_store::put_object(call const& c) {
  {
    std::lock_guard const lock(mutex_);
    check_condition(c, bucket_of(c));
  }
  std::filesystem::path const file = files_.write(c.body.pieces);
  stored_object one{.size = c.body.size,
                    .etag = auth::to_hex(detail::md5_of(c.body)),
                    .modified = now(),
                    .headers = kept_headers(c.what)};
  response answer = empty_answer(200);
  answer.set(http::field::etag, in_quotes(one.etag));
  std::lock_guard const lock(mutex_);
  check_condition(c, bucket_of(c));
  files_.publish(file, c.target.bucket, c.target.key, std::move(one));
  return answer;
}

inline response object_store::get_object(call const& c, bool body) {
  stored_object one;
  std::ifstream in;
  {
    std::lock_guard const lock(mutex_);
    stored_files::bucket const& where = bucket_of(c);
    auto const it = where.objects.find(c.target.key);
    if (it == where.objects.end())
      throw store_error{404, "NoSuchKey", "The specified key does not exist.", {{"Key", c.target.key}}};
    one = it->second;
    if (body)  // a later PUT replaces the file, not this
      in.open(files_.path_of(c.target.bucket, c.target.key), std::ios::binary);
  }
  response answer = object_answer(one, in, view(c.what[http::field::range]));
  if (answer.find(http::field::content_type) == answer.end())
    answer.set(http::field::content_type, "binary/octet-stream");
  return answer;
}

inline response object_store::delete_object(call const& c) {
  std::lock_guard const lock(mutex_);
  bucket_of(c);
  files_.remove(c.target.bucket, c.target.key);
  return empty_answer(204);
}

}  // namespace loopback
