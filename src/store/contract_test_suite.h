/// The contract of ChatStore as tests. Every adapter runs them, from one x_test.cc:
///
///   INSTANTIATE_TEST_SUITE_P(Memory, ChatStoreContract, testing::Values(&make_fixture));
///
/// where make_fixture returns a ChatStoreFixture. Included by tests only. The tests stand in two
/// files: threads here, messages and runs in contract_test_suite_messages.h, which this one
/// includes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/codes.h"
#include "runtime/core.h"
#include "store/chat_store.h"

namespace gp::store {

/// An adapter under test with all it stands on.
class ChatStoreFixture {
 public:
  virtual ~ChatStoreFixture() = default;
  virtual runtime::Core& core() = 0;
  virtual ChatStore& store() = 0;
  /// Lets the core run until `done`; false if it came to rest (or did nothing for long) before.
  virtual bool run_until(UniqueFunction<bool()> done) = 0;
  /// Ends the adapter in good order and makes another one over what it kept.
  virtual void restart() = 0;
};

class ChatStoreContract : public testing::TestWithParam<std::unique_ptr<ChatStoreFixture> (*)()> {
 protected:
  using Key = identity::ThreadKey;
  using Context = identity::UserExecutionContext;

  /// The answer to one operation; its Completion may come once only.
  template <class T>
  class Answer {
   public:
    Completion<Result<T>> completion() {
      return [this](Result<T> result) {
        ++calls_;
        result_.emplace(std::move(result));
      };
    }
    int calls() const { return calls_; }
    Result<T>& result() { return *result_; }

   private:
    int calls_ = 0;
    std::optional<Result<T>> result_;
  };

  static Context context(std::string owner) {
    return Context::create({.user_id = UserId(std::move(owner)), .request_id = RequestId("req_1")})
        .value();
  }
  static Key key(std::string owner, std::string thread) {
    return Key::from_storage(UserId(std::move(owner)), ThreadId(std::move(thread)));
  }
  /// A time with microseconds, which is what a store keeps.
  static WallTime at(std::int64_t second) {
    return WallTime(std::chrono::seconds(1'757'880'000 + second) +
                    std::chrono::microseconds(123'457));
  }
  /// Message and run `name`, asked at `second`.
  static NewMessage message(const std::string& name, std::int64_t second = 0) {
    return {.message_id = MessageId("msg-" + name),
            .content = "content of " + name,
            .parts_json = R"([{"type":"text"}])",
            .run_id = RunId("run-" + name),
            .agent_name = AgentName("helper"),
            .now = at(second)};
  }
  static FinishedRun finished(const std::string& name, protocol::RunState state,
                              std::uint64_t seq = 9, std::int64_t second = 5) {
    return {.run_id = RunId("run-" + name),
            .state = state,
            .error_code = "",
            .seq = Seq{seq},
            .now = at(second),
            .answer_id = MessageId("answer-" + name),
            .answer = "answer to " + name};
  }
  template <class T>
  static Code code(const Result<T>& result) {
    return result.has_error() ? result.error().code : Code::normal;
  }
  static std::vector<std::string> ids(const ThreadPage& page) {
    std::vector<std::string> found;
    for (const auto& thread : page.threads) found.push_back(thread.thread_id.str());
    return found;
  }
  static std::vector<std::string> ids(const MessagePage& page) {
    std::vector<std::string> found;
    for (const auto& message : page.messages) found.push_back(message.message_id.str());
    return found;
  }
  using Ids = std::vector<std::string>;

  ChatStore& store() { return fixture_->store(); }

  template <class Ask>
  void in_turn(Ask ask) {
    runtime::Core::Turn turn(fixture_->core());
    ask();
  }
  /// Answers live on the stacks of tests: one that never comes must not be waited for elsewhere.
  template <class... Answers>
  void wait(Answers&... answers) {
    if (fixture_->run_until([&] { return ((answers.calls() > 0) && ...); })) return;
    ADD_FAILURE() << "an operation never completed";
    std::abort();
  }
  template <class T, class Ask>
  Result<T> get(Ask ask) {
    Answer<T> answer;
    in_turn([&] { ask(answer.completion()); });
    wait(answer);
    return std::move(answer.result());
  }

  Result<CreatedThread> create(const Key& key, NewThread thread) {
    return get<CreatedThread>(
        [&](auto done) { store().create_thread(key, std::move(thread), std::move(done)); });
  }
  Result<protocol::Thread> thread(const Key& key) {
    return get<protocol::Thread>([&](auto done) { store().find_thread(key, std::move(done)); });
  }
  Result<ThreadPage> threads(const std::string& owner, Page page = {}) {
    return get<ThreadPage>(
        [&](auto done) { store().list_threads(context(owner), page, std::move(done)); });
  }
  Result<protocol::Thread> rename(const Key& key, const std::string& title, std::int64_t second) {
    return get<protocol::Thread>(
        [&](auto done) { store().rename_thread(key, title, at(second), std::move(done)); });
  }
  Result<> remove(const Key& key) {
    return get<void>([&](auto done) { store().delete_thread(key, std::move(done)); });
  }
  Result<> begin_remove(const Key& key) {
    return get<void>([&](auto done) { store().begin_delete(key, std::move(done)); });
  }
  std::vector<Key> going() {
    return get<std::vector<Key>>([&](auto done) { store().unfinished_deletions(std::move(done)); })
        .value();
  }
  Result<AcceptedMessage> accept(const Key& key, NewMessage message) {
    return get<AcceptedMessage>(
        [&](auto done) { store().accept_message(key, std::move(message), std::move(done)); });
  }
  Result<> record(const Key& key, const std::string& name, std::uint64_t seq) {
    return get<void>([&](auto done) {
      store().record_message_seq(key, MessageId("msg-" + name), Seq{seq}, std::move(done));
    });
  }
  Result<protocol::Message> find_message(const std::string& owner, const std::string& id) {
    return get<protocol::Message>(
        [&](auto done) { store().find_message(context(owner), MessageId(id), std::move(done)); });
  }
  Result<MessagePage> messages(const Key& key, Page page = {}) {
    return get<MessagePage>([&](auto done) { store().list_messages(key, page, std::move(done)); });
  }
  Result<> start(const Key& key, const std::string& name) {
    return get<void>(
        [&](auto done) { store().start_run(key, RunId("run-" + name), std::move(done)); });
  }
  Result<> finish(const Key& key, FinishedRun finished) {
    return get<void>(
        [&](auto done) { store().finish_run(key, std::move(finished), std::move(done)); });
  }
  Result<protocol::Run> run(const std::string& owner, const std::string& name) {
    return get<protocol::Run>([&](auto done) {
      store().find_run(context(owner), RunId("run-" + name), std::move(done));
    });
  }
  std::vector<UnfinishedRun> unfinished() {
    return get<std::vector<UnfinishedRun>>(
               [&](auto done) { store().unfinished_runs(std::move(done)); })
        .value();
  }

  std::unique_ptr<ChatStoreFixture> fixture_ = GetParam()();
  Key mine_ = key("user-one", "thread-a");
  Key theirs_ = key("user-two", "thread-a");
};

TEST_P(ChatStoreContract, CompletesInALaterTurnAndOnceOnly) {
  Answer<CreatedThread> created;
  Answer<protocol::Thread> found;
  Answer<AcceptedMessage> accepted;
  Answer<void> removed;
  const auto calls = [&] {
    return created.calls() + found.calls() + accepted.calls() + removed.calls();
  };
  {
    runtime::Core::Turn turn(fixture_->core());
    store().create_thread(mine_, NewThread{.title = "t", .now = at(0)}, created.completion());
    store().accept_message(mine_, message("one"), accepted.completion());
    store().find_thread(mine_, found.completion());
    store().delete_thread(mine_, removed.completion());
    EXPECT_EQ(calls(), 0);
  }
  EXPECT_EQ(calls(), 0);
  wait(created, found, accepted, removed);
  EXPECT_EQ(code(thread(mine_)), Code::thread_not_found);
  EXPECT_EQ(calls(), 4);
}

TEST_P(ChatStoreContract, OperationsOfATurnTakeEffectInOrder) {
  Answer<protocol::Thread> before, after, renamed;
  Answer<CreatedThread> created;
  in_turn([&] {
    store().find_thread(mine_, before.completion());
    store().create_thread(mine_, NewThread{.title = "first", .now = at(0)}, created.completion());
    store().rename_thread(mine_, "second", at(1), renamed.completion());
    store().find_thread(mine_, after.completion());
  });
  wait(before, created, renamed, after);
  EXPECT_EQ(code(before.result()), Code::thread_not_found);
  EXPECT_EQ(created.result().value().thread.title, "first");
  EXPECT_EQ(after.result().value().title, "second");
}

TEST_P(ChatStoreContract, ACreatedThreadIsAsGiven) {
  const NewThread given{.title = "It's \xc3\xa9", .metadata_json = R"({"a":[1]})", .now = at(3)};
  const CreatedThread created = create(mine_, given).value();
  EXPECT_EQ(created.how, CreatedThread::How::kMade);
  for (const protocol::Thread& thread : {created.thread, thread(mine_).value()}) {
    EXPECT_EQ(thread.thread_id, ThreadId("thread-a"));
    EXPECT_EQ(thread.title, given.title);
    EXPECT_EQ(thread.metadata_json, given.metadata_json);
    EXPECT_EQ(thread.created_at, at(3));
    EXPECT_EQ(thread.updated_at, at(3));
    EXPECT_EQ(thread.last_seq, Seq{0});
    EXPECT_TRUE(thread.active_runs.empty());
  }
}

TEST_P(ChatStoreContract, CreatingAgainReturnsTheThreadUnchanged) {
  ASSERT_TRUE(create(mine_, {.title = "first", .now = at(0)}));
  ASSERT_TRUE(accept(mine_, message("one", 1)));
  ASSERT_TRUE(record(mine_, "one", 1));
  const CreatedThread again =
      create(mine_, {.title = "second", .metadata_json = R"({"x":1})", .now = at(9)}).value();
  EXPECT_EQ(again.how, CreatedThread::How::kExisted);
  EXPECT_EQ(again.thread.title, "first");
  EXPECT_EQ(again.thread.metadata_json, "{}");
  EXPECT_EQ(again.thread.updated_at, at(1));
  EXPECT_EQ(again.thread.active_runs.size(), 1u);
  EXPECT_EQ(thread(mine_).value().title, "first");
}

TEST_P(ChatStoreContract, AMissingThreadIsRefusedByName) {
  EXPECT_EQ(code(thread(mine_)), Code::thread_not_found);
  EXPECT_EQ(code(rename(mine_, "x", 0)), Code::thread_not_found);
  EXPECT_EQ(code(remove(mine_)), Code::thread_not_found);
  EXPECT_EQ(code(messages(mine_)), Code::thread_not_found);
  EXPECT_TRUE(threads("user-one").value().threads.empty());
}

TEST_P(ChatStoreContract, AForeignThreadIsExactlyAMissingOne) {
  ASSERT_TRUE(create(theirs_, {.title = "theirs", .now = at(0)}));
  ASSERT_TRUE(accept(theirs_, message("one")));
  EXPECT_EQ(code(thread(mine_)), Code::thread_not_found);
  EXPECT_EQ(code(rename(mine_, "x", 0)), Code::thread_not_found);
  EXPECT_EQ(code(remove(mine_)), Code::thread_not_found);
  EXPECT_EQ(code(messages(mine_)), Code::thread_not_found);
  EXPECT_EQ(code(run("user-one", "one")), Code::run_not_found);
  EXPECT_EQ(code(find_message("user-one", "msg-one")), Code::not_found);
  EXPECT_TRUE(threads("user-one").value().threads.empty());
  EXPECT_EQ(thread(theirs_).value().title, "theirs");
}

TEST_P(ChatStoreContract, OwnersWithTheSameThreadIdAreApart) {
  ASSERT_TRUE(create(mine_, {.title = "mine", .now = at(0)}));
  EXPECT_EQ(create(theirs_, {.title = "theirs", .now = at(0)}).value().how,
            CreatedThread::How::kMade);
  ASSERT_TRUE(accept(mine_, message("one")));
  EXPECT_TRUE(messages(theirs_).value().messages.empty());
  ASSERT_TRUE(remove(mine_));
  EXPECT_EQ(thread(theirs_).value().title, "theirs");
  EXPECT_EQ(ids(threads("user-two").value()), Ids{"thread-a"});
}

TEST_P(ChatStoreContract, RenameChangesTitleAndActivityOnly) {
  ASSERT_TRUE(create(mine_, {.title = "old", .metadata_json = R"({"k":1})", .now = at(0)}));
  const protocol::Thread renamed = rename(mine_, "new", 4).value();
  EXPECT_EQ(renamed.title, "new");
  EXPECT_EQ(renamed.metadata_json, R"({"k":1})");
  EXPECT_EQ(renamed.created_at, at(0));
  EXPECT_EQ(renamed.updated_at, at(4));
  EXPECT_EQ(thread(mine_).value().title, "new");
}

TEST_P(ChatStoreContract, ThreadsAreListedNewestActivityFirst) {
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(create(key("user-one", "t-" + std::to_string(i)), {.title = "", .now = at(i)}));
  EXPECT_EQ(ids(threads("user-one").value()), (Ids{"t-3", "t-2", "t-1", "t-0"}));
  ASSERT_TRUE(rename(key("user-one", "t-1"), "x", 10));
  ASSERT_TRUE(accept(key("user-one", "t-0"), message("one", 11)));
  EXPECT_EQ(ids(threads("user-one").value()), (Ids{"t-0", "t-1", "t-3", "t-2"}));
  ASSERT_TRUE(accept(key("user-one", "t-2"), message("two", 12)));
  ASSERT_TRUE(
      finish(key("user-one", "t-0"), finished("one", protocol::RunState::completed, 4, 13)));
  EXPECT_EQ(ids(threads("user-one").value()), (Ids{"t-0", "t-2", "t-1", "t-3"}));
}

TEST_P(ChatStoreContract, PagesOfThreadsCoverEachOnceAlsoWithEqualTimes) {
  constexpr int kThreads = 23;
  for (int i = 0; i < kThreads; ++i)
    ASSERT_TRUE(create(key("user-one", "t-" + std::to_string(i)), {.title = "", .now = at(i / 8)}));
  ASSERT_TRUE(create(theirs_, {.title = "", .now = at(1)}));
  const Ids whole = ids(threads("user-one", {.limit = 100, .cursor = ""}).value());
  ASSERT_EQ(whole.size(), std::size_t{kThreads});
  Ids paged;
  Page page{.limit = 5, .cursor = ""};
  do {
    const ThreadPage found = threads("user-one", page).value();
    EXPECT_LE(found.threads.size(), 5u);
    for (const std::string& id : ids(found)) paged.push_back(id);
    page.cursor = found.next_cursor;
  } while (!page.cursor.empty() && paged.size() <= whole.size());
  EXPECT_EQ(paged, whole);
}

TEST_P(ChatStoreContract, ThePageThatEndsTheListHasNoCursor) {
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(create(key("user-one", "t-" + std::to_string(i)), {.title = "", .now = at(i)}));
  const ThreadPage first = threads("user-one", {.limit = 2, .cursor = ""}).value();
  ASSERT_FALSE(first.next_cursor.empty());
  const ThreadPage second = threads("user-one", {.limit = 2, .cursor = first.next_cursor}).value();
  EXPECT_EQ(ids(second), (Ids{"t-1", "t-0"}));
  EXPECT_TRUE(second.next_cursor.empty());
}

TEST_P(ChatStoreContract, APageGoesOnWhereItWasThoughThreadsMoveUp) {
  for (int i = 0; i < 6; ++i)
    ASSERT_TRUE(create(key("user-one", "t-" + std::to_string(i)), {.title = "", .now = at(i)}));
  const ThreadPage first = threads("user-one", {.limit = 2, .cursor = ""}).value();
  ASSERT_TRUE(rename(key("user-one", "t-5"), "x", 20));
  ASSERT_TRUE(create(key("user-one", "t-new"), {.title = "", .now = at(21)}));
  EXPECT_EQ(ids(threads("user-one", {.limit = 2, .cursor = first.next_cursor}).value()),
            (Ids{"t-3", "t-2"}));
}

TEST_P(ChatStoreContract, ACursorItDidNotGiveIsRefused) {
  ASSERT_TRUE(create(mine_, {.title = "", .now = at(0)}));
  for (const char* cursor : {"x", "t", "m", "-1", "t12", "m-5", "m1x", "t-1.a", "t1.", "12",
                             "t99999999999999999999.a", "m99999999999999999999"}) {
    EXPECT_EQ(code(threads("user-one", {.limit = 5, .cursor = cursor})), Code::invalid_command)
        << cursor;
    EXPECT_EQ(code(messages(mine_, {.limit = 5, .cursor = cursor})), Code::invalid_command)
        << cursor;
  }
}

TEST_P(ChatStoreContract, ADeletionThatBeganIsFoundUntilItIsDone) {
  EXPECT_EQ(code(begin_remove(mine_)), Code::thread_not_found);
  ASSERT_TRUE(create(mine_, NewThread{.title = "t", .now = at(0)}));
  ASSERT_TRUE(create(theirs_, NewThread{.title = "t", .now = at(0)}));
  EXPECT_TRUE(going().empty());
  ASSERT_TRUE(begin_remove(mine_));
  ASSERT_TRUE(begin_remove(mine_));
  EXPECT_EQ(going(), std::vector<Key>{mine_});
  EXPECT_EQ(thread(mine_).value().title, "t");
  ASSERT_TRUE(remove(mine_));
  EXPECT_TRUE(going().empty());
}

TEST_P(ChatStoreContract, ADeletedThreadIsGoneWithAllItHad) {
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(record(mine_, "one", 1));
  ASSERT_TRUE(remove(mine_));
  EXPECT_EQ(code(thread(mine_)), Code::thread_not_found);
  EXPECT_EQ(code(messages(mine_)), Code::thread_not_found);
  EXPECT_EQ(code(run("user-one", "one")), Code::run_not_found);
  EXPECT_EQ(code(find_message("user-one", "msg-one")), Code::not_found);
  EXPECT_TRUE(threads("user-one").value().threads.empty());
  EXPECT_TRUE(unfinished().empty());
  EXPECT_EQ(code(remove(mine_)), Code::thread_not_found);
}

TEST_P(ChatStoreContract, ARecreatedThreadIsNewAndItsMessageIdsAreFree) {
  ASSERT_TRUE(create(mine_, {.title = "old", .now = at(0)}));
  ASSERT_TRUE(accept(mine_, message("one")));
  ASSERT_TRUE(remove(mine_));
  NewMessage other = message("one", 7);
  other.content = "something else";
  other.run_id = RunId("run-new");
  EXPECT_EQ(accept(mine_, other).value().how, AcceptedMessage::How::kFresh);
  const protocol::Thread made = thread(mine_).value();
  EXPECT_EQ(made.title, "");
  EXPECT_EQ(made.created_at, at(7));
  EXPECT_EQ(ids(messages(mine_).value()), Ids{"msg-one"});
}

}  // namespace gp::store

#include "store/contract_test_suite_messages.h"
