#include <bulkwriter/http/detail/foreign_text.hpp>

#include <doctest/doctest.h>

using bulkwriter::http::detail::foreign_text;

TEST_CASE("foreign text: one line of UTF-8, whatever a server says") {
  CHECK(foreign_text("plain", 300) == "plain");
  CHECK(foreign_text("a\r\nb\tc\x7f", 300) == "a  b c ");
  CHECK(foreign_text("sch\xc3\xb6n \xe6\x96\x87 \xf0\x9f\x98\x80", 300) ==
        "sch\xc3\xb6n \xe6\x96\x87 \xf0\x9f\x98\x80");
  // Latin-1, a lone continuation, overlong forms, a surrogate, beyond U+10FFFF, cut off.
  CHECK(foreign_text("sch\xf6n", 300) == "sch?n");
  CHECK(foreign_text("\x80", 300) == "?");
  CHECK(foreign_text("\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf", 300) == "?????????");
  CHECK(foreign_text("\xed\xa0\x80", 300) == "???");
  CHECK(foreign_text("\xf4\x90\x80\x80\xf5", 300) == "?????");
  CHECK(foreign_text("x\xe6\x96", 300) == "x??");
}

TEST_CASE("foreign text: cut between characters") {
  CHECK(foreign_text("abc", 3) == "abc");
  CHECK(foreign_text("abcd", 3) == "abc\xe2\x80\xa6");
  CHECK(foreign_text("ab\xc3\xb6", 3) == "ab\xe2\x80\xa6");
  CHECK(foreign_text("ab\xc3\xb6", 4) == "ab\xc3\xb6");
  CHECK(foreign_text("", 0) == "");
}
