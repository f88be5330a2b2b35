#pragma once

#include <bulkwriter/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// An open file of the system; a program that this process starts does not inherit it. Not a FILE*: what is written is
/// in large pieces already, which a buffer would only copy. A call that a signal interrupts is repeated, one that does a
/// part goes on; each gives 0 or the system's error number.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor() {
    if (is_open()) (void)close();
  }
  bool is_open() const noexcept { return number_ >= 0; }

  int open_new(char const* path) noexcept;     ///< a file to write, with mode 0666; EEXIST where anything has the name
  int open_to_read(char const* path) noexcept;
  int open_folder(char const* path) noexcept;  ///< to be synced
  /// It is closed whatever it gives: what a quota or a network file system refuses as late as here.
  int close() noexcept;

  int write(std::span<std::span<std::byte const> const> pieces) noexcept;  ///< behind what is written, in one call
  int write_at(std::uint64_t offset, std::span<std::byte const> piece) noexcept;
  int read(std::span<std::byte> out, std::size_t& count) noexcept;  ///< count 0: the end
  int read_at(std::uint64_t offset, std::span<std::byte> out) noexcept;  ///< all of it; EIO where the file ends before

  int sync_data() noexcept;  ///< what is written, and the size, outlast a power cut
  int sync() noexcept;       ///< all of it: of a folder, the names in it

 private:
  int open(char const* path, int flags) noexcept;

  int number_ = -1;
};

/// What the system has refused: "cannot write a temporary file: No space left on device". no_space where that is the
/// reason, otherwise io_error.
error_info system_error(std::string doing, int error);
/// The same of a file: "cannot write 'out/1.json': No space left on device".
error_info file_error(char const* doing, std::string const& path, int error);

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/detail/descriptor.ipp>
#endif
