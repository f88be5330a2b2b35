#pragma once

// Certificates for TLS tests, made afresh by the openssl command: a CA, and leaves that it signed.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace test {

class certificates {
 public:
  certificates() {
    char name[] = "/tmp/bulkwriter-certificates-XXXXXX";
    if (!::mkdtemp(name)) throw std::runtime_error("no temporary folder");
    folder_ = name;
    std::ofstream(folder_ / "ca.cnf") << "[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n"
                                         "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n";
    std::ofstream(folder_ / "index.txt");
    std::ofstream(folder_ / "serial") << "01\n";
    run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -x509 -days 30 -keyout ca.key -out ca.crt "
        "-subj '/CN=test CA' -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign");
    leaf("good", "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:*.s3.localhost", -1, 30);
    leaf("other", "DNS:other.example,IP:127.0.0.9", -1, 30);
    leaf("partial", "DNS:st*.s3.localhost", -1, 30);
    leaf("named", "IP:127.0.0.9", -1, 30, "localhost");
    leaf("bare", "email:a@b.example", -1, 30, "localhost");
    leaf("expired", "IP:127.0.0.1,DNS:localhost", -60, -30);
    leaf("future", "IP:127.0.0.1,DNS:localhost", 20, 30);
    run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -x509 -days 30 -keyout self.key "
        "-out self.crt -subj /CN=self -addext subjectAltName=IP:127.0.0.1,DNS:localhost");
    std::filesystem::create_directory(folder_ / "hashed");
    std::filesystem::copy_file(folder_ / "ca.crt", folder_ / "hashed" / "ca.pem");
    run("openssl rehash hashed");
  }
  certificates(certificates const&) = delete;
  certificates& operator=(certificates const&) = delete;
  ~certificates() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(std::string const& file) const { return (folder_ / file).string(); }

 private:
  void leaf(std::string const& name, std::string const& alt_names, int from_days, int to_days,
            std::string const& common_name = "") {
    std::ofstream(folder_ / "ext") << "subjectAltName=" << alt_names << "\nextendedKeyUsage=serverAuth\n";
    auto day = [](int offset) { return "$(date -u +%y%m%d%H%M%SZ -d '" + std::to_string(offset) + " days')"; };
    run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " + name +
        ".key -subj /CN=" + (common_name.empty() ? name : common_name) + " -out " + name + ".csr");
    run("openssl ca -batch -config ca.cnf -cert ca.crt -keyfile ca.key -in " + name + ".csr -out " + name +
        ".crt -extfile ext -notext -startdate " + day(from_days) + " -enddate " + day(to_days));
  }

  void run(std::string const& command) const {
    int const status = std::system(("cd '" + folder_.string() + "' && " + command + " >>log 2>&1").c_str());
    if (status != 0) throw std::runtime_error("failed: " + command);
  }

  std::filesystem::path folder_;
};

}  // namespace test
