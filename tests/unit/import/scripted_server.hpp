#pragma once

// A server that says what it is told to say, and remembers what it was asked.

#include <boost/json.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <loopback/http_server.hpp>
#include <mutex>
#include <optional>
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
  explicit scripted_server(std::vector<scripted_answer> script)
      : script_(script.begin(), script.end()),
        server_([this](loopback::request const& what) { return answer(what); }) {}
  explicit scripted_server(std::string body)
      : scripted_server(std::vector<scripted_answer>{{.body = std::move(body)}}) {}

  ~scripted_server() {
    {
      std::lock_guard const lock(mutex_);
      ending_ = true;
    }
    end_.notify_all();
  }

  std::string url() const { return server_.url(); }
  std::vector<seen_request> seen() const {
    std::lock_guard const lock(mutex_);
    return seen_;
  }
  seen_request only() const {
    auto const all = seen();
    return all.size() == 1 ? all.front() : seen_request{.method = std::to_string(all.size()) + " requests"};
  }
  std::uint64_t connections() const { return server_.connections_accepted(); }

 private:
  std::optional<loopback::response> answer(loopback::request const& what) {
    scripted_answer next;
    {
      std::lock_guard const lock(mutex_);
      auto const text = [&](std::string_view name) { return std::string(what[name]); };
      seen_.push_back({.method = std::string(what.method_string()),
                       .target = std::string(what.target()),
                       .body = what.body(),
                       .authorization = text("Authorization"),
                       .content_type = text("Content-Type"),
                       .db_name = text("DB-Name"),
                       .idempotency_key = text("Idempotency-Key"),
                       .custom = text("X-Custom"),
                       .has_idempotency_key = what.count("Idempotency-Key") != 0});
      next = script_.front();
      if (script_.size() > 1) script_.pop_front();
    }
    {
      std::unique_lock lock(mutex_);
      end_.wait_for(lock, next.delay, [this] { return ending_; });
    }
    if (next.lost) return std::nullopt;
    auto response = loopback::make_response(loopback::http::status::ok, next.body);
    response.result(static_cast<unsigned>(next.status));
    for (auto const& [name, value] : next.headers) response.set(name, value);
    return response;
  }

  mutable std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false;
  std::deque<scripted_answer> script_;
  std::vector<seen_request> seen_;
  loopback::http_server server_;  // last: its threads end before what they use
};
