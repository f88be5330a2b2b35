// What a process does beside: children that are forked while a client lives, and descriptors that run out.

#include "support/certificates.hpp"
#include "support/requests.hpp"

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/http/retry.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "support/child.hpp"

using namespace bulkwriter;
using namespace test;

namespace {

// Answers each request with its own target and the number of the connection.
auto echo() {
  return [](peer& p) {
    for (std::string head; !(head = p.head()).empty();)
      p.answer(head.substr(4, head.find(" HTTP") - 4) + " on " + std::to_string(p.index()));
  };
}

}  // namespace

TEST_CASE("fork: a child gets its own connection, and the parent's stays as it was") {
  for (bool const tls : {false, true}) {
    CAPTURE(tls);
    certificates const made;
    auto const server_of = [&] {
      return tls ? std::make_unique<script_server>(
                       tls_setup{.certificate = made.path("good.crt"), .key = made.path("good.key")}, echo())
                 : std::make_unique<script_server>(echo());
    };
    auto const running = server_of();
    script_server& server = *running;
    auto const to = tls ? secure(server.port(), "localhost") : plain(server.port());
    http::client_options options;
    if (tls) options.tls.ca_file = made.path("ca.crt");
    auto client = std::make_unique<http::client>(options);
    CHECK(client->send(get(to, "/parent")).body == "/parent on 0");
    CHECK(in_child([&] {
            auto const got = client->try_send(get(to, "/child"));
            if (!got) return 1;
            client.reset();
            return got->body == "/child on 1" ? 0 : 2;
          }) == 0);
    CHECK(client->send(get(to, "/again")).body == "/again on 0");
    // One that only ends there tells the peer nothing either.
    CHECK(in_child([&] {
            client.reset();
            return 0;
          }) == 0);
    CHECK(client->send(get(to, "/last")).body == "/last on 0");
  }
}

#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define BULKWRITER_TEST_NEEDS_DESCRIPTORS  // the sanitizer itself: it looks at objects through a pipe
#endif
#endif
#ifndef BULKWRITER_TEST_NEEDS_DESCRIPTORS
TEST_CASE("descriptors run out: an error value, whatever the number left, and it works again when there are some") {
  script_server server(echo());
  int const next = ::dup(0);  // the lowest number that is free
  ::close(next);
  for (bool const tls : {false, true}) {
    for (int left = 0; left < 12; ++left) {
      CAPTURE(left);
      CHECK(in_child([&] {
              rlimit before = {};
              ::getrlimit(RLIMIT_NOFILE, &before);
              rlimit few = before;
              few.rlim_cur = static_cast<rlim_t>(next + left);
              http::client client({.timeouts = {.handshake = std::chrono::milliseconds(200)}});
              auto what = get(tls ? secure(server.port()) : plain(server.port()), "/x");
              try {
                ::setrlimit(RLIMIT_NOFILE, &few);
                auto const got = client.try_send(what);
                ::setrlimit(RLIMIT_NOFILE, &before);
                if (!got && !http::is_transient(got) && !tls) return 1;
                if (!tls && !client.try_send(what)) return 2;
                return 0;
              } catch (...) {
                return 3;
              }
            }) == 0);
    }
  }
}

#endif

TEST_CASE("fork: many children and their parent at the same time, each gets the answers to its own requests") {
  script_server server(echo());
  http::client client;
  REQUIRE(client.try_send(get(plain(server.port()), "/first")));
  std::vector<::pid_t> children;
  auto const work = [&](std::string const& name) {
    for (int i = 0; i < 50; ++i) {
      std::string const target = "/" + name + "/" + std::to_string(i);
      auto const got = client.try_send(get(plain(server.port()), target));
      if (!got || !got->body.starts_with(target + " on ")) return 1;
    }
    return 0;
  };
  for (int c = 0; c < 4; ++c) {
    children.push_back(forked());
    if (children.back() == 0) ::_exit(work("child" + std::to_string(c)));
  }
  CHECK(work("parent") == 0);
  for (auto const child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
}
