// A source that throws in the middle of a row: half a row is never a row, and no row is missing in silence.

#include <bulkwriter/input/csv_reader.hpp>
#include <bulkwriter/input/ndjson_reader.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace bw = bulkwriter;

namespace {

// Gives the text in pieces of three bytes, and throws once, in front of piece `at`.
template <class E>
bw::text_source source_of(std::string text, int at, E thrown) {
  return [text = std::move(text), at, thrown, n = 0, done = std::size_t{0}](std::span<char> out) mutable -> bw::result<std::size_t> {
    if (n++ == at) throw thrown;
    std::size_t const size = std::min({out.size(), std::size_t{3}, text.size() - done});
    std::copy_n(text.data() + done, size, out.data());
    done += size;
    return size;
  };
}

// What a reader gives for the text, going on after exceptions and errors.
struct seen {
  std::vector<std::string> rows;
  bool told = false;
};
template <class Reader, class Text, class E>
seen read(std::string const& text, int at, E thrown, Text const& text_of) {
  seen out;
  try {
    auto reader = Reader::try_open(source_of(text, at, thrown));
    if (!reader) return {{}, true};
    for (int calls = 0; calls < 20; ++calls) {
      try {
        auto next = reader->try_next();
        if (!next.has_value()) {
          out.told = true;
          continue;
        }
        if (!*next) break;
        out.rows.push_back(text_of(*reader));
      } catch (std::bad_alloc const&) {
        out.told = true;
      }
    }
  } catch (std::bad_alloc const&) {
    out.told = true;
  }
  return out;
}

template <class Reader, class Text>
void check(std::string const& text, std::vector<std::string> const& rows, Text const& text_of) {
  int told = 0;
  for (int at = 0; at < 30; ++at) {
    CAPTURE(at);
    auto const check_one = [&](seen const& s) {
      CHECK(std::equal(s.rows.begin(), s.rows.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(s.rows.size(), rows.size()))));
      CHECK((s.told || s.rows == rows));
      told += s.told;
    };
    check_one(read<Reader>(text, at, std::bad_alloc(), text_of));
    check_one(read<Reader>(text, at, std::runtime_error("elsewhere"), text_of));  // an error, not an exception
  }
  CHECK(told > 10);
}

}  // namespace

TEST_CASE("a source that throws in the middle of a row") {
  check<bw::csv_reader>("name\nthe first\n\"the second\"\n\nthe fourth\n", {"the first", "the second", "", "the fourth"},
                        [](bw::csv_reader const& r) { return std::string(r[0].text()); });
  check<bw::ndjson_reader>("{\"a\":1}\n{\"b\":22222}\n\n{\"c\":3}\n", {"{\"a\":1}", "{\"b\":22222}", "{\"c\":3}"},
                           [](bw::ndjson_reader const& r) { return std::string(r.row().view()); });
}
