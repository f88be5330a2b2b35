#pragma once

#include <bulkwriter/config.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// A number that does not come back as it was, and the member of the object, unescaped, that it is or lies in.
struct changed_number {
  std::string key;
  std::string_view number;
  std::string read;  ///< what comes back
};

/// The first number in a JSON object, free of faults, that servers change when they read the dynamic field from a CSV
/// file: they read the object into doubles there, and store their shortest decimals.
///
/// An integer must be such a decimal: 2^53 + 1 is no double, and of 2^60, which is one, 1152921504606847000 comes back.
/// Numbers with a fraction or an exponent are doubles to all readers; they must be one to their last digit, so
/// 0.10000000000000001 may stand, which is how 17 digits write 0.1, and 9007199254740993.0 may not.
std::optional<changed_number> find_changed_number(std::string_view object);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/csv_numbers.ipp>
#endif
