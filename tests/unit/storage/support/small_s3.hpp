#pragma once

#include <bulkwriter/storage/s3.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../scripted_server.hpp"

// A store of S3's protocol in memory, as far as writers need one. Its ETags tell nothing of the bytes.
class small_s3 {
 public:
  enum class condition { honoured, ignored, refused };
  condition on_put = condition::honoured, on_complete = condition::honoured;
  bool keeps_metadata = true;
  std::function<void(scripted_server::request const&)> before;  // called with the lock of the server held

  struct object {
    std::string body, token, etag;
  };
  std::map<std::string, object> objects;  // by target
  std::map<std::string, object> uploads;  // by id
  int count = 0;

  int lost = 0;  // so many answers to conditional requests

  scripted_server server{[this](scripted_server::request const& r) {
    std::string said = answer(r);
    bool const asks = r.headers.contains("if-none-match") || r.headers.contains("x-goog-if-generation-match");
    if (asks && lost > 0) --lost, said.clear();
    return said;
  }};

  bulkwriter::s3_connect_param param() const {
    return {.endpoint = server.endpoint(),
            .access_key = "AKIDEXAMPLE",
            .secret_key = "secret",
            .bucket_name = "bucket",
            .retry = {.max_attempts = 2, .base_delay = std::chrono::milliseconds(1)}};
  }

 private:
  std::string answer(scripted_server::request const& r) {
    if (before) before(r);
    auto const query = r.target.find('?');
    std::string const key = r.target.substr(0, query), asked = query == std::string::npos ? "" : r.target.substr(query);
    auto const header = [&](char const* name) {
      auto const at = r.headers.find(name);
      return at == r.headers.end() ? std::string() : at->second;
    };
    auto const id = asked.find("uploadId=") == std::string::npos ? "" : asked.substr(asked.find("uploadId=") + 9);
    std::string const token =
        keeps_metadata ? header("x-amz-meta-bulkwriter") + header("x-goog-meta-bulkwriter") : std::string();
    auto const error = [](int status, std::string const& code) {
      return http_answer(status, "<Error><Code>" + code + "</Code></Error>");
    };
    auto const forbidden = [&](condition c) {
      bool const asks = header("if-none-match") == "*" || header("x-goog-if-generation-match") == "0";
      if (!asks || c == condition::ignored) return std::string();
      if (c == condition::refused) return error(501, "NotImplemented");
      return objects.contains(key) ? error(412, "PreconditionFailed") : std::string();
    };
    if (r.method == "POST" && asked == "?uploads=") {
      uploads[std::to_string(++count)] = {.body = {}, .token = token, .etag = {}};
      return http_answer(200, "<InitiateMultipartUploadResult><UploadId>" + std::to_string(count) +
                                  "</UploadId></InitiateMultipartUploadResult>");
    }
    if (r.method == "PUT" && !id.empty()) {
      uploads.at(id).body += r.body;
      return http_answer(200, "", {{"ETag", "\"part\""}});
    }
    if (r.method == "PUT") {
      if (auto no = forbidden(on_put); !no.empty()) return no;
      objects[key] = {.body = r.body, .token = token, .etag = "e" + std::to_string(++count)};
      return http_answer(200, "", {{"ETag", objects[key].etag}});
    }
    if (r.method == "POST") {
      if (auto no = forbidden(on_complete); !no.empty()) return no;
      if (!uploads.contains(id)) return error(404, "NoSuchUpload");
      objects[key] = uploads.at(id);
      objects[key].etag = "e" + std::to_string(++count);
      uploads.erase(id);
      return http_answer(200, "<CompleteMultipartUploadResult><ETag>" + objects[key].etag +
                                  "</ETag></CompleteMultipartUploadResult>");
    }
    if (r.method == "DELETE" && !id.empty()) {
      uploads.erase(id);
      return http_answer(204);
    }
    if (r.method == "HEAD" && objects.contains(key)) {
      auto const& o = objects.at(key);
      std::vector<std::pair<std::string, std::string>> headers = {{"Content-Length", std::to_string(o.body.size())},
                                                                  {"ETag", o.etag}};
      if (!o.token.empty()) headers.emplace_back("x-amz-meta-bulkwriter", o.token);
      return http_answer(200, "", headers);
    }
    if (r.method == "GET" && asked.find("uploads=") != std::string::npos)  // of none that is gone on with
      return http_answer(200, "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>");
    return r.method == "HEAD" ? http_answer(404) : error(404, "NoSuchKey");
  }
};
