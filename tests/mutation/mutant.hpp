// Seen by every unit of a mutated tree (-include): which mutant is on is a matter of the run, not of the build.
//
//   BULKWRITER_MUTANT=17        mutant 17 is on
//   BULKWRITER_MUTANT_TRACE=F   which mutants each test case reaches goes to F, a line a case: name, tab, numbers
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

namespace bulkwriter_mutation {

inline int const asked = [] {
  char const* const text = std::getenv("BULKWRITER_MUTANT");
  return text ? std::atoi(text) : -1;
}();
inline char const* const trace = std::getenv("BULKWRITER_MUTANT_TRACE");
inline std::atomic<bool> reached[BULKWRITER_MUTANTS];

inline bool on(int mutant) noexcept {
  if (trace) reached[mutant].store(true, std::memory_order_relaxed);
  return mutant == asked;
}

inline void end_case(char const* name) {
  if (!trace) return;
  std::FILE* const out = std::fopen(trace, "a");
  std::fprintf(out, "%s\t", name);
  for (int i = 0; i < BULKWRITER_MUTANTS; ++i)
    if (reached[i].exchange(false)) std::fprintf(out, " %d", i);
  std::fputc('\n', out);
  std::fclose(out);
}

// What a program that knows no cases has reached.
inline struct at_end {
  ~at_end() { end_case("0\t"); }
} const at_end;

// What stands where a binary operator stood: a < infix<17, less, less_equal>{} < b has the precedence of a < b.
struct less {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a < b) { return a < b; }
};
struct less_equal {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a <= b) { return a <= b; }
};
struct greater {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a > b) { return a > b; }
};
struct greater_equal {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a >= b) { return a >= b; }
};
struct equal {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a == b) { return a == b; }
};
struct unequal {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a != b) { return a != b; }
};
struct plus {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a + b) { return a + b; }
};
struct minus {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a - b) { return a - b; }
};
struct times {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a * b) { return a * b; }
};
struct divided {
  static constexpr auto call(auto const& a, auto const& b) -> decltype(a / b) { return a / b; }
};

}  // namespace bulkwriter_mutation

// False in a constant expression: there the program is what it was.
constexpr bool bulkwriter_mutant(int mutant) noexcept {
  return !std::is_constant_evaluated() && bulkwriter_mutation::on(mutant);
}

template <int Mutant, class Original, class Mutated>
struct bulkwriter_infix {
  template <class A>
  struct bound {
    A const& a;
    template <class B>
    constexpr auto with(B const& b) const {
      // Asked here, where each mutant has an instantiation of its own, so that each is complained about.
      constexpr bool possible = requires { Mutated::call(a, b); };
      static_assert(possible);
      if constexpr (possible) return bulkwriter_mutant(Mutant) ? Mutated::call(a, b) : Original::call(a, b);
    }
    friend constexpr auto operator<(bound x, auto const& b) { return x.with(b); }
    friend constexpr auto operator==(bound x, auto const& b) { return x.with(b); }
    friend constexpr auto operator+(bound x, auto const& b) { return x.with(b); }
    friend constexpr auto operator*(bound x, auto const& b) { return x.with(b); }
  };
  template <class A>
  friend constexpr bound<A> operator<(A const& a, bulkwriter_infix) { return {a}; }
  template <class A>
  friend constexpr bound<A> operator==(A const& a, bulkwriter_infix) { return {a}; }
  template <class A>
  friend constexpr bound<A> operator+(A const& a, bulkwriter_infix) { return {a}; }
  template <class A>
  friend constexpr bound<A> operator*(A const& a, bulkwriter_infix) { return {a}; }
};
