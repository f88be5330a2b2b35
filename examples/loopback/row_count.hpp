#pragma once

// Counts the rows of a file that an import would read, without keeping any: how an example sees that what it has
// written and uploaded is whole. Formats are told by their extensions, as servers do.

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace loopback {

struct unreadable_file : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

inline std::ifstream open_file(std::filesystem::path const& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw unreadable_file("cannot be opened");
  return in;
}

inline std::string read_bytes(std::ifstream& in, std::uint64_t at, std::size_t size) {
  std::string bytes(size, '\0');
  in.seekg(static_cast<std::streamoff>(at));
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  if (static_cast<std::size_t>(in.gcount()) != size) throw unreadable_file("is shorter than it says");
  return bytes;
}

inline std::uint32_t little_endian_32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// ---- JSON ----

// Events of Boost.JSON's streaming parser. A row is an object in the list under "rows", or in a list at the top; for
// JSON Lines the objects at the top themselves.
struct row_counter {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using ec = boost::system::error_code;

  std::uint64_t rows = 0;
  std::size_t depth = 0;
  std::size_t row_depth = 1;  // how many containers are open where a row begins; the end of a list of rows ends them
  bool top_is_object = false, in_rows = false, seen_rows = false, bad = false;
  std::string key;

  bool on_document_begin(ec&) { return true; }
  bool on_document_end(ec&) { return true; }
  bool on_object_begin(ec&) {
    if (depth == 0) top_is_object = true;
    if (in_rows && depth == row_depth) ++rows;
    ++depth;
    return true;
  }
  bool on_object_end(std::size_t, ec&) { return --depth, true; }
  bool on_array_begin(ec&) {
    if (in_rows && depth == row_depth) bad = true;
    if (!in_rows && !seen_rows && (depth == 0 || (depth == 1 && top_is_object && key == "rows"))) {
      in_rows = seen_rows = true;
      row_depth = depth + 1;
    }
    ++depth;
    return true;
  }
  bool on_array_end(std::size_t, ec&) {
    --depth;
    if (in_rows && depth + 1 == row_depth) in_rows = false;
    return true;
  }
  bool on_key_part(std::string_view part, std::size_t, ec&) {
    if (depth == 1) key += part;
    return true;
  }
  bool on_key(std::string_view part, std::size_t size, ec&) {
    if (depth == 1) {
      key += part;
      key.erase(0, key.size() - size);  // what was left of the key before
    }
    return true;
  }
  bool scalar() {
    if (depth == 0 || (in_rows && depth == row_depth)) bad = true;
    return true;
  }
  bool on_string_part(std::string_view, std::size_t, ec&) { return true; }
  bool on_string(std::string_view, std::size_t, ec&) { return scalar(); }
  bool on_number_part(std::string_view, ec&) { return true; }
  bool on_int64(std::int64_t, std::string_view, ec&) { return scalar(); }
  bool on_uint64(std::uint64_t, std::string_view, ec&) { return scalar(); }
  bool on_double(double, std::string_view, ec&) { return scalar(); }
  bool on_bool(bool, ec&) { return scalar(); }
  bool on_null(ec&) { return scalar(); }
  bool on_comment_part(std::string_view, ec&) { return true; }
  bool on_comment(std::string_view, ec&) { return true; }
};

struct row_parser : boost::json::basic_parser<row_counter> {
  row_parser() : basic_parser(options()) {}
  static boost::json::parse_options options() {
    boost::json::parse_options o;
    o.max_depth = 1000;
    return o;
  }
};

inline void feed(row_parser& parser, std::string_view text, bool more) {
  std::string_view rest = text;
  if (!parser.done()) {
    boost::system::error_code failed;
    std::size_t const used = parser.write_some(more, text.data(), text.size(), failed);
    if (failed) throw unreadable_file("is not JSON: " + failed.message());
    rest.remove_prefix(used);
  }
  if (rest.find_first_not_of(" \t\r\n") != std::string_view::npos) throw unreadable_file("goes on after its end");
}

inline std::uint64_t count_json(std::filesystem::path const& file) {
  std::ifstream in = open_file(file);
  row_parser parser;
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0)
    feed(parser, {buffer.data(), static_cast<std::size_t>(in.gcount())}, true);
  feed(parser, {}, false);
  if (!parser.handler().seen_rows) throw unreadable_file("has neither a list of rows nor \"rows\": […]");
  if (parser.handler().bad) throw unreadable_file("has a row that is not an object");
  return parser.handler().rows;
}

inline std::uint64_t count_json_lines(std::filesystem::path const& file) {
  std::ifstream in = open_file(file);
  std::uint64_t rows = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    row_parser parser;
    feed(parser, line, false);
    if (!parser.handler().top_is_object) throw unreadable_file("has a line that is not an object");
    ++rows;
  }
  return rows;
}

// ---- CSV ----

inline std::uint64_t count_csv(std::filesystem::path const& file) {
  std::ifstream in = open_file(file);
  std::vector<char> buffer(1 << 20);
  std::uint64_t records = 0;
  bool quoted = false, pending = false;
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0) {
    for (char const c : std::string_view(buffer.data(), static_cast<std::size_t>(in.gcount()))) {
      if (c == '"') quoted = !quoted;
      bool const end = c == '\n' && !quoted;
      records += end && pending;
      pending = end ? false : pending || c != '\r';
    }
  }
  if (quoted) throw unreadable_file("ends within quotes");
  records += pending;
  if (records == 0) throw unreadable_file("has no header");
  return records - 1;
}

// ---- NumPy ----

inline std::uint64_t count_npy(std::filesystem::path const& file) {
  std::ifstream in = open_file(file);
  if (read_bytes(in, 0, 6) != "\x93NUMPY") throw unreadable_file("is not a NumPy file");
  bool const first = read_bytes(in, 6, 1)[0] == 1;
  std::string const size = read_bytes(in, 8, first ? 2 : 4) + (first ? std::string(2, '\0') : std::string());
  std::string const header = read_bytes(in, first ? 10 : 12, little_endian_32(size));
  std::size_t const at = header.find("'shape': (");
  if (at == std::string::npos) throw unreadable_file("has no shape");
  return std::stoull(header.substr(at + 10));
}

// ---- Parquet ----

// Just enough of Thrift's compact protocol to walk over a FileMetaData.
class thrift_reader {
 public:
  explicit thrift_reader(std::string_view bytes) : bytes_(bytes) {}

  /// The field `wanted`, an i64, of the struct that begins here.
  std::int64_t find_i64(int wanted) {
    int id = 0;
    for (;;) {
      unsigned const head = byte();
      if (head == 0) throw unreadable_file("has a footer without a number of rows");
      unsigned const type = head & 15, delta = head >> 4;
      id = delta != 0 ? id + static_cast<int>(delta) : static_cast<int>(zigzag());
      if (id == wanted && type == 6) return zigzag();
      skip(type, 0);
    }
  }

 private:
  unsigned byte() {
    if (at_ >= bytes_.size()) throw unreadable_file("has a footer that is cut off");
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      std::uint64_t const b = byte();
      value |= (b & 127) << shift;
      if (b < 128) return value;
    }
    throw unreadable_file("has a footer with a number that does not end");
  }
  std::int64_t zigzag() {
    std::uint64_t const n = varint();
    return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
  }
  void jump(std::uint64_t n) {
    if (n > bytes_.size() - at_) throw unreadable_file("has a footer that is cut off");
    at_ += static_cast<std::size_t>(n);
  }
  void skip(unsigned type, int depth, bool element = false) {
    if (depth > 32) throw unreadable_file("has a footer that nests too deep");
    switch (type) {
      case 1:
      case 2: return element ? jump(1) : void();  // a boolean field is its type, an element a byte
      case 3: return jump(1);
      case 4:
      case 5:
      case 6: return static_cast<void>(varint());
      case 7: return jump(8);
      case 8: return jump(varint());
      case 9:
      case 10: {
        unsigned const head = byte();
        std::uint64_t const size = head >> 4 == 15 ? varint() : head >> 4;
        for (std::uint64_t i = 0; i < size; ++i) skip(head & 15, depth + 1, true);
        return;
      }
      case 11: {
        std::uint64_t const size = varint();
        unsigned const types = size == 0 ? 0 : byte();
        for (std::uint64_t i = 0; i < size; ++i) {
          skip(types >> 4, depth + 1, true);
          skip(types & 15, depth + 1, true);
        }
        return;
      }
      case 12:
        for (unsigned head; (head = byte()) != 0;) {
          if (head >> 4 == 0) zigzag();
          skip(head & 15, depth + 1);
        }
        return;
      default: throw unreadable_file("has a footer with a type that Thrift does not know");
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

inline std::uint64_t count_parquet(std::filesystem::path const& file) {
  std::ifstream in = open_file(file);
  std::uint64_t const size = std::filesystem::file_size(file);
  if (size < 12 || read_bytes(in, 0, 4) != "PAR1" || read_bytes(in, size - 4, 4) != "PAR1")
    throw unreadable_file("is not a Parquet file: the magic PAR1 is missing at its beginning or end");
  std::uint32_t const footer = little_endian_32(read_bytes(in, size - 8, 4));
  if (footer > size - 12) throw unreadable_file("has a footer that is larger than the file");
  std::int64_t const rows = thrift_reader(read_bytes(in, size - 8 - footer, footer)).find_i64(3);
  if (rows < 0) throw unreadable_file("has a negative number of rows");
  return static_cast<std::uint64_t>(rows);
}

}  // namespace detail

/// Rows of a .json, .jsonl, .ndjson, .parquet, .csv or .npy file. Throws `unreadable_file` if it is not what its name
/// says.
inline std::uint64_t count_rows(std::filesystem::path const& file) {
  std::string const extension = file.extension().string();
  if (extension == ".json") return detail::count_json(file);
  if (extension == ".jsonl" || extension == ".ndjson") return detail::count_json_lines(file);
  if (extension == ".parquet") return detail::count_parquet(file);
  if (extension == ".csv") return detail::count_csv(file);
  if (extension == ".npy") return detail::count_npy(file);
  throw unreadable_file("unexpected file type '" + extension + "'");
}

}  // namespace loopback
