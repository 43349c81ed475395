#include "gateway/server.h"

#include <array>
#include <csignal>

#include "base/log.h"
#include "protocol/close_reason.h"

namespace gp::gateway {
namespace {

constexpr Duration kSignalCheck = std::chrono::milliseconds(50);

template <class Rows>
std::vector<std::string_view> names_of(const Rows& rows) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) names.push_back(row.name);
  return names;
}

}  // namespace

Server::Server(std::size_t cores, GatewayOptions options, StaticSite site, MakeParts make_parts)
    : addresses_(
          std::make_unique<net::AddressLimits>(options.addresses, options.sockets.sockets * cores)),
      options_(std::move(options)),
      site_(std::move(site)) {
  options_.listener.address_limits = addresses_.get();
  if (options_.tls) certificates_.emplace(*options_.tls);
  for (std::size_t i = 0; i < cores; ++i)
    cores_.push_back(std::make_unique<CoreUnit>(static_cast<std::uint32_t>(i)));
  for (auto& unit : cores_) {
    runtime::AsioCore& core = unit->thread.core();
    Fleet& fleet = *this;
    unit->server =
        std::make_unique<CoreServer>(core, make_parts(core), options_, site_, unit->metrics, fleet);
  }
}

Server::~Server() { stop(); }

void Server::stop() {
  for (auto& unit : cores_) unit->thread.stop();
  for (auto& unit : cores_) unit->server.reset();
}

CoreServer& Server::home_of(const UserId& user) {
  return *cores_[std::hash<UserId>{}(user) % cores_.size()]->server;
}

std::string Server::metrics_text() {
  static const std::vector<std::string_view> codes = names_of(protocol::all_codes());
  static const std::vector<std::string_view> reasons = names_of(protocol::all_close_reasons());
  std::vector<const metrics::CoreMetrics*> all;
  for (const auto& unit : cores_) all.push_back(&unit->metrics);
  return metrics::to_prometheus_text(all, {codes, reasons});
}

// The seed is gone when all cores have their keys: the process does not keep it while it runs.
Result<> Server::listen(net::Endpoint& endpoint) {
  const auto seed = net::TlsTicketSeed::draw(SystemClock().now());
  for (auto& unit : cores_) {
    // The first core's port 0 becomes the port of all.
    GP_TRY(endpoint, unit->server->listen(endpoint, seed));
  }
  return ok();
}

// Listening begins before recovery, so that liveness answers and readiness says "starting".
Result<net::Endpoint> Server::start(net::Endpoint endpoint) {
  GP_TRY(listen(endpoint));
  const std::vector<int> processors = runtime::usable_processors();
  const bool pin = cores_.size() > 1 && cores_.size() <= processors.size();
  for (std::size_t i = 0; i < cores_.size(); ++i)
    cores_[i]->thread.start(pin ? std::optional(processors[i]) : std::nullopt);
  GP_TRY(recover());
  return endpoint;
}

Result<> Server::recover() {
  runtime::Countdown countdown(cores_.size());
  std::vector<Result<std::size_t>> results(cores_.size(), Result<std::size_t>(std::size_t{0}));
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    cores_[i]->server->core().post([&, i] {
      cores_[i]->server->recover([&, i](Result<std::size_t> ended) {
        results[i] = std::move(ended);
        countdown.arrive();
      });
    });
  }
  countdown.wait();
  for (const auto& result : results) {
    if (result.has_error()) return Error(result.error());
  }
  return ok();
}

void Server::look_at_certificates(CertificateWatch::Look how) {
  auto material = certificates_->look(how);
  if (!material) return;
  if (material->has_error()) {
    CoreUnit& unit = *cores_.front();
    unit.server->core().post([&unit] { unit.metrics.tls_reload_failures.add(); });
    return;
  }
  for (auto& unit : cores_) {
    unit->server->core().post(
        [&server = *unit->server, fresh = material->value()] { server.reload_tls(fresh); });
  }
}

void Server::wait_for_end() {
  const std::optional<Duration> interval =
      certificates_ ? std::optional(options_.tls->reload_interval) : std::nullopt;
  while (true) {
    const auto signal = runtime::wait_for_signal(interval);
    if (signal && (*signal != SIGHUP || !certificates_)) return;
    look_at_certificates(signal ? CertificateWatch::Look::kAnyway
                                : CertificateWatch::Look::kIfChanged);
  }
}

void Server::run_until_signal(Duration drain_timeout) {
  wait_for_end();
  GP_LOG_INFO("gateway", "draining: waiting up to {} s for runs to end",
              std::chrono::duration_cast<std::chrono::seconds>(drain_timeout).count());
  runtime::Countdown idle(cores_.size());
  for (auto& unit : cores_) {
    unit->server->core().post([&unit = *unit, &idle, drain_timeout] {
      unit.server->begin_drain(drain_timeout, [&idle] { idle.arrive(); });
    });
  }
  Duration waited{};
  while (waited < drain_timeout && !idle.wait_for(Duration{})) {
    if (runtime::wait_for_signal(kSignalCheck)) break;
    waited += kSignalCheck;
  }
  runtime::Countdown done(cores_.size());
  for (auto& unit : cores_) {
    unit->server->core().post(
        [&unit = *unit, &done] { unit.server->finish_drain([&done] { done.arrive(); }); });
  }
  done.wait();
}

}  // namespace gp::gateway
