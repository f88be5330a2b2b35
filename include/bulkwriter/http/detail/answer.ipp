#pragma once

#include <bulkwriter/http/client.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/version.hpp>

#include <optional>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

// The answer as it arrives: Beast parses, this skips what is only interim and sets bounds.
class answer {
 public:
  answer(client_options const& options, bool to_head)
      : max_header_((std::min<std::size_t>)((std::max<std::size_t>)(options.max_header_size, 64), 1u << 30)),
        max_body_(options.max_body_size),
        to_head_(to_head),
        arrived_(max_header_ + chunk) {
    start();
  }

  // Where the next bytes go; commit() then says how many came, and what is wrong with them (empty: nothing).
  boost::asio::mutable_buffer space() {
    return arrived_.prepare((std::min)(chunk, arrived_.max_size() - arrived_.size()));
  }
  std::string commit(std::size_t n) {
    arrived_.commit(n);
    any_ = true;
    while (arrived_.size() != 0 && !parser_->is_done()) {
      if (auto wrong = first_bytes(); !wrong.empty()) return wrong;
#if BOOST_BEAST_VERSION < 356  // Boost 1.87; from there on Beast takes what it has seen of a last chunk
      // Beast asserts that a last chunk, which it has seen in part, comes with five bytes. So many ("0", CR LF, CR LF)
      // are to come at any place of a body in chunks.
      if (parser_->is_header_done() && parser_->chunked() && arrived_.size() < 5) return {};
#endif
      boost::system::error_code ec;
      bool const in_head = !parser_->is_header_done();
      auto const used = parser_->put(arrived_.cdata(), ec);
      arrived_.consume(used);
      if (in_head) {
        // Beast's own limit begins anew behind the start line if that has come by itself.
        head_ += used;
        bool const unfinished = ec == boost::beast::http::error::need_more;
        if (head_ > max_header_ || (unfinished && head_ + arrived_.size() >= max_header_))
          return describe(boost::beast::http::error::header_limit);
        if (parser_->is_header_done()) {
          parser_->eager(true);
          take_headers();
        }
      }
      if (ec == boost::beast::http::error::need_more) {
        if (arrived_.size() == arrived_.max_size()) return "a line without an end";
        return {};
      }
      if (ec) return describe(ec);
      if (parser_->is_header_done() && status() < 100) return "status " + std::to_string(status());
      if (!parser_->is_done() || parser_->get().result_int() / 100 != 1) continue;
      if (parser_->get().result_int() == 101) return "a switch of protocols (101) that nobody asked for";
      if (++interim_ == 100) return "more than 100 interim answers";
      start();
    }
    return {};
  }

  // The peer has ended the stream in order. True if that makes the answer complete.
  bool end() {
    if (!parser_->got_some() || !parser_->is_header_done()) return false;
    boost::system::error_code ec;
    parser_->put_eof(ec);
    return !ec && parser_->is_done();
  }

  bool any() const noexcept { return any_; }  // any byte at all, interim ones included
  bool begun() const noexcept { return arrived_.size() != 0 || parser_->got_some(); }  // of the final answer
  bool has_header() const noexcept { return parser_->is_header_done(); }
  bool complete() const noexcept { return parser_->is_done(); }
  int status() const noexcept { return static_cast<int>(parser_->get().result_int()); }

  // Whether the stream may carry another exchange: the answer has ended by itself, and nothing came behind it.
  bool keep_alive() const noexcept { return parser_->is_done() && parser_->keep_alive() && arrived_.size() == 0; }

  // What came behind the answer.
  std::string_view rest() const noexcept {
    return {static_cast<char const*>(arrived_.cdata().data()), arrived_.size()};
  }

  response take() {
    auto message = parser_->release();
    response out;
    out.status = static_cast<int>(message.result_int());
    out.headers = std::move(headers_);
    out.body = std::move(message.body());
    return out;
  }

 private:
  using parser = boost::beast::http::response_parser<boost::beast::http::string_body>;
  static constexpr std::size_t chunk = 64 * 1024;

  // Now, not at the end: what comes behind the body in a field of the same name is no header (RFC 9110, 6.5.1).
  void take_headers() {
    headers_.clear();
    for (auto const& field : parser_->get()) {
      auto const name = field.name_string();
      auto const value = field.value();
      headers_.push_back({std::string(name.data(), name.size()), std::string(value.data(), value.size())});
    }
  }

  void start() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(max_header_));
    parser_->body_limit(max_body_);
    parser_->eager(false);  // until the head is there: what put() has used is the head's then
    parser_->skip(to_head_);
    head_ = 0;
    is_http_ = false;
  }

  // Beast looks at the start line only once the whole header is there: a peer that speaks something else and then waits
  // would look like a silent one.
  std::string first_bytes() {
    if (is_http_) return {};
    constexpr std::string_view expected = "HTTP/1.";
    auto const buffer = arrived_.cdata();
    std::string_view const text(static_cast<char const*>(buffer.data()), buffer.size());
    if (text.substr(0, expected.size()) == expected.substr(0, text.size())) {
      is_http_ = text.size() >= expected.size();
      return {};
    }
    if (text[0] == 0x15 || text[0] == 0x16) return "not HTTP but TLS; is this an https port?";
    return "not HTTP/1, it begins with " + bulkwriter::detail::in_quotes(text, 32);
  }

  std::string describe(boost::system::error_code const& ec) const {
    namespace beast_http = boost::beast::http;
    if (ec == beast_http::error::header_limit)
      return "the header exceeds max_header_size " + std::to_string(max_header_);
    if (ec == beast_http::error::body_limit || ec == beast_http::error::buffer_overflow)
      return "the body exceeds max_body_size " + std::to_string(max_body_);
    return "not HTTP: " + ec.message();
  }

  std::size_t max_header_, max_body_;
  std::size_t head_ = 0;  // bytes of this head that the parser has taken
  bool to_head_;
  boost::beast::flat_buffer arrived_;
  std::optional<parser> parser_;
  bool any_ = false, is_http_ = false;
  int interim_ = 0;
  std::vector<header> headers_;
};

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
