#pragma once

#include <bulkwriter/format/detail/text_encoder.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// How a CSV file is spelled: when a cell is quoted.
class csv_dialect {
 public:
  csv_dialect(char separator, bool one_column) noexcept;

  char separator() const noexcept { return separator_; }
  /// Appends a cell that holds this text, in quotes where it needs them.
  void append(std::string& out, std::string_view text) const;
  /// Numbers, true and false need quotes: the separator is one of their characters.
  bool quotes_numbers() const noexcept { return quotes_numbers_; }
  /// The same of lists of numbers.
  bool quotes_lists() const noexcept { return quotes_lists_; }

 private:
  bool must_quote(std::string_view text) const noexcept;

  char separator_;
  bool one_column_;  // a lone empty cell must not be an empty line, which readers skip
  bool quotes_numbers_, quotes_lists_;
};

class csv_encoder final : public text_encoder {
 public:
  csv_encoder(std::span<field_info const> fields, csv_dialect dialect, std::string nullkey);

  BULKWRITER_DECL void check_row(std::span<cell const> cells, std::vector<problem>& problems) const override;
  BULKWRITER_DECL std::vector<std::pair<std::string, std::string>> import_options() const override;

 private:
  BULKWRITER_DECL void append_row(std::string& out, std::span<cell const> cells) override;
  void append_cell(std::string& out, field_info const& field, cell const& value);
  bool looks_null(field_info const& field, cell const& value) const;

  std::span<field_info const> fields_;
  csv_dialect dialect_;
  std::string nullkey_;
  bool nullkey_is_scalar_;  // of JSON: 0, true, null, …
  std::string scratch_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/csv_encoder.ipp>
#endif
