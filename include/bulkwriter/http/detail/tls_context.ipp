#pragma once

#include <bulkwriter/detail/process.hpp>
#include <bulkwriter/http/client.hpp>
#include <bulkwriter/text/quoted.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

template <auto Free>
struct freed_by {
  template <class Type>
  void operator()(Type* p) const noexcept {
    Free(p);
  }
};
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using ssl_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;
using ssl_session_ptr = std::unique_ptr<SSL_SESSION, freed_by<SSL_SESSION_free>>;
using bio_method_ptr = std::unique_ptr<BIO_METHOD, freed_by<BIO_meth_free>>;

// The oldest entry of OpenSSL's queue is the cause, what follows is where it passed by. Empties the queue.
BULKWRITER_DECL std::string tls_queue_text() {
  unsigned long const code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown TLS error";
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  if (char const* reason = ERR_reason_error_string(code)) return reason;
  char text[256];
  ERR_error_string_n(code, text, sizeof text);
  return text;
}

inline error_info tls_setup_failure(std::string text) {
  // Without a descriptor for the moment: that passes, as it does for a socket.
  unsigned long const cause = ERR_peek_error();
  bool const exhausted = ERR_SYSTEM_ERROR(cause) && (ERR_GET_REASON(cause) == EMFILE || ERR_GET_REASON(cause) == ENFILE);
  return {.code = exhausted ? errc::connect_failed : errc::tls_failed,
          .message = "TLS: " + std::move(text) + ": " + tls_queue_text()};
}

// Whom to trust, and who said so.
struct trust_sources {
  std::string file = {}, path = {};
  char const* file_from = "ca_file";
  char const* path_from = "ca_path";

  // Like every OpenSSL program, but for two things: a file that is named and cannot be read is an error, not a chain
  // that cannot be verified later; and what is named replaces the system's store instead of adding to it.
  static trust_sources of(tls_options const& options) {
    if (!options.ca_file.empty() || !options.ca_path.empty()) return {options.ca_file, options.ca_path};
    auto const variable = [](char const* name) {
      char const* const value = bulkwriter::detail::from_environment(name);
      return std::string(value ? value : "");
    };
    return {variable(X509_get_default_cert_file_env()), variable(X509_get_default_cert_dir_env()), "SSL_CERT_FILE",
            "SSL_CERT_DIR"};
  }

  // Errors: tls_failed, naming the file that could not be read.
  result<std::shared_ptr<X509_STORE>> try_load() const {
    ERR_clear_error();
    std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
    if (!store) return tls_setup_failure("no certificate store");
    if (file.empty() && path.empty()) {
      load_system(store.get());
      return store;
    }
    if (!file.empty() && X509_STORE_load_file(store.get(), file.c_str()) != 1)
      return tls_setup_failure("cannot read the CA file " + bulkwriter::detail::in_quotes(file, 4096) + " (" + file_from + ")");
    if (!path.empty() && !is_folder_list())
      return error_info{.code = errc::tls_failed,
                        .message = "TLS: cannot use the CA directory " + bulkwriter::detail::in_quotes(path, 4096) + " (" + path_from +
                                   "): there is no such directory"};
    if (!path.empty() && X509_STORE_load_path(store.get(), path.c_str()) != 1)
      return tls_setup_failure("cannot use the CA directory " + bulkwriter::detail::in_quotes(path, 4096) + " (" + path_from + ")");
    return store;
  }

  // A system's bundle takes tens of milliseconds to read, so clients that trust the same share it while they live, and
  // as long as it is the same: by path, file, time and size. OpenSSL locks a store itself.
  result<std::shared_ptr<X509_STORE>> try_share() const {
    struct entry {
      std::string file, path, state;
      std::weak_ptr<X509_STORE> store;
    };
    struct shared_stores {
      std::mutex mutex;
      std::vector<entry> known;
    };
    static shared_stores& shared = *new shared_stores;  // never destroyed: threads may outlive main()
    std::lock_guard const lock(shared.mutex);
    std::erase_if(shared.known, [](entry const& e) { return e.store.expired(); });
    std::string const now = state_of(file) + '|' + state_of(path);
    for (entry const& e : shared.known) {
      if (e.file == file && e.path == path && e.state == now) {
        if (auto alive = e.store.lock()) return alive;
      }
    }
    auto loaded = try_load();
    if (loaded) shared.known.push_back({file, path, now, *loaded});
    return loaded;
  }

 private:
  static std::string state_of(std::string const& name) {
    struct stat found = {};
    if (name.empty() || ::stat(name.c_str(), &found) != 0) return {};
    std::string out;
    for (auto const number : {static_cast<long long>(found.st_dev), static_cast<long long>(found.st_ino),
                              static_cast<long long>(found.st_size), static_cast<long long>(found.st_mtime),
                              static_cast<long long>(found.st_ctime)})
      out += std::to_string(number) + ' ';
    // Nanoseconds have another name on every system; a replaced file has another inode.
    return out;
  }

  // Several folders may stand there, separated by colons.
  bool is_folder_list() const {
    for (std::size_t at = 0; at <= path.size();) {
      std::size_t const end = (std::min)(path.find(':', at), path.size());
      std::error_code ec;
      if (std::filesystem::is_directory(path.substr(at, end - at), ec)) return true;
      at = end + 1;
    }
    return false;
  }

  // An OpenSSL that was linked statically looks where the machine that built it had its certificates, so the usual
  // places are added. A hashed directory is read on demand; a bundle is read at once, hence one only, and only without
  // the other.
  static void load_system(X509_STORE* store) {
    X509_STORE_set_default_paths(store);
    X509_STORE_load_path(store, "/etc/ssl/certs");
    std::error_code ec;
    bool hashed = false;
    for (std::filesystem::directory_iterator it("/etc/ssl/certs", ec), end; !ec && it != end && !hashed;
         it.increment(ec))
      hashed = it->path().extension() == ".0";
    if (!hashed) {
      for (char const* bundle : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                 "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
                                 "/etc/ssl/cert.pem", "/usr/local/share/certs/ca-root-nss.crt"}) {
        if (X509_STORE_load_file(store, bundle) == 1) break;
      }
    }
    ERR_clear_error();
  }
};

// Trust, and the sessions that later connections of the same client resume.
class tls_context {
 public:
  // Errors: tls_failed.
  static result<std::unique_ptr<tls_context>> try_open(tls_options const& options, BIO_METHOD* (*make_bio_method)()) {
    auto store = trust_sources::of(options).try_share();
    if (!store) return std::move(store).error();
    ERR_clear_error();
    std::unique_ptr<tls_context> self(new tls_context);
    self->store_ = std::move(*store);
    self->ctx_.reset(SSL_CTX_new(TLS_client_method()));
    self->bio_method_.reset(make_bio_method());
    if (!self->ctx_ || !self->bio_method_) return tls_setup_failure("cannot set up TLS");
    SSL_CTX* const ctx = self->ctx_.get();
    if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1) return tls_setup_failure("cannot require TLS 1.2");
    SSL_CTX_set1_cert_store(ctx, self->store_.get());
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    static constexpr unsigned char protocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(ctx, protocols, sizeof protocols);
    return self;
  }

  SSL_CTX* get() const noexcept { return ctx_.get(); }
  BIO_METHOD* bio_method() const noexcept { return bio_method_.get(); }

  // The newest session with this peer, or null. Borrowed.
  SSL_SESSION* session_for(origin const& peer) const noexcept {
    for (auto const& [known, session] : sessions_) {
      if (known == peer) return session.get();
    }
    return nullptr;
  }

  void remember(origin const& peer, ssl_session_ptr session) {
    for (auto& [known, old] : sessions_) {
      if (known == peer) return void(old = std::move(session));
    }
    constexpr std::size_t most =
        8;  // a client goes back and forth between a store and its regions, not through the world
    if (sessions_.size() == most) sessions_.erase(sessions_.begin());
    sessions_.emplace_back(peer, std::move(session));
  }

  void forget(origin const& peer) {
    std::erase_if(sessions_, [&](auto const& entry) { return entry.first == peer; });
  }

 private:
  tls_context() = default;

  std::shared_ptr<X509_STORE> store_;  // held here too: what keeps it shared
  ssl_ctx_ptr ctx_;
  bio_method_ptr bio_method_;
  std::vector<std::pair<origin, ssl_session_ptr>> sessions_;
};

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
