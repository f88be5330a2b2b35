#pragma once

#include <bulkwriter/schema/text_fault.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// Reads a point in time from its first byte to its last.
class timestamp_scanner {
 public:
  constexpr explicit timestamp_scanner(std::string_view text) noexcept : text_(text) {}

  constexpr std::optional<text_fault> run() noexcept {
    if (date() && separator() && time() && fraction() && offset() && end()) return std::nullopt;
    return fault_;
  }

  /// Of a text that `run` has let pass: whether every server that has the kind reads it as it stands.
  constexpr bool is_plain() const noexcept { return has_t_ || !has_offset_; }
  /// The same moment as every such server reads it.
  std::string plain() const {
    std::string out(text_);
    if (is_plain()) return out;
    out[separator_at] = 'T';
    if (is_short_) out += ":00";
    return out;
  }

 private:
  static constexpr std::size_t separator_at = 10;
  // Offsets that servers take, in minutes.
  static constexpr int least_offset = -12 * 60, most_offset = 14 * 60;

  constexpr bool date() noexcept {
    unsigned year = 0, month = 0, day = 0;
    if (!number(4, year)) return false;
    if (year == 0) return refuse(0, "years begin with 0001");
    if (!take('-')) return refuse(at_, "'-' was expected");
    if (!number(2, month)) return false;
    if (month < 1 || month > 12) return refuse(at_ - 2, "no such month");
    if (!take('-')) return refuse(at_, "'-' was expected");
    if (!number(2, day)) return false;
    return (day >= 1 && day <= days_of(year, month)) || refuse(at_ - 2, "no such day in this month");
  }

  constexpr bool separator() noexcept {
    has_t_ = take('T');
    return has_t_ || take(' ') || refuse(at_, "'T' was expected");
  }

  constexpr bool time() noexcept {
    return number_below(2, 24, "the hour is not below 24") && colon() &&
           number_below(2, 60, "the minute is not below 60") && colon() &&
           number_below(2, 60, "the second is not below 60");  // no clock of the server has leap seconds
  }

  constexpr bool fraction() noexcept {
    if (!take('.')) return true;
    std::size_t const begin = at_;
    while (digit() >= 0) ++at_;
    return at_ != begin || refuse(at_, "a digit was expected");
  }

  constexpr bool offset() noexcept {
    has_offset_ = looking_at('Z') || looking_at('+') || looking_at('-');
    if (!has_offset_ || take('Z')) return true;
    std::size_t const begin = at_;
    bool const behind = text_[at_++] == '-';  // the clocks there are behind UTC
    unsigned hours = 0, minutes = 0;
    if (!number(2, hours)) return false;
    // PostgreSQL's short form goes with its blank: RFC 3339, whose 'T' it is, knows none.
    is_short_ = !has_t_ && at_ == text_.size();
    if (!is_short_ && !(colon() && number(2, minutes))) return false;
    if (minutes >= 60) return refuse(at_ - 2, "the minute of the offset is not below 60");
    int const offset = static_cast<int>(hours * 60 + minutes) * (behind ? -1 : 1);
    return (offset >= least_offset && offset <= most_offset) || refuse(begin, "the offset is outside -12:00 to +14:00");
  }

  constexpr bool end() noexcept { return at_ == text_.size() || refuse(at_, "text behind the time"); }

  constexpr bool colon() noexcept { return take(':') || refuse(at_, "':' was expected"); }
  constexpr bool number(std::size_t digits, unsigned& value) noexcept {
    for (; digits != 0; --digits, ++at_) {
      if (digit() < 0) return refuse(at_, "a digit was expected");
      value = value * 10 + static_cast<unsigned>(digit());
    }
    return true;
  }
  constexpr bool number_below(std::size_t digits, unsigned bound, char const* otherwise) noexcept {
    unsigned value = 0;
    return number(digits, value) && (value < bound || refuse(at_ - digits, otherwise));
  }
  constexpr int digit() const noexcept {
    return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' ? text_[at_] - '0' : -1;
  }
  constexpr bool looking_at(char c) const noexcept { return at_ < text_.size() && text_[at_] == c; }
  constexpr bool take(char c) noexcept {
    if (!looking_at(c)) return false;
    ++at_;
    return true;
  }
  constexpr bool refuse(std::size_t at, char const* what) noexcept {
    fault_ = {at, what};
    return false;
  }

  static constexpr unsigned days_of(unsigned year, unsigned month) noexcept {
    if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool has_t_ = false, has_offset_ = false, is_short_ = false;
  text_fault fault_;
};

/// The first place where the text is no point in time that a server reads: RFC 3339 in capitals
/// ("2006-01-02T15:04:05.5Z", "…+01:00"), with a blank for the 'T', then also with an offset of hours alone ("…+01"),
/// or either without an offset. Years 0001 to 9999, days that there are, offsets from -12:00 to +14:00. Servers drop
/// the digits of a second behind the sixth.
constexpr std::optional<text_fault> find_timestamp_fault(std::string_view text) noexcept {
  return timestamp_scanner(text).run();
}

/// What to write for a text without such a fault where its own spelling would not do: the first servers with the kind
/// read an offset behind a 'T' only, and with its minutes.
inline std::optional<std::string> respelled_timestamp(std::string_view text) {
  timestamp_scanner scanner(text);
  if (scanner.run() || scanner.is_plain()) return std::nullopt;
  return scanner.plain();
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
