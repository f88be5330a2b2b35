#pragma once

#include <bulkwriter/http/detail/answer.ipp>
#include <bulkwriter/http/detail/proxy.hpp>
#include <bulkwriter/http/detail/resolve.ipp>
#include <bulkwriter/http/detail/tls_stream.ipp>

#include <array>
#include <optional>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

// The bytes of a request that are still to be sent: head and body, never copied together.
class outgoing {
 public:
  outgoing(std::string_view head, std::span<std::byte const> body)
      : pieces_{boost::asio::const_buffer(head.data(), head.size()),
                boost::asio::const_buffer(body.data(), body.size())} {}

  bool empty() const noexcept { return left() == 0; }
  std::size_t left() const noexcept { return pieces_[0].size() + pieces_[1].size(); }

  void consume(std::size_t n) noexcept {
    std::size_t const first = (std::min)(n, pieces_[0].size());
    pieces_[0] += first;
    pieces_[1] += n - first;
  }

  // What to offer next. Bounded, so that a stop request or an answer is noticed while a big body flows.
  std::array<boost::asio::const_buffer, 2> next() const noexcept {
    constexpr std::size_t most = 1024 * 1024;
    return {pieces_[0], boost::asio::buffer(pieces_[1], most)};
  }

 private:
  std::array<boost::asio::const_buffer, 2> pieces_;
};

// Errors of one exchange, all of one shape: "<origin>: <phase>: <what>".
struct error_maker {
  std::string origin;

  error_info operator()(errc code, std::string_view phase, std::string_view what) const {
    std::string text = origin;
    text.append(": ").append(phase).append(": ").append(what);
    return {.code = code, .message = std::move(text)};
  }
  error_info stopped(std::string_view phase) const {
    return (*this)(errc::cancelled, phase, "cancelled by the caller");
  }
  error_info late(std::string_view phase, std::chrono::milliseconds limit, std::string_view what) const {
    return (*this)(errc::timeout, phase, std::string(what) + " within " + std::to_string(limit.count()) + " ms");
  }
};

// The end of a phase, or of the whole exchange if that is sooner.
class limits {
 public:
  explicit limits(timeouts const& t) : options_(t), total_(after(t.total)) {}

  clock::time_point phase(std::chrono::milliseconds limit) const noexcept { return (std::min)(after(limit), total_); }
  bool exhausted() const noexcept { return total_ != never && clock::now() >= total_; }
  timeouts const& options() const noexcept { return options_; }

  error_info late(error_maker const& make, std::string_view phase, std::chrono::milliseconds limit,
                  std::string_view what) const {
    if (exhausted()) return make.late(phase, options_.total, "the exchange was not complete");
    return make.late(phase, limit, what);
  }

 private:
  timeouts options_;
  clock::time_point total_;
};

// One connection to one origin, plain or TLS, straight or through a proxy's tunnel.
class connection {
 public:
  connection(event_loop& loop, origin const& peer) : loop_(loop), peer_(peer), tcp_(loop.io()) {}
  ~connection() {
    if (in_order_ && tls_) tls_->close();
  }

  // Name, address, tunnel, handshake: the peer is verified when this succeeds.
  static result<std::unique_ptr<connection>> try_open(event_loop& loop, origin const& peer,
                                                      std::optional<proxy> const& by, client_options const& options,
                                                      tls_context* tls, limits const& time, error_maker const& make) {
    timeouts const& t = time.options();
    origin const& first = by ? by->at : peer;
    auto const found = resolve(first.host, first.port, options.hosts, time.phase(t.resolve), loop.stop());
    if (found.how == wake::cancelled) return make.stopped("resolve");
    if (found.how == wake::timed_out) return time.late(make, "resolve", t.resolve, "no address for the name");
    if (!found.failure.empty()) return make(errc::resolve_failed, "resolve", found.failure);

    std::string refusals;
    bool all_late = true;
    for (auto const& address : found.addresses) {
      auto self = std::make_unique<connection>(loop, peer);
      boost::system::error_code ec;
      auto const how = self->tcp_.connect(loop, address, time.phase(t.connect), ec);
      if (how == wake::cancelled) return make.stopped("connect");
      if (how == wake::ready && !ec) {
        if (by) {
          if (auto done = self->tunnel(*by, options, time, make); !done) return std::move(done).error();
        }
        if (!peer.secure) return self;
        if (auto done = self->handshake(*tls, time, make); !done) return std::move(done).error();
        return self;
      }
      if (how == wake::timed_out && time.exhausted()) return time.late(make, "connect", t.connect, {});
      all_late = all_late && how == wake::timed_out;
      std::string const where =
          (address.address().is_v6() ? '[' + address.address().to_string() + ']' : address.address().to_string()) +
          ':' + std::to_string(address.port());
      refusals += (refusals.empty() ? "" : "; ") + where + ' ' +
                  (ec ? ec.message() : "no answer within " + std::to_string(t.connect.count()) + " ms");
    }
    return make(all_late ? errc::timeout : errc::connect_failed, "connect", refusals);
  }

  // Closes this process' end of it and says nothing to anybody.
  void drop() noexcept { tcp_.drop(); }

  origin const& peer() const noexcept { return peer_; }

  io_step read(void* to, std::size_t size) { return tls_ ? tls_->read(to, size) : tcp_.read(to, size); }

  // Takes what it can from `from`; `moved` says that the peer's side has taken something.
  io_status write(outgoing& from) {
    auto const step = tls_ ? tls_->write(from.next()) : tcp_.write(from.next());
    from.consume(step.bytes);
    return step.status;
  }

  // Bytes that have been taken but have not left.
  std::size_t pending() const noexcept { return tls_ ? tls_->pending() : 0; }
  void flush() {
    if (tls_) tls_->flush();
  }

  wake wait(bool read, bool write, clock::time_point end) { return tcp_.wait(loop_, read, write, end); }

  // Why the last operation failed.
  error_info failure(error_maker const& make, std::string_view phase) const {
    if (tls_ && !tls_->failure().text.empty()) return make(tls_->failure().code, phase, tls_->failure().text);
    return make(errc::connection_lost, phase, tcp_.failure().message());
  }

  // Between two requests nothing may come: bytes would be an answer to nobody, an end means that nobody listens any
  // more.
  bool is_idle() {
    char byte = 0;
    auto const silent = read(&byte, 1).status == io_status::would_block;
    return silent && pending() == 0;
  }

  // What a peer says that has been asked nothing, its beginning; mostly empty. What it sends at once is here as soon as
  // the connection took, so as long is listened, a few milliseconds at most.
  std::string said_unasked(clock::duration connecting) {
    char text[64];
    auto got = read(text, sizeof text);
    if (got.status == io_status::would_block) {
      using std::chrono::milliseconds;
      auto const moment = (std::clamp)(connecting, clock::duration(milliseconds(1)), clock::duration(milliseconds(5)));
      if (wait(true, pending() != 0, clock::now() + moment) == wake::ready) got = read(text, sizeof text);
    }
    return got.status == io_status::moved ? std::string(text, got.bytes) : std::string();
  }

  void rest() noexcept {
    idle_since_ = clock::now();
    in_order_ = true;
  }
  void resume() noexcept { in_order_ = false; }
  bool in_order() const noexcept { return in_order_; }
  clock::time_point idle_since() const noexcept { return idle_since_; }

 private:
  // Asks the proxy for a way to the peer (RFC 9110, 9.3.6). The first bytes of the peer's may come along with the
  // answer.
  result<void> tunnel(proxy const& by, client_options const& options, limits const& time, error_maker const& make) {
    auto const limit = time.options().connect;
    auto const end = time.phase(limit);
    std::string const head = by.connect_head(peer_, options.user_agent);
    outgoing out(head, {});
    answer in(options, true);
    bool broken = false;  // the proxy does not listen any more; it may have said why
    while (!in.complete()) {
      if (!out.empty() && !broken) broken = write(out) == io_status::failed;
      auto const space = in.space();
      auto const step = tcp_.read(space.data(), space.size());
      switch (step.status) {
        case io_status::moved:
          if (auto const wrong = in.commit(step.bytes); !wrong.empty())
            return make(errc::invalid_response, "CONNECT", "the proxy's answer: " + wrong);
          continue;
        case io_status::would_block: break;
        case io_status::failed: return failure(make, "CONNECT");
        default:
          return make(errc::connection_lost, "CONNECT",
                      in.any() ? "the proxy closed the connection in the middle of its answer"
                               : "the proxy closed the connection without an answer");
      }
      switch (wait(true, !out.empty() && !broken, end)) {
        case wake::ready: break;
        case wake::cancelled: return make.stopped("CONNECT");
        case wake::timed_out: return time.late(make, "CONNECT", limit, "no whole answer of the proxy came");
      }
    }
    if (in.status() / 100 != 2) {
      auto const said = in.take();
      auto refused = make(errc::connect_failed, "CONNECT", by.why_refused(peer_, said));
      refused.http_status = said.status;
      return refused;
    }
    if (!out.empty())
      return make(errc::invalid_response, "CONNECT", "the proxy consents before it has heard the request");
    tcp_.unread(in.rest());
    return {};
  }

  result<void> handshake(tls_context& context, limits const& time, error_maker const& make) {
    auto const limit = time.options().handshake;
    tls_ = std::make_unique<tls_stream>(tcp_, context, peer_);
    switch (tls_->handshake(loop_, time.phase(limit))) {
      case wake::cancelled: return make.stopped("TLS handshake");
      case wake::timed_out: return time.late(make, "TLS handshake", limit, "not complete");
      case wake::ready: break;
    }
    if (tls_->failure().text.empty()) return {};
    context.forget(peer_);
    return make(tls_->failure().code, "TLS handshake", tls_->failure().text);
  }

  event_loop& loop_;
  origin peer_;
  tcp_stream tcp_;
  std::unique_ptr<tls_stream> tls_;
  clock::time_point idle_since_ = {};
  bool in_order_ = false;  // nothing is half sent or half read
};

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
