/// The contract of the Agent port as tests: every adapter runs them
/// (INSTANTIATE_TYPED_TEST_SUITE_P).
///
/// To run them for an adapter write a rig, default-constructible, with
///   Agent& agent();
///   AgentRequest request(Behaviour);   // makes the agent behave so
///   bool run_until(F condition);       // drives the core until condition() or a generous bound;
///   says whether it held void settle();                     // drives the core a while longer, so
///   that calls that must not come would come
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/unique_function.h"

namespace gp::agent::contract {

/// What the agent behind the port does.
enum class Behaviour {
  kCompletes,    ///< at least 20 text deltas, then its protocol's end
  kFails,        ///< at least one text delta, then says that it failed
  kDisconnects,  ///< at least one text delta, then its stream stops
  kNeverEnds,    ///< at least one text delta, then silence
};

inline AgentRequest make_request(std::string content) {
  auto context = identity::UserExecutionContext::create({.user_id = UserId("ann"),
                                                         .thread_id = ThreadId("thr_1"),
                                                         .run_id = RunId("run_1"),
                                                         .request_id = RequestId("req_1")});
  return AgentRequest{context.value(), MessageId("msg_1"), std::move(content), {}};
}

/// Writes down what it is told and checks what holds always.
class RecordingSink final : public AgentSink {
 public:
  void on_event(AgentEvent event) override {
    EXPECT_TRUE(may_be_called) << "the sink was called before start() returned or after the end";
    EXPECT_FALSE(end) << "an event came after the end";
    if (const auto* said = std::get_if<Text>(&event)) text += said->delta;
    events.push_back(std::move(event));
    if (then) then();
  }
  void on_end(AgentEnd given) override {
    EXPECT_TRUE(may_be_called) << "the sink was called before start() returned or after the end";
    EXPECT_FALSE(end) << "the end came twice";
    end = std::move(given);
    if (then) then();
  }

  const Failed* failed() const { return end ? std::get_if<Failed>(&*end) : nullptr; }
  const Ended* ended() const { return end ? std::get_if<Ended>(&*end) : nullptr; }

  bool may_be_called = false;
  std::vector<AgentEvent> events;
  std::string text;
  std::optional<AgentEnd> end;
  UniqueFunction<void()> then;  ///< runs inside each call
};

template <class Rig>
class AgentContract : public ::testing::Test {
 protected:
  std::unique_ptr<AgentExecution> start(Behaviour behaviour, RecordingSink& sink) {
    sink.may_be_called = false;
    auto execution = rig.agent().start(rig.request(behaviour), sink);
    sink.may_be_called = true;
    return execution;
  }
  bool run_to_end(RecordingSink& sink) {
    return rig.run_until([&] { return sink.end.has_value(); });
  }
  bool run_to_text(RecordingSink& sink) {
    return rig.run_until([&] { return !sink.text.empty(); });
  }

  Rig rig;
};

TYPED_TEST_SUITE_P(AgentContract);

TYPED_TEST_P(AgentContract, SaysItsEventsThenEndsOnce) {
  RecordingSink sink;
  auto execution = this->start(Behaviour::kCompletes, sink);
  ASSERT_TRUE(this->run_to_end(sink));
  EXPECT_NE(sink.ended(), nullptr);
  EXPECT_GE(sink.events.size(), 20u);
  this->rig.settle();
}

TYPED_TEST_P(AgentContract, AFailureOfTheAgentComesAfterWhatItSaid) {
  RecordingSink sink;
  auto execution = this->start(Behaviour::kFails, sink);
  ASSERT_TRUE(this->run_to_end(sink));
  ASSERT_NE(sink.failed(), nullptr);
  EXPECT_EQ(sink.failed()->code, Code::agent_failed);
  EXPECT_FALSE(sink.failed()->message.empty());
  EXPECT_FALSE(sink.text.empty());
  this->rig.settle();
}

TYPED_TEST_P(AgentContract, AStreamThatMerelyStopsIsAFailure) {
  RecordingSink sink;
  auto execution = this->start(Behaviour::kDisconnects, sink);
  ASSERT_TRUE(this->run_to_end(sink));
  ASSERT_NE(sink.failed(), nullptr);
  EXPECT_EQ(sink.failed()->code, Code::agent_disconnected);
  EXPECT_FALSE(sink.text.empty());
  this->rig.settle();
}

TYPED_TEST_P(AgentContract, SilenceIsNotAnEnd) {
  RecordingSink sink;
  auto execution = this->start(Behaviour::kNeverEnds, sink);
  ASSERT_TRUE(this->run_to_text(sink));
  this->rig.settle();
  EXPECT_FALSE(sink.end);
}

TYPED_TEST_P(AgentContract, DestroyedAtOnceItNeverCalls) {
  RecordingSink sink;
  this->start(Behaviour::kCompletes, sink).reset();
  sink.may_be_called = false;
  this->rig.settle();
}

TYPED_TEST_P(AgentContract, DestroyedInTheMiddleItCallsNoMore) {
  for (const Behaviour behaviour : {Behaviour::kCompletes, Behaviour::kNeverEnds}) {
    RecordingSink sink;
    auto execution = this->start(behaviour, sink);
    ASSERT_TRUE(this->run_to_text(sink));
    execution.reset();
    sink.may_be_called = false;
    this->rig.settle();
  }
}

TYPED_TEST_P(AgentContract, MayBeDestroyedInsideAnEvent) {
  RecordingSink sink;
  auto execution = this->start(Behaviour::kCompletes, sink);
  sink.then = [&] {
    if (sink.text.empty()) return;
    execution.reset();
    sink.may_be_called = false;
  };
  ASSERT_TRUE(this->rig.run_until([&] { return execution == nullptr; }));
  this->rig.settle();
  EXPECT_FALSE(sink.end);
}

TYPED_TEST_P(AgentContract, MayBeDestroyedInsideItsEnd) {
  for (const Behaviour behaviour :
       {Behaviour::kCompletes, Behaviour::kFails, Behaviour::kDisconnects}) {
    RecordingSink sink;
    auto execution = this->start(behaviour, sink);
    sink.then = [&] {
      if (sink.end) execution.reset();
    };
    ASSERT_TRUE(this->rig.run_until([&] { return execution == nullptr; }));
    this->rig.settle();
  }
}

TYPED_TEST_P(AgentContract, PausingLosesNothing) {
  RecordingSink reference;
  auto execution = this->start(Behaviour::kCompletes, reference);
  ASSERT_TRUE(this->run_to_end(reference));

  RecordingSink sink;
  execution = this->start(Behaviour::kCompletes, sink);
  sink.then = [&] {
    if (sink.events.size() % 3 == 0) execution->pause();
  };
  while (!sink.end) {
    const std::size_t before = sink.events.size();
    execution->resume();
    execution->resume();
    ASSERT_TRUE(this->rig.run_until([&] { return sink.end || sink.events.size() > before; }));
  }
  EXPECT_NE(sink.ended(), nullptr);
  EXPECT_EQ(sink.text, reference.text);
  EXPECT_EQ(sink.events.size(), reference.events.size());
}

TYPED_TEST_P(AgentContract, PausedItFallsSilent) {
  RecordingSink sink;
  auto execution = this->start(Behaviour::kNeverEnds, sink);
  execution->pause();
  execution->pause();
  this->rig.settle();
  const std::size_t already_read = sink.events.size();
  this->rig.settle();
  EXPECT_EQ(sink.events.size(), already_read);
  execution->resume();
  ASSERT_TRUE(this->run_to_text(sink));
}

TYPED_TEST_P(AgentContract, ExecutionsDoNotDisturbEachOther) {
  RecordingSink first;
  RecordingSink second;
  RecordingSink third;
  auto completes = this->start(Behaviour::kCompletes, first);
  auto fails = this->start(Behaviour::kFails, second);
  auto stopped = this->start(Behaviour::kCompletes, third);
  stopped.reset();
  third.may_be_called = false;
  ASSERT_TRUE(this->rig.run_until([&] { return first.end && second.end; }));
  EXPECT_NE(first.ended(), nullptr);
  EXPECT_NE(second.failed(), nullptr);
  this->rig.settle();
}

REGISTER_TYPED_TEST_SUITE_P(AgentContract, SaysItsEventsThenEndsOnce,
                            AFailureOfTheAgentComesAfterWhatItSaid,
                            AStreamThatMerelyStopsIsAFailure, SilenceIsNotAnEnd,
                            DestroyedAtOnceItNeverCalls, DestroyedInTheMiddleItCallsNoMore,
                            MayBeDestroyedInsideAnEvent, MayBeDestroyedInsideItsEnd,
                            PausingLosesNothing, PausedItFallsSilent,
                            ExecutionsDoNotDisturbEachOther);

}  // namespace gp::agent::contract
