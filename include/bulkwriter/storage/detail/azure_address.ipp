#pragma once

#include <bulkwriter/http/detail/this_machine.hpp>
#include <bulkwriter/auth/detail/trimmed.hpp>
#include <bulkwriter/auth/digest.hpp>
#include <bulkwriter/auth/percent.hpp>
#include <bulkwriter/http/detail/message.ipp>
#include <bulkwriter/storage/detail/azure_address.hpp>
#include <bulkwriter/storage/detail/store_text.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace storage {
namespace detail {

inline error_info bad_azure_option(std::string message) {
  return {.code = errc::invalid_option, .message = "azure_connect_param." + std::move(message)};
}

// The account and the key that Azurite and the storage emulator before it have on every machine.
inline constexpr std::string_view development_account = "devstoreaccount1";
inline constexpr std::string_view development_key =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

// What a connection string says, by the names that the documentation gives its keys.
using azure_settings = std::map<std::string_view, std::string>;

BULKWRITER_DECL result<azure_settings> read_conn_str(std::string_view text) {
  static constexpr std::array<std::string_view, 8> known = {"DefaultEndpointsProtocol",
                                                            "AccountName",
                                                            "AccountKey",
                                                            "EndpointSuffix",
                                                            "BlobEndpoint",
                                                            "SharedAccessSignature",
                                                            "UseDevelopmentStorage",
                                                            "DevelopmentStorageProxyUri"};
  azure_settings out;
  for (int number = 1; !text.empty(); ++number) {
    std::size_t const end = (std::min)(text.find(';'), text.size());
    // Read from a file, it may have a line break at its end.
    auto const field = auth::detail::trimmed(text.substr(0, end));
    text.remove_prefix((std::min)(end + 1, text.size()));
    if (field.empty()) continue;
    // Values hold '=' themselves: base64 ends in it, and a SAS is made of it.
    std::size_t const equals = field.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return bad_azure_option("conn_str: its setting " + std::to_string(number) + " is not of the form key=value");
    auto const name = std::find_if(known.begin(), known.end(), [&](std::string_view k) {
      return http::detail::equal_without_case(field.substr(0, equals), k);
    });
    if (name == known.end()) continue;  // QueueEndpoint and others, of other services
    if (!out.emplace(*name, std::string(field.substr(equals + 1))).second)
      return bad_azure_option("conn_str has " + std::string(*name) + " twice");
  }
  return out;
}

// "a.b.c" of base64url that begins as the JSON object of a JWT's header does.
inline bool is_jwt(std::string_view text) noexcept {
  return text.starts_with("eyJ") && std::count(text.begin(), text.end(), '.') == 2 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == '.' || c == '=';
         });
}

inline bool has_blank(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
}

BULKWRITER_DECL result<azure_credential> try_azure_credential(std::string_view text) {
  constexpr std::string_view bearer = "Bearer ";
  azure_credential out;
  bool const said = http::detail::equal_without_case(text.substr(0, bearer.size()), bearer);
  if (said) text.remove_prefix(bearer.size());
  // The usual way to get here is a key read from a file together with its line break.
  if (has_blank(text)) return bad_azure_option("credential holds a blank or a line break");
  if (said || is_jwt(text)) {
    if (text.empty()) return bad_azure_option("credential is 'Bearer ' without a token");
    out.token = text;
  } else if (text.starts_with('?') || text.find("sig=") != std::string_view::npos) {
    if (text.starts_with('?')) text.remove_prefix(1);
    if (text.find("sig=") == std::string_view::npos || text.find("sv=") == std::string_view::npos)
      return bad_azure_option("credential looks like a shared access signature but has no 'sv=' or no 'sig='");
    if (text.find('#') != std::string_view::npos)
      return bad_azure_option("credential looks like a shared access signature but has a '#' in it");
    out.sas = text;
  } else if (auto const key = auth::try_base64_decode(text); key && !key->empty()) {
    out.key = text;
  } else {
    return bad_azure_option(
        "credential is neither an account key (base64), nor a shared access signature (sv=…&sig=…), nor a bearer "
        "token");
  }
  return out;
}

// Of the account's URL: an address or "localhost" has no place for the account's name.
inline bool is_bare_host(std::string_view host) noexcept {
  return host == "localhost" || host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

BULKWRITER_DECL result<void> check_container(std::string_view name) {
  if (name.empty()) return bad_azure_option("container_name is empty");
  if (is_one_of(name, {"$root", "$web", "$logs"})) return {};
  bool const good = name.size() >= 3 && name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
                    name.find("--") == std::string_view::npos && std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                    });
  if (good) return {};
  return bad_azure_option(
      "container_name is not the name of a container: 3 to 63 lower-case letters, digits and single hyphens between "
      "them");
}

// The blob endpoint into origin, folder and account; whatever SAS stands behind it into `sas`.
BULKWRITER_DECL result<azure_address> read_azure_endpoint(std::string_view text, std::string_view member,
                                                          std::string& sas) {
  // The query is taken off first: an error about the rest must not show it.
  if (auto const mark = text.find('?'); mark != std::string_view::npos) {
    sas = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  // Of what is no URL nothing is repeated: it may be a key, or a connection string, that stands in the wrong member.
  auto parsed = http::url::try_parse(text);
  if (!parsed || text.find_first_of(";=") != std::string_view::npos) {
    return error_info{.code = errc::invalid_url,
                      .message = "azure_connect_param." + std::string(member) +
                                 " is not the http or https URL of an account: https://account.blob.core.windows.net"};
  }
  azure_address out = {.origin = parsed->origin, .folder = std::move(parsed->target)};
  while (out.folder.ends_with('/')) out.folder.pop_back();
  std::string_view const host = out.origin.host;
  if (host.find(".dfs.core.") != std::string_view::npos)
    return bad_azure_option(std::string(member) +
                            " is the account's Data Lake endpoint: its blob endpoint has 'blob' in place of 'dfs'");
  // Azure's own hosts begin with the account. Elsewhere it is the first segment of the path, if there is a path.
  if (host.find(".blob.") == std::string_view::npos && !out.folder.empty()) {
    out.account = out.folder.substr(1, out.folder.find('/', 1) - 1);
  } else if (!is_bare_host(host)) {
    out.account = host.substr(0, host.find('.'));
    constexpr std::string_view second = "-secondary";
    if (out.account.ends_with(second)) out.account.resize(out.account.size() - second.size());
  }
  return out;
}

BULKWRITER_DECL result<azure_address> read_azure_settings(azure_settings const& set, std::string& sas,
                                                          std::string& key) {
  auto const get = [&](std::string_view name) {
    auto const at = set.find(name);
    return at == set.end() ? std::string() : at->second;
  };
  if (http::detail::equal_without_case(get("UseDevelopmentStorage"), "true")) {
    auto host = get("DevelopmentStorageProxyUri");
    if (host.empty()) host = "http://127.0.0.1";
    auto parsed = http::url::try_parse(host, false);
    if (!parsed) return bad_azure_option("conn_str: DevelopmentStorageProxyUri is not an http URL");
    if (parsed->origin.port == (parsed->origin.secure ? 443 : 80) && host.rfind(':') <= host.find("://"))
      parsed->origin.port = 10000;  // where the emulator listens
    key = development_key;
    return azure_address{.origin = parsed->origin,
                         .folder = '/' + std::string(development_account),
                         .account = std::string(development_account)};
  }
  if (set.contains("UseDevelopmentStorage") && !http::detail::equal_without_case(get("UseDevelopmentStorage"), "false"))
    return bad_azure_option("conn_str: UseDevelopmentStorage is neither true nor false");
  auto const account = get("AccountName");
  if (has_blank(account) || account.find_first_of("/?#@:") != std::string::npos)
    return bad_azure_option("conn_str: AccountName is not the name of an account");
  auto endpoint = get("BlobEndpoint");
  if (endpoint.empty()) {
    if (account.empty()) return bad_azure_option("conn_str has neither AccountName nor BlobEndpoint");
    auto scheme = get("DefaultEndpointsProtocol");
    if (scheme.empty()) scheme = "https";
    if (!http::detail::equal_without_case(scheme, "https") && !http::detail::equal_without_case(scheme, "http"))
      return bad_azure_option("conn_str: DefaultEndpointsProtocol is neither https nor http");
    auto suffix = get("EndpointSuffix");
    if (suffix.empty()) suffix = "core.windows.net";
    endpoint = scheme + "://" + account + ".blob." + suffix;
  }
  auto out = read_azure_endpoint(endpoint, "conn_str: BlobEndpoint", sas);
  if (!out) return out;
  if (!account.empty()) out->account = account;
  key = get("AccountKey");
  if (auto given = get("SharedAccessSignature"); !given.empty()) {
    if (!sas.empty()) return bad_azure_option("conn_str has a signature behind BlobEndpoint and SharedAccessSignature");
    sas = std::move(given);
  }
  if (!key.empty() && !auth::try_base64_decode(key))
    return bad_azure_option("conn_str: AccountKey is not base64: is it cut short?");
  // Both are in strings that a portal makes; the signature is the narrower right, and meant.
  if (!sas.empty()) key.clear();
  return out;
}

BULKWRITER_DECL result<azure_address> try_azure_address(azure_connect_param const& param) {
  std::string sas, key;
  result<azure_address> out = error_info();
  std::string_view const member = param.conn_str.empty() ? "account_url" : "conn_str";
  if (!param.conn_str.empty()) {
    if (!param.account_url.empty()) return bad_azure_option("conn_str and account_url exclude each other");
    auto const settings = read_conn_str(param.conn_str);
    if (!settings) return settings.error();
    out = read_azure_settings(*settings, sas, key);
  } else if (!param.account_url.empty()) {
    out = read_azure_endpoint(param.account_url, member, sas);
  } else {
    return bad_azure_option("conn_str and account_url are empty: one of them is needed");
  }
  if (!out) return out;
  if (auto ok = check_container(param.container_name); !ok) return std::move(ok).error();
  out->container = param.container_name;
  // "https://account.blob…/container?sv=…", as the portal shows the SAS of a container.
  if (out->folder == '/' + out->container && out->origin.host.find(".blob.") != std::string::npos) out->folder.clear();

  if ((!param.credential.empty() || param.token) && (!sas.empty() || !key.empty()))
    return bad_azure_option((param.token ? "token is given, and " : "credential is given, and ") + std::string(member) +
                            " has a credential of its own");
  if (param.token) {
    if (!param.credential.empty()) return bad_azure_option("token and credential exclude each other");
  } else if (!param.credential.empty()) {
    auto given = try_azure_credential(param.credential);
    if (!given) return std::move(given).error();
    out->credential = *std::move(given);
  } else if (!key.empty()) {
    out->credential.key = std::move(key);
  } else if (!sas.empty()) {
    auto given = try_azure_credential(sas.starts_with('?') ? sas : '?' + sas);
    if (!given)
      return bad_azure_option(std::string(member) +
                              " has a shared access signature without 'sv=' or 'sig=', or with a blank in it");
    out->credential = *std::move(given);
  } else {
    return bad_azure_option(
        param.conn_str.empty() ? "credential is empty: give an account key, a shared access signature or a bearer token"
                               : "conn_str has neither AccountKey nor SharedAccessSignature, and credential is empty");
  }
  if (!out->credential.key.empty() && out->account.empty())
    return bad_azure_option(std::string(member) +
                            " does not tell the account, which an account key needs: use a conn_str with AccountName");
  bool const shown_as_it_is = param.token || !out->credential.token.empty() || !out->credential.sas.empty();
  if (shown_as_it_is && !http::detail::keeps_secrets(out->origin)) {
    return bad_azure_option(std::string(member) +
                            " is http: a bearer token or a shared access signature is sent over https only");
  }
  return out;
}

BULKWRITER_DECL std::string path_of_key(azure_address const& address, std::string_view key) {
  std::string out = address.folder + '/' + auth::percent_encode(address.container);
  if (!key.empty()) (out += '/') += auth::percent_encode(key, true);
  return out;
}

}  // namespace detail
}  // namespace storage
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
