#pragma once

// What the benchmarks have in common: rows of the guide's shape, and what a process has used.

#include <bulkwriter/local.hpp>

#include <sys/resource.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

struct article {
  std::int64_t id = {};
  std::array<float, 768> title_vector = {};
  std::string title = {}, link = {};
};
struct article_schema
    : bulkwriter::schema<
          bulkwriter::field<"id", &article::id, bulkwriter::int64{.is_primary = true}>,
          bulkwriter::field<"title_vector", &article::title_vector, bulkwriter::float_vector{.dim = 768}>,
          bulkwriter::field<"title", &article::title, bulkwriter::varchar{.max_length = 512}>,
          bulkwriter::field<"link", &article::link, bulkwriter::varchar{.max_length = 512}>> {};

inline std::vector<article> make_pool(std::size_t bytes) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 0.036f);
  std::vector<article> pool(bytes / sizeof(article));
  std::int64_t id = 0;
  for (article& a : pool) {
    a.id = id++;
    for (float& v : a.title_vector) v = normal(random);
    a.title = "The Reported Mortality Rate of Coronavirus Is Not Important, part " + std::to_string(a.id);
    a.link =
        "https://medium.com/swlh/the-reported-mortality-rate-of-coronavirus-is-not-important-" + std::to_string(a.id);
  }
  return pool;
}

struct usage {
  double cpu;     // seconds of user and system
  long peak_kib;  // resident at most so far
};

// The peak is from /proc: that of getrusage began before this program did, in the process that started it.
inline usage now() {
  rusage r{};
  getrusage(RUSAGE_SELF, &r);
  auto const seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  long peak = r.ru_maxrss;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) peak = std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return {seconds(r.ru_utime) + seconds(r.ru_stime), peak};
}
