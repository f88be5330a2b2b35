#pragma once

#include <bulkwriter/format/detail/npy_encoder.hpp>
#include <bulkwriter/format/npy.hpp>
#include <bulkwriter/row/half.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

static_assert(std::endian::native == std::endian::little,
              "bulkwriter: NumPy values are copied as they lie, so the machine must be little-endian");

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<std::unique_ptr<format::encoder>> format::npy::try_make_encoder(
    std::span<field_info const> fields) const {
  bool none = true;
  for (field_info const& f : fields) {
    if (!f.written()) continue;
    none = false;
    if (holds(f)) continue;
    return error_info{.code = errc::invalid_schema,
                      .message = "field " + detail::quoted_name(f.name) + ": npy files cannot hold " +
                                 (holds(f.type) ? "nulls, and it is nullable" : std::string(to_string(f.type))),
                      .field = std::string(f.name)};
  }
  if (none)
    return error_info{.code = errc::invalid_schema, .message = "npy: no field of the schema is written to files"};
  return std::unique_ptr<encoder>(new detail::npy_encoder(fields));
}

namespace detail {

/// Writes texts, each with a NUL behind it, as UTF-32 padded to one width. Takes them in pieces, cut anywhere.
class npy_text_writer {
 public:
  npy_text_writer(format::byte_sink const& sink, std::size_t file, std::size_t width)
      : sink_(sink), file_(file), width_(width), buffer_(std::size_t{64} << 10) {}

  result<void> write(std::span<std::byte const> piece) {
    for (std::byte const b : piece) {
      auto const byte = std::to_integer<std::uint32_t>(b);
      if (byte == 0) {
        for (; at_ < width_; ++at_) put(0);
        at_ = 0;
      } else if (byte < 0x80) {
        put_character(byte);
      } else if (byte >= 0xc0) {
        missing_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
        code_ = byte & (0x3fu >> missing_);
      } else {
        code_ = code_ << 6 | (byte & 0x3fu);
        if (--missing_ == 0) put_character(code_);
      }
    }
    return outcome_;
  }
  result<void> finish() {
    flush();
    return outcome_;
  }

 private:
  void put_character(std::uint32_t code) {
    put(code);
    ++at_;
  }
  void put(std::uint32_t code) {
    if (used_ == buffer_.size()) [[unlikely]]
      flush();
    buffer_[used_++] = code;
  }
  void flush() {
    if (outcome_) outcome_ = sink_.write(file_, std::as_bytes(std::span(buffer_.data(), used_)));
    used_ = 0;
  }

  format::byte_sink const& sink_;
  std::size_t file_, width_;
  std::vector<std::uint32_t> buffer_;
  std::size_t used_ = 0;
  std::size_t at_ = 0;                    // characters of the begun text
  std::uint32_t code_ = 0, missing_ = 0;  // of the begun character
  result<void> outcome_ = {};
};

inline std::size_t count_characters(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

BULKWRITER_DECL auto npy_encoder::make_column(field_info const& f, std::size_t place, slab_pool& pool) -> column {
  kind_traits const& traits = traits_of(f.type);
  bool const has_dim = is_dense_vector(f.type);
  std::size_t const bytes = has_dim ? static_cast<std::size_t>(vector_bytes(f.type, f.dim)) : (std::size_t{traits.bits} + 7) / 8;
  std::size_t item = bytes;  // of a number
  char letter = 'U';
  switch (traits.cell) {
    case cell_type::boolean: letter = 'b'; break;
    case cell_type::integer: letter = 'i'; break;
    case cell_type::float32:
    case cell_type::float64: letter = 'f'; break;
    case cell_type::floats: letter = 'f', item = 4; break;
    case cell_type::int8s: letter = 'i', item = 1; break;
    // servers before 3.x read 16-bit floats as their bytes only
    case cell_type::halves:
    case cell_type::bytes: letter = 'u', item = 1; break;
    default: break;
  }
  std::string type{item == 1 ? '|' : '<', letter};
  if (item != 0) type += std::to_string(item);
  return {.place = place,
          .of = f.type,
          .type = std::move(type),
          .values_a_row = has_dim ? bytes / item : 0,
          .bytes = bytes,
          .values = byte_chain(pool)};
}

BULKWRITER_DECL npy_encoder::npy_encoder(std::span<field_info const> fields, std::size_t character_limit)
    : character_limit_(character_limit) {
  for (field_info const& f : fields) {
    if (!f.written()) continue;
    columns_.push_back(make_column(f, static_cast<std::size_t>(&f - fields.data()), pool_));
    names_.push_back(f.name);
    fixed_bytes_ += columns_.back().bytes;
  }
}

BULKWRITER_DECL void npy_encoder::check_row(std::span<cell const> cells, std::vector<problem>& problems) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    cell const& c = cells[columns_[i].place];
    if (!columns_[i].is_text() || c.holds() != cell::type::text) continue;
    auto const refuse = [&](std::string message) {
      problems.push_back(
          {.code = errc::format_cannot_hold, .field = std::string(names_[i]), .message = std::move(message)});
    };
    if (std::size_t const at = c.as_text().find('\0'); at != std::string_view::npos)
      refuse("U+0000 at byte " + std::to_string(at) + " cannot be stored in a NumPy file: its readers drop it");
    if (c.size() <= character_limit_) continue;  // bytes: no fewer than characters
    if (std::size_t const characters = count_characters(c.as_text()); characters > character_limit_)
      refuse(std::to_string(characters) + " characters exceed the " + std::to_string(character_limit_) +
             " of a NumPy string");
  }
}

BULKWRITER_DECL void npy_encoder::put_row(std::span<cell const> cells) {
  drop_row();
  has_row_ = true;
  characters_ = row_characters_ = 0;
  for (column& c : columns_) {
    put(c, cells[c.place]);
    if (!c.is_text()) continue;
    characters_ += (std::max)(c.width, c.row_width);
    row_characters_ += c.row_width;
  }
}

BULKWRITER_DECL void npy_encoder::put(column& c, cell const& value) {
  auto const append_all = [&](auto values) { c.values.append(values.data(), values.size_bytes()); };
  switch (value.holds()) {
    case cell::type::boolean:
    case cell::type::integer:
    case cell::type::unsigned_integer: {
      std::int64_t const n = value.as_integer();
      c.values.append(&n, c.bytes);  // the low ones
      break;
    }
    case cell::type::float32:
    case cell::type::float64: {
      double const wide = value.as_number();
      auto const narrow = static_cast<float>(wide);
      c.values.append(c.bytes == sizeof narrow ? static_cast<void const*>(&narrow) : &wide, c.bytes);
      break;
    }
    case cell::type::text: {
      std::string_view const text = value.as_text();
      c.values.append(text.data(), text.size());
      c.values.append("", 1);
      c.row_width = (std::max)(count_characters(text), std::size_t{1});
      break;
    }
    case cell::type::floats: put_floats(c, value.as_floats()); break;
    case cell::type::halves: append_all(value.as_halves()); break;
    case cell::type::int8s: append_all(value.as_int8s()); break;
    case cell::type::bytes: append_all(value.as_bytes()); break;
    default: break;
  }
}

BULKWRITER_DECL void npy_encoder::put_floats(column& c, std::span<float const> values) {
  if (traits_of(c.of).cell == cell_type::floats) {
    c.values.append(values.data(), values.size_bytes());
    return;
  }
  for_half_blocks(c.of, values,
                  [&](std::span<std::uint16_t const> halves) { c.values.append(halves.data(), halves.size_bytes()); });
}

BULKWRITER_DECL void npy_encoder::end_row() {
  for (column& c : columns_) {
    c.row_begin = c.values.size();
    c.width = (std::max)(c.width, c.row_width);
    if (c.row_begin >= c.hand_over_at()) ready_ = true;
  }
  has_row_ = false;
  ++rows_;
}

BULKWRITER_DECL void npy_encoder::drop_row() {
  if (!has_row_) return;
  for (column& c : columns_) {
    c.values.truncate(c.row_begin);
    c.row_width = 1;
  }
  has_row_ = false;
}

BULKWRITER_DECL std::string npy_encoder::head(column const& c, std::uint64_t rows) const {
  std::string out("\x93NUMPY\x01\x00", 8);
  constexpr std::size_t length = head_bytes - 10;
  out += static_cast<char>(length & 0xff);
  out += static_cast<char>(length >> 8);
  out += "{'descr': '";
  out += c.type;
  if (c.is_text()) out += std::to_string(c.width);
  out += "', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ',';
  if (c.values_a_row != 0) out += ' ' + std::to_string(c.values_a_row);
  out += "), }";
  out.resize(head_bytes - 1, ' ');
  return out += '\n';
}

// Of a column, what has come together; the first time, a header for so many rows before it.
BULKWRITER_DECL result<void> npy_encoder::hand_over(format::byte_sink const& sink, std::size_t file,
                                                    std::uint64_t rows) {
  column& c = columns_[file];
  pieces_.clear();
  std::string const begin = c.begun || c.is_text() ? std::string() : head(c, rows);
  if (!begin.empty()) pieces_.push_back(std::as_bytes(std::span(begin)));
  c.values.for_pieces(0, c.row_begin, [&](std::span<std::byte const> piece) { pieces_.push_back(piece); });
  if (c.is_text()) {
    for (auto const piece : pieces_)
      if (auto spilled = c.spilled.append(piece); !spilled) return spilled;
  } else {
    if (auto written = sink.write(file, pieces_); !written) return written;
    c.begun = true;
  }
  c.values.clear();
  c.row_begin = 0;
  return {};
}

BULKWRITER_DECL result<void> npy_encoder::flush(format::byte_sink const& sink) {
  drop_row();
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].row_begin >= columns_[i].hand_over_at())
      if (auto handed = hand_over(sink, i, 0); !handed) return handed;
  ready_ = false;
  return {};
}

BULKWRITER_DECL result<void> npy_encoder::finish_numbers(format::byte_sink const& sink, std::size_t file) {
  bool const was_begun = columns_[file].begun;
  if (auto handed = hand_over(sink, file, rows_); !handed) return handed;
  if (!was_begun) return {};
  std::string const final_head = head(columns_[file], rows_);
  return sink.rewrite_head(file, std::as_bytes(std::span(final_head)));
}

BULKWRITER_DECL result<void> npy_encoder::finish_texts(format::byte_sink const& sink, std::size_t file) {
  column& c = columns_[file];
  std::string const final_head = head(c, rows_);
  if (auto written = sink.write(file, std::as_bytes(std::span(final_head))); !written) return written;
  npy_text_writer out(sink, file, c.width);
  result<void> outcome = c.spilled.read([&](std::span<std::byte const> piece) { return out.write(piece); });
  c.values.for_pieces(0, c.row_begin, [&](std::span<std::byte const> piece) {
    if (outcome) outcome = out.write(piece);
  });
  return outcome ? out.finish() : std::move(outcome);
}

BULKWRITER_DECL result<void> npy_encoder::finish(format::byte_sink const& sink) {
  drop_row();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    column& c = columns_[i];
    if (auto written = c.is_text() ? finish_texts(sink, i) : finish_numbers(sink, i); !written) return written;
    c.values.clear();
    c.spilled.clear();
    c.row_begin = 0;
    c.width = c.row_width = 1;
    c.begun = false;
  }
  rows_ = 0;
  ready_ = false;
  return {};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
