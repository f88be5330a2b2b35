#include <bulkwriter/text/redacted.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

namespace {

using texts = std::vector<std::string>;

std::string shown(std::string const& text, texts const& secrets = {}, std::size_t limit = 400) {
  return bulkwriter::detail::redacted(text, secrets, limit);
}

}  // namespace

TEST_CASE("redacted: a secret, however it is spelled") {
  std::string const secret = R"x(pa<s&s:"w/'1é)x";
  // what Python's urllib.parse.quote, html.escape and json.dumps make of it, alone and one upon the other
  for (std::string const form : {
      R"x(pa<s&s:"w/'1é)x",
      R"x(pa%3Cs%26s%3A%22w%2F%271%C3%A9)x",
      R"x(pa%3cs%26s%3a%22w%2f%271%c3%a9)x",
      R"x(pa&lt;s&amp;s:&quot;w/&#x27;1é)x",
      R"x(pa<s&s:\"w/'1\u00e9)x",
      R"x(pa<s&s:\"w/'1é)x",
      R"x(&#112;&#97;&#60;&#115;&#38;&#115;&#58;&#34;&#119;&#47;&#39;&#49;&#233;)x",
      R"x(&#x70;&#x61;&#x3C;&#x73;&#x26;&#x73;&#x3A;&#x22;&#x77;&#x2F;&#x27;&#x31;&#xE9;)x",
      R"x(\u0070\u0061\u003c\u0073\u0026\u0073\u003a\u0022\u0077\u002f\u0027\u0031\u00e9)x",
      R"x(pa\u003cs\u0026s:"w/'1é)x",
      R"x(pa%253Cs%2526s%253A%2522w%252F%25271%25C3%25A9)x",
      R"x(pa&amp;lt;s&amp;amp;s:&amp;quot;w/&amp;#x27;1é)x",
      R"x(pa&lt;s&amp;s:\&quot;w/&#x27;1\u00e9)x",
      R"x(pa%26lt%3Bs%26amp%3Bs%3A%26quot%3Bw%2F%26%23x27%3B1%C3%A9)x",
      R"x(pa<s&s:\\\"w/'1\\u00e9)x",
      R"x(pa\\u0026lt;s\\u0026amp;s:\\u0026quot;w/\\u0026#x27;1\u00e9)x"}) {
    CAPTURE(form);
    CHECK(shown("a " + form + " b", {secret}) == "a *** b");
    CHECK(shown(form, {"other", secret}) == "***");
    CHECK(shown(form + form + '.' + form, {secret}) == "***.***");
  }
  CHECK(shown("a &#x1F600;&#128512;x b", {"\xf0\x9f\x98\x80\xf0\x9f\x98\x80x"}) == "a *** b");  // beyond 16 bits
  // what stands beside it makes an escape with a part of it
  for (std::string const form : {"eyJ+secret=", "eyJ%2Bsecret%3D", "eyJ&#43;secret&#x3d;", "eyJ%252Bsecret%253d", "ey\\u004a+secret="})
    for (std::string const before : {"%e", "%2", "%", "\\", "\\u00e", "\\u00", "&", "&#", "%25e", "%%e", "\\\\"}) {
      CAPTURE(before + form);
      CHECK(shown(before + form + "41;", {"eyJ+secret="}) == before + "***41;");
      CHECK(shown(before + form + form, {"eyJ+secret="}) == before + "***");
    }
  // one that looks as if it were encoded, in another encoding
  for (std::string const form : {"a%2Bb&c\\n%", "a%2Bb&amp;c\\n%", "a%252Bb%26c%5Cn%25", "a%2Bb&c\\\\n%", "a%2Bb\\u0026c\\\\n%"}) {
    CAPTURE(form);
    CHECK(shown("x" + form + "41;", {"a%2Bb&c\\n%"}) == "x***41;");
  }
  CHECK(shown("password 12, token 123", {"12", "123"}) == "password 12, token 123");  // would tear every text apart
  CHECK(shown("ab%zz\\q&foo;&#;&#x;&#xfffffffff;%4", {"abcd"}) == "ab%zz\\q&foo;&#;&#x;&#xfffffffff;%4");
  CHECK(shown("100%25 &amp; more", {"abcd"}) == "100%25 &amp; more");  // the rest stays as it came
}

TEST_CASE("redacted: what is called as credentials and signatures are") {
  for (std::string const hidden : {
           "https://h/p?a=b&sig=%s&c=d", "https://h/p?SIG=%s&c=d", "x?X-Amz-Signature=%s&c", "x?X-Amz-Security-Token=%s c",
           "X-Amz-Credential=%s&amp;X", "x?x-goog-credential=%s'", "AWSAccessKeyId=%s)", "<Signature>%s</Signature>",
           "{\"secretKey\":\"%s\",\"a\":1}", "{\"SecretAccessKey\": \"%s\"}", "{'api_key' : '%s'}", "AccountKey=%s;",
           "client_secret=%s&x", "X-Amz-Security-Token: %s\n"}) {
    CAPTURE(hidden);
    std::string given = hidden, wanted = hidden;
    given.replace(given.find("%s"), 2, "AbC0/+=x%2F.y");
    wanted.replace(wanted.find("%s"), 2, "***");
    if (wanted.ends_with('\n')) wanted.replace(wanted.size() - 1, 1, "\\n");
    CHECK(shown(given) == wanted);
  }
  CHECK(shown("Authorization: Bearer abc def\r\nHost: h") == "Authorization: ***\\r\\nHost: h");
  CHECK(shown("x%3Fsig%3DAbC%26c%3Dd") == "x%3Fsig%3D***%26c%3Dd");
  CHECK(shown("sig\\u003dAbC\\u0026x") == "sig\\u003d***\\u0026x");
  for (std::string const plain :
       {"the signature does not match", "design=new", "no signature: a client must sign", "the password is wrong", "token: expired",
        "sig", "Signature=", "authorization is missing"}) {
    CAPTURE(plain);
    CHECK(shown(plain) == plain);
  }
}

TEST_CASE("redacted: one line of a bounded size, whatever the text") {
  CHECK(shown("a\r\n\x1b[31mb\xff") == "a\\r\\n\\x1b[31mb\\xff");
  CHECK(shown(std::string(500, 'x')) == std::string(400, 'x') + "…");
  CHECK(shown("secret" + std::string(500, 'x'), {"secret"}) == "***" + std::string(397, 'x') + "…");
  // a secret that the bound would cut in two
  std::string const secret(64, 's');
  for (std::size_t before = 16300; before < 16400; ++before) {
    std::string const got = shown(std::string(before, ' ') + secret + secret, {secret}, 20000);
    CHECK(got.find('s') == std::string::npos);
  }
  // one that is longer than all that is looked at, and one that begins at its end
  CHECK(shown("a " + std::string(20000, 's'), {std::string(20000, 's')}) == "a ***…");
  CHECK(shown(std::string(16384 - 70, ' ') + std::string(2000, 's'), {std::string(2000, 's')}, 20000) ==
        std::string(16384 - 70, ' ') + "***…");
  // 60 MB of what is looked for
  for (std::string const part : {"secret", "sig=&", "&lt;", "%25", "\\u0025", "&amp;amp;#x25;73", "%73ecret", "%"}) {
    std::string text = part;
    while (text.size() < 60'000'000) text += text;
    CHECK(shown(text, {"secret", "secrets", "%%%%%%", "%25%25%25"}).size() <= 403);
  }
}
