#pragma once

#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

// Fields of the kinds that formats spell each in its own way, and a row for them.
namespace every_kind {

namespace bw = bulkwriter;

inline bw::cell number(std::int64_t n) { return bw::cell::integer(n); }

struct clip {
  std::string_view caption;
  std::int64_t frame;
  float score;
  std::array<float, 2> v, half;
  std::array<std::uint8_t, 1> bits;
};
// The last two are those that servers do not read in every format.
inline bw::field_info const clip_fields[] = {{.name = "caption", .type = bw::kind::varchar, .max_length = 64},
                                             {.name = "frame", .type = bw::kind::int64},
                                             {.name = "score", .type = bw::kind::float32},
                                             {.name = "v", .type = bw::kind::float_vector, .dim = 2},
                                             {.name = "half", .type = bw::kind::bfloat16_vector, .dim = 2},
                                             {.name = "bits", .type = bw::kind::binary_vector, .dim = 8}};

// Fields and cells, in pairs; what the cells look at lives as long.
struct row {
  std::vector<bw::field_info> fields;
  std::vector<bw::cell> cells;

  // with_all: also what CSV files cannot hold.
  explicit row(bool with_all) {
    using bw::cell;
    using bw::kind;
    add({.name = "id", .type = kind::int64}, cell::integer(std::uint64_t{9223372036854775807}));
    add({.name = "i8", .type = kind::int8}, number(-128));
    add({.name = "f32", .type = kind::float32}, cell::float64(0.1));
    add({.name = "f64", .type = kind::float64}, cell::float32(0.1f));
    if (with_all) add({.name = "body", .type = kind::text}, cell::text("one\n\"two\""));
    add({.name = "place", .type = kind::geometry}, cell::text("LINESTRING (0 0, 1 1)"));
    add({.name = "at", .type = kind::timestamptz}, cell::text("2024-02-29T12:00:00.5+05:30"));
    add({.name = "tags", .type = kind::array, .element = kind::varchar},
        list(tags_, [](std::string_view v) { return cell::text(v); }));
    add({.name = "floats", .type = kind::array, .element = kind::float32},
        list(floats_, [](double v) { return cell::float64(v); }));
    add({.name = "flags", .type = kind::array, .element = kind::boolean},
        list(flags_, [](bool v) { return cell::boolean(v); }));
    add({.name = "none", .type = kind::array, .element = kind::int16}, list(none_, number));
    add({.name = "h", .type = kind::float16_vector, .dim = 4}, cell::halves(float16s_));
    add({.name = "hf", .type = kind::float16_vector, .dim = 4}, cell::floats(floats16_));
    add({.name = "b", .type = kind::bfloat16_vector, .dim = 2}, cell::halves(bfloat16s_));
    add({.name = "bf", .type = kind::bfloat16_vector, .dim = 3}, cell::floats(floatsb16_));
    add({.name = "i8s", .type = kind::int8_vector, .dim = 3}, cell::int8s(int8s_));
    add({.name = "bits", .type = kind::binary_vector, .dim = 24}, cell::bytes(bits_));
    add({.name = "sparse", .type = kind::sparse_float_vector}, cell::sparse(indices_, weights_));
    add({.name = "empty", .type = kind::sparse_float_vector}, cell::sparse({}, {}));
    std::size_t const subs = std::size(clip_fields) - (with_all ? 0 : 2);
    add({.name = "clips", .type = kind::struct_array, .sub = clip_fields, .sub_count = subs}, clips(clips_, with_all));
    for (kind const k : {kind::array, kind::geometry, kind::timestamptz, kind::float16_vector, kind::int8_vector,
                         kind::binary_vector, kind::sparse_float_vector})
      add({.name = bw::to_string(k), .type = k, .nullable = true}, cell());
    add({.name = "gone", .type = kind::struct_array, .nullable = true, .sub = clip_fields, .sub_count = subs}, cell());
  }
  row(row const&) = delete;
  row& operator=(row const&) = delete;

 private:
  template <class T, class Make>
  bw::cell list(std::vector<T> const& values, Make const& make) {
    std::vector<bw::cell>& cells_of_list = lists_.emplace_back();
    for (auto const& value : values) cells_of_list.push_back(make(value));
    return bw::cell::list(cells_of_list);
  }
  bw::cell clips(std::vector<clip> const& values, bool with_other_vectors) {
    std::vector<bw::cell>& cells_of_list = lists_.emplace_back();
    for (clip const& one : values) {
      for (bw::cell const& c : {bw::cell::text(one.caption), bw::cell::integer(one.frame), bw::cell::float32(one.score),
                                bw::cell::floats(one.v)})
        cells_of_list.push_back(c);
      if (with_other_vectors)
        for (bw::cell const& c : {bw::cell::floats(one.half), bw::cell::bytes(one.bits)}) cells_of_list.push_back(c);
    }
    return bw::cell::list(cells_of_list, with_other_vectors ? 6 : 4);
  }
  void add(bw::field_info const& f, bw::cell const& c) {
    fields.push_back(f);
    cells.push_back(c);
  }

  std::deque<std::vector<bw::cell>> lists_;
  std::vector<std::string_view> tags_{"a,b", "", "\"\xc3\xa9\"\n"};
  std::vector<double> floats_{0.1, -0.0, 3.4e38};
  std::vector<bool> flags_{true, false};
  std::vector<std::int64_t> none_;
  std::vector<std::uint16_t> float16s_{0x3c00, 0x0001, 0xfbff, 0x8000}, bfloat16s_{0x3f80, 0xff7f};
  std::vector<float> floats16_{0.1f, 65504, -1e-8f, 1 + 0x1p-11f}, floatsb16_{0.1f, 1 + 0x1p-8f, -2};
  std::vector<std::int8_t> int8s_{-128, 0, 127};
  std::vector<std::uint8_t> bits_{0, 255, 170};
  std::vector<std::uint32_t> indices_{0, 12, 4294967294};
  std::vector<float> weights_{0.5f, 0, 0x1p-149f};
  std::vector<clip> clips_{{"x\"y", 7, 0.1f, {0.1f, -1}, {1 + 0x1p-8f, 2}, {255}}, {"", -1, 2, {0, 3}, {0.5f, 4}, {0}}};
};

}  // namespace every_kind
