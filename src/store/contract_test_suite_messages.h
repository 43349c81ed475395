/// The second half of contract_test_suite.h, which includes it: messages, their idempotency, and
/// runs.
#pragma once

#include "store/contract_test_suite.h"

namespace gp::store {

TEST_P(ChatStoreContract, AnAcceptedMessageMakesThreadMessageAndQueuedRun) {
  const AcceptedMessage accepted = accept(mine_, message("one", 2)).value();
  EXPECT_EQ(accepted.how, AcceptedMessage::How::kFresh);
  EXPECT_EQ(accepted.thread_id, ThreadId("thread-a"));
  EXPECT_EQ(accepted.message_id, MessageId("msg-one"));
  EXPECT_EQ(accepted.run_id, RunId("run-one"));
  EXPECT_EQ(accepted.agent_name, AgentName("helper"));
  EXPECT_EQ(accepted.seq, Seq{0});

  const protocol::Message kept = find_message("user-one", "msg-one").value();
  EXPECT_EQ(kept.thread_id, ThreadId("thread-a"));
  EXPECT_EQ(kept.role, protocol::Role::user);
  EXPECT_EQ(kept.content, "content of one");
  EXPECT_EQ(kept.parts_json, R"([{"type":"text"}])");
  EXPECT_EQ(kept.run_id, RunId("run-one"));
  EXPECT_EQ(kept.seq, Seq{0});
  EXPECT_EQ(kept.status, protocol::MessageStatus::complete);
  EXPECT_EQ(kept.created_at, at(2));

  const protocol::Run queued = run("user-one", "one").value();
  EXPECT_EQ(queued.run_id, RunId("run-one"));
  EXPECT_EQ(queued.thread_id, ThreadId("thread-a"));
  EXPECT_EQ(queued.message_id, MessageId("msg-one"));
  EXPECT_EQ(queued.agent_name, AgentName("helper"));
  EXPECT_EQ(queued.state, protocol::RunState::queued);
  EXPECT_EQ(queued.error_code, "");
  EXPECT_EQ(queued.created_at, at(2));
  EXPECT_FALSE(queued.finished_at);

  protocol::Thread thread = this->thread(mine_).value();
  EXPECT_EQ(thread.created_at, at(2));
  EXPECT_EQ(thread.metadata_json, "{}");
  EXPECT_TRUE(thread.active_runs.empty()) << "the message is not in the log yet";
  ASSERT_TRUE(record(mine_, "one", 1));
  thread = this->thread(mine_).value();
  ASSERT_EQ(thread.active_runs.size(), 1u);
  EXPECT_EQ(thread.active_runs[0].run_id, RunId("run-one"));
}

TEST_P(ChatStoreContract, TheSameMessageAgainIsWhatWasAccepted) {
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(record(mine_, "one", 4));
  NewMessage again = message("one", 8);
  again.run_id = RunId("run-other");
  again.agent_name = AgentName("other");
  const AcceptedMessage repeated = accept(mine_, again).value();
  EXPECT_EQ(repeated.how, AcceptedMessage::How::kRepeated);
  EXPECT_EQ(repeated.thread_id, ThreadId("thread-a"));
  EXPECT_EQ(repeated.message_id, MessageId("msg-one"));
  EXPECT_EQ(repeated.run_id, RunId("run-one"));
  EXPECT_EQ(repeated.agent_name, AgentName("helper"));
  EXPECT_EQ(repeated.seq, Seq{4});
  EXPECT_EQ(messages(mine_).value().messages.size(), 1u);
  EXPECT_EQ(code(run("user-one", "other")), Code::run_not_found);
  EXPECT_EQ(thread(mine_).value().updated_at, at(0));
}

TEST_P(ChatStoreContract, TwoEqualMessagesOfOneTurnAreOne) {
  Answer<AcceptedMessage> first, second;
  in_turn([&] {
    store().accept_message(mine_, message("one"), first.completion());
    store().accept_message(mine_, message("one"), second.completion());
  });
  wait(first, second);
  EXPECT_EQ(first.result().value().how, AcceptedMessage::How::kFresh);
  EXPECT_EQ(second.result().value().how, AcceptedMessage::How::kRepeated);
}

TEST_P(ChatStoreContract, AMessageIdWithOtherContentPartsOrThreadConflicts) {
  ASSERT_TRUE(accept(mine_, message("one")));
  NewMessage content = message("one"), parts = message("one"), no_parts = message("one");
  content.content += " ";
  parts.parts_json = R"([{"type":"image"}])";
  no_parts.parts_json = "";
  for (const NewMessage& other : {content, parts, no_parts})
    EXPECT_EQ(code(accept(mine_, other)), Code::idempotency_conflict);
  const auto elsewhere = key("user-one", "thread-b");
  EXPECT_EQ(code(accept(elsewhere, message("one"))), Code::idempotency_conflict);
  EXPECT_EQ(code(thread(elsewhere)), Code::thread_not_found);
  EXPECT_EQ(find_message("user-one", "msg-one").value().content, "content of one");
  EXPECT_EQ(messages(mine_).value().messages.size(), 1u);
}

TEST_P(ChatStoreContract, AConflictHarmsNothingElseOfItsTurn) {
  ASSERT_TRUE(accept(mine_, message("one")));
  NewMessage changed = message("one");
  changed.content = "other";
  Answer<AcceptedMessage> before, conflict, after;
  in_turn([&] {
    store().accept_message(mine_, message("two"), before.completion());
    store().accept_message(mine_, changed, conflict.completion());
    store().accept_message(mine_, message("three"), after.completion());
  });
  wait(before, conflict, after);
  EXPECT_EQ(code(conflict.result()), Code::idempotency_conflict);
  EXPECT_EQ(ids(messages(mine_).value()), (Ids{"msg-one", "msg-two", "msg-three"}));
}

TEST_P(ChatStoreContract, MessageIdsAndRunIdsBelongToTheirOwner) {
  ASSERT_TRUE(accept(mine_, message("one")));
  NewMessage same_id = message("one");
  same_id.content = "another user's words";
  EXPECT_EQ(accept(theirs_, same_id).value().how, AcceptedMessage::How::kFresh);
  EXPECT_EQ(find_message("user-one", "msg-one").value().content, "content of one");
  EXPECT_EQ(find_message("user-two", "msg-one").value().content, "another user's words");
  ASSERT_TRUE(finish(theirs_, finished("one", protocol::RunState::failed)));
  EXPECT_EQ(run("user-one", "one").value().state, protocol::RunState::queued);
  ASSERT_TRUE(record(theirs_, "one", 3));
  EXPECT_EQ(find_message("user-one", "msg-one").value().seq, Seq{0});
}

TEST_P(ChatStoreContract, ARecordedSeqShowsInMessageAndThread) {
  ASSERT_TRUE(accept(mine_, message("one", 1)));
  ASSERT_TRUE(accept(mine_, message("two", 1)));
  ASSERT_TRUE(record(mine_, "two", 12));
  ASSERT_TRUE(record(mine_, "one", 11));
  EXPECT_EQ(find_message("user-one", "msg-one").value().seq, Seq{11});
  EXPECT_EQ(find_message("user-one", "msg-two").value().seq, Seq{12});
  EXPECT_EQ(thread(mine_).value().last_seq, Seq{12});
  EXPECT_EQ(thread(mine_).value().updated_at, at(1));
  EXPECT_TRUE(record(mine_, "missing", 13));
  EXPECT_EQ(thread(mine_).value().last_seq, Seq{12});
}

TEST_P(ChatStoreContract, MessagesAreOldestFirstAndPagesGoBack) {
  for (int i = 1; i <= 7; ++i) ASSERT_TRUE(accept(mine_, message(std::to_string(i), i)));
  const MessagePage newest = messages(mine_, {.limit = 3, .cursor = ""}).value();
  EXPECT_EQ(ids(newest), (Ids{"msg-5", "msg-6", "msg-7"}));
  ASSERT_TRUE(accept(mine_, message("8", 8)));
  const MessagePage middle = messages(mine_, {.limit = 3, .cursor = newest.next_cursor}).value();
  EXPECT_EQ(ids(middle), (Ids{"msg-2", "msg-3", "msg-4"}));
  const MessagePage oldest = messages(mine_, {.limit = 3, .cursor = middle.next_cursor}).value();
  EXPECT_EQ(ids(oldest), Ids{"msg-1"});
  EXPECT_TRUE(oldest.next_cursor.empty());
}

TEST_P(ChatStoreContract, ThePageThatReachesTheBeginningHasNoCursor) {
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(accept(mine_, message(std::to_string(i), i)));
  const MessagePage newest = messages(mine_, {.limit = 2, .cursor = ""}).value();
  const MessagePage oldest = messages(mine_, {.limit = 2, .cursor = newest.next_cursor}).value();
  EXPECT_EQ(ids(oldest), (Ids{"msg-1", "msg-2"}));
  EXPECT_TRUE(oldest.next_cursor.empty());
  EXPECT_TRUE(messages(mine_, {.limit = 4, .cursor = ""}).value().next_cursor.empty());
}

TEST_P(ChatStoreContract, MessagesOfThreadsThatGrowTogetherAreApart) {
  const auto other = key("user-one", "thread-b");
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(accept(mine_, message("a" + std::to_string(i))));
    ASSERT_TRUE(accept(other, message("b" + std::to_string(i))));
  }
  EXPECT_EQ(ids(messages(mine_).value()), (Ids{"msg-a1", "msg-a2", "msg-a3"}));
  const MessagePage newest = messages(other, {.limit = 2, .cursor = ""}).value();
  EXPECT_EQ(ids(newest), (Ids{"msg-b2", "msg-b3"}));
  EXPECT_EQ(ids(messages(other, {.limit = 2, .cursor = newest.next_cursor}).value()),
            Ids{"msg-b1"});
}

TEST_P(ChatStoreContract, AStartedRunIsRunning) {
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(record(mine_, "one", 1));
  ASSERT_TRUE(start(mine_, "one"));
  EXPECT_EQ(run("user-one", "one").value().state, protocol::RunState::running);
  EXPECT_EQ(thread(mine_).value().active_runs.at(0).state, protocol::RunState::running);
  EXPECT_TRUE(start(mine_, "missing"));
  EXPECT_TRUE(start(theirs_, "one"));
}

TEST_P(ChatStoreContract, ARunIsStartedAndFinishedThroughItsOwnThreadOnly) {
  const auto other = key("user-one", "thread-b");
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(create(other, {.title = "", .now = at(0)}));
  ASSERT_TRUE(start(other, "one"));
  ASSERT_TRUE(finish(other, finished("one", protocol::RunState::completed)));
  EXPECT_EQ(run("user-one", "one").value().state, protocol::RunState::queued);
  EXPECT_TRUE(messages(other).value().messages.empty());
}

TEST_P(ChatStoreContract, AFinishedRunLeavesItsAnswer) {
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(record(mine_, "one", 1));
  ASSERT_TRUE(start(mine_, "one"));
  ASSERT_TRUE(finish(mine_, finished("one", protocol::RunState::completed, 9, 5)));
  const protocol::Run ended = run("user-one", "one").value();
  EXPECT_EQ(ended.state, protocol::RunState::completed);
  EXPECT_EQ(ended.finished_at, at(5));
  const protocol::Thread thread = this->thread(mine_).value();
  EXPECT_TRUE(thread.active_runs.empty());
  EXPECT_EQ(thread.last_seq, Seq{9});
  EXPECT_EQ(thread.updated_at, at(5));
  const MessagePage page = messages(mine_).value();
  ASSERT_EQ(ids(page), (Ids{"msg-one", "answer-one"}));
  const protocol::Message& answer = page.messages[1];
  EXPECT_EQ(answer.role, protocol::Role::assistant);
  EXPECT_EQ(answer.content, "answer to one");
  EXPECT_EQ(answer.parts_json, "");
  EXPECT_EQ(answer.run_id, RunId("run-one"));
  EXPECT_EQ(answer.seq, Seq{9});
  EXPECT_EQ(answer.status, protocol::MessageStatus::complete);
  EXPECT_EQ(answer.created_at, at(5));
}

TEST_P(ChatStoreContract, AnAnswerCutShortKeepsItsTextAndSaysSo) {
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(accept(mine_, message("two")));
  FinishedRun failed = finished("one", protocol::RunState::failed);
  failed.error_code = "agent_timeout";
  ASSERT_TRUE(finish(mine_, failed));
  ASSERT_TRUE(finish(mine_, finished("two", protocol::RunState::cancelled)));
  EXPECT_EQ(run("user-one", "one").value().error_code, "agent_timeout");
  EXPECT_EQ(run("user-one", "one").value().state, protocol::RunState::failed);
  EXPECT_EQ(run("user-one", "two").value().state, protocol::RunState::cancelled);
  const MessagePage page = messages(mine_).value();
  ASSERT_EQ(ids(page), (Ids{"msg-one", "msg-two", "answer-one", "answer-two"}));
  EXPECT_EQ(page.messages[2].status, protocol::MessageStatus::failed);
  EXPECT_EQ(page.messages[3].status, protocol::MessageStatus::cancelled);
}

TEST_P(ChatStoreContract, AnEmptyAnswerIsKeptOnlyIfTheRunCompleted) {
  for (const char* name : {"one", "two", "three"}) ASSERT_TRUE(accept(mine_, message(name)));
  FinishedRun failed = finished("one", protocol::RunState::failed);
  FinishedRun cancelled = finished("two", protocol::RunState::cancelled);
  FinishedRun completed = finished("three", protocol::RunState::completed);
  for (FinishedRun* run : {&failed, &cancelled, &completed}) {
    run->answer = "";
    ASSERT_TRUE(finish(mine_, *run));
  }
  EXPECT_EQ(ids(messages(mine_).value()), (Ids{"msg-one", "msg-two", "msg-three", "answer-three"}));
}

TEST_P(ChatStoreContract, EndingAnEndedRunChangesNothing) {
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(finish(mine_, finished("one", protocol::RunState::cancelled, 9, 5)));
  FinishedRun again = finished("one", protocol::RunState::completed, 20, 30);
  again.answer_id = MessageId("answer-again");
  ASSERT_TRUE(finish(mine_, again));
  ASSERT_TRUE(start(mine_, "one"));
  const protocol::Run ended = run("user-one", "one").value();
  EXPECT_EQ(ended.state, protocol::RunState::cancelled);
  EXPECT_EQ(ended.finished_at, at(5));
  EXPECT_EQ(ids(messages(mine_).value()), (Ids{"msg-one", "answer-one"}));
  EXPECT_EQ(thread(mine_).value().last_seq, Seq{9});
  EXPECT_EQ(thread(mine_).value().updated_at, at(5));
}

TEST_P(ChatStoreContract, FinishingARunOfADeletedThreadIsHarmless) {
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(remove(mine_));
  EXPECT_TRUE(finish(mine_, finished("one", protocol::RunState::completed)));
  EXPECT_EQ(code(thread(mine_)), Code::thread_not_found);
}

// A client sees the answer's id when its run starts, and could send a message under it to make the
// answer fail.
TEST_P(ChatStoreContract, AMessageUnderTheIdOfAnAnswerDoesNotStopTheAnswer) {
  ASSERT_TRUE(accept(mine_, message("one")));
  NewMessage taken = message("two");
  taken.message_id = MessageId("answer-one");
  EXPECT_EQ(accept(mine_, taken).value().how, AcceptedMessage::How::kFresh);
  ASSERT_TRUE(finish(mine_, finished("one", protocol::RunState::completed)));
  const MessagePage page = messages(mine_).value();
  ASSERT_EQ(ids(page), (Ids{"msg-one", "answer-one", "answer-one"}));
  EXPECT_EQ(page.messages[1].role, protocol::Role::user);
  EXPECT_EQ(page.messages[2].content, "answer to one");
  EXPECT_EQ(find_message("user-one", "answer-one").value().role, protocol::Role::user);
}

TEST_P(ChatStoreContract, OnlyUserMessagesAreFoundByTheirId) {
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(finish(mine_, finished("one", protocol::RunState::completed)));
  EXPECT_EQ(code(find_message("user-one", "answer-one")), Code::not_found);
  EXPECT_EQ(code(find_message("user-one", "missing")), Code::not_found);
  EXPECT_EQ(code(run("user-one", "missing")), Code::run_not_found);
}

TEST_P(ChatStoreContract, UnfinishedRunsAreThoseWithoutAnEnd) {
  for (const char* name : {"unrecorded", "queued", "running", "ended"})
    ASSERT_TRUE(accept(mine_, message(name)));
  ASSERT_TRUE(accept(theirs_, message("theirs")));
  for (const char* name : {"queued", "running", "ended"}) ASSERT_TRUE(record(mine_, name, 2));
  ASSERT_TRUE(record(theirs_, "theirs", 1));
  ASSERT_TRUE(start(mine_, "running"));
  ASSERT_TRUE(start(mine_, "unrecorded"));
  ASSERT_TRUE(finish(mine_, finished("ended", protocol::RunState::completed)));
  fixture_->restart();
  Ids found;
  for (const UnfinishedRun& unfinished : unfinished()) {
    found.push_back(unfinished.key.owner().str() + "/" + unfinished.run.run_id.str());
    EXPECT_EQ(unfinished.key.thread_id(), ThreadId("thread-a"));
    EXPECT_EQ(unfinished.run.thread_id, ThreadId("thread-a"));
    EXPECT_TRUE(protocol::is_active(unfinished.run.state));
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (Ids{"user-one/run-queued", "user-one/run-running", "user-one/run-unrecorded",
                        "user-two/run-theirs"}));
}

TEST_P(ChatStoreContract, WhatCompletedIsThereAfterARestart) {
  ASSERT_TRUE(create(mine_, {.title = "kept", .metadata_json = R"({"a":1})", .now = at(0)}));
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(record(mine_, "one", 1));
  ASSERT_TRUE(finish(mine_, finished("one", protocol::RunState::completed)));
  ASSERT_TRUE(create(key("user-one", "gone"), {.title = "", .now = at(0)}));
  ASSERT_TRUE(remove(key("user-one", "gone")));
  fixture_->restart();
  EXPECT_EQ(thread(mine_).value().title, "kept");
  EXPECT_EQ(ids(messages(mine_).value()), (Ids{"msg-one", "answer-one"}));
  EXPECT_EQ(run("user-one", "one").value().state, protocol::RunState::completed);
  EXPECT_EQ(accept(mine_, message("one")).value().how, AcceptedMessage::How::kRepeated);
  EXPECT_EQ(ids(threads("user-one").value()), Ids{"thread-a"});
}

TEST_P(ChatStoreContract, TextsAreKeptByteForByte) {
  NewMessage odd = message("one");
  odd.content = std::string("a'b\"c;\n\xf0\x9f\x8c\xb1") + std::string(1, '\0') + "end";
  ASSERT_TRUE(accept(mine_, odd));
  EXPECT_EQ(find_message("user-one", "msg-one").value().content, odd.content);
  EXPECT_EQ(accept(mine_, odd).value().how, AcceptedMessage::How::kRepeated);
}

TEST_P(ChatStoreContract, ARepetitionWithoutANamedThreadFindsTheThreadThatWasMade) {
  NewMessage first = message("one", 1);
  first.thread_choice = NewMessage::ThreadChoice::kAny;
  NewMessage again = first;
  ASSERT_TRUE(accept(key("user-one", "t-made"), std::move(first)));
  const auto repeated = accept(key("user-one", "t-made-later"), std::move(again));
  ASSERT_TRUE(repeated);
  EXPECT_EQ(repeated.value().how, AcceptedMessage::How::kRepeated);
  EXPECT_EQ(repeated.value().thread_id, ThreadId("t-made"));
}

TEST_P(ChatStoreContract, AMessageTitlesTheThreadItMakesAndNoOther) {
  NewMessage first = message("one", 1);
  first.title_if_new = "first words";
  ASSERT_TRUE(accept(mine_, std::move(first)));
  NewMessage second = message("two", 2);
  second.title_if_new = "other words";
  ASSERT_TRUE(accept(mine_, std::move(second)));
  EXPECT_EQ(thread(mine_).value().title, "first words");
}

}  // namespace gp::store
