// What goes over the wire and what is made of the answer, over plain TCP.

#include "support/requests.hpp"

#include "support/error_of.hpp"

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/version.hpp>

#include <doctest/doctest.h>

#include <atomic>

using namespace bulkwriter;
using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace test;

namespace {

// One exchange with a server that answers with these bytes and closes.
result<http::response> exchange_with(std::string bytes_of_answer, http::request what,
                                     http::client_options options = {}) {
  script_server server([&](peer& p) {
    p.request();
    p.send(bytes_of_answer);
  });
  http::client client(std::move(options));
  what.origin = plain(server.port());
  return client.try_send(what);
}
result<http::response> get_from(std::string bytes_of_answer, http::client_options options = {}) {
  return exchange_with(std::move(bytes_of_answer), get({}), std::move(options));
}

void check_refused(result<http::response> const& got, errc code, std::string_view part) {
  REQUIRE_FALSE(got);
  CHECK(got.error().code == code);
  CHECK_MESSAGE(contains(got.error().message, part), got.error().message);
}

}  // namespace

TEST_CASE("request: the bytes on the wire") {
  std::string head, body;
  script_server server([&](peer& p) {
    head = p.request(&body);
    p.answer("");
  });
  http::client client;
  auto what = with_body("PUT", plain(server.port()), "hello");
  what.target = "/b/%2Fk?partNumber=1&x=%20";
  what.headers = {{"x-amz-date", "20261124T000000Z"}, {"Authorization", "AWS4 x"}, {"X-Empty", ""}};
  REQUIRE(client.try_send(what));
  CHECK(head ==
        "PUT /b/%2Fk?partNumber=1&x=%20 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
            "\r\nx-amz-date: 20261124T000000Z\r\nAuthorization: AWS4 x\r\nX-Empty: \r\nUser-Agent: bulkwriter/" +
            version + "\r\nContent-Length: 5\r\n\r\n");
  CHECK(body == "hello");
}

TEST_CASE("request: Content-Length stands where a body is usual, even an empty one") {
  std::vector<std::string> heads;
  script_server server([&](peer& p) {
    for (std::string head; !(head = p.request()).empty();) {
      heads.push_back(head);
      p.answer("");
    }
  });
  {
    http::client client;
    for (char const* method : {"GET", "DELETE", "PUT", "POST"}) {
      http::request what = get(plain(server.port()));
      what.method = method;
      REQUIRE(client.try_send(what));
    }
  }
  REQUIRE(heads.size() == 4);
  CHECK_FALSE(contains(heads[0], "Content-Length"));
  CHECK_FALSE(contains(heads[1], "Content-Length"));
  CHECK(contains(heads[2], "\r\nContent-Length: 0\r\n"));
  CHECK(contains(heads[3], "\r\nContent-Length: 0\r\n"));
}

TEST_CASE("request: the caller's Host, Content-Length and User-Agent") {
  std::string head;
  script_server server([&](peer& p) {
    while (!(head = p.request()).empty()) p.answer("");
  });
  std::string seen;
  {
    http::client client({.user_agent = "mine/2"});
    auto what = with_body("POST", plain(server.port()), "abc");
    what.headers = {{"host", what.origin.authority()}, {"content-length", "3"}};
    REQUIRE(client.try_send(what));
    what.headers.push_back({"user-agent", "theirs/1"});
    REQUIRE(client.try_send(what));

    what.headers = {{"Host", "elsewhere"}};
    check_refused(client.try_send(what), errc::invalid_option, "Host");
    what.headers = {{"Content-Length", "4"}};
    check_refused(client.try_send(what), errc::invalid_option, "Content-Length");
    what.headers = {{"Transfer-Encoding", "chunked"}};
    check_refused(client.try_send(what), errc::invalid_option, "Transfer-Encoding");
    what.headers = {{"Connection", "close"}};
    check_refused(client.try_send(what), errc::invalid_option, "Connection");
    what.headers = {{"Authorization", "Bearer one"}, {"authorization", "Basic two"}};  // whose would count?
    check_refused(client.try_send(what), errc::invalid_option, "two headers Authorization");
  }
}

TEST_CASE("request: nothing with control characters leaves, and no value is shown") {
  script_server server([](peer& p) {
    p.request();
    p.answer("");
  });
  http::client client;
  auto const good = get(plain(server.port()));
  auto refused = [&](auto change, errc code) {
    auto what = good;
    change(what);
    auto const got = client.try_send(what);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == code);
    CHECK_MESSAGE(!contains(got.error().message, "5ecret"), got.error().message);
    CHECK_FALSE(contains(got.error().message, "\n"));
  };
  for (std::string const& bad : {std::string("5ecret\r\nX: y"), std::string("5ecret\n"), std::string("5ecret\0x", 8),
                                 std::string("\x7f"
                                             "5ecret")}) {
    refused([&](http::request& r) { r.headers = {{"Authorization", bad}}; }, errc::invalid_option);
    refused([&](http::request& r) { r.target = "/" + bad; }, errc::invalid_url);
    refused(
        [&](http::request& r) {
          r.origin.host = "h" + bad.substr(6);
          r.origin.host += '\n';
        },
        errc::invalid_url);
  }
  refused([](http::request& r) { r.target = "/a b5ecret"; }, errc::invalid_url);
  refused([](http::request& r) { r.target = "5ecret"; }, errc::invalid_url);
  refused([](http::request& r) { r.target = ""; }, errc::invalid_url);
  for (std::string const& name :
       {std::string(), std::string("a b"), std::string("a:"), std::string("a\r\nb"), std::string("\xc3\xbc")})
    refused([&](http::request& r) { r.headers = {{name, "5ecret"}}; }, errc::invalid_option);
  refused([](http::request& r) { r.method = "GET /x"; }, errc::invalid_option);
  refused([](http::request& r) { r.method = ""; }, errc::invalid_option);
  refused([](http::request& r) { r.origin.host = ""; }, errc::invalid_url);
  refused([](http::request& r) { r.origin.host = "a/b"; }, errc::invalid_url);
  refused([](http::request& r) { r.origin.host = "u:5ecret@h"; }, errc::invalid_url);
  refused([](http::request& r) { r.origin.port = 0; }, errc::invalid_url);
  CHECK(server.connections() == 0);

  http::client liar({.user_agent = "a\r\nX: y"});
  check_refused(liar.try_send(good), errc::invalid_option, "user_agent");
  REQUIRE(client.try_send(good));
}

TEST_CASE("answer: status, headers and body as they came") {
  auto const got = get_from(
      "HTTP/1.1 404 Not Found\r\nETag: \"x\"\r\nx-amz-Request-Id:  42 \r\nSet-Cookie: a\r\nSet-Cookie: b\r\n"
      "Content-Length: 4\r\n\r\nb\0\xff\n"s);
  REQUIRE(got);
  CHECK(got->status == 404);
  REQUIRE(got->headers.size() == 5);
  CHECK(got->headers[0] == http::header{"ETag", "\"x\""});
  CHECK(got->headers[1] == http::header{"x-amz-Request-Id", "42"});
  CHECK(got->headers[2] == http::header{"Set-Cookie", "a"});
  CHECK(got->headers[3] == http::header{"Set-Cookie", "b"});
  CHECK(got->body == std::string("b\0\xff\n", 4));
}

TEST_CASE("answer: chunked, with extensions and trailers") {
  auto const got = get_from(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;x=y\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\n");
  REQUIRE(got);
  CHECK(got->body == "hello 0123456789");
  CHECK(got->find("Transfer-Encoding") == "chunked");
  CHECK(got->find("X-Trailer") == "");  // what comes behind the body is no header
}

TEST_CASE("answer: byte by byte") {
  std::string const text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";
  script_server server([&](peer& p) {
    p.request();
    for (char c : text) {
      p.send({&c, 1});
      std::this_thread::sleep_for(1ms);
    }
    p.stall();
  });
  http::client client;
  auto const got = client.try_send(get(plain(server.port())));
  REQUIRE(got);
  CHECK(got->body == "abcdef");
  CHECK(got->find("x") == "y");
}

TEST_CASE("answer: without a length it ends with the connection") {
  auto const got = get_from("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall that there is");
  REQUIRE(got);
  CHECK(got->body == "all that there is");
}

TEST_CASE("answer: to HEAD, 204 and 304 there is no body, whatever the header says") {
  std::vector<std::string> methods;
  script_server server([&](peer& p) {
    for (std::string head; !(head = p.request()).empty();) {
      methods.push_back(head.substr(0, head.find(' ')));
      if (methods.size() == 1) p.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
      if (methods.size() == 2) p.send("HTTP/1.1 204 No Content\r\n\r\n");
      if (methods.size() == 3) p.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
      if (methods.size() == 4) p.answer("end");
    }
  });
  {
    http::client client;
    auto what = get(plain(server.port()));
    what.method = "HEAD";
    auto got = client.try_send(what);
    REQUIRE(got);
    CHECK(got->find("Content-Length") == "1000000");
    CHECK(got->body.empty());
    what.method = "DELETE";
    CHECK(client.send(what).status == 204);
    what.method = "GET";
    CHECK(client.send(what).status == 304);
    CHECK(client.send(what).body == "end");
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("answer: interim ones are skipped, also together with the final one") {
  auto const got = get_from(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
      "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok");
  REQUIRE(got);
  CHECK(got->status == 201);
  CHECK(got->body == "ok");
  CHECK(got->headers.size() == 1);
}

TEST_CASE("answer: interim ones do not go on for ever, and nobody switches protocols") {
  std::string many;
  for (int i = 0; i < 200; ++i) many += "HTTP/1.1 102 Processing\r\n\r\n";
  check_refused(get_from(many + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), errc::invalid_response, "interim");
  check_refused(get_from("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), errc::invalid_response, "101");
}

TEST_CASE("answer: a redirect is an answer like any other") {
  auto const got =
      get_from("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(got);
  CHECK(got->status == 307);
  CHECK(got->find("location") == "http://127.0.0.1:1/");
}

TEST_CASE("answer: cut short is connection_lost") {
  check_refused(get_from("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), errc::connection_lost,
                "middle of the answer");
  check_refused(get_from("HTTP/1.1 200 OK\r\nContent-Le"), errc::connection_lost, "middle of the answer");
  check_refused(get_from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), errc::connection_lost,
                "middle");
  check_refused(get_from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), errc::connection_lost,
                "middle");
  check_refused(get_from(""), errc::connection_lost, "without an answer");
  check_refused(get_from("HTTP/1.1 100 Continue\r\n\r\n"), errc::connection_lost, "without an answer");
}

TEST_CASE("answer: what is not HTTP is invalid_response") {
  check_refused(get_from("220 mail.example ESMTP\r\n"), errc::invalid_response, "'220 mail.example ESMTP\\r\\n'");
  check_refused(get_from("\x15\x03\x01\x00\x02\x02\x16"s), errc::invalid_response, "TLS");
  check_refused(get_from("<html>oops</html>"), errc::invalid_response, "'<html>");
  check_refused(get_from("HTTP/2.0 200 OK\r\n\r\n"), errc::invalid_response, "HTTP/2");
  check_refused(get_from("HTTP/1.1 2x0 OK\r\n\r\n"), errc::invalid_response, "status");
  check_refused(get_from("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"), errc::invalid_response, "not HTTP");
  check_refused(get_from("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), errc::invalid_response, "not HTTP");
  check_refused(get_from("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), errc::invalid_response,
                "not HTTP");
  check_refused(get_from("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n"), errc::invalid_response,
                "not HTTP");
  check_refused(get_from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), errc::invalid_response,
                "not HTTP");
}

TEST_CASE("answer: two contradicting lengths, and statuses that are none") {
  check_refused(get_from("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                errc::invalid_response, "not HTTP");
  check_refused(get_from("HTTP/1.1 042 What\r\nContent-Length: 0\r\n\r\n"), errc::invalid_response, "status 42");
}

TEST_CASE("answer: cut at any byte, it is never taken for a whole one") {
  for (std::string const whole :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nT: x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"}) {
    std::atomic<std::size_t> cut = 0;
    script_server server([&](peer& p) {
      p.request();
      p.send(whole.substr(0, cut));
    });
    http::client client;
    for (; cut < whole.size(); ++cut) {
      CAPTURE(cut);
      auto const got = client.try_send(get(plain(server.port())));
      REQUIRE_FALSE(got);
      CHECK(got.error().code == errc::connection_lost);
    }
    CHECK(client.send(get(plain(server.port()))).body == "hello");
  }
}

TEST_CASE("answer: garbage is noticed while the server still waits") {
  script_server server([](peer& p) {
    p.send("SSH-2.0-OpenSSH_9.2\r\n");
    p.stall();
  });
  http::client client;
  check_refused(client.try_send(get(plain(server.port()))), errc::invalid_response, "SSH-2.0");
}

TEST_CASE("answer: header and body are bounded") {
  std::string const head = "HTTP/1.1 200 OK\r\nX-Big: ";
  http::client_options const bounded{.max_header_size = 1000, .max_body_size = 1000};
  CHECK(get_from(head + std::string(900, 'x') + "\r\nContent-Length: 0\r\n\r\n", bounded));
  check_refused(get_from(head + std::string(1100, 'x') + "\r\nContent-Length: 0\r\n\r\n", bounded),
                errc::invalid_response, "max_header_size 1000");
  check_refused(get_from(head + std::string(100000, 'x'), bounded), errc::invalid_response, "max_header_size 1000");

  CHECK(get_from("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'), bounded));
  check_refused(get_from("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'), bounded),
                errc::invalid_response, "max_body_size 1000");
  check_refused(get_from("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), bounded), errc::invalid_response,
                "max_body_size 1000");
  std::string const chunk = "100\r\n" + std::string(256, 'x') + "\r\n";
  CHECK(
      get_from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk + "0\r\n\r\n", bounded));
  check_refused(
      get_from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk + chunk + "0\r\n\r\n",
               bounded),
      errc::invalid_response, "max_body_size 1000");
}

TEST_CASE("answer: lines and trailers without an end are bounded") {
  std::string const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  http::client_options const bounded{.max_header_size = 1000, .max_body_size = 1000};
  auto const more = std::string(8 << 20, 'x');
  CHECK(error_of(get_from(head + "1;x=" + more, bounded)).code == errc::invalid_response);
  CHECK(error_of(get_from(head + "0\r\nX: " + more, bounded)).code == errc::invalid_response);
}

TEST_CASE("keep-alive: one connection for many requests") {
  script_server server([](peer& p) {
    std::string body;
    while (!p.request(&body).empty()) p.answer(body + std::to_string(p.index()));
  });
  {
    http::client client;
    for (int i = 0; i < 20; ++i) {
      std::string const text = "request " + std::to_string(i) + " ";
      auto const got = client.try_send(with_body("POST", plain(server.port()), text));
      REQUIRE(got);
      CHECK(got->body == text + "0");
    }
    http::client moved = std::move(client);
    CHECK(moved.send(get(plain(server.port()))).body == "0");
    check_refused(client.try_send(get(plain(server.port()))), errc::invalid_state, "moved");
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("keep-alive: the server's wish to close is respected") {
  struct {
    char const* answer;
    int connections;
  } const cases[] = {
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 3},
      {"HTTP/1.1 200 OK\r\nconnection: Close, x\r\nContent-Length: 0\r\n\r\n", 3},
      {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 3},
      {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", 1},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 1},
  };
  for (auto const& c : cases) {
    CAPTURE(c.answer);
    script_server server([&](peer& p) {
      while (!p.request().empty()) p.send(c.answer);
    });
    http::client client;
    for (int i = 0; i < 3; ++i) CHECK(client.try_send(get(plain(server.port()))));
    CHECK(server.connections() == c.connections);
  }
}

TEST_CASE("keep-alive: another origin replaces the connection") {
  auto const play = [](peer& p) {
    while (!p.request().empty()) p.answer("");
  };
  script_server one(play), two(play);
  http::client client;
  for (int i = 0; i < 2; ++i) {
    CHECK(client.try_send(get(plain(one.port()))));
    CHECK(client.try_send(get(plain(one.port()))));
    CHECK(client.try_send(get(plain(two.port()))));
  }
  CHECK(one.connections() == 2);
  CHECK(two.connections() == 2);
}

TEST_CASE("keep-alive: an old connection is not used again") {
  script_server server([](peer& p) {
    while (!p.request().empty()) p.answer("");
  });
  http::client client({.idle_limit = 50ms});
  CHECK(client.try_send(get(plain(server.port()))));
  std::this_thread::sleep_for(100ms);
  CHECK(client.try_send(get(plain(server.port()))));
  CHECK(server.connections() == 2);
}

TEST_CASE("keep-alive: bytes that nobody asked for end the connection") {
  script_server server([](peer& p) {
    while (!p.request().empty())
      p.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  });
  http::client client;
  CHECK(client.send(get(plain(server.port()))).body == "ok");
  CHECK(client.send(get(plain(server.port()))).body == "ok");
  CHECK(server.connections() == 2);
}

TEST_CASE("keep-alive: closed while idle, it is replaced even for POST") {
  std::atomic<bool> closed = false;
  script_server server([&](peer& p) {
    p.request();
    p.answer(std::to_string(p.index()));
    if (p.index() == 1) return p.stall();
    p.close();
    closed = true;
  });
  http::client client;
  auto const what = with_body("POST", plain(server.port()), "x");
  CHECK(client.send(what).body == "0");
  while (!closed) std::this_thread::yield();
  CHECK(client.send(what).body == "1");
  CHECK(server.connections() == 2);
}

TEST_CASE("keep-alive: closed as the next request comes, a request that may come twice is sent again") {
  for (bool reset : {false, true}) {
    for (bool repeatable : {false, true}) {
      CAPTURE(reset);
      CAPTURE(repeatable);
      script_server server([&](peer& p) {
        p.request();
        p.answer(std::to_string(p.index()));
        p.request();
        if (reset) p.reset();
      });
      http::client client;
      auto const what = with_body(repeatable ? "PUT" : "POST", plain(server.port()), "x");
      REQUIRE(client.send(what).body == "0");
      if (repeatable) {
        CHECK(client.send(what).body == "1");
      } else {
        check_refused(client.try_send(what), errc::connection_lost,
                      "wait for the answer");  // it may have been carried out
      }
      CHECK(server.connections() == (repeatable ? 2 : 1));
    }
  }
}

TEST_CASE("keep-alive: a stale connection is replaced once, not for ever") {
  // 0: answers, then closes on the next request. 1: closes on its first request.
  script_server server([](peer& p) {
    p.request();
    if (p.index() != 1) p.answer(std::to_string(p.index()));
    if (p.index() != 1) p.request();
  });
  http::client client;
  auto const what = with_body("PUT", plain(server.port()), "x");
  CHECK(client.send(what).body == "0");
  check_refused(client.try_send(what), errc::connection_lost, "without an answer");
  CHECK(server.connections() == 2);
  CHECK(client.send(what).body == "2");
  // 2 closes when this comes; 3 answers. An Idempotency-Key makes a POST repeatable.
  auto keyed = with_body("POST", plain(server.port()), "x");
  keyed.headers = {{"Idempotency-Key", "1"}};
  CHECK(client.send(keyed).body == "3");
  CHECK(server.connections() == 4);
}

TEST_CASE("keep-alive: a connection that ends in the middle of an answer is not stale") {
  script_server server([](peer& p) {
    p.request();
    p.answer("first");
    p.request();
    p.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  });
  http::client client;
  CHECK(client.try_send(get(plain(server.port()))));
  check_refused(client.try_send(get(plain(server.port()))), errc::connection_lost, "middle of the answer");
  CHECK(server.connections() == 1);
}

TEST_CASE("body: 64 MiB arrive as they are, and so does an answer of that size") {
  std::string const big = pattern(64u << 20);
  bool same = false;
  script_server server([&](peer& p) {
    std::string body;
    p.request(&body);
    same = body == big;
    p.answer(body);
  });
  http::client client;
  auto const got = client.try_send(with_body("PUT", plain(server.port()), big));
  REQUIRE(got);
  CHECK(same);
  CHECK(got->body == big);
}

TEST_CASE("errors name the origin, and never the target") {
  script_server server([](peer&) {});
  http::client client;
  auto what = get(plain(server.port()), "/b/k?X-Amz-Signature=5ecret");
  what.headers = {{"Authorization", "5ecret"}};
  auto const got = client.try_send(what);
  REQUIRE_FALSE(got);
  CHECK(contains(got.error().message, what.origin.to_string()));
  CHECK_FALSE(contains(got.error().message, "5ecret"));
}
