#pragma once

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/detail/event_loop.ipp>
#include <bulkwriter/http/detail/message.ipp>
#include <bulkwriter/http/detail/this_machine.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;
using lookup = std::function<endpoints(std::string const& host, std::uint16_t port, boost::system::error_code& ec)>;

struct resolved {
  wake how = wake::ready;
  endpoints addresses = {};
  std::string failure = {};  // empty on success
};

// The system's resolver. All families are asked for: one that this machine cannot reach fails at once when connecting.
BULKWRITER_DECL endpoints system_lookup(std::string const& host, std::uint16_t port, boost::system::error_code& ec) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::resolver resolver(io);
  endpoints out;
  for (auto const& entry :
       resolver.resolve(host, std::to_string(port), boost::asio::ip::tcp::resolver::numeric_service, ec))
    out.push_back(entry.endpoint());
  return out;
}

// getaddrinfo cannot be interrupted, and Asio's asynchronous resolver runs it on a thread that an io_context joins when
// it dies: a name server that does not answer would hold the caller for its own timeouts, not for ours. So it runs on a
// detached thread that owns all it touches; whoever stops waiting leaves it behind.
BULKWRITER_DECL resolved resolve_detached(lookup ask, std::string const& host, std::uint16_t port,
                                          clock::time_point end, std::stop_token const& stop) {
  struct shared_state {
    std::mutex mutex;
    std::condition_variable_any arrived;
    bool done = false;
    boost::system::error_code ec;
    endpoints addresses;
  };
  auto state = std::make_shared<shared_state>();
  try {
    std::thread([state, ask = std::move(ask), host, port] {
      boost::system::error_code ec;
      endpoints found;
      try {
        found = ask(host, port, ec);
      } catch (std::exception const&) {
        ec = boost::asio::error::no_memory;
      }
      std::lock_guard const lock(state->mutex);
      state->ec = ec;
      state->addresses = std::move(found);
      state->done = true;
      state->arrived.notify_all();
    }).detach();
  } catch (std::exception const& e) {
    return {.failure = std::string("no thread for the look-up: ") + e.what()};
  }
  std::unique_lock lock(state->mutex);
  auto const done = [&] { return state->done; };
  if (end == never) {
    state->arrived.wait(lock, stop, done);
  } else {
    state->arrived.wait_until(lock, stop, end, done);
  }
  if (!state->done) return {.how = stop.stop_requested() ? wake::cancelled : wake::timed_out};
  if (state->ec) return {.failure = state->ec.message()};
  if (state->addresses.empty()) return {.failure = "the name has no address"};
  return {.addresses = std::move(state->addresses)};
}

// Addresses need no look-up, nor do names that the options answer. What is this machine by its name is so without a
// resolver, and no answer may lead elsewhere (RFC 6761, 6.3): secrets are sent there in clear.
BULKWRITER_DECL resolved resolve(std::string const& host, std::uint16_t port, std::vector<host_address> const& known,
                                 clock::time_point end, std::stop_token const& stop) {
  resolved out;
  auto add = [&](std::string const& address) {
    boost::system::error_code ec;
    auto const parsed = boost::asio::ip::make_address(address, ec);
    if (!ec) out.addresses.emplace_back(parsed, port);
    return !ec;
  };
  if (add(host)) return out;
  bool const here = is_this_machine(host);
  for (host_address const& entry : known) {
    if (!equal_without_case(entry.host, host)) continue;
    auto const given = [&] { return bulkwriter::detail::in_quotes(entry.address, 80); };
    if (!add(entry.address)) return {.failure = "the address given for it is none: " + given()};
    if (here && !is_this_machine(entry.address))
      return {.failure = "the name is that of this machine, the address given for it is not: " + given()};
  }
  if (!out.addresses.empty()) return out;
  if (here) {
    out.addresses.emplace_back(boost::asio::ip::address_v4::loopback(), port);
    out.addresses.emplace_back(boost::asio::ip::address_v6::loopback(), port);
    return out;
  }
  return resolve_detached(system_lookup, host, port, end, stop);
}

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
