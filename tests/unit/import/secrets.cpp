#include "support/error_of.hpp"

#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/detail/rest.hpp>

#include <doctest/doctest.h>

#include <string>

namespace bw = bulkwriter;

TEST_CASE("import: a URI without a scheme is not shown, since it may hold a password") {
  auto const made = bw::collections::try_make(bw::milvus{.uri = "root:TopSecret@127.0.0.1:1"});
  CHECK(error_of(made).code == bw::errc::invalid_url);
  CHECK(error_of(made).to_string().find("TopSecret") == std::string::npos);
}

TEST_CASE("import: half a key that a server repeats is blotted out, too") {
  bw::detail::rest_channel const channel({.url = "http://localhost", .url_name = "uri", .token = "root:TopSecret"});
  bw::detail::rest_call call;
  call.what = "call";
  call.repeatable = true;
  auto const judged = [&](std::string body) {
    return error_of(channel.judge(call, bw::http::response{.status = 502, .body = std::move(body)}));
  };
  // The message shows 200 bytes of a page: the key stands across its end.
  auto const page = judged(std::string(190, 'x') + "root:TopSecret" + std::string(100, 'x'));
  CHECK(page.message.find("root:") == std::string::npos);
  CHECK(page.server_error.find("root:") == std::string::npos);
  CHECK(page.message.find("xxx***") != std::string::npos);
  auto const refusal = judged(R"({"code":1,"message":")" + std::string(4090, 'x') + "root:TopSecret\"}");
  CHECK(refusal.message.find("root:") == std::string::npos);
}

TEST_CASE("import: a key in a success that makes no sense is blotted out, too") {
  bw::detail::rest_channel const channel({.url = "http://localhost", .url_name = "uri", .token = "root:TopSecret"});
  bw::detail::rest_call call;
  call.what = "call";
  auto const error = channel.unusable(call, {.status = 200, .body = "root:TopSecret root%3ATopSecret \xff"}, "no data");
  CHECK(error.code == bw::errc::invalid_response);
  CHECK(error.message == "call, http://localhost:80: no data: '*** *** \\xff'");
}

TEST_CASE("import: a server's message is not cut within a character") {
  bw::detail::rest_channel const channel({.url = "http://localhost", .url_name = "uri"});
  bw::detail::rest_call call;
  call.repeatable = true;
  for (std::size_t const before : {4093u, 4094u, 4095u, 4096u}) {
    std::string const body = R"({"code":1,"message":")" + std::string(before, 'x') + "\xe6\x96\x87\xe6\x96\x87\"}";
    auto const error = error_of(channel.judge(call, bw::http::response{.status = 200, .body = body}));
    // The character behind the x, if all of it fits in, and then the dots.
    std::string const end = before == 4093 ? "x\xe6\x96\x87…" : "x…";
    CHECK(error.message.substr(error.message.rfind('x')) == end);
  }
}
