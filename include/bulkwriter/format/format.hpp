#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// How rows become the bytes of files: formats as values with options, and what a further format must bring.
namespace format {

/// Where an encoder hands over finished bytes: the pieces, in order, are valid for the call.
/// A function pointer with its argument, so that formats know nothing of files and clouds.
struct byte_sink {
  void* to = nullptr;  ///< the first argument of the functions
  /// Takes the pieces for the file of this index, 0 for an encoder of one file; an error ends the chunk.
  result<void> (*write_to)(void* to, std::size_t file, std::span<std::span<std::byte const> const> pieces) = nullptr;
  /// Puts `head` over the first bytes of the file: no more than the encoder's head_size.
  result<void> (*rewrite_to)(void* to, std::size_t file, std::span<std::byte const> head) = nullptr;

  /// Calls `write_to`, which must be set.
  /// @{
  result<void> write(std::span<std::span<std::byte const> const> pieces) const { return write_to(to, 0, pieces); }
  result<void> write(std::span<std::byte const> piece) const { return write_to(to, 0, std::span(&piece, 1)); }
  result<void> write(std::size_t file, std::span<std::span<std::byte const> const> pieces) const {
    return write_to(to, file, pieces);
  }
  result<void> write(std::size_t file, std::span<std::byte const> piece) const {
    return write_to(to, file, std::span(&piece, 1));
  }
  /// @}
  /// Calls `rewrite_to`, which must be set for an encoder with a head_size.
  result<void> rewrite_head(std::size_t file, std::span<std::byte const> head) const {
    return rewrite_to(to, file, head);
  }
};

/// Turns checked rows into the bytes of one file after another, or of one group of files after another. A row is put
/// whole; until end_row it can be dropped without a trace. Not thread-safe.
class encoder {
 public:
  encoder() = default;                          ///< of a new file
  encoder(encoder const&) = delete;             ///< it stands for a file under way
  encoder& operator=(encoder const&) = delete;  ///< likewise
  virtual ~encoder() = default;

  /// Adds what speaks against a row in files of this format alone: called before put_row, with the cells that
  /// would stand in the file, defaults among them, also of rows that are refused anyway.
  virtual void check_row(std::span<cell const> /*cells*/, std::vector<problem>& /*problems*/) const {}
  /// What a server must be told to read the files: names and values of import options.
  virtual std::vector<std::pair<std::string, std::string>> import_options() const { return {}; }

  /// The names of the files of a group, in the order of byte_sink's index: "id" becomes "7/id.npy" in group 7. Empty: a
  /// chunk is one file, "7.parquet". The same for every chunk.
  virtual std::span<std::string_view const> file_names() const noexcept { return {}; }
  /// How many bytes at the beginning of this file are rewritten at the end.
  virtual std::size_t head_size([[maybe_unused]] std::size_t file) const noexcept { return 0; }

  /// Takes the place of a row that was put and not ended. One cell a field of the schema, of the type of its kind;
  /// those of fields that are not written() are to be ignored. Null only where a field is nullable without a default.
  virtual void put_row(std::span<cell const> cells) = 0;
  virtual void end_row() = 0;   ///< keeps the row that was put
  virtual void drop_row() = 0;  ///< forgets it; does nothing where none was put

  virtual std::uint64_t rows() const noexcept = 0;  ///< ended rows of this file
  /// No smaller than the files in all, were they finished with the row put.
  virtual std::uint64_t size_bound() const noexcept = 0;
  virtual std::uint64_t lone_row_bound() const noexcept = 0;  ///< the same for files of the row put alone
  virtual bool ready() const noexcept = 0;                    ///< enough has come together for flush
  virtual result<void> flush(byte_sink const& sink) = 0;      ///< hands over what is complete
  virtual result<void> finish(byte_sink const& sink) = 0;     ///< hands over the rest; new files begin
};

/// A format: a value with options, the kinds it holds, the extension that servers know it by, and its encoder.
/// try_make_encoder refuses options out of range with invalid_option. Where `holds` is static, a writer of a
/// compile-time schema asks it while compiling.
template <class F>
concept file_format = requires(F const f, std::span<field_info const> fields, kind k) {
  { f.holds(k) } -> std::same_as<bool>;
  { f.extension } -> std::convertible_to<std::string_view>;
  { f.try_make_encoder(fields) } -> std::same_as<result<std::unique_ptr<encoder>>>;
};

/// Whether a format holds a field: one that looks at more than the kind has a second `holds(field_info const&)`.
/// @{
template <file_format F>
constexpr bool can_hold(F const& format, field_info const& f) {
  if constexpr (requires { format.holds(f); })
    return format.holds(f);
  else
    return format.holds(f.type);
}
template <file_format F>
constexpr bool can_hold(field_info const& f) {
  if constexpr (requires { F::holds(f); })
    return F::holds(f);
  else
    return F::holds(f.type);
}
/// @}

}  // namespace format
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
