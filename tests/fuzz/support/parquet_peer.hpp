#pragma once

// Parquet as far as the library promises to write it (PLAIN, data pages v1, no compression), read by nothing of the
// library's: Thrift's compact protocol, levels, and the assembly of records, for any nesting. Real readers see the
// files of the corpus in check_corpus.py; this one sees those of every input.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "input.hpp"
#include "read_back.hpp"

namespace fuzz {

/// Takes bytes from the front, and fails where there are none.
class bytes_reader {
 public:
  explicit bytes_reader(std::string_view bytes) : bytes_(bytes) {}
  std::string_view take(std::size_t n) {
    require(n <= bytes_.size(), "bytes where a Parquet file ends");
    std::string_view const taken = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return taken;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::uint32_t u32() {
    std::uint32_t v;
    std::memcpy(&v, take(4).data(), 4);
    return v;
  }
  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
      require(shift < 64, "a varint of at most 64 bits");
      std::uint8_t const b = byte();
      v |= std::uint64_t{b & 0x7Fu} << shift;
      if (b < 0x80) return v;
    }
  }
  std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

/// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
struct thrift {
  std::int64_t integer = 0;  // also of a boolean
  std::string_view binary = {};
  std::vector<thrift> list = {};
  std::map<int, thrift> fields = {};

  thrift const& at(int id) const {
    auto const found = fields.find(id);
    require(found != fields.end(), [&] { return "Thrift field " + std::to_string(id) + " is missing"; });
    return found->second;
  }
  std::int64_t number(int id, std::int64_t otherwise) const { return fields.contains(id) ? at(id).integer : otherwise; }

  static thrift read_struct(bytes_reader& in) {
    thrift out;
    for (int id = 0;;) {
      std::uint8_t const head = in.byte();
      if (head == 0) return out;
      id = head >> 4 != 0 ? id + (head >> 4) : static_cast<int>(zigzag(in.varint()));
      require(!out.fields.contains(id), "each Thrift field stands once");
      out.fields[id] = read(in, head & 15, true);
    }
  }

 private:
  static std::int64_t zigzag(std::uint64_t n) { return static_cast<std::int64_t>(n >> 1 ^ (0 - (n & 1))); }
  static thrift read(bytes_reader& in, int type, bool is_field) {
    thrift out;
    switch (type) {
      case 1:
      case 2: out.integer = is_field ? type == 1 : in.byte() == 1; break;
      case 3: out.integer = static_cast<std::int8_t>(in.byte()); break;
      case 4:
      case 5:
      case 6: out.integer = zigzag(in.varint()); break;
      case 8: out.binary = in.take(in.varint()); break;
      case 9: {
        std::uint8_t const head = in.byte();
        std::size_t n = head >> 4;
        if (n == 15) n = in.varint();
        while (n-- != 0) out.list.push_back(read(in, head & 15, false));
        break;
      }
      case 12: return read_struct(in);
      default: fail("Thrift type " + std::to_string(type));
    }
    return out;
  }
};

struct parquet_entry {
  unsigned repetition = 0, definition = 0;
  std::string_view value = {};  // where the definition level is the highest
  char bit = 0;                 // of a boolean
};

/// A node of the schema, with what its leaf holds.
struct parquet_node {
  std::string name = {};
  enum class repeat { required, optional, repeated } repetition = repeat::required;
  int physical = -1, converted = -1;  // -1: a group; none
  std::vector<parquet_node> children = {};
  unsigned max_definition = 0, max_repetition = 0;
  std::vector<parquet_entry> entries = {};  // of a leaf
  std::vector<std::size_t> rows = {};       // of a leaf: where each begins
};

/// A value as it is put together: null, a leaf's, or those of a list or group.
struct parquet_value {
  bool is_null = false;
  parquet_entry leaf = {};
  std::vector<parquet_value> items = {};
};

class parquet_peer {
 public:
  explicit parquet_peer(std::string_view file) : file_(file) {
    require(file.size() >= 12 && file.starts_with("PAR1") && file.ends_with("PAR1"), "the magic of a Parquet file");
    bytes_reader tail(file.substr(file.size() - 8));
    std::size_t const size = tail.u32();
    require(size <= file.size() - 12, "the size of the footer");
    bytes_reader footer(file.substr(file.size() - 8 - size, size));
    thrift const metadata = thrift::read_struct(footer);
    require(footer.left() == 0, "nothing behind the metadata");
    auto const& schema = metadata.at(2).list;
    std::size_t at = 0;
    root_ = read_node(schema, at, 0, 0);
    require(at == schema.size(), "a schema that is one tree");
    collect(root_);
    rows_ = metadata.at(3).integer;
    std::int64_t rows = 0;
    for (thrift const& group : metadata.at(4).list) rows += read_group(group);
    require(rows == rows_, "rows of the row groups are those of the file");
    for (parquet_node* const leaf : leaves_)
      require(static_cast<std::int64_t>(leaf->rows.size()) == rows_, "each column has all rows");
  }

  std::int64_t rows() const { return rows_; }
  std::vector<parquet_node> const& columns() const { return root_.children; }

  parquet_value row(parquet_node const& column, std::size_t row) const {
    return assemble(column, slices_of(column, row));
  }

 private:
  using slice = std::span<parquet_entry const>;
  using slices = std::map<parquet_node const*, slice>;

  static parquet_node read_node(std::vector<thrift> const& schema, std::size_t& at, unsigned definition,
                                unsigned repetition) {
    require(at < schema.size(), "as many schema elements as children");
    thrift const& e = schema[at];
    parquet_node n;
    n.name = e.at(4).binary;
    bool const is_root = at++ == 0;
    if (!is_root) n.repetition = static_cast<parquet_node::repeat>(e.at(3).integer);
    n.max_definition = definition + (n.repetition != parquet_node::repeat::required);
    n.max_repetition = repetition + (n.repetition == parquet_node::repeat::repeated);
    n.physical = static_cast<int>(e.number(1, -1));
    n.converted = static_cast<int>(e.number(6, -1));
    for (std::int64_t left = e.number(5, 0); left > 0; --left)
      n.children.push_back(read_node(schema, at, n.max_definition, n.max_repetition));
    require(n.children.empty() == (n.physical >= 0), "a node is a group or has a type");
    return n;
  }
  void collect(parquet_node& n) {
    if (n.children.empty()) leaves_.push_back(&n);
    for (parquet_node& child : n.children) collect(child);
  }

  std::int64_t read_group(thrift const& group) {
    std::int64_t const rows = group.at(3).integer;
    require(rows > 0, "no row group is empty");
    auto const& columns = group.at(1).list;
    require(columns.size() == leaves_.size(), "a column chunk a leaf");
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::size_t const before = leaves_[i]->rows.size();
      read_chunk(*leaves_[i], columns[i].at(3));
      require(leaves_[i]->rows.size() - before == static_cast<std::size_t>(rows),
              "each chunk has the rows of its group");
    }
    return rows;
  }

  void read_chunk(parquet_node& leaf, thrift const& chunk) {
    require(chunk.at(1).integer == leaf.physical && chunk.at(4).integer == 0,
            "a chunk of its leaf's type, not compressed");
    require(chunk.at(3).list.back().binary == leaf.name, "the path of the leaf");
    require(chunk.at(6).integer == chunk.at(7).integer, "a chunk's sizes");
    bool const has_dictionary = chunk.fields.contains(11);
    auto const begin = static_cast<std::size_t>(chunk.at(has_dictionary ? 11 : 9).integer),
               size = static_cast<std::size_t>(chunk.at(7).integer);
    require(begin >= 4 && begin <= file_.size() && size <= file_.size() - begin, "a chunk within the file");
    bytes_reader in(file_.substr(begin, size));
    std::size_t const before = leaf.entries.size();
    std::string_view dictionary;
    while (in.left() != 0) {
      if (dictionary.empty() && has_dictionary)
        require(size - in.left() == 0, "the dictionary comes first");
      else
        require(!has_dictionary || size - in.left() >= static_cast<std::size_t>(chunk.at(9).integer) - begin,
                "data_page_offset is behind the dictionary");
      thrift const head = thrift::read_struct(in);
      bool const is_dictionary = has_dictionary && dictionary.empty();
      require(head.at(1).integer == (is_dictionary ? 2 : 0) && head.at(2).integer == head.at(3).integer,
              "a dictionary page or a data page v1, not compressed");
      std::string_view const page = in.take(static_cast<std::size_t>(head.at(3).integer));
      if (head.fields.contains(4))
        require(static_cast<std::uint32_t>(head.at(4).integer) == crc32(page), "the checksum of a page");
      if (is_dictionary) {
        require(leaf.physical == 1 && head.at(7).at(2).integer == 0 && !page.empty() &&
                    page.size() == 4 * static_cast<std::size_t>(head.at(7).at(1).integer),
                "a dictionary of PLAIN INT32");
        dictionary = page;
        continue;
      }
      thrift const& data = head.at(5);
      require(data.at(2).integer == (has_dictionary ? 8 : 0) && data.at(3).integer == 3 && data.at(4).integer == 3,
              "PLAIN values or RLE_DICTIONARY indices, RLE levels");
      read_page(leaf, page, static_cast<std::size_t>(data.at(1).integer), dictionary);
    }
    require(leaf.entries.size() - before == static_cast<std::size_t>(chunk.at(5).integer), "num_values of a chunk");
  }

  static std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = ~0u;
    for (char const c : bytes) {
      crc ^= static_cast<unsigned char>(c);
      for (int k = 0; k < 8; ++k) crc = crc >> 1 ^ (0xEDB88320u & (0 - (crc & 1)));
    }
    return ~crc;
  }

  static std::vector<unsigned> read_levels(bytes_reader& page, unsigned max, std::size_t n) {
    if (max == 0) return std::vector<unsigned>(n);
    auto const width = static_cast<unsigned>(std::bit_width(max));
    std::size_t const size = page.u32();
    bytes_reader in(page.take(size));
    auto const out = read_runs(in, width, n);
    require(in.left() == 0, [&] {
      return std::to_string(in.left()) + " of " + std::to_string(size) + " bytes behind " + std::to_string(n) +
             " levels up to " + std::to_string(max);
    });
    for (unsigned const level : out) require(level <= max, "no level above the highest");
    return out;
  }

  // The RLE / bit-packing hybrid.
  static std::vector<unsigned> read_runs(bytes_reader& in, unsigned width, std::size_t n) {
    std::vector<unsigned> out;
    while (out.size() < n) {
      std::uint64_t const head = in.varint();
      if (head % 2 == 0) {
        std::uint8_t const level = in.byte();  // no width is above 8
        require(head / 2 <= n - out.size(), "a run within the page");
        out.insert(out.end(), head / 2, level);
        continue;
      }
      std::string_view const packed = in.take(head / 2 * width);
      for (std::size_t i = 0; i < head / 2 * 8 && out.size() < n; ++i) {
        unsigned level = 0;
        for (unsigned b = 0; b < width; ++b)
          level |= (static_cast<unsigned char>(packed[(i * width + b) / 8]) >> (i * width + b) % 8 & 1u) << b;
        out.push_back(level);
      }
    }
    return out;
  }

  static void read_page(parquet_node& leaf, std::string_view bytes, std::size_t n, std::string_view dictionary) {
    bytes_reader page(bytes);
    auto const repetition = read_levels(page, leaf.max_repetition, n),
               definition = read_levels(page, leaf.max_definition, n);
    require(n == 0 || repetition[0] == 0, "a page begins with a row");
    std::size_t bits = 0, taken = 0;
    std::uint8_t eight = 0;
    std::vector<unsigned> indices;
    if (!dictionary.empty()) {
      auto const values = std::count(definition.begin(), definition.end(), leaf.max_definition);
      unsigned const width = page.byte();
      require(width <= 8, "indices of a byte");
      indices = read_runs(page, width, static_cast<std::size_t>(values));
    }
    for (std::size_t i = 0; i < n; ++i) {
      parquet_entry e{.repetition = repetition[i], .definition = definition[i]};
      if (e.repetition == 0) leaf.rows.push_back(leaf.entries.size());
      if (e.definition == leaf.max_definition) {
        if (!dictionary.empty()) {
          std::size_t const at = 4 * std::size_t{indices[taken++]};
          require(at < dictionary.size(), "an index within the dictionary");
          e.value = dictionary.substr(at, 4);
        } else
          switch (leaf.physical) {
            case 0:
              if (bits++ % 8 == 0) eight = page.byte();
              e.bit = static_cast<char>(eight & 1);
              eight >>= 1;
              break;
            case 1:
            case 4: e.value = page.take(4); break;
            case 2:
            case 5: e.value = page.take(8); break;
            case 6: e.value = page.take(page.u32()); break;
            default: fail("physical type " + std::to_string(leaf.physical));
          }
      }
      leaf.entries.push_back(e);
    }
    require(page.left() == 0, "nothing behind the values");
  }

  slices slices_of(parquet_node const& n, std::size_t row) const {
    slices out;
    if (n.children.empty()) {
      std::size_t const begin = n.rows[row], end = row + 1 < n.rows.size() ? n.rows[row + 1] : n.entries.size();
      out[&n] = slice(n.entries).subspan(begin, end - begin);
    }
    for (parquet_node const& child : n.children) out.merge(slices_of(child, row));
    return out;
  }

  // The record assembly of Dremel, by slices: of every leaf below the node, its entries of this value.
  static parquet_value assemble(parquet_node const& n, slices const& of) {
    parquet_value out;
    auto const is_defined = [&](unsigned level) {
      bool const defined = of.begin()->second.front().definition >= level;
      for (auto const& [leaf, entries] : of) {
        require((entries.front().definition >= level) == defined, "the leaves agree on what is defined");
        require(defined || entries.size() == 1, "nothing behind what is not there");
      }
      return defined;
    };
    if (n.repetition == parquet_node::repeat::optional && !is_defined(n.max_definition)) {
      out.is_null = true;
      return out;
    }
    if (n.repetition != parquet_node::repeat::repeated) return assemble_one(n, of);
    if (!is_defined(n.max_definition)) return out;
    std::vector<slices> elements;
    for (auto const& [leaf, entries] : of) {
      std::size_t begin = 0, element = 0;
      for (std::size_t i = 1; i <= entries.size(); ++i) {
        if (i != entries.size() && entries[i].repetition > n.max_repetition) continue;
        if (element == elements.size()) {
          require(leaf == of.begin()->first, "the leaves agree on the number of elements");
          elements.emplace_back();
        }
        elements[element++][leaf] = entries.subspan(begin, i - begin);
        begin = i;
      }
      require(element == elements.size(), "the leaves agree on the number of elements");
    }
    for (slices const& element : elements) out.items.push_back(assemble_one(n, element));
    return out;
  }
  static parquet_value assemble_one(parquet_node const& n, slices const& of) {
    parquet_value out;
    if (n.children.empty()) {
      slice const entries = of.begin()->second;
      require(entries.size() == 1, "a leaf has one entry a value");
      out.leaf = entries.front();
      return out;
    }
    for (parquet_node const& child : n.children) {
      slices below;
      for (auto const& [leaf, entries] : of)
        if (is_below(child, leaf)) below[leaf] = entries;
      out.items.push_back(assemble(child, below));
    }
    return out;
  }
  static bool is_below(parquet_node const& n, parquet_node const* leaf) {
    if (&n == leaf) return true;
    for (parquet_node const& child : n.children)
      if (is_below(child, leaf)) return true;
    return false;
  }

  std::string_view file_;
  parquet_node root_;
  std::vector<parquet_node*> leaves_;
  std::int64_t rows_ = 0;
};

inline std::string told_parquet(bw::field_info const& f, parquet_node const& n, parquet_value const& v) {
  if (v.is_null) return "-";
  auto const as = [](parquet_value const& leaf, auto number) {
    require(leaf.leaf.value.size() == sizeof number, "a value of the size of its type");
    std::memcpy(&number, leaf.leaf.value.data(), sizeof number);
    return number;
  };
  auto const small = [&](std::int32_t least, std::int32_t most) {
    std::int32_t const number = as(v, std::int32_t{});
    require(number >= least && number <= most, "a value in the range of its kind");
    return told_integer(number);
  };
  switch (f.type) {
    case kind::boolean: require(n.physical == 0, "BOOLEAN"); return v.leaf.bit ? "b1" : "b0";
    case kind::int8: require(n.physical == 1, "INT32"); return small(INT8_MIN, INT8_MAX);
    case kind::int16: require(n.physical == 1, "INT32"); return small(INT16_MIN, INT16_MAX);
    case kind::int32: require(n.physical == 1, "INT32"); return small(INT32_MIN, INT32_MAX);
    case kind::int64: require(n.physical == 2, "INT64"); return told_integer(as(v, std::int64_t{}));
    case kind::float32: require(n.physical == 4, "FLOAT"); return told_float(as(v, float{}));
    case kind::float64: require(n.physical == 5, "DOUBLE"); return told_double(as(v, double{}));
    case kind::varchar:
    case kind::text:
    case kind::json:
    case kind::geometry:
    case kind::timestamptz: require(n.physical == 6, "BYTE_ARRAY"); return told_text(v.leaf.value);
    case kind::sparse_float_vector: {
      require(n.physical == 6, "BYTE_ARRAY");
      auto const tree = json_peer::read(v.leaf.value);
      require(tree.has_value(), "a sparse vector is JSON text");
      return told_json(f, *tree);
    }
    default: break;
  }
  // LIST: a group, in it a repeated group, in it the element.
  require(n.children.size() == 1 && n.children[0].repetition == parquet_node::repeat::repeated &&
              n.children[0].children.size() == 1 && n.converted == 3,
          "a list of three levels");
  parquet_node const& element = n.children[0].children[0];
  std::vector<parquet_value const*> items;
  for (parquet_value const& item : v.items[0].items) {
    items.push_back(&item.items[0]);
    require(!items.back()->is_null, "no element is null");
  }
  auto const all = [&]<class T>(T, int physical) {
    require(element.physical == physical, "the type of a vector's elements");
    std::vector<T> numbers;
    for (parquet_value const* const item : items) {
      if constexpr (sizeof(T) == 1) {
        std::int32_t const wide = as(*item, std::int32_t{});
        numbers.push_back(static_cast<T>(wide));
        require(numbers.back() == wide, "an element in the range of its type");
      } else {
        numbers.push_back(as(*item, T{}));
      }
    }
    return numbers;
  };
  switch (f.type) {
    case kind::float_vector: return told_floats(all(float{}, 4));
    case kind::float16_vector:
    case kind::bfloat16_vector: {
      auto const bytes = all(std::uint8_t{}, 1);
      std::vector<std::uint16_t> halves;
      for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        halves.push_back(static_cast<std::uint16_t>(bytes[i] | bytes[i + 1] << 8));
      return told_halves(halves);
    }
    case kind::int8_vector: return told_bytes('c', all(std::int8_t{}, 1));
    case kind::binary_vector: return told_bytes('x', all(std::uint8_t{}, 1));
    default: break;
  }
  std::string out = "[";
  bw::field_info const scalar{.name = f.name, .type = f.element};
  for (parquet_value const* const item : items) {
    if (out.size() > 1) out += ' ';
    if (f.type == kind::array) {
      out += told_parquet(scalar, element, *item);
      continue;
    }
    require(element.children.size() == f.sub_count, "a struct with all its fields");
    out += '(';
    for (std::size_t i = 0; i < f.sub_count; ++i) {
      require(element.children[i].name == f.sub[i].name, "fields of a struct in their order");
      out += (i ? " " : "") + told_parquet(f.sub[i], element.children[i], item->items[i]);
    }
    out += ')';
  }
  return out += ']';
}

inline void read_parquet(std::span<bw::field_info const> fields, std::string_view bytes, rows_told& out) {
  parquet_peer const file(bytes);
  std::size_t const before = out.size();
  out.resize(before + static_cast<std::size_t>(file.rows()));
  std::size_t at = 0;
  for (bw::field_info const& f : fields) {
    if (!f.written()) continue;
    require(at < file.columns().size() && file.columns()[at].name == f.name, "a column a field");
    parquet_node const& column = file.columns()[at++];
    for (std::size_t r = before; r < out.size(); ++r)
      out[r].push_back(told_parquet(f, column, file.row(column, r - before)));
  }
  require(at == file.columns().size(), "no column beside the fields");
}

}  // namespace fuzz
