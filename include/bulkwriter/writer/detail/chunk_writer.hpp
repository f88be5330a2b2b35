#pragma once

#include <bulkwriter/format/format.hpp>
#include <bulkwriter/manifest/batch_files.hpp>
#include <bulkwriter/output/output.hpp>
#include <bulkwriter/row/cell_row.hpp>
#include <bulkwriter/row/row_checker.hpp>
#include <bulkwriter/writer/options.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// What a writer needs of its format: an encoder, or why there is none.
struct new_file_format {
  result<std::unique_ptr<format::encoder>> encoder;
  std::string_view extension;
};

/// The writer behind all schemas and formats: checks a row, encodes it, cuts files at chunk_size, counts them.
class chunk_writer {
 public:
  /// Sets the cells of a row, which are null before: of the fields of the schema, in order.
  using show_row = void (*)(void const* row, cell_row& memory, cell* cells);

  static result<std::unique_ptr<chunk_writer>> try_make(std::span<field_info const> fields, new_file_format format,
                                                        std::shared_ptr<output::place> place, writer_options options);
  /// The options, before anything is made for a writer.
  static result<void> check_options(std::span<field_info const> fields, std::string_view extension,
                                    writer_options const& options);

  chunk_writer(std::span<field_info const> fields, new_file_format format, std::shared_ptr<output::place> place,
               writer_options options);
  chunk_writer(chunk_writer const&) = delete;
  chunk_writer& operator=(chunk_writer const&) = delete;
  ~chunk_writer();

  // Null: a writer that was moved from. Error: invalid_state.
  static result<void> append(chunk_writer* writer, void const* row, show_row show) {
    return writer != nullptr ? writer->append(row, show) : moved_from();
  }
  // The same of a row that was shown elsewhere. Its cells are settled in place.
  static result<void> append(chunk_writer* writer, cell_row& row) {
    return writer != nullptr ? writer->append(row) : moved_from();
  }
  // The same of a row that could not be shown.
  static result<void> refuse(chunk_writer* writer, error_info why);
  static result<batch_files> commit(chunk_writer* writer);

  batch_files const& all_files() const noexcept { return all_; }
  std::string data_path() const { return place_->data_path(); }
  std::uint64_t accepted_rows() const noexcept { return accepted_rows_; }

 private:
  static result<void> moved_from();
  result<void> append(void const* row, show_row show);
  result<void> append(cell_row& row);
  result<void> append_judged(cell_row& row);
  result<batch_files> commit();
  std::size_t files() const noexcept;
  std::string file_name(std::size_t file) const;
  format::byte_sink sink();
  result<void> open();
  result<void> finish_chunk();
  result<void> finish_files();

  template <class Step>
  result<void> in_flight(Step const& step);
  result<void> check_usable();
  bool is_a_copy() const noexcept;
  error_info failure();
  void give_up() noexcept;
  void remove_finished() noexcept;
  bool take_away(output::file& file, bool finished, std::string const& path) noexcept;
  void tell_abandoned() const;

  std::span<field_info const> fields_;
  std::vector<std::size_t> timestamps_;  // fields of that kind
  row_checker checker_;
  std::unique_ptr<format::encoder> encoder_;
  std::string_view extension_;
  std::shared_ptr<output::place> place_;
  writer_options options_;
  cell_row row_;

  file_group open_;                                   // the open chunk; bytes: handed over
  std::vector<std::unique_ptr<output::file>> files_;  // of it
  std::size_t finished_files_ = 0;                    // of these
  batch_files all_;                                   // finished chunks
  std::size_t committed_groups_ = 0;
  std::vector<std::unique_ptr<output::file>> finished_;  // those that may be removed, of the groups behind the committed

  bool usable_ = true;       // false: a step is under way, or has failed
  bool told_ = false;        // somebody was given the error of a failed one
  error_info cause_;         // of the failure; nothing: an exception, of which there are no words
  std::string left_behind_;  // what could not be taken away after it
  bool left_unsaid_ = false;
  std::size_t removed_files_ = 0;

  std::int64_t offered_rows_ = 0, first_row_ = 0, last_row_ = 0;
  std::uint64_t accepted_rows_ = 0, uncommitted_rows_ = 0;
  int exceptions_at_birth_;
  int maker_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/writer/detail/chunk_writer.ipp>
#endif
