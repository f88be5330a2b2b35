#include <bulkwriter/storage/detail/xml.hpp>

#include <doctest/doctest.h>

#include <random>

namespace storage = bulkwriter::storage;
using storage::detail::xml_limits;
using storage::detail::xml_reader;

namespace {

// The document as a line: <name "text" name>, or the error's code.
std::string trace(std::string_view document, xml_limits limits = {}) {
  xml_reader reader(document, limits);
  std::string out;
  while (true) {
    auto const token = reader.next();
    if (!token) return std::string(bulkwriter::to_string(token.error().code));
    switch (*token) {
      case xml_reader::token::start: out += '<' + std::string(reader.name()) + ' '; break;
      case xml_reader::token::end: out += std::string(reader.name()) + "> "; break;
      case xml_reader::token::text: out += '"' + reader.text() + "\" "; break;
      case xml_reader::token::finish: return out;
    }
  }
}

}  // namespace

TEST_CASE("xml: what stores send") {
  CHECK(trace("<a/>") == "<a a> ");
  CHECK(trace("<a></a>") == "<a a> ");
  CHECK(trace("<a>x</a>") == "<a \"x\" a> ");
  CHECK(trace("  \n<?xml version=\"1.0\" encoding='UTF-8'?>\r\n<a xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"> "
              "<b/></a>\n ") == "<a \" \" <b b> a> ");
  CHECK(trace("\xEF\xBB\xBF<a/>") == "<a a> ");
  CHECK(trace("<s3:a xmlns:s3='u' s3:c = \"d>e\" ><s3:b>t</s3:b ></s3:a>") == "<a <b \"t\" b> a> ");
  CHECK(trace("<a>x<!-- <b> & --><?p q?>y</a>") == "<a \"x\" \"y\" a> ");
  CHECK(trace("<a>1<![CDATA[<&amp;]]]]>2</a>") == "<a \"1\" \"<&amp;]]\" \"2\" a> ");
  CHECK(trace("<a><![CDATA[]]></a>") == "<a \"\" a> ");
}

TEST_CASE("xml: entities and character references") {
  CHECK(trace("<a>&lt;&gt;&amp;&quot;&apos;</a>") == "<a \"<>&\"'\" a> ");
  CHECK(trace("<a>&#34;&#x22;&#xe9;&#x6587;&#x1F600;&#128512;</a>") ==
        "<a \"\"\"\xc3\xa9\xe6\x96\x87\xf0\x9f\x98\x80\xf0\x9f\x98\x80\" a> ");
  CHECK(trace("<a>&amp;lt;</a>") == "<a \"&lt;\" a> ");  // decoded once
  for (char const* bad : {"&nbsp;", "&", "&;", "& ", "&lt", "&#;", "&#x;", "&#xg;", "&#1f;", "&#0;", "&#xD800;",
                          "&#x110000;", "&#99999999999999999999;", "&#-1;", "&LT;"}) {
    CAPTURE(bad);
    CHECK(trace("<a>" + std::string(bad) + "</a>") == "invalid_response");
  }
}

TEST_CASE("xml: what is no document is refused") {
  for (char const* bad : {"",
                          " ",
                          "text",
                          "<",
                          "<a",
                          "<a>",
                          "<a/",
                          "<a><b></a>",
                          "<a></b>",
                          "<a></a",
                          "</a>",
                          "<a/><b/>",
                          "<a/>x",
                          "x<a/>",
                          "<>",
                          "< a/>",
                          "<a b></a>",
                          "<a b=></a>",
                          "<a b=c></a>",
                          "<a b='c></a>",
                          "<a b='c'd='e'></a>",
                          "<a><![CDATA[x</a>",
                          "<![CDATA[x]]>",
                          "<a><!-- </a>",
                          "<!-- <a/>",
                          "<?xml <a/>",
                          "<!DOCTYPE a><a/>",
                          "<a><!ENTITY b 'c'></a>",
                          "<a:></b:>",
                          "<a>\xff<"}) {
    CAPTURE(bad);
    CHECK(trace(bad) == "invalid_response");
  }
}

TEST_CASE("xml: bounds") {
  auto const nested = [](std::size_t n) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += "<a>";
    for (std::size_t i = 0; i < n; ++i) text += "</a>";
    return text;
  };
  CHECK(trace(nested(32)) != "invalid_response");
  CHECK(trace(nested(33)) == "invalid_response");
  CHECK(trace(nested(100000)) == "invalid_response");
  CHECK(trace("<a>123</a>", {.size = 10}) == "<a \"123\" a> ");
  CHECK(trace("<a>1234</a>", {.size = 10}) == "invalid_response");
}

TEST_CASE("xml: damaged documents end in an error or an end, never elsewhere") {
  std::string const good =
      "<?xml version=\"1.0\"?><R xmlns='u'><!-- c --><Contents "
      "a='b'><Key>a&amp;b&#x20;</Key><ETag>&quot;x&quot;</ETag></Contents>"
      "<![CDATA[ ]]><E/></R>";
  REQUIRE(trace(good) != "invalid_response");
  for (std::size_t n = 0; n < good.size(); ++n) CHECK(trace(good.substr(0, n)) == "invalid_response");
  std::mt19937 random(1);
  std::string const bytes = "<>&;!-[]/='\"#x \n\0a?";
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = good;
    for (int k = 0; k <= round % 4; ++k) text[random() % text.size()] = bytes[random() % bytes.size()];
    refused += trace(text) == "invalid_response";
  }
  CHECK(refused > 5000);
  CHECK(refused < 20000);
}

TEST_CASE("xml_walk: paths and texts") {
  std::string out;
  auto const done =
      storage::detail::xml_walk("<r>1<x:a>2<b/>3</x:a><a>4</a></r>", [&](auto path, std::string const& text) {
        for (auto const p : path) out += '/' + std::string(p);
        out += '=' + text + ' ';
      });
  CHECK(done.has_value());
  CHECK(out == "/r/a/b= /r/a=23 /r/a=4 /r=1 ");
}

TEST_CASE("xml_escape and back") {
  std::string const text = "a<b>&\"c\"'&amp;";
  CHECK(trace("<a>" + storage::detail::xml_escape(text) + "</a>") == "<a \"" + text + "\" a> ");
}

TEST_CASE("xml: a message names the element that is open, but not one that is longer than a message") {
  auto const message = [](std::string const& document) {
    xml_reader reader(document);
    REQUIRE(reader.next());
    auto const end = reader.next();
    REQUIRE(!end);
    return end.error().message;
  };
  CHECK(message("<Error>").find("inside <Error>") != std::string::npos);
  CHECK(message('<' + std::string(1000, 'n') + '>').size() < 100);
}
