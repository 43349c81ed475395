// Order of life. Up: settings → key → pool → storage → cores (each with its writer, curl loop,
// stores, agents, verifier) → listen. Down: cores stop and their servers go (completions still
// queued die with the core) → curl loops, writers → storage.close() commits what was submitted →
// pool.
#include "goldenpath/wire_up.h"

#include <sys/resource.h>

#include <cstdio>

#include "adapters/agent_http/curl_loop.h"
#include "adapters/agent_http/openai_agent.h"
#include "adapters/sqlite/core_writer.h"
#include "adapters/sqlite/sqlite_chat_store.h"
#include "adapters/sqlite/sqlite_log_storage.h"
#include "adapters/sqlite/sqlite_storage.h"
#include "agent/scripted_agent.h"
#include "auth/secret_file.h"
#include "base/assert.h"
#include "base/log.h"
#include "gateway/server.h"
#include "goldenpath/build_info.h"
#include "goldenpath/page.h"
#include "goldenpath/signing_key.h"
#include "runtime/blocking_pool.h"

namespace gp::app {
namespace {

/// What tokens are checked with, and, in demo mode, made with.
struct Identity {
  std::string secret;
  std::string public_key;
  bool demo = false;
};

Result<Identity> choose_identity(const config::Settings& settings) {
  const auto& auth = settings.auth;
  const bool loopback = config::is_loopback(settings.server.listen);
  Identity identity;
  identity.demo = config::demo_enabled(settings);
  if (!auth.jwt_secret_file.empty() && !auth.jwt_public_key_file.empty())
    return fail(Code::bad_request,
                "give auth.jwt_secret_file or auth.jwt_public_key_file, not both");
  if (identity.demo && !loopback) {
    return fail(
        Code::bad_request,
        "demo sessions let anybody in, so they are for loopback only: listen on 127.0.0.1, or turn "
        "auth.demo off and give a key");
  }
  if (!auth.jwt_public_key_file.empty()) {
    if (identity.demo)
      return fail(Code::bad_request,
                  "demo sessions need a key that can sign: give auth.jwt_secret_file, or turn "
                  "auth.demo off");
    GP_TRY(identity.public_key, auth::read_secret_file(auth.jwt_public_key_file));
    return identity;
  }
  if (!auth.jwt_secret_file.empty()) {
    GP_TRY(identity.secret, auth::read_secret_file(auth.jwt_secret_file));
    return identity;
  }
  if (!loopback) {
    return fail(Code::bad_request, "refusing to listen on " +
                                       config::to_string(settings.server.listen) +
                                       " without authentication: give --jwt-secret-file or "
                                       "--jwt-public-key-file, or listen on "
                                       "127.0.0.1");
  }
  GP_TRY(identity.secret, data_directory_key(settings.store.data_dir));
  return identity;
}

Result<auth::TokenVerifier> make_verifier(const Identity& identity,
                                          const config::Settings& settings) {
  const auth::VerifierOptions options{
      std::chrono::duration_cast<std::chrono::seconds>(settings.auth.leeway), settings.auth.issuer,
      settings.auth.audience};
  if (!identity.public_key.empty())
    return auth::TokenVerifier::from_public_key_pem(identity.public_key, options);
  return auth::TokenVerifier::from_secret(identity.secret, options);
}

net::ForwardedBy forwarded_by(config::ForwardedHeader header) {
  switch (header) {
    case config::ForwardedHeader::kOff: return net::ForwardedBy::kNobody;
    case config::ForwardedHeader::kXForwardedFor: return net::ForwardedBy::kXForwardedFor;
    case config::ForwardedHeader::kForwarded: return net::ForwardedBy::kForwarded;
  }
  return net::ForwardedBy::kNobody;
}

void set_listening(gateway::GatewayOptions& options, const config::Settings& settings) {
  const auto& limits = settings.limits;
  net::ListenerOptions& listener = options.listener;
  listener.handshake_timeout = settings.tls.handshake_timeout;
  options.http.strict_transport =
      std::chrono::duration_cast<std::chrono::seconds>(settings.tls.strict_transport);
  if (settings.server.proxy_protocol == config::Switch::kOn)
    listener.proxy_protocol = net::ProxyProtocol::kOn;
  listener.proxy_timeout = settings.server.proxy_timeout;
  for (const std::string& text : settings.server.trusted_proxies) {
    const auto network = IpNetwork::parse(text);
    GP_ASSERT(network.has_value(), "loaded settings have valid networks");
    listener.trusted_proxies.push_back(*network);
  }
  listener.memory_bytes = limits.memory_bytes;
  listener.send_buffer_bytes = limits.send_buffer;
  listener.unsent_bytes = limits.unsent_bytes;
  options.addresses = {.connections = limits.connections_per_address,
                       .connections_per_second = limits.connect_rate_per_address,
                       .connections_burst = limits.connect_burst_per_address,
                       .handshakes_per_second = limits.handshake_rate_per_address,
                       .handshakes_burst = limits.handshake_burst_per_address};
  options.forwarded = forwarded_by(settings.server.forwarded_header);
}

gateway::GatewayOptions make_options(const config::Settings& settings, std::size_t cores) {
  gateway::GatewayOptions options;
  const auto& limits = settings.limits;
  options.chat.connections_per_user = limits.connections_per_user;
  options.chat.commands_per_second = static_cast<double>(limits.commands_per_second);
  options.chat.commands_burst = static_cast<double>(limits.commands_burst);
  options.chat.malformed_messages = static_cast<std::uint32_t>(limits.malformed_messages);
  options.chat.subscriptions = limits.subscriptions;
  options.chat.heartbeat = limits.heartbeat;
  options.chat.message_bytes = limits.message_bytes;
  options.chat.runs_per_user = settings.runs.active_per_user;
  options.chat.queue_per_thread = settings.runs.queue_per_thread;
  options.chat.run_timeout = settings.runs.timeout;
  options.chat.run_idle_timeout = settings.runs.idle_timeout;
  options.chat.run.output_bytes_max = settings.runs.output_bytes;
  options.chat.history_messages = static_cast<std::uint32_t>(settings.runs.history_messages);
  options.chat.history_bytes = settings.runs.history_bytes;
  options.log.commit_interval = settings.store.commit_interval;
  options.log.commit_bytes = settings.store.commit_bytes;
  options.log.uncommitted_bytes_max = settings.store.uncommitted_bytes;
  options.log.fold_bytes = settings.store.fold_bytes;
  options.log.retention = {.age = settings.retention.age,
                           .thread_bytes = settings.retention.thread_bytes,
                           .thread_events = settings.retention.thread_events,
                           .total_bytes = settings.retention.total_bytes,
                           .interval = settings.retention.interval};
  options.sockets.sockets = std::max<std::size_t>(1, limits.connections / cores);
  options.websocket.message_bytes = static_cast<std::uint32_t>(limits.message_bytes);
  options.websocket.heartbeat = limits.heartbeat;
  options.websocket.dead_peer = limits.dead_peer;
  options.websocket.stalled_reader = limits.stalled_reader;
  const auto& websocket = settings.websocket;
  options.compression.enabled = websocket.compression == config::Switch::kOn;
  options.compression.takeover = websocket.context_takeover == config::Switch::kOn
                                     ? net::ContextTakeover::kYes
                                     : net::ContextTakeover::kNo;
  options.compression.bytes_min = websocket.compression_min_bytes;
  options.compression.ratio_max = static_cast<std::uint32_t>(websocket.compression_ratio);
  options.http.limits.head_bytes = limits.header_bytes;
  options.http.limits.target_bytes =
      std::min(options.http.limits.target_bytes, limits.header_bytes);
  options.http.limits.body_bytes = limits.body_bytes;
  options.http.timeouts.request = limits.request_timeout;
  options.http.timeouts.bytes_per_second = limits.bytes_per_second;
  options.http.timeouts.idle = limits.idle_timeout;
  options.http.timeouts.stalled_reader = limits.stalled_reader;
  options.first_frame_timeout = settings.auth.first_frame_timeout;
  options.allowed_origins = settings.server.allowed_origins;
  set_listening(options, settings);
  options.version = kVersion;
  options.commit = kCommit;
  return options;
}

/// Nothing without certificates: plain HTTP.
Result<std::optional<gateway::TlsOptions>> make_tls(const config::Settings::Tls& tls) {
  if (tls.certificate_file.empty()) return std::optional<gateway::TlsOptions>();
  net::TlsFiles files{
      {{tls.certificate_file, tls.key_file}},
      tls.min_version == config::LeastTls::k13 ? net::TlsVersion::k13 : net::TlsVersion::k12};
  for (const auto& [certificate, key] : tls.more_certificates)
    files.pairs.push_back({certificate, key});
  GP_TRY(auto options, gateway::read_tls_options(std::move(files), tls.reload_interval));
  return std::optional(std::move(options));
}

void announce(const config::ListenAddress& address, const gateway::GatewayOptions& options) {
  std::printf("goldenpath: listening on %s://%s\n", options.tls ? "https" : "http",
              config::to_string(address).c_str());
}

/// What a core's server refers to.
struct CoreAdapters {
  std::unique_ptr<sqlite::SqliteCoreWriter> writer;
  std::unique_ptr<agent_http::CurlLoop> curl;
};

Result<std::unique_ptr<agent::Agent>> make_agent(const config::AgentSettings& agent,
                                                 const config::Settings& settings,
                                                 runtime::AsioCore& core,
                                                 agent_http::CurlLoop& curl) {
  if (agent.kind == config::AgentKind::kScripted)
    return std::unique_ptr<agent::Agent>(std::make_unique<agent::ScriptedAgent>(core));
  agent_http::OpenAiConfig openai;
  openai.url = agent.url;
  if (!agent.model.empty()) openai.model = agent.model;
  if (!agent.api_key_file.empty()) {
    GP_TRY(openai.api_key, auth::read_secret_file(agent.api_key_file));
  }
  openai.timeouts.connect = settings.runs.connect_timeout;
  openai.timeouts.idle = settings.runs.idle_timeout;
  openai.timeouts.total = settings.runs.timeout;
  GP_TRY(auto made, agent_http::OpenAiAgent::create(std::move(openai), curl));
  return std::unique_ptr<agent::Agent>(std::move(made));
}

Result<chat::Agents> make_agents(const config::Settings& settings, runtime::AsioCore& core,
                                 agent_http::CurlLoop& curl) {
  chat::Agents agents;
  for (const config::AgentSettings& each : settings.agents) {
    GP_TRY(auto agent, make_agent(each, settings, core, curl));
    agents.add(AgentName(each.name), std::move(agent));
  }
  return agents;
}

Result<gateway::CoreParts> make_parts(const config::Settings& settings, const Identity& identity,
                                      runtime::AsioCore& core, CoreAdapters& adapters,
                                      sqlite::SqliteStorage& storage) {
  GP_TRY(auto verifier, make_verifier(identity, settings));
  GP_TRY(auto agents, make_agents(settings, core, *adapters.curl));
  gateway::CoreParts parts{std::make_unique<sqlite::SqliteLogStorage>(*adapters.writer),
                           std::make_unique<sqlite::SqliteChatStore>(*adapters.writer),
                           std::move(agents),
                           std::move(verifier),
                           [&storage] {
                             if (!storage.healthy()) storage.probe();
                             return storage.healthy();
                           },
                           std::nullopt};
  if (identity.demo) {
    GP_TRY(auto signer, auth::TokenSigner::from_secret(identity.secret));
    parts.demo_signer = std::move(signer);
  }
  return parts;
}

Result<gateway::StaticSite> make_site(const config::Settings& settings) {
  if (!settings.server.web_dir.empty())
    return gateway::StaticSite::from_folder(settings.server.web_dir);
  gateway::StaticSite site(built_in_page());
  if (site.empty())
    GP_LOG_WARNING("app", "this program was built without the chat page; only the API is served");
  return site;
}

// A chat server is made of descriptors: take as many as the system lets us have.
void raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Result<> serve(const config::Settings& settings) {
  runtime::take_signals();
  raise_open_files_limit();
  GP_TRY(const Identity identity, choose_identity(settings));
  GP_TRY(auto site, make_site(settings));
  GP_TRY(auto tls, make_tls(settings.tls));
  runtime::BlockingPool pool(settings.server.blocking_threads);
  const SystemClock clock;
  const auto synchronous = settings.store.survives == config::Durability::kPower
                               ? sqlite::Synchronous::kFull
                               : sqlite::Synchronous::kNormal;
  GP_TRY(auto storage,
         sqlite::SqliteStorage::open(
             pool, clock, {.directory = settings.store.data_dir, .synchronous = synchronous}));

  const std::size_t cores =
      settings.server.cores != 0 ? settings.server.cores : runtime::usable_processors().size();
  std::vector<CoreAdapters> adapters(cores);
  std::optional<Error> failure;
  // Agents and verifiers are tried once before any core is made, so that a wrong key file is an
  // error and not a half-made server.
  {
    runtime::AsioCore trial;
    agent_http::CurlLoop curl(trial);
    GP_TRY(make_agents(settings, trial, curl));
    GP_TRY(make_verifier(identity, settings));
  }
  gateway::GatewayOptions options = make_options(settings, cores);
  options.tls = std::move(tls);
  gateway::Server server(cores, options, std::move(site), [&](runtime::AsioCore& core) {
    CoreAdapters& own = adapters[core.index()];
    own.writer = std::make_unique<sqlite::SqliteCoreWriter>(core, *storage);
    own.curl = std::make_unique<agent_http::CurlLoop>(core);
    auto parts = make_parts(settings, identity, core, own, *storage);
    GP_ASSERT(parts.has_value(), "what was made once for the trial can be made again");
    return std::move(parts.value());
  });
  auto listening = server.start({settings.server.listen.host, settings.server.listen.port});
  if (listening.has_value()) {
    announce({listening.value().host, listening.value().port}, options);
    if (!options.tls && !config::is_loopback(settings.server.listen))
      GP_LOG_WARNING(
          "app",
          "tokens travel unencrypted: give tls.certificate_file and tls.key_file, or let "
          "only a proxy that speaks TLS reach {}",
          config::to_string(settings.server.listen));
    if (identity.demo)
      std::printf(
          "goldenpath: demo mode: everyone on this machine is signed in; for anything else give "
          "--jwt-secret-file\n");
    std::fflush(stdout);
    server.run_until_signal(settings.server.drain_timeout);
  }
  server.stop();
  for (CoreAdapters& each : adapters) {
    each.curl.reset();
    each.writer.reset();
  }
  storage->close();
  pool.stop();
  if (listening.has_error()) return Error(listening.error());
  return ok();
}

}  // namespace gp::app
