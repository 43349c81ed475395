#include "net/tls_files.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "protocol/codes.h"

namespace gp::net {
namespace {

Result<std::string> read_pem(const std::string& path, std::string_view what) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kTlsFileBytesMax + 1, '\0');
  if (file.is_open()) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad())
    return fail(Code::bad_request,
                fmt::format("cannot read the TLS {} file {}: {}; check [tls] in the settings and "
                            "the file's permissions",
                            what, path, std::strerror(errno == 0 ? EIO : errno)));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kTlsFileBytesMax)
    return fail(Code::bad_request, fmt::format("the TLS {} file {} is larger than {} bytes: give "
                                               "a PEM file",
                                               what, path, kTlsFileBytesMax));
  return text;
}

}  // namespace

Result<TlsMaterial> read_tls_files(const TlsFiles& files) {
  if (files.pairs.empty() || files.pairs.size() > kTlsCertificatesMax)
    return fail(Code::bad_request, fmt::format("{} TLS certificates are configured; give 1 to {}",
                                               files.pairs.size(), kTlsCertificatesMax));
  TlsMaterial material;
  material.min_version = files.min_version;
  for (const TlsFilePair& pair : files.pairs) {
    TlsMaterial::Certificate certificate{pair, {}, {}};
    GP_TRY(certificate.certificate_pem, read_pem(pair.certificate, "certificate"));
    GP_TRY(certificate.key_pem, read_pem(pair.key, "key"));
    material.certificates.push_back(std::move(certificate));
  }
  return material;
}

std::string tls_files_signature(const TlsFiles& files) {
  std::string signature;
  for (const TlsFilePair& pair : files.pairs) {
    for (const std::string& path : {pair.certificate, pair.key}) {
      struct stat seen {};
      if (::stat(path.c_str(), &seen) != 0) {
        signature.append("absent;");
      } else {
        signature.append(fmt::format("{}:{}:{}.{};", seen.st_ino, seen.st_size, seen.st_mtim.tv_sec,
                                     seen.st_mtim.tv_nsec));
      }
    }
  }
  return signature;
}

}  // namespace gp::net
