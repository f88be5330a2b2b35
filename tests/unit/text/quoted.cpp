#include <bulkwriter/text/quoted.hpp>

#include <doctest/doctest.h>

#include <string>

using bulkwriter::detail::one_line;
using bulkwriter::detail::in_quotes;

TEST_CASE("quoted: what a terminal or a reader could take for something else stands as an escape") {
  CHECK(in_quotes("plain Straße 日本 😀") == "'plain Straße 日本 😀'");
  CHECK(in_quotes("") == "''");
  CHECK(in_quotes(std::string("a\0b\x1b[31m\n\r\t\x7f", 12)) == "'a\\x00b\\x1b[31m\\n\\r\\x09\\x7f'");
  CHECK(in_quotes("\xff\xc3\xa9\xc3 \xf0\x9f\x98\n") == "'\\xff\xc3\xa9\\xc3 \\xf0\\x9f\\x98\\n'");
  CHECK(in_quotes("\xed\xa0\x80 \xc0\x80 \xf4\x90\x80\x80") == "'\\xed\\xa0\\x80 \\xc0\\x80 \\xf4\\x90\\x80\\x80'");
  CHECK(in_quotes("\xc2\x9b"
               "31m") == "'\\u009b31m'");                                             // CSI in one character
  CHECK(in_quotes("a\xe2\x80\xae"
               "b\xe2\x80\xa8"
               "c\xef\xbb\xbf") == "'a\\u202eb\\u2028c\\ufeff'");  // right-to-left, a line end, a byte order mark
}

TEST_CASE("quoted: no more than the limit, and never half a character") {
  std::string const x(39, 'x');
  CHECK(in_quotes(x + "y") == '\'' + x + "y'");
  CHECK(in_quotes(x + "yz") == '\'' + x + "y…'");
  CHECK(in_quotes(x + "é") == '\'' + x + "…'");
  CHECK(in_quotes(x + "\x1b") == '\'' + x + "…'");
  CHECK(one_line(std::string(1 << 20, '\x1b')).size() == 400 + 3);
  CHECK(one_line("abc", 3) == "abc");
  CHECK(one_line("abcd", 3) == "abc…");
}

TEST_CASE("quoted: where the invisible characters begin and end") {
  // the last before and the first behind each range, and both ends of it
  for (char const* const plain : {" ", "~", "\xc2\xa0", "\xe2\x80\x8a", "\xe2\x80\x90", "\xe2\x80\xa7", "\xe2\x80\xaf",
                                  "\xe2\x81\xa5", "\xe2\x81\xaa", "\xef\xbb\xbe", "\xef\xbc\x80"})
    CHECK(one_line(plain) == plain);
  std::string const hidden[][2] = {{"\x1f", "\\x1f"},           {"\x7f", "\\x7f"},
                                   {"\xc2\x80", "\\u0080"},     {"\xc2\x9f", "\\u009f"},
                                   {"\xe2\x80\x8b", "\\u200b"}, {"\xe2\x80\x8f", "\\u200f"},
                                   {"\xe2\x80\xa8", "\\u2028"}, {"\xe2\x80\xae", "\\u202e"},
                                   {"\xe2\x81\xa6", "\\u2066"}, {"\xe2\x81\xa9", "\\u2069"},
                                   {"\xef\xbb\xbf", "\\ufeff"}};
  for (auto const& [text, shown] : hidden) CHECK(one_line(text) == shown);
}
