#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/row/cell.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace bulkwriter {
inline namespace v1 {

/// How rows become the bytes of files: formats as values with options, and what a further format must bring.
namespace format {

/// Where an encoder hands over finished bytes: the pieces, in order, are valid for the call.
/// A function pointer with its argument, so that formats know nothing of files and clouds.
struct byte_sink {
  void* to = nullptr;  ///< the first argument of `write_to`
  /// Takes the pieces; an error ends the file.
  result<void> (*write_to)(void* to, std::span<std::span<std::byte const> const> pieces) = nullptr;

  /// Calls `write_to`, which must be set.
  /// @{
  result<void> write(std::span<std::span<std::byte const> const> pieces) const { return write_to(to, pieces); }
  result<void> write(std::span<std::byte const> piece) const { return write_to(to, std::span(&piece, 1)); }
  /// @}
};

/// Turns checked rows into the bytes of one file after another. A row is put whole; until end_row it can be dropped
/// without a trace. Not thread-safe.
class encoder {
 public:
  encoder() = default;
  encoder(encoder const&) = delete;
  encoder& operator=(encoder const&) = delete;
  virtual ~encoder() = default;

  /// Takes the place of a row that was put and not ended. One cell a field of the schema, of the type of its kind;
  /// those of fields that are not written() are to be ignored. Null only where a field is nullable without a default.
  virtual void put_row(std::span<cell const> cells) = 0;
  virtual void end_row() = 0;
  virtual void drop_row() = 0;

  virtual std::uint64_t rows() const noexcept = 0;            ///< ended rows of this file
  virtual std::uint64_t size_bound() const noexcept = 0;      ///< no smaller than the file, were it finished with the row put
  virtual std::uint64_t lone_row_bound() const noexcept = 0;  ///< the same for a file of the row put alone
  virtual bool ready() const noexcept = 0;                    ///< enough has come together for flush
  virtual result<void> flush(byte_sink const& sink) = 0;      ///< hands over what is complete
  virtual result<void> finish(byte_sink const& sink) = 0;     ///< hands over the rest; a new file begins
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

}  // namespace format
}  // namespace v1
}  // namespace bulkwriter
