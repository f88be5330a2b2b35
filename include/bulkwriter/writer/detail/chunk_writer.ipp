#pragma once

#include <bulkwriter/row/row_problems.hpp>
#include <bulkwriter/text/quoted.hpp>
#include <bulkwriter/writer/detail/chunk_writer.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

BULKWRITER_DECL chunk_writer::chunk_writer(std::span<field_info const> fields, new_file_format format,
                                           std::shared_ptr<output::place> place, writer_options options)
    : fields_(fields),
      checker_(fields, options.refuse_zero_vectors),
      encoder_(*std::move(format.encoder)),
      extension_(format.extension),
      place_(std::move(place)),
      options_(std::move(options)),
      row_(fields),
      exceptions_at_birth_(std::uncaught_exceptions()) {
  all_.options = encoder_->import_options();
}

BULKWRITER_DECL chunk_writer::~chunk_writer() {
  if (uncommitted_rows_ == 0 || !failure_ || writing_ || std::uncaught_exceptions() > exceptions_at_birth_) return;
  abandon();
}

BULKWRITER_DECL result<std::unique_ptr<chunk_writer>> chunk_writer::try_make(std::span<field_info const> fields,
                                                                             new_file_format format,
                                                                             std::shared_ptr<output::place> place,
                                                                             writer_options options) {
  if (!format.encoder) return std::move(format.encoder).error();
  if (place == nullptr) return error_info{.code = errc::invalid_option, .message = "the writer was given no place"};
  if (auto checked = check(fields, format.extension, options); !checked) return std::move(checked).error();
  return std::make_unique<chunk_writer>(fields, std::move(format), std::move(place), std::move(options));
}

BULKWRITER_DECL result<void> chunk_writer::check(std::span<field_info const> fields, std::string_view extension,
                                                 writer_options const& options) {
  constexpr std::uint64_t smallest = 1024;
  if (options.chunk_size < smallest)
    return error_info{.code = errc::invalid_option,
                      .message = "chunk_size is " + std::to_string(options.chunk_size) + ", less than 1024 bytes"};
  if (options.oldest_server == server_version{}) return {};
  return format::try_check_read_by(options.oldest_server, extension, fields);
}

BULKWRITER_DECL result<void> chunk_writer::moved_from() {
  return error_info{.code = errc::invalid_state, .message = "this writer was moved from"};
}

BULKWRITER_DECL result<batch_files> chunk_writer::commit(chunk_writer* writer) {
  if (writer == nullptr) return moved_from().error();
  return writer->commit();
}

BULKWRITER_DECL result<void> chunk_writer::append(void const* given, show_row show) {
  row_.clear();
  show(given, row_, row_.cells_.data());
  return append(row_);
}

BULKWRITER_DECL result<void> chunk_writer::append(cell_row& given) {
  if (auto usable = check_usable(); !usable) [[unlikely]]
    return usable;
  std::int64_t const row = offered_rows_++;
  std::vector<cell>& cells = given.cells_;
  checker_.judge(cells, given.problems());
  encoder_->check_row(cells, checker_.problems());
  if (auto checked = checker_.verdict(row); !checked) return checked;
  settle(fields_, cells);
  respell_timestamps(fields_, cells, given);

  encoder_->put_row(cells);
  if (encoder_->size_bound() > options_.chunk_size) [[unlikely]] {
    std::uint64_t const alone = encoder_->lone_row_bound();
    encoder_->drop_row();
    if (alone > options_.chunk_size)
      return refused_row(row, {{.code = errc::row_too_large,
                                .message = "a file with this row alone takes up to " + std::to_string(alone) +
                                           " bytes, which exceeds chunk_size " + std::to_string(options_.chunk_size)}});
    if (auto cut = finish_chunk(); !cut) return cut;
    encoder_->put_row(cells);
  }
  encoder_->end_row();
  if (encoder_->rows() == 1) first_row_ = row;
  last_row_ = row;
  ++accepted_rows_;
  ++uncommitted_rows_;
  if (!encoder_->ready()) [[likely]]
    return {};
  if (auto flushed = flush(); !flushed) return fail(std::move(flushed).error());
  return {};
}

BULKWRITER_DECL result<batch_files> chunk_writer::commit() {
  if (auto usable = check_usable(); !usable) return std::move(usable).error();
  if (auto finished = finish_chunk(); !finished) return std::move(finished).error();
  batch_files files{.options = all_.options};
  for (std::size_t i = committed_groups_; i < all_.size(); ++i) files.groups.push_back(all_[i]);
  committed_groups_ = all_.size();
  uncommitted_rows_ = 0;
  return files;
}

BULKWRITER_DECL std::size_t chunk_writer::files() const noexcept {
  return (std::max)(encoder_->file_names().size(), std::size_t{1});
}

BULKWRITER_DECL std::string chunk_writer::file_name(std::size_t file) const {
  std::string name = std::to_string(all_.size() + 1);
  if (auto const names = encoder_->file_names(); !names.empty()) (name += '/') += names[file];
  return (name += '.') += extension_;
}

BULKWRITER_DECL format::byte_sink chunk_writer::sink() {
  return {this,
          [](void* self, std::size_t file, std::span<std::span<std::byte const> const> pieces) {
            auto& me = *static_cast<chunk_writer*>(self);
            for (auto const& piece : pieces) me.size_ += piece.size();
            return me.files_[file]->write(pieces);
          },
          [](void* self, std::size_t file, std::span<std::byte const> head) {
            return static_cast<chunk_writer*>(self)->files_[file]->rewrite_head(head);
          }};
}

// Files are made when there is something to put into it: refused rows leave none behind.
BULKWRITER_DECL result<void> chunk_writer::open() {
  if (!files_.empty()) return {};
  bool const group = !encoder_->file_names().empty();
  std::size_t const count = files();
  files_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto opened = group ? place_->create_member(file_name(i), options_.chunk_size,
                                                {.files = count, .head_size = encoder_->head_size(i)})
                        : place_->create(file_name(i), options_.chunk_size);
    if (!opened) return std::move(opened).error();
    files_.push_back(*std::move(opened));
  }
  return {};
}

// An exception out of a write (memory, a place of the user's own) leaves half a file, which nothing can be added to.
BULKWRITER_DECL result<void> chunk_writer::check_usable() const {
  if (!failure_) return failure_;
  if (writing_)
    return error_info{.code = errc::invalid_state, .message = "an exception has ended an earlier write of this writer"};
  return {};
}

BULKWRITER_DECL result<void> chunk_writer::flush() {
  writing_ = true;
  auto opened = open();
  auto flushed = opened ? encoder_->flush(sink()) : std::move(opened);
  writing_ = false;
  return flushed;
}

// The files of a group become visible one right after the other, when all of their bytes are written.
BULKWRITER_DECL result<void> chunk_writer::finish_files() {
  if (auto opened = open(); !opened) return opened;
  if (auto written = encoder_->finish(sink()); !written) return written;
  for (finished_files_ = 0; finished_files_ < files_.size(); ++finished_files_)
    if (auto finished = files_[finished_files_]->finish(); !finished) return finished;
  return {};
}

BULKWRITER_DECL result<void> chunk_writer::finish_chunk() {
  if (encoder_->rows() == 0) return {};
  writing_ = true;
  // what may throw is done before the files become visible
  file_group group{.paths = {}, .rows = encoder_->rows()};
  for (std::size_t i = 0; i < files(); ++i) group.paths.push_back(place_->path_of(file_name(i)));
  all_.groups.reserve(all_.size() + 1);
  auto finished = finish_files();
  writing_ = false;
  if (!finished) return fail(std::move(finished).error());
  files_.clear();
  finished_files_ = 0;
  group.bytes = std::exchange(size_, 0);
  all_.groups.push_back(std::move(group));
  return {};
}

// Rows of the chunk are gone with it, so there is no way on: every later call says so again.
BULKWRITER_DECL error_info chunk_writer::fail(error_info info) {
  drop_files(info);
  info.message = "rows " + std::to_string(first_row_) + " to " + std::to_string(last_row_) + " are not in " +
                 in_quotes(place_->path_of(file_name(0)), 400) + (files() == 1 ? ": " : " and its group: ") + info.message;
  info.row = first_row_;
  failure_ = info;
  return info;
}

// Those of a group that are finished already would be half a chunk: they go too, or are named.
BULKWRITER_DECL void chunk_writer::drop_files(error_info& info) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    bool const finished = i < finished_files_;
    auto const gone = finished ? files_[i]->remove() : files_[i]->discard();
    if (gone) continue;
    if (finished) info.message += "; " + in_quotes(place_->path_of(file_name(i)), 400) + " is left behind";
    info.message += (finished ? ": " : "; ") + gone.error().message;
  }
  files_.clear();
  finished_files_ = 0;
}

BULKWRITER_DECL void chunk_writer::abandon() noexcept {
  auto const tell = [this] {
    abandoned_rows const what{.rows = uncommitted_rows_, .data_path = place_->data_path()};
    if (options_.on_abandoned)
      options_.on_abandoned(what);
    else
      std::fprintf(stderr, "bulkwriter: a writer was destroyed with %llu %s never committed (%s)\n",
                   static_cast<unsigned long long>(what.rows), what.rows == 1 ? "row that was" : "rows that were",
                   what.data_path.c_str());
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

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
