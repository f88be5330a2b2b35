#pragma once

#include <bulkwriter/format/detail/json_encoder.hpp>
#include <bulkwriter/format/json.hpp>
#include <bulkwriter/row/text.hpp>

#include <charconv>

namespace bulkwriter {
inline namespace v1 {

BULKWRITER_DECL result<std::unique_ptr<format::encoder>> format::json::try_make_encoder(
    std::span<field_info const> fields) const {
  return std::unique_ptr<encoder>(new detail::json_encoder(fields));
}

namespace detail {

BULKWRITER_DECL json_encoder::json_encoder(std::span<field_info const> fields) : fields_(fields), buffer_(opening) {
  for (field_info const& f : fields) {
    append_json_string(keys_.emplace_back(), f.name);
    keys_.back() += ':';
  }
  row_begin_ = buffer_.size();
}

BULKWRITER_DECL void json_encoder::put_row(std::span<cell const> cells) {
  drop_row();
  buffer_ += rows_ == 0 ? "{" : ",\n{";
  std::size_t const begin = buffer_.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    field_info const& f = fields_[i];
    if (!f.written()) continue;
    if (f.is_dynamic) {
      std::string_view const members = inside_braces(cells[i].as_text()).value_or("");
      if (!members.empty() && buffer_.size() != begin) buffer_ += ',';
      buffer_ += members;
      continue;
    }
    if (buffer_.size() != begin) buffer_ += ',';
    buffer_ += keys_[i];
    put_value(cells[i]);
  }
}

BULKWRITER_DECL void json_encoder::put_value(cell const& value) {
  switch (value.holds()) {
    case cell::type::null: buffer_ += "null"; break;
    case cell::type::boolean: buffer_ += value.as_boolean() ? "true" : "false"; break;
    case cell::type::integer: append_json_number(buffer_, static_cast<long long>(value.as_integer())); break;
    case cell::type::unsigned_integer:
      append_json_number(buffer_, static_cast<unsigned long long>(value.as_unsigned()));
      break;
    case cell::type::float32: append_json_number(buffer_, static_cast<float>(value.as_number())); break;
    case cell::type::float64: append_json_number(buffer_, value.as_number()); break;
    case cell::type::text: append_json_string(buffer_, value.as_text()); break;
    case cell::type::floats: put_floats(value.as_floats()); break;
    default: break;
  }
}

BULKWRITER_DECL void json_encoder::put_floats(std::span<float const> value) {
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
