// What hands out credentials: any body under any status, as keys and as a token, and any text as a profile's file.
// What was sent to the service stands somewhere in its answer, and never in a message.

#include <bulkwriter/auth/detail/aws_profiles.hpp>
#include <bulkwriter/auth/detail/inquiry.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/input.hpp"
#include "support/json_peer.hpp"
#include "support/utf8_peer.hpp"

namespace {

namespace bw = bulkwriter;
using namespace bw::auth::detail;
using fuzz::json_tree;
using fuzz::require;

constexpr std::string_view secret = "eyJ.top+secret/1=", secret_in_form = "eyJ.top%2Bsecret%2F1%3D";
time_point const noon = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + std::chrono::hours(12);

// A byte that is no UTF-8 stands as "\xee" in a message: its last digit may look like the first letter of a secret.
std::string without_bytes(std::string text) {
  for (std::size_t at = text.find("\\x"); at != text.npos && at + 4 <= text.size(); at = text.find("\\x", at + 1))
    text.replace(at, 4, "?");
  return text;
}

void check_error(bw::error_info const& error, int status) {
  for (auto const& text : {error.to_string(), error.server_error}) {
    auto const plain = without_bytes(text);
    require(plain.find(secret) == plain.npos && plain.find(secret_in_form) == plain.npos, "a secret in a message");
    require(fuzz::is_utf8(text) && text.find_first_of("\r\n") == text.npos, "a message is a line of UTF-8");
    require(text.size() < 700, "the length of a message");
  }
  require(error.code == (status < 300                     ? bw::errc::invalid_response
                         : status == 400 || status == 403 ? bw::errc::access_denied
                                                          : bw::errc::http_error),
          "the code of a failure");
}

// A member's text by the test's own reader; nothing where two readers may see different things.
std::optional<std::string> text_of(json_tree const& tree, std::string_view name) {
  auto const* const found = tree.find(name);
  if (found == nullptr) return std::string();
  if (found->holds != json_tree::type::string) return std::nullopt;
  return found->text;
}

void check_answer(fuzz::input& in) {
  static constexpr int statuses[] = {200, 200, 200, 400, 403, 404, 302, 500};
  int const status = in.any_of(statuses);
  std::size_t const at = in.byte();
  bool const encoded = in.one_in(2);
  std::string body(in.rest());
  if (at < body.size()) body.insert(at, encoded ? secret_in_form : secret);

  auto const got =
      judge({.from = "https://sts.example.com:443", .body = body, .received = noon, .secrets = {std::string(secret)}},
            status);
  require(got.has_value() == (status < 300), "the status decides");
  if (!got) check_error(got.error(), status);
  auto const keys = credentials_of(got);
  auto const token = token_of(got);
  if (!keys) check_error(keys.error(), status);
  if (!token) check_error(token.error(), status);
  if (keys) require(!keys->access_key.empty() && !keys->secret_key.empty(), "keys that are none");
  if (token) require(!token->token.empty(), "a token that is none");
  if (status >= 300) return require(!keys && !token, "secrets of a refusal");

  auto const tree = fuzz::json_peer::read(body);
  if (!tree || tree->holds != json_tree::type::object || tree->has_repeated_key()) return;
  if (auto const access = text_of(*tree, "AccessKeyId"), own = text_of(*tree, "SecretAccessKey"); access && own) {
    if (keys) require(keys->access_key == *access && keys->secret_key == *own, "the keys of an answer");
    if (access->empty() || own->empty()) require(!keys, "keys that are not there");
  }
  if (auto const text = text_of(*tree, "access_token")) {
    if (token) require(token->token == *text, "the token of an answer");
    if (text->empty()) require(!token, "a token that is not there");
  }
}

void check_profiles(std::string_view text) {
  auto const got = read_ini(text);
  auto const lines = 1 + std::count(text.begin(), text.end(), '\n');
  if (!got) {
    auto const& message = got.error().message;
    require(message.starts_with("line ") && std::stol(message.substr(5)) <= lines, "the line of a broken file");
    require(message.size() < 100, "a broken file's text in a message");
    return;
  }
  std::size_t headers = 0;
  for (std::size_t i = 0; i < text.size(); ++i) headers += text[i] == '[';
  require(got->size() <= headers, "more sections than there can be");
  for (auto const& [section, keys] : *got) {
    require(text.find('[' + section + ']') != text.npos, "a section's name");
    for (auto const& [key, value] : keys) {
      require(!key.empty() && std::none_of(key.begin(), key.end(), [](char c) { return c >= 'A' && c <= 'Z'; }),
              "a key in lower case");
      require(key.find_first_of("=:\n") == key.npos, "a key");
      auto const first = value.substr(0, value.find('\n'));
      require(text.find(first) != text.npos, "a value that stands in the text");
    }
  }
  for (auto const& [name, keys] : profiles_of(*got)) require(keys.size() <= text.size(), "a profile");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::input in({data, size});
  if (in.one_in(2))
    check_profiles(in.rest());
  else
    check_answer(in);
  return 0;
}
