#include <bulkwriter/text/hex.hpp>
#include <bulkwriter/text/sha256.hpp>

#include <doctest/doctest.h>

#include <string>

using bulkwriter::detail::sha256;
using bulkwriter::detail::sha256_stream;
using bulkwriter::detail::to_hex;

TEST_CASE("sha256: NIST's examples for FIPS 180-4, and of its short messages") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                      "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu")) ==
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(to_hex(sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(to_hex(sha256("\xd3")) == "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
}

// Python: hashlib.sha256(b''.join(hashlib.sha256(bytes((i * 7 + n) & 255 for i in range(n))).digest()
//                                 for n in range(260))).hexdigest()
TEST_CASE("sha256: every length round the blocks, whole and in pieces, as hashlib has it") {
  for (std::size_t const piece : {1u, 3u, 63u, 64u, 65u, 1000u}) {
    CAPTURE(piece);
    sha256_stream digests;
    for (std::size_t n = 0; n < 260; ++n) {
      std::string message;
      for (std::size_t i = 0; i < n; ++i) message += static_cast<char>(i * 7 + n);
      sha256_stream pieces;
      for (std::size_t at = 0; at < n; at += piece) pieces.update(std::string_view(message).substr(at, piece));
      CHECK(pieces.digest() == pieces.digest());  // which may be asked for again, and before the end
      digests.update(pieces.digest());
    }
    CHECK(to_hex(digests.digest()) == "05276a25574d3f5608fda82219045118e93a9ca197ecafd98f2b51fea6680a3e");
  }
}
