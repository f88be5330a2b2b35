#pragma once

#include "object_store.hpp"

namespace loopback {

namespace detail {

inline response xml_answer(unsigned status, std::string const& body) {
  return make_response(http::int_to_status(status), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body,
                       "application/xml");
}

inline std::string root_element(std::string_view name, std::string const& content) {
  return "<" + std::string(name) + " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + content + "</" +
         std::string(name) + ">";
}

inline response empty_answer(unsigned status) { return make_response(http::int_to_status(status), {}); }

inline std::string in_quotes(std::string const& etag) { return '"' + etag + '"'; }

inline void write_file(std::filesystem::path const& path, s3_payload const& body) {
  std::ofstream out(path, std::ios::binary);
  for (std::string_view const piece : body.pieces) out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
  out.close();
  if (!out) throw s3_error{500, "InternalError", "The store cannot write to its folder."};
}

inline auth::md5_digest md5_of(s3_payload const& body) {
  return digest(body, [](auto bytes) { return auth::md5(bytes); });
}

// Keys become paths below the bucket's folder, so what would not stay there, or not be told apart, is refused.
inline void check_key(std::string const& key) {
  if (key.size() > 1024) throw s3_error{400, "KeyTooLongError", "Your key is too long"};
  for (std::string const& segment : split(key, '/'))
    if (segment.empty() || segment == "." || segment == ".." || segment.size() > 255 ||
        segment.find('\0') != std::string::npos)
      throw s3_error{400, "InvalidArgument",
                     "This store keeps objects as files: no empty, '.', '..' or very long segments."};
}

inline bool is_bucket_name(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos &&
         name.front() != '.' && name.front() != '-' && name.find("..") == std::string_view::npos;
}

// "bytes=first-last", "bytes=first-", "bytes=-last"; nothing if the whole is meant.
inline std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_range(std::string_view text, std::uint64_t size) {
  if (!text.starts_with("bytes=")) return std::nullopt;
  text.remove_prefix(6);
  std::size_t const dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return std::nullopt;
  auto const first = to_integer<std::uint64_t>(text.substr(0, dash)),
             last = to_integer<std::uint64_t>(text.substr(dash + 1));
  s3_error const outside{
      416, "InvalidRange", "The requested range is not satisfiable", {{"ActualObjectSize", std::to_string(size)}}};
  if (first) {
    if (dash + 1 != text.size() && (!last || *last < *first)) return std::nullopt;
    if (*first >= size) throw outside;
    return std::pair{*first, std::min(last.value_or(size - 1), size - 1)};
  }
  if (dash != 0 || !last) return std::nullopt;
  if (*last == 0 || size == 0) throw outside;
  return std::pair{size - std::min(*last, size), size - 1};
}

}  // namespace detail

inline object_store::object_store(object_store_options options)
    : options_(std::move(options)),
      account_{.credentials = {options_.access_key, options_.secret_key, options_.session_token},
               .region = options_.region,
               .max_skew = options_.max_skew},
      temporary_(options_.folder.empty()) {
  if (temporary_)
    options_.folder =
        std::filesystem::temp_directory_path() / ("loopback_store_" + std::to_string(std::random_device()()));
  std::filesystem::create_directories(options_.folder);
  uploads_ = options_.folder / (".uploads_" + std::to_string(std::random_device()()));
  std::filesystem::create_directory(uploads_);
  for (std::string const& name : options_.buckets) {
    std::filesystem::create_directory(options_.folder / name);
    buckets_[name].created = now();
  }
  server_.emplace([this](request const& what) { return handle(what); }, options_.port);
}

inline object_store::~object_store() {
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(temporary_ ? options_.folder : uploads_, ignored);
}

inline std::optional<std::filesystem::path> object_store::find(std::string const& bucket,
                                                               std::string const& key) const {
  std::lock_guard const lock(mutex_);
  auto const it = buckets_.find(bucket);
  if (it == buckets_.end() || !it->second.objects.contains(key)) return std::nullopt;
  return path_of(bucket, key);
}

inline std::size_t object_store::open_uploads() const {
  std::lock_guard const lock(mutex_);
  return open_.size();
}

inline response object_store::handle(request const& what) {
  std::string const id = std::to_string(next_id_++);
  response answer;
  try {
    call c{what, s3_target(detail::view(what.target()))};
    s3_identity const who = check_signature(what, c.target, account_);
    c.body = check_payload(what, who);
    answer = dispatch(c);
  } catch (s3_error const& failed) {
    std::string xml = xml_element("Code", failed.code) + xml_element("Message", failed.message) +
                      xml_element("Resource", s3_target(detail::view(what.target())).path);
    for (auto const& [name, value] : failed.details) xml += xml_element(name, value);
    answer = detail::xml_answer(failed.status, "<Error>" + xml + xml_element("RequestId", id) + "</Error>");
    if (what.method() == http::verb::head) answer.body().clear();
  }
  answer.set("x-amz-request-id", id);
  answer.set(http::field::date, format_date(now(), true));
  answer.set(http::field::server, "loopback");
  return answer;
}

inline response object_store::dispatch(call const& c) {
  s3_target const& t = c.target;
  for (char const* const unknown :
       {"acl", "cors", "delete", "encryption", "lifecycle", "policy", "restore", "retention", "select", "tagging",
        "torrent", "versioning", "versions", "website", "versionId"})
    if (t.has(unknown))
      throw s3_error{501, "NotImplemented", std::string("This store does not know ?") + unknown + "."};
  auto const verb = c.what.method();
  if (t.bucket.empty() && verb == http::verb::get) return list_buckets();
  if (t.key.empty()) {
    if (verb == http::verb::put) return create_bucket(c);
    if (verb == http::verb::delete_) return delete_bucket(c);
    if (verb == http::verb::head || (verb == http::verb::get && t.has("location"))) {
      std::lock_guard const lock(mutex_);
      bucket_of(c);
      // The first of all regions has no name.
      response answer =
          verb == http::verb::head
              ? detail::empty_answer(200)
              : detail::xml_answer(
                    200, detail::root_element("LocationConstraint",
                                              options_.region == "us-east-1" ? "" : xml_escape(options_.region)));
      answer.set("x-amz-bucket-region", options_.region);
      return answer;
    }
    if (verb == http::verb::get && t.has("uploads")) return list_uploads(c);
    if (verb == http::verb::get && t.get("list-type") == "2") return list_objects(c);
  } else {
    detail::check_key(t.key);
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
  throw s3_error{501, "NotImplemented", "This store does not know the request."};
}

// --- buckets ---

inline object_store::bucket_data& object_store::bucket_of(call const& c) {
  auto const it = buckets_.find(c.target.bucket);
  if (it == buckets_.end())
    throw s3_error{404, "NoSuchBucket", "The specified bucket does not exist", {{"BucketName", c.target.bucket}}};
  return it->second;
}

inline response object_store::list_buckets() {
  std::lock_guard const lock(mutex_);
  std::string xml;
  for (auto const& [name, one] : buckets_)
    xml += "<Bucket>" + xml_element("Name", name) + xml_element("CreationDate", format_date(one.created, false)) +
           "</Bucket>";
  return detail::xml_answer(200, detail::root_element("ListAllMyBucketsResult", "<Buckets>" + xml + "</Buckets>"));
}

inline response object_store::create_bucket(call const& c) {
  if (!detail::is_bucket_name(c.target.bucket))
    throw s3_error{400, "InvalidBucketName", "The specified bucket is not valid.", {{"BucketName", c.target.bucket}}};
  std::lock_guard const lock(mutex_);
  if (!buckets_.try_emplace(c.target.bucket, bucket_data{.created = now()}).second)
    throw s3_error{409, "BucketAlreadyOwnedByYou",
                   "Your previous request to create the named bucket succeeded and you already own it."};
  std::filesystem::create_directories(options_.folder / c.target.bucket);
  response answer = detail::empty_answer(200);
  answer.set(http::field::location, "/" + c.target.bucket);
  return answer;
}

inline response object_store::delete_bucket(call const& c) {
  std::lock_guard const lock(mutex_);
  if (!bucket_of(c).objects.empty())
    throw s3_error{409, "BucketNotEmpty", "The bucket you tried to delete is not empty"};
  buckets_.erase(c.target.bucket);
  std::error_code ignored;
  std::filesystem::remove(options_.folder / c.target.bucket, ignored);
  return detail::empty_answer(204);
}

inline response object_store::list_objects(call const& c) {
  s3_target const& t = c.target;
  std::string const prefix = t.get("prefix"), delimiter = t.get("delimiter"), token = t.get("continuation-token");
  auto const max_keys = to_integer<std::size_t>(t.get("max-keys", "1000"));
  if (!max_keys) throw s3_error{400, "InvalidArgument", "max-keys must be a number."};
  bool const encode = t.get("encoding-type") == "url";
  auto const shown = [&](std::string const& text) { return encode ? auth::percent_encode(text, true) : text; };
  // A token is the hexadecimal form of the last key or common prefix that was listed.
  std::string after = t.get("start-after");
  if (!token.empty()) {
    after.clear();
    for (std::size_t i = 0; i + 1 < token.size(); i += 2) after += auth::percent_decode("%" + token.substr(i, 2));
  }

  std::lock_guard const lock(mutex_);
  std::string contents, prefixes, last, last_common;
  std::size_t count = 0;
  bool truncated = false;
  for (auto const& [key, one] : bucket_of(c).objects) {
    if (!key.starts_with(prefix) || key <= after) continue;
    std::size_t const cut = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
    std::string const common = cut == std::string::npos ? "" : key.substr(0, cut + delimiter.size());
    if (!common.empty() && (common == last_common || common == after)) continue;
    if (count == *max_keys) {
      truncated = count != 0;
      break;
    }
    ++count;
    if (common.empty()) {
      contents += "<Contents>" + xml_element("Key", shown(key)) +
                  xml_element("LastModified", format_date(one.modified, false)) +
                  xml_element("ETag", detail::in_quotes(one.etag)) + xml_element("Size", std::to_string(one.size)) +
                  "<StorageClass>STANDARD</StorageClass></Contents>";
      last = key;
    } else {
      prefixes += "<CommonPrefixes>" + xml_element("Prefix", shown(common)) + "</CommonPrefixes>";
      last = last_common = common;
    }
  }
  std::string xml = xml_element("Name", t.bucket) + xml_element("Prefix", shown(prefix)) +
                    xml_element("KeyCount", std::to_string(count)) + xml_element("MaxKeys", std::to_string(*max_keys)) +
                    xml_element("IsTruncated", truncated ? "true" : "false");
  if (!delimiter.empty()) xml += xml_element("Delimiter", shown(delimiter));
  if (encode) xml += "<EncodingType>url</EncodingType>";
  if (!token.empty()) xml += xml_element("ContinuationToken", token);
  if (truncated) xml += xml_element("NextContinuationToken", auth::to_hex(auth::as_bytes(last)));
  return detail::xml_answer(200, detail::root_element("ListBucketResult", xml + contents + prefixes));
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
  return detail::xml_answer(200, detail::root_element("ListMultipartUploadsResult", xml));
}

// --- objects ---

inline std::filesystem::path object_store::path_of(std::string const& bucket, std::string const& key) const {
  return options_.folder / bucket / std::filesystem::path(key);
}

inline std::filesystem::path object_store::new_file() { return uploads_ / std::to_string(next_id_++); }

inline std::vector<std::pair<std::string, std::string>> object_store::kept_headers(request const& what) {
  std::vector<std::pair<std::string, std::string>> out;
  for (auto const& field : what) {
    std::string name = detail::lower(detail::view(field.name_string()));
    if (name == "content-type" || name == "content-disposition" || name == "content-encoding" ||
        name == "cache-control" || name.starts_with("x-amz-meta-"))
      if (field.value() != "aws-chunked") out.emplace_back(std::move(name), detail::view(field.value()));
  }
  return out;
}

inline void object_store::check_condition(call const& c, bucket_data const& in) {
  if (c.what[http::field::if_none_match] == "*" && in.objects.contains(c.target.key))
    throw s3_error{412,
                   "PreconditionFailed",
                   "At least one of the pre-conditions you specified did not hold",
                   {{"Condition", "If-None-Match"}}};
}

// With mutex_ held: a file that is whole becomes the object.
inline void object_store::publish(std::filesystem::path const& from, call const& c) {
  std::filesystem::path const to = path_of(c.target.bucket, c.target.key);
  std::error_code failed;
  std::filesystem::create_directories(to.parent_path(), failed);
  if (!failed) std::filesystem::rename(from, to, failed);
  if (!failed) return;
  std::error_code ignored;
  std::filesystem::remove(from, ignored);
  throw s3_error{409, "ObjectParentIsFile",
                 "This store keeps objects as files: a key and a folder of the same name exclude each other."};
}

inline response object_store::put_object(call const& c) {
  {
    std::lock_guard const lock(mutex_);
    check_condition(c, bucket_of(c));
  }
  std::filesystem::path const file = new_file();
  detail::write_file(file, c.body);
  object one{.size = c.body.size,
             .etag = auth::to_hex(detail::md5_of(c.body)),
             .modified = now(),
             .headers = kept_headers(c.what)};
  response answer = detail::empty_answer(200);
  answer.set(http::field::etag, detail::in_quotes(one.etag));
  std::lock_guard const lock(mutex_);
  bucket_data& in = bucket_of(c);
  check_condition(c, in);
  publish(file, c);
  in.objects[c.target.key] = std::move(one);
  return answer;
}

inline response object_store::get_object(call const& c, bool body) {
  object one;
  std::ifstream in;
  {
    std::lock_guard const lock(mutex_);
    bucket_data const& where = bucket_of(c);
    auto const it = where.objects.find(c.target.key);
    if (it == where.objects.end())
      throw s3_error{404, "NoSuchKey", "The specified key does not exist.", {{"Key", c.target.key}}};
    one = it->second;
    if (body)
      in.open(path_of(c.target.bucket, c.target.key), std::ios::binary);  // a later PUT replaces the file, not this
  }
  auto const range = detail::parse_range(detail::view(c.what[http::field::range]), one.size);
  auto const [first, last] = range.value_or(std::pair<std::uint64_t, std::uint64_t>{0, one.size - 1});
  std::uint64_t const length = one.size == 0 ? 0 : last - first + 1;
  response answer = detail::empty_answer(range ? 206 : 200);
  if (body && length != 0) {
    answer.body().resize(length);
    in.seekg(static_cast<std::streamoff>(first));
    if (!in.read(answer.body().data(), static_cast<std::streamsize>(length)))
      throw s3_error{500, "InternalError", "The store cannot read from its folder."};
  }
  if (range)
    answer.set(http::field::content_range,
               "bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' + std::to_string(one.size));
  answer.set(http::field::content_length, std::to_string(length));
  answer.set(http::field::accept_ranges, "bytes");
  answer.set(http::field::etag, detail::in_quotes(one.etag));
  answer.set(http::field::last_modified, format_date(one.modified, true));
  answer.set(http::field::content_type, "binary/octet-stream");
  for (auto const& [name, value] : one.headers) answer.set(name, value);
  return answer;
}

inline response object_store::delete_object(call const& c) {
  std::lock_guard const lock(mutex_);
  if (bucket_of(c).objects.erase(c.target.key) != 0) {
    std::filesystem::path path = path_of(c.target.bucket, c.target.key);
    std::error_code failed;
    std::filesystem::remove(path, failed);
    // Folders exist only for the objects in them.
    for (path = path.parent_path(); !failed && path != options_.folder / c.target.bucket; path = path.parent_path())
      if (!std::filesystem::remove(path, failed)) break;
  }
  return detail::empty_answer(204);
}

}  // namespace loopback
