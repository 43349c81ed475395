// Request smuggling: every row of http_smuggling_cases.h has one outcome, however it is cut.
#include "net/http_smuggling_cases.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "net/http_error.h"
#include "net/http_session.h"
#include "net/test_rig.h"

namespace gp::net {
namespace {

void add(std::string& outcome, std::string_view part) {
  outcome.append(outcome.empty() ? "" : " | ").append(part);
}

/// What a connection makes of bytes that arrive in these pieces: parsers in a row, as HttpSession
/// runs them.
class Reader {
 public:
  void feed(std::string_view bytes) {
    while (!bytes.empty() && !over_) {
      if (!parser_) parser_ = std::make_unique<HttpRequestParser>(HttpLimits{});
      const auto progress = parser_->feed(bytes);
      if (progress.has_error()) {
        over_ = true;
        parser_.reset();
        return add(outcome_, std::to_string(protocol::info(progress.error().code).http_status));
      }
      if (progress.value().state == ParseState::kNeedMore) return;
      bytes.remove_prefix(progress.value().consumed);
      const HttpRequest request = parser_->take_request();
      parser_.reset();
      over_ = !request.keep_alive;
      add(outcome_, request.method + " " + request.target + " " + request.body);
    }
  }
  std::string outcome() const {
    std::string text = outcome_;
    if (parser_) add(text, "...");
    return text;
  }

 private:
  std::unique_ptr<HttpRequestParser> parser_;
  std::string outcome_;
  bool over_ = false;
};

TEST(HttpSmuggling, EveryRowHasOneOutcome) {
  for (const SmugglingCase& row : smuggling_cases()) {
    Reader reader;
    reader.feed(row.stream);
    EXPECT_EQ(reader.outcome(), row.outcome) << row.name;
  }
}

TEST(HttpSmuggling, NoCutChangesAnOutcome) {
  for (const SmugglingCase& row : smuggling_cases()) {
    const std::string_view stream = row.stream;
    // The long rows are about sizes; a cut at every byte of them would take minutes.
    const std::size_t step = stream.size() > 1000 ? 97 : 1;
    for (std::size_t cut = 0; cut <= stream.size(); cut += step) {
      Reader reader;
      reader.feed(stream.substr(0, cut));
      reader.feed(stream.substr(cut));
      ASSERT_EQ(reader.outcome(), row.outcome) << row.name << ", cut at " << cut;
    }
    Reader reader;
    for (std::size_t at = 0; at < stream.size(); ++at) reader.feed(stream.substr(at, 1));
    EXPECT_EQ(reader.outcome(), row.outcome) << row.name << ", byte by byte";
  }
}

TEST(HttpSmuggling, HasEnoughRowsWithNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const SmugglingCase& row : smuggling_cases())
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  EXPECT_GE(names.size(), 150u);
}

class Recorder final : public HttpRequestHandler {
 public:
  void on_request(HttpRequest request, HttpReply reply) override {
    add(seen, request.method + " " + request.target + " " + request.body);
    reply.send(HttpResponse{200, {}, "fine"});
  }
  std::string seen;
};

/// The rows on real connections: what the handler saw, what was answered, and how it ended.
class SmugglingConnection : public testing::Test {
 protected:
  void play(const SmugglingCase& row, std::size_t piece_bytes) {
    SCOPED_TRACE(row.name);
    Recorder recorder;
    TestClient& client = rig.connect_to(std::make_unique<HttpSession>(recorder, options));
    std::string_view rest = row.stream;
    while (!rest.empty() && client.end() == TestClient::End::kOpen) {
      const std::size_t sent = client.try_send(rest.substr(0, piece_bytes));
      rest.remove_prefix(sent);
      rig.step();
    }
    const std::string last = row.outcome.substr(row.outcome.rfind('|') + 1);
    const auto digit = last.find_first_not_of(' ');
    const bool refused = last[digit] >= '0' && last[digit] <= '9';
    if (refused) {
      ASSERT_TRUE(rig.run_until([&] { return client.end() != TestClient::End::kOpen; }));
      add(recorder.seen, last.substr(digit));
      EXPECT_EQ(client.count("HTTP/1.1 " + last.substr(digit)), 1u) << client.received();
      EXPECT_EQ(client.count("\"error\":{\"code\":"), 1u) << client.received();
      EXPECT_EQ(client.count("Connection: close\r\n"), 1u) << client.received();
    } else if (row.outcome != "...") {
      const auto expected = static_cast<std::size_t>(std::ranges::count(row.outcome, '|')) + 1;
      ASSERT_TRUE(rig.run_until([&] { return client.count("\r\n\r\nfine") == expected; }))
          << client.received();
    } else {
      add(recorder.seen, row.outcome);
    }
    rig.settle();
    EXPECT_EQ(recorder.seen, row.outcome);
    client.vanish();
    ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  }

  HttpOptions options;
  TestRig rig;
};

TEST_F(SmugglingConnection, EndsWithTheRefusal) {
  for (const SmugglingCase& row : smuggling_cases()) play(row, 64 * kKiB);
}

TEST_F(SmugglingConnection, ByteByByte) {
  for (const SmugglingCase& row : smuggling_cases()) {
    if (row.stream.size() < 1000) play(row, 1);
  }
}

}  // namespace
}  // namespace gp::net
