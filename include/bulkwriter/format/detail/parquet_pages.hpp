#pragma once

#include <bulkwriter/config.hpp>
#include <bulkwriter/format/detail/byte_chain.hpp>
#include <bulkwriter/format/detail/parquet_format.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// What the rows of a field are, beside their values.
struct parquet_rows {
  std::vector<bool> valid;           // one a row, empty where no row may be null
  std::vector<std::uint32_t> sizes;  // how many elements, 0 for null; empty where it is the same for all
};

struct parquet_entries {
  std::uint64_t all = 0, values = 0;  // with nulls and empty lists, and without
};

/// Appends repetition and definition levels of the rows [begin, end), each with its length before it, as data pages v1
/// have them: runs in closed form, so that a vector costs some bytes and not a pair of levels for every float.
parquet_entries append_parquet_levels(std::string& out, parquet_leaf const& leaf, parquet_rows const& rows,
                                      std::size_t begin, std::size_t end);

/// No smaller than what the levels of one row of a list take, wherever its page begins. `size` is that of an array.
constexpr std::uint64_t parquet_level_bound(parquet_leaf const& leaf, bool nulls, std::size_t size) noexcept {
  // A run takes its length, twice it as a varint, and a byte; runs that are joined take less than they took alone. A
  // vector has at most 2^16 values, an array at most 2^12.
  switch (leaf.nesting) {
    case parquet_nesting::scalar: return 0;               // a bit, if anything
    case parquet_nesting::vector: return nulls ? 12 : 6;  // 02 00 and a run; without nulls one definition for all rows
    case parquet_nesting::array:
    case parquet_nesting::struct_scalar: return 5 + 3;
    default: return 6 * (std::max)(size, std::size_t{1}) + 6;
  }
}

/// No dictionary page is longer, with its header.
inline constexpr std::uint64_t parquet_dictionary_bound = 256 * 4 + 32;

/// Appends the page that stands before the data pages of a leaf of bytes in each row group.
void append_parquet_dictionary_page(std::string& out, parquet_leaf const& leaf, bool checksum);

/// What stands before and behind the bytes of a page for them to be one bit-packed run of indices.
void append_parquet_index_run(std::string& out, std::uint64_t bytes);
constexpr unsigned parquet_index_padding(std::uint64_t bytes) noexcept { return static_cast<unsigned>((8 - bytes % 8) % 8); }

void append_parquet_page_header(std::string& out, parquet_leaf const& leaf, std::uint64_t body_size,
                                std::uint64_t entries, std::optional<std::uint32_t> crc);

/// Packs booleans, a byte each in [begin, end) of the chain, to bits.
void append_packed(std::vector<std::byte>& out, byte_chain const& values, std::size_t begin, std::size_t end);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/parquet_pages.ipp>
#endif
