#pragma once

// What the loopback stores rest on: objects as files `<folder>/<bucket>/<key>`, and an index of them that lasts as long
// as the process. A file has its place only when it is whole.

#include "http_server.hpp"
#include "store_common.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loopback {

struct stored_object {
  std::uint64_t size = 0;
  std::string etag = {};  // without quotes
  clock_time modified = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  // content-type, x-amz-meta-…, x-goog-meta-…: sent along with it
};

/// Some of a file's bytes.
struct file_piece {
  std::filesystem::path file = {};
  std::uint64_t offset = 0, size = 0;
};

/// Its owner's lock guards all but `new_file`, `write` and `join`.
class stored_files {
 public:
  struct bucket {
    clock_time created = {};
    std::map<std::string, stored_object> objects = {};
  };

  /// `folder` empty: a temporary one, removed at the end.
  stored_files(std::filesystem::path folder, std::vector<std::string> const& buckets)
      : temporary_(folder.empty()), folder_(std::move(folder)) {
    std::string const random = std::to_string(std::random_device()());
    if (temporary_) folder_ = std::filesystem::temp_directory_path() / ("loopback_store_" + random);
    std::filesystem::create_directories(folder_);
    unfinished_ = folder_ / (".uploads_" + random);
    std::filesystem::create_directory(unfinished_);
    for (std::string const& name : buckets) create_bucket(name);
  }
  stored_files(stored_files const&) = delete;
  stored_files& operator=(stored_files const&) = delete;
  ~stored_files() {
    std::error_code ignored;
    std::filesystem::remove_all(temporary_ ? folder_ : unfinished_, ignored);
  }

  std::filesystem::path const& folder() const noexcept { return folder_; }
  std::map<std::string, bucket>& buckets() noexcept { return buckets_; }
  std::filesystem::path path_of(std::string const& in, std::string const& key) const {
    return folder_ / in / std::filesystem::path(key);
  }

  /// The file that holds an object's bytes, if there is such an object.
  std::optional<std::filesystem::path> find(std::string const& in, std::string const& key) const {
    auto const it = buckets_.find(in);
    if (it == buckets_.end() || !it->second.objects.contains(key)) return std::nullopt;
    return path_of(in, key);
  }

  /// False: there is one of this name.
  bool create_bucket(std::string const& name) {
    if (!buckets_.try_emplace(name, bucket{.created = now()}).second) return false;
    std::filesystem::create_directories(folder_ / name);
    return true;
  }
  void remove_bucket(std::string const& name) {
    buckets_.erase(name);
    std::error_code ignored;
    std::filesystem::remove(folder_ / name, ignored);
  }

  /// Keys become paths below the bucket's folder, so what would not stay there, or not be told apart, is refused.
  static bool is_usable(std::string_view key) {
    for (std::string const& segment : split(key, '/'))
      if (segment.empty() || segment == "." || segment == ".." || segment.size() > 255 ||
          segment.find('\0') != std::string::npos)
        return false;
    return true;
  }

  /// A name for a file that is not an object yet.
  std::filesystem::path new_file() { return unfinished_ / std::to_string(next_id_++); }
  std::filesystem::path write(std::span<std::string_view const> pieces) {
    std::filesystem::path const path = new_file();
    std::ofstream out(path, std::ios::binary);
    for (std::string_view const piece : pieces) out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    out.close();
    if (!out) throw cannot_write();
    return path;
  }
  std::filesystem::path join(std::span<file_piece const> pieces) {
    std::filesystem::path const path = new_file();
    std::ofstream out(path, std::ios::binary);
    std::string buffer;
    for (file_piece const& piece : pieces) {
      std::ifstream in(piece.file, std::ios::binary);
      in.seekg(static_cast<std::streamoff>(piece.offset));
      for (std::uint64_t left = piece.size; left != 0 && in; left -= buffer.size()) {
        buffer.resize(std::min<std::uint64_t>(left, 1u << 20));
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        out.write(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      }
      if (!in) throw cannot_write();
    }
    out.close();
    if (!out) throw cannot_write();
    return path;
  }
  static void discard(std::filesystem::path const& file) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }

  /// A file that is whole becomes the object.
  void publish(std::filesystem::path const& from, std::string const& in, std::string const& key, stored_object object) {
    std::filesystem::path const to = path_of(in, key);
    std::error_code failed;
    std::filesystem::create_directories(to.parent_path(), failed);
    if (!failed) std::filesystem::rename(from, to, failed);
    if (failed) {
      discard(from);
      throw store_error{409, "ObjectParentIsFile",
                        "This store keeps objects as files: a key and a folder of the same name exclude each other."};
    }
    buckets_[in].objects[key] = std::move(object);
  }

  /// False: there is no such object.
  bool remove(std::string const& in, std::string const& key) {
    if (buckets_[in].objects.erase(key) == 0) return false;
    std::filesystem::path path = path_of(in, key);
    std::error_code failed;
    std::filesystem::remove(path, failed);
    // Folders exist only for the objects in them.
    for (path = path.parent_path(); !failed && path != folder_ / in; path = path.parent_path())
      if (!std::filesystem::remove(path, failed)) break;
    return true;
  }

 private:
  static store_error cannot_write() { return {500, "InternalError", "The store cannot write to its folder."}; }

  bool temporary_;
  std::filesystem::path folder_, unfinished_;
  std::map<std::string, bucket> buckets_;
  std::atomic<std::uint64_t> next_id_ = 1;
};

/// A page of a listing: keys, and where a delimiter is given what they have in common up to it.
struct listing {
  struct entry {
    std::string name = {};
    stored_object const* object = nullptr;  // none: a common prefix
  };
  std::vector<entry> entries = {};
  std::string next = {};  // what the next page comes after; empty on the last one

  /// The same as a text that fits everywhere.
  std::string token() const { return auth::to_hex(auth::as_bytes(next)); }
  static std::string read_token(std::string_view token) {
    std::string out;
    for (; token.size() >= 2; token.remove_prefix(2))
      out += auth::percent_decode('%' + std::string(token.substr(0, 2)));
    return out;
  }
};

inline listing list_page(std::map<std::string, stored_object> const& objects, std::string const& prefix,
                         std::string const& delimiter, std::string const& after, std::size_t max) {
  listing page;
  for (auto const& [key, one] : objects) {
    if (!key.starts_with(prefix) || key <= after) continue;
    std::size_t const cut = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
    std::string const common = cut == std::string::npos ? "" : key.substr(0, cut + delimiter.size());
    if (!common.empty() && (common == after || (!page.entries.empty() && common == page.entries.back().name))) continue;
    if (page.entries.size() == max) {
      if (max != 0) page.next = page.entries.back().name;
      break;
    }
    if (common.empty()) {
      page.entries.push_back({key, &one});
    } else {
      page.entries.push_back({common});
    }
  }
  return page;
}

/// "bytes=first-last", "bytes=first-", "bytes=-last"; nothing if the whole is meant.
inline std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_range(std::string_view text, std::uint64_t size) {
  if (!text.starts_with("bytes=")) return std::nullopt;
  text.remove_prefix(6);
  std::size_t const dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return std::nullopt;
  auto const first = to_integer<std::uint64_t>(text.substr(0, dash)),
             last = to_integer<std::uint64_t>(text.substr(dash + 1));
  store_error const outside{
      416, "InvalidRange", "The requested range is not satisfiable", {{"ActualObjectSize", std::to_string(size)}}};
  if (first) {
    if (dash + 1 != text.size() && (!last || *last < *first)) return std::nullopt;
    if (*first >= size) throw outside;
    return std::pair{*first, std::min(last.value_or(size - 1), size - 1)};
  }
  if (dash != 0 || !last) return std::nullopt;
  if (*last == 0 || size == 0) throw outside;
  return std::pair{size - std::min(*last, size), size - 1};
}

/// An answer with an object, or with the part of it that `range` asks for; `in` is not open where only its headers are
/// wanted.
inline response object_answer(stored_object const& one, std::ifstream& in, std::string_view range_text) {
  auto const range = parse_range(range_text, one.size);
  auto const [first, last] = range.value_or(std::pair<std::uint64_t, std::uint64_t>{0, one.size - 1});
  std::uint64_t const length = one.size == 0 ? 0 : last - first + 1;
  response answer = make_response(range ? http::status::partial_content : http::status::ok, {});
  if (in.is_open() && length != 0) {
    answer.body().resize(length);
    in.seekg(static_cast<std::streamoff>(first));
    if (!in.read(answer.body().data(), static_cast<std::streamsize>(length)))
      throw store_error{500, "InternalError", "The store cannot read from its folder."};
  }
  if (range)
    answer.set(http::field::content_range,
               "bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' + std::to_string(one.size));
  answer.set(http::field::content_length, std::to_string(length));
  answer.set(http::field::accept_ranges, "bytes");
  answer.set(http::field::etag, in_quotes(one.etag));
  answer.set(http::field::last_modified, format_date(one.modified, true));
  for (auto const& [name, value] : one.headers) answer.set(name, value);
  return answer;
}

}  // namespace loopback
