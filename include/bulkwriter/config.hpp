#pragma once

#if __cplusplus < 202002L
#error "bulkwriter: needs C++20; compile with -std=c++20"
#include "bulkwriter: needs C++20; compile with -std=c++20"  // there is no such file: it ends the errors here
#endif

/// @file
/// Every macro of the library is in this file. A program may ask one and set four; the other three are the library's own,
/// and after the single header they are undefined again.
///
///     BULKWRITER_VERSION                for #if: major * 10,000 + minor * 100 + patch, 200 for 0.2.0.
///
///     BULKWRITER_SEPARATE_COMPILATION   everywhere in a program or nowhere: headers only declare.
///     BULKWRITER_IMPLEMENTATION         in exactly one unit of such a program, before including
///                                       <bulkwriter/bulkwriter.hpp>: that unit holds the bodies.
///     BULKWRITER_LOCAL_ONLY             <bulkwriter/bulkwriter.hpp> is <bulkwriter/local.hpp>, for which the standard
///                                       library is enough. Of use with the single header.
///     BULKWRITER_BOOST_JSON             with the single header: <bulkwriter/adapt/boost_json.hpp> is in it.

/// See above. The same number stands in `bulkwriter::version`, which is checked against it.
#define BULKWRITER_VERSION 200

/// The inline namespace of everything: the release and, without exceptions, that. So two releases, or units compiled with
/// and without -fno-exceptions, are two libraries in one program, each with its own behaviour. What the one would give
/// to the other does not link, and the linker shows which of them was asked.
#if defined(__cpp_exceptions)
#define BULKWRITER_NAMESPACE v0_2_0
#else
#define BULKWRITER_NAMESPACE v0_2_0_no_exceptions
#endif

/// What stands before the definition of a non-template function.
#if defined(BULKWRITER_SEPARATE_COMPILATION)
#define BULKWRITER_DECL
#else
#define BULKWRITER_DECL inline
#endif

/// 1 where the bodies (detail/*.ipp) are to be included.
#if !defined(BULKWRITER_SEPARATE_COMPILATION) || defined(BULKWRITER_IMPLEMENTATION)
#define BULKWRITER_BODIES 1
#else
#define BULKWRITER_BODIES 0
#endif

// A program whose units differ in the mode would have two definitions of every function, and the linker would take
// either. The one name below is thread-local in the one mode and an ordinary variable in the other: no linker joins
// these. Nor does it find the name where no unit holds the bodies.
namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

#if !defined(BULKWRITER_SEPARATE_COMPILATION)
// Hidden: a shared library that has all its bodies inside does not concern the program that loads it.
[[gnu::visibility("hidden")]] inline constinit char BULKWRITER_SEPARATE_COMPILATION_in_some_units_only_or_BULKWRITER_IMPLEMENTATION_in_none = 0;
#else
extern constinit thread_local char BULKWRITER_SEPARATE_COMPILATION_in_some_units_only_or_BULKWRITER_IMPLEMENTATION_in_none;
#if BULKWRITER_BODIES
constinit thread_local char BULKWRITER_SEPARATE_COMPILATION_in_some_units_only_or_BULKWRITER_IMPLEMENTATION_in_none = 0;
#endif
#endif
[[gnu::used]] static inline void* mode_of_this_unit() {
  return &BULKWRITER_SEPARATE_COMPILATION_in_some_units_only_or_BULKWRITER_IMPLEMENTATION_in_none;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
