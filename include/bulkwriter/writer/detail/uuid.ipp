#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/writer/uuid.hpp>

#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>  // getentropy
#endif

#include <cerrno>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

BULKWRITER_DECL result<std::string> try_make_uuid() {
  static constexpr char digits[] = "0123456789abcdef";
  unsigned char random[16];
  if (::getentropy(random, sizeof random) != 0)
    return error_info{.code = errc::io_error,
                      .message = "the system gives no random bytes: " + std::generic_category().message(errno)};
  std::string text;
  for (int byte = 0; byte < 16; ++byte) {
    unsigned value = random[byte];
    if (byte == 6) value = (value & 0x0f) | 0x40;  // version
    if (byte == 8) value = (value & 0x3f) | 0x80;  // variant
    if (byte == 4 || byte == 6 || byte == 8 || byte == 10) text += '-';
    text += digits[value >> 4];
    text += digits[value & 15];
  }
  return text;
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
