#pragma once

#include <bulkwriter/format/detail/crc32.hpp>
#include <bulkwriter/format/detail/parquet_pages.hpp>
#include <bulkwriter/format/detail/thrift_compact.hpp>

#include <bit>
#include <cstring>
#include <span>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// One run of the RLE / bit-packing hybrid (Encodings.md); levels are narrower than a byte, so a run's value takes one.
inline void append_run(std::string& out, std::uint64_t length, int level) {
  append_varint(out, length << 1);
  out.push_back(static_cast<char>(level));
}

// Appends levels as runs as long as can be.
class level_runs {
 public:
  explicit level_runs(std::string& out) noexcept : out_(out) {}

  void add(std::uint64_t length, int level) {
    if (level != level_) end();
    level_ = level;
    length_ += length;
  }
  // runs that were written before
  void add(std::string const& runs, std::size_t times) {
    end();
    for (std::size_t k = 0; k < times; ++k) out_.append(runs);
  }
  void end() {
    if (length_ != 0) append_run(out_, length_, level_);
    length_ = 0;
  }

 private:
  std::string& out_;
  std::uint64_t length_ = 0;
  int level_ = 0;
};

// A section of levels with its length before it.
template <class F>
void append_level_section(std::string& out, F&& append) {
  std::size_t const at = out.size();
  out.append(4, '\0');
  append();
  auto const size = static_cast<std::uint32_t>(out.size() - at - 4);
  std::memcpy(out.data() + at, &size, 4);
}

// Calls f(valid, size, length) for every run of rows that are alike. What has no sizes has size 1.
template <class F>
void for_runs_of_rows(parquet_rows const& rows, std::size_t begin, std::size_t end, F&& f) {
  auto const valid = [&](std::size_t row) { return rows.valid.empty() || rows.valid[row]; };
  auto const size = [&](std::size_t row) { return rows.sizes.empty() ? 1 : rows.sizes[row]; };
  if (rows.valid.empty() && rows.sizes.empty()) return f(true, std::uint32_t{1}, end - begin);
  for (std::size_t row = begin; row < end;) {
    std::size_t const first = row;
    while (row < end && valid(row) == valid(first) && size(row) == size(first)) ++row;
    f(valid(first), size(first), row - first);
  }
}

inline parquet_entries append_scalar_levels(std::string& out, std::vector<bool> const& valid, std::size_t begin,
                                            std::size_t end) {
  parquet_entries entries{.all = end - begin, .values = end - begin};
  append_level_section(out, [&] {
    if (valid.empty()) return append_run(out, entries.all, 1);
    // one bit-packed run: a varint of groups of eight with the lowest bit set, then the bits
    append_varint(out, (entries.all + 7) / 8 << 1 | 1);
    entries.values = 0;
    for (std::size_t row = begin; row < end; row += 8) {
      unsigned bits = 0;
      for (std::size_t k = 0; k < 8 && row + k < end; ++k) bits |= unsigned{valid[row + k]} << k;
      out.push_back(static_cast<char>(bits));
      entries.values += static_cast<std::uint64_t>(std::popcount(bits));
    }
  });
  return entries;
}

BULKWRITER_DECL parquet_entries append_parquet_levels(std::string& out, parquet_leaf const& leaf,
                                                      parquet_rows const& rows, std::size_t begin, std::size_t end) {
  if (leaf.nesting == parquet_nesting::scalar) return append_scalar_levels(out, rows.valid, begin, end);

  // A row begins with repetition level 0. Level 1 goes on with the field's list, level 2 with a list in its struct.
  // Definition level 0 is a null list and 1 an empty one: each a single entry.
  bool const lists_inside = leaf.nesting == parquet_nesting::struct_vector && leaf.width > 1;
  parquet_entries entries;
  std::string definition_runs, row_levels;
  level_runs definition(definition_runs);
  append_level_section(out, [&] {
    level_runs repetition(out);
    for_runs_of_rows(rows, begin, end, [&](bool valid, std::uint32_t size, std::size_t length) {
      std::uint64_t const values = valid ? std::uint64_t{size} * leaf.width : 0;  // of a row
      if (values <= 1) {
        repetition.add(length, 0);
      } else {
        row_levels.clear();
        for (std::uint32_t k = 0; lists_inside && k < size; ++k) {
          append_run(row_levels, 1, k == 0 ? 0 : 1);
          append_run(row_levels, leaf.width - 1, 2);
        }
        if (!lists_inside) {
          append_run(row_levels, 1, 0);
          append_run(row_levels, values - 1, 1);
        }
        repetition.add(row_levels, length);
      }
      std::uint64_t const all = length * (std::max)(values, std::uint64_t{1});
      definition.add(all, !valid ? 0 : size == 0 ? 1 : leaf.max_definition());
      entries.all += all;
      entries.values += length * values;
    });
    repetition.end();
  });
  definition.end();
  append_level_section(out, [&] { out += definition_runs; });
  return entries;
}

// The fields that all pages' headers begin with.
inline void begin_page_header(thrift_compact& header, int type, std::uint64_t body_size,
                              std::optional<std::uint32_t> crc) {
  header.i32(1, type);
  header.i32(2, static_cast<std::int32_t>(body_size));
  header.i32(3, static_cast<std::int32_t>(body_size));
  if (crc) header.i32(4, static_cast<std::int32_t>(*crc));
}

BULKWRITER_DECL void append_parquet_dictionary_page(std::string& out, parquet_leaf const& leaf, bool checksum) {
  namespace pf = parquet_format;
  std::int32_t values[256];
  for (std::int32_t k = 0; k < 256; ++k) values[k] = leaf.type == kind::int8_vector && k >= 128 ? k - 256 : k;
  auto const body = std::as_bytes(std::span(values));

  thrift_compact header(out);
  begin_page_header(header, pf::dictionary_page, body.size(), checksum ? std::optional(crc32(0, body)) : std::nullopt);
  header.begin_struct(7);
  header.i32(1, 256);
  header.i32(2, pf::plain);
  header.end_struct();
  header.end();
  out.append(reinterpret_cast<char const*>(body.data()), body.size());
}

BULKWRITER_DECL void append_parquet_index_run(std::string& out, std::uint64_t bytes) {
  out.push_back(8);  // bits an index
  if (bytes != 0) append_varint(out, (bytes + 7) / 8 << 1 | 1);
}

BULKWRITER_DECL void append_parquet_page_header(std::string& out, parquet_leaf const& leaf, std::uint64_t body_size,
                                                std::uint64_t entries, std::optional<std::uint32_t> crc) {
  namespace pf = parquet_format;
  thrift_compact header(out);
  begin_page_header(header, pf::data_page, body_size, crc);
  header.begin_struct(5);
  header.i32(1, static_cast<std::int32_t>(entries));
  header.i32(2, leaf.is_bytes() ? pf::rle_dictionary : pf::plain);
  header.i32(3, pf::rle);
  header.i32(4, pf::rle);
  header.end_struct();
  header.end();
}

BULKWRITER_DECL void append_packed(std::vector<std::byte>& out, byte_chain const& values, std::size_t begin,
                                   std::size_t end) {
  std::size_t bit = 0;
  values.for_pieces(begin, end, [&](std::span<std::byte const> piece) {
    for (std::byte const b : piece) {
      if (bit % 8 == 0) out.push_back({});
      out.back() |= b << (bit++ % 8);
    }
  });
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
