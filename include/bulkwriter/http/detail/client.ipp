#pragma once

#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/detail/exchange.ipp>
#include <bulkwriter/http/detail/request_head.ipp>
#include <bulkwriter/text/quoted.hpp>

#include <memory>
#include <new>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {

struct client::impl {
  explicit impl(client_options given) : options(std::move(given)), proxies(options.proxy) {}
  ~impl() {
    if (owner != bulkwriter::detail::process_id()) disown();
  }
  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;

  // A forked child shares its parent's connection, its TLS keys and the set of sockets that the system watches: an orderly
  // end of any would reach the parent. So they are forgotten as they are, and only the child's descriptor is closed.
  void disown() noexcept {
    if (line) {
      line->drop();
      (void)line.release();
    }
    (void)loop.release();
    owner = bulkwriter::detail::process_id();
  }

  result<response> send(request const& what, std::stop_token stop) {
    if (!options.on_exchange) return send(what, std::move(stop), nullptr);
    std::string_view const target = what.target;
    exchange_info seen{.method = what.method, .origin = what.origin, .path = target.substr(0, target.find('?'))};
    auto const start = detail::clock::now();
    auto out = send(what, std::move(stop), &seen);
    seen.total = detail::clock::now() - start;
    if (out)
      seen.status = out->status;
    else
      seen.error = &out.error();
    detail::tell(options.on_exchange, seen);
    return out;
  }

  // Of exceptions only bad_alloc leaves a `try_` name.
  result<response> send(request const& what, std::stop_token stop, exchange_info* seen) {
    bool sent = false;  // by any pass
    try {
      return send(what, std::move(stop), seen, sent);
    } catch (std::bad_alloc const&) {
      throw;
    } catch (std::exception const& e) {  // out of descriptors, as a rule
      return error_info{.code = errc::connect_failed,
                        .message = what.origin.to_string() + ": " + e.what(),
                        .may_have_happened = sent};
    }
  }

  result<response> send(request const& what, std::stop_token stop, exchange_info* seen, bool& sent) {
    auto const head = detail::request_head(what, options.user_agent);
    if (!head) return head.error();
    if (owner != bulkwriter::detail::process_id()) disown();
    auto const by = proxies.try_choose(what.origin);
    if (!by.has_value()) return by.error();
    detail::error_maker const make{what.origin.to_string() + (*by ? " through proxy " + (*by)->name() : "")};
    if (stop.stop_requested()) return make.stopped("start");
    if (!loop) loop = std::make_unique<detail::event_loop>();
    if (what.origin.secure && !tls) {
      auto opened = detail::tls_context::try_open(options.tls, detail::tls_stream::make_bio_method);
      if (!opened) return std::move(opened).error();
      tls = std::move(*opened);
      detail::tls_stream::attach(tls->get());
    }

    loop->begin(std::move(stop));
    struct at_end {
      detail::event_loop& loop;
      ~at_end() { loop.end(); }
    } const forget_token{*loop};
    std::stop_callback const wake_up(loop->stop(), [this] { loop->interrupt(); });

    detail::limits const time(options.timeouts);
    if (line && !usable(what.origin)) line.reset();
    while (true) {
      bool const reused = line != nullptr;
      auto const start = detail::clock::now();
      if (!line) {
        auto opened = detail::connection::try_open(*loop, what.origin, *by, options, tls.get(), time, make);
        if (!opened) {
          opened.error().may_have_happened = sent;
          return std::move(opened).error();
        }
        line = std::move(*opened);
      }
      // What comes before it was asked for answers nobody, and would shift all answers behind it by one.
      if (!reused) {
        if (auto const early = line->said_unasked(detail::clock::now() - start); !early.empty()) {
          line.reset();
          auto failure = make(errc::invalid_response, "start", "the peer speaks before it is asked" +
                                                                   std::string(early.starts_with("HTTP/1.") ? "" : ", and not HTTP/1") +
                                                                   ", it begins with " + bulkwriter::detail::in_quotes(early, 32));
          failure.may_have_happened = sent;
          return failure;
        }
      }
      line->resume();
      if (seen) {
        seen->reused = reused;
        if (!reused) seen->connecting = detail::clock::now() - start;
      }
      detail::exchange one(*loop, *line, options, time, make, *head, what);
      auto done = one.run();
      sent = sent || one.sent() != 0;
      if (seen) seen->sent = one.sent(), seen->received = one.received(), seen->waiting = one.waited();
      if (!done.outcome) done.outcome.error().may_have_happened = sent;
      if (done.keep) {
        line->rest();
      } else {
        line.reset();
      }
      // The server may have closed while the request was on its way; then it was not looked at, or only a repeatable
      // request was.
      if (reused && done.unanswered && detail::is_idempotent(what)) continue;
      return std::move(done.outcome);
    }
  }

  bool usable(origin const& peer) {
    if (!line->in_order() || line->peer() != peer)
      return false;  // out of order: an exception has ended its last exchange
    if (options.idle_limit > std::chrono::milliseconds::zero() &&
        detail::clock::now() - line->idle_since() > options.idle_limit)
      return false;
    return line->is_idle();
  }

  client_options options;
  detail::proxy_rules proxies;
  int owner = bulkwriter::detail::process_id();  // who made what follows
  std::unique_ptr<detail::event_loop> loop;
  std::unique_ptr<detail::tls_context> tls;
  std::unique_ptr<detail::connection> line;  // the last member: it uses the others until its end
};

BULKWRITER_DECL client::client(client_options options) : impl_(std::make_unique<impl>(std::move(options))) {}
BULKWRITER_DECL client::client(client&&) noexcept = default;
BULKWRITER_DECL client& client::operator=(client&&) noexcept = default;
BULKWRITER_DECL client::~client() = default;

BULKWRITER_DECL result<response> client::try_send(request const& what, std::stop_token stop) {
  if (!impl_) return error_info{.code = errc::invalid_state, .message = "http client: it was moved from"};
  return impl_->send(what, std::move(stop));
}

}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
