#include "zero_to_hero.hpp"

#include "environment.hpp"
#include "loopback_peers.hpp"
#include "usage_text.hpp"  // made from usage.txt

#include <bulkwriter/error.hpp>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace zero_to_hero {

namespace {

struct options {
  std::optional<std::string> csv, file_type, keep;
  std::string store = "s3";
  std::optional<std::uint64_t> rows;
  bool help = false;
};

options parse(int argc, char** argv) {
  options out;
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (name == "--help" || name == "-h") {
      out.help = true;
      continue;
    }
    if (name != "--store" && name != "--csv" && name != "--file-type" && name != "--keep" && name != "--rows" &&
        name.find('=') == std::string::npos)
      throw usage_error("unknown option '" + name + "'");
    std::string value;
    if (auto const equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (++i < argc) {
      value = argv[i];
    }
    if (value.empty()) throw usage_error(name + " needs a value");
    if (name == "--store") {
      if (value != "s3" && value != "azure" && value != "gcs")
        throw usage_error("--store is s3, azure or gcs, not '" + value + "'");
      out.store = value;
    } else if (name == "--csv") {
      out.csv = value;
    } else if (name == "--file-type") {
      if (value != "parquet" && value != "json" && value != "jsonl" && value != "csv" && value != "npy")
        throw usage_error("--file-type is parquet, json, jsonl, csv or npy, not '" + value + "'");
      out.file_type = value;
    } else if (name == "--keep") {
      out.keep = value;
    } else if (name == "--rows") {
      std::uint64_t n = 0;
      auto const [end, failed] = std::from_chars(value.data(), value.data() + value.size(), n);
      if (failed != std::errc{} || end != value.data() + value.size())
        throw usage_error("--rows is a number of rows, not '" + value + "'");
      out.rows = n;
    } else {
      throw usage_error("unknown option '" + name + "'");
    }
  }
  return out;
}

// The servers of this process. Their folder is the only thing that can be wrong with them.
settings start(std::optional<loopback_peers>& peers, options const& given) {
  try {
    return peers.emplace(given.store, given.keep.value_or("")).connection();
  } catch (std::filesystem::filesystem_error const& x) {
    if (!given.keep) throw;
    throw usage_error("--keep: objects cannot be left in '" + *given.keep + "': " + x.code().message());
  }
}

void make_csv(settings& my, std::uint64_t rows) {
#if defined(ZERO_TO_HERO_DATA_DIR)
  std::filesystem::path folder = ZERO_TO_HERO_DATA_DIR;
  if (::access(folder.c_str(), W_OK) != 0) folder = std::filesystem::temp_directory_path();
#else
  std::filesystem::path folder = std::filesystem::temp_directory_path();
#endif
  my.csv_file = (folder / ("medium_articles_" + std::to_string(rows) + ".csv")).string();
  write_sample_csv(my.csv_file, rows);
  my.announcement += "csv: " + my.csv_file + " (" + std::to_string(rows) + " rows made)\n";
}

std::string pad(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace

int run(int argc, char** argv, std::function<bool(settings const&)> const& job) {
  try {
    options const given = parse(argc, argv);
    if (given.help) {
      std::cout << usage_text;
      return 0;
    }
    auto const named = read_environment(given.store);
    if (named && given.keep)
      throw usage_error("--keep is for the loopback store; the objects in a real bucket stay anyway");
    std::optional<loopback_peers> peers;
    settings my = named ? *named : start(peers, given);
    read_names(my);
    my.file_type = given.file_type.value_or(my.file_type);
    my.max_rows = given.rows.value_or(my.max_rows);
    if (given.csv) {
      my.csv_file = *given.csv;
    } else {
      make_csv(my, given.rows.value_or(5000));
    }
    return job(my) ? 0 : 1;
  } catch (usage_error const& x) {
    std::cerr << "zero_to_hero: " << x.what() << "\nzero_to_hero --help tells more\n";
    return 2;
  } catch (std::exception const& x) {
    std::cerr << "error: " << x.what() << '\n';
    return 1;
  }
}

bw::csv_reader open_csv(std::string const& path, bw::csv_options options) {
  auto csv = bw::csv_reader::try_open(path, std::move(options));
  if (!csv && csv.error().code == bw::errc::invalid_csv) {
    std::error_code unknown;
    if (std::filesystem::file_size(path, unknown) != 0) csv.error().message += "; is the first line a header?";
  }
  return std::move(csv).value();
}

void show(std::span<bw::field_info const> schema) {
  std::cout << "schema:\n";
  for (bw::field_info const& f : schema) {
    std::string text = f.is_dynamic ? "dynamic field" : std::string(bw::to_string(f.type));
    if (f.dim) text += ", dim " + std::to_string(f.dim);
    if (f.max_length) text += ", max_length " + std::to_string(f.max_length);
    if (f.is_primary) text += ", primary key";
    if (f.nullable) text += ", nullable";
    std::cout << "  " << pad(std::string(f.name), 14) << text << '\n';
  }
  std::cout << std::flush;
}

void show(bw::import_jobs const& jobs) {
  std::cout << "jobs:\n";
  for (bw::import_progress const& one : jobs)
    std::cout << "  " << pad(one.id.value, 20) << ' ' << pad(one.collection_name, 18) << ' ' << bw::to_string(one.state)
              << '\n';
  std::cout << std::flush;
}

progress_bar::progress_bar() : terminal_(::isatty(STDOUT_FILENO) == 1) {}

void progress_bar::operator()(bw::import_progress const& now) {
  static constexpr int width = 30;
  int const percent = std::clamp(now.percent, 0, 100), filled = percent * width / 100;
  std::string line = '[' + std::string(static_cast<std::size_t>(filled), '#') +
                     std::string(static_cast<std::size_t>(width - filled), '.') + "] " + std::to_string(percent) +
                     " % " + std::string(bw::to_string(now.state));
  if (now.total_rows != 0)
    line += ", " + std::to_string(now.imported_rows) + " of " + std::to_string(now.total_rows) + " rows";
  if (terminal_) {
    std::cout << '\r' << pad(line, last_.size()) << (now.finished() ? "\n" : "") << std::flush;
  } else if (line != last_) {
    std::cout << line << std::endl;
  }
  last_ = line;
}

}  // namespace zero_to_hero
