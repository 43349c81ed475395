#include <gtest/gtest.h>

#include "protocol/goldenpath_v1.h"

namespace gp::protocol {
namespace {

/// The body of a command that must be right.
template <class Body>
Body decoded(std::string_view text) {
  GoldenpathV1 dialect;
  Command command = dialect.decode(text);
  if (command.body.has_error()) {
    ADD_FAILURE() << text << ": " << command.body.error().message;
    return Body{};
  }
  Body* const body = std::get_if<Body>(&command.body.value());
  if (body == nullptr) {
    ADD_FAILURE() << text << " is another command";
    return Body{};
  }
  return std::move(*body);
}

struct Refusal {
  Code code;
  std::string start;  ///< of the message: the field
  std::string_view text;
};

void expect_refused(const Refusal& refusal) {
  GoldenpathV1 dialect;
  const Command command = dialect.decode(refusal.text);
  ASSERT_TRUE(command.body.has_error()) << refusal.text;
  EXPECT_EQ(command.body.error().code, refusal.code) << refusal.text;
  EXPECT_TRUE(command.body.error().message.starts_with(refusal.start))
      << refusal.text << ": " << command.body.error().message;
}

TEST(DecodeSubscribe, StartsAtTheBeginningUnlessToldOtherwise) {
  const auto plain = decoded<Subscribe>(R"({"type":"subscribe","thread_id":"t"})");
  ASSERT_EQ(plain.threads.size(), 1u);
  EXPECT_EQ(plain.threads[0].thread_id.view(), "t");
  EXPECT_EQ(plain.threads[0].after, Seq{0});
  EXPECT_TRUE(plain.threads[0].epoch.empty());
  EXPECT_EQ(plain.all, AllThreads::kNo);
  const auto exact = decoded<Subscribe>(
      R"({"type":"subscribe","thread_id":"t","after":18446744073709551615,"epoch":"e"})");
  EXPECT_EQ(exact.threads.at(0).after, Seq{~std::uint64_t{0}});
  EXPECT_EQ(exact.threads.at(0).epoch.view(), "e");
  EXPECT_EQ(decoded<Subscribe>(R"({"type":"subscribe","thread_id":"t","after":null})")
                .threads.at(0)
                .after,
            Seq{0});
  EXPECT_EQ(decoded<Subscribe>(R"({"type":"subscribe","thread_id":"t","after":"now"})")
                .threads.at(0)
                .after,
            std::nullopt);
}

TEST(DecodeSubscribe, TakesManyThreadsAndTheStar) {
  const auto many = decoded<Subscribe>(
      R"({"type":"subscribe","threads":[{"thread_id":"a","after":3},{"thread_id":"*"},{"thread_id":"b"}]})");
  ASSERT_EQ(many.threads.size(), 2u);
  EXPECT_EQ(many.threads[0].after, Seq{3});
  EXPECT_EQ(many.threads[1].thread_id.view(), "b");
  EXPECT_EQ(many.all, AllThreads::kYes);
  const auto star = decoded<Subscribe>(R"({"type":"subscribe","thread_id":"*"})");
  EXPECT_TRUE(star.threads.empty());
  EXPECT_EQ(star.all, AllThreads::kYes);
  const auto none = decoded<Subscribe>(R"({"type":"subscribe","threads":[]})");
  EXPECT_TRUE(none.threads.empty());
  EXPECT_EQ(none.all, AllThreads::kNo);
}

TEST(DecodeUnsubscribe, NamesAThreadOrAll) {
  EXPECT_EQ(decoded<Unsubscribe>(R"({"type":"unsubscribe","thread_id":"t"})").thread_id.view(),
            "t");
  EXPECT_EQ(decoded<Unsubscribe>(R"({"type":"unsubscribe","thread_id":"*"})").all,
            AllThreads::kYes);
}

TEST(DecodeUserMessage, HasDefaults) {
  const auto least =
      decoded<UserMessage>(R"({"type":"user_message","message_id":"m","content":"hi"})");
  EXPECT_EQ(least.message_id.view(), "m");
  EXPECT_EQ(least.content, "hi");
  EXPECT_TRUE(least.thread_id.empty());
  EXPECT_TRUE(least.agent.empty());
  EXPECT_EQ(least.parts_json, "");
  EXPECT_EQ(least.on_active, OnActive::reject);
}

TEST(DecodeUserMessage, TakesEveryField) {
  const auto most = decoded<UserMessage>(
      R"({"type":"user_message","message_id":"m","thread_id":"t","content":"\u00fc\n",)"
      R"("parts":[ {"a" : 1} ],"agent":"b","on_active":"interrupt"})");
  EXPECT_EQ(most.thread_id.view(), "t");
  EXPECT_EQ(most.content, "ü\n");
  EXPECT_EQ(most.parts_json, R"([{"a":1}])");
  EXPECT_EQ(most.agent.view(), "b");
  EXPECT_EQ(most.on_active, OnActive::interrupt);
  EXPECT_EQ(decoded<UserMessage>(
                R"({"type":"user_message","message_id":"m","content":"c","on_active":"queue"})")
                .on_active,
            OnActive::queue);
  EXPECT_EQ(decoded<UserMessage>(
                R"({"type":"user_message","message_id":"m","content":"c","on_active":"reject"})")
                .on_active,
            OnActive::reject);
}

TEST(DecodeCommand, TakesTheOthers) {
  const auto stop = decoded<Stop>(R"({"type":"stop","run_id":"r","reason":"why"})");
  EXPECT_EQ(stop.run_id.view(), "r");
  EXPECT_EQ(stop.reason, "why");
  const auto threads = decoded<ListThreads>(R"({"type":"threads"})");
  EXPECT_EQ(threads.page.limit, 50u);
  EXPECT_EQ(threads.page.cursor, "");
  const auto create = decoded<CreateThread>(
      R"({"type":"create_thread","thread_id":"t","title":"T","metadata":{ "a":1}})");
  EXPECT_EQ(create.thread_id.view(), "t");
  EXPECT_EQ(create.title, "T");
  EXPECT_EQ(create.metadata_json, R"({"a":1})");
  EXPECT_EQ(decoded<CreateThread>(R"({"type":"create_thread"})").metadata_json, "{}");
  const auto rename =
      decoded<RenameThread>(R"({"type":"rename_thread","thread_id":"t","title":"T"})");
  EXPECT_EQ(rename.title, "T");
  EXPECT_EQ(decoded<DeleteThread>(R"({"type":"delete_thread","thread_id":"t"})").thread_id.view(),
            "t");
  const auto history =
      decoded<History>(R"({"type":"history","thread_id":"t","limit":7,"cursor":"c"})");
  EXPECT_EQ(history.thread_id.view(), "t");
  EXPECT_EQ(history.page.limit, 7u);
  EXPECT_EQ(history.page.cursor, "c");
  EXPECT_EQ(decoded<Authenticate>(R"({"type":"auth","token":"x.y.z"})").token, "x.y.z");
}

TEST(DecodeCommand, TakesFieldsUnderPayload) {
  const auto message = decoded<UserMessage>(
      R"({"type":"user_message","id":"7","payload":{"message_id":"m","content":"hi","parts":[1],"on_active":"queue"}})");
  EXPECT_EQ(message.message_id.view(), "m");
  EXPECT_EQ(message.parts_json, "[1]");
  EXPECT_EQ(message.on_active, OnActive::queue);
  EXPECT_EQ(decoded<Subscribe>(R"({"type":"subscribe","payload":{"threads":[{"thread_id":"a"}]}})")
                .threads.size(),
            1u);
  EXPECT_EQ(decoded<Stop>(R"({"type":"stop","payload":{"run_id":"r"}})").run_id.view(), "r");
  EXPECT_EQ(decoded<ListThreads>(R"({"type":"threads","payload":{"limit":3}})").page.limit, 3u);
  EXPECT_EQ(
      decoded<Stop>(R"({"type":"stop","run_id":"flat","payload":{"run_id":"r"}})").run_id.view(),
      "flat");
  EXPECT_EQ(decoded<Stop>(R"({"type":"stop","run_id":"r","payload":"no object"})").run_id.view(),
            "r");
}

TEST(DecodeCommand, CutsAPageToTheMost) {
  EXPECT_EQ(decoded<ListThreads>(R"({"type":"threads","limit":200})").page.limit, 200u);
  EXPECT_EQ(decoded<ListThreads>(R"({"type":"threads","limit":201})").page.limit, 200u);
  EXPECT_EQ(decoded<ListThreads>(R"({"type":"threads","limit":18446744073709551615})").page.limit,
            200u);
  EXPECT_EQ(decoded<ListThreads>(R"({"type":"threads","limit":null})").page.limit, 50u);
}

TEST(DecodeCommand, NamesTheFieldThatIsWrong) {
  for (const Refusal& refusal : std::vector<Refusal>{
           {Code::invalid_command, "type: ", R"({})"},
           {Code::invalid_command, "type: ", R"({"type":1})"},
           {Code::invalid_command, "thread_id: ", R"({"type":"subscribe"})"},
           {Code::invalid_command, "thread_id: ", R"({"type":"subscribe","thread_id":7})"},
           {Code::invalid_command, "after: ", R"({"type":"subscribe","thread_id":"t","after":-1})"},
           {Code::invalid_command,
            "after: ", R"({"type":"subscribe","thread_id":"t","after":1.5})"},
           {Code::invalid_command,
            "after: ", R"({"type":"subscribe","thread_id":"t","after":"3"})"},
           {Code::invalid_command, "epoch: ", R"({"type":"subscribe","thread_id":"t","epoch":1})"},
           {Code::invalid_command, "threads: ", R"({"type":"subscribe","threads":"t"})"},
           {Code::invalid_command, "threads: ", R"({"type":"subscribe","threads":["t"]})"},
           {Code::invalid_command, "thread_id: ", R"({"type":"subscribe","threads":[{}]})"},
           {Code::invalid_command, "thread_id: ", R"({"type":"unsubscribe","thread_id":""})"},
           {Code::invalid_command, "message_id: ", R"({"type":"user_message","content":"c"})"},
           {Code::invalid_command, "content: ", R"({"type":"user_message","message_id":"m"})"},
           {Code::invalid_command,
            "content: ", R"({"type":"user_message","message_id":"m","content":[]})"},
           {Code::invalid_command,
            "parts: ", R"({"type":"user_message","message_id":"m","content":"c","parts":{}})"},
           {Code::invalid_command,
            "agent: ", R"({"type":"user_message","message_id":"m","content":"c","agent":1})"},
           {Code::invalid_command, "on_active: ",
            R"({"type":"user_message","message_id":"m","content":"c","on_active":"wait"})"},
           {Code::invalid_command, "run_id: ", R"({"type":"stop"})"},
           {Code::invalid_command, "reason: ", R"({"type":"stop","run_id":"r","reason":{}})"},
           {Code::invalid_command, "limit: ", R"({"type":"threads","limit":0})"},
           {Code::invalid_command, "limit: ", R"({"type":"threads","limit":-1})"},
           {Code::invalid_command, "limit: ", R"({"type":"threads","limit":"5"})"},
           {Code::invalid_command, "cursor: ", R"({"type":"history","thread_id":"t","cursor":5})"},
           {Code::invalid_command, "metadata: ", R"({"type":"create_thread","metadata":[]})"},
           {Code::invalid_command, "title: ", R"({"type":"rename_thread","thread_id":"t"})"},
           {Code::invalid_command, "thread_id: ", R"({"type":"delete_thread"})"},
           {Code::invalid_command, "token: ", R"({"type":"auth"})"},
           {Code::invalid_json, "not JSON", R"({"type":"ping")"},
           {Code::invalid_json, "not a JSON object", R"([])"}})
    expect_refused(refusal);
}

TEST(DecodeCommand, ListsTheCommandsForAnUnknownOne) {
  GoldenpathV1 dialect;
  const Command command = dialect.decode(R"({"type":"teleport","id":"1"})");
  ASSERT_TRUE(command.body.has_error());
  EXPECT_EQ(command.body.error().code, Code::unknown_command);
  EXPECT_EQ(command.id, "1");
  const std::string& message = command.body.error().message;
  EXPECT_NE(message.find("\"teleport\""), std::string::npos) << message;
  for (const char* const name :
       {"subscribe", "unsubscribe", "user_message", "stop", "threads", "create_thread",
        "rename_thread", "delete_thread", "history", "auth", "ping"})
    EXPECT_NE(message.find(name), std::string::npos) << name;
}

TEST(DecodeCommand, KnowsTheIdEvenWhenTheBodyIsWrong) {
  GoldenpathV1 dialect;
  EXPECT_EQ(dialect.decode(R"({"type":"stop","id":"c1"})").id, "c1");
  EXPECT_EQ(dialect.decode(R"({"id":"c2"})").id, "c2");
  EXPECT_EQ(dialect.decode(R"({"type":"threads"})").id, "");
}

TEST(DecodeCommand, RefusesAnIdThatIsNoShortString) {
  expect_refused({Code::invalid_command, "id: ", R"({"type":"threads","id":7})"});
  const std::string longest(GoldenpathV1::kCommandIdBytesMax, 'i');
  GoldenpathV1 dialect;
  EXPECT_TRUE(dialect.decode(R"({"type":"threads","id":")" + longest + "\"}").body.has_value());
  const Command over = dialect.decode(R"({"type":"threads","id":")" + longest + "i\"}");
  ASSERT_TRUE(over.body.has_error());
  EXPECT_EQ(over.id, longest);
}

// A cut inside a character made an error frame that was not UTF-8, for which clients close 1007.
TEST(DecodeCommand, CutsTextsBetweenCharacters) {
  GoldenpathV1 dialect;
  JsonParser parser;
  for (std::size_t ascii = 0; ascii < 5; ++ascii) {
    std::string text(ascii, 'a');
    while (text.size() < 400) text += "漢";
    for (const std::string& json :
         {R"({"type":"threads","id":")" + text + "\"}", R"({"type":")" + text + "\"}"}) {
      const Command command = dialect.decode(json);
      ASSERT_TRUE(command.body.has_error());
      EXPECT_TRUE(parser.parse(dialect.error(command.id, command.body.error())).has_value())
          << ascii;
    }
  }
}

TEST(DecodePing, KeepsEveryFieldButTheType) {
  EXPECT_EQ(decoded<Ping>(R"({"type":"ping"})").fields_json, "");
  EXPECT_EQ(decoded<Ping>(R"({"id":7,"type":"ping","t": 1.50,"n":{"a":[ null ]},"k\"":"v\n"})")
                .fields_json,
            R"("id":7,"t":1.5,"n":{"a":[null]},"k\"":"v\n")");
}

TEST(DecodeBody, TakesAnEmptyBodyAndThePathsMember) {
  GoldenpathV1 dialect;
  const auto stop = dialect.decode_body("stop", "", {"run_id", "from path"});
  ASSERT_TRUE(stop.has_value());
  EXPECT_EQ(std::get<Stop>(stop.value()).run_id.view(), "from path");
  const auto both = dialect.decode_body("stop", R"({"run_id":"from body","reason":"r"})",
                                        {"run_id", "from path"});
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(std::get<Stop>(both.value()).run_id.view(), "from path");
  EXPECT_EQ(std::get<Stop>(both.value()).reason, "r");
  EXPECT_EQ(dialect.decode_body("rename_thread", "{}", {"thread_id", "t"}).error().message,
            "title: must be a string that is not empty");
  EXPECT_EQ(dialect.decode_body("stop", "[]", {}).error().code, Code::invalid_json);
}

}  // namespace
}  // namespace gp::protocol
