#pragma once

#include <bulkwriter/config.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace bulkwriter {
inline namespace v1 {
namespace detail {

/// Texts that have to be made from a row's values (a boost::json::object, undeclared names), by field. They live until
/// the next row is shown, and their memory is used again then.
class row_texts {
 public:
  explicit row_texts(std::size_t fields) : texts_(fields) {}

  /// Empties the text of field i, has it made by `make(std::string&)`, and returns it.
  template <class Make>
  std::string const& get(std::size_t i, Make const& make) {
    texts_[i].clear();
    make(texts_[i]);
    return texts_[i];
  }

 private:
  std::vector<std::string> texts_;
};

}  // namespace detail
}  // namespace v1
}  // namespace bulkwriter
