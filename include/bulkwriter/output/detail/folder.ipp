#pragma once

#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/output/detail/disk_names.ipp>
#include <bulkwriter/output/folder.hpp>

#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace output {
namespace detail {

/// The folder of a group, which its files share. It has a temporary name as long as one of them is missing.
class disk_group {
 public:
  disk_group(std::string path, std::size_t files) : path_(std::move(path)), uncreated_(files), missing_(files) {}
  disk_group(disk_group const&) = delete;
  disk_group& operator=(disk_group const&) = delete;
  ~disk_group() {
    if (maker_ == bulkwriter::detail::process_id()) remove_if_empty();
  }

  result<void> open() {
    auto made = try_make_temporary(path_, [](std::string const& at) { return ::mkdir(at.c_str(), 0777) == 0; });
    if (!made) return std::move(made).error();
    temporary_ = *std::move(made);
    return {};
  }
  std::string const& path() const noexcept { return path_; }
  std::string const& temporary() const noexcept { return temporary_; }
  bool is_visible() const noexcept { return missing_ == 0; }
  /// One more has been created; whether it was the last.
  bool add_created() noexcept { return --uncreated_ == 0; }

  /// One more is whole: the last one shows the group. 0, or the system's error number.
  int add_whole() noexcept {
    if (missing_ == 1)
      if (int const error = rename_to_new(temporary_, path_); error != 0) return error;
    --missing_;
    return 0;
  }
  /// A whole one is to go: the first hides the group. 0, or the system's error number.
  int take_whole() noexcept {
    if (is_visible())
      if (int const error = rename_to_new(path_, temporary_); error != 0) return error;
    ++missing_;
    return 0;
  }
  void remove_if_empty() noexcept {
    if (!is_visible() && !temporary_.empty()) (void)::rmdir(temporary_.c_str());
  }

 private:
  std::string temporary_, path_;
  std::size_t uncreated_, missing_;
  int const maker_ = bulkwriter::detail::process_id();
};

class disk_file final : public file {
 public:
  /// `group` is null for a file of its own; otherwise the path is that within the group's folder.
  disk_file(std::string path, std::shared_ptr<disk_group> group) : path_(std::move(path)), group_(std::move(group)) {}
  disk_file(disk_file const&) = delete;
  disk_file& operator=(disk_file const&) = delete;
  ~disk_file() override { (void)drop(); }

  result<void> open() {
    auto const create = [this](std::string const& at) {
      stream_ = std::fopen(at.c_str(), "wbx");
      return stream_ != nullptr;
    };
    if (group_ == nullptr) {
      auto made = try_make_temporary(path_, create);
      if (!made) return std::move(made).error();
      temporary_ = *std::move(made);
    } else {
      temporary_ = group_->temporary() + '/' + path_;
      path_.insert(0, group_->path() + '/');
      errno = 0;
      if (!create(temporary_)) return file_error("create", temporary_, errno);
    }
    // pieces are large already: a buffer would only copy them
    std::setvbuf(stream_, nullptr, _IONBF, 0);
    return {};
  }

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
    state_ = state::closed;
    if (std::fclose(std::exchange(stream_, nullptr)) != 0) return drop_after("close", errno);
    int const error = group_ != nullptr ? group_->add_whole() : rename_to_new(temporary_, path_);
    if (error != 0) return drop_after("give the final name to", error);
    state_ = state::whole;
    return {};
  }

  result<void> discard() override {
    if (int const error = drop(); error != 0) return file_error("remove the temporary file of", path_, error);
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
    if (state_ != state::whole) return {};
    int error = group_ != nullptr ? group_->take_whole() : 0;
    if (error == 0 && ::unlink((group_ != nullptr ? temporary_ : path_).c_str()) != 0 && errno != ENOENT) error = errno;
    if (error != 0) return file_error("remove", path_, error);
    state_ = state::gone;
    if (group_ != nullptr) group_->remove_if_empty();
    return {};
  }

 private:
  enum class state { open, closed, whole, gone };

  // What has no final name. 0, or the system's error number.
  int drop() noexcept {
    if (stream_ != nullptr) std::fclose(std::exchange(stream_, nullptr));
    if (maker_ != bulkwriter::detail::process_id()) return 0;
    if (state_ == state::whole || state_ == state::gone || temporary_.empty()) return 0;
    state_ = state::gone;
    if (::unlink(temporary_.c_str()) != 0 && errno != ENOENT) return errno;
    if (group_ != nullptr) group_->remove_if_empty();
    return 0;
  }
  error_info drop_after(char const* doing, int error) {
    error_info info = file_error(doing, temporary_, error);
    (void)drop();
    return info;
  }

  std::FILE* stream_ = nullptr;
  state state_ = state::open;
  std::string temporary_, path_;
  std::shared_ptr<disk_group> group_;
  int const maker_ = bulkwriter::detail::process_id();
};

inline result<std::unique_ptr<file>> open_disk_file(std::string path, std::shared_ptr<disk_group> group) {
  auto made = std::make_unique<disk_file>(std::move(path), std::move(group));
  if (auto opened = made->open(); !opened) return std::move(opened).error();
  return std::unique_ptr<file>(std::move(made));
}

}  // namespace detail

BULKWRITER_DECL folder::folder(std::string path) : path_(std::move(path)), maker_(bulkwriter::detail::process_id()) {}

BULKWRITER_DECL result<std::unique_ptr<folder>> folder::try_open(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  std::unique_ptr<folder> made(new folder(std::move(path)));
  int const error = detail::make_folders(made->path_);
  if (error == 0) return made;
  auto failure = detail::file_error("make the folder", made->path_, error);
  for (std::size_t end = 0; (error == EEXIST || error == ENOTDIR) && end != std::string::npos;) {
    end = made->path_.find('/', end + 1);
    std::string const part = made->path_.substr(0, end);
    if (detail::is_folder(part)) continue;
    failure.message += "; " + bulkwriter::detail::in_quotes(part, 400) + " is a file, not a folder";
    break;
  }
  return failure;
}

BULKWRITER_DECL folder::~folder() {
  if (maker_ == bulkwriter::detail::process_id()) (void)::rmdir(path_.c_str());  // only if nothing is in it
}

BULKWRITER_DECL result<std::unique_ptr<file>> folder::create(std::string_view name, std::uint64_t) {
  std::string path = path_of(name);
  if (detail::is_taken(path)) return detail::file_error("create", path, EEXIST);
  return detail::open_disk_file(std::move(path), nullptr);
}

BULKWRITER_DECL result<std::unique_ptr<file>> folder::create_member(std::string_view name, std::uint64_t max_size,
                                                                    group_member member) {
  std::size_t const slash = name.rfind('/');
  if (slash == std::string_view::npos) return create(name, max_size);
  group_key key(member.writer, path_of(name.substr(0, slash)));

  std::lock_guard const lock(mutex_);
  std::shared_ptr<detail::disk_group> group;
  if (auto const begun = groups_.find(key); begun != groups_.end()) group = begun->second.lock();
  if (group == nullptr) {
    if (detail::is_taken(key.second)) return detail::file_error("create", key.second, EEXIST);
    group = std::make_shared<detail::disk_group>(key.second, member.files);
    if (auto opened = group->open(); !opened) return std::move(opened).error();
    groups_[key] = group;
  }
  auto created = detail::open_disk_file(std::string(name.substr(slash + 1)), group);
  // those of a full one are told apart by the temporary name of its folder
  if (created && group->add_created()) groups_.erase(key);
  return created;
}

BULKWRITER_DECL std::string folder::path_of(std::string_view name) const { return path_ + '/' + std::string(name); }

BULKWRITER_DECL std::string folder::data_path() const { return path_; }

}  // namespace output
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
