#pragma once

#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/storage/detail/multipart_upload.hpp>
#include <bulkwriter/storage/object_output.hpp>

#include <algorithm>
#include <cstring>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

inline constexpr std::uint64_t mib = std::uint64_t{1} << 20;
inline constexpr std::uint64_t usual_part_size = 16 * mib;
inline constexpr std::uint64_t group_memory = 192 * mib;

class object_file final : public output::file {
 public:
  object_file(std::shared_ptr<backend> store, std::shared_ptr<part_buffers> buffers, std::shared_ptr<part_slots> shared_slots,
              std::string key, std::uint64_t max_size, std::uint64_t part_size, object_options const& options,
              std::size_t head_size)
      : store_(std::move(store)),
        buffers_(std::move(buffers)),
        slots_(std::move(shared_slots)),
        key_(std::move(key)),
        max_size_(max_size),
        part_size_(static_cast<std::size_t>(part_size)),
        options_(options),
        head_size_(head_size) {}
  ~object_file() override { release(); }

  result<void> write(std::span<output::bytes const> pieces) override {
    if (auto ok = check_open(); !ok) return ok;
    for (auto const piece : pieces) {
      if (auto ok = append(piece); !ok) return give_up(std::move(ok).error());
    }
    return {};
  }

  result<void> finish() override {
    if (auto ok = check_open(); !ok) return ok;
    if (!upload_) {
      auto const stored = store_->put_new(key_, part_.bytes());
      if (!stored) return give_up(may_exist(stored.error()));
    } else {
      if (part_.size != 0) {
        if (auto ok = upload_->add(std::move(part_)); !ok) return give_up(std::move(ok).error());
      }
      if (first_part_.size != 0) {
        if (auto ok = upload_->add_first(std::move(first_part_)); !ok) return give_up(std::move(ok).error());
      }
      auto const stored = upload_->complete(false);
      if (!stored) return give_up(may_exist(stored.error()));
      if (stored->size != written_) {
        return give_up({.code = errc::storage_error,
                        .message = "object " + named(key_) + " has " + std::to_string(stored->size) + " bytes instead of " +
                                   std::to_string(written_)});
      }
    }
    state_ = state::finished;
    release();
    return {};
  }

  result<void> discard() override {
    if (state_ != state::open || owner_ != bulkwriter::detail::process_id()) return {};
    state_ = state::failed;
    auto gone = upload_ ? upload_->abort() : result<void>();
    release();
    return gone;
  }

  result<void> rewrite_head(output::bytes head) override {
    if (auto ok = check_open(); !ok) return ok;
    if (head.size() > (std::min)(std::uint64_t{head_size_}, written_)) {
      return error_info{.code = errc::invalid_state,
                        .message = "object " + named(key_) + ": " + std::to_string(head.size()) +
                                   " bytes at its beginning cannot be rewritten any more"};
    }
    if (!head.empty()) std::memcpy((upload_ ? first_part_ : part_).memory.get(), head.data(), head.size());
    return {};
  }

  result<void> remove() override {
    if (state_ != state::finished) return file::remove();
    return store_->remove(key_);
  }

 private:
  enum class state { open, failed, finished };

  result<void> check_open() const {
    if (owner_ != bulkwriter::detail::process_id()) return bulkwriter::detail::made_elsewhere("object " + named(key_));
    if (state_ == state::open) return {};
    return error_info{
        .code = errc::invalid_state,
        .message = "object " + named(key_) + (state_ == state::failed ? " has failed before" : " is finished already")};
  }

  result<void> append(output::bytes piece) {
    if (piece.size() > max_size_ - written_) {
      return error_info{.code = errc::invalid_state,
                        .message = "object " + named(key_) + ": more bytes than the " + std::to_string(max_size_) +
                                   " that it was created for"};
    }
    written_ += piece.size();
    while (!piece.empty()) {
      if (!part_.memory) part_ = buffers_->take(part_size_);
      if (part_.size == part_.capacity) {
        // Only now is it certain that the file is larger than one part.
        if (!upload_) {
          auto id = store_->create_multipart(key_);
          if (!id) {
            error_info why = std::move(id).error();
            // Its id is unknown, so nothing can be aborted; it holds no parts and costs nothing.
            if (why.may_have_happened) {
              why.message += "; an upload of " + named(key_) + " without parts may be left behind";
            }
            return why;
          }
          bool const keep_first = head_size_ != 0;
          upload_ = std::make_unique<multipart_upload>(store_, buffers_, slots_, key_, *std::move(id), options_,
                                                       keep_first ? 2 : 1);
          if (keep_first) first_part_ = std::exchange(part_, {});
        }
        if (part_.memory) {
          if (auto ok = upload_->add(std::move(part_)); !ok) return ok;
        }
        part_ = buffers_->take(part_size_);
      }
      std::size_t const n = (std::min)(piece.size(), part_.capacity - part_.size);
      std::memcpy(part_.memory.get() + part_.size, piece.data(), n);
      part_.size += n;
      piece = piece.subspan(n);
    }
    return {};
  }

  error_info may_exist(error_info why) const {
    if (why.may_have_happened) why.message += "; object " + named(key_) + " may or may not exist";
    return why;
  }

  error_info give_up(error_info why) {
    if (auto gone = discard(); !gone) {
      why.message += "; then " + gone.error().message;
      why.left_behind = std::move(gone.error().left_behind);
    }
    return why;
  }

  void release() noexcept {
    if (owner_ != bulkwriter::detail::process_id()) {
      // A forked child has neither the upload's threads nor anybody who unlocks what they have locked; and the upload is
      // its parent's.
      (void)upload_.release();
      return;
    }
    upload_.reset();
    buffers_->give_back(std::exchange(part_, {}));
    buffers_->give_back(std::exchange(first_part_, {}));
  }

  std::shared_ptr<backend> const store_;
  std::shared_ptr<part_buffers> const buffers_;
  std::shared_ptr<part_slots> const slots_;
  std::string const key_;
  std::uint64_t const max_size_;
  std::size_t const part_size_;
  object_options const options_;
  int const owner_ = bulkwriter::detail::process_id();
  std::size_t const head_size_;
  std::uint64_t written_ = 0;
  state state_ = state::open;
  part_buffer part_;
  part_buffer first_part_;  // full, until finish, where the head may still change
  std::unique_ptr<multipart_upload> upload_;
};

// `requested`, or where it is 0 `usual`, or more where the store asks for more.
inline result<std::uint64_t> choose_part_size(std::uint64_t max_file_size, std::uint64_t requested, std::uint64_t usual,
                                              backend const& store) {
  auto const refuse = [](std::string message) -> error_info {
    return {.code = errc::invalid_option, .message = std::move(message)};
  };
  auto const parts = static_cast<std::uint64_t>(store.max_parts());
  std::uint64_t const needed = max_file_size / parts + (max_file_size % parts != 0);
  std::uint64_t const least = (std::max)(needed, store.min_part_size());
  if (requested != 0) {
    if (requested < least || requested > store.max_part_size()) {
      return refuse("part_size " + std::to_string(requested) + " is not between " + std::to_string(least) + " and " +
                    std::to_string(store.max_part_size()) + " bytes, as a file of " + std::to_string(max_file_size) +
                    " bytes in at most " + std::to_string(parts) + " parts needs");
    }
    return requested;
  }
  std::uint64_t const size = (std::max)(least, usual);
  if (size > store.max_part_size()) {
    return refuse("a file of " + std::to_string(max_file_size) + " bytes needs more than the " + std::to_string(parts) +
                  " parts of " + std::to_string(store.max_part_size()) + " bytes that an upload may have");
  }
  return (size + mib - 1) / mib * mib;
}

}  // namespace detail

BULKWRITER_DECL result<std::uint64_t> try_part_size(std::uint64_t max_file_size, std::uint64_t requested,
                                                    backend const& store) {
  return detail::choose_part_size(max_file_size, requested, detail::usual_part_size, store);
}

BULKWRITER_DECL object_place::object_place(object_store store, std::string_view prefix, object_options options)
    : store_(std::move(store)),
      options_(options),
      buffers_(std::make_shared<detail::part_buffers>(
          static_cast<std::size_t>((std::clamp)(options.connections, 1, max_connections)) + 2)),
      slots_(std::make_shared<detail::part_slots>(
          static_cast<std::size_t>((std::clamp)(options.connections, 1, max_connections)) + 1)) {
  std::size_t const first = prefix.find_first_not_of('/');
  if (first != std::string_view::npos) prefix_ = prefix.substr(first, prefix.find_last_not_of('/') - first + 1);
}

BULKWRITER_DECL result<std::unique_ptr<output::file>> object_place::create(std::string_view name,
                                                                           std::uint64_t max_size) {
  return open(name, max_size, detail::usual_part_size, nullptr, 0);
}

// In memory are of every file a part that fills up and the first one, and the parts under way.
BULKWRITER_DECL result<std::unique_ptr<output::file>> object_place::create_member(std::string_view name,
                                                                                  std::uint64_t max_size,
                                                                                  output::group_member member) {
  auto const connections = static_cast<std::uint64_t>((std::max)(options_.connections, 1));
  std::uint64_t const parts = 2 * std::uint64_t{member.files} + connections + 1;
  std::uint64_t const share = detail::group_memory / parts / detail::mib * detail::mib;
  return open(name, max_size, (std::min)(share, detail::usual_part_size), slots_, member.head_size);
}

BULKWRITER_DECL result<std::unique_ptr<output::file>> object_place::open(std::string_view name, std::uint64_t max_size,
                                                                         std::uint64_t usual_part_size,
                                                                         std::shared_ptr<detail::part_slots> shared_slots,
                                                                         std::size_t head_size) {
  if (options_.connections < 1 || options_.connections > max_connections) {
    return error_info{.code = errc::invalid_option,
                      .message = "object_options.connections is " + std::to_string(options_.connections) +
                                 ", not between 1 and " + std::to_string(max_connections)};
  }
  auto const part_size = detail::choose_part_size(max_size, options_.part_size, usual_part_size, store_.backend());
  if (!part_size) return part_size.error();
  // Never more memory than the file can need: a file of at most one part is collected in a block of its own size.
  std::uint64_t const block =
      (std::max)({(std::min)(*part_size, max_size), std::uint64_t{head_size}, std::uint64_t{1}});
  return std::unique_ptr<output::file>(std::make_unique<detail::object_file>(store_.shared_backend(), buffers_,
                                                                             std::move(shared_slots), path_of(name), max_size,
                                                                             block, options_, head_size));
}

BULKWRITER_DECL std::string object_place::path_of(std::string_view name) const {
  return prefix_.empty() ? std::string(name) : prefix_ + '/' + std::string(name);
}

BULKWRITER_DECL std::string object_place::data_path() const { return '/' + prefix_; }

}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
