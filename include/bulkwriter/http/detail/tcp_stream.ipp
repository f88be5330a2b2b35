#pragma once

#include <bulkwriter/http/detail/event_loop.ipp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

enum class io_status {
  moved,        // at least one byte went through
  would_block,  // nothing now; wait, then try again
  end,          // the peer has ended the stream in order
  truncated,    // the peer has ended a TLS stream without saying so: an attacker could have done it
  failed,       // see the stream's failure
};

struct io_step {
  io_status status = io_status::would_block;
  std::size_t bytes = 0;
};

// A connected socket that never blocks. An operation is tried at once; only if the kernel has nothing to give or take
// does the loop sleep on an asynchronous wait. That keeps both directions open at the same time without two chains of
// handlers, and TLS above needs no second copy of its bytes.
class tcp_stream {
 public:
  explicit tcp_stream(boost::asio::io_context& io) : socket_(io) {}

  // Behind Asio's back: what it would take out of the set of watched sockets is also another process'.
  void drop() noexcept { ::close(socket_.native_handle()); }

  // Waits for the connection to be made. An error code of the operating system, or how the wait ended.
  wake connect(event_loop& loop, boost::asio::ip::tcp::endpoint const& to, clock::time_point end,
               boost::system::error_code& ec) {
    // Shared, as all that a handler touches: a handler may run after the stream is gone.
    auto answer = std::make_shared<std::pair<bool, boost::system::error_code>>();
    socket_.open(to.protocol(), ec);
    if (ec) return wake::ready;
    ::fcntl(socket_.native_handle(), F_SETFD, FD_CLOEXEC);  // a child of the caller's would keep the connection open
    // A request is written in one piece or in big ones: there is nothing for Nagle's algorithm to gather.
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ec);
    socket_.non_blocking(true, ec);
    if (ec) return wake::ready;
    socket_.async_connect(to, [answer](boost::system::error_code const& result) { *answer = {true, result}; });
    auto const how = loop.run_until(end, [&] { return answer->first; });
    ec = how == wake::ready ? answer->second : boost::system::error_code();
    return how;
  }

  // The next bytes to be read: what came along with an answer to something else.
  void unread(std::string_view bytes) { unread_.insert(0, bytes); }

  io_step read(void* to, std::size_t size) {
    if (!unread_.empty()) {
      std::size_t const n = unread_.copy(static_cast<char*>(to), size);
      unread_.erase(0, n);
      return {io_status::moved, n};
    }
    boost::system::error_code ec;
    std::size_t const n = socket_.read_some(boost::asio::buffer(to, size), ec);
    if (!ec) return {io_status::moved, n};
    if (ec == boost::asio::error::eof) return {io_status::end, 0};
    return stopped_by(ec);
  }

  template <class Buffers>
  io_step write(Buffers const& from) {
    boost::system::error_code ec;
    std::size_t const n = socket_.write_some(from, ec);
    if (!ec) return {io_status::moved, n};
    return stopped_by(ec);
  }

  // Sleeps until one of the wanted directions may go on. To be called after it would have blocked.
  wake wait(event_loop& loop, bool read, bool write, clock::time_point end) {
    if (read) arm(boost::asio::ip::tcp::socket::wait_read, ready_->read);
    if (write) arm(boost::asio::ip::tcp::socket::wait_write, ready_->write);
    return loop.run_until(end, [&] { return (read && !ready_->read.waiting) || (write && !ready_->write.waiting); });
  }

  boost::system::error_code const& failure() const noexcept { return failure_; }

 private:
  struct direction {
    bool waiting = false;
  };
  struct readiness {
    direction read, write;
  };

  io_step stopped_by(boost::system::error_code const& ec) {
    if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again ||
        ec == boost::asio::error::interrupted)
      return {io_status::would_block, 0};
    failure_ = ec;
    return {io_status::failed, 0};
  }

  // A wait that is left over from an earlier call goes on: while a body is sent, one wait for the answer lasts for all
  // of it.
  void arm(boost::asio::ip::tcp::socket::wait_type what, direction& d) {
    if (d.waiting) return;
    d.waiting = true;
    socket_.async_wait(what, [ready = ready_, &d](boost::system::error_code const&) { d.waiting = false; });
  }

  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<readiness> ready_ = std::make_shared<readiness>();
  boost::system::error_code failure_;
  std::string unread_;
};

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
