#include "convert.hpp"

#include <bulkwriter/format/any.hpp>

#include <stdlib.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
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
         "  --schema FILE       JSON, as a create request of Milvus' REST API has it, or as pymilvus prints it:\n"
         "                      {\"autoID\": false, \"enableDynamicField\": true, \"fields\": [{\"fieldName\": \"id\", "
         "…}]}\n"
         "  --input FILE        rows, as NDJSON (an object a line) or CSV (with a header); -: the standard input\n"
         "  --input-type TYPE   ndjson, csv or tsv (tabs); by default what the input's name ends with, else ndjson\n"
         "  --local-path DIR    files go to DIR/<uuid>/\n"
         "  --chunk-size BYTES  of a file at most (536870912)\n\n"
         "Of CSV only:\n"
         "  --separator CHAR    what separates cells; 'tab' for a tab (,)\n"
         "  --nullkey TEXT      what stands for null where it is not in quotes (an empty cell)\n"
         "  --quoted-nulls      in quotes, too\n"
         "  --column-type NAME=TYPE\n"
         "                      what a column is that the schema does not declare: text, number, boolean, or each-cell;\n"
         "                      as often as there are such columns. By default the one type of all its cells in the\n"
         "                      first MiB\n"
         "  --other-columns TYPE\n"
         "                      what all others of these are\n";
}

namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string shown(std::string_view text) { return bw::input::quoted(text, 400); }

bw::column_type column_type_of(std::string_view option, std::string_view name) {
  std::pair<std::string_view, bw::column_type> const known[] = {{"text", bw::column_type::text},
                                                                {"number", bw::column_type::number},
                                                                {"boolean", bw::column_type::boolean},
                                                                {"each-cell", bw::column_type::each_cell}};
  for (auto const& [word, type] : known)
    if (word == name) return type;
  throw usage_error(std::string(option) + ": a type is text, number, boolean or each-cell, not " + shown(name));
}

// "zip=text"; the name may hold a '='.
void add_column_type(bw::csv_options& csv, std::string_view text) {
  std::size_t const equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0)
    throw usage_error("--column-type is NAME=TYPE, not " + shown(text));
  csv.column_types[std::string(text.substr(0, equals))] = column_type_of("--column-type", text.substr(equals + 1));
}

char separator_of(std::string_view text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() != 1) throw usage_error("--separator is one byte or 'tab', not " + shown(text));
  return text.front();
}

}  // namespace

options parse(int argc, char** argv) {
  options out;
  std::string chunk_size, separator, other_columns;
  std::pair<std::string_view, std::string*> const known[] = {
      {"--schema", &out.schema},         {"--input", &out.input},           {"--input-type", &out.input_type},
      {"--file-type", &out.file_type},   {"--local-path", &out.local_path}, {"--chunk-size", &chunk_size},
      {"--nullkey", &out.csv.nullkey},   {"--separator", &separator},       {"--other-columns", &other_columns}};
  for (int i = 1; i < argc; ++i) {
    std::string_view const name = argv[i];
    if (name == "--help" || name == "-h") {
      out.help = true;
      return out;
    }
    if (name == "--quoted-nulls") {
      out.csv.quoted_nulls = true;
      continue;
    }
    std::string* value = nullptr;
    for (auto const& [option, to] : known)
      if (option == name) value = to;
    if (value == nullptr && name != "--column-type") throw usage_error("unknown option " + shown(name));
    if (++i == argc) throw usage_error(std::string(name) + " needs a value");
    if (value != nullptr)
      *value = argv[i];
    else
      add_column_type(out.csv, argv[i]);
  }
  for (auto const& [option, value] : known)
    if (value->empty() && (value == &out.schema || value == &out.input || value == &out.file_type ||
                           value == &out.local_path))
      throw usage_error(std::string(option) + " is missing");
  std::string const name = lower(out.input);
  bool const is_tsv = out.input_type.empty() ? name.ends_with(".tsv") : out.input_type == "tsv";
  if (out.input_type.empty()) out.input_type = name.ends_with(".csv") ? "csv" : "ndjson";
  if (is_tsv) out.input_type = "csv";
  if (out.input_type != "csv" && out.input_type != "ndjson")
    throw usage_error("--input-type is ndjson, csv or tsv, not " + shown(out.input_type));
  out.csv.name = out.input == "-" ? "standard input" : out.input;
  out.csv.separator = !separator.empty() ? separator_of(separator) : is_tsv ? '\t' : ',';
  if (!other_columns.empty()) out.csv.other_columns = column_type_of("--other-columns", other_columns);
  if (!chunk_size.empty()) {
    char const* const last = chunk_size.data() + chunk_size.size();
    auto const [end, failed] = std::from_chars(chunk_size.data(), last, out.chunk_size);
    if (failed != std::errc() || end != last)
      throw usage_error("--chunk-size is a number of bytes, not " + shown(chunk_size));
  }
  return out;
}

bw::text_source open_input(std::string const& path) {
  auto const failed = [path](std::string const& what) {
    return "cannot " + what + ' ' + shown(path) + ": " + std::generic_category().message(errno);
  };
  std::shared_ptr<std::FILE> const file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"), [](std::FILE* f) {
    if (f != nullptr && f != stdin) std::fclose(f);
  });
  if (!file) throw std::runtime_error(failed("open"));
  return [file, failed](std::span<char> out) -> bw::result<std::size_t> {
    std::size_t const n = std::fread(out.data(), 1, out.size(), file.get());
    if (n == 0 && std::ferror(file.get()))
      return bw::error_info{.code = bw::errc::io_error, .message = failed("read")};
    return n;
  };
}

std::string read_file(std::string const& path) {
  auto const source = open_input(path);
  std::string text;
  for (std::size_t size = 0;;) {
    text.resize(size + (std::size_t{1} << 16));
    std::size_t const n = source(std::span(text).subspan(size)).value();
    size += n;
    if (n != 0) continue;
    text.resize(size);
    return text;
  }
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
