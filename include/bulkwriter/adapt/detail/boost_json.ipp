#pragma once

#include <bulkwriter/adapt/boost_json.hpp>
#include <bulkwriter/adapt/detail/schema_text.ipp>
#include <bulkwriter/import/detail/collections_schema_reader.ipp>
#include <bulkwriter/row/detail/json_to_cells.hpp>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

class boost_object_node {
 public:
  explicit boost_object_node(boost::json::object const& object) noexcept : object_(&object) {}
  template <class See>
  void for_each_member(See const& see) const;

 private:
  boost::json::object const* object_;
};

// As text_node, over a tree.
class boost_node {
 public:
  explicit boost_node(boost::json::value const& value) noexcept : value_(&value) {}

  json_type type() const noexcept {
    switch (value_->kind()) {
      case boost::json::kind::null: return json_type::null;
      case boost::json::kind::bool_: return json_type::boolean;
      case boost::json::kind::int64: return json_type::integer;
      case boost::json::kind::uint64:
        return value_->get_uint64() > static_cast<std::uint64_t>(INT64_MAX) ? json_type::unsigned_integer
                                                                            : json_type::integer;
      case boost::json::kind::double_: return json_type::real;
      case boost::json::kind::string: return json_type::string;
      case boost::json::kind::array: return json_type::array;
      case boost::json::kind::object: break;
    }
    return json_type::object;
  }
  bool boolean() const noexcept { return value_->get_bool(); }
  std::int64_t integer() const noexcept {
    return value_->is_int64() ? value_->get_int64() : static_cast<std::int64_t>(value_->get_uint64());
  }
  std::uint64_t unsigned_integer() const noexcept { return value_->get_uint64(); }
  cell real() const noexcept {
    if (double const* const number = value_->if_double()) return cell::float64(*number);
    return cell::float64(value_->is_int64() ? static_cast<double>(value_->get_int64())
                                            : static_cast<double>(value_->get_uint64()));
  }
  bool read_nearest(float& value) const noexcept {
    cell const wide = real();
    if (!fits_float32_bits(wide.number_bits())) return false;
    value = static_cast<float>(wide.as_number());
    return true;
  }
  std::string_view string(std::string&) const noexcept { return value_->get_string(); }
  void append_json(std::string& out) const { out += boost::json::serialize(*value_); }

  template <class See>
  void for_each_element(See const& see) const {
    for (auto const& element : value_->get_array()) see(boost_node(element));
  }
  template <class See>
  void for_each_member(See const& see) const {
    boost_object_node(value_->get_object()).for_each_member(see);
  }

 private:
  boost::json::value const* value_;
};

template <class See>
void boost_object_node::for_each_member(See const& see) const {
  for (auto const& pair : *object_) see(std::string_view(pair.key()), boost_node(pair.value()));
}

}  // namespace detail

BULKWRITER_DECL void cells_of<boost::json::object>::read(boost::json::object const& value, cell_row& row) {
  row.clear();
  detail::json_to_cells<detail::boost_node>(row).read_row(detail::boost_object_node(value));
}

BULKWRITER_DECL result<runtime_schema> try_schema_from_json(boost::json::value const& collection) {
  auto schema = detail::schema_reader(collection, detail::schema_reader::origin::person).read();
  if (!schema) return schema;
  if (auto good = schema->try_check(); !good) return std::move(good).error();
  return schema;
}

BULKWRITER_DECL result<boost::json::object> try_schema_to_json(std::span<field_info const> fields) {
  if (auto good = try_check_schema(fields); !good) return std::move(good).error();
  return detail::schema_json(fields);
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
