#pragma once

#include <bulkwriter/http/detail/answer.ipp>
#include <bulkwriter/http/detail/connection.ipp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

struct exchange_result {
  result<response> outcome;
  bool keep = false;        // the connection may carry another exchange
  bool unanswered = false;  // the peer has ended the connection before any byte of an answer
};

// One request and its answer over an open connection.
class exchange {
 public:
  exchange(event_loop& loop, connection& line, client_options const& options, limits const& time,
           error_maker const& make, std::string_view head, request const& what)
      : loop_(loop),
        line_(line),
        time_(time),
        make_(make),
        out_(head, what.body),
        size_(out_.left()),
        in_(options, what.method == "HEAD") {}

  exchange_result run() {
    if (auto sent = send(); !sent) return {std::move(sent).error()};
    if (auto received = receive(); !received) {
      bool const unanswered = ended_ && !in_.any();
      return {std::move(received).error(), false, unanswered};
    }
    bool const whole = all_sent();
    if (!whole && in_.status() < 300) {
      return {make_(errc::connection_lost, "send",
                    "status " + std::to_string(in_.status()) +
                        " came, but the connection ended before the body was out (" + progress() + ')')};
    }
    bool const keep = whole && !early_ && !ended_ && in_.keep_alive();
    return {in_.take(), keep};
  }

  // Bytes of the request that the connection has taken, bytes that came, and how long the first of an answer took.
  std::size_t sent() const noexcept { return size_ - out_.left(); }
  std::size_t received() const noexcept { return received_; }
  clock::duration waited() const noexcept { return waited_; }

 private:
  bool all_sent() const noexcept { return out_.empty() && line_.pending() == 0; }
  std::string progress() const {
    return std::to_string(sent()) + " of " + std::to_string(size_) + " bytes of the request sent";
  }

  // Sends all, or stops where sending has become pointless: the peer has refused (status 300 and up) or is gone. In
  // both cases what it has said is still to be read, so a broken pipe is no error here.
  result<void> send() {
    auto const limit = time_.options().write_stall;
    auto end = time_.phase(limit);
    while (true) {
      auto const wrote = line_.write(out_);
      if (wrote == io_status::failed) {
        write_failure_ = line_.failure(make_, "send").message + " (" + progress() + ')';
        return {};
      }
      if (all_sent()) return {};
      if (loop_.stopping()) return make_.stopped("send");
      if (time_.exhausted()) return late("send", limit, "");
      if (wrote == io_status::moved) end = time_.phase(limit);

      auto heard = io_status::would_block;
      if (!in_.complete()) {
        heard = hear();
        if (!problem_.empty()) return make_(errc::invalid_response, "send", problem_);
        if (heard == io_status::moved) {
          early_ = early_ || in_.begun();
          if (in_.has_header() && in_.status() >= 300) return {};
          continue;
        }
        if (heard != io_status::would_block) return {};  // receive() meets the same end again
      }
      if (wrote == io_status::moved) continue;
      switch (line_.wait(!in_.complete(), true, end)) {
        case wake::ready: break;
        case wake::cancelled: return make_.stopped("send");
        case wake::timed_out: return late("send", limit, "no byte of the request was accepted (" + progress() + ')');
      }
    }
  }

  result<void> receive() {
    timeouts const& t = time_.options();
    auto const all_out = clock::now();
    auto end = time_.phase(in_.begun() ? t.read_stall : t.first_byte);
    while (!in_.complete()) {
      bool const begun = in_.begun();
      auto const phase = begun ? "receive" : "wait for the answer";
      if (loop_.stopping()) return make_.stopped(phase);
      if (time_.exhausted()) return late(phase, t.total, "");
      switch (hear()) {
        case io_status::moved:
          if (!problem_.empty()) return make_(errc::invalid_response, "receive", problem_);
          if (!begun && in_.begun()) waited_ = clock::now() - all_out;
          end = time_.phase(in_.begun() ? t.read_stall : t.first_byte);
          continue;
        case io_status::would_block: break;
        case io_status::end:
          ended_ = true;
          if (in_.end()) return {};
          return lost(phase, begun ? "the peer closed the connection in the middle of the answer"
                                   : "the peer closed the connection without an answer");
        case io_status::truncated:
          ended_ = true;
          return lost(phase, begun ? "the TLS stream was cut in the middle of the answer"
                                   : "the TLS stream was cut without an answer");
        case io_status::failed: {
          ended_ = true;
          auto failure = line_.failure(make_, phase);
          if (begun || failure.code != errc::connection_lost) return failure;
          if (!write_failure_.empty()) return lost(phase, {});
          if (!all_sent()) failure.message += " (" + progress() + ')';
          return failure;
        }
      }
      line_.flush();
      switch (line_.wait(true, line_.pending() != 0 && write_failure_.empty(), end)) {
        case wake::ready: break;
        case wake::cancelled: return make_.stopped(phase);
        case wake::timed_out:
          return begun ? late(phase, t.read_stall, "no further byte of the answer came")
                       : late(phase, t.first_byte, "no byte of an answer came");
      }
    }
    return {};
  }

  // Takes what has arrived. What is wrong with it is in problem_ then.
  io_status hear() {
    auto const space = in_.space();
    auto const step = line_.read(space.data(), space.size());
    if (step.status == io_status::moved) {
      received_ += step.bytes;
      problem_ = in_.commit(step.bytes);
    }
    return step.status;
  }

  error_info late(std::string_view phase, std::chrono::milliseconds limit, std::string_view what) const {
    return time_.late(make_, phase, limit, what);
  }

  // If sending had failed before, that is the cause and this its consequence.
  error_info lost(std::string_view phase, std::string_view what) const {
    if (!in_.any() && !write_failure_.empty()) return {.code = errc::connection_lost, .message = write_failure_};
    auto failure = make_(errc::connection_lost, phase, what);
    if (!in_.any() && !all_sent()) failure.message += " (" + progress() + ')';
    return failure;
  }

  event_loop& loop_;
  connection& line_;
  limits const& time_;
  error_maker const& make_;
  outgoing out_;
  std::size_t size_, received_ = 0;
  clock::duration waited_ = {};
  answer in_;
  std::string problem_, write_failure_;
  bool early_ = false, ended_ = false;
};

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
