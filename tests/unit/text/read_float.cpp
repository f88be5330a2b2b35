#include <bulkwriter/text/json.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

// read_float takes std::from_chars where the standard library has it and falls back on strtod_l. Both ways are tested
// here, whatever the library; where bodies are compiled elsewhere, the way that it takes.

namespace detail = bulkwriter::detail;

namespace {

template <class T>
using bits_of = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

template <class T>
struct reading {
  std::errc failed = {};
  std::size_t length = 0;
  bits_of<T> bits = 0;
  bool operator==(reading const&) const = default;
};

template <class T>
struct chosen {
  static auto read(char const* first, char const* last, T& value) { return detail::read_float(first, last, value); }
};
#if BULKWRITER_BODIES
template <class T>
struct fallback {
  static auto read(char const* first, char const* last, T& value) {
    return detail::read_float_by_strtod(first, last, value);
  }
};
#endif

constexpr float untouched = 77;

// From memory of exactly the text's size: a reader that relies on a NUL behind it is seen by the sanitizers.
template <template <class> class Way, class T>
reading<T> read(std::string_view text) {
  std::unique_ptr<char[]> const exact(new char[text.size()]);
  text.copy(exact.get(), text.size());
  T value = untouched;
  auto const done = Way<T>::read(exact.get(), exact.get() + text.size(), value);
  return {done.ec, static_cast<std::size_t>(done.ptr - exact.get()), std::bit_cast<bits_of<T>>(value)};
}

template <class T>
void check(std::string_view text, reading<T> const& wanted) {
  CHECK_MESSAGE((read<chosen, T>(text) == wanted), std::string(text.substr(0, 100)));
#if BULKWRITER_BODIES
  CHECK_MESSAGE((read<fallback, T>(text) == wanted), std::string(text.substr(0, 100)));
#endif
}

template <class T>
void reads(std::string_view text, T wanted, std::size_t behind = 0) {
  check<T>(text, {std::errc{}, text.size() - behind, std::bit_cast<bits_of<T>>(wanted)});
}
template <class T>
void refuses(std::string_view text) {
  check<T>(text, {std::errc::invalid_argument, 0, std::bit_cast<bits_of<T>>(T{untouched})});
}
template <class T>
void too_large(std::string_view text, std::size_t behind = 0) {
  check<T>(text, {std::errc::result_out_of_range, text.size() - behind, std::bit_cast<bits_of<T>>(T{untouched})});
}

std::string printed(char const* format, double value) {
  std::string text(2000, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), format, value)));
  // printf writes the decimal point of the locale; these tests run under several.
  for (char& c : text)
    if (c == ',') c = '.';
  return text;
}

std::string repeated(char c, std::size_t times) { return std::string(times, c); }

}  // namespace

TEST_CASE_TEMPLATE("a decimal number is read up to its end", T, float, double) {
  reads<T>("0", T(0));
  reads<T>("-0", T(-0.0));
  reads<T>("-0.0e-7", T(-0.0));
  reads<T>("007", T(7));
  reads<T>("1.5", T(1.5));
  reads<T>("-.5", T(-0.5));
  reads<T>("5.", T(5));
  reads<T>("5.e1", T(50));
  reads<T>("25e-2", T(0.25));
  reads<T>("1E+3", T(1000));
  reads<T>("1e3", T(1000));
  reads<T>("1,5", T(1), 2);
  reads<T>("1.5.5", T(1.5), 2);
  reads<T>("1e", T(1), 1);
  reads<T>("1e+", T(1), 2);
  reads<T>("1e-x", T(1), 3);
  reads<T>("2 ", T(2), 1);
  reads<T>("2]", T(2), 1);
  reads<T>("0x10", T(0), 3);
  reads<T>("1p3", T(1), 2);
  reads<T>("1'000", T(1), 4);
  reads<T>("1.000.000", T(1), 4);
  reads<T>("3f", T(3), 1);
  reads<T>(std::string_view("1\0"
                            "2",
                            3),
           T(1), 2);
}

TEST_CASE_TEMPLATE("what is not a finite decimal number is refused whole", T, float, double) {
  for (std::string_view const text : {"",
                                      "-",
                                      "+",
                                      ".",
                                      "-.",
                                      "+1",
                                      " 1",
                                      "\t1",
                                      "\n1",
                                      "e5",
                                      ".e5",
                                      "--1",
                                      "-+1",
                                      "- 1",
                                      "x",
                                      "inf",
                                      "-inf",
                                      "INFINITY",
                                      "nan",
                                      "-nan",
                                      "NaN",
                                      "nan(1)",
                                      ",5",
                                      "\xc2\xa0"
                                      "1"})
    refuses<T>(text);
  refuses<T>(
      std::string_view("\0"
                       "1",
                       2));
}

TEST_CASE("too large is told from too small") {
  constexpr double tiny = std::numeric_limits<double>::denorm_min();
  constexpr float tinyf = std::numeric_limits<float>::denorm_min();
  for (std::string const text : {"1e309", "-1e309", "1e999", "1e99999999999999999999", "223456789e300", "0.0001e400",
                                 "1.7976931348623159e308"}) {
    too_large<double>(text);
    too_large<float>(text);
  }
  too_large<double>(repeated('9', 400));
  too_large<double>(repeated('9', 400) + "x", 1);
  too_large<float>("3.4028236e38");
  too_large<float>("1e39");
  reads<double>("1.7976931348623157e308", std::numeric_limits<double>::max());
  reads<double>("1.7976931348623158e308", std::numeric_limits<double>::max());
  reads<float>("3.4028235e38", std::numeric_limits<float>::max());
  reads<double>("0e999", 0);
  reads<double>("-0e99999999999999999999", -0.0);

  reads<double>("4.9e-324", tiny);
  reads<double>("-4.9e-324", -tiny);
  reads<double>("2.5e-324", tiny);  // more than half of it
  reads<double>("2.4e-324", 0);     // less
  reads<double>("2.2250738585072014e-308", std::numeric_limits<double>::min());
  reads<double>("2.225073858507201e-308", 2.225073858507201e-308);  // subnormal
  for (std::string const text : {"1e-400", "1e-99999999999999999999", "0.000001e-320"}) {
    reads<double>(text, 0);
    reads<double>("-" + text, -0.0);
    reads<float>(text, 0);
  }
  reads<double>("0." + repeated('0', 400) + "1", 0);
  reads<double>("0." + repeated('0', 400) + "1e401", 1);
  reads<float>("1.4e-45", tinyf);
  reads<float>("7.1e-46", tinyf);
  reads<float>("7.0e-46", 0);
  reads<float>("-1e-50", -0.0f);
  reads<float>("1.17549435e-38", std::numeric_limits<float>::min());
}

TEST_CASE("as many digits as there are decide") {
  // 1 + 2^-53 lies exactly between two doubles, and the even one is 1; one more digit, however far, and it is above.
  std::string const half = "1.00000000000000011102230246251565404236316680908203125";
  reads<double>(half, 1);
  reads<double>(half + repeated('0', 5000), 1);
  reads<double>(half + repeated('0', 5000) + "1", 1 + std::numeric_limits<double>::epsilon());
  reads<double>("0." + repeated('3', 100000), 1.0 / 3);
  reads<double>(repeated('0', 100000) + "2", 2);
  reads<double>("1" + repeated('0', 300), 1e300);
  // Between two floats, which double rounding by way of a double gets wrong.
  reads<float>("1.00000005960464477539062500000000000000001", 1 + std::numeric_limits<float>::epsilon());
  reads<float>("9007199254740993", 9007199254740992.0f);
  reads<double>("9007199254740993", 9007199254740992.0);
}

TEST_CASE("every float that is written reads back by its bits") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::uint64_t bits = random();
    if (i % 4 == 0) bits &= 0x800fffffffffffff;  // subnormal
    auto half = static_cast<std::uint32_t>(bits >> 32);
    if (i % 8 == 0) half &= 0x807fffff;
    double const d = std::bit_cast<double>(bits);
    float const f = std::bit_cast<float>(half);
    if (detail::is_finite(d)) {
      std::string shortest;
      detail::append_json_number(shortest, d);
      reads(shortest, d);
      reads(printed("%.17g", d), d);
      if (i % 16 == 0) reads(printed("%.800e", d), d);  // every digit that it has
    }
    if (detail::is_finite(f)) {
      std::string shortest;
      detail::append_json_number(shortest, f);
      reads(shortest, f);
      reads(printed("%.9g", static_cast<double>(f)), f);
      if (i % 16 == 0) reads(printed("%.200e", static_cast<double>(f)), f);
    }
  }
}

#if BULKWRITER_BODIES
TEST_CASE_TEMPLATE("both ways read random text alike", T, float, double) {
  std::mt19937_64 random(8);
  static constexpr std::string_view letters = "0123456789012345678901234567890123456789....eE+--xn, ";
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (auto n = random() % 24; n-- > 0;) text += letters[random() % letters.size()];
    CHECK_MESSAGE((read<chosen, T>(text) == read<fallback, T>(text)), text);
  }
  // Digits and an exponent near the ends of the range.
  for (int i = 0; i < 100000; ++i) {
    std::string text = std::to_string(random() % 10) + "." + std::to_string(random());
    text += "e" + std::to_string(static_cast<int>(random() % 700) - 350);
    CHECK_MESSAGE((read<chosen, T>(text) == read<fallback, T>(text)), text);
  }
}
#endif
