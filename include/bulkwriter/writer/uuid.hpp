#pragma once

#include <bulkwriter/error.hpp>

#include <string>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// A random UUID (RFC 9562, version 4), as text: the folder of a writer's files. Error: io_error, where the system gives
/// no random bytes. Thread-safe.
result<std::string> try_make_uuid();

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/writer/detail/uuid.ipp>
#endif
