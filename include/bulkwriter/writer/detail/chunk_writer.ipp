#pragma once

#include <bulkwriter/format/read_since.hpp>
#include <bulkwriter/row/row_problems.hpp>
#include <bulkwriter/text/quoted.hpp>
#include <bulkwriter/detail/caught.hpp>
#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/writer/detail/chunk_writer.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

inline constexpr std::size_t longest_path = 400;  // in a message

BULKWRITER_DECL chunk_writer::chunk_writer(std::span<field_info const> fields, new_file_format format,
                                           std::shared_ptr<output::place> place, writer_options options)
    : fields_(fields),
      checker_(fields, options.refuse_zero_vectors),
      encoder_(*std::move(format.encoder)),
      extension_(format.extension),
      place_(std::move(place)),
      options_(std::move(options)),
      row_(fields),
      exceptions_at_birth_(std::uncaught_exceptions()),
      maker_(process_id()) {
  all_.options = encoder_->import_options();
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].type == kind::timestamptz) timestamps_.push_back(i);
}

// No field is looked at any more: those of a run-time schema are gone.
BULKWRITER_DECL chunk_writer::~chunk_writer() {
  if (uncommitted_rows_ == 0 || is_a_copy()) return;
  if (options_.remove_uncommitted) remove_finished();
  // the error that fails the writer, and the one that flies, have said it; that files stay says only the former
  bool const flies = std::uncaught_exceptions() > exceptions_at_birth_;
  if (told_ || (flies && all_.size() == committed_groups_)) return;
  (void)completes([this] { tell_abandoned(); });
}

BULKWRITER_DECL result<std::unique_ptr<chunk_writer>> chunk_writer::try_make(std::span<field_info const> fields,
                                                                             new_file_format format,
                                                                             std::shared_ptr<output::place> place,
                                                                             writer_options options) {
  if (!format.encoder) return std::move(format.encoder).error();
  if (place == nullptr) return error_info{.code = errc::invalid_option, .message = "the writer was given no place"};
  if (auto checked = check_options(fields, format.extension, options); !checked) return std::move(checked).error();
  return std::make_unique<chunk_writer>(fields, std::move(format), std::move(place), std::move(options));
}

BULKWRITER_DECL result<void> chunk_writer::check_options(std::span<field_info const> fields, std::string_view extension,
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
  auto shown = caught("the values of the row", [&]() -> result<void> {
    row_.clear();
    show(given, row_, row_.cells_.data());
    return {};
  });
  return shown ? append(row_) : refuse(this, std::move(shown).error());
}

BULKWRITER_DECL result<void> chunk_writer::refuse(chunk_writer* writer, error_info why) {
  if (writer == nullptr) return moved_from();
  if (auto usable = writer->check_usable(); !usable) return usable;
  why.row = writer->offered_rows_++;
  why.message = "row " + std::to_string(why.row) + ": " + why.message;
  return why;
}

BULKWRITER_DECL result<void> chunk_writer::append(cell_row& given) {
  if (auto usable = check_usable(); !usable) [[unlikely]]
    return usable;
  return caught("the format", [&] { return append_judged(given); });
}

// Until it is ended a row leaves no trace: what throws before may leave a part of it, which is dropped by whatever the
// encoder is asked for next.
BULKWRITER_DECL result<void> chunk_writer::append_judged(cell_row& given) {
  std::int64_t const row = offered_rows_++;
  std::vector<cell>& cells = given.cells_;
  checker_.judge(cells, given.problems());
  settle(fields_, cells);  // a default, too, may be what the format cannot hold
  encoder_->check_row(cells, checker_.problems());
  if (auto checked = checker_.verdict(row); !checked) return checked;
  respell_timestamps(timestamps_, cells, given);

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
  return in_flight([this, row]() -> result<void> {
    encoder_->end_row();
    if (encoder_->rows() == 1) first_row_ = row;
    last_row_ = row;
    ++accepted_rows_;
    ++uncommitted_rows_;
    if (!encoder_->ready()) [[likely]]
      return {};
    if (auto opened = open(); !opened) return opened;
    return encoder_->flush(sink());
  });
}

BULKWRITER_DECL result<batch_files> chunk_writer::commit() {
  if (auto usable = check_usable(); !usable) return std::move(usable).error();
  if (is_a_copy()) return made_elsewhere("this writer");
  if (auto finished = finish_chunk(); !finished) return std::move(finished).error();
  batch_files files{.options = all_.options};
  files.groups.assign(std::next(all_.begin(), static_cast<std::ptrdiff_t>(committed_groups_)), all_.end());
  // nothing throws from here on: after an exception the same files are still to be committed
  committed_groups_ = all_.size();
  finished_.clear();
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
            for (auto const& piece : pieces) me.open_.bytes += piece.size();
            return me.files_[file]->write(pieces);
          },
          [](void* self, std::size_t file, std::span<std::byte const> head) {
            return static_cast<chunk_writer*>(self)->files_[file]->rewrite_head(head);
          }};
}

// Files are made when there is something to put into it: refused rows leave none behind.
BULKWRITER_DECL result<void> chunk_writer::open() {
  if (is_a_copy()) return made_elsewhere("this writer");
  if (!files_.empty()) return {};
  bool const group = !encoder_->file_names().empty();
  std::size_t const count = files();
  files_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) open_.paths.push_back(place_->path_of(file_name(i)));
  for (std::size_t i = 0; i < count; ++i) {
    auto opened = group ? place_->create_member(file_name(i), options_.chunk_size,
                                                {.files = count, .head_size = encoder_->head_size(i), .writer = this})
                        : place_->create(file_name(i), options_.chunk_size);
    if (!opened) return std::move(opened).error();
    files_.push_back(*std::move(opened));
  }
  return {};
}

BULKWRITER_DECL result<void> chunk_writer::finish_chunk() {
  if (encoder_->rows() == 0) return {};
  return in_flight([this] { return finish_files(); });
}

// The files of a group become visible one right after the other, when all of their bytes are written.
BULKWRITER_DECL result<void> chunk_writer::finish_files() {
  open_.rows = encoder_->rows();
  if (auto opened = open(); !opened) return opened;
  if (auto written = encoder_->finish(sink()); !written) return written;
  // what may throw is done before the files become visible
  if (all_.groups.size() == all_.groups.capacity()) all_.groups.reserve(2 * all_.size() + 1);
  if (options_.remove_uncommitted) finished_.reserve(finished_.size() + files_.size());
  for (finished_files_ = 0; finished_files_ < files_.size(); ++finished_files_)
    if (auto finished = files_[finished_files_]->finish(); !finished) return finished;

  all_.groups.push_back(std::exchange(open_, {}));
  if (options_.remove_uncommitted) std::move(files_.begin(), files_.end(), std::back_inserter(finished_));
  files_.clear();
  finished_files_ = 0;
  return {};
}

// The one gate of all that changes what is on its way to files. From before the first thing that may go wrong until it
// is proven that nothing has, the writer counts as failed: an exception finds it so, whatever it has left half done.
// Then what is there is given up, and only then come words, which take memory: rows of the chunk are gone with it, so
// there is no way on, and every later call says so again.
template <class Step>
result<void> chunk_writer::in_flight(Step const& step) {
  struct attempt {
    chunk_writer& of;
    ~attempt() {
      if (!of.usable_) of.give_up();
    }
  };
  usable_ = false;
  {
    attempt const under_way{*this};
    auto done = caught("the place of the files", step);
    usable_ = done.has_value();
    if (!usable_) cause_ = std::move(done).error();
  }
  if (usable_) [[likely]]
    return {};
  return failure();
}

BULKWRITER_DECL result<void> chunk_writer::check_usable() {
  if (usable_) [[likely]]
    return {};
  return failure();
}

// In a forked child. Whatever would reach the files asks, not each row: the system's answer takes as long as a small row.
BULKWRITER_DECL bool chunk_writer::is_a_copy() const noexcept { return maker_ != process_id(); }

BULKWRITER_DECL error_info chunk_writer::failure() {
  auto const stay_or_go = [](std::size_t files, char const* one, char const* more) {
    return "; " + std::to_string(files) + (files == 1 ? " finished file that was" : " finished files that were") +
           " never committed " + (files == 1 ? one : more);
  };
  error_info info = cause_;
  if (info.code == errc::none) info = {.code = errc::invalid_state, .message = "memory has run out in a write"};
  std::string const path = open_.paths.empty() ? file_name(0) : open_.paths.front();
  info.message = "rows " + std::to_string(first_row_) + " to " + std::to_string(last_row_) + " are not in " +
                 in_quotes(path, longest_path) + (files() == 1 ? ": " : " and its group: ") + info.message + left_behind_;
  if (left_unsaid_) info.message += "; files of it may be left behind";
  if (removed_files_ != 0) info.message += stay_or_go(removed_files_, "is removed", "are removed");
  if (committed_groups_ != all_.size()) {
    std::size_t stay = 0;
    for (std::size_t i = committed_groups_; i < all_.size(); ++i) stay += all_[i].size();
    info.message += stay_or_go(stay, "stays: ", "stay: ") +
                    in_quotes(all_[committed_groups_].paths.front(), longest_path);
    if (stay != 1) info.message += " to " + in_quotes(all_.groups.back().paths.back(), longest_path);
  }
  info.row = first_row_;
  told_ = true;
  return info;
}

// Those of a group that are finished already would be half a chunk: they go too, or are named.
BULKWRITER_DECL void chunk_writer::give_up() noexcept {
  if (is_a_copy()) return;
  for (std::size_t i = 0; i < files_.size(); ++i) take_away(*files_[i], i < finished_files_, open_.paths[i]);
  files_.clear();
  if (options_.remove_uncommitted) remove_finished();
}

// The newest first: what a crash leaves is the beginning of the rows, as without it.
BULKWRITER_DECL void chunk_writer::remove_finished() noexcept {
  for (std::size_t g = all_.size(); g-- > committed_groups_ && !finished_.empty();) {
    std::vector<std::string>& paths = all_.groups[g].paths;
    for (std::size_t i = paths.size(); i-- > 0; finished_.pop_back()) {
      if (!take_away(*finished_.back(), true, paths[i])) continue;
      paths.erase(std::next(paths.begin(), static_cast<std::ptrdiff_t>(i)));
      ++removed_files_;
    }
    if (paths.empty()) all_.groups.erase(std::next(all_.groups.begin(), static_cast<std::ptrdiff_t>(g)));
  }
}

// Whether it is gone.
BULKWRITER_DECL bool chunk_writer::take_away(output::file& file, bool finished, std::string const& path) noexcept {
  bool gone = false;
  bool const said = completes([&] {
    auto const done = caught("the place of the files", [&] { return finished ? file.remove() : file.discard(); });
    gone = done.has_value();
    if (!gone) left_behind_ += (finished ? "; " + in_quotes(path, longest_path) + " is left behind: " : "; ") + done.error().message;
  });
  if (!said && !gone) left_unsaid_ = true;
  return gone;
}

BULKWRITER_DECL void chunk_writer::tell_abandoned() const {
  abandoned_rows what{.rows = uncommitted_rows_, .data_path = place_->data_path(), .files = {.options = all_.options}};
  what.files.groups.assign(std::next(all_.begin(), static_cast<std::ptrdiff_t>(committed_groups_)), all_.end());
  if (options_.on_abandoned) return options_.on_abandoned(what);
  std::uint64_t files = 0, rows = 0;
  for (file_group const& group : what.files) files += group.size(), rows += group.rows;
  std::string line = "bulkwriter: a writer was destroyed with " + std::to_string(what.rows) +
                     (what.rows == 1 ? " row that was" : " rows that were") + " never committed";
  if (files != 0)
    line += "; " + std::to_string(rows) + " of them stay in " + std::to_string(files) +
            (files == 1 ? " finished file" : " finished files");
  write_to_stderr(std::move(line) + " (" + one_line(what.data_path, longest_path) + ')');
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
