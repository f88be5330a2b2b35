#pragma once

#include <bulkwriter/input/detail/foreign_format.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace input {
namespace detail {

// ASCII in characters of so many bytes, all but one of them NUL.
inline bool is_wide_text(std::string_view start, std::size_t width, std::size_t letter_at) noexcept {
  std::size_t const size = (std::min)(start.size(), std::size_t{32}) / width * width;
  if (size < 2 * width) return false;
  for (std::size_t i = 0; i < size; ++i)
    if ((start[i] != '\0') != (i % width == letter_at)) return false;
  return true;
}

BULKWRITER_DECL std::string_view foreign_format(std::string_view start) noexcept {
  using namespace std::string_view_literals;
  struct mark {
    std::string_view bytes;
    std::string_view what;
    bool may_be_text = false;  // then only together with bytes that no text has
    std::size_t offset = 0;
  };
  static constexpr auto decompress_gzip = "the file is compressed with gzip; decompress it first"sv,
                        decompress_zstd = "the file is compressed with zstd; decompress it first"sv,
                        utf16 = "the text is UTF-16, where UTF-8 is due"sv,
                        utf32 = "the text is UTF-32, where UTF-8 is due"sv,
                        zip = "the file is a zip archive or an Excel workbook; unpack it, or save it as CSV"sv,
                        parquet = "the file is a Parquet file, no text; servers import it as it is"sv,
                        numpy = "the file is a NumPy file, no text; servers import it as it is"sv;
  static constexpr mark marks[] = {
      {"\x1f\x8b"sv, decompress_gzip},
      {"\x28\xb5\x2f\xfd"sv, decompress_zstd},
      {"BZh"sv, "the file is compressed with bzip2; decompress it first"sv, true},
      {"\xfd" "7zXZ\0"sv, "the file is compressed with xz; decompress it first"sv},
      {"\x04\x22\x4d\x18"sv, "the file is compressed with lz4; decompress it first"sv},
      {"\xff\x06\0\0sNaPpY"sv, "the file is compressed with snappy; decompress it first"sv},
      {"7z\xbc\xaf\x27\x1c"sv, "the file is a 7z archive; unpack it first"sv},
      {"Rar!\x1a\x07"sv, "the file is a rar archive; unpack it first"sv},
      {"PK\x03\x04"sv, zip},
      {"PK\x05\x06"sv, zip},
      {"PK\x07\x08"sv, zip},
      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "the file is an old Excel workbook (xls); save it as CSV"sv},
      {"PAR1"sv, parquet, true},
      {"PARE"sv, parquet, true},
      {"ARROW1\0\0"sv, "the file is an Arrow (Feather) file, no text"sv},
      {"FEA1"sv, "the file is a Feather file, no text"sv, true},
      {"\xff\xff\xff\xff"sv, "the file is an Arrow stream, no text"sv},
      {"ORC"sv, "the file is an ORC file, no text"sv, true},
      {"Obj\x01"sv, "the file is an Avro file, no text"sv},
      {"\x93NUMPY"sv, numpy},
      {"\x89HDF\r\n\x1a\n"sv, "the file is an HDF5 file, no text"sv},
      {"SQLite format 3\0"sv, "the file is an SQLite database; export its table as CSV"sv},
      {"DUCK"sv, "the file is a DuckDB database; export its table as CSV"sv, true, 8},
      {"%PDF-"sv, "the file is a PDF document"sv},
      {"\x89PNG\r\n\x1a\n"sv, "the file is an image"sv},
      {"\xff\xd8\xff"sv, "the file is an image"sv},
      {"\x7f" "ELF"sv, "the file is a program"sv},
      {"ustar"sv, "the file is a tar archive; unpack it first"sv, true, 257},
      {"\xff\xfe\0\0"sv, utf32},
      {"\0\0\xfe\xff"sv, utf32},
      {"\xff\xfe"sv, utf16},
      {"\xfe\xff"sv, utf16},
  };
  bool const is_binary = std::any_of(start.begin(), start.end(), [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  for (mark const& m : marks)
    if (start.size() >= m.offset && start.substr(m.offset).starts_with(m.bytes) && (!m.may_be_text || is_binary))
      return m.what;
  // a frame that zstd skips may come first
  if (start.size() >= 4 && (start[0] & '\xf0') == '\x50' && start.substr(1, 3) == "\x2a\x4d\x18"sv)
    return decompress_zstd;
  if (is_wide_text(start, 2, 0) || is_wide_text(start, 2, 1)) return utf16;
  if (is_wide_text(start, 4, 0) || is_wide_text(start, 4, 3)) return utf32;
  return {};
}

}  // namespace detail
}  // namespace input
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
