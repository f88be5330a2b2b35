#pragma once

#include <bulkwriter/format/format.hpp>

#include <concepts>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// Error invalid_schema for the first field whose kind a format cannot hold: the run-time twin of cannot_hold.
result<void> try_check_held(std::span<field_info const> fields, std::string_view format,
                            bool (*holds)(void const*, kind), void const* of);

}  // namespace detail

namespace format {

/// A format that is chosen at run time: any other with its options, or one by its name. Works in place of a format
/// wherever one is asked for; a kind that it cannot hold is then an error when the writer is made. Copies share the
/// format; thread-safe as a value.
///
///     bw::format::any file_type = bw::format::any::named("parquet");
class any {
 public:
  /// From a format, options and all: `any(parquet{.page_checksum = true})`.
  template <class F>
    requires(!std::same_as<F, any> && file_format<F>)
  any(F format)
      : extension(format.extension), held_(static_cast<holder_base const*>(new holder<F>(std::move(format)))) {}

  /// By the name that its files end with, with the options' defaults. Error: invalid_option, with the names that there
  /// are.
  /// @{
  static result<any> try_named(std::string_view name);
  static any named(std::string_view name) { return try_named(name).value(); }
  /// @}
  /// What `named` takes.
  static std::vector<std::string_view> names();

  std::string_view extension;  ///< of the files

  /// Whether files of this format hold fields of a kind, and a field with all that it is.
  /// @{
  bool holds(kind k) const { return held_->holds(k); }
  bool holds(field_info const& f) const { return held_->holds(f); }
  /// @}

  /// What writes the bytes. Errors: invalid_schema, for a kind that the format cannot hold; those of the format.
  result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const;

 private:
  struct holder_base {
    virtual ~holder_base() = default;
    virtual bool holds(kind k) const = 0;
    virtual bool holds(field_info const& f) const = 0;
    virtual result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const = 0;
  };
  template <class F>
  struct holder final : holder_base {
    explicit holder(F given) : format(std::move(given)) {}
    bool holds(kind k) const override { return format.holds(k); }
    bool holds(field_info const& f) const override { return can_hold(format, f); }
    result<std::unique_ptr<encoder>> try_make_encoder(std::span<field_info const> fields) const override {
      return format.try_make_encoder(fields);
    }
    F format;
  };

  std::shared_ptr<holder_base const> held_;
};

}  // namespace format
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/format/detail/any.ipp>
#endif
