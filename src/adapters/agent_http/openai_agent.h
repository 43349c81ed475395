/// OpenAiAgent: an agent behind an OpenAI-compatible HTTP server (vLLM, llama.cpp, Ollama, LiteLLM,
/// hosted models).
///
/// Call:       POST {url}/chat/completions, streamed; docs/protocol.md section 6. How the answer is
/// read: openai_stream.h. A whole
///             JSON answer (content-type application/json) is taken too.
/// Thread:     its core. The agent outlives its executions, and the loop outlives the agent.
/// Stop:       destroying the execution closes the upstream connection, so the producer stops
/// working. End:        after [DONE] the connection gets kDoneGrace to end properly, which lets it
/// be used again; after a
///             finish_reason kFinishGrace for the usage chunk and [DONE]. Then the run ends all the
///             same.
/// Failures:   everything said before a failure is delivered before it. A status other than 2xx is
/// agent_failed with the status
///             and the body's error message. Once there was a finish_reason a broken connection
///             fails nothing.
#pragma once

#include <memory>
#include <string>

#include "adapters/agent_http/curl_loop.h"
#include "agent/agent.h"
#include "protocol/json.h"

namespace gp::agent_http {

inline constexpr Duration kDoneGrace = std::chrono::milliseconds(50);
inline constexpr Duration kFinishGrace = std::chrono::seconds(2);
/// A whole JSON answer. Reaction: agent_protocol.
inline constexpr std::size_t kWholeAnswerBytesMax = 4 * kMiB;
/// As much of an error's body is read; the rest is left out.
inline constexpr std::size_t kErrorBodyBytesMax = 16 * kKiB;

struct OpenAiConfig {
  std::string url;  ///< the base, such as http://127.0.0.1:4100/v1
  std::string model = "default";
  std::string api_key{};  ///< empty: no Authorization header
  HttpTimeouts timeouts{};
  HttpLimits limits{};
};

class OpenAiAgent final : public agent::Agent {
 public:
  /// Errors: bad_request if the url or the api_key cannot be used.
  static Result<std::unique_ptr<OpenAiAgent>> create(OpenAiConfig config, CurlLoop& loop);

  std::unique_ptr<agent::AgentExecution> start(agent::AgentRequest request,
                                               agent::AgentSink& sink) override;

 private:
  OpenAiAgent(OpenAiConfig config, CurlLoop& loop);
  HttpPost make_post(const agent::AgentRequest& request) const;

  OpenAiConfig config_;
  CurlLoop& loop_;
  protocol::JsonParser parser_;
};

}  // namespace gp::agent_http
