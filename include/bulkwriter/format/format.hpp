#pragma once

#include <bulkwriter/error.hpp>
#include <bulkwriter/schema/field_info.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
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

/// Turns checked rows into the bytes of one file after another. A row is begin_row, one put for each written field (the
/// index is the field's place in the schema), end_row; until end_row it can be dropped without a trace.
template <class E>
concept encoder = requires(E e, E const c, std::size_t i, byte_sink const& sink) {
  e.begin_row();
  e.put(i, nullptr);
  e.put(i, true);
  e.put(i, std::int64_t{});
  e.put(i, float{});
  e.put(i, double{});
  e.put(i, std::string_view{});
  e.put(i, std::span<float const>{});
  e.end_row();
  e.drop_row();
  { c.rows() } -> std::same_as<std::uint64_t>;        // ended rows of this file
  { c.size_bound() } -> std::same_as<std::uint64_t>;  // no smaller than the file, were it finished after the begun row
  { c.lone_row_bound() } -> std::same_as<std::uint64_t>;  // the same for a file of the begun row alone
  { c.ready() } -> std::same_as<bool>;                    // enough has come together for flush
  { e.flush(sink) } -> std::same_as<result<void>>;        // hands over what is complete
  { e.finish(sink) } -> std::same_as<result<void>>;       // hands over the rest; the encoder then begins a new file
};

/// A format: a value with options, the kinds it holds, the extension that servers know it by, and its encoder.
template <class F>
concept file_format = encoder<typename F::encoder> && requires(F const f, std::span<field_info const> fields, kind k) {
  { F::holds(k) } -> std::same_as<bool>;
  { F::extension } -> std::convertible_to<std::string_view>;
  { f.check() } -> std::same_as<result<void>>;  // options out of range
  requires std::constructible_from<typename F::encoder, F const&, decltype(fields)>;
};

}  // namespace format

namespace detail {

/// What stands in the file for a value that the row does not bring: true if something was put in its place.
/// A default wins over null, as on the server; a row without dynamic values has an empty object.
template <class Encoder>
bool put_in_place_of_null(Encoder& to, std::size_t i, field_info const& f) {
  if (f.is_dynamic)
    to.put(i, std::string_view("{}"));
  else if (!f.has_default)
    return false;
  else if (f.type == kind::boolean)
    to.put(i, f.default_integer != 0);
  else if (is_integer(f.type))
    to.put(i, f.default_integer);
  else if (f.type == kind::float32 || f.type == kind::float64)
    to.put(i, f.default_number);
  else
    to.put(i, f.default_text);
  return true;
}

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
