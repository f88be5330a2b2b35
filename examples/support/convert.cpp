#include "convert.hpp"

#include <bulkwriter/format/any.hpp>

#include <stdlib.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace bw = bulkwriter;
namespace fs = std::filesystem;

namespace convert {

std::string usage() {
  std::string names;
  for (auto const name : bw::format::any::names()) names += (names.empty() ? "" : "|") + std::string(name);
  return "convert --schema FILE --input FILE|- --file-type " + names +
         " --local-path DIR [options]\n\n"
         "  --schema FILE       JSON, as a create request of Milvus' REST API has it:\n"
         "                      {\"autoID\": false, \"enableDynamicField\": true, \"fields\": [{\"fieldName\": \"id\", "
         "…}]}\n"
         "  --input FILE        rows, as NDJSON (an object a line) or CSV (with a header); -: the standard input\n"
         "  --input-type TYPE   ndjson or csv; csv by default where the input's name ends with .csv\n"
         "  --local-path DIR    files go to DIR/<uuid>/\n"
         "  --chunk-size BYTES  of a file at most (536870912)\n";
}

options parse(int argc, char** argv) {
  options out;
  std::string chunk_size;
  std::pair<std::string_view, std::string*> const known[] = {
      {"--schema", &out.schema},       {"--input", &out.input},           {"--input-type", &out.input_type},
      {"--file-type", &out.file_type}, {"--local-path", &out.local_path}, {"--chunk-size", &chunk_size}};
  for (int i = 1; i < argc; ++i) {
    std::string_view const name = argv[i];
    if (name == "--help" || name == "-h") {
      out.help = true;
      return out;
    }
    std::string* value = nullptr;
    for (auto const& [option, to] : known)
      if (option == name) value = to;
    if (value == nullptr) throw usage_error("unknown option '" + std::string(name) + "'");
    if (++i == argc) throw usage_error(std::string(name) + " needs a value");
    *value = argv[i];
  }
  for (auto const& [option, value] : known)
    if (value->empty() && option != "--input-type" && option != "--chunk-size")
      throw usage_error(std::string(option) + " is missing");
  if (out.input_type.empty()) out.input_type = out.input.ends_with(".csv") ? "csv" : "ndjson";
  if (out.input_type != "csv" && out.input_type != "ndjson")
    throw usage_error("--input-type is ndjson or csv, not '" + out.input_type + "'");
  if (!chunk_size.empty()) {
    char const* const last = chunk_size.data() + chunk_size.size();
    auto const [end, failed] = std::from_chars(chunk_size.data(), last, out.chunk_size);
    if (failed != std::errc() || end != last)
      throw usage_error("--chunk-size is a number of bytes, not '" + chunk_size + "'");
  }
  return out;
}

std::string read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open '" + path + "'");
  return {std::istreambuf_iterator<char>(file), {}};
}

bw::text_source open_input(std::string const& path) {
  std::shared_ptr<std::FILE> const file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"), [](std::FILE* f) {
    if (f != nullptr && f != stdin) std::fclose(f);
  });
  if (!file) throw std::runtime_error("cannot open '" + path + "'");
  return [file, path](std::span<char> out) -> bw::result<std::size_t> {
    std::size_t const n = std::fread(out.data(), 1, out.size(), file.get());
    if (n == 0 && std::ferror(file.get()))
      return bw::error_info{.code = bw::errc::io_error, .message = "cannot read '" + path + "'"};
    return n;
  };
}

// A name of its own: what a killed run has left, of the same process id perhaps, is nobody's to publish.
staging::staging(std::string local_path) : local_path_(std::move(local_path)), path_(local_path_ + "/.incomplete-XXXXXX") {
  fs::create_directories(local_path_);
  if (::mkdtemp(path_.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "cannot make a folder in '" + local_path_ + "'");
}

staging::~staging() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

bw::batch_files staging::publish(bw::batch_files files) {
  for (auto const& folder : fs::directory_iterator(path_))
    fs::rename(folder, fs::path(local_path_) / folder.path().filename());
  for (auto& group : files.groups)
    for (auto& path : group.paths) path.replace(0, path_.size(), local_path_);
  return files;
}

}  // namespace convert
