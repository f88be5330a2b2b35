#pragma once

#include <bulkwriter/format/json.hpp>
#include <bulkwriter/row/text.hpp>

#include <charconv>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

BULKWRITER_DECL json_encoder::json_encoder(format::json const&, std::span<field_info const> fields)
    : fields_(fields), buffer_(opening) {
  for (field_info const& f : fields) {
    append_json_string(keys_.emplace_back(), f.name);
    keys_.back() += ':';
  }
  row_begin_ = buffer_.size();
}

BULKWRITER_DECL void json_encoder::begin_row() {
  drop_row();
  buffer_ += rows_ == 0 ? "{" : ",\n{";
  first_in_row_ = true;
}

BULKWRITER_DECL void json_encoder::key(std::size_t i) {
  if (!first_in_row_) buffer_ += ',';
  first_in_row_ = false;
  buffer_ += keys_[i];
}

BULKWRITER_DECL void json_encoder::put(std::size_t i, std::nullptr_t) {
  if (put_in_place_of_null(*this, i, fields_[i])) return;
  key(i);
  buffer_ += "null";
}

BULKWRITER_DECL void json_encoder::put(std::size_t i, bool value) {
  key(i);
  buffer_ += value ? "true" : "false";
}

BULKWRITER_DECL void json_encoder::put(std::size_t i, std::int64_t value) {
  key(i);
  append_json_number(buffer_, static_cast<long long>(value));
}

BULKWRITER_DECL void json_encoder::put(std::size_t i, float value) {
  key(i);
  append_json_number(buffer_, value);
}

BULKWRITER_DECL void json_encoder::put(std::size_t i, double value) {
  // a double given for a float32 field is that float in the file, in every format
  if (fields_[i].type == kind::float32) return put(i, static_cast<float>(value));
  key(i);
  append_json_number(buffer_, value);
}

BULKWRITER_DECL void json_encoder::put(std::size_t i, std::string_view value) {
  if (fields_[i].is_dynamic) {
    std::string_view const members = inside_braces(value).value_or("");
    if (members.empty()) return;
    if (!first_in_row_) buffer_ += ',';
    first_in_row_ = false;
    buffer_ += members;
    return;
  }
  key(i);
  append_json_string(buffer_, value);
}

BULKWRITER_DECL void json_encoder::put(std::size_t i, std::span<float const> value) {
  key(i);
  constexpr std::size_t longest = 16;  // "-1.1754944e-38" and a comma
  std::size_t const begin = buffer_.size();
  buffer_.resize(begin + 2 + value.size() * longest);
  char* at = buffer_.data() + begin;
  char* const end = buffer_.data() + buffer_.size();
  *at++ = '[';
  for (float const v : value) {
    at = std::to_chars(at, end, v).ptr;
    *at++ = ',';
  }
  if (!value.empty()) --at;
  *at++ = ']';
  buffer_.resize(static_cast<std::size_t>(at - buffer_.data()));
}

BULKWRITER_DECL void json_encoder::end_row() {
  buffer_ += '}';
  row_begin_ = buffer_.size();
  ++rows_;
}

BULKWRITER_DECL result<void> json_encoder::flush(format::byte_sink const& sink) {
  drop_row();
  if (auto r = sink.write(std::as_bytes(std::span(buffer_))); !r) return r;
  handed_over_ += buffer_.size();
  buffer_.clear();
  row_begin_ = 0;
  return {};
}

BULKWRITER_DECL result<void> json_encoder::finish(format::byte_sink const& sink) {
  drop_row();
  buffer_ += closing;
  row_begin_ = buffer_.size();
  auto written = flush(sink);
  buffer_ = opening;
  row_begin_ = buffer_.size();
  rows_ = handed_over_ = 0;
  return written;
}

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
