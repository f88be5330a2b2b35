#pragma once

#include <bulkwriter/schema/field_info.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Where names stand in a list, without going through all of it: files may have 10^5 columns. It holds no names:
/// `name_of(i)` gives them, the same ones at every call.
class name_index {
 public:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  name_index() = default;
  template <class NameOf>
  name_index(std::size_t size, NameOf const& name_of) : order_(size) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      int const order = std::string_view(name_of(a)).compare(name_of(b));
      return order != 0 ? order < 0 : a < b;
    });
  }

  /// The first of this name; npos if there is none.
  template <class NameOf>
  std::size_t find(std::string_view name, NameOf const& name_of) const {
    auto const found = std::lower_bound(order_.begin(), order_.end(), name, [&](std::size_t i, std::string_view n) {
      return std::string_view(name_of(i)) < n;
    });
    return found != order_.end() && std::string_view(name_of(*found)) == name ? *found : npos;
  }

  /// The first that has the name of one before it; npos if there is none.
  template <class NameOf>
  std::size_t find_twin(NameOf const& name_of) const {
    std::size_t first = npos;
    for (std::size_t k = 1; k < order_.size(); ++k)
      if (std::string_view(name_of(order_[k])) == std::string_view(name_of(order_[k - 1])))
        first = (std::min)(first, order_[k]);
    return first;
  }

 private:
  std::vector<std::size_t> order_ = {};
};

/// The same of fields, which outlive it.
class field_index {
 public:
  static constexpr std::size_t npos = name_index::npos;

  explicit field_index(std::span<field_info const> fields)
      : fields_(fields), index_(fields.size(), [&](std::size_t i) { return fields[i].name; }) {}

  /// The first field of this name; npos if there is none.
  std::size_t find(std::string_view name) const {
    return index_.find(name, [this](std::size_t i) { return fields_[i].name; });
  }

 private:
  std::span<field_info const> fields_;
  name_index index_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
