#include "zero_to_hero.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace zero_to_hero {

namespace {

// SplitMix64: unlike the standard distributions it gives the same numbers with every library.
class random_numbers {
 public:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  template <class T, std::size_t N>
  T const& one_of(std::array<T, N> const& list) {
    return list[below(N)];
  }
  // The sum of four 16-bit numbers is close to a bell; its spread makes vectors of 768 about one long.
  float coordinate() {
    std::uint64_t const bits = next();
    auto const sum =
        static_cast<std::int64_t>((bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48));
    return static_cast<float>(sum - 131070) / 1048576.0f;
  }

 private:
  std::uint64_t state_ = 768;
};

constexpr std::array<std::string_view, 12> openings = {
    "The Reported Truth about", "How I Learned to Love", "Ten Lessons from",         "\"Nobody Needs\"",
    "Warum niemand über",       "Ce que j'ai appris de", "為什麼我們需要",           "Почему важны",
    "A Short, Honest Guide to", "Stop Worrying about",   "Café Conversations about", "🚀 Launching"};
constexpr std::array<std::string_view, 12> subjects = {
    "Vector Databases", "Coronavirus Statistics", "\"Clean\" Code, Again",    "Remote Work",
    "naïve Bayes",      "C++ Templates",          "Large Language Models",    "Größenwahn & Co.",
    "数据导入",         "Data, Big and Small",    "the Art of Saying \"No\"", "Embeddings"};
constexpr std::array<std::string_view, 6> endings = {
    "", ", and What to Do Next", " (Part 2)", ": A Field Report", " – 5 Years Later", "?"};
constexpr std::array<std::string_view, 7> publications = {
    "The Startup",           "Towards Data Science", "", "Better Humans", "UX Collective",
    "Data, Driven Investor", "Der \"Standard\""};

// RFC 4180: quotes where they are needed.
void append_cell(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (char const c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_vector(std::string& out, random_numbers& random, std::span<float const> first) {
  out += "\"[";
  for (std::size_t i = 0; i < 768; ++i) {
    if (i != 0) out += ", ";
    std::array<char, 24> digits;
    float const value = i < first.size() ? first[i] : random.coordinate();
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
  }
  out += "]\"";
}

std::string slug_of(std::string_view title) {
  std::string out;
  for (char const c : title) {
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter) out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    if (!letter && !out.empty() && out.back() != '-') out += '-';
  }
  return out.empty() || out.back() == '-' ? out + "a" : out;
}

}  // namespace

void write_sample_csv(std::string const& path, std::uint64_t rows) {
  // The first row is that of the guide's own file.
  static constexpr std::array<float, 10> first_vector = {0.041732933f, 0.013779674f,   -0.027564144f,   -0.013061441f,
                                                         0.009748648f, 0.00082446384f, -0.00071647146f, 0.048612226f,
                                                         -0.04836573f, -0.04567751f};
  // Two runs at a time may make the same file, so it gets its name when it is whole.
  std::string const unfinished = path + '.' + std::to_string(::getpid());
  std::ofstream out(unfinished, std::ios::binary);
  random_numbers random;
  std::string line = "id,title_vector,title,link,reading_time,publication,claps,responses\n";
  out << line;
  for (std::uint64_t id = 0; id < rows; ++id) {
    line = std::to_string(id) + ',';
    append_vector(line, random, id == 0 ? std::span<float const>(first_vector) : std::span<float const>());
    std::string title = "The Reported Mortality Rate of Coronavirus Is Not Important";
    std::string link =
        "https://medium.com/swlh/the-reported-mortality-rate-of-coronavirus-is-not-important-369989c8d912";
    std::string numbers[3] = {"13", "1100", "18"};
    std::string_view publication = "The Startup";
    if (id != 0) {
      title = random.one_of(openings);
      title += id % 250 == 1 ? '\n' : ' ';  // a few titles have two lines
      ((title += random.one_of(subjects)) += random.one_of(endings));
      link = "https://medium.com/p/" + slug_of(title) + '-' + std::to_string(random.next() >> 20);
      publication = random.one_of(publications);
      numbers[0] = std::to_string(1 + random.below(30));
      numbers[1] = std::to_string(random.below(20) * random.below(500));
      numbers[2] = id % 11 == 5 ? "" : std::to_string(random.below(60));
    }
    line += ',';
    append_cell(line, title);
    line += ',';
    append_cell(line, link);
    line += ',' + numbers[0] + ',';
    append_cell(line, publication);
    line += ',' + numbers[1] + ',' + numbers[2] + '\n';
    out << line;
  }
  out.close();
  std::error_code failed;
  if (out) {
    std::filesystem::rename(unfinished, path, failed);
  } else {
    failed = std::error_code(errno, std::generic_category());
  }
  if (!failed) return;
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);
  throw std::system_error(failed, "cannot write '" + path + "'");
}

}  // namespace zero_to_hero
