#pragma once

#include <bulkwriter/format/detail/text_encoder.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL void text_encoder::put_row(std::span<cell const> cells) {
  drop_row();
  if (rows_ != 0) buffer_ += frame_.between;
  append_row(buffer_, cells);
  buffer_ += frame_.row_end;
}

BULKWRITER_DECL void text_encoder::end_row() {
  row_begin_ = buffer_.size();
  ++rows_;
}

BULKWRITER_DECL result<void> text_encoder::flush(format::byte_sink const& sink) {
  drop_row();
  if (auto r = sink.write(std::as_bytes(std::span(buffer_))); !r) return r;
  handed_over_ += buffer_.size();
  buffer_.clear();
  row_begin_ = 0;
  return {};
}

BULKWRITER_DECL result<void> text_encoder::finish(format::byte_sink const& sink) {
  drop_row();
  buffer_ += frame_.closing;
  row_begin_ = buffer_.size();
  auto written = flush(sink);
  buffer_ = frame_.opening;
  row_begin_ = buffer_.size();
  rows_ = handed_over_ = 0;
  return written;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
