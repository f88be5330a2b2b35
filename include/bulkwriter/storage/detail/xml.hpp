#pragma once

#include <bulkwriter/error.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

struct xml_limits {
  std::size_t size = 64u << 20;  ///< bytes of the document
  std::size_t depth = 32;        ///< open elements
};

/// A pull parser for what storage services answer: elements, text, CDATA, the five entities and character references;
/// comments, processing instructions and attributes are passed over, namespace prefixes dropped, a DTD refused (no
/// entity can be defined, so none can explode). The document must outlive the reader.
/// Errors: `invalid_response`, with the position.
class xml_reader {
 public:
  enum class token { start, end, text, finish };

  explicit xml_reader(std::string_view document, xml_limits limits = {}) noexcept : all_(document), limits_(limits) {}

  /// The next token. An empty element (`<a/>`) is a start and an end. Text outside the root must be white space.
  result<token> next();

  /// Local name of the element that has just started or ended.
  std::string_view name() const noexcept { return name_; }
  /// Text of the last `text` token, decoded. One run of text may come as several tokens.
  std::string const& text() const noexcept { return text_; }

 private:
  error_info refuse(std::string_view what) const;
  bool take(std::string_view prefix) noexcept;
  bool skip_past(std::string_view end) noexcept;
  result<token> markup();
  result<token> open_element();
  result<token> close_element();
  result<token> character_data();
  result<void> attributes(bool& empty_element);
  result<void> reference();
  std::string_view take_name() noexcept;

  std::string_view all_;
  xml_limits limits_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;  // qualified names, into the document
  std::string_view name_;
  std::string text_;
  bool pending_end_ = false, seen_root_ = false;
};

/// Calls `leave(path, text)` at the end of every element: `path` are the local names from the root down to it, `text`
/// the text directly inside it.
result<void> xml_walk(std::string_view document,
                      std::function<void(std::span<std::string_view const>, std::string const&)> const& leave);

/// Text for the inside of an element.
std::string xml_escape(std::string_view text);

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter

#if BULKWRITER_BODIES
#include <bulkwriter/storage/detail/xml.ipp>
#endif
