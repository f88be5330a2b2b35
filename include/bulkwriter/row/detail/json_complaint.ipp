#pragma once

#include <bulkwriter/row/text.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

// The way to a place in JSON text of which everything before that place is well-formed.
class json_path {
 public:
  json_path(std::string_view text, std::size_t offset) {
    for (std::size_t at = 0; at < offset;) {
      char const c = text[at++];
      if (c == '{' || c == '[') {
        open_.push_back({.is_object = c == '{', .value = at});
      } else if (c == '}' || c == ']') {
        if (!open_.empty()) open_.pop_back();
      } else if (c == ',' && !open_.empty()) {
        level& l = open_.back();
        l = {.is_object = l.is_object, .element = l.element + 1, .value = at};
      } else if (c == ':' && !open_.empty()) {
        open_.back().has_key = true;
        open_.back().value = at;
      } else if (c == '"') {
        std::size_t const begin = at;
        while (at < offset && text[at] != '"') at += text[at] == '\\' ? 2u : 1u;
        if (!open_.empty() && open_.back().is_object && !open_.back().has_key)
          open_.back().key = text.substr(begin, (std::min)(at, offset) - begin);
        ++at;
      }
    }
    if (!open_.empty()) value_ = open_.back().value;
    value_ = (std::min)(text.find_first_not_of(" \t\r\n", value_), text.size());
  }

  // "'v': element [3]: ", or nothing where the place is in no value of a list or an object.
  std::string text() const {
    static constexpr std::size_t most = 4;
    std::string out;
    for (std::size_t i = 0; i < open_.size() && i < most; ++i) {
      level const& l = open_[i];
      if (!l.is_object)
        out += "element [" + std::to_string(l.element) + "]: ";
      else if (l.has_key)
        out += in_quotes(l.key) + ": ";
    }
    return out;
  }
  // Where the innermost value begins, if the place is in one.
  std::size_t value() const noexcept { return value_; }
  bool is_in_list() const noexcept { return !open_.empty() && !open_.back().is_object; }
  bool is_in_member() const noexcept { return !open_.empty() && open_.back().has_key; }

 private:
  struct level {
    bool is_object = false, has_key = false;
    std::size_t element = 0;  // its number, in a list
    std::size_t value = 0;    // where the text of the current value begins
    std::string_view key = {};
  };
  std::vector<level> open_;
  std::size_t value_ = 0;
};

inline bool is_not_finite_word(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  std::string folded(text.substr(0, 9));
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text.size() == folded.size() && (folded == "nan" || folded == "inf" || folded == "infinity");
}

BULKWRITER_DECL json_complaint describe_json_fault(std::string_view text, json_fault const& fault) {
  if (fault.key) return {fault.rule({}), false};
  json_path const path(text, (std::min)(fault.offset, text.size()));
  std::size_t const begin = (std::min)(path.value(), fault.offset);
  std::string_view value = text.substr(begin);
  // strings may hold these; then the beginning of the string is shown
  value = value.substr(0, value.find_first_of(",]}", fault.offset - begin));
  value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
  if (is_not_finite_word(value)) return {path.text() + in_quotes(value) + " is not a finite number", true};
  if (path.is_in_list() || (path.is_in_member() && !value.empty()))
    return {path.text() + in_quotes(value) + ": " + fault.what, false};
  return {fault.what, false};
}

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
