#pragma once

#include <bulkwriter/import/collections.hpp>
#include <bulkwriter/import/detail/collection_json.ipp>
#include <bulkwriter/import/detail/rest.hpp>
#include <bulkwriter/import/detail/rest.ipp>
#include <bulkwriter/import/detail/rest_target.ipp>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {

struct collections::impl {
  explicit impl(milvus const& target) : channel(detail::rest_options_of(target)) {}

  // An answer's text and its JSON.
  struct answer {
    std::string raw;
    boost::json::value root;
    int status = 0;
  };

  enum class repeat : bool { no, yes };

  result<answer> call(std::string_view verb, std::string_view path, std::string_view name, boost::json::object members,
                      repeat repeatable = repeat::yes) {
    detail::rest_call call;
    call.what = std::string(verb);
    if (path != "collections/list") {
      call.what += " collection " + detail::quoted_name(name);
      if (name.empty()) return error_info{.code = errc::invalid_option, .message = call.what + ": the name is empty"};
    }
    call.path = "/v2/vectordb/" + std::string(path);
    call.repeatable = repeatable == repeat::yes;
    call.advice = "ask with has and describe before you send the request again";
    boost::json::object body;
    if (!channel.db_name().empty()) {
      body["dbName"] = channel.db_name();
      call.headers.push_back({"DB-Name", channel.db_name()});
    }
    if (!name.empty()) body["collectionName"] = name;
    for (auto& one : members) body[one.key()] = std::move(one.value());
    call.body = boost::json::serialize(body);
    auto reply = channel.send(call);
    if (!reply) return std::move(reply).error();
    answer got;
    got.root = boost::json::parse(reply->body);
    got.raw = std::move(reply->body);
    got.status = reply->status;
    return got;
  }

  // The verb alone: the answer's data does not matter.
  result<void> order(std::string_view verb, std::string_view path, std::string_view name,
                     boost::json::object members = {}, repeat repeatable = repeat::yes) {
    auto got = call(verb, path, name, std::move(members), repeatable);
    if (!got) return std::move(got).error();
    return {};
  }

  error_info unreadable(std::string_view verb, std::string_view name, answer const& got,
                        std::string_view missing) const {
    return channel.unusable({.what = std::string(verb) + " collection " + detail::quoted_name(name)},
                            {.status = got.status, .body = got.raw}, "the answer has no " + std::string(missing));
  }

  result<std::uint64_t> count(answer const& got, std::string_view name, std::string_view member) const {
    auto const* data = detail::data_object(got.root);
    auto const* found = data != nullptr ? detail::member(*data, member) : nullptr;
    auto const count = found != nullptr ? detail::to_count(*found) : std::nullopt;
    if (!count) return unreadable("row_count of", name, got, '"' + std::string(member) + '"');
    return *count;
  }

  detail::rest_channel channel;
};

BULKWRITER_DECL result<collections> collections::try_make(milvus const& target) {
  auto made = std::make_shared<impl>(target);
  if (auto good = made->channel.usable(); !good) return std::move(good).error();
  return collections(std::move(made));
}

BULKWRITER_DECL result<void> collections::try_create(std::string_view name, std::span<field_info const> fields,
                                                     create_options const& options) {
  std::string const what = "create collection " + detail::quoted_name(name) + ": ";
  auto const named = [&](error_info error) {
    error.message = what + error.message;
    return error;
  };
  if (auto good = try_check_schema(fields); !good) return named(std::move(good).error());
  auto schema = detail::schema_json(fields, options.field_params);
  if (!schema) return named(std::move(schema).error());
  for (auto const& i : options.index) {
    std::string_view const field =
        std::string_view(i.field_name).substr(0, i.field_name.find('['));  // "clips[v]" is in "clips"
    if (std::none_of(fields.begin(), fields.end(), [&](auto const& f) { return f.name == field; }))
      return error_info{.code = errc::invalid_option,
                        .message = what + "index: the schema has no field " + detail::quoted_name(i.field_name)};
  }

  boost::json::object members;
  members["schema"] = std::move(*schema);
  if (!options.index.empty()) members["indexParams"] = detail::index_json(options.index);
  boost::json::object params;
  if (options.shards_num != 0) params["shardsNum"] = options.shards_num;
  if (options.partitions_num != 0) params["partitionsNum"] = options.partitions_num;
  if (!options.consistency_level.empty()) params["consistencyLevel"] = options.consistency_level;
  for (auto const& [key, value] : options.params) params[key] = value;
  if (!params.empty()) members["params"] = std::move(params);
  if (!options.description.empty()) members["description"] = options.description;
  return impl_->order("create", "collections/create", name, std::move(members), impl::repeat::no);
}

BULKWRITER_DECL result<void> collections::try_create_index(std::string_view name,
                                                           std::vector<index_param> const& index) {
  if (index.empty())
    return error_info{.code = errc::invalid_option,
                      .message = "create_index of collection " + detail::quoted_name(name) + ": no index is given"};
  boost::json::object members;
  members["indexParams"] = detail::index_json(index);
  return impl_->order("create_index of", "indexes/create", name, std::move(members), impl::repeat::no);
}

BULKWRITER_DECL result<bool> collections::try_has(std::string_view name) {
  auto got = impl_->call("has", "collections/has", name, {});
  if (!got) return std::move(got).error();
  auto const* data = detail::data_object(got->root);
  auto const has = data != nullptr ? detail::flag_at(*data, "has") : std::nullopt;
  if (!has) return impl_->unreadable("has", name, *got, "\"has\"");
  return *has;
}

BULKWRITER_DECL result<collection_description> collections::try_describe(std::string_view name) {
  auto got = impl_->call("describe", "collections/describe", name, {});
  if (!got) return std::move(got).error();
  auto const* data = detail::data_object(got->root);
  if (data == nullptr || detail::member(*data, "fields") == nullptr)
    return impl_->unreadable("describe", name, *got, "\"fields\"");
  auto description = detail::description_reader(got->root).read();
  if (!description) {
    error_info error = std::move(description).error();
    error.message = "describe collection " + detail::quoted_name(name) + ": " + error.message;
    return error;
  }
  if (description->name.empty()) description->name = std::string(name);
  description->raw = std::move(got->raw);
  return description;
}

BULKWRITER_DECL result<std::vector<std::string>> collections::try_list() {
  auto got = impl_->call("list collections", "collections/list", {}, {});
  if (!got) return std::move(got).error();
  std::vector<std::string> names;
  auto const* data = detail::member(got->root.get_object(), "data");
  if (data != nullptr && data->is_array())
    for (auto const& one : data->get_array()) names.push_back(detail::to_text(one));
  return names;
}

BULKWRITER_DECL result<void> collections::try_load(std::string_view name) {
  return impl_->order("load", "collections/load", name);
}

BULKWRITER_DECL result<load_progress> collections::try_load_state(std::string_view name) {
  auto got = impl_->call("load_state of", "collections/get_load_state", name, {});
  if (!got) return std::move(got).error();
  auto const* data = detail::data_object(got->root);
  if (data == nullptr || detail::member(*data, "loadState") == nullptr)
    return impl_->unreadable("load_state of", name, *got, "\"loadState\"");
  load_progress progress;
  progress.state_text = detail::string_at(*data, "loadState");
  progress.percent = static_cast<int>(std::min<std::uint64_t>(detail::count_at(*data, "loadProgress"), 100));
  using state = bulkwriter::load_state;
  progress.state = progress.state_text == "LoadStateLoaded"    ? state::loaded
                   : progress.state_text == "LoadStateLoading" ? state::loading
                   : progress.state_text == "LoadStateNotLoad" ? state::not_loaded
                                                               : state::unknown;
  return progress;
}

BULKWRITER_DECL result<void> collections::try_refresh_load(std::string_view name) {
  return impl_->order("refresh_load of", "collections/refresh_load", name);
}

BULKWRITER_DECL result<void> collections::try_drop(std::string_view name) {
  return impl_->order("drop", "collections/drop", name);
}

BULKWRITER_DECL result<std::uint64_t> collections::try_row_count(std::string_view name, count_by how) {
  if (how == count_by::stats) {
    auto got = impl_->call("row_count of", "collections/get_stats", name, {});
    if (!got) return std::move(got).error();
    return impl_->count(*got, name, "rowCount");
  }
  boost::json::object members;
  members["filter"] = "";
  members["outputFields"] = boost::json::array{"count(*)"};
  members["consistencyLevel"] = "Strong";
  auto got = impl_->call("row_count of", "entities/query", name, std::move(members));
  if (!got) return std::move(got).error();
  return impl_->count(*got, name, "count(*)");
}

}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
