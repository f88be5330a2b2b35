#pragma once

#include <bulkwriter/output/folder.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

// The system's calls, not std::filesystem, which alone would cost a unit as much to compile as all of the writer.

namespace bulkwriter {
inline namespace v1 {
namespace output {
namespace detail {

inline error_info file_error(char const* doing, std::string const& path, int error) {
  bool const full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {.code = full ? errc::no_space : errc::io_error,
          .message = std::string("cannot ") + doing + ' ' + bulkwriter::detail::in_quotes(path, 400) + ": " +
                     std::generic_category().message(error)};
}

inline bool is_folder(std::string const& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Makes a folder and its parents where they are missing. 0, or the system's error number.
inline int make_folders(std::string const& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    std::string const part = path.substr(0, end);
    // another writer may make it at the same moment
    if (!is_folder(part) && ::mkdir(part.c_str(), 0777) != 0 && (errno != EEXIST || !is_folder(part))) return errno;
  }
  return 0;
}

class disk_file final : public file {
 public:
  disk_file(std::FILE* stream, std::string temporary, std::string path, std::string group_folder)
      : stream_(stream),
        temporary_(std::move(temporary)),
        path_(std::move(path)),
        group_folder_(std::move(group_folder)) {}
  disk_file(disk_file const&) = delete;
  disk_file& operator=(disk_file const&) = delete;
  ~disk_file() override { (void)discard(); }

  result<void> write(std::span<bytes const> pieces) override {
    for (bytes const piece : pieces) {
      errno = 0;
      if (std::fwrite(piece.data(), 1, piece.size(), stream_) != piece.size())
        return file_error("write", temporary_, errno);
    }
    return {};
  }

  result<void> finish() override {
    // a quota or a network file system may refuse the bytes as late as here
    errno = 0;
    if (std::fclose(std::exchange(stream_, nullptr)) != 0) return drop_after("close", errno);
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return drop_after("rename", errno);
    temporary_.clear();
    return {};
  }

  result<void> discard() override {
    if (stream_ != nullptr) std::fclose(std::exchange(stream_, nullptr));
    if (temporary_.empty()) return {};
    if (::unlink(std::exchange(temporary_, {}).c_str()) != 0 && errno != ENOENT)
      return file_error("remove the temporary file of", path_, errno);
    remove_group_folder();
    return {};
  }

  result<void> rewrite_head(bytes head) override {
    errno = 0;
    if (std::fseek(stream_, 0, SEEK_SET) != 0 || std::fwrite(head.data(), 1, head.size(), stream_) != head.size() ||
        std::fseek(stream_, 0, SEEK_END) != 0)
      return file_error("rewrite the beginning of", temporary_, errno);
    return {};
  }

  result<void> remove() override {
    if (::unlink(path_.c_str()) != 0 && errno != ENOENT) return file_error("remove", path_, errno);
    remove_group_folder();
    return {};
  }

 private:
  // That of a group is made for its first file and goes with its last one.
  void remove_group_folder() noexcept {
    if (!group_folder_.empty()) (void)::rmdir(group_folder_.c_str());  // only if nothing is in it
  }
  error_info drop_after(char const* doing, int error) {
    error_info info = file_error(doing, temporary_, error);
    (void)discard();
    return info;
  }

  std::FILE* stream_;
  std::string temporary_, path_, group_folder_;
};

}  // namespace detail

BULKWRITER_DECL result<std::unique_ptr<folder>> folder::try_open(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (int const error = detail::make_folders(path); error != 0)
    return detail::file_error("make the folder", path, error);
  return std::unique_ptr<folder>(new folder(std::move(path)));
}

BULKWRITER_DECL folder::~folder() {
  (void)::rmdir(path_.c_str());  // only if nothing is in it
}

BULKWRITER_DECL result<std::unique_ptr<file>> folder::create(std::string_view name, std::uint64_t) {
  std::string path = path_of(name), group_folder;
  if (::access(path.c_str(), F_OK) == 0) return detail::file_error("create", path, EEXIST);
  std::size_t const base = path.rfind('/') + 1;  // path_of puts one there
  if (base != path_.size() + 1) {
    group_folder = path.substr(0, base - 1);
    if (int const error = detail::make_folders(group_folder); error != 0)
      return detail::file_error("make the folder", group_folder, error);
  }
  std::string temporary = path.substr(0, base) + '.' + path.substr(base) + ".partial";
  errno = 0;
  std::FILE* const stream = std::fopen(temporary.c_str(), "wbx");
  if (stream == nullptr) {
    int const why = errno;
    if (!group_folder.empty()) (void)::rmdir(group_folder.c_str());  // only if nothing is in it
    return detail::file_error("create", temporary, why);
  }
  // pieces are large already: a buffer would only copy them
  std::setvbuf(stream, nullptr, _IONBF, 0);
  return std::unique_ptr<file>(
      std::make_unique<detail::disk_file>(stream, std::move(temporary), std::move(path), std::move(group_folder)));
}

}  // namespace output
}  // namespace v1
}  // namespace bulkwriter
