#include "scripted_server.hpp"

#include <condition_variable>
#include <deque>
#include <loopback/http_server.hpp>
#include <mutex>
#include <optional>
#include <string_view>

struct scripted_server::impl {
  explicit impl(std::vector<scripted_answer> given)
      : script(given.begin(), given.end()), server([this](loopback::request const& what) { return answer(what); }) {}
  ~impl() {
    {
      std::lock_guard const lock(mutex);
      ending = true;
    }
    end.notify_all();
  }

  std::optional<loopback::response> answer(loopback::request const& what) {
    scripted_answer next;
    {
      std::lock_guard const lock(mutex);
      auto const text = [&](std::string_view name) { return std::string(what[name]); };
      seen.push_back({.method = std::string(what.method_string()),
                      .target = std::string(what.target()),
                      .body = what.body(),
                      .authorization = text("Authorization"),
                      .content_type = text("Content-Type"),
                      .db_name = text("DB-Name"),
                      .idempotency_key = text("Idempotency-Key"),
                      .custom = text("X-Custom"),
                      .has_idempotency_key = what.count("Idempotency-Key") != 0});
      next = script.front();
      if (script.size() > 1) script.pop_front();
    }
    {
      std::unique_lock lock(mutex);
      end.wait_for(lock, next.delay, [this] { return ending; });
    }
    if (next.lost) return std::nullopt;
    auto response = loopback::make_response(loopback::http::status::ok, next.body);
    response.result(static_cast<unsigned>(next.status));
    for (auto const& [name, value] : next.headers) response.set(name, value);
    return response;
  }

  std::mutex mutex;
  std::condition_variable end;
  bool ending = false;
  std::deque<scripted_answer> script;
  std::vector<seen_request> seen;
  loopback::http_server server;  // last: its threads end before what they use
};

scripted_server::scripted_server(std::vector<scripted_answer> script)
    : impl_(std::make_unique<impl>(std::move(script))) {}
scripted_server::~scripted_server() = default;

std::string scripted_server::url() const { return impl_->server.url(); }

std::vector<seen_request> scripted_server::seen() const {
  std::lock_guard const lock(impl_->mutex);
  return impl_->seen;
}

std::uint64_t scripted_server::connections() const { return impl_->server.connections_accepted(); }
