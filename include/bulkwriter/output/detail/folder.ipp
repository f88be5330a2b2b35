#pragma once

#include <bulkwriter/output/folder.hpp>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace bulkwriter {
inline namespace v1 {
namespace output {
namespace detail {

inline error_info file_error(char const* doing, std::string const& path, int error) {
  bool const full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {.code = full ? errc::no_space : errc::io_error,
          .message = std::string("cannot ") + doing + " '" + path + "': " + std::generic_category().message(error)};
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
    std::error_code error;
    std::filesystem::rename(temporary_, path_, error);
    if (error) return drop_after("rename", error.value());
    temporary_.clear();
    return {};
  }

  result<void> discard() override {
    if (stream_ != nullptr) std::fclose(std::exchange(stream_, nullptr));
    if (temporary_.empty()) return {};
    std::error_code error;
    std::filesystem::remove(std::exchange(temporary_, {}), error);
    if (error) return file_error("remove the temporary file of", path_, error.value());
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
    std::error_code error;
    std::filesystem::remove(path_, error);
    if (error) return file_error("remove", path_, error.value());
    remove_group_folder();
    return {};
  }

 private:
  // That of a group is made for its first file and goes with its last one.
  void remove_group_folder() noexcept {
    if (group_folder_.empty()) return;
    std::error_code not_empty;
    std::filesystem::remove(group_folder_, not_empty);
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
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return detail::file_error("make the folder", path, error.value());
  return std::unique_ptr<folder>(new folder(std::move(path)));
}

BULKWRITER_DECL folder::~folder() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);  // only if nothing is in it
}

BULKWRITER_DECL result<std::unique_ptr<file>> folder::create(std::string_view name, std::uint64_t) {
  std::string path = path_of(name), group_folder;
  std::error_code error;
  if (std::filesystem::exists(path, error)) return detail::file_error("create", path, EEXIST);
  std::size_t const base = path.rfind('/') + 1;  // path_of puts one there
  if (base != path_.size() + 1) {
    group_folder = path.substr(0, base - 1);
    std::filesystem::create_directories(group_folder, error);
    if (error) return detail::file_error("make the folder", group_folder, error.value());
  }
  std::string temporary = path.substr(0, base) + '.' + path.substr(base) + ".partial";
  errno = 0;
  std::FILE* const stream = std::fopen(temporary.c_str(), "wbx");
  if (stream == nullptr) {
    int const why = errno;
    if (!group_folder.empty()) std::filesystem::remove(group_folder, error);  // only if nothing is in it
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
