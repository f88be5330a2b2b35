#pragma once

#include <bulkwriter/http/detail/tcp_stream.ipp>
#include <bulkwriter/http/detail/tls_context.ipp>
#include <bulkwriter/text/quoted.hpp>

#include <algorithm>
#include <cstring>
#include <optional>

namespace bulkwriter {
inline namespace BULKWRITER_NAMESPACE {
namespace http {
namespace detail {

// Why a peer was not trusted, or did not speak TLS.
struct tls_failure {
  errc code = errc::tls_failed;
  std::string text = {};
};

// TLS over a tcp_stream. OpenSSL reads and writes buffers of ours, never the socket: so it never asks to write before
// it can read, many records leave in one system call, and no write can raise SIGPIPE. What the peer has said stays
// readable after our side of the connection is broken.
class tls_stream {
 public:
  tls_stream(tcp_stream& below, tls_context& context, origin peer)
      : below_(below), context_(context), peer_(std::move(peer)) {}
  tls_stream(tls_stream const&) = delete;
  tls_stream& operator=(tls_stream const&) = delete;

  ~tls_stream() {
    if (!ssl_) return;
    // OpenSSL makes a session unfit for resumption if its connection ends without a close_notify, sent or not.
    if (established_ && failure_.text.empty()) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }

  // A failure is in failure() then.
  wake handshake(event_loop& loop, clock::time_point end) {
    if (!prepare()) return wake::ready;
    while (true) {
      ERR_clear_error();
      int const rc = SSL_do_handshake(ssl_.get());
      if (rc != 1 && SSL_get_error(ssl_.get(), rc) != SSL_ERROR_WANT_READ) describe_handshake_failure();
      auto const flushed = flush();  // also the alert that tells the peer why
      if (rc == 1) {
        established_ = true;
        return wake::ready;
      }
      if (!failure_.text.empty()) return wake::ready;
      if (flushed.status == io_status::failed && !write_failed_) {
        write_failed_ = true;  // the reason may be on its way: an alert, or plain text
      }
      auto const how = below_.wait(loop, true, pending() && !write_failed_, end);
      if (how != wake::ready) return how;
    }
  }

  io_step read(void* to, std::size_t size) {
    ERR_clear_error();
    std::size_t n = 0;
    int const rc = SSL_read_ex(ssl_.get(), to, size, &n);
    if (rc == 1) return {io_status::moved, n};
    switch (SSL_get_error(ssl_.get(), rc)) {
      case SSL_ERROR_WANT_READ: return {io_status::would_block, 0};
      case SSL_ERROR_ZERO_RETURN: return {io_status::end, 0};
      default: break;
    }
    if (incoming_end_ == io_status::end) return {io_status::truncated, 0};
    if (incoming_end_ != io_status::failed) failure_ = {errc::tls_failed, tls_queue_text()};
    return {io_status::failed, 0};
  }

  // `bytes` counts what was taken from `from`; `moved` says that the peer's side has taken something.
  template <class Pieces>
  io_step write(Pieces const& from) {
    std::size_t taken = 0;
    for (boost::asio::const_buffer piece : from) {
      while (piece.size() != 0 && pending() < enough) {
        ERR_clear_error();
        std::size_t n = 0;
        if (SSL_write_ex(ssl_.get(), piece.data(), (std::min)(piece.size(), enough), &n) != 1) {
          failure_ = {errc::tls_failed, tls_queue_text()};
          return {io_status::failed, taken};
        }
        taken += n;
        piece += n;
      }
    }
    return {flush().status, taken};
  }

  // Encrypted bytes that the socket has not taken yet.
  std::size_t pending() const noexcept { return outgoing_.size() - sent_; }

  io_step flush() {
    if (pending() == 0) return {io_status::moved, 0};
    auto const step = below_.write(boost::asio::buffer(outgoing_.data() + sent_, pending()));
    if (step.status == io_status::moved) sent_ += step.bytes;
    if (pending() == 0) {
      outgoing_.clear();
      sent_ = 0;
    } else if (sent_ >= enough) {  // on a slow line it may never run empty; what is sent must not pile up
      outgoing_.erase(outgoing_.begin(), outgoing_.begin() + static_cast<std::ptrdiff_t>(sent_));
      sent_ = 0;
    }
    return step;
  }

  // Tells the peer that this is the end, if that can be done without waiting.
  void close() noexcept {
    if (!established_ || !failure_.text.empty() || pending() != 0) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    flush();
  }

  // Empty if TLS itself is well; the socket's failure is the socket's business.
  tls_failure const& failure() const noexcept { return failure_; }

  // What a context needs to know of its streams: called once for each.
  static void attach(SSL_CTX* context) {
    SSL_CTX_sess_set_new_cb(context, [](SSL* ssl, SSL_SESSION* session) {
      auto& self = *static_cast<tls_stream*>(SSL_get_app_data(ssl));
      self.context_.remember(self.peer_, ssl_session_ptr(session));
      return 1;  // the session is ours now
    });
  }

  static BIO_METHOD* make_bio_method() {
    BIO_METHOD* const method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "bulkwriter");
    if (!method) return nullptr;
    BIO_meth_set_create(method, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    BIO_meth_set_read_ex(method, [](BIO* bio, char* to, std::size_t size, std::size_t* n) {
      return static_cast<tls_stream*>(BIO_get_data(bio))->bio_read(bio, to, size, n);
    });
    BIO_meth_set_write_ex(method, [](BIO* bio, char const* from, std::size_t size, std::size_t* n) {
      return static_cast<tls_stream*>(BIO_get_data(bio))->bio_write(from, size, n);
    });
    BIO_meth_set_ctrl(method, [](BIO*, int what, long, void*) { return what == BIO_CTRL_FLUSH ? 1L : 0L; });
    return method;
  }

 private:
  static constexpr std::size_t enough = 256 * 1024;  // bytes on their way, at which encrypting pauses
  static constexpr std::size_t incoming_size = 64 * 1024;

  int bio_read(BIO* bio, char* to, std::size_t size, std::size_t* n) {
    BIO_clear_retry_flags(bio);
    if (begin_ == end_) {
      if (incoming_end_) return 0;
      if (!incoming_) incoming_ = std::make_unique_for_overwrite<char[]>(incoming_size);
      auto const step = below_.read(incoming_.get(), incoming_size);
      if (step.status == io_status::would_block) {
        BIO_set_retry_read(bio);
        return 0;
      }
      if (step.status != io_status::moved) {
        incoming_end_ = step.status;
        return 0;
      }
      begin_ = 0;
      end_ = step.bytes;
    }
    *n = (std::min)(size, end_ - begin_);
    std::memcpy(to, incoming_.get() + begin_, *n);
    begin_ += *n;
    return 1;
  }

  int bio_write(char const* from, std::size_t size, std::size_t* n) {
    outgoing_.insert(outgoing_.end(), from, from + size);
    *n = size;
    return 1;
  }

  bool prepare() {
    ssl_.reset(SSL_new(context_.get()));
    BIO* const bio = ssl_ ? BIO_new(context_.bio_method()) : nullptr;
    if (!bio) return refuse("cannot set up the connection");
    BIO_set_data(bio, this);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_connect_state(ssl_.get());
    SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, [](int ok, X509_STORE_CTX* chain) {
      auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
      if (ok != 1) static_cast<tls_stream*>(SSL_get_app_data(ssl))->describe_certificate(chain);
      return ok;
    });
    // A name's closing dot is for resolvers; certificates are without.
    std::string name = peer_.host;
    if (name.ends_with('.')) name.pop_back();
    X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl_.get());
    // The subject's common name says nothing of hosts (RFC 9110, 4.3.4), least of all beside other addresses.
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (is_ipv4(name) || is_ipv6(name)) {  // RFC 6066, 3: no literal addresses in SNI
      if (X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) != 1) return refuse("cannot check for the address");
    } else if (X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()) != 1 ||
               SSL_set_tlsext_host_name(ssl_.get(), name.data()) != 1) {
      return refuse("cannot check for the host name");
    }
    if (SSL_SESSION* const session = context_.session_for(peer_)) SSL_set_session(ssl_.get(), session);
    return true;
  }

  bool refuse(char const* what) {
    failure_ = {errc::tls_failed, std::string(what) + ": " + tls_queue_text()};
    return false;
  }

  // DNS names and addresses that a certificate is for, as text.
  static std::string names_of(X509* certificate) {
    std::string out;
    auto add = [&](std::string text) { out += (out.empty() ? "" : ", ") + std::move(text); };
    std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>> const names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    int const count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count && i < 8; ++i) {
      GENERAL_NAME const* const name = sk_GENERAL_NAME_value(names.get(), i);
      if (name->type == GEN_DNS) {
        add(bulkwriter::detail::quoted_name({reinterpret_cast<char const*>(ASN1_STRING_get0_data(name->d.dNSName)),
                                             static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))}));
      } else if (name->type == GEN_IPADD) {
        add(address_text(name->d.iPAddress));
      }
    }
    if (count > 8) add("…");
    return out.empty() ? "no name at all" : out;
  }

  void describe_certificate(X509_STORE_CTX* chain) {
    int const error = X509_STORE_CTX_get_error(chain);
    X509* const certificate = X509_STORE_CTX_get_current_cert(chain);
    std::string text = "the certificate is not accepted: ";
    text += X509_verify_cert_error_string(error);
    if (certificate) {
      if (error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        text += ", it is for " + names_of(certificate);
      } else {
        char subject[256] = "";
        X509_NAME_oneline(X509_get_subject_name(certificate), subject, sizeof subject);
        text += ", subject " + bulkwriter::detail::in_quotes(subject, sizeof subject);
      }
      if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY || error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
          error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN || error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE)
        text += "; tls_options::ca_file, SSL_CERT_FILE or SSL_CERT_DIR say whom to trust";
    }
    failure_ = {errc::tls_failed, std::move(text)};
  }

  void describe_handshake_failure() {
    if (!failure_.text.empty()) return ERR_clear_error();  // the certificate's own text says more
    if (incoming_end_ == io_status::end) {
      ERR_clear_error();
      failure_ = {errc::connection_lost, "the peer closed the connection in the TLS handshake"};
      return;
    }
    if (incoming_end_ == io_status::failed) {
      ERR_clear_error();
      failure_ = {errc::connection_lost, below_.failure().message()};
      return;
    }
    unsigned long const code = ERR_peek_error();
    int const reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
    std::string hint;
    if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST)
      hint = "the peer does not speak TLS; is this an http port? ";
    if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION)
      hint = "the peer does not speak TLS 1.2 or newer ";
    failure_ = {errc::tls_failed, hint.empty() ? tls_queue_text() : hint + '(' + tls_queue_text() + ')'};
  }

  static std::string address_text(ASN1_OCTET_STRING const* address) {
    auto const* const from = ASN1_STRING_get0_data(address);
    auto const size = static_cast<std::size_t>(ASN1_STRING_length(address));
    if (boost::asio::ip::address_v4::bytes_type v4; size == v4.size()) {
      std::copy_n(from, size, v4.begin());
      return boost::asio::ip::address_v4(v4).to_string();
    }
    if (boost::asio::ip::address_v6::bytes_type v6; size == v6.size()) {
      std::copy_n(from, size, v6.begin());
      return boost::asio::ip::address_v6(v6).to_string();
    }
    return "an address of " + std::to_string(size) + " bytes";
  }

  tcp_stream& below_;
  tls_context& context_;
  origin peer_;
  ssl_ptr ssl_;
  bool established_ = false;
  bool write_failed_ = false;
  tls_failure failure_;

  std::unique_ptr<char[]> incoming_;
  std::size_t begin_ = 0, end_ = 0;
  std::optional<io_status> incoming_end_;  // how the socket's stream ended, once it has

  std::vector<char> outgoing_;
  std::size_t sent_ = 0;
};

}  // namespace detail
}  // namespace http
}  // namespace BULKWRITER_NAMESPACE
}  // namespace bulkwriter
