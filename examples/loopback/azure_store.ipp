#pragma once

#include "azure_store.hpp"

#include <algorithm>
#include <span>

namespace loopback {

namespace detail {

inline void check_content(request const& what) {
  if (what.find(http::field::content_length) == what.end())
    throw store_error{411, "MissingContentLengthHeader", "Content-Length HTTP header is not specified."};
  auto const md5 = canonical_value(what, "content-md5");
  if (!md5) return;
  auto const given = auth::try_base64_decode(*md5);
  if (!given || given->size() != 16)
    throw store_error{400, "InvalidMd5",
                      "The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 "
                      "encoded."};
  if (*md5 != auth::base64_encode(auth::md5(auth::as_bytes(what.body()))))
    throw store_error{400, "Md5Mismatch",
                      "The MD5 value specified in the request did not match with the MD5 value calculated by the "
                      "server."};
}

// Properties that a blob keeps: their names in requests that create it, and in answers.
inline std::vector<std::pair<std::string, std::string>> kept_properties(request const& what) {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::string const name :
       {"content-type", "content-encoding", "content-language", "cache-control", "content-disposition", "content-md5"})
    if (auto const value = canonical_value(what, "x-ms-blob-" + name)) out.emplace_back(name, *value);
  for (auto const& field : what)
    if (std::string name = lower(view(field.name_string())); name.starts_with("x-ms-meta-"))
      out.emplace_back(std::move(name), view(field.value()));
  return out;
}

inline response container_answer(unsigned status, stored_files::bucket const& one) {
  response answer = empty_answer(status);
  answer.set(http::field::etag, "\"0x8D0000000000000\"");
  answer.set(http::field::last_modified, format_date(one.created, true));
  return answer;
}

inline std::string property(stored_object const& one, std::string_view name) {
  for (auto const& [known, value] : one.headers)
    if (known == name) return value;
  return {};
}

// <BlockList> of <Committed>, <Uncommitted> and <Latest>, in the order that they stand in.
inline std::vector<std::pair<std::string, std::string>> read_block_list(std::string_view xml) {
  store_error const broken{400, "InvalidXmlDocument", "XML specified is not syntactically valid."};
  std::size_t at = 0;
  auto const list = next_element(xml, "BlockList", at);
  if (!list) {
    if (xml.find("<BlockList/>") != std::string_view::npos || xml.find("<BlockList />") != std::string_view::npos)
      return {};
    throw broken;
  }
  std::vector<std::pair<std::string, std::string>> out;
  for (at = list->find('<'); at != std::string_view::npos; at = list->find('<', at)) {
    std::string const name(list->substr(at + 1, list->find('>', at) - at - 1));
    if (name != "Committed" && name != "Uncommitted" && name != "Latest") throw broken;
    auto const id = next_element(*list, name, at);
    if (!id) throw broken;
    out.emplace_back(name, xml_unescape(*id));
  }
  return out;
}

}  // namespace detail

inline azure_store::azure_store(azure_store_options options)
    : options_(std::move(options)),
      account_{.name = options_.account, .key = options_.key, .max_skew = options_.max_skew},
      files_(options_.folder, options_.containers) {
  server_.emplace([this](request const& what) { return handle(what); }, options_.port);
}

inline std::optional<std::filesystem::path> azure_store::find(std::string const& container,
                                                              std::string const& blob) const {
  std::lock_guard const lock(mutex_);
  return files_.find(container, blob);
}

inline std::size_t azure_store::open_uploads() const {
  std::lock_guard const lock(mutex_);
  return uncommitted_.size();
}

inline response azure_store::handle(request const& what) {
  std::string const id = std::to_string(next_id_++);
  response answer;
  try {
    call const c{what, request_target(view(what.target()), '/' + options_.account)};
    if (!c.target.path.starts_with('/' + options_.account + '/'))
      throw store_error{400, "InvalidUri", "The requested URI does not represent any resource on the server."};
    check_shared_key(what, account_);
    answer = dispatch(c);
  } catch (store_error const& failed) {
    std::string xml =
        xml_element("Code", failed.code) +
        xml_element("Message", failed.message + "\nRequestId:" + id + "\nTime:" + format_date(now(), false));
    for (auto const& [name, value] : failed.details) xml += xml_element(name, value);
    answer = xml_answer(failed.status, "<Error>" + xml + "</Error>");
    if (what.method() == http::verb::head) answer.body().clear();
    answer.set("x-ms-error-code", failed.code);
    if (failed.status == 401) answer.set(http::field::www_authenticate, "Bearer resource_id=https://storage.azure.com");
  }
  answer.set("x-ms-request-id", id);
  answer.set("x-ms-version", view(what["x-ms-version"]));
  if (auto const client = what["x-ms-client-request-id"]; !client.empty()) answer.set("x-ms-client-request-id", client);
  answer.set(http::field::date, format_date(now(), true));
  answer.set(http::field::server, "loopback");
  return answer;
}

inline response azure_store::dispatch(call const& c) {
  request_target const& t = c.target;
  auto const verb = c.what.method();
  std::string const what = t.get("comp");
  if (t.bucket.empty()) {
    if (verb == http::verb::get && what == "list") return list_containers();
  } else if (t.key.empty()) {
    if (t.get("restype") == "container") {
      if (verb == http::verb::get && what == "list") return list_blobs(c);
      if (verb == http::verb::put && what.empty()) return create_container(c);
      if (verb == http::verb::delete_ && what.empty()) return delete_container(c);
      if ((verb == http::verb::get || verb == http::verb::head) && what.empty()) return show_container(c);
    }
  } else {
    if (t.key.size() > 1024 || !stored_files::is_usable(t.key))
      throw store_error{400, "InvalidResourceName",
                        "This store keeps blobs as files: no empty, '.', '..' or very long segments."};
    if (verb == http::verb::put && c.what.find("x-ms-copy-source") == c.what.end()) {
      if (what.empty()) return put_blob(c);
      if (what == "block") return put_block(c);
      if (what == "blocklist") return put_block_list(c);
    }
    if (verb == http::verb::get && what == "blocklist") return get_block_list(c);
    if (what.empty() && !t.has("snapshot")) {
      if (verb == http::verb::get) return get_blob(c, true);
      if (verb == http::verb::head) return get_blob(c, false);
      if (verb == http::verb::delete_) return delete_blob(c);
    }
  }
  throw store_error{501, "NotImplemented", "This store does not know the request."};
}

// --- containers ---

inline stored_files::bucket& azure_store::container_of(call const& c) {
  auto const it = files_.buckets().find(c.target.bucket);
  if (it == files_.buckets().end())
    throw store_error{404, "ContainerNotFound", "The specified container does not exist."};
  return it->second;
}

inline response azure_store::list_containers() {
  std::lock_guard const lock(mutex_);
  std::string xml;
  for (auto const& [name, one] : files_.buckets())
    xml += "<Container>" + xml_element("Name", name) + "<Properties>" +
           xml_element("Last-Modified", format_date(one.created, true)) + xml_element("Etag", "\"0x0\"") +
           "</Properties></Container>";
  return xml_answer(200, "<EnumerationResults ServiceEndpoint=\"" + xml_escape(url()) + "\"><Containers>" + xml +
                             "</Containers><NextMarker/></EnumerationResults>");
}

inline response azure_store::create_container(call const& c) {
  std::string const& name = c.target.bucket;
  if (name.size() < 3 || name.size() > 63 || name.starts_with('-') || name.ends_with('-') ||
      name.find("--") != std::string::npos ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
    throw store_error{400, "InvalidResourceName", "The specified resource name contains invalid characters."};
  std::lock_guard const lock(mutex_);
  if (!files_.create_bucket(name))
    throw store_error{409, "ContainerAlreadyExists", "The specified container already exists."};
  return detail::container_answer(201, files_.buckets().at(name));
}

inline response azure_store::delete_container(call const& c) {
  std::lock_guard const lock(mutex_);
  std::vector<std::string> keys;
  for (auto const& [key, one] : container_of(c).objects) keys.push_back(key);
  for (std::string const& key : keys) files_.remove(c.target.bucket, key);
  auto const of_it = [&](auto const& entry) { return entry.first.first == c.target.bucket; };
  std::erase_if(committed_, of_it);
  std::erase_if(uncommitted_, of_it);
  files_.remove_bucket(c.target.bucket);
  return empty_answer(202);
}

inline response azure_store::show_container(call const& c) {
  std::lock_guard const lock(mutex_);
  return detail::container_answer(200, container_of(c));
}

inline response azure_store::list_blobs(call const& c) {
  request_target const& t = c.target;
  std::string const prefix = t.get("prefix"), delimiter = t.get("delimiter"), marker = t.get("marker");
  auto const max = to_integer<std::size_t>(t.get("maxresults", "5000"));
  if (!max || *max == 0)
    throw store_error{400, "OutOfRangeQueryParameterValue",
                      "One of the query parameters specified in the request URI is outside the permissible range."};
  std::lock_guard const lock(mutex_);
  auto blobs = container_of(c).objects;
  for (std::string const& part : split(t.get("include"), ','))
    if (part == "uncommittedblobs")
      for (auto const& [name, blocks] : uncommitted_)
        if (name.first == t.bucket) blobs.try_emplace(name.second);
  listing const page =
      list_page(blobs, prefix, delimiter, listing::read_token(marker), std::min<std::size_t>(*max, 5000));
  std::string xml;
  for (auto const& [name, one] : page.entries) {
    if (!one) {
      xml += "<BlobPrefix>" + xml_element("Name", name) + "</BlobPrefix>";
      continue;
    }
    std::string properties;
    if (!one->etag.empty())
      properties += xml_element("Creation-Time", format_date(one->modified, true)) +
                    xml_element("Last-Modified", format_date(one->modified, true)) + xml_element("Etag", one->etag);
    properties += xml_element("Content-Length", std::to_string(one->size)) +
                  xml_element("Content-Type", detail::property(*one, "content-type")) +
                  xml_element("Content-MD5", detail::property(*one, "content-md5")) +
                  "<BlobType>BlockBlob</BlobType><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>";
    xml += "<Blob>" + xml_element("Name", name) + "<Properties>" + properties + "</Properties></Blob>";
  }
  std::string head = xml_element("Prefix", prefix);
  if (!marker.empty()) head += xml_element("Marker", marker);
  if (t.has("maxresults")) head += xml_element("MaxResults", std::to_string(*max));
  if (!delimiter.empty()) head += xml_element("Delimiter", delimiter);
  return xml_answer(200, "<EnumerationResults ServiceEndpoint=\"" + xml_escape(url()) + "/\" ContainerName=\"" +
                             xml_escape(t.bucket) + "\">" + head + "<Blobs>" + xml + "</Blobs>" +
                             xml_element("NextMarker", page.token()) + "</EnumerationResults>");
}

// --- blobs ---

inline stored_object const* azure_store::blob_of(call const& c) {
  auto const& blobs = container_of(c).objects;
  auto const it = blobs.find(c.target.key);
  return it == blobs.end() ? nullptr : &it->second;
}

inline void azure_store::check_conditions(call const& c) {
  stored_object const* const blob = blob_of(c);
  auto const given = [&](char const* name) { return canonical_value(c.what, name).value_or(""); };
  if (!given("if-modified-since").empty())
    throw store_error{501, "NotImplemented", "This store does not know If-Modified-Since."};
  std::string const none = given("if-none-match"), match = given("if-match"), since = given("if-unmodified-since");
  if (none == "*" && blob && c.what.method() == http::verb::put)
    throw store_error{409, "BlobAlreadyExists", "The specified blob already exists."};
  auto const is = [&](std::string const& etag) { return blob && (etag == "*" || etag == in_quotes(blob->etag)); };
  auto const date = bulkwriter::http::parse_date(since);
  if ((!none.empty() && is(none)) || (!match.empty() && !is(match)) || (date && blob && blob->modified > *date))
    throw store_error{412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met."};
}

inline void azure_store::drop_uncommitted(blob_name const& blob) {
  auto const it = uncommitted_.find(blob);
  if (it == uncommitted_.end()) return;
  for (auto const& [id, content] : it->second) stored_files::discard(content.file);
  uncommitted_.erase(it);
}

// A file that is whole becomes the blob, and what was uncommitted goes.
inline response azure_store::publish(call const& c, std::filesystem::path const& file, std::vector<block> blocks,
                                     stored_object blob) {
  std::uint64_t const id = 0x8D'0000'0000'0000 + next_id_++;
  blob.etag = "0x" + auth::to_hex(std::as_bytes(std::span(&id, 1)));
  blob.modified = now();
  response answer = empty_answer(201);
  answer.set(http::field::etag, in_quotes(blob.etag));
  answer.set(http::field::last_modified, format_date(blob.modified, true));
  answer.set("x-ms-request-server-encrypted", "false");
  files_.publish(file, c.target.bucket, c.target.key, std::move(blob));
  committed_[c.blob()] = std::move(blocks);
  drop_uncommitted(c.blob());
  return answer;
}

inline response azure_store::put_blob(call const& c) {
  detail::check_content(c.what);
  std::string const type = canonical_value(c.what, "x-ms-blob-type").value_or("");
  if (type.empty())
    throw store_error{400,
                      "MissingRequiredHeader",
                      "An HTTP header that's mandatory for this request is not specified.",
                      {{"HeaderName", "x-ms-blob-type"}}};
  if (type != "BlockBlob") throw store_error{501, "NotImplemented", "This store knows block blobs alone."};
  {
    std::lock_guard const lock(mutex_);
    check_conditions(c);
  }
  stored_object blob{.size = c.what.body().size(), .headers = detail::kept_properties(c.what)};
  if (detail::property(blob, "content-type").empty())
    blob.headers.emplace_back("content-type",
                              canonical_value(c.what, "content-type").value_or("application/octet-stream"));
  std::string const md5 = auth::base64_encode(auth::md5(auth::as_bytes(c.what.body())));
  if (detail::property(blob, "content-md5").empty()) blob.headers.emplace_back("content-md5", md5);
  std::string_view const body = c.what.body();
  std::filesystem::path const file = files_.write({&body, 1});
  std::lock_guard const lock(mutex_);
  check_conditions(c);
  response answer = publish(c, file, {}, std::move(blob));
  answer.set("content-md5", md5);
  return answer;
}

inline response azure_store::get_blob(call const& c, bool body) {
  stored_object blob;
  std::ifstream in;
  {
    std::lock_guard const lock(mutex_);
    check_conditions(c);
    stored_object const* const found = blob_of(c);
    if (!found) throw store_error{404, "BlobNotFound", "The specified blob does not exist."};
    blob = *found;
    if (body)  // a later PUT replaces the file, not this
      in.open(files_.path_of(c.target.bucket, c.target.key), std::ios::binary);
  }
  std::string const range =
      canonical_value(c.what, "x-ms-range").value_or(canonical_value(c.what, "range").value_or(""));
  response answer = object_answer(blob, in, body ? range : "");
  answer.set("x-ms-blob-type", "BlockBlob");
  answer.set("x-ms-creation-time", format_date(blob.modified, true));
  answer.set("x-ms-lease-status", "unlocked");
  answer.set("x-ms-lease-state", "available");
  if (answer.result() == http::status::partial_content) {  // that header is for what is sent
    answer.set("x-ms-blob-content-md5", detail::property(blob, "content-md5"));
    answer.erase("content-md5");
  }
  return answer;
}

inline response azure_store::delete_blob(call const& c) {
  std::lock_guard const lock(mutex_);
  check_conditions(c);
  bool const uncommitted = uncommitted_.contains(c.blob());
  if (!files_.remove(c.target.bucket, c.target.key) && !uncommitted)
    throw store_error{404, "BlobNotFound", "The specified blob does not exist."};
  committed_.erase(c.blob());
  drop_uncommitted(c.blob());
  return empty_answer(202);
}

// --- blocks ---

inline response azure_store::put_block(call const& c) {
  detail::check_content(c.what);
  std::string const id = c.target.get("blockid");
  auto const bytes = auth::try_base64_decode(id);
  if (!bytes || bytes->empty() || bytes->size() > 64)
    throw store_error{400,
                      "InvalidQueryParameterValue",
                      "Value for one of the query parameters specified in the request URI is invalid.",
                      {{"QueryParameterName", "blockid"}, {"QueryParameterValue", id}}};
  std::string_view const body = c.what.body();
  if (body.empty())
    throw store_error{400,
                      "InvalidHeaderValue",
                      "The value for one of the HTTP headers is not in the correct format.",
                      {{"HeaderName", "Content-Length"}, {"HeaderValue", "0"}}};
  {
    std::lock_guard const lock(mutex_);
    container_of(c);
  }
  std::filesystem::path const file = files_.write({&body, 1});
  std::lock_guard const lock(mutex_);
  container_of(c);
  auto& blocks = uncommitted_[c.blob()];
  if (!blocks.empty() && blocks.begin()->first.size() != id.size()) {
    stored_files::discard(file);
    throw store_error{400, "InvalidBlobOrBlock", "The specified blob or block content is invalid."};
  }
  file_piece& slot = blocks[id];
  if (!slot.file.empty()) stored_files::discard(slot.file);
  slot = {.file = file, .size = body.size()};
  response answer = empty_answer(201);
  answer.set("content-md5", auth::base64_encode(auth::md5(auth::as_bytes(body))));
  answer.set("x-ms-request-server-encrypted", "false");
  return answer;
}

inline response azure_store::put_block_list(call const& c) {
  detail::check_content(c.what);
  auto const wanted = detail::read_block_list(c.what.body());
  // Locked throughout: what is joined may be of the blob that it replaces.
  std::lock_guard const lock(mutex_);
  check_conditions(c);
  auto const before = committed_.find(c.blob());
  auto const staged = uncommitted_.find(c.blob());
  std::filesystem::path const whole = files_.path_of(c.target.bucket, c.target.key);
  std::vector<file_piece> pieces;
  std::vector<block> blocks;
  stored_object blob{.headers = detail::kept_properties(c.what)};
  for (auto const& [kind, id] : wanted) {
    file_piece const* found = nullptr;
    if (kind != "Committed" && staged != uncommitted_.end())
      if (auto const it = staged->second.find(id); it != staged->second.end()) found = &it->second;
    if (kind != "Uncommitted" && !found && before != committed_.end())
      for (block const& one : before->second)
        if (one.id == id) found = &one.content;
    if (!found) throw store_error{400, "InvalidBlockList", "The specified block list is invalid."};
    pieces.push_back(*found);
    blocks.push_back({id, {.file = whole, .offset = blob.size, .size = found->size}});
    blob.size += found->size;
  }
  if (detail::property(blob, "content-type").empty())
    blob.headers.emplace_back("content-type", "application/octet-stream");
  return publish(c, files_.join(pieces), std::move(blocks), std::move(blob));
}

inline response azure_store::get_block_list(call const& c) {
  std::string const kind = c.target.get("blocklisttype", "committed");
  if (kind != "committed" && kind != "uncommitted" && kind != "all")
    throw store_error{400, "InvalidQueryParameterValue",
                      "Value for one of the query parameters specified in the request URI is invalid."};
  auto const element = [](std::string const& id, file_piece const& content) {
    return "<Block>" + xml_element("Name", id) + xml_element("Size", std::to_string(content.size)) + "</Block>";
  };
  std::lock_guard const lock(mutex_);
  stored_object const* const blob = blob_of(c);
  auto const staged = uncommitted_.find(c.blob());
  if (!blob && staged == uncommitted_.end())
    throw store_error{404, "BlobNotFound", "The specified blob does not exist."};
  std::string xml;
  if (kind != "uncommitted") {
    xml += "<CommittedBlocks>";
    if (auto const it = committed_.find(c.blob()); it != committed_.end())
      for (block const& one : it->second) xml += element(one.id, one.content);
    xml += "</CommittedBlocks>";
  }
  if (kind != "committed") {
    xml += "<UncommittedBlocks>";
    if (staged != uncommitted_.end())
      for (auto const& [id, content] : staged->second) xml += element(id, content);
    xml += "</UncommittedBlocks>";
  }
  response answer = xml_answer(200, "<BlockList>" + xml + "</BlockList>");
  if (blob) {
    answer.set(http::field::etag, in_quotes(blob->etag));
    answer.set(http::field::last_modified, format_date(blob->modified, true));
    answer.set("x-ms-blob-content-length", std::to_string(blob->size));
  }
  return answer;
}

}  // namespace loopback
