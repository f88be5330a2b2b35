#pragma once

#include <bulkwriter/text/json.hpp>

#include <concepts>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Appends one JSON document to a text, value by value, without blanks. What is opened is to be closed, and in an
/// object every value has its key before it: that is the caller's business, escapes and commas are not.
///
///     json_writer out(text);
///     out.open('{').key("rows").number(12ull).key("files").open('[').string("1.parquet").close(']').close('}');
class json_writer {
 public:
  explicit json_writer(std::string& out) noexcept : out_(out), begin_(out.size()) {}

  /// '{' or '['.
  json_writer& open(char bracket) { return raw(std::string_view(&bracket, 1)); }
  json_writer& close(char bracket) {
    out_ += bracket;
    return *this;
  }
  json_writer& key(std::string_view name) {
    string(name);
    out_ += ':';
    return *this;
  }

  /// Well-formed UTF-8.
  json_writer& string(std::string_view text) {
    comma();
    append_json_string(out_, text);
    return *this;
  }
  template <std::integral Int>
  json_writer& number(Int value) {
    return raw(std::to_string(value));
  }
  json_writer& boolean(bool value) { return raw(value ? "true" : "false"); }
  json_writer& null() { return raw("null"); }
  /// A value that is JSON already.
  json_writer& raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
  }

 private:
  // A string ends in its quote, so what is looked at is never a part of one.
  void comma() {
    if (out_.size() == begin_) return;
    char const last = out_.back();
    if (last != '{' && last != '[' && last != ':') out_ += ',';
  }

  std::string& out_;
  std::size_t begin_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
