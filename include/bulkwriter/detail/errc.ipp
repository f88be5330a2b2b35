#pragma once

#include <bulkwriter/errc.hpp>

#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

class category_of_errc final : public std::error_category {
 public:
  char const* name() const noexcept override { return "bulkwriter"; }
  std::string message(int value) const override { return std::string(to_string(static_cast<errc>(value))); }
  std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<errc>(value)) {
      case errc::no_space: return std::errc::no_space_on_device;
      case errc::timeout: return std::errc::timed_out;
      case errc::cancelled: return std::errc::operation_canceled;
      case errc::access_denied: return std::errc::permission_denied;
      case errc::io_error: return std::errc::io_error;
      case errc::connection_lost: return std::errc::connection_reset;
      case errc::invalid_option: return std::errc::invalid_argument;
      case errc::invalid_utf8: return std::errc::illegal_byte_sequence;
      default: return {value, *this};
    }
  }
};

}  // namespace detail

BULKWRITER_DECL std::string_view to_string(errc code) noexcept { return detail::traits_of(code).name; }

BULKWRITER_DECL std::error_category const& errc_category() noexcept {
  static detail::category_of_errc const category;
  return category;
}

BULKWRITER_DECL std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), errc_category()};
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
