#include "gateway/certificate_watch.h"

#include "base/log.h"

namespace gp::gateway {
namespace {

Result<net::TlsMaterial> read_and_try(const net::TlsFiles& files) {
  const SystemClock clock;
  GP_TRY(auto material, net::read_tls_files(files));
  GP_TRY(net::TlsContext::create(material, net::TlsTicketSeed::draw(clock.now()), clock));
  for (const auto& certificate : material.certificates) {
    const std::string problem = net::certificate_date_problem(certificate, clock.wall_now());
    if (!problem.empty())
      GP_LOG_WARNING("gateway", "the certificate in {} {}: clients will refuse it",
                     certificate.files.certificate, problem);
  }
  return material;
}

}  // namespace

Result<TlsOptions> read_tls_options(net::TlsFiles files, Duration reload_interval) {
  TlsOptions options;
  options.signature = net::tls_files_signature(files);
  options.reload_interval = reload_interval;
  GP_TRY(options.material, read_and_try(files));
  options.files = std::move(files);
  return options;
}

std::optional<Result<net::TlsMaterial>> CertificateWatch::look(Look how) {
  std::string signature = net::tls_files_signature(files_);
  if (how == Look::kIfChanged && problem_.empty() && signature == signature_) return std::nullopt;
  signature_ = std::move(signature);
  auto material = read_and_try(files_);
  if (material.has_value()) {
    problem_.clear();
    GP_LOG_INFO("gateway", "TLS certificates were read again");
    return material;
  }
  if (how == Look::kIfChanged && material.error().message == problem_) return std::nullopt;
  problem_ = material.error().message;
  GP_LOG_WARNING("gateway", "the old TLS certificates stay: {}", problem_);
  return material;
}

}  // namespace gp::gateway
