#pragma once

#include "object_store.hpp"

#include <span>

namespace loopback {

inline std::shared_ptr<object_store::upload> const& object_store::upload_of(call const& c) {
  bucket_of(c);
  auto const it = open_.find(c.target.get("uploadId"));
  if (it == open_.end() || it->second->bucket != c.target.bucket || it->second->key != c.target.key)
    throw store_error{
        404, "NoSuchUpload",
        "The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload "
        "might have been aborted or completed."};
  return it->second;
}

inline response object_store::create_upload(call const& c) {
  static thread_local std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) {
    std::uint32_t const n = random();
    id += auth::to_hex(std::as_bytes(std::span(&n, 1)));
  }
  std::lock_guard const lock(mutex_);
  bucket_of(c);
  open_[id] = std::make_shared<upload>(
      upload{.bucket = c.target.bucket, .key = c.target.key, .started = now(), .headers = kept_headers(c.what)});
  return xml_answer(200, detail::root_element("InitiateMultipartUploadResult", xml_element("Bucket", c.target.bucket) +
                                                                                   xml_element("Key", c.target.key) +
                                                                                   xml_element("UploadId", id)));
}

inline response object_store::put_part(call const& c) {
  auto const number = to_integer<int>(c.target.get("partNumber"));
  if (!number || *number < 1 || *number > 10000)
    throw store_error{400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"};
  {
    std::lock_guard const lock(mutex_);
    upload_of(c);
  }
  part one{.size = c.body.size, .md5 = detail::md5_of(c.body), .file = files_.write(c.body.pieces)};
  response answer = empty_answer(200);
  answer.set(http::field::etag, in_quotes(auth::to_hex(one.md5)));
  std::lock_guard const lock(mutex_);
  auto const it = open_.find(c.target.get("uploadId"));
  if (it == open_.end()) {  // aborted meanwhile
    stored_files::discard(one.file);
    upload_of(c);
  }
  part& slot = it->second->parts[*number];
  if (!slot.file.empty()) stored_files::discard(slot.file);
  slot = std::move(one);
  return answer;
}

inline response object_store::list_parts(call const& c) {
  std::lock_guard const lock(mutex_);
  upload const& one = *upload_of(c);
  std::string xml = xml_element("Bucket", one.bucket) + xml_element("Key", one.key) +
                    xml_element("UploadId", c.target.get("uploadId")) +
                    "<MaxParts>10000</MaxParts><IsTruncated>false</IsTruncated>";
  for (auto const& [number, p] : one.parts)
    xml += "<Part>" + xml_element("PartNumber", std::to_string(number)) +
           xml_element("ETag", in_quotes(auth::to_hex(p.md5))) + xml_element("Size", std::to_string(p.size)) +
           xml_element("LastModified", format_date(one.started, false)) + "</Part>";
  return xml_answer(200, detail::root_element("ListPartsResult", xml));
}

inline response object_store::complete_upload(call const& c) {
  std::string const id = c.target.get("uploadId");
  auto const done = [&](std::string const& etag) {
    return xml_answer(
        200, detail::root_element("CompleteMultipartUploadResult",
                                  xml_element("Location", url() + "/" + c.target.bucket + "/" + c.target.key) +
                                      xml_element("Bucket", c.target.bucket) + xml_element("Key", c.target.key) +
                                      xml_element("ETag", in_quotes(etag))));
  };
  std::shared_ptr<upload> whole;
  stored_object one;
  std::vector<file_piece> pieces;
  {
    std::lock_guard const lock(mutex_);
    stored_files::bucket const& in = bucket_of(c);
    if (auto const it = completed_.find(id); it != completed_.end() && it->second.first == c.target.path)
      return done(it->second.second);
    whole = upload_of(c);
    check_condition(c, in);

    std::vector<std::byte> digests;
    std::size_t at = 0;
    int last_number = 0;
    std::uint64_t last_size = options_.min_part_size;
    while (auto const element = next_element(c.what.body(), "Part", at)) {
      std::size_t inside = 0;
      auto const number_text = next_element(*element, "PartNumber", inside);
      inside = 0;
      auto const etag_text = next_element(*element, "ETag", inside);
      auto const number = to_integer<int>(number_text.value_or(""));
      if (!number || !etag_text) throw store_error{400, "MalformedXML", "Each Part needs a PartNumber and an ETag."};
      if (*number <= last_number)
        throw store_error{400, "InvalidPartOrder",
                          "The list of parts was not in ascending order. Parts must be ordered by part number."};
      last_number = *number;
      auto const it = whole->parts.find(*number);
      std::string etag = xml_unescape(*etag_text);
      std::erase(etag, '"');
      if (it == whole->parts.end() || etag != auth::to_hex(it->second.md5))
        throw store_error{
            400,
            "InvalidPart",
            "One or more of the specified parts could not be found. The part may not have been uploaded, or the "
            "specified entity tag may not match the part's entity tag.",
            {{"UploadId", id}, {"PartNumber", std::to_string(*number)}}};
      if (last_size < options_.min_part_size)
        throw store_error{
            400,
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
            {{"ProposedSize", std::to_string(last_size)}, {"MinSizeAllowed", std::to_string(options_.min_part_size)}}};
      last_size = it->second.size;
      one.size += last_size;
      digests.insert(digests.end(), it->second.md5.begin(), it->second.md5.end());
      pieces.push_back({.file = it->second.file, .size = last_size});
    }
    if (pieces.empty())
      throw store_error{400, "MalformedXML", "The XML you provided was not well-formed: there are no parts."};
    one.etag = auth::to_hex(auth::md5(digests)) + '-' + std::to_string(pieces.size());
    open_.erase(id);  // from here on it is this thread's
  }
  std::filesystem::path const file = files_.join(pieces);
  for (auto const& [number, p] : whole->parts) stored_files::discard(p.file);
  one.modified = now();
  one.headers = whole->headers;
  std::lock_guard const lock(mutex_);
  bucket_of(c);
  std::string const etag = one.etag;
  files_.publish(file, c.target.bucket, c.target.key, std::move(one));
  completed_[id] = {c.target.path, etag};
  return done(etag);
}

inline response object_store::abort_upload(call const& c) {
  std::lock_guard const lock(mutex_);
  std::shared_ptr<upload> const one = upload_of(c);
  for (auto const& [number, p] : one->parts) stored_files::discard(p.file);
  open_.erase(c.target.get("uploadId"));
  return empty_answer(204);
}

}  // namespace loopback
