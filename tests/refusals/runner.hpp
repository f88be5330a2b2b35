#pragma once

#include "rules.hpp"

#include <bulkwriter/format/any.hpp>
#include <bulkwriter/manifest/batch_files.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace refusals {

/// A writer of rows {id, f, note} and one way of giving them to it.
class row_sink {
 public:
  virtual ~row_sink() = default;
  /// Nothing where the way cannot say the value.
  virtual std::optional<bw::result<void>> try_append(std::int64_t id, value const& f, std::string const& note) = 0;
  virtual bw::batch_files commit() = 0;
  virtual std::uint64_t row_count() const = 0;
};

struct way {
  std::string name;
  unsigned bit = 0;
  std::function<std::unique_ptr<row_sink>(bw::format::any const&, std::string const& local_path)> open;
};

/// A field, and the ways that need to know its type at compile time.
struct subject {
  std::string name;
  bw::field_info field;
  std::vector<way> ways;
};

/// Of typed_*.cpp.
/// @{
void add_scalars(std::vector<subject>& all);
void add_vectors(std::vector<subject>& all);
void add_lists(std::vector<subject>& all);
void add_dynamic(std::vector<subject>& all);
/// @}
/// Ways of the run-time schema: cells, JSON text, texts of a table; and of runtime_object.cpp.
/// @{
void add_runtime_ways(subject& one);
way object_way(bw::field_info const& f);
/// @}
/// Rows that take more than one field to be bad: special.cpp.
class report;
void check_special(report& out);

/// What was seen.
class report {
 public:
  explicit report(std::filesystem::path folder) : folder_(std::move(folder)), cases_(folder_ / "cases.tsv") {}

  /// A folder that no other case has.
  std::string new_folder() { return (folder_ / std::to_string(folders_++)).string(); }
  void check(bool good, std::string const& what);
  /// That a row was refused as it should be, as the row with this number.
  void check_refused(bw::result<void> const& outcome, expectation const& due, std::int64_t row, std::string_view field,
                     std::string const& where);
  /// Rows 0 to `rows` - 1 should be in these files.
  void expect_rows(std::string const& format, bw::field_info const& f, std::string const& way, std::int64_t rows,
                   bw::batch_files const& files);
  /// That nothing is there.
  void check_empty(std::string const& folder, std::string const& where);

  std::uint64_t refused() const noexcept { return refused_; }
  std::uint64_t failures() const noexcept { return failures_; }

 private:
  std::filesystem::path folder_;
  std::ofstream cases_;
  std::map<std::string, int> failures_of_;  // by rule and way
  std::uint64_t folders_ = 0, refused_ = 0, failures_ = 0;
};

inline std::string note_of(std::int64_t id) { return "note " + std::to_string(id); }
std::uint64_t count_files(std::string const& folder);

}  // namespace refusals
