#pragma once

#include <bulkwriter/auth/detail/aws_profiles.hpp>
#include <bulkwriter/auth/detail/inquiry.ipp>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace auth {
namespace detail {

BULKWRITER_DECL result<ini> read_ini(std::string_view text) {
  ini out;
  named_texts defaults;  // of [DEFAULT], for all sections
  named_texts* section = nullptr;
  std::string* value = nullptr;  // of the last key
  std::size_t indent = 0;        // of its line
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto const refuse = [number](std::string_view why) {
      return unusable("line " + std::to_string(number) + ": " + std::string(why));
    };
    auto const whole = text.substr(0, text.find('\n'));
    text.remove_prefix((std::min)(whole.size() + 1, text.size()));
    auto const line = trimmed(whole);
    if (line.starts_with('#') || line.starts_with(';')) continue;
    if (line.empty()) {
      if (value != nullptr) *value += '\n';
      continue;
    }
    auto const depth = static_cast<std::size_t>(line.data() - whole.data());
    if (value != nullptr && depth > indent) {
      (*value += '\n') += line;
      continue;
    }
    indent = depth;
    if (auto const close = line.rfind(']'); line.starts_with('[') && close != std::string_view::npos && close > 1) {
      auto const name = line.substr(1, close - 1);
      value = nullptr;
      section = &defaults;
      if (name != "DEFAULT") {
        auto const [at, is_new] = out.try_emplace(std::string(name));
        if (!is_new) return refuse("a section for the second time");
        section = &at->second;
      }
      continue;
    }
    if (section == nullptr) return refuse("not in a section");
    auto const sign = line.find_first_of("=:");
    if (sign == std::string_view::npos) return refuse("no '='");
    std::string key(trimmed(line.substr(0, sign)));
    if (key.empty()) return refuse("no name before the '='");
    std::transform(key.begin(), key.end(), key.begin(), http::detail::to_lower);
    auto const [at, is_new] = section->try_emplace(std::move(key), trimmed(line.substr(sign + 1)));
    if (!is_new) return refuse("a name for the second time in its section");
    value = &at->second;
  }
  for (auto& [name, keys] : out) {
    keys.insert(defaults.begin(), defaults.end());
    for (auto& [key, joined] : keys) {
      joined.erase(trimmed(joined).empty() ? 0 : joined.find_last_not_of(" \t\r\n\v\f") + 1);
      if (joined.starts_with('\n')) joined.clear();  // settings of one service, nested: not ours
    }
  }
  return out;
}

// The words of a section's name, as a shell takes them apart.
BULKWRITER_DECL std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  char quote = '\0';
  bool inside = false;
  for (char const c : text) {
    if (quote == '\0' && (c == ' ' || c == '\t')) {
      inside = false;
      continue;
    }
    if (!inside) out.emplace_back();
    inside = true;
    if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    } else {
      out.back() += c;
    }
  }
  return out;
}

BULKWRITER_DECL ini profiles_of(ini config) {
  ini out;
  for (auto& [name, keys] : config) {
    auto words = words_of(name);
    if (name == "default") {
      out.try_emplace(name, std::move(keys));
    } else if (words.size() == 2 && words[0] == "profile") {
      out.insert_or_assign(std::move(words[1]), std::move(keys));
    }
  }
  return out;
}

BULKWRITER_DECL std::string aws_profiles::value(std::string const& profile, std::string_view key) const {
  for (auto const* file : {&credentials, &config}) {
    auto const section = file->find(profile);
    if (section == file->end()) continue;
    if (auto const found = section->second.find(key); found != section->second.end()) return found->second;
  }
  return {};
}

BULKWRITER_DECL result<aws_profiles> read_aws_profiles(std::string const& profile, std::string const& credentials_file,
                                                       std::string const& config_file) {
  aws_profiles out = {.name = or_environment(profile, {"AWS_PROFILE"})};
  out.is_named = !out.name.empty();
  if (!out.is_named) out.name = "default";
  auto const read = [&](std::string path, char const* otherwise, ini& into) -> result<void> {
    if (path.empty()) path = otherwise;
    auto const place = expand_home(path);
    if (!place.empty()) path = place;
    out.places += (out.places.empty() ? "" : " or ") + in_quotes(path);
    std::error_code failed;
    if (!std::filesystem::is_regular_file(place, failed)) return {};
    auto text = read_file(path);
    if (!text) return std::move(text).error();
    auto parsed = read_ini(*text);
    if (!parsed) {
      parsed.error().message.insert(0, in_quotes(path) + ", ");
      return std::move(parsed).error();
    }
    into = std::move(*parsed);
    return {};
  };
  if (auto done = read(or_environment(credentials_file, {"AWS_SHARED_CREDENTIALS_FILE"}), "~/.aws/credentials",
                       out.credentials);
      !done)
    return std::move(done).error();
  if (auto done = read(or_environment(config_file, {"AWS_CONFIG_FILE"}), "~/.aws/config", out.config); !done)
    return std::move(done).error();
  out.config = profiles_of(std::move(out.config));
  return out;
}

}  // namespace detail
}  // namespace auth
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
