#pragma once

#include <bulkwriter/errc.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

/// One broken rule of one row.
struct problem {
  errc code = errc::none;    ///< which rule
  std::string field = {};    ///< name of the field, empty where the rule concerns the whole row
  std::string message = {};  ///< rule and value, without row and field

  /// Compares every member.
  friend bool operator==(problem const&, problem const&) = default;
};

/// Everything that is known about a failure. `message` never holds a secret.
struct error_info {
  errc code = errc::none;         ///< what to branch on; `none` only in one that nobody filled
  std::string message = {};       ///< complete text as `error::what()` shows it, without the bracketed code
  std::int64_t row = -1;          ///< zero-based position among all rows offered to this writer; -1 where there is none
  std::string field = {};         ///< the field of the first problem
  int http_status = 0;            ///< 0 where no HTTP answer was received
  std::int64_t server_code = 0;   ///< the import server's `code`
  std::string server_error = {};  ///< the store's error code ("SignatureDoesNotMatch") or the import server's message
  std::vector<problem> problems = {};  ///< for a refused row: every broken rule, in schema order
  bool may_have_happened = false;      ///< a request was sent and no answer denies that it has been carried out
  std::string left_behind = {};        ///< what stays in a store and costs: "'key' (upload id …)"

  /// ``row 41, field 'title': 600 bytes exceed max_length 512 [bulkwriter.varchar_too_long]``
  std::string to_string() const;
};

/// What the plain (not `try_`) functions throw. Copies share one `error_info` and never throw. Where there are no
/// exceptions (-fno-exceptions, the local half only) they write `what()` to stderr and abort.
class error : public std::runtime_error {
 public:
  /// `what()` is `error_info::to_string()`.
  explicit error(error_info info);
  BULKWRITER_DECL error(error const& other) noexcept;             ///< shares
  BULKWRITER_DECL error& operator=(error const& other) noexcept;  ///< shares
  BULKWRITER_DECL ~error() override;
  /// All that is known. Lives as long as the last copy; of a temporary it is one.
  /// @{
  error_info const& info() const& noexcept { return *info_; }
  error_info info() const&& { return *info_; }
  /// @}
  /// What to branch on.
  errc code() const noexcept { return info_->code; }

 private:
  std::shared_ptr<error_info const> info_;  // shared: copying an exception must not throw
};

namespace detail {

[[noreturn]] void throw_error(error_info const& info);
// In one call, so that lines of several threads do not mix.
void write_to_stderr(std::string line);

// An owning, copyable pointer: success costs one null pointer and no empty strings. Bodies apart, so that a unit that
// only passes errors on need not know how to copy and destroy them.
class error_box {
 public:
  error_box() = default;
  explicit error_box(error_info&& info);
  error_box(error_box const& other);
  error_box(error_box&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}
  error_box& operator=(error_box other) noexcept {
    std::swap(p_, other.p_);
    return *this;
  }
  ~error_box() {
    if (p_ != nullptr) destroy();
  }
  explicit operator bool() const noexcept { return p_ != nullptr; }
  error_info& operator*() noexcept { return *p_; }
  error_info const& operator*() const noexcept { return *p_; }

 private:
  void destroy() noexcept;
  error_info* p_ = nullptr;
};

// What may say no although there was no error. Owning pointers are not among these: where they come in a result, they own
// something.
template <class Type>
inline constexpr bool is_a_question =
    std::is_same_v<Type, bool> || std::is_pointer_v<Type> || requires(Type const& v) { v.has_value(); };
template <class Type>
struct result_as_bool {
  static_assert(!is_a_question<Type>,
                "bulkwriter: this result is true whenever there was no error, whatever its value is, so that "
                "`while (csv.try_next())` would never end; ask has_value() for success and `*r` or value() for the "
                "answer: while (csv.try_next().value())");
};

}  // namespace detail

/// A value or the reason why there is none: what every `try_` function returns.
///
///     if (auto files = writer.try_commit()) use(*files);
///     else std::cerr << files.error().to_string() << '\n';
///
/// `value()` throws `error` (without exceptions: prints it and aborts); `*r` and `error()` require that you asked
/// first. Of a temporary they give the value itself, not a reference into what is gone with the next semicolon.
template <class Type>
class [[nodiscard]] result {
 public:
  using value_type = Type;  ///< of `value()`

  /// From a value or from an error.
  /// @{
  template <class Other = Type>
    requires(std::is_constructible_v<Type, Other &&> && !std::is_same_v<std::remove_cvref_t<Other>, result> &&
             !std::is_same_v<std::remove_cvref_t<Other>, error_info>)
  explicit(!std::is_convertible_v<Other, Type>) result(Other&& value) : has_value_(true), value_(std::forward<Other>(value)) {}
  result(error_info info) : error_(std::move(info)) {}
  /// @}
  /// Copies and moves what there is: value or error.
  /// @{
  result(result const& other)
    requires std::is_copy_constructible_v<Type>
      : has_value_(other.has_value_), error_(other.error_) {
    if (has_value_) std::construct_at(std::addressof(value_), other.value_);
  }
  result(result&& other) noexcept(std::is_nothrow_move_constructible_v<Type>)
      : has_value_(other.has_value_), error_(std::move(other.error_)) {
    if (has_value_) std::construct_at(std::addressof(value_), std::move(other.value_));
  }
  result& operator=(result other) noexcept(std::is_nothrow_move_constructible_v<Type>) {
    std::destroy_at(this);
    return *std::construct_at(this, std::move(other));
  }
  /// @}
  ~result() {
    if (has_value_) value_.~Type();
  }

  /// Whether there is a value. A result of bool, std::optional or a pointer is no condition and does not compile as one:
  /// it would be true where its value says no.
  /// @{
  bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept {
    (void)sizeof(detail::result_as_bool<Type>);
    return has_value();
  }
  /// @}

  /// The value; throws `error` if there is none.
  /// @{
  Type& value() & { return demand_value(), value_; }
  Type const& value() const& { return demand_value(), value_; }
  Type value() && { return demand_value(), static_cast<Type&&>(value_); }
  Type value() const&& = delete;
  /// @}

  /// The value, unchecked: ask before, which nobody can have done of a temporary.
  /// @{
  Type& operator*() & noexcept { return value_; }
  Type const& operator*() const& noexcept { return value_; }
  Type operator*() && noexcept(std::is_nothrow_move_constructible_v<Type>) { return static_cast<Type&&>(value_); }
  Type operator*() const&& = delete;
  Type* operator->() & noexcept { return std::addressof(value_); }
  Type const* operator->() const& noexcept { return std::addressof(value_); }
  Type* operator->() const&& = delete;
  /// @}

  /// The reason, unchecked: only where there is no value.
  /// @{
  error_info& error() & noexcept { return *error_; }
  error_info const& error() const& noexcept { return *error_; }
  error_info error() && noexcept { return std::move(*error_); }
  error_info error() const&& = delete;
  /// @}

 private:
  void demand_value() const {
    if (!has_value_) detail::throw_error(*error_);
  }
  // not std::optional, which costs a unit several times as much to compile
  bool has_value_ = false;
  /// @cond
  union {
    Type value_;
  };
  /// @endcond
  detail::error_box error_;
};

/// Success, or the reason why not.
template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;  ///< of `value()`

  result() = default;  ///< success
  /// A failure.
  result(error_info info) : error_(std::move(info)) {}

  /// Whether it is a success.
  /// @{
  bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }
  /// @}
  /// Throws `error` unless it is a success.
  void value() const {
    if (error_) detail::throw_error(*error_);
  }

  /// The reason, unchecked: only of a failure.
  /// @{
  error_info& error() & noexcept { return *error_; }
  error_info const& error() const& noexcept { return *error_; }
  error_info error() && noexcept { return std::move(*error_); }
  error_info error() const&& = delete;
  /// @}

 private:
  detail::error_box error_;
};

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/detail/error.ipp>
#endif
