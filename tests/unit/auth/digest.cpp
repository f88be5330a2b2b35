#include <bulkwriter/auth/digest.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace auth = bulkwriter::auth;

TEST_CASE("sha256: FIPS 180 examples") {
  CHECK(auth::to_hex(auth::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(auth::to_hex(auth::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(auth::to_hex(auth::sha256(std::string(1000000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("hmac-sha256: RFC 4231") {
  CHECK(auth::to_hex(auth::hmac_sha256(auth::as_bytes(std::string(20, '\x0b')), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(auth::to_hex(auth::hmac_sha256(auth::as_bytes("Jefe"), "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(auth::to_hex(auth::hmac_sha256(auth::as_bytes(std::string(131, '\xaa')),
                                       "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  // Of the empty key, as Python's hmac computes it.
  CHECK(auth::to_hex(auth::hmac_sha256({}, "")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("md5: RFC 1321") {
  CHECK(auth::to_hex(auth::md5({})) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(auth::to_hex(auth::md5(auth::as_bytes("message digest"))) == "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST_CASE("poly1305: RFC 8439, 2.5.2 and A.3") {
  unsigned char const bytes[32] = {0x85, 0xd6, 0xbe, 0x78, 0x57, 0x55, 0x6d, 0x33, 0x7f, 0x44, 0x52,
                                   0xfe, 0x42, 0xd5, 0x06, 0xa8, 0x01, 0x03, 0x80, 0x8a, 0xfb, 0x0d,
                                   0xb2, 0xfd, 0x4a, 0xbf, 0xf6, 0xaf, 0x41, 0x49, 0xf5, 0x1b};
  auth::poly1305_key key;
  std::transform(std::begin(bytes), std::end(bytes), key.begin(), [](unsigned char b) { return std::byte{b}; });
  CHECK(auth::to_hex(auth::poly1305(key, auth::as_bytes("Cryptographic Forum Research Group"))) ==
        "a8061dc1305136c6c22b8baf0c0127a9");
  CHECK(auth::to_hex(auth::poly1305({}, auth::as_bytes(std::string(64, '\0')))) == std::string(32, '0'));
  CHECK(auth::poly1305(key, {}) != auth::poly1305(key, auth::as_bytes(std::string(1, '\0'))));
}
