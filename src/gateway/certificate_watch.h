/// CertificateWatch: notices that certificate files were replaced, reads and tries them.
///
/// A bad new file changes nothing: it is told once, and looked at again until it is good (files are
/// often replaced one after the other, so that key and certificate do not fit for a moment).
/// Thread: main; reads files.
#pragma once

#include <optional>
#include <string>

#include "net/tls_context.h"

namespace gp::gateway {

/// TLS as it was when the server started.
struct TlsOptions {
  net::TlsFiles files;
  std::string signature;  ///< of the files, before they were read
  net::TlsMaterial material;
  Duration reload_interval = std::chrono::seconds(10);
};

/// Reads and tries the files. Errors: those of read_tls_files and TlsContext::create.
Result<TlsOptions> read_tls_options(net::TlsFiles files, Duration reload_interval);

class CertificateWatch {
 public:
  explicit CertificateWatch(const TlsOptions& options)
      : files_(options.files), signature_(options.signature) {}

  enum class Look { kIfChanged, kAnyway };
  /// Nothing: they are as they were, or as bad as they were.
  std::optional<Result<net::TlsMaterial>> look(Look how);

 private:
  net::TlsFiles files_;
  std::string signature_;
  std::string problem_;  ///< told already; empty: the last look was good
};

}  // namespace gp::gateway
