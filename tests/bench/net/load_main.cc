// gp_net_load: the load generator of `./dev bench net`.
//
//   gp_net_load --workload echo|fan_out|streams|idle|blast --dialect NAME --port N --pid PID…
//
// One process, one thread, meant for a processor of its own. Prints one JSON line when everything
// that came was right, and otherwise says what was wrong and exits with 1. net.mjs runs it.
#include <fmt/core.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "workload.h"

namespace gp::bench {
namespace {

void raise_open_files() {
  rlimit limit{};
  (void)::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Tokens are signed when connections open: the secret is read here.
std::string read_secret(const std::string& file) {
  std::ifstream stream(file);
  std::string secret{std::istreambuf_iterator<char>(stream), {}};
  if (secret.ends_with('\n')) secret.pop_back();
  return secret;
}

int run(int argc, char** argv) {
  Plan plan;
  std::string dialect_name = "plain";
  std::string secret_file;
  CLI::App app("the load generator of ./dev bench net");
  app.add_option("--workload", plan.workload)->required();
  app.add_option("--dialect", dialect_name);
  app.add_option("--port", plan.target.port)->required();
  app.add_option("--pid", plan.pids, "the server's processes");
  app.add_option("--connections", plan.connections);
  app.add_option("--window", plan.window);
  app.add_option("--bytes", plan.bytes);
  app.add_option("--rate", plan.target.rate);
  app.add_option("--seconds", plan.seconds);
  app.add_option("--warm-seconds", plan.warm_seconds);
  app.add_option("--source", plan.source);
  app.add_option("--agent-port", plan.agent_port);
  app.add_option("--secret-file", secret_file, "goldenpath's auth.jwt_secret_file");
  app.add_flag("--tls", plan.target.tls);
  app.add_flag("--deflate", plan.target.deflate);
  CLI11_PARSE(app, argc, argv);

  raise_open_files();
  if (!secret_file.empty()) plan.target.secret = read_secret(secret_file);
  const auto dialect = dialect_named(dialect_name);
  if (dialect == nullptr) {
    fmt::print(stderr, "gp_net_load: there is no dialect \"{}\"\n", dialect_name);
    return 2;
  }
  std::string problem = "there is no such workload";
  if (plan.workload == "echo") problem = run_echo(plan, *dialect);
  if (plan.workload == "fan_out") problem = run_fan_out(plan, *dialect);
  if (plan.workload == "streams") problem = run_streams(plan, *dialect);
  if (plan.workload == "idle") problem = run_idle(plan, *dialect);
  if (plan.workload == "blast") problem = run_blast(plan, *dialect);
  if (problem.empty()) return 0;
  fmt::print(stderr, "gp_net_load: not valid: {}\n", problem);
  return 1;
}

}  // namespace
}  // namespace gp::bench

int main(int argc, char** argv) { return gp::bench::run(argc, argv); }
