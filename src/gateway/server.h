/// Server: all cores of the process: threads, listening, recovery, drain.
///
/// Life: construct → start() → run_until_signal() → destroy, on the main thread. Each core runs on
/// its own thread, pinned if there are enough processors.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/core_server.h"
#include "runtime/core_thread.h"

namespace gp::gateway {

class Server final : private Fleet {
 public:
  using MakeParts = UniqueFunction<CoreParts(runtime::AsioCore&)>;

  Server(std::size_t cores, GatewayOptions options, StaticSite site, MakeParts make_parts);
  ~Server();

  /// Recovers, listens, runs the cores; returns where it listens once all cores are ready. Errors:
  /// those of recovery and of Listener::open.
  Result<net::Endpoint> start(net::Endpoint endpoint);
  /// Blocks until SIGTERM or SIGINT (or SIGHUP without TLS; with TLS that reads the certificates
  /// again), then drains: readiness 503, goaway, runs end within
  /// `drain_timeout`, connections close. A second signal ends the wait for runs.
  void run_until_signal(Duration drain_timeout);
  /// Ends the loops; nothing is called on any core any more. What the cores are made of may be
  /// taken down then.
  void stop();

 private:
  struct CoreUnit {
    explicit CoreUnit(std::uint32_t index) : thread(index) {}
    runtime::CoreThread thread;
    metrics::CoreMetrics metrics;
    std::unique_ptr<CoreServer> server;
  };

  CoreServer& home_of(const UserId& user) override;
  std::string metrics_text() override;
  Result<> listen(net::Endpoint& endpoint);
  Result<> recover();
  void wait_for_end();
  void look_at_certificates(CertificateWatch::Look how);

  std::unique_ptr<net::AddressLimits> addresses_;
  GatewayOptions options_;
  StaticSite site_;
  std::optional<CertificateWatch> certificates_;
  std::vector<std::unique_ptr<CoreUnit>> cores_;
};

}  // namespace gp::gateway
