#pragma once

#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/output/detail/disk_names.ipp>
#include <bulkwriter/output/folder.hpp>

#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace output {
namespace detail {

/// The folder of a group, which its files share. It has a temporary name as long as one of them is missing.
class disk_group {
 public:
  disk_group(std::string path, std::size_t files, bool durable)
      : path_(std::move(path)), uncreated_(files), missing_(files), durable_(durable) {}
  disk_group(disk_group const&) = delete;
  disk_group& operator=(disk_group const&) = delete;
  ~disk_group() {
    if (maker_ == bulkwriter::detail::process_id()) (void)remove_if_empty();
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
  bool is_durable() const noexcept { return durable_; }
  /// One more has been created; whether it was the last.
  bool add_created() noexcept { return --uncreated_ == 0; }

  /// `member`, in it, is whole: the last one shows the group.
  result<void> add_whole(std::string const& member) {
    if (missing_ == 1) {
      if (durable_)
        if (auto synced = sync_folder_of(member); !synced) return synced;
      if (auto shown = show(temporary_, path_, durable_); !shown) return shown;
    }
    --missing_;
    return {};
  }
  /// A whole one is to go: the first hides the group, for good before anything is missing from it.
  result<void> take_whole() {
    bool const hides = is_visible();
    if (hides)
      if (int const error = rename_to_new(path_, temporary_); error != 0) return file_error("hide", path_, error);
    ++missing_;
    return hides && durable_ ? sync_folder_of(path_) : result<void>();
  }
  /// 0, or the system's error number.
  int remove_if_empty() noexcept {
    if (is_visible() || temporary_.empty() || ::rmdir(temporary_.c_str()) == 0) return 0;
    return errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT ? 0 : errno;
  }

 private:
  std::string temporary_, path_;
  std::size_t uncreated_, missing_;
  bool durable_;
  int const maker_ = bulkwriter::detail::process_id();
};

class disk_file final : public file {
 public:
  disk_file(std::string path, bool durable) : path_(std::move(path)), durable_(durable) {}
  /// Of a group: the path is that within its folder.
  disk_file(std::string path, std::shared_ptr<disk_group> group)
      : path_(std::move(path)), group_(std::move(group)), durable_(group_->is_durable()) {}
  disk_file(disk_file const&) = delete;
  disk_file& operator=(disk_file const&) = delete;
  ~disk_file() override { (void)drop(); }

  result<void> open() {
    auto const create = [this](std::string const& at) {
      int const error = file_.open_new(at.c_str());
      errno = error;
      return error == 0;
    };
    if (group_ == nullptr) {
      auto made = try_make_temporary(path_, create);
      if (!made) return std::move(made).error();
      temporary_ = *std::move(made);
    } else {
      std::string at = group_->temporary() + '/' + path_;
      path_.insert(0, group_->path() + '/');
      if (!create(at)) return file_error("create", at, errno);
      temporary_ = std::move(at);
    }
    return {};
  }

  result<void> write(std::span<bytes const> pieces) override {
    if (int const error = file_.write(pieces); error != 0) return file_error("write", temporary_, error);
    return {};
  }

  result<void> finish() override {
    if (durable_)
      if (int const error = file_.sync_data(); error != 0) return drop_after(file_error("sync", temporary_, error));
    if (int const error = file_.close(); error != 0) return drop_after(file_error("close", temporary_, error));
    auto shown = group_ != nullptr ? group_->add_whole(temporary_) : show(temporary_, path_, durable_);
    if (!shown) return drop_after(std::move(shown).error());
    state_ = state::whole;
    return {};
  }

  result<void> discard() override {
    if (int const error = drop(); error != 0) return file_error("remove the temporary file of", path_, error);
    return {};
  }

  result<void> rewrite_head(bytes head) override {
    int const error = file_.write_at(0, head);
    if (error != 0) return file_error("rewrite the beginning of", temporary_, error);
    return {};
  }

  result<void> remove() override {
    if (state_ != state::whole) return {};
    if (group_ != nullptr)
      if (auto taken = group_->take_whole(); !taken) return taken;
    if (::unlink((group_ != nullptr ? temporary_ : path_).c_str()) != 0 && errno != ENOENT)
      return file_error("remove", path_, errno);
    state_ = state::gone;
    if (group_ == nullptr) return durable_ ? sync_folder_of(path_) : result<void>();
    int const error = group_->remove_if_empty();
    return error == 0 ? result<void>() : file_error("remove the folder of", path_, error);
  }

 private:
  enum class state { open, whole, gone };

  // What has no final name. 0, or the system's error number.
  int drop() noexcept {
    file_ = {};
    if (maker_ != bulkwriter::detail::process_id()) return 0;
    if (state_ != state::open || temporary_.empty()) return 0;
    if (::unlink(temporary_.c_str()) != 0 && errno != ENOENT) return errno;
    state_ = state::gone;
    return group_ != nullptr ? group_->remove_if_empty() : 0;
  }
  error_info drop_after(error_info why) {
    (void)drop();  // what it cannot remove `discard` names
    return why;
  }

  descriptor file_;
  state state_ = state::open;
  std::string temporary_, path_;
  std::shared_ptr<disk_group> group_;  // null: a file of its own
  bool durable_;
  int const maker_ = bulkwriter::detail::process_id();
};

template <class Whose>
result<std::unique_ptr<file>> open_disk_file(std::string path, Whose whose) {
  auto made = std::make_unique<disk_file>(std::move(path), std::move(whose));
  if (auto opened = made->open(); !opened) return std::move(opened).error();
  return std::unique_ptr<file>(std::move(made));
}

}  // namespace detail

BULKWRITER_DECL folder::folder(std::string path, folder_options options)
    : path_(std::move(path)), options_(options), maker_(bulkwriter::detail::process_id()) {}

BULKWRITER_DECL result<std::unique_ptr<folder>> folder::try_open(std::string path, folder_options options) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  std::unique_ptr<folder> made(new folder(std::move(path), options));
  std::vector<std::string> parts;
  int const error = detail::make_folders(made->path_, parts);
  if (error == 0) {
    for (std::string const& part : parts)
      if (auto synced = options.durable ? detail::sync_folder_of(part) : result<void>(); !synced)
        return std::move(synced).error();
    return made;
  }
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
  return detail::open_disk_file(std::move(path), options_.durable);
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
    group = std::make_shared<detail::disk_group>(key.second, member.files, options_.durable);
    if (auto opened = group->open(); !opened) return std::move(opened).error();
    groups_[key] = group;
  }
  auto created = detail::open_disk_file(std::string(name.substr(slash + 1)), group);
  // those of a full one are told apart by the temporary name of its folder
  if (created && group->add_created()) groups_.erase(key);
  if (created) return created;
  error_info why = std::move(created).error();
  if (int const error = group->remove_if_empty(); error != 0)
    why.message += "; " + detail::file_error("remove", group->temporary(), error).message;
  return why;
}

BULKWRITER_DECL std::string folder::path_of(std::string_view name) const { return path_ + '/' + std::string(name); }

BULKWRITER_DECL std::string folder::data_path() const { return path_; }

}  // namespace output
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
