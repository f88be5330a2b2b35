// A shared library with the whole local half inside.

#include "plugin.hpp"

#include <bulkwriter/local.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace bw = bulkwriter;

namespace {
struct tag {
  std::int64_t id = {};
  std::string name = {};
  std::vector<float> v = {};
};
}  // namespace
struct tag_schema : bw::schema<bw::field<"id", &tag::id, bw::int64{.is_primary = true}>,     //
                               bw::field<"name", &tag::name, bw::varchar{.max_length = 8}>,  //
                               bw::field<"v", &tag::v, bw::float_vector{.dim = 2}>> {};

extern "C" {
[[gnu::visibility("default")]] plugin_write_type plugin_write;
[[gnu::visibility("default")]] plugin_write_to_type plugin_write_to;
[[gnu::visibility("default")]] plugin_catches_type plugin_catches;
}

std::string plugin_write(char const* folder, char const* name) {
  bw::local_bulk_writer<tag_schema, bw::format::json> writer{
      {.local_path = folder, .on_abandoned = [](bw::abandoned_rows const&) {}}};
  writer.append_row({.id = 1, .name = "one", .v = {0.5f, 0.25f}});
  writer.append_row({.id = 2, .name = name, .v = {-1.0f, 1024.0f}});
  return writer.commit().groups.at(0).paths.at(0);
}

int plugin_write_to(char const* folder, char const* name, char* path, unsigned long size) noexcept try {
  std::string const written = plugin_write(folder, name);
  if (written.size() >= size) return 1;
  std::memcpy(path, written.c_str(), written.size() + 1);
  return 0;
} catch (...) {
  return 1;
}

bool plugin_catches(void (*f)()) try {
  f();
  return false;
} catch (bw::error const& e) {
  return e.code() == bw::errc::varchar_too_long;
}
