#pragma once

// A server that says what it is told to say, and remembers what it was asked.

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct scripted_answer {
  int status = 200;
  std::string body = {};
  bool lost = false;                     // the connection is closed in place of an answer
  std::chrono::milliseconds delay = {};  // before it, cut short by the server's end
  std::vector<std::pair<std::string, std::string>> headers = {};
};

struct seen_request {
  std::string method = {}, target = {}, body = {}, authorization = {}, content_type = {}, db_name = {},
              idempotency_key = {}, custom = {};
  bool has_idempotency_key = false;

  boost::json::value json() const { return boost::json::parse(body); }
};

/// Gives its answers one after another; the last one for ever.
class scripted_server {
 public:
  explicit scripted_server(std::vector<scripted_answer> script);
  explicit scripted_server(std::string body)
      : scripted_server(std::vector<scripted_answer>{{.body = std::move(body)}}) {}
  ~scripted_server();

  std::string url() const;
  std::vector<seen_request> seen() const;
  seen_request only() const {
    auto const all = seen();
    return all.size() == 1 ? all.front() : seen_request{.method = std::to_string(all.size()) + " requests"};
  }
  std::uint64_t connections() const;

 private:
  struct impl;  // in a unit of its own: Beast takes 15 seconds in each that sees it
  std::unique_ptr<impl> impl_;
};
