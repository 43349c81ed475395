/// TlsFiles, TlsMaterial: which certificates a server shows, and what was in their files.
///
/// Reading blocks, so it is done on the main thread; the cores get the texts (TlsContext).
/// Limits: kTlsFileBytesMax for a file, kTlsCertificatesMax certificates; reaction: an error that
/// names the file.
#pragma once

#include <string>
#include <vector>

#include "base/byte_size.h"
#include "base/result.h"

namespace gp::net {

inline constexpr std::size_t kTlsFileBytesMax = 1 * kMiB;
inline constexpr std::size_t kTlsCertificatesMax = 256;

enum class TlsVersion { k12, k13 };

/// The files of one certificate: PEM, the server's own first, then the intermediates; its key.
struct TlsFilePair {
  std::string certificate;
  std::string key;
  friend bool operator==(const TlsFilePair&, const TlsFilePair&) = default;
};

struct TlsFiles {
  /// The first is shown to clients that name no server, or one that none is for.
  std::vector<TlsFilePair> pairs;
  TlsVersion min_version = TlsVersion::k12;
};

struct TlsMaterial {
  struct Certificate {
    TlsFilePair files;  ///< for messages
    std::string certificate_pem;
    std::string key_pem;
  };
  std::vector<Certificate> certificates;
  TlsVersion min_version = TlsVersion::k12;
};

/// Errors: bad_request naming the file and the reason.
Result<TlsMaterial> read_tls_files(const TlsFiles& files);

/// What can be seen of files without reading them: changes whenever one was replaced or written.
std::string tls_files_signature(const TlsFiles& files);

}  // namespace gp::net
