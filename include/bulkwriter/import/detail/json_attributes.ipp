#pragma once

// JSON documents in which every value has a name and a type: typed readers that know where a value stands, what is due
// there and what was found, and take nothing for anything else. Included by bodies only.

#include <bulkwriter/config.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

/// From a value to one in it: a key, or the index of an element.
using json_step = std::variant<std::string, std::size_t>;

/// What is wrong with a document, and where.
struct document_fault {
  std::vector<json_step> path = {};
  bool at_key = false;  // the key of the last step is meant, not its value
  std::string rule = {};
};

/// "fields[2].elementTypeParams.dim"
BULKWRITER_DECL std::string path_text(std::vector<json_step> const& path) {
  std::string out;
  for (auto const& step : path) {
    if (auto const* index = std::get_if<std::size_t>(&step)) {
      out += '[' + std::to_string(*index) + ']';
      continue;
    }
    if (!out.empty()) out += '.';
    out += one_line(std::get<std::string>(step), 60);
  }
  return out;
}

/// A value and the way to it. Refers to the place that it is in, which outlives it.
class json_place {
 public:
  explicit json_place(boost::json::value const& root) noexcept : value_(&root) {}
  json_place(json_place const& in, std::string_view key, boost::json::value const& value) noexcept
      : value_(&value), in_(&in), key_(key) {}
  json_place(json_place const& in, std::size_t index, boost::json::value const& value) noexcept
      : value_(&value), in_(&in), index_(index) {}

  boost::json::value const& value() const noexcept { return *value_; }
  std::vector<json_step> path() const {
    std::vector<json_step> out;
    if (in_ == nullptr) return out;
    out = in_->path();
    if (in_->value().is_array())
      out.emplace_back(index_);
    else
      out.emplace_back(std::string(key_));
    return out;
  }

 private:
  boost::json::value const* value_;
  json_place const* in_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
};

/// The spellings of one attribute, in the order of preference.
using spellings = std::span<std::string_view const>;

// Lower case, without what words are joined by: "max_length" and "maxLength" are one.
BULKWRITER_DECL std::string folded(std::string_view name) {
  std::string out;
  for (char const c : name)
    if (c != '_' && c != '-' && c != '.' && c != ' ')
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// How many letters must be put in, left out, changed or swapped with the next to make one of the other; `limit` + 1 if
// more than that.
BULKWRITER_DECL std::size_t slips_between(std::string_view a, std::string_view b, std::size_t limit) {
  if ((std::max)(a.size(), b.size()) - (std::min)(a.size(), b.size()) > limit) return limit + 1;
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t k = 0; k <= b.size(); ++k) last[k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      row[k] = (std::min)({last[k] + 1, row[k - 1] + 1, last[k - 1] + (a[i - 1] == b[k - 1] ? 0 : 1)});
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
        row[k] = (std::min)(row[k], before_last[k - 2] + 1);
    }
    before_last = std::exchange(last, row);
  }
  return (std::min)(last[b.size()], limit + 1);
}

/// How far what somebody wrote is from what may have been meant: 0 but for case and underscores, then slips, then a
/// part of it ("default", "primary"). Nothing where neither is like the other.
BULKWRITER_DECL std::optional<std::size_t> likeness(std::string_view written, std::string_view known) {
  if (written.size() > 40) return std::nullopt;  // hostile
  std::string const a = folded(written), b = folded(known);
  std::size_t const most = b.size() < 6 ? 1 : b.size() < 12 ? 2 : 3;
  if (std::size_t const slips = slips_between(a, b, most); slips <= most) return slips;
  return a.size() >= 4 && b.find(a) != std::string::npos ? std::optional(most + 1) : std::nullopt;
}
/// Keeps of several the one that is closest to what was written.
struct best_guess {
  std::string_view written;
  std::string_view meant = {};
  std::size_t distance = static_cast<std::size_t>(-1);
  void offer(std::string_view known) {
    auto const found = likeness(written, known);
    if (!found || *found >= distance) return;
    distance = *found;
    meant = known;
  }
};

/// A value for a message.
BULKWRITER_DECL std::string shown(boost::json::value const& value) {
  if (value.is_array()) return "a list";
  if (value.is_object()) return "an object";
  return one_line(boost::json::serialize(value), 60);
}

/// Takes values out of a document. The first fault stays; what is read after it is of no meaning.
class attribute_reader {
 public:
  std::optional<document_fault> const& fault() const noexcept { return fault_; }
  bool failed() const noexcept { return fault_.has_value(); }

  void refuse(json_place const& at, std::string rule) { add({at.path(), false, std::move(rule)}); }
  /// "x" where a number is due.
  void refuse_type(json_place const& at, std::string_view due) {
    refuse(at, shown(at.value()) + " where " + std::string(due) + " is due");
  }

  /// The member under whatever spelling it has, unless it is absent or null. Two spellings must not differ.
  std::optional<json_place> find(json_place const& object, spellings names) {
    std::optional<json_place> found;
    std::string_view first;
    for (auto const name : names) {
      auto const* value = object.value().get_object().if_contains(name);
      if (value == nullptr || value->is_null()) continue;
      if (!found) {
        found.emplace(object, name, *value);
        first = name;
      } else if (found->value() != *value) {
        refuse(json_place(object, name, *value),
               shown(*value) + " where \"" + std::string(first) + "\" is " + shown(found->value()));
      }
    }
    return found;
  }

  /// The elements of a list that must be one; none if it is absent. `due` says what an element is.
  std::vector<json_place> list(std::optional<json_place> const& at, std::string_view due) {
    std::vector<json_place> out;
    if (!at) return out;
    if (auto const* elements = at->value().if_array())
      for (std::size_t i = 0; i < elements->size(); ++i) out.emplace_back(*at, i, (*elements)[i]);
    else
      refuse_type(*at, "a list of " + std::string(due));
    return out;
  }
  bool is_object(json_place const& at, std::string_view due) {
    if (at.value().is_object()) return true;
    refuse_type(at, due);
    return false;
  }

  std::string text(json_place const& at, std::string_view due) {
    if (auto const* text = at.value().if_string()) return std::string(std::string_view(*text));
    refuse_type(at, due);
    return {};
  }

  bool flag(std::optional<json_place> const& at) {
    if (!at) return false;
    if (auto const* flag = at->value().if_bool()) return *flag;
    refuse_type(*at, "true or false");
    return false;
  }

  /// An integer, or its digits as text: servers write sizes so.
  std::optional<std::int64_t> integer(boost::json::value const& value) const {
    if (auto const* number = value.if_int64()) return *number;
    if (auto const* number = value.if_uint64(); number != nullptr && *number <= static_cast<std::uint64_t>(INT64_MAX))
      return static_cast<std::int64_t>(*number);
    if (auto const* text = value.if_string()) {
      std::int64_t number = 0;
      auto const [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
      if (failed == std::errc() && end == text->data() + text->size()) return number;
    }
    return std::nullopt;
  }

  std::uint32_t size(json_place const& at) {
    auto const number = integer(at.value());
    if (number && *number >= 1 && *number <= UINT32_MAX) return static_cast<std::uint32_t>(*number);
    refuse_type(at, "a whole number from 1 to 4294967295");
    return 0;
  }

  /// Keys that are none of the known ones but look like one; `further` ones are known, and of no meaning.
  void refuse_misspelt(json_place const& object, std::span<spellings const> known, spellings further) {
    for (auto const& member : object.value().get_object()) {
      std::string_view const key = member.key();
      if (std::find(further.begin(), further.end(), key) != further.end()) continue;
      std::string_view const meant = meant_by(key, known);
      if (meant.empty()) continue;
      document_fault fault{json_place(object, key, member.value()).path(), true,
                           "no such attribute; did you mean \"" + std::string(meant) + "\"?"};
      return add(std::move(fault));
    }
  }

 private:
  void add(document_fault fault) {
    if (!fault_) fault_ = std::move(fault);
  }
  static std::string_view meant_by(std::string_view key, std::span<spellings const> known) {
    best_guess guess{key};
    for (auto const& names : known)
      for (auto const name : names) {
        if (name == key) return {};
        guess.offer(name);
      }
    return guess.meant;
  }

  std::optional<document_fault> fault_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
