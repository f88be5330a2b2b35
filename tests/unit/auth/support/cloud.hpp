#pragma once

// What the tests of providers of credentials share: an environment and a home folder of their own, and services on
// loopback.

#include "unit/storage/scripted_server.hpp"

#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/auth/service_options.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

extern char** environ;

namespace test {

using namespace bulkwriter;
using request = scripted_server::request;
using time_point = std::chrono::system_clock::time_point;

// Nothing of any cloud in it but what is set, as long as it lives. HOME is a fresh folder.
class environment {
 public:
  environment() {
    for (char** at = environ; *at != nullptr; ++at) {
      std::string_view const line = *at;
      std::string const name(line.substr(0, line.find('=')));
      for (std::string_view const prefix : {"AWS_", "AZURE_", "GOOGLE_", "GCE_", "CLOUDSDK_", "IDENTITY_", "HOME"}) {
        if (name.starts_with(prefix)) before_[name] = line.substr(name.size() + 1);
      }
    }
    for (auto const& [name, value] : before_) ::unsetenv(name.c_str());
    char folder[] = "/tmp/bulkwriter-home-XXXXXX";
    home_ = ::mkdtemp(folder);
    set("HOME", home_);
  }
  ~environment() {
    for (auto const& name : set_) ::unsetenv(name.c_str());
    for (auto const& [name, value] : before_) ::setenv(name.c_str(), value.c_str(), 1);
    std::filesystem::remove_all(home_);
  }
  environment(environment const&) = delete;
  environment& operator=(environment const&) = delete;

  void set(std::string const& name, std::string const& value) {
    ::setenv(name.c_str(), value.c_str(), 1);
    set_.push_back(name);
  }
  // Writes a file below HOME; its path.
  std::string file(std::string const& name, std::string const& text) const {
    auto const path = std::filesystem::path(home_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string const& home() const { return home_; }

 private:
  std::map<std::string, std::string> before_;
  std::vector<std::string> set_;
  std::string home_;
};

// Quick, and past no proxy of the machine.
inline auth::service_options service() {
  using std::chrono::milliseconds;
  auth::service_options out;
  out.client.proxy.url = "none";
  out.retry = {.max_attempts = 3, .base_delay = milliseconds(1), .max_delay = milliseconds(2)};
  return out;
}

inline time_point utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
         std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

// The names and values of a form.
inline std::map<std::string, std::string> form_of(std::string_view text) {
  std::map<std::string, std::string> out;
  while (!text.empty()) {
    auto const field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(field.size() + 1, text.size()));
    auto const sign = std::min(field.find('='), field.size());
    out[std::string(field.substr(0, sign))] = auth::percent_decode(field.substr(std::min(sign + 1, field.size())));
  }
  return out;
}

}  // namespace test
