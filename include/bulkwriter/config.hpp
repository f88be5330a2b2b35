#pragma once

// Every macro of the library is in this file.
//
// BULKWRITER_SEPARATE_COMPILATION   set by the user, everywhere in a program or nowhere: headers only declare.
// BULKWRITER_IMPLEMENTATION         set by the user, in exactly one unit of such a program, before including
//                                   <bulkwriter/bulkwriter.hpp>: that unit holds the bodies.
// BULKWRITER_DECL                   what stands before the definition of a non-template function.
// BULKWRITER_BODIES                 1 where the bodies (detail/*.ipp) are to be included.

#if defined(BULKWRITER_SEPARATE_COMPILATION)
#define BULKWRITER_DECL
#else
#define BULKWRITER_DECL inline
#endif

#if !defined(BULKWRITER_SEPARATE_COMPILATION) || defined(BULKWRITER_IMPLEMENTATION)
#define BULKWRITER_BODIES 1
#else
#define BULKWRITER_BODIES 0
#endif
