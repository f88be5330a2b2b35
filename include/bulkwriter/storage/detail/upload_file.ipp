#pragma once

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/storage/detail/multipart_upload.hpp>
#include <bulkwriter/storage/detail/object_output.ipp>
#include <bulkwriter/storage/upload_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

#if defined(__APPLE__)
inline timespec modified(struct stat const& status) noexcept { return status.st_mtimespec; }
#else
inline timespec modified(struct stat const& status) noexcept { return status.st_mtim; }
#endif

/// A file that is read in parts and must stay as it is meanwhile.
class read_file {
 public:
  static result<read_file> try_open(std::string const& path) {
    read_file out(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (out.file_ < 0) return out.failed("cannot open", errno);
    if (::fstat(out.file_, &out.begun_) != 0) return out.failed("cannot read", errno);
    if (!S_ISREG(out.begun_.st_mode))
      return error_info{.code = errc::io_error, .message = "cannot upload " + named(path) + ": it is no regular file"};
    return out;
  }
  read_file(read_file&& other) noexcept
      : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), begun_(other.begun_) {}
  read_file& operator=(read_file&&) = delete;
  ~read_file() {
    if (file_ >= 0) ::close(file_);
  }

  std::uint64_t size() const noexcept { return static_cast<std::uint64_t>(begun_.st_size); }

  /// Fills the buffer up to `size` bytes from `offset` on.
  result<void> read(std::uint64_t offset, std::size_t size, part_buffer& out) const {
    out.size = 0;
    while (out.size < size) {
      ssize_t const n =
          ::pread(file_, out.memory.get() + out.size, size - out.size, static_cast<off_t>(offset + out.size));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed("cannot read", errno);
      if (n == 0) return changed();
      out.size += static_cast<std::size_t>(n);
    }
    return {};
  }
  /// Of a file that has no size, as those of /proc have none: what there is until its end.
  result<std::vector<std::byte>> read_to_end() const {
    constexpr std::size_t most = 64 << 20;
    std::vector<std::byte> out;
    for (std::size_t size = 0;;) {
      out.resize(size + (64 << 10));
      ssize_t const n = ::read(file_, out.data() + size, out.size() - size);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed("cannot read", errno);
      size += static_cast<std::size_t>(n);
      out.resize(size);
      if (n == 0) return out;
      if (size > most)
        return error_info{.code = errc::io_error,
                          .message = "cannot upload " + named(path_) + ": it has no size, and more than 64 MiB"};
    }
  }
  /// Error where the file is not what it was when it was opened.
  result<void> check_unchanged() const {
    struct stat now = {};
    if (::fstat(file_, &now) != 0) return failed("cannot read", errno);
    timespec const then = modified(begun_), last = modified(now);
    bool const same = now.st_size == begun_.st_size && last.tv_sec == then.tv_sec && last.tv_nsec == then.tv_nsec;
    return same ? result<void>() : changed();
  }

 private:
  read_file(std::string path, int file) noexcept : path_(std::move(path)), file_(file) {}
  error_info failed(std::string_view what, int error) const {
    return {.code = errc::io_error, .message = std::string(what) + " " + named(path_) + ": " + std::strerror(error)};
  }
  error_info changed() const {
    return {.code = errc::io_error, .message = named(path_) + " changed while it was uploaded"};
  }

  std::string path_;
  int file_;
  struct stat begun_ = {};
};

/// The upload of one file in parts.
class file_upload {
 public:
  file_upload(object_store const& store, read_file const& file, std::string const& key, std::size_t part_size,
              upload_options const& options)
      : store_(store.shared_backend()),
        file_(file),
        key_(key),
        part_size_(part_size),
        options_(options),
        buffers_(std::make_shared<part_buffers>(static_cast<std::size_t>(options.parts.connections) + 2)) {}

  result<object_info> run() {
    if (auto found = options_.resume ? find() : result<void>(); !found) return std::move(found).error();
    if (id_.empty()) {
      auto begun = store_->create_multipart(key_);
      if (!begun) return std::move(begun).error();
      id_ = *std::move(begun);
    }
    multipart_upload upload(store_, buffers_, nullptr, key_, id_, options_.parts, 1);
    if (options_.resume) upload.leave_at_end();  // also where memory or threads are not to be had
    std::stop_callback const stopped(options_.stop, [&upload]() noexcept { upload.cancel(); });
    auto sent = send_parts(upload);
    auto whole = sent ? upload.complete(true) : result<object_info>(std::move(sent).error());
    if (whole) return whole;
    error_info why = std::move(whole).error();
    if (options_.resume) {
      upload.leave();
      why.left_behind = named_upload(key_, id_);
      why.message += "; " + why.left_behind + " is left to be resumed";
    } else if (auto gone = upload.abort(); !gone) {
      why.message += "; then " + gone.error().message;
      why.left_behind = std::move(gone.error().left_behind);
    }
    return why;
  }

 private:
  // The newest upload of exactly this key, and its parts.
  result<void> find() {
    auto pending = store_->list_uploads(key_, options_.stop);
    if (!pending) return std::move(pending).error();
    pending_upload const* newest = nullptr;
    for (pending_upload const& u : *pending)
      if (u.key == key_ && (newest == nullptr || u.initiated > newest->initiated)) newest = &u;
    if (newest == nullptr) return {};
    auto parts = store_->list_parts(key_, newest->upload_id);
    if (!parts) return std::move(parts).error();
    id_ = newest->upload_id;
    there_ = *std::move(parts);
    return {};
  }

  result<void> send_parts(multipart_upload& upload) {
    std::uint64_t const parts = (file_.size() + part_size_ - 1) / part_size_;
    for (std::uint64_t i = 0; i < parts; ++i) {
      if (options_.stop.stop_requested())
        return error_info{.code = errc::cancelled, .message = "the upload of " + named(key_) + " was cancelled"};
      std::uint64_t const offset = i * part_size_;
      part_buffer part = buffers_->take(part_size_);
      auto const size = static_cast<std::size_t>((std::min)(std::uint64_t{part_size_}, file_.size() - offset));
      if (auto read = file_.read(offset, size, part); !read) return read;
      int const number = static_cast<int>(i) + 1;
      if (uploaded_part const* there = find_part(number, part); there != nullptr) {
        upload.adopt(*there);
        buffers_->give_back(std::move(part));
      } else if (auto added = upload.add_at(number, std::move(part)); !added) {
        return added;
      }
    }
    return file_.check_unchanged();
  }

  // The part that is in the store already with these bytes; null where there is none.
  uploaded_part const* find_part(int number, part_buffer const& part) const {
    for (uploaded_part const& p : there_) {
      if (p.number != number || p.size != part.size) continue;
      if (auto const etag = store_->part_etag(part.bytes()); !etag.empty() && p.etag == etag) return &p;
    }
    return nullptr;
  }

  std::shared_ptr<backend> const store_;
  read_file const& file_;
  std::string const& key_;
  std::size_t const part_size_;
  upload_options const& options_;
  std::shared_ptr<part_buffers> const buffers_;
  std::string id_;
  std::vector<uploaded_part> there_;
};

}  // namespace detail

BULKWRITER_DECL result<object_info> try_upload_file(object_store const& store, std::string const& path,
                                                    std::string const& key, upload_options const& options) {
  if (options.parts.connections < 1 || options.parts.connections > max_connections)
    return error_info{.code = errc::invalid_option,
                      .message = "upload_options.parts.connections is " + std::to_string(options.parts.connections) +
                                 ", not between 1 and " + std::to_string(max_connections)};
  auto const file = detail::read_file::try_open(path);
  if (!file) return file.error();
  auto const part_size = try_part_size(file->size(), options.parts.part_size, store.backend());
  if (!part_size) return part_size.error();
  if (!std::in_range<std::size_t>(*part_size))  // of 32 bits
    return error_info{.code = errc::invalid_option,
                      .message = "parts of " + std::to_string(*part_size) + " bytes are larger than any memory here"};
  if (file->size() > *part_size)
    return detail::file_upload(store, *file, key, static_cast<std::size_t>(*part_size), options).run();

  if (file->size() == 0) {
    auto const all = file->read_to_end();
    if (!all) return all.error();
    return store.backend().put(key, *all);
  }
  auto const size = static_cast<std::size_t>(file->size());
  detail::part_buffer whole{.memory = std::make_unique_for_overwrite<std::byte[]>((std::max)(size, std::size_t{1})),
                            .capacity = size};
  if (auto read = file->read(0, whole.capacity, whole); !read) return std::move(read).error();
  if (auto same = file->check_unchanged(); !same) return std::move(same).error();
  return store.backend().put(key, whole.bytes());
}

}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
