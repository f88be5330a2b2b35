#pragma once

#include <bulkwriter/format/detail/crc32.hpp>
#include <bulkwriter/format/detail/parquet_encoder.hpp>
#include <bulkwriter/format/detail/thrift_compact.hpp>
#include <bulkwriter/format/parquet.hpp>
#include <bulkwriter/version.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

static_assert(std::endian::native == std::endian::little,
              "bulkwriter: Parquet values are copied as they lie, so the machine must be little-endian");

namespace bulkwriter {
inline namespace v1 {

BULKWRITER_DECL result<std::unique_ptr<format::encoder>> format::parquet::try_make_encoder(
    std::span<field_info const> fields) const {
  auto const refuse = [](char const* what, std::uint64_t value, char const* rule) {
    return error_info{.code = errc::invalid_option,
                      .message = std::string("parquet: ") + what + " is " + std::to_string(value) + rule};
  };
  constexpr std::uint64_t kib = 1024, gib = std::uint64_t{1} << 30;
  if (row_group_size < 4 * kib || row_group_size > 2 * gib)
    return refuse("row_group_size", row_group_size, ", which is not between 4 KiB and 2 GiB");
  // a page's size is a 32-bit integer in its header
  if (page_size < kib || page_size > gib)
    return refuse("page_size", page_size, ", which is not between 1 KiB and 1 GiB");
  return std::unique_ptr<encoder>(new detail::parquet_encoder(*this, fields));
}

namespace detail {

// Numbers of parquet.thrift.
namespace parquet_format {
inline constexpr int data_page = 0;
inline constexpr int plain = 0, rle = 3;
inline constexpr int uncompressed = 0;
inline constexpr int optional = 1, repeated = 2;
inline constexpr int converted_utf8 = 0, converted_list = 3, converted_int8 = 15, converted_int16 = 16;
inline constexpr int logical_string = 1, logical_list = 3, logical_integer = 10;
inline constexpr std::string_view magic = "PAR1";
}  // namespace parquet_format

inline void append_u32(std::string& out, std::uint32_t value) {
  char bytes[4];
  std::memcpy(bytes, &value, 4);
  out.append(bytes, 4);
}
// One run of the RLE / bit-packing hybrid (Encodings.md); levels are narrower than a byte, so a run's value takes one.
inline void append_run(std::string& out, std::uint64_t length, char level) {
  append_varint(out, length << 1);
  out.push_back(level);
}

BULKWRITER_DECL auto parquet_encoder::physical_type(field_info const& f) noexcept -> physical {
  switch (f.type) {
    case kind::boolean: return physical::boolean;
    case kind::int8:
    case kind::int16:
    case kind::int32: return physical::int32;
    case kind::int64: return physical::int64;
    case kind::float32:
    case kind::float_vector: return physical::float32;
    case kind::float64: return physical::float64;
    default: return physical::byte_array;
  }
}

BULKWRITER_DECL parquet_encoder::parquet_encoder(format::parquet const& options, std::span<field_info const> fields)
    : row_group_size_(options.row_group_size), page_size_(options.page_size), page_checksum_(options.page_checksum) {
  footer_per_group_ = 64;
  for (field_info const& f : fields) {
    if (!f.written()) continue;
    columns_.push_back({.field = &f,
                        .place = static_cast<std::size_t>(&f - fields.data()),
                        .type = physical_type(f),
                        .values = byte_chain(pool_),
                        .valid = {},
                        .pages = {}});
    footer_per_group_ += column_overhead + f.name.size();
  }
  for (column& c : columns_)
    if (is_list(*c.field) && (streamed_ == nullptr || c.field->dim > streamed_->field->dim)) streamed_ = &c;
  footer_base_ = make_footer().size() + 32;  // row count and row group list grow by less
}

BULKWRITER_DECL void parquet_encoder::put_row(std::span<cell const> cells) {
  drop_row();
  for (column& c : columns_) put(c, cells[c.place]);
}

BULKWRITER_DECL void parquet_encoder::begin_value(column& c, bool valid) {
  // pages end between rows, so the open page is closed when the row behind its last one begins
  if (c.values.size() - c.page_begin >= page_size_) {
    c.pages.push_back({.value_end = c.values.size(), .row_end = c.rows});
    c.page_begin = c.values.size();
    group_bytes_ += page_overhead;
    held_bytes_ += page_overhead;
  }
  // what may throw comes first: drop_row must find flag, count and validity in step
  if (holds_nulls(*c.field)) {
    c.valid.push_back(valid);
    grow(is_list(*c.field) ? 12 : c.rows % 8 == 0);
  }
  // packed in the file: counted for null rows as well, since which of eight rows hold values is not known beforehand
  if (c.type == physical::boolean) grow(c.rows % 8 == 0);
  c.row_begin = c.values.size();
  c.has_row = true;
  ++c.rows;
}

BULKWRITER_DECL void parquet_encoder::put(column& c, cell const& value) {
  begin_value(c, !value.is_null());
  switch (value.holds()) {
    case cell::type::null: break;
    case cell::type::boolean: {
      // a byte each while in memory; packed to bits when the page is written
      std::byte const b{value.as_boolean()};
      c.values.append(&b, 1);
      break;
    }
    case cell::type::integer:
    case cell::type::unsigned_integer: append_integer(c, value.as_integer()); break;
    case cell::type::float32:
    case cell::type::float64: append_float(c, value.as_number()); break;
    case cell::type::text: {
      std::string_view const text = value.as_text();
      auto const size = static_cast<std::uint32_t>(text.size());
      c.values.append(&size, 4);
      c.values.append(text.data(), text.size());
      grow(4 + text.size());
      break;
    }
    case cell::type::floats:
      c.values.append(value.as_floats().data(), value.as_floats().size_bytes());
      grow(6 + value.as_floats().size_bytes());
      break;
    default: break;
  }
}

BULKWRITER_DECL void parquet_encoder::append_integer(column& c, std::int64_t value) {
  auto const narrow = static_cast<std::int32_t>(value);
  if (c.type == physical::int64)
    append_fixed(c, &value, 8);
  else
    append_fixed(c, &narrow, 4);
}

BULKWRITER_DECL void parquet_encoder::append_float(column& c, double value) {
  auto const narrow = static_cast<float>(value);
  if (c.type == physical::float64)
    append_fixed(c, &value, 8);
  else
    append_fixed(c, &narrow, 4);
}

BULKWRITER_DECL void parquet_encoder::end_row() {
  for (column& c : columns_) c.has_row = false;
  group_bytes_ += row_bytes_;
  held_bytes_ += row_bytes_;
  row_bytes_ = 0;
  ++group_rows_;
}

BULKWRITER_DECL void parquet_encoder::drop_row() {
  for (column& c : columns_) {
    if (!c.has_row) continue;
    c.has_row = false;
    c.values.truncate(c.row_begin);
    if (holds_nulls(*c.field)) c.valid.pop_back();
    --c.rows;
  }
  row_bytes_ = 0;
}

BULKWRITER_DECL std::uint64_t parquet_encoder::size_bound() const noexcept {
  return (file_bytes_ != 0 ? file_bytes_ : parquet_format::magic.size()) + held_bytes_ + row_bytes_ +
         group_metadata_.size() + around_rows();
}

// Repetition and definition levels of the rows [row_begin, row_end) into levels_, each with its length before it.
// Returns the number of entries: values and nulls.
BULKWRITER_DECL std::uint64_t parquet_encoder::make_levels(column const& c, std::size_t row_begin,
                                                           std::size_t row_end) {
  levels_.clear();
  std::size_t const rows = row_end - row_begin;
  std::uint64_t const dim = c.field->dim;
  bool const nulls = holds_nulls(*c.field);
  auto const begin_section = [&] {
    append_u32(levels_, 0);
    return levels_.size();
  };
  auto const end_section = [&](std::size_t begin) {
    auto const size = static_cast<std::uint32_t>(levels_.size() - begin);
    std::memcpy(levels_.data() + begin - 4, &size, 4);
  };
  // calls f(valid, length) for every run of rows that are alike
  auto const for_runs = [&](auto const& f) {
    if (!nulls) return f(true, rows);
    for (std::size_t row = row_begin; row < row_end;) {
      std::size_t const first = row;
      while (row < row_end && c.valid[row] == c.valid[first]) ++row;
      f(c.valid[first], row - first);
    }
  };

  if (!is_list(*c.field)) {
    std::size_t const begin = begin_section();
    if (!nulls) {
      append_run(levels_, rows, 1);
    } else {
      // one bit-packed run: a varint of groups of eight with the lowest bit set, then the bits
      append_varint(levels_, static_cast<std::uint64_t>((rows + 7) / 8) << 1 | 1);
      for (std::size_t row = row_begin; row < row_end; row += 8) {
        unsigned bits = 0;
        for (std::size_t k = 0; k < 8 && row + k < row_end; ++k) bits |= unsigned{c.valid[row + k]} << k;
        levels_.push_back(static_cast<char>(bits));
      }
    }
    end_section(begin);
    return rows;
  }

  // A list: each row begins with repetition level 0 and goes on with 1; a null row is a single 0. Definition level 3 is
  // a value, 0 a null list.
  std::size_t const repetition = begin_section();
  std::string row_pattern;
  append_run(row_pattern, 1, 0);
  append_run(row_pattern, dim - 1, 1);
  for_runs([&](bool valid, std::size_t length) {
    if (!valid || dim == 1)
      append_run(levels_, length, 0);
    else
      for (std::size_t k = 0; k < length; ++k) levels_.append(row_pattern);
  });
  end_section(repetition);

  std::size_t const definition = begin_section();
  std::uint64_t entries = 0;
  for_runs([&](bool valid, std::size_t length) {
    std::uint64_t const n = valid ? length * dim : length;
    append_run(levels_, n, valid ? 3 : 0);
    entries += n;
  });
  end_section(definition);
  return entries;
}

// The values [value_begin, end.value_end) of the rows that have not been handed over yet, up to end.row_end.
BULKWRITER_DECL result<void> parquet_encoder::write_page(format::byte_sink const& sink, column& c,
                                                         std::size_t value_begin, page const& end) {
  std::uint64_t const entries = make_levels(c, c.chunk.rows, end.row_end);

  pieces_.assign(1, {});  // header and levels, filled in below
  std::size_t body_size = levels_.size();
  if (c.type == physical::boolean) {
    packed_.clear();
    std::size_t bit = 0;
    c.values.for_pieces(value_begin, end.value_end, [&](std::span<std::byte const> piece) {
      for (std::byte const b : piece) {
        if (bit % 8 == 0) packed_.push_back({});
        packed_.back() |= b << (bit++ % 8);
      }
    });
    pieces_.push_back(packed_);
    body_size += packed_.size();
  } else {
    c.values.for_pieces(value_begin, end.value_end,
                        [&](std::span<std::byte const> piece) { pieces_.push_back(piece); });
    body_size += end.value_end - value_begin;
  }

  namespace pf = parquet_format;
  head_.clear();
  thrift_compact header(head_);
  header.i32(1, pf::data_page);
  header.i32(2, static_cast<std::int32_t>(body_size));
  header.i32(3, static_cast<std::int32_t>(body_size));
  if (page_checksum_) {
    std::uint32_t crc = crc32(0, std::as_bytes(std::span(levels_)));
    for (auto const& piece : std::span(pieces_).subspan(1)) crc = crc32(crc, piece);
    header.i32(4, static_cast<std::int32_t>(crc));
  }
  header.begin_struct(5);
  header.i32(1, static_cast<std::int32_t>(entries));
  header.i32(2, pf::plain);
  header.i32(3, pf::rle);
  header.i32(4, pf::rle);
  header.end_struct();
  header.end();

  head_ += levels_;
  pieces_.front() = std::as_bytes(std::span(head_));
  std::uint64_t const size = head_.size() - levels_.size() + body_size;
  if (c.chunk.size == 0) c.chunk.offset = file_bytes_;
  c.chunk.size += size;
  c.chunk.entries += entries;
  c.chunk.rows = end.row_end;
  file_bytes_ += size;
  return sink.write(pieces_);
}

namespace parquet_statistics {
struct range {
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), greatest = std::numeric_limits<std::int64_t>::min();
};
template <class T>
range of(byte_chain const& values) {
  range r;
  values.for_pieces(0, values.size(), [&](std::span<std::byte const> piece) {
    for (std::size_t at = 0; at < piece.size(); at += sizeof(T)) {
      T v;
      std::memcpy(&v, piece.data() + at, sizeof v);
      r.least = (std::min)(r.least, std::int64_t{v});
      r.greatest = (std::max)(r.greatest, std::int64_t{v});
    }
  });
  return r;
}
}  // namespace parquet_statistics

BULKWRITER_DECL void parquet_encoder::append_column_metadata(std::string& out, column const& c) const {
  namespace pf = parquet_format;
  thrift_compact chunk(out);
  chunk.i64(2, 0);
  chunk.begin_struct(3);
  chunk.i32(1, static_cast<std::int32_t>(c.type));
  chunk.list_of_i32(2, {pf::plain, pf::rle});
  if (is_list(*c.field))
    chunk.list_of_binary(3, {c.field->name, "list", "element"});
  else
    chunk.list_of_binary(3, {c.field->name});
  chunk.i32(4, pf::uncompressed);
  chunk.i64(5, static_cast<std::int64_t>(c.chunk.entries));
  chunk.i64(6, static_cast<std::int64_t>(c.chunk.size));
  chunk.i64(7, static_cast<std::int64_t>(c.chunk.size));
  chunk.i64(9, static_cast<std::int64_t>(c.chunk.offset));
  chunk.begin_struct(12);
  chunk.i64(3, static_cast<std::int64_t>(std::count(c.valid.begin(), c.valid.end(), false)));
  if ((c.type == physical::int32 || c.type == physical::int64) && c.values.size() != 0) {
    bool const wide = c.type == physical::int64;
    auto const range =
        wide ? parquet_statistics::of<std::int64_t>(c.values) : parquet_statistics::of<std::int32_t>(c.values);
    auto const bytes_of = [&](std::int64_t const& v) {
      return std::string_view(reinterpret_cast<char const*>(&v), wide ? 8 : 4);
    };
    chunk.binary(5, bytes_of(range.greatest));
    chunk.binary(6, bytes_of(range.least));
  }
  chunk.end_struct();
  chunk.end_struct();
  chunk.end();
}

BULKWRITER_DECL result<void> parquet_encoder::write_column(format::byte_sink const& sink, column& c) {
  if (c.rows > c.chunk.rows) c.pages.push_back({.value_end = c.values.size(), .row_end = c.rows});
  std::size_t begin = 0;
  for (page const& p : c.pages) {
    if (auto r = write_page(sink, c, begin, p); !r) return r;
    begin = p.value_end;
  }
  return {};
}

BULKWRITER_DECL result<void> parquet_encoder::stream_page(format::byte_sink const& sink) {
  column& c = *streamed_;
  if (auto r = begin_file(sink); !r) return r;
  if (auto r = write_column(sink, c); !r) return r;
  held_bytes_ -= c.values.size();
  c.values.clear();
  c.pages.clear();
  c.page_begin = 0;
  return {};
}

BULKWRITER_DECL result<void> parquet_encoder::begin_file(format::byte_sink const& sink) {
  if (file_bytes_ != 0) return {};
  file_bytes_ = parquet_format::magic.size();
  return sink.write(std::as_bytes(std::span(parquet_format::magic)));
}

BULKWRITER_DECL result<void> parquet_encoder::flush(format::byte_sink const& sink) {
  if (group_is_full()) return write_group(sink);
  return streamed_page_is_full() ? stream_page(sink) : result<void>();
}

BULKWRITER_DECL result<void> parquet_encoder::write_group(format::byte_sink const& sink) {
  if (auto r = begin_file(sink); !r) return r;
  if (streamed_ != nullptr)
    if (auto r = write_column(sink, *streamed_); !r) return r;
  for (column& c : columns_)
    if (&c != streamed_)
      if (auto r = write_column(sink, c); !r) return r;

  std::string metadata;
  std::uint64_t size = 0;
  for (column& c : columns_) {
    append_column_metadata(metadata, c);
    size += c.chunk.size;
    c.values.clear();
    c.valid.clear();
    c.pages.clear();
    c.rows = c.page_begin = 0;
    c.chunk = {};
  }
  thrift_compact group(group_metadata_);
  group.list_of_written_structs(1, columns_.size(), metadata);
  group.i64(2, static_cast<std::int64_t>(size));
  group.i64(3, static_cast<std::int64_t>(group_rows_));
  group.i64(5, static_cast<std::int64_t>(file_bytes_ - size));
  group.i64(6, static_cast<std::int64_t>(size));
  group.end();

  ++groups_;
  file_rows_ += group_rows_;
  group_rows_ = group_bytes_ = held_bytes_ = 0;
  return {};
}

BULKWRITER_DECL void parquet_encoder::append_schema(std::string& out) const {
  namespace pf = parquet_format;
  auto const annotate_string = [](thrift_compact& t) {
    t.i32(6, pf::converted_utf8);
    t.begin_struct(10);
    t.begin_struct(pf::logical_string);
    t.end_struct();
    t.end_struct();
  };
  auto const annotate_integer = [](thrift_compact& t, int bits) {
    t.i32(6, bits == 8 ? pf::converted_int8 : pf::converted_int16);
    t.begin_struct(10);
    t.begin_struct(pf::logical_integer);
    t.byte(1, static_cast<std::int8_t>(bits));
    t.boolean(2, true);
    t.end_struct();
    t.end_struct();
  };
  {
    thrift_compact root(out);
    root.binary(4, "schema");
    root.i32(5, static_cast<std::int32_t>(columns_.size()));
    root.end();
  }
  for (column const& c : columns_) {
    thrift_compact t(out);
    if (is_list(*c.field)) {
      t.i32(3, pf::optional);
      t.binary(4, c.field->name);
      t.i32(5, 1);
      t.i32(6, pf::converted_list);
      t.begin_struct(10);
      t.begin_struct(pf::logical_list);
      t.end_struct();
      t.end_struct();
      t.end();
      thrift_compact list(out);
      list.i32(3, pf::repeated);
      list.binary(4, "list");
      list.i32(5, 1);
      list.end();
      thrift_compact leaf(out);
      leaf.i32(1, static_cast<std::int32_t>(c.type));
      leaf.i32(3, pf::optional);
      leaf.binary(4, "element");
      leaf.end();
      continue;
    }
    t.i32(1, static_cast<std::int32_t>(c.type));
    t.i32(3, pf::optional);  // also where no null can occur: servers up to 2.5.4 crash on REQUIRED
    t.binary(4, c.field->name);
    if (c.type == physical::byte_array) annotate_string(t);
    if (c.field->type == kind::int8) annotate_integer(t, 8);
    if (c.field->type == kind::int16) annotate_integer(t, 16);
    t.end();
  }
}

BULKWRITER_DECL std::string parquet_encoder::make_footer() const {
  std::size_t nodes = 1;
  for (column const& c : columns_) nodes += is_list(*c.field) ? 3 : 1;
  std::string elements;
  append_schema(elements);

  std::string out;
  thrift_compact footer(out);
  footer.i32(1, 1);  // "for maximum compatibility always populate 1"
  footer.list_of_written_structs(2, nodes, elements);
  footer.i64(3, static_cast<std::int64_t>(file_rows_));
  footer.list_of_written_structs(4, groups_, group_metadata_);
  footer.binary(6, std::string("bulkwriter version ") + version + " (build 0)");
  // one TypeDefinedOrder a leaf: without it readers ignore minimum and maximum
  std::string orders;
  for (std::size_t i = 0; i < columns_.size(); ++i) orders.append("\x1c\x00\x00", 3);
  footer.list_of_written_structs(7, columns_.size(), orders);
  footer.end();
  return out;
}

BULKWRITER_DECL result<void> parquet_encoder::finish(format::byte_sink const& sink) {
  drop_row();
  if (group_rows_ != 0)
    if (auto r = write_group(sink); !r) return r;
  std::string tail = make_footer();
  append_u32(tail, static_cast<std::uint32_t>(tail.size()));
  tail += parquet_format::magic;
  groups_ = 0;
  file_rows_ = file_bytes_ = 0;
  group_metadata_.clear();
  return sink.write(std::as_bytes(std::span(tail)));
}

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
