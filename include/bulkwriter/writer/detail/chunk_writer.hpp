#pragma once

#include <bulkwriter/format/format.hpp>
#include <bulkwriter/manifest/batch_files.hpp>
#include <bulkwriter/output/output.hpp>
#include <bulkwriter/row/bind.hpp>
#include <bulkwriter/writer/options.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

/// The writer behind all schemas: checks a row, encodes it, cuts files at chunk_size, counts them. A template on the
/// format only; a row comes as a pointer and two functions that show its cells.
template <class Format>
class chunk_writer {
 public:
  using encoder = typename Format::encoder;
  struct row_view {
    void const* row;
    void (*check)(void const* row, row_texts& texts, row_checker& to);
    void (*encode)(void const* row, row_texts& texts, encoder& to);
  };

  chunk_writer(std::span<field_info const> fields, Format const& format, std::shared_ptr<output::place> place,
               writer_options options)
      : checker_(fields), encoder_(format, fields), place_(std::move(place)), options_(std::move(options)) {}
  chunk_writer(chunk_writer const&) = delete;
  chunk_writer& operator=(chunk_writer const&) = delete;
  ~chunk_writer() {
    if (uncommitted_rows_ == 0 || failure_ || writing_ || std::uncaught_exceptions() > exceptions_at_birth_) return;
    abandon();
  }

  static result<void> check(Format const& format, writer_options const& options) {
    constexpr std::uint64_t smallest = 1024;
    if (options.chunk_size < smallest)
      return error_info{.code = errc::invalid_option,
                        .message = "chunk_size is " + std::to_string(options.chunk_size) + ", less than 1024 bytes"};
    return format.check();
  }

  result<void> append(row_view const& view) {
    if (auto usable = check_usable(); !usable) [[unlikely]]
      return usable;
    std::int64_t const row = offered_rows_++;
    texts_.begin_row();
    checker_.begin_row(row);
    view.check(view.row, texts_, checker_);
    if (auto refused = checker_.finish(); !refused) return refused;

    encode(view);
    if (encoder_.size_bound() > options_.chunk_size) [[unlikely]] {
      std::uint64_t const alone = encoder_.lone_row_bound();
      encoder_.drop_row();
      if (alone > options_.chunk_size)
        return error_info{.code = errc::row_too_large,
                          .message = "row " + std::to_string(row) + ": a file with this row alone takes up to " +
                                     std::to_string(alone) + " bytes, which exceeds chunk_size " +
                                     std::to_string(options_.chunk_size),
                          .row = row};
      if (auto cut = finish_chunk(); !cut) return cut;
      encode(view);
    }
    encoder_.end_row();
    if (encoder_.rows() == 1) first_row_ = row;
    last_row_ = row;
    ++accepted_rows_;
    ++uncommitted_rows_;
    if (!encoder_.ready()) [[likely]]
      return {};
    if (auto flushed = flush(); !flushed) return fail(std::move(flushed).error());
    return {};
  }

  result<batch_files> commit() {
    if (auto usable = check_usable(); !usable) return std::move(usable).error();
    if (auto finished = finish_chunk(); !finished) return std::move(finished).error();
    batch_files files;
    files.groups.assign(all_.groups.begin() + static_cast<std::ptrdiff_t>(committed_groups_), all_.groups.end());
    committed_groups_ = all_.size();
    uncommitted_rows_ = 0;
    return files;
  }

  batch_files const& all_files() const noexcept { return all_; }
  std::string data_path() const { return place_->data_path(); }
  std::uint64_t accepted_rows() const noexcept { return accepted_rows_; }

 private:
  void encode(row_view const& view) {
    encoder_.begin_row();
    view.encode(view.row, texts_, encoder_);
  }

  std::string file_name() const { return std::to_string(all_.size() + 1) + '.' + std::string(Format::extension); }

  format::byte_sink sink() {
    return {this, [](void* self, std::span<std::span<std::byte const> const> pieces) {
              auto& me = *static_cast<chunk_writer*>(self);
              for (auto const& piece : pieces) me.file_size_ += piece.size();
              return me.file_->write(pieces);
            }};
  }

  // A file is made when there is something to put into it: refused rows leave none behind.
  result<void> open() {
    if (file_) return {};
    auto opened = place_->create(file_name(), options_.chunk_size);
    if (!opened) return std::move(opened).error();
    file_ = *std::move(opened);
    return {};
  }

  // An exception out of a write (memory, a place of the user's own) leaves half a file, which nothing can be added to.
  result<void> check_usable() const {
    if (failure_) return *failure_;
    if (writing_)
      return error_info{.code = errc::invalid_state,
                        .message = "an exception has ended an earlier write of this writer"};
    return {};
  }

  result<void> flush() {
    writing_ = true;
    auto opened = open();
    auto flushed = opened ? encoder_.flush(sink()) : std::move(opened);
    writing_ = false;
    return flushed;
  }

  result<void> finish_file() {
    if (auto opened = open(); !opened) return opened;
    if (auto written = encoder_.finish(sink()); !written) return written;
    return file_->finish();
  }

  result<void> finish_chunk() {
    if (encoder_.rows() == 0) return {};
    writing_ = true;
    // what may throw is done before the file becomes visible
    file_group group{.paths = {place_->path_of(file_name())}, .rows = encoder_.rows()};
    all_.groups.reserve(all_.size() + 1);
    auto finished = finish_file();
    writing_ = false;
    if (!finished) return fail(std::move(finished).error());
    file_.reset();
    group.bytes = std::exchange(file_size_, 0);
    all_.groups.push_back(std::move(group));
    return {};
  }

  // Rows of the chunk are gone with it, so there is no way on: every later call says so again.
  error_info fail(error_info info) {
    if (file_) {
      if (auto discarded = file_->discard(); !discarded) info.message += "; " + discarded.error().message;
      file_.reset();
    }
    info.message = "rows " + std::to_string(first_row_) + " to " + std::to_string(last_row_) + " are not in '" +
                   place_->path_of(file_name()) + "': " + info.message;
    info.row = first_row_;
    failure_ = info;
    return info;
  }

  void abandon() noexcept {
    auto const tell = [this] {
      abandoned_rows const what{.rows = uncommitted_rows_, .data_path = place_->data_path()};
      if (options_.on_abandoned)
        options_.on_abandoned(what);
      else
        std::fprintf(stderr, "bulkwriter: a writer was destroyed with %llu rows that were never committed (%s)\n",
                     static_cast<unsigned long long>(what.rows), what.data_path.c_str());
    };
#if defined(__cpp_exceptions)
    try {
      tell();
    } catch (...) {  // a destructor is no place for it
    }
#else
    tell();
#endif
  }

  row_checker checker_;
  encoder encoder_;
  std::shared_ptr<output::place> place_;
  writer_options options_;
  row_texts texts_;
  std::unique_ptr<output::file> file_;
  std::uint64_t file_size_ = 0;
  batch_files all_;
  std::size_t committed_groups_ = 0;
  std::optional<error_info> failure_;
  bool writing_ = false;
  std::int64_t offered_rows_ = 0, first_row_ = 0, last_row_ = 0;
  std::uint64_t accepted_rows_ = 0, uncommitted_rows_ = 0;
  int exceptions_at_birth_ = std::uncaught_exceptions();
};

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
