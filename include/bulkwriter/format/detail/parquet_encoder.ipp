#pragma once

#include <bulkwriter/format/detail/crc32.hpp>
#include <bulkwriter/format/detail/json_value.hpp>
#include <bulkwriter/format/detail/parquet_encoder.hpp>
#include <bulkwriter/format/parquet.hpp>
#include <bulkwriter/row/half.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <limits>
#include <utility>

static_assert(std::endian::native == std::endian::little,
              "bulkwriter: Parquet values are copied as they lie, so the machine must be little-endian");

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

BULKWRITER_DECL result<std::unique_ptr<format::encoder>> format::parquet::try_make_encoder(
    std::span<field_info const> fields) const {
  auto const refuse = [](char const* what, std::uint64_t value, char const* rule) {
    return error_info{.code = errc::invalid_option,
                      .message = std::string("parquet: ") + what + " is " + std::to_string(value) + rule};
  };
  constexpr std::uint64_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;
  if (row_group_size < 4 * kib || row_group_size > 2 * gib)
    return refuse("row_group_size", row_group_size, ", which is not between 4 KiB and 2 GiB");
  // A page's size is a 32-bit integer in its header; its last row may hold 4,096 structs' vectors of 128 KiB, and levels
  // take twice as much as the smallest vectors in structs. What no rule of a schema bounds: see check_row.
  if (page_size < kib || page_size > 512 * mib)
    return refuse("page_size", page_size, ", which is not between 1 KiB and 512 MiB");
  if (std::none_of(fields.begin(), fields.end(), [](field_info const& f) { return f.written(); }))
    return error_info{.code = errc::invalid_schema, .message = "parquet: no field of the schema is written to files"};
  return std::unique_ptr<encoder>(new detail::parquet_encoder(*this, fields));
}

namespace detail {

inline std::vector<parquet_leaf> parquet_leaves_of(std::span<field_info const> fields) {
  std::vector<parquet_leaf> leaves;
  for (field_info const& f : fields)
    if (f.written()) append_parquet_leaves(leaves, f);
  return leaves;
}

BULKWRITER_DECL parquet_encoder::parquet_encoder(format::parquet const& options, std::span<field_info const> fields,
                                                 parquet_limits const& limits)
    : row_group_size_(options.row_group_size),
      page_size_(options.page_size),
      page_checksum_(options.page_checksum),
      limits_(limits),
      value_limit_(limits.page - page_overhead - text_level_bound * max_group_rows),
      full_page_((std::min)(page_size_, value_limit_ + 1)),
      metadata_(fields, parquet_leaves_of(fields)) {
  columns_.reserve(fields.size());  // leaves point there
  for (field_info const& f : fields) {
    if (!f.written()) continue;
    std::vector<parquet_leaf> leaves;
    append_parquet_leaves(leaves, f);
    columns_.push_back({&f, static_cast<std::size_t>(&f - fields.data()), leaves_.size(), leaves.size()});
    for (std::size_t k = 0; k < leaves.size(); ++k)
      leaves_.push_back({leaves[k], &columns_.back(), k,
                         parquet_level_bound(leaves[k], columns_.back().holds_nulls, 0), byte_chain(pool_)});
  }
  for (leaf& l : leaves_) {
    if (l.has_free_texts) free_texts_.push_back(&l);
    if (l.is_bytes()) dictionary_bytes_ += parquet_dictionary_bound;
    if (l.nesting == parquet_nesting::vector && (streamed_ == nullptr || l.vector_size() > streamed_->vector_size()))
      streamed_ = &l;
  }
}

// What a row's values take in a leaf that has_free_texts. `value`: of the field.
BULKWRITER_DECL std::uint64_t parquet_encoder::text_bytes(leaf const& l, cell const& value) const {
  constexpr std::uint64_t length = 4;
  switch (value.holds()) {
    case cell::type::text: return length + value.size();
    case cell::type::sparse: {
      std::uint64_t const bound = length + json_sparse_bound(value);
      return bound <= value_limit_ ? bound : length + json_sparse_size(value);
    }
    case cell::type::list: {
      std::uint64_t all = 0;
      if (l.place_in_struct >= value.width()) return all;  // of a row that is refused anyway
      for (std::size_t at = 0; at < value.size(); ++at) {
        cell const& text = value.element(at)[l.place_in_struct];
        if (text.holds() == cell::type::text) all += length + text.size();
      }
      return all;
    }
    default: return 0;
  }
}

BULKWRITER_DECL void parquet_encoder::make_room(leaf& l, cell const& value) {
  std::uint64_t const open = l.values.size() - l.page_begin;
  if (open != 0 && open + text_bytes(l, value) > value_limit_) close_page(l);
}

BULKWRITER_DECL void parquet_encoder::check_row(std::span<cell const> cells, std::vector<problem>& problems) const {
  for (leaf const* l : free_texts_) {
    std::uint64_t const size = text_bytes(*l, cells[l->of->place]);
    if (size <= value_limit_) continue;
    problems.push_back({.code = errc::format_cannot_hold,
                        .field = std::string(l->of->field->name),
                        .message = (l->sub != nullptr ? quoted_name(l->sub->name) + ": " : "") + std::to_string(size) +
                                   " bytes of one row exceed the " + std::to_string(value_limit_) +
                                   " that a page of a Parquet file holds"});
  }
}

BULKWRITER_DECL void parquet_encoder::put_row(std::span<cell const> cells) {
  drop_row();
  row_is_put_ = true;  // whatever throws below: what is there of the row goes with drop_row
  for (column& c : columns_) put(c, cells[c.place]);
}

BULKWRITER_DECL void parquet_encoder::close_page(leaf& l) {
  l.pages.push_back({.value_end = l.values.size(), .row_end = group_rows_});
  l.page_begin = l.values.size();
  group_bytes_ += page_overhead;
  held_bytes_ += page_overhead;
}

BULKWRITER_DECL void parquet_encoder::put(column& c, cell const& value) {
  if (c.field->type == kind::array || c.field->type == kind::struct_array) return put_list(c, value);
  leaf& l = leaves_[c.first_leaf];
  begin_row(l, value);
  if (c.holds_nulls) {
    c.rows.valid.push_back(!value.is_null());
    if (l.nesting == parquet_nesting::scalar) grow(group_rows_ % 8 == 0);  // a bit
  }
  grow(l.level_bound);
  if (!value.is_null()) put_value(l, value);
}

BULKWRITER_DECL void parquet_encoder::put_list(column& c, cell const& value) {
  std::size_t const size = value.is_null() ? 0 : value.size();
  std::span<leaf> const leaves = std::span(leaves_).subspan(c.first_leaf, c.leaf_count);
  for (leaf& l : leaves) {
    begin_row(l, value);
    grow(parquet_level_bound(l, c.holds_nulls, size));
  }
  if (c.holds_nulls) c.rows.valid.push_back(!value.is_null());
  c.rows.sizes.push_back(static_cast<std::uint32_t>(size));

  for (std::size_t at = 0; at < size; ++at) {
    // the cell of an array's element, or those of a struct
    std::span<cell const> const cells = value.element(at);
    for (std::size_t k = 0; k < leaves.size(); ++k) put_value(leaves[k], cells[k]);
  }
}

BULKWRITER_DECL void parquet_encoder::put_value(leaf& l, cell const& value) {
  switch (l.type) {
    case kind::boolean: {
      // packed to bits when the page is written
      grow(l.values.size() % 8 == 0);
      std::byte const b{value.as_boolean()};
      l.values.append(&b, 1);
      break;
    }
    case kind::int8:
    case kind::int16:
    case kind::int32: put_fixed(l, static_cast<std::int32_t>(value.as_integer())); break;
    case kind::int64: put_fixed(l, value.as_integer()); break;
    case kind::float32: put_fixed(l, static_cast<float>(value.as_number())); break;
    case kind::float64: put_fixed(l, value.as_number()); break;
    case kind::float_vector: put_bytes(l, std::as_bytes(value.as_floats())); break;
    case kind::float16_vector:
    case kind::bfloat16_vector: put_halves(l, value); break;
    case kind::int8_vector: put_bytes(l, std::as_bytes(value.as_int8s())); break;
    case kind::binary_vector: put_bytes(l, std::as_bytes(value.as_bytes())); break;
    case kind::sparse_float_vector:
      text_.clear();
      append_json_sparse(text_, value);
      put_text(l, text_);
      break;
    default: put_text(l, value.as_text());
  }
}

BULKWRITER_DECL void parquet_encoder::put_text(leaf& l, std::string_view text) {
  auto const size = static_cast<std::uint32_t>(text.size());
  l.values.append(&size, sizeof size);
  l.values.append(text.data(), text.size());
  grow(sizeof size + text.size());
}

BULKWRITER_DECL void parquet_encoder::put_halves(leaf& l, cell const& value) {
  if (value.holds() == cell::type::halves) return put_bytes(l, std::as_bytes(value.as_halves()));
  for_half_blocks(l.type, value.as_floats(),
                  [&](std::span<std::uint16_t const> halves) { put_bytes(l, std::as_bytes(halves)); });
}

BULKWRITER_DECL void parquet_encoder::end_row() {
  for (leaf& l : leaves_) l.row_begin = l.values.size();
  group_bytes_ += row_bytes_;
  held_bytes_ += row_bytes_;
  row_bytes_ = 0;
  ++group_rows_;
  row_is_put_ = false;
}

BULKWRITER_DECL void parquet_encoder::drop_row() {
  if (!row_is_put_) return;
  for (leaf& l : leaves_) l.values.truncate(l.row_begin);
  for (column& c : columns_) {
    // what threw may have come before them
    if (c.rows.valid.size() > group_rows_) c.rows.valid.pop_back();
    if (c.rows.sizes.size() > group_rows_) c.rows.sizes.pop_back();
  }
  row_bytes_ = 0;
  row_is_put_ = false;
}

BULKWRITER_DECL std::uint64_t parquet_encoder::size_bound() const noexcept {
  std::uint64_t dictionaries = dictionary_bytes_;
  if (streamed_ != nullptr && streamed_->chunk.dictionary_size != 0) dictionaries -= parquet_dictionary_bound;
  std::uint64_t const metadata = metadata_.size_bound();
  // This row begins another file.
  if (metadata > limits_.footer || metadata_.groups() >= limits_.groups)
    return (std::numeric_limits<std::uint64_t>::max)();
  return (file_bytes_ != 0 ? file_bytes_ : parquet_format::magic.size()) + held_bytes_ + row_bytes_ + dictionaries +
         around_rows(metadata);
}

// The values [value_begin, end.value_end) of the rows that have not been handed over yet, up to end.row_end.
BULKWRITER_DECL result<void> parquet_encoder::write_page(format::byte_sink const& sink, leaf& l,
                                                         std::size_t value_begin, page const& end) {
  levels_.clear();
  parquet_entries const entries = append_parquet_levels(levels_, l, l.of->rows, l.chunk.rows, end.row_end);

  pieces_.assign(1, {});  // what comes before the values, filled in below
  if (l.type == kind::boolean) {
    packed_.clear();
    append_packed(packed_, l.values, value_begin, end.value_end);
    pieces_.push_back(packed_);
  } else {
    l.values.for_pieces(value_begin, end.value_end,
                        [&](std::span<std::byte const> piece) { pieces_.push_back(piece); });
  }
  if (l.is_bytes()) {
    static constexpr std::byte zeros[8] = {};
    append_parquet_index_run(levels_, end.value_end - value_begin);
    pieces_.push_back(std::span(zeros).first(parquet_index_padding(end.value_end - value_begin)));
  }
  std::size_t body_size = levels_.size();
  for (auto const& piece : pieces_) body_size += piece.size();

  std::optional<std::uint32_t> crc;
  if (page_checksum_) {
    crc = crc32(0, std::as_bytes(std::span(levels_)));
    for (auto const& piece : std::span(pieces_).subspan(1)) crc = crc32(*crc, piece);
  }
  head_.clear();
  if (l.chunk.size == 0) {
    l.chunk.offset = file_bytes_;
    if (l.is_bytes()) append_parquet_dictionary_page(head_, l, page_checksum_);
    l.chunk.dictionary_size = head_.size();
  }
  append_parquet_page_header(head_, l, body_size, entries.all, crc);
  std::uint64_t const size = head_.size() + body_size;
  head_ += levels_;
  pieces_.front() = std::as_bytes(std::span(head_));

  l.chunk.size += size;
  l.chunk.entries += entries.all;
  l.chunk.values += entries.values;
  l.chunk.rows = end.row_end;
  file_bytes_ += size;
  return sink.write(pieces_);
}

BULKWRITER_DECL result<void> parquet_encoder::write_leaf(format::byte_sink const& sink, leaf& l) {
  // The last page was ended by the next row, which may have been dropped: no empty one behind it.
  if (group_rows_ > (l.pages.empty() ? l.chunk.rows : l.pages.back().row_end))
    l.pages.push_back({.value_end = l.values.size(), .row_end = group_rows_});
  std::size_t begin = 0;
  for (page const& p : l.pages) {
    if (auto r = write_page(sink, l, begin, p); !r) return r;
    begin = p.value_end;
  }
  return {};
}

BULKWRITER_DECL result<void> parquet_encoder::stream_page(format::byte_sink const& sink) {
  leaf& l = *streamed_;
  if (auto r = begin_file(sink); !r) return r;
  if (auto r = write_leaf(sink, l); !r) return r;
  held_bytes_ -= l.values.size();
  l.values.clear();
  l.pages.clear();
  l.page_begin = l.row_begin = 0;
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

template <class Type>
std::optional<parquet_range> parquet_range_of(byte_chain const& values) {
  if (values.size() == 0) return std::nullopt;
  Type least = (std::numeric_limits<Type>::max)(), greatest = (std::numeric_limits<Type>::min)();
  values.for_pieces(0, values.size(), [&](std::span<std::byte const> piece) {
    for (std::size_t at = 0; at < piece.size(); at += sizeof(Type)) {
      Type v;
      std::memcpy(&v, piece.data() + at, sizeof v);
      least = (std::min)(least, v);
      greatest = (std::max)(greatest, v);
    }
  });
  return parquet_range{least, greatest};
}

BULKWRITER_DECL result<void> parquet_encoder::write_group(format::byte_sink const& sink) {
  if (auto r = begin_file(sink); !r) return r;
  if (streamed_ != nullptr)
    if (auto r = write_leaf(sink, *streamed_); !r) return r;
  for (leaf& l : leaves_)
    if (&l != streamed_)
      if (auto r = write_leaf(sink, l); !r) return r;

  std::string chunks;
  std::uint64_t size = 0;
  for (leaf& l : leaves_) {
    if (l.nesting == parquet_nesting::scalar && is_integer(l.type))
      l.chunk.range =
          l.type == kind::int64 ? parquet_range_of<std::int64_t>(l.values) : parquet_range_of<std::int32_t>(l.values);
    append_parquet_chunk(chunks, l, l.chunk);
    size += l.chunk.size;
    l.values.clear();
    l.pages.clear();
    l.page_begin = l.row_begin = 0;
    l.chunk = {};
  }
  for (column& c : columns_) {
    c.rows.valid.clear();
    c.rows.sizes.clear();
  }
  metadata_.add_group(chunks, file_bytes_ - size, size, group_rows_);

  file_rows_ += group_rows_;
  group_rows_ = 0;
  group_bytes_ = held_bytes_ = 0;
  return {};
}

BULKWRITER_DECL result<void> parquet_encoder::finish(format::byte_sink const& sink) {
  drop_row();
  if (auto r = begin_file(sink); !r) return r;  // of a file without rows too
  if (group_rows_ != 0)
    if (auto r = write_group(sink); !r) return r;
  std::string tail = metadata_.footer(file_rows_);
  auto const size = static_cast<std::uint32_t>(tail.size());
  tail.append(reinterpret_cast<char const*>(&size), sizeof size);
  tail += parquet_format::magic;
  metadata_.clear();
  file_rows_ = file_bytes_ = 0;
  return sink.write(std::as_bytes(std::span(tail)));
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
