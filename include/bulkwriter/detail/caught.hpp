#pragma once

#include <bulkwriter/error.hpp>

#include <exception>
#include <new>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// What came out of code that is the user's own, "a place" for example. Null: nothing that says what it is.
error_info thrown_by(char const* whose, char const* what);

/// Calls `step`, which gives a result. What it throws becomes its error, but for std::bad_alloc, which passes: the one
/// exception that a try_ name may throw.
template <class Step>
auto caught([[maybe_unused]] char const* whose, Step&& step) -> decltype(step()) {
#if defined(__cpp_exceptions)
  try {
    return step();
  } catch (std::bad_alloc const&) {
    throw;
  } catch (error const& e) {
    return e.info();
  } catch (std::exception const& e) {
    return thrown_by(whose, e.what());
  } catch (...) {
    return thrown_by(whose, nullptr);
  }
#else
  return step();
#endif
}

/// Whether `step` came to its end without an exception: for destructors.
template <class Step>
bool completes(Step&& step) noexcept {
#if defined(__cpp_exceptions)
  try {
    step();
    return true;
  } catch (...) {
    return false;
  }
#else
  step();
  return true;
#endif
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/detail/caught.ipp>
#endif
