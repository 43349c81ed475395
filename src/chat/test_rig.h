/// ChatRig: the whole of chat on one ManualCore with in-memory storage, for tests: real code,
/// virtual time, tabs that keep what they were sent. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agent/scripted_agent.h"
#include "chat/core_chat.h"
#include "log/memory_log_storage.h"
#include "protocol/goldenpath_v1.h"
#include "protocol/json.h"
#include "runtime/manual_core.h"
#include "store/memory_chat_store.h"

namespace gp::chat {

/// What a server keeps across restarts.
struct RigData {
  log::MemoryLogData logs;
  store::MemoryChatData chat;
};

/// An agent whose executions the test drives by hand.
class HandAgent final : public agent::Agent {
 public:
  struct Execution final : agent::AgentExecution {
    Execution(HandAgent& owner, agent::AgentSink& to) : agent(owner), sink(to) {
      agent.current = this;
    }
    ~Execution() override {
      ++agent.stopped;
      if (agent.current == this) agent.current = nullptr;
    }
    void pause() override { paused = true; }
    void resume() override { paused = false; }
    HandAgent& agent;
    agent::AgentSink& sink;
    bool paused = false;
  };
  std::unique_ptr<agent::AgentExecution> start(agent::AgentRequest request,
                                               agent::AgentSink& sink) override {
    requests.push_back(std::move(request));
    return std::make_unique<Execution>(*this, sink);
  }

  std::vector<agent::AgentRequest> requests;
  Execution* current = nullptr;
  int stopped = 0;
};

/// Tokens of the rig are user ids; "expired" is expired.
class RigJudge final : public TokenJudge {
 public:
  Result<Session> judge(std::string_view token) override {
    if (token == "expired") return fail(Code::token_expired, "expired");
    return Session{UserId(std::string(token)), {}, std::nullopt};
  }
};

class Tab;

class ChatRig {
 public:
  explicit ChatRig(RigData& data, ChatLimits limits = {}, std::uint64_t seed = 1);
  ~ChatRig();

  runtime::ManualCore core;
  metrics::CoreMetrics metrics;
  log::MemoryLogStorage log_storage;
  store::MemoryChatStore chat_store;
  RigJudge judge;
  HandAgent* hand = nullptr;  ///< the agent named "hand"
  std::unique_ptr<CoreChat> chat;

  /// Lets everything happen that needs no time.
  void settle() { core.advance(Duration{0}); }
  void advance(Duration by) { core.advance(by); }
};

/// One browser tab: a transport that keeps frames, and flushes at the end of a turn unless it is
/// stalled.
class Tab final : private Transport, private FrameSink {
 public:
  /// `room`: frames taken per flush.
  Tab(ChatRig& rig, const std::string& user,
      protocol::Subscribe subscribe = {{}, protocol::AllThreads::kYes});
  ~Tab();

  void send(const std::string& json);
  /// As if the socket was full, until resume().
  void stall() { stalled_ = true; }
  void resume();
  /// The connection is gone without a word.
  void cut();

  std::vector<std::string> frames;  ///< everything, in order
  std::vector<std::string> events;  ///< the stored ones
  bool closed = false;
  Code close_code{};
  bool reading_paused = false;

  /// The newest frame that contains `text`; empty if none.
  std::string find(std::string_view text) const;
  std::size_t count(std::string_view text) const;
  /// The seqs that the events cover, in order; a folded one covers several.
  std::vector<std::uint64_t> seqs() const;
  /// The deltas of all token events, joined; there must be one part.
  std::string text() const;

 private:
  void want_flush() override;
  void pause_reading() override { reading_paused = true; }
  void close(Code code, std::string_view reason) override;
  bool full() const override { return stalled_; }
  void event(Seq seq, const SharedBytes& frame) override;
  void frame(std::string_view frame) override { frames.emplace_back(frame); }
  void flush();

  ChatRig& rig_;
  protocol::GoldenpathV1 dialect_;
  Connection* connection_ = nullptr;
  bool dirty_ = false;
  bool stalled_ = false;
  runtime::Liveness liveness_;
};

/// A subscription to `thread` after a seq.
protocol::Subscribe from(const std::string& thread, std::uint64_t after,
                         const std::string& epoch = "");
/// 1, 2, … `last`.
std::vector<std::uint64_t> up_to(std::uint64_t last);
/// A user_message command; `extra` as `,"k":v`.
std::string message(const std::string& id, const std::string& thread, const std::string& content,
                    const std::string& extra = "");

}  // namespace gp::chat
