#pragma once

// Reads schemas as a create request has them, as servers describe them, and as pymilvus prints them.

#include <bulkwriter/import/detail/collections_schema.ipp>
#include <bulkwriter/import/detail/collections_schema_names.ipp>
#include <bulkwriter/import/detail/json_attributes.ipp>
#include <bulkwriter/schema/runtime_schema.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace detail {

class schema_reader {
 public:
  // Servers add attributes as they like, and are believed; people mistype them.
  enum class origin : std::uint8_t { person, server };

  // `root`: the schema, or a request or answer with it.
  schema_reader(boost::json::value const& root, origin from) : from_(from) { road_.emplace_back(root); }

  result<runtime_schema> read() {
    runtime_schema schema;
    read_schema(schema);
    if (!in_.failed()) return schema;
    document_fault const& fault = *in_.fault();
    std::string const path = path_text(fault.path);
    std::string message = path.empty() ? "schema" : path;
    if (!field_.empty()) message += " of field " + quoted_name(field_);
    return error_info{.code = from_ == origin::server ? errc::invalid_response : errc::invalid_schema,
                      .message = message + ": " + fault.rule,
                      .field = field_};
  }

  // Of what `read` refused.
  document_fault const& fault() const noexcept { return *in_.fault(); }
  // Of a field that it has read, in the words of problems: "clips[caption]"; the whole schema's for any other name.
  std::vector<json_step> path_of(std::string_view field) const {
    for (auto const& [name, path] : paths_)
      if (name == field) return path;
    return road_.back().path();
  }

 private:
  struct function {
    json_place at;
    function_kind type = function_kind::none;
    std::string name = {}, input = {}, output = {}, params = {};
    bool used = false;
  };

  void read_schema(runtime_schema& schema) {
    find_schema();
    if (in_.failed()) return;
    json_place const& at = road_.back();
    if (from_ == origin::person) in_.refuse_misspelt(at, attribute::of_schema, attribute::further);
    auto_id_ = in_.flag(in_.find(at, attribute::auto_id));
    bool const dynamic = in_.flag(in_.find(at, attribute::dynamic));
    bool const says_dynamic = in_.find(at, attribute::dynamic).has_value();
    auto const functions = in_.find(at, attribute::functions);
    for (auto const& one : in_.list(functions, "functions")) read_function(one);
    auto const fields = in_.find(at, attribute::fields);
    for (auto const& one : in_.list(fields, "fields")) add_field(schema, one);
    if (in_.failed()) return;
    field_.clear();
    auto const structs = in_.find(at, attribute::structs);
    for (auto const& one : in_.list(structs, "struct fields"))
      if (in_.is_object(one, "an object that describes a struct field")) add_struct(schema, one);
    if (in_.failed()) return;
    field_.clear();
    for (auto const& f : functions_)
      if (!f.used && !f.output.empty()) return in_.refuse(f.at, "its output " + quoted_name(f.output) + " is no field");
    if (meta_ && from_ == origin::person && says_dynamic)
      return in_.refuse(*meta_, dynamic ? "$meta is declared twice: enableDynamicField is true"
                                        : "$meta is declared, but enableDynamicField is false");
    if (dynamic || meta_) schema.add_dynamic_field();
  }

  // Into an answer's "data", of which some pages of the documentation show a list with one, and a request's "schema".
  void find_schema() {
    for (char const* const wrap : {"data", "schema"}) {
      auto const* object = road_.back().value().if_object();
      if (object == nullptr || object->contains("fields") || !object->contains(wrap)) continue;
      road_.emplace_back(road_.back(), wrap, object->at(wrap));
      if (auto const* list = road_.back().value().if_array(); list != nullptr && list->size() == 1)
        road_.emplace_back(road_.back(), std::size_t{0}, list->front());
    }
    auto const* object = road_.back().value().if_object();
    if (object == nullptr || !object->contains("fields") || object->at("fields").is_null())
      in_.refuse(road_.back(), "no object with \"fields\"");
  }

  std::string read_name(json_place const& at, std::string_view within) {
    field_.clear();
    auto const given = in_.find(at, attribute::name);
    if (!given) {
      in_.refuse(at, "no \"fieldName\"");
      return {};
    }
    std::string name = in_.text(*given, "a name");
    if (!within.empty()) {  // servers before 3.0 say "clips[caption]"
      std::string const wrapped = std::string(within) + '[';
      if (name.starts_with(wrapped) && name.ends_with(']'))
        name = name.substr(wrapped.size(), name.size() - wrapped.size() - 1);
    }
    field_ = within.empty() ? name : std::string(within) + '[' + name + ']';
    paths_.emplace_back(field_, at.path());
    return name;
  }

  std::optional<kind> read_type(json_place const& at) {
    for (auto const& one : data_types())
      if (is_named(at.value(), one.as)) return one.value;
    if (!at.value().is_string() && !at.value().is_int64()) {
      in_.refuse_type(at, "a type such as \"Int64\"");
      return std::nullopt;
    }
    std::string rule = "unknown type " + shown(at.value());
    if (auto const* text = at.value().if_string()) {
      best_guess guess{*text};
      for (auto const& one : data_types()) guess.offer(one.as.name);
      if (!guess.meant.empty()) rule += "; did you mean " + std::string(guess.meant) + "?";
    }
    in_.refuse(at, std::move(rule));
    return std::nullopt;
  }
  std::optional<kind> read_type(json_place const& field, spellings names) {
    auto const at = in_.find(field, names);
    if (at) return read_type(*at);
    in_.refuse(field, "no \"" + std::string(names.front()) + '"');
    return std::nullopt;
  }

  // A parameter of the type: beside the other attributes, or in an object or a list of pairs of its own.
  // 0 where there is none.
  std::uint32_t read_size(json_place const& field, spellings names) {
    std::uint32_t size = 0;
    auto const take = [&](json_place const& at) {
      std::uint32_t const given = in_.size(at);
      if (size != 0 && given != size && given != 0)
        in_.refuse(at, std::to_string(given) + " where it was " + std::to_string(size) + " before");
      size = given;
    };
    if (auto const beside = in_.find(field, names)) take(*beside);
    auto const params = in_.find(field, attribute::params);
    if (!params) return size;
    if (params->value().is_object()) {
      if (auto const within = in_.find(*params, names)) take(*within);
      return size;
    }
    for (auto const& pair : in_.list(params, "pairs or an object")) {
      if (!in_.is_object(pair, R"(a pair {"key": …, "value": …})")) return 0;
      auto const key = in_.find(pair, attribute::key), value = in_.find(pair, attribute::value);
      if (key && value && in_.text(*key, "a name") == names.front()) take(*value);
    }
    return size;
  }
  std::uint32_t need_size(json_place const& field, spellings names, kind of) {
    std::uint32_t const size = read_size(field, names);
    if (size != 0 || in_.failed()) return size;
    std::string rule = "no \"" + std::string(names.front()) + "\", which " + std::string(data_type_name(of)) + " needs";
    auto const params = in_.find(field, attribute::params);
    if (!params) rule += "; it stands in \"elementTypeParams\"";
    if (params && params->value().is_object() && !params->value().get_object().empty()) {
      std::string given;
      for (auto const& member : params->value().get_object())
        given += (given.empty() ? "" : ", ") + std::string(member.key());
      rule += "; given: " + one_line(given, 60);
    }
    in_.refuse(params ? *params : field, std::move(rule));
    return 0;
  }
  void read_sizes(json_place const& at, field_info& f) {
    if (is_dense_vector(f.type)) f.dim = need_size(at, attribute::dim, f.type);
    if (f.type == kind::varchar || (f.type == kind::array && f.element == kind::varchar))
      f.max_length = need_size(at, attribute::max_length, f.type);
    if (f.type == kind::array) f.max_capacity = need_size(at, attribute::max_capacity, f.type);
  }

  void add_field(runtime_schema& schema, json_place const& at) {
    if (in_.failed()) return;
    field_.clear();
    if (!in_.is_object(at, "an object that describes a field")) return;
    if (is_struct(at)) return add_struct(schema, at);
    if (from_ == origin::person) in_.refuse_misspelt(at, attribute::of_field, attribute::further);
    std::string const name = read_name(at, {});
    auto const type = in_.failed() ? std::nullopt : read_type(at, attribute::type);
    if (!type) return;
    if (name == dynamic_field_name) return read_meta(at, *type);
    field_info f;
    f.name = name;
    f.type = *type;
    if (*type == kind::array) {
      auto const element = read_type(at, attribute::element);
      if (!element) return;
      f.element = *element;
    }
    std::string text;
    read_attributes(at, f, text);
    f.auto_id = f.auto_id || (f.is_primary && auto_id_);
    auto const made =
        std::find_if(functions_.begin(), functions_.end(), [&](auto const& g) { return g.output == name; });
    if (made != functions_.end()) {
      made->used = true;
      f.function = made->type;
      f.function_name = made->name;
      f.function_input = made->input;
      f.function_params = made->params;
    } else if (auto const output = in_.find(at, attribute::function_output); output && in_.flag(output)) {
      in_.refuse(*output, "true where no function of \"functions\" has this field as its output");
    }
    if (!in_.failed()) schema.add_field(f);
  }

  void read_attributes(json_place const& at, field_info& f, std::string& text) {
    read_sizes(at, f);
    f.is_primary = in_.flag(in_.find(at, attribute::primary));
    f.auto_id = in_.flag(in_.find(at, attribute::auto_id));
    f.is_partition_key = in_.flag(in_.find(at, attribute::partition_key));
    f.is_clustering_key = in_.flag(in_.find(at, attribute::clustering_key));
    f.nullable = in_.flag(in_.find(at, attribute::nullable));
    if (auto const value = in_.find(at, attribute::default_value)) read_default(*value, f, text);
    f.default_text = text;
  }

  // The dynamic field as a field: no server lists it, but people do.
  void read_meta(json_place const& at, kind type) {
    if (type != kind::json) return in_.refuse(at, "the dynamic field $meta is a JSON field");
    if (meta_) return in_.refuse(at, "$meta is declared twice: before in " + path_text(meta_->path()));
    meta_ = at;
  }

  // The plain value, or the server's union: {"Data": {"LongData": 5}}.
  void read_default(json_place const& given, field_info& f, std::string& text) {
    if (auto const* object = given.value().if_object(); object != nullptr && object->size() == 1) {
      auto const& [key, value] = *object->begin();
      if (value.is_null()) return;
      json_place const within(given, key, value);
      if (key == "Data") return read_default(within, f, text);
      auto const is_one_of = [member = std::string_view(key)](spellings names) {
        return std::find(names.begin(), names.end(), member) != names.end();
      };
      if (is_one_of(union_moments) && f.type == kind::timestamptz) return read_moment(within, f, text);
      if (is_one_of(union_longs)) return read_plain_default(within, f, text, true);
      if (is_one_of(union_others)) return read_plain_default(within, f, text, false);
    }
    read_plain_default(given, f, text, false);
  }

  void read_plain_default(json_place const& at, field_info& f, std::string& text, bool digits_as_text) {
    auto const& value = at.value();
    if (f.type == kind::boolean) {
      f.default_integer = in_.flag(at) ? 1 : 0;
    } else if (is_integer(f.type)) {
      auto const number = value.is_string() && !digits_as_text ? std::nullopt : in_.integer(value);
      if (!number && !value.is_uint64()) return in_.refuse_type(at, "an integer");
      if (!number || *number < min_of(f.type) || *number > max_of(f.type))
        return in_.refuse(at, shown(value) + " is not between " + std::to_string(min_of(f.type)) + " and " +
                                  std::to_string(max_of(f.type)));
      f.default_integer = *number;
    } else if (f.type == kind::float32 || f.type == kind::float64) {
      if (!value.is_number()) return in_.refuse_type(at, "a number");
      f.default_number = value.to_number<double>();
    } else if (f.type == kind::varchar || f.type == kind::timestamptz) {
      if (digits_as_text) return in_.refuse(at, "a 64-bit integer where a string is due");
      text = in_.text(at, "a string");
    } else if (from_ == origin::server) {
      return;  // of a server that lets other kinds have one: rows give a value of their own
    } else {
      return in_.refuse(at, std::string(data_type_name(f.type)) + " takes no default value");
    }
    f.has_default = true;
  }

  // Microseconds since 1970.
  void read_moment(json_place const& at, field_info& f, std::string& text) {
    using namespace std::chrono;
    auto const number = in_.integer(at.value());
    constexpr std::int64_t first = -62'135'596'800'000'000, last = 253'402'300'799'999'999;  // years 1 to 9999
    if (!number || *number < first || *number > last)
      return in_.refuse_type(at, "a number of microseconds in the years 1 to 9999");
    sys_time<microseconds> const moment{microseconds(*number)};
    auto const day = floor<days>(moment);
    year_month_day const date(day);
    hh_mm_ss const time(moment - day);
    auto const put = [&](std::int64_t part, std::size_t digits, std::string_view after) {
      std::string const plain = std::to_string(part);
      text.append(digits - plain.size(), '0').append(plain).append(after);
    };
    put(int(date.year()), 4, "-");
    put(unsigned(date.month()), 2, "-");
    put(unsigned(date.day()), 2, "T");
    put(time.hours().count(), 2, ":");
    put(time.minutes().count(), 2, ":");
    put(time.seconds().count(), 2, ".");
    put(time.subseconds().count(), 6, "Z");
    f.has_default = true;
  }

  void read_function(json_place const& at) {
    if (in_.failed() || !in_.is_object(at, "an object that describes a function")) return;
    if (from_ == origin::person) in_.refuse_misspelt(at, attribute::of_function, attribute::further);
    auto const outputs = in_.find(at, attribute::outputs), inputs = in_.find(at, attribute::inputs);
    auto const made = in_.list(outputs, "names"), read = in_.list(inputs, "names");
    if (in_.failed() || made.empty()) return;  // as a reranker, which searches use
    function f{.at = at};
    f.output = in_.text(made.front(), "a name");
    auto const type = in_.find(at, attribute::function_type);
    for (auto const& one : function_types)
      if (type && is_named(type->value(), one.as)) f.type = one.value;
    if (f.type == function_kind::none)
      return type ? in_.refuse_type(*type, "BM25, TextEmbedding or MinHash") : in_.refuse(at, "no \"type\"");
    if (made.size() != 1) return in_.refuse(*outputs, std::to_string(made.size()) + " names where one is due");
    if (!inputs) return in_.refuse(at, "no \"inputFieldNames\"");
    if (read.size() != 1) return in_.refuse(*inputs, std::to_string(read.size()) + " names where one is due");
    f.input = in_.text(read.front(), "a name");
    if (auto const name = in_.find(at, attribute::function_name)) f.name = in_.text(*name, "a name");
    f.params = function_params(at);
    auto const same = [&](auto const& g) { return g.output == f.output; };
    if (std::any_of(functions_.begin(), functions_.end(), same))
      in_.refuse(made.front(), shown(made.front().value()) + " is the output of another function, too");
    functions_.push_back(std::move(f));
  }

  std::string function_params(json_place const& at) {
    auto const given = in_.find(at, attribute::function_params);
    if (!given) return {};
    boost::json::object object;
    if (given->value().is_object()) {
      object = given->value().get_object();
    } else {
      for (auto const& pair : in_.list(given, "pairs or an object")) {
        if (!in_.is_object(pair, R"(a pair {"key": …, "value": …})")) return {};
        auto const key = in_.find(pair, attribute::key), value = in_.find(pair, attribute::value);
        if (key && value) object[in_.text(*key, "a name")] = value->value();
      }
    }
    return object.empty() ? std::string() : boost::json::serialize(object);
  }

  // A struct array among the fields: by a type of its own, or as an array of structs.
  bool is_struct(json_place const& at) {
    auto const type = in_.find(at, attribute::type), element = in_.find(at, attribute::element);
    return type && (is_named(type->value(), array_of_struct) || (element && is_named(element->value(), struct_type)));
  }

  void add_struct(runtime_schema& schema, json_place const& at) {
    if (in_.failed()) return;
    if (from_ == origin::person) in_.refuse_misspelt(at, attribute::of_field, attribute::further);
    std::string const name = read_name(at, {});
    bool const nullable = in_.flag(in_.find(at, attribute::nullable));
    std::uint32_t capacity = read_size(at, attribute::max_capacity);
    runtime_schema sub;
    auto const fields = in_.find(at, attribute::sub_fields);
    if (!fields) in_.refuse(at, "no \"fields\"");
    for (auto const& one : in_.list(fields, "fields")) add_sub_field(sub, one, name, nullable, capacity);
    if (!in_.failed()) field_ = name;
    if (!in_.failed() && capacity == 0) capacity = need_size(at, attribute::max_capacity, kind::struct_array);
    if (!in_.failed()) schema.add_struct_array(name, sub, capacity, nullable);
  }

  // On the server each is an array of its own; pymilvus says what that holds.
  void add_sub_field(runtime_schema& sub, json_place const& at, std::string const& within, bool nullable,
                     std::uint32_t& capacity) {
    if (in_.failed() || !in_.is_object(at, "an object that describes a field")) return;
    if (from_ == origin::person) in_.refuse_misspelt(at, attribute::of_field, attribute::further);
    std::string const name = read_name(at, within);
    auto const type = in_.find(at, attribute::type);
    bool const vectors = type && is_named(type->value(), array_of_vector);
    bool const array = vectors || (type && is_named(type->value(), {"Array", 22}));
    auto const held =
        in_.failed() ? std::nullopt : read_type(at, array ? spellings(attribute::element) : attribute::type);
    if (!held) return;
    if (array && vectors != is_vector(*held)) {
      auto const element = in_.find(at, attribute::element);
      return in_.refuse_type(*element, vectors ? "a type of vectors" : "a type of scalars");
    }
    field_info f;
    f.name = name;
    f.type = *held;
    std::string text;
    read_attributes(at, f, text);
    f.nullable = f.nullable && !nullable;  // they are as the struct is
    std::uint32_t const own = read_size(at, attribute::max_capacity);
    if (capacity == 0) capacity = own;
    if (own != 0 && own != capacity)
      return in_.refuse(at,
                        "max_capacity " + std::to_string(own) + " where the struct has " + std::to_string(capacity));
    if (!in_.failed()) sub.add_field(f);
  }

  origin from_;
  attribute_reader in_;
  std::list<json_place> road_;  // from the root to the schema
  std::string field_;           // that is being read
  bool auto_id_ = false;
  std::vector<function> functions_;
  std::optional<json_place> meta_;
  std::vector<std::pair<std::string, std::vector<json_step>>> paths_;
};

}  // namespace detail
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
