#pragma once

#include "values.hpp"

#include <bulkwriter/error.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace refusals {

/// The ways that a row comes, as bits.
enum : unsigned { by_cells = 1, by_json = 2, by_texts = 4, by_type = 8, by_object = 16, any_way = 31 };
inline constexpr unsigned by_parsed_json = by_json | by_object;  // JSON text, and a Boost.JSON object made of it

/// What the error of a refused row must say.
struct expectation {
  bw::errc code = bw::errc::none;
  std::vector<std::string> words = {};  ///< parts of the message: the rule with its numbers, the value's beginning
  bool of_field = true;                 ///< false: the row as a whole is refused
};

struct bad_value {
  value what;
  expectation due;
  unsigned ways = any_way;                                       ///< where it is wrong in this manner
  std::vector<std::pair<unsigned, expectation>> elsewhere = {};  ///< ways in which the error is another
  std::string_view format = {};                                  ///< empty: in all
};

struct rule {
  std::string name;
  std::vector<bad_value> values;
};

inline constexpr std::size_t fewest = 20;  // values of a rule

using generator = std::mt19937_64;

/// Every rule for values of a field, each with at least `fewest` values.
std::vector<rule> rules_of(bw::field_info const& f, generator& random);

/// A good value of a field in row `n`. check_files.py knows the same by itself.
value good_value(bw::field_info const& f, std::int64_t n);

}  // namespace refusals
