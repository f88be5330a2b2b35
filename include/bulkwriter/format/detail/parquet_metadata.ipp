#pragma once

#include <bulkwriter/format/detail/parquet_metadata.hpp>
#include <bulkwriter/format/detail/thrift_compact.hpp>
#include <bulkwriter/version.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL void append_parquet_chunk(std::string& out, parquet_leaf const& leaf, parquet_chunk const& chunk) {
  namespace pf = parquet_format;
  thrift_compact t(out);
  t.i64(2, 0);
  t.begin_struct(3);
  t.i32(1, static_cast<std::int32_t>(leaf.physical()));
  if (leaf.is_bytes())
    t.list_of_i32(2, {pf::plain, pf::rle, pf::rle_dictionary});  // plain: the dictionary
  else
    t.list_of_i32(2, {pf::plain, pf::rle});
  t.list_of_binary(3, leaf.path());
  t.i32(4, pf::uncompressed);
  t.i64(5, static_cast<std::int64_t>(chunk.entries));
  t.i64(6, static_cast<std::int64_t>(chunk.size));
  t.i64(7, static_cast<std::int64_t>(chunk.size));
  t.i64(9, static_cast<std::int64_t>(chunk.offset + chunk.dictionary_size));
  if (leaf.is_bytes()) t.i64(11, static_cast<std::int64_t>(chunk.offset));
  t.begin_struct(12);
  t.i64(3, static_cast<std::int64_t>(chunk.entries - chunk.values));
  if (chunk.range) {
    std::size_t const size = leaf.physical() == pf::physical::int64 ? 8 : 4;
    auto const bytes_of = [&](std::int64_t const& v) {
      return std::string_view(reinterpret_cast<char const*>(&v), size);
    };
    t.binary(5, bytes_of(chunk.range->greatest));
    t.binary(6, bytes_of(chunk.range->least));
  }
  t.end_struct();
  t.end_struct();
  t.end();
}

// Appends the elements of the schema's tree, parents before their children.
class parquet_tree {
 public:
  explicit parquet_tree(std::string& out) noexcept : out_(out) {}

  std::size_t nodes() const noexcept { return nodes_; }

  void root(std::size_t children) {
    thrift_compact t(out_);
    t.binary(4, "schema");
    t.i32(5, static_cast<std::int32_t>(children));
    end(t);
  }
  void field(field_info const& f) {
    if (f.type == kind::struct_array) {
      list(parquet_format::optional, f.name);
      group(parquet_format::required, "element", f.sub_count);
      for (field_info const& sub : f.sub_fields()) value(parquet_format::required, sub);
    } else {
      value(parquet_format::optional, f);
    }
  }

 private:
  // a field that is no struct_array, or a sub-field
  void value(int repetition, field_info const& f) {
    std::vector<parquet_leaf> leaves;
    append_parquet_leaves(leaves, f);
    parquet_leaf const& l = leaves.front();
    if (l.nesting == parquet_nesting::scalar) return leaf(repetition, f.name, l);
    list(repetition, f.name);
    leaf(repetition, "element", l);
  }
  void list(int repetition, std::string_view name) {
    thrift_compact t(out_);
    t.i32(3, repetition);
    t.binary(4, name);
    t.i32(5, 1);
    t.i32(6, parquet_format::converted_list);
    t.begin_struct(10);
    t.begin_struct(parquet_format::logical_list);
    t.end_struct();
    t.end_struct();
    end(t);
    group(parquet_format::repeated, "list", 1);
  }
  void group(int repetition, std::string_view name, std::size_t children) {
    thrift_compact t(out_);
    t.i32(3, repetition);
    t.binary(4, name);
    t.i32(5, static_cast<std::int32_t>(children));
    end(t);
  }
  void leaf(int repetition, std::string_view name, parquet_leaf const& l) {
    thrift_compact t(out_);
    t.i32(1, static_cast<std::int32_t>(l.physical()));
    t.i32(3, repetition);
    t.binary(4, name);
    switch (l.type) {
      case kind::int8:
      case kind::int8_vector: integer(t, parquet_format::converted_int8, 8, true); break;
      case kind::int16: integer(t, parquet_format::converted_int16, 16, true); break;
      case kind::float16_vector:
      case kind::bfloat16_vector:
      case kind::binary_vector: integer(t, parquet_format::converted_uint8, 8, false); break;
      default:
        if (l.physical() == parquet_format::physical::byte_array) string(t);
    }
    end(t);
  }
  static void integer(thrift_compact& t, int converted, std::int8_t bits, bool is_signed) {
    t.i32(6, converted);
    t.begin_struct(10);
    t.begin_struct(parquet_format::logical_integer);
    t.byte(1, bits);
    t.boolean(2, is_signed);
    t.end_struct();
    t.end_struct();
  }
  static void string(thrift_compact& t) {
    t.i32(6, parquet_format::converted_utf8);
    t.begin_struct(10);
    t.begin_struct(parquet_format::logical_string);
    t.end_struct();
    t.end_struct();
  }
  void end(thrift_compact& t) {
    t.end();
    ++nodes_;
  }

  std::string& out_;
  std::size_t nodes_ = 0;
};

BULKWRITER_DECL parquet_metadata::parquet_metadata(std::span<field_info const> fields,
                                                   std::span<parquet_leaf const> leaves)
    : leaves_(leaves.size()) {
  parquet_tree tree(schema_);
  tree.root(static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(), [](field_info const& f) { return f.written(); })));
  for (field_info const& f : fields)
    if (f.written()) tree.field(f);
  nodes_ = tree.nodes();

  bound_without_groups_ = footer(0).size() + 32 + 64;  // row count and row group list grow by less; a group's own
  for (parquet_leaf const& leaf : leaves) {
    // no column's metadata without its path is longer, no name's length takes more than two bytes
    bound_without_groups_ += 144;
    for (std::string_view const name : leaf.path()) bound_without_groups_ += 2 + name.size();
  }
}

BULKWRITER_DECL void parquet_metadata::add_group(std::string_view chunks, std::uint64_t offset, std::uint64_t size,
                                                 std::uint64_t rows) {
  thrift_compact group(groups_);
  group.list_of_written_structs(1, leaves_, chunks);
  group.i64(2, static_cast<std::int64_t>(size));
  group.i64(3, static_cast<std::int64_t>(rows));
  group.i64(5, static_cast<std::int64_t>(offset));
  group.i64(6, static_cast<std::int64_t>(size));
  group.end();
  ++group_count_;
}

BULKWRITER_DECL std::string parquet_metadata::footer(std::uint64_t rows) const {
  std::string out;
  thrift_compact footer(out);
  footer.i32(1, 1);  // "for maximum compatibility always populate 1"
  footer.list_of_written_structs(2, nodes_, schema_);
  footer.i64(3, static_cast<std::int64_t>(rows));
  footer.list_of_written_structs(4, group_count_, groups_);
  footer.binary(6, std::string("bulkwriter version ") + version + " (build 0)");
  // one TypeDefinedOrder a leaf: without it readers ignore minimum and maximum
  std::string orders;
  for (std::size_t i = 0; i < leaves_; ++i) orders.append("\x1c\x00\x00", 3);
  footer.list_of_written_structs(7, leaves_, orders);
  footer.end();
  return out;
}

BULKWRITER_DECL void parquet_metadata::clear() noexcept {
  groups_.clear();
  group_count_ = 0;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
