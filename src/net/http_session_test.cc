#include "net/http_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "net/test_rig.h"

namespace gp::net {
namespace {

using std::chrono::milliseconds;
using End = TestClient::End;

HttpResponse text(std::string body) { return HttpResponse{200, {}, std::move(body)}; }

/// Answers with what it was asked for, at once or when the test says so.
class Handler final : public HttpRequestHandler {
 public:
  enum class Mode { kAnswer, kKeep, kDrop };

  void on_request(HttpRequest request, HttpReply reply) override {
    seen.push_back(request.target);
    if (mode == Mode::kAnswer) return reply.send(text("[" + request.target + request.body + "]"));
    if (mode == Mode::kDrop) return;
    requests.push_back(std::move(request));
    replies.push_back(std::move(reply));
  }
  HttpReply take() {
    HttpReply reply = std::move(replies.front());
    replies.pop_front();
    return reply;
  }

  Mode mode = Mode::kAnswer;
  std::vector<std::string> seen;
  std::deque<HttpRequest> requests;
  std::deque<HttpReply> replies;
};

struct StreamLog {
  std::size_t started = 0;
  std::size_t destroyed = 0;
  std::size_t bytes_given = 0;
  std::size_t bytes_left = 0;
  HttpSession* session = nullptr;
};

/// Gives `bytes_left` bytes of 'x', as many at a time as are asked for.
class Stream final : public ResponseStream {
 public:
  explicit Stream(StreamLog& log) : log_(log) {}
  ~Stream() override {
    ++log_.destroyed;
    log_.session = nullptr;
  }
  void on_started(HttpSession& session) override {
    ++log_.started;
    log_.session = &session;
    session.want_flush();
  }
  SocketHandler::Fill fill(std::string& out, std::size_t bytes_max) override {
    const std::size_t count = std::min(bytes_max, log_.bytes_left);
    out.append(count, 'x');
    log_.bytes_left -= count;
    log_.bytes_given += count;
    return log_.bytes_left > 0 ? SocketHandler::Fill::kMore : SocketHandler::Fill::kDone;
  }

 private:
  StreamLog& log_;
};

class HttpSessionTest : public testing::Test {
 protected:
  TestClient& connect() { return rig.connect_to(std::make_unique<HttpSession>(handler, options)); }
  /// A client that has asked for a stream, which then begins.
  TestClient& connect_stream(std::string_view request = "GET /s HTTP/1.1\r\nHost: x\r\n\r\n") {
    handler.mode = Handler::Mode::kKeep;
    TestClient& client = connect();
    client.send(request);
    EXPECT_TRUE(rig.run_until([&] { return !handler.replies.empty(); }));
    rig.in_turn([&] {
      handler.take().take_session()->start_stream(
          HttpResponse{200, {{"Content-Type", "text/event-stream"}}, {}},
          std::make_unique<Stream>(log));
    });
    return client;
  }

  StreamLog log;
  Handler handler;
  HttpOptions options;
  TestRig rig;
};

TEST_F(HttpSessionTest, AnswersPipelinedRequestsInOrder) {
  TestClient& client = connect();
  std::string requests;
  for (int i = 0; i < 200; ++i)
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(requests);
  ASSERT_TRUE(rig.run_until([&] { return client.got("[/199]"); }));
  std::size_t at = 0;
  for (int i = 0; i < 200; ++i) {
    at = client.received().find("[/" + std::to_string(i) + "]", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_EQ(client.end(), End::kOpen);
  EXPECT_EQ(rig.metrics.http_requests.value(), 200u);
}

// One connection with a thousand requests in a packet had all of them answered before anybody
// else's.
TEST_F(HttpSessionTest, LetsOthersHaveTheirTurnDuringAFlood) {
  TestClient& flood = connect();
  TestClient& other = connect();
  std::string requests;
  for (int i = 0; i < 400; ++i) requests += "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n";
  flood.send(requests);
  other.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return flood.count("[/flood]") == 400; }));
  const auto found = std::ranges::find(handler.seen, "/other");
  ASSERT_NE(found, handler.seen.end());
  EXPECT_LE(found - handler.seen.begin(), 2 * HttpSession::kRequestsPerTurn);
  EXPECT_TRUE(rig.run_until([&] { return other.got("[/other]"); }));
}

TEST_F(HttpSessionTest, HoldsNoMoreOfAnEndlessFloodThanItsLimit) {
  TestClient& flood = connect();
  const std::string request = "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n";
  std::string requests;
  for (int i = 0; i < 20'000; ++i) requests += request;
  std::size_t sent = 0;
  for (int round = 0; round < 2'000; ++round) {
    sent += flood.try_send(std::string_view(requests).substr(sent));
    rig.step();
    const std::uint64_t waiting =
        rig.metrics.bytes_received.value() - handler.seen.size() * request.size();
    ASSERT_LE(waiting, HttpSession::kHeldBytesMax + rig.hub.limits().read_bytes) << round;
  }
  EXPECT_GT(handler.seen.size(), 2'000u) << "the flood goes on";
}

TEST_F(HttpSessionTest, SaysTheDate) {
  TestClient& client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.got("[/a]"); }));
  EXPECT_EQ(client.count("\r\nDate: "), 1u);
  EXPECT_TRUE(client.got(" GMT\r\n")) << client.received();
}

/// Says which header the answers shall have.
class LabellingHandler final : public HttpRequestHandler {
 public:
  void on_request(HttpRequest, HttpReply reply) override { reply.send(text("labelled")); }
  HttpHeaders answer_headers(const HttpRequest& request) override {
    return {{"Label", request.target}};
  }
};

TEST_F(HttpSessionTest, PutsTheHandlersHeadersOnAnswersAndRefusals) {
  LabellingHandler labels;
  options.limits.body_bytes = 1;
  TestClient& client = rig.connect_to(std::make_unique<HttpSession>(labels, options));
  client.send(
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\n"
      "Transfer-Encoding: chunked\r\n\r\n2\r\nxx\r\n0\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.count("Label: /a\r\n"), 1u);
  EXPECT_EQ(client.count("Label: /b\r\n"), 1u);
  EXPECT_EQ(client.count("HTTP/1.1 413 "), 1u);
}

TEST_F(HttpSessionTest, ReadsTheNextRequestOnlyAfterTheAnswerBefore) {
  handler.mode = Handler::Mode::kKeep;
  TestClient& client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c HT");
  ASSERT_TRUE(rig.run_until([&] { return handler.replies.size() == 1; }));
  client.send("TP/1.1\r\nHost: x\r\n\r\n");
  rig.settle();
  EXPECT_EQ(handler.seen, (std::vector<std::string>{"/a"}));
  rig.in_turn([&] { handler.take().send(text("first")); });
  ASSERT_TRUE(rig.run_until([&] { return client.got("first") && handler.replies.size() == 1; }));
  rig.in_turn([&] { handler.take().send(text("second")); });
  ASSERT_TRUE(rig.run_until([&] { return client.got("second") && handler.replies.size() == 1; }));
  rig.in_turn([&] { handler.take().send(text("third")); });
  ASSERT_TRUE(rig.run_until([&] { return client.got("third"); }));
  EXPECT_EQ(handler.seen, (std::vector<std::string>{"/a", "/b", "/c"}));
}

TEST_F(HttpSessionTest, StopsReadingWhileTooMuchWaitsBehindARequest) {
  handler.mode = Handler::Mode::kKeep;
  TestClient& client = connect();
  client.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return !handler.replies.empty(); }));
  const std::string more = "POST /more HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" +
                           std::string(900'000, 'b');
  std::size_t sent = 0;
  for (int round = 0; round < 200; ++round) {
    sent += client.try_send(std::string_view(more).substr(sent));
    rig.step();
  }
  ASSERT_LT(sent, more.size());
  EXPECT_LE(rig.metrics.bytes_received.value(),
            HttpSession::kHeldBytesMax + rig.hub.limits().read_bytes + 64);
  rig.in_turn([&] { handler.take().send(text("ok")); });
  ASSERT_TRUE(rig.run_until([&] {
    sent += client.try_send(std::string_view(more).substr(sent));
    return handler.replies.size() == 1;
  }));
  EXPECT_EQ(handler.requests.back().body.size(), 900'000u);
}

TEST_F(HttpSessionTest, ClosesWhenTheRequestSaysSo) {
  TestClient& client = connect();
  client.send(
      "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_TRUE(client.got("Connection: close\r\n"));
  EXPECT_TRUE(client.got("[/a]"));
  EXPECT_EQ(handler.seen.size(), 1u);
}

TEST_F(HttpSessionTest, ClosesAfterAnHttp10Request) {
  TestClient& client = connect();
  client.send("GET /a HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_TRUE(client.got("[/a]"));
}

TEST_F(HttpSessionTest, AnswersAHalfClosedClient) {
  handler.mode = Handler::Mode::kKeep;
  TestClient& client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  client.half_close();
  ASSERT_TRUE(rig.run_until([&] { return !handler.replies.empty(); }));
  rig.settle();
  rig.in_turn([&] { handler.take().send(text("late")); });
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_TRUE(client.got("late"));
  EXPECT_TRUE(client.got("Connection: close\r\n"));
  EXPECT_EQ(rig.hub.size(), 0u);
}

// A client that pipelined two requests and closed its side got only the first answer, because the
// end of input closed the connection before the held request was parsed.
TEST_F(HttpSessionTest, AnswersEverythingThatAHalfClosedClientPipelined) {
  handler.mode = Handler::Mode::kKeep;
  TestClient& client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\nGET /cut");
  client.half_close();
  ASSERT_TRUE(rig.run_until([&] { return handler.replies.size() == 1; }));
  rig.settle();
  rig.in_turn([&] { handler.take().send(text("first")); });
  ASSERT_TRUE(
      rig.run_until([&] { return handler.replies.size() == 1 || client.end() != End::kOpen; }));
  ASSERT_EQ(handler.replies.size(), 1u);
  rig.in_turn([&] { handler.take().send(text("second")); });
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_TRUE(client.got("first"));
  EXPECT_TRUE(client.got("second"));
}

TEST_F(HttpSessionTest, ClosesQuietlyWhenAClientLeavesBetweenRequests) {
  TestClient& client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.got("[/a]"); }));
  client.half_close();
  ASSERT_TRUE(rig.run_until([&] { return rig.hub.size() == 0; }));
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
}

TEST_F(HttpSessionTest, RefusesAMalformedRequestAndCloses) {
  for (const char* const request :
       {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"}) {
    TestClient& client = connect();
    client.send(request);
    ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; })) << request;
    EXPECT_EQ(client.end(), End::kClosed) << request;
    EXPECT_TRUE(client.received().starts_with("HTTP/1.1 400 ")) << request << client.received();
    EXPECT_TRUE(client.got("\"code\":\"bad_request\"")) << request;
    EXPECT_TRUE(client.got("Connection: close\r\n")) << request;
  }
  EXPECT_TRUE(handler.seen.empty());
}

TEST_F(HttpSessionTest, RefusesABodyOverItsLimitBeforeItArrives) {
  options.limits.body_bytes = 10;
  TestClient& client = connect();
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 413 ")) << client.received();
  EXPECT_TRUE(client.got("payload_too_large"));
  TestClient& small = connect();
  small.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789");
  EXPECT_TRUE(rig.run_until([&] { return small.got("[/p0123456789]"); }));
}

TEST_F(HttpSessionTest, RefusesAHeadOverItsLimit) {
  options.limits.head_bytes = 100;
  TestClient& client = connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(200, 'a') + "\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 431 ")) << client.received();
}

TEST_F(HttpSessionTest, RefusesATargetOverItsLimit) {
  options.limits.target_bytes = 10;
  TestClient& client = connect();
  client.send("GET /" + std::string(10, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 414 URI Too Long\r\n")) << client.received();
  EXPECT_TRUE(client.got("uri_too_long"));
}

// What follows a CONNECT may be a tunnel to whoever stands in between: nothing of it is read.
TEST_F(HttpSessionTest, OpensNoTunnel) {
  TestClient& client = connect();
  client.send("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 405 ")) << client.received();
  EXPECT_TRUE(client.got("\r\nAllow: \r\n")) << client.received();
  EXPECT_TRUE(client.got("no tunnel"));
  EXPECT_EQ(client.count("HTTP/1.1 "), 1u);
  EXPECT_TRUE(handler.seen.empty());
}

TEST_F(HttpSessionTest, TellsASlowRequestThatItIsLate) {
  options.timeouts.request = milliseconds(700);
  TestClient& client = connect();
  client.send("GET / HTTP/1.1\r\nHo");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 408 ")) << client.received();
  EXPECT_EQ(rig.metrics.timeouts.value(), 1u);
}

// The time for a body grew with nothing: whoever sent one byte a second had the whole of it,
// however long.
TEST_F(HttpSessionTest, EndsABodyThatTrickles) {
  options.timeouts.request = milliseconds(1);
  options.timeouts.bytes_per_second = 1 * kMiB;
  TestClient& client = connect();
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] {
    if (client.end() == End::kOpen) client.try_send("b");
    return client.end() != End::kOpen;
  }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 408 ")) << client.received();
  EXPECT_TRUE(handler.seen.empty());
}

TEST_F(HttpSessionTest, KeepsABodyThatKeepsItsRate) {
  options.timeouts.request = milliseconds(1);
  options.timeouts.bytes_per_second = 1;
  TestClient& client = connect();
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + std::string(99, 'b'));
  const std::uint32_t start = rig.hub.tick();
  ASSERT_TRUE(rig.run_until([&] { return rig.hub.tick() - start >= 8; }));
  EXPECT_EQ(client.received(), "");
  client.send("e");
  EXPECT_TRUE(rig.run_until([&] { return client.got("be]"); }));
}

// Bytes of the head earn no time: it has its own, all of it.
TEST_F(HttpSessionTest, EndsAHeadThatTrickles) {
  options.limits.head_bytes = 1 * kMiB;
  options.timeouts.request = milliseconds(1);
  options.timeouts.bytes_per_second = 1;
  TestClient& client = connect();
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
  ASSERT_TRUE(rig.run_until([&] {
    if (client.end() == End::kOpen) client.try_send("h");
    return client.end() != End::kOpen;
  }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 408 ")) << client.received();
}

/// Answers with bytes that outlive the connections.
class FileHandler final : public HttpRequestHandler {
 public:
  void on_request(HttpRequest, HttpReply reply) override {
    HttpResponse response;
    response.lasting_body = file;
    reply.send(std::move(response));
  }
  const std::string file = std::string(4 * kMiB, 'f');
};

TEST_F(HttpSessionTest, ResetsAReaderThatLeavesItsAnswer) {
  FileHandler files;
  options.timeouts.request = milliseconds(1);
  TestClient& client = rig.connect_to(std::make_unique<HttpSession>(files, options));
  client.stop_reading();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return rig.metrics.timeouts.value() == 1; }));
  EXPECT_EQ(rig.hub.size(), 0u);
  EXPECT_EQ(
      rig.metrics.closes_by_reason[static_cast<std::size_t>(CloseReason::stalled_reader)].value(),
      1u);
  EXPECT_LT(rig.metrics.bytes_sent.value(), files.file.size());
  client.start_reading();
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kReset);
}

TEST_F(HttpSessionTest, GivesAFileToASlowReaderThatReadsOn) {
  FileHandler files;
  options.timeouts.request = milliseconds(1);
  options.timeouts.bytes_per_second = 1;
  TestClient& client = rig.connect_to(std::make_unique<HttpSession>(files, options));
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::uint32_t start = rig.hub.tick();
  ASSERT_TRUE(rig.run_until([&] {
    client.stop_reading();
    rig.settle();
    client.start_reading();
    return rig.hub.tick() - start >= 8;
  }));
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_TRUE(client.got("Content-Length: " + std::to_string(files.file.size())));
  EXPECT_EQ(client.received().size() - client.received().find("\r\n\r\n") - 4, files.file.size());
}

TEST_F(HttpSessionTest, AnswersBehindAFileInOrder) {
  FileHandler files;
  TestClient& client = rig.connect_to(std::make_unique<HttpSession>(files, options));
  client.send(
      "GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  const std::string& all = client.received();
  const std::size_t body = all.find("\r\n\r\n") + 4;
  ASSERT_GT(all.size(), body + files.file.size());
  EXPECT_EQ(all.find_first_not_of('f', body), body + files.file.size());
  EXPECT_TRUE(all.substr(body + files.file.size()).starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(client.count("HTTP/1.1 400 "), 1u);
}

TEST_F(HttpSessionTest, ClosesASilentConnectionWithoutAWord) {
  options.timeouts.request = milliseconds(1);
  TestClient& client = connect();
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_EQ(client.received(), "");
}

TEST_F(HttpSessionTest, ClosesAnIdleConnectionAfterItsAnswer) {
  options.timeouts.idle = milliseconds(1);
  TestClient& client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kClosed);
  EXPECT_TRUE(client.received().ends_with("[/a]")) << client.received();
}

TEST_F(HttpSessionTest, AnswersForAHandlerThatTakesTooLong) {
  options.timeouts.handling = milliseconds(1);
  handler.mode = Handler::Mode::kKeep;
  TestClient& client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 500 ")) << client.received();
  ASSERT_EQ(handler.replies.size(), 1u);
  rig.in_turn([&] { handler.take().send(text("too late")); });
  rig.settle();
  EXPECT_FALSE(client.got("too late"));
}

TEST_F(HttpSessionTest, AnswersHeadWithTheHeadOfGet) {
  TestClient& client = connect();
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.got("[/b]"); }));
  EXPECT_FALSE(client.got("[/a]"));
  EXPECT_EQ(client.count("Content-Length: 4\r\n"), 2u);
}

TEST_F(HttpSessionTest, SaysContinueOnceBeforeTheBody) {
  TestClient& client = connect();
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.got("100 Continue\r\n\r\n"); }));
  client.send("h");
  rig.settle();
  client.send("i");
  ASSERT_TRUE(rig.run_until([&] { return client.got("[/phi]"); }));
  EXPECT_EQ(client.count("100 Continue"), 1u);
}

TEST_F(HttpSessionTest, ResetsWhenAReplyIsDropped) {
  handler.mode = Handler::Mode::kDrop;
  TestClient& client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kReset);
  EXPECT_EQ(rig.hub.size(), 0u);
}

TEST_F(HttpSessionTest, TakesAReplyForAConnectionThatIsGone) {
  handler.mode = Handler::Mode::kKeep;
  TestClient& client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return !handler.replies.empty(); }));
  rig.in_turn([&] { rig.hub.abort_all(); });
  ASSERT_EQ(rig.hub.size(), 0u);
  rig.in_turn([&] { handler.take().send(text("nobody")); });
  // The late answer went nowhere, and the hub goes on.
  EXPECT_FALSE(client.got("nobody"));
  handler.mode = Handler::Mode::kAnswer;
  TestClient& next = connect();
  next.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(rig.run_until([&] { return next.got("[/b]"); }));
}

TEST_F(HttpSessionTest, StreamsInChunks) {
  log.bytes_left = 5;
  TestClient& client = connect_stream();
  ASSERT_TRUE(rig.run_until([&] { return client.got("\r\n\r\n5\r\nxxxxx\r\n"); }));
  EXPECT_TRUE(client.got("Transfer-Encoding: chunked\r\n"));
  rig.in_turn([&] {
    log.bytes_left = 17;
    log.session->want_flush();
  });
  ASSERT_TRUE(rig.run_until([&] { return client.got("11\r\nxxxxxxxxxxxxxxxxx\r\n"); }));
  client.vanish();
  ASSERT_TRUE(rig.run_until([&] { return log.destroyed > 0; }));
  rig.settle();
  EXPECT_EQ(log.started, 1u);
  EXPECT_EQ(log.destroyed, 1u);
}

TEST_F(HttpSessionTest, StreamsPlainlyToHttp10) {
  log.bytes_left = 5;
  TestClient& client = connect_stream("GET /s HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.received().ends_with("\r\n\r\nxxxxx"); }));
  EXPECT_FALSE(client.got("chunked"));
}

TEST_F(HttpSessionTest, AnswersHeadOfAStreamWithoutStarting) {
  TestClient& client = connect_stream("HEAD /s HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.got("text/event-stream"); }));
  EXPECT_EQ(log.started, 0u);
  EXPECT_EQ(log.destroyed, 1u);
}

TEST_F(HttpSessionTest, HoldsAtMostOneWriteForAReaderThatStops) {
  TestClient& slow = connect_stream();
  ASSERT_TRUE(rig.run_until([&] { return slow.got("\r\n\r\n"); }));
  slow.stop_reading();
  rig.in_turn([&] {
    log.bytes_left = 64 * kMiB;
    log.session->want_flush();
  });
  ASSERT_TRUE(rig.run_until([&] { return rig.metrics.writes_blocked.value() > 0; }));
  rig.settle();
  const std::size_t given = log.bytes_given;
  EXPECT_LE(given, rig.metrics.bytes_sent.value() + rig.hub.limits().write_bytes);

  handler.mode = Handler::Mode::kAnswer;
  TestClient& other = connect();
  other.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return other.got("[/other]"); }));
  rig.settle();
  EXPECT_EQ(log.bytes_given, given);

  log.bytes_left = 4;
  slow.start_reading();
  EXPECT_TRUE(rig.run_until([&] { return slow.received().ends_with("\r\n4\r\nxxxx\r\n"); }));
}

TEST_F(HttpSessionTest, KeepsASilentStreamAliveWithComments) {
  options.timeouts.stream_comment = milliseconds(1);
  options.timeouts.stalled_reader = milliseconds(1);
  TestClient& client = connect_stream();
  ASSERT_TRUE(rig.run_until([&] { return client.count("\r\n: keep-alive\n\n\r\n") >= 3; }));
  EXPECT_EQ(client.end(), End::kOpen);
}

TEST_F(HttpSessionTest, ResetsAStreamWhoseReaderTakesNothingForTooLong) {
  options.timeouts.stream_comment = milliseconds(1);
  options.timeouts.stalled_reader = milliseconds(3);
  TestClient& client = connect_stream();
  client.stop_reading();
  rig.in_turn([&] {
    log.bytes_left = 64 * kMiB;
    log.session->want_flush();
  });
  ASSERT_TRUE(rig.run_until([&] { return log.destroyed > 0; }));
  EXPECT_EQ(rig.metrics.timeouts.value(), 1u);
  client.start_reading();
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(client.end(), End::kReset);
}

TEST_F(HttpSessionTest, EndsAStreamWhoseClientHalfCloses) {
  TestClient& client = connect_stream();
  client.half_close();
  ASSERT_TRUE(rig.run_until([&] { return client.end() != End::kOpen; }));
  EXPECT_EQ(log.destroyed, 1u);
  EXPECT_FALSE(client.got("0\r\n\r\n"));
}

TEST_F(HttpSessionTest, GoesOnAfterAMoveToAnotherCore) {
  TestRig other;
  Handler other_handler;
  TestClient& client = connect();
  client.send("GET /here HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(rig.run_until([&] { return client.got("[/here]"); }));
  handler.mode = Handler::Mode::kKeep;
  client.send(
      "GET /moved HTTP/1.1\r\nHost: x\r\n\r\nGET /behind HTTP/1.1\r\nHost: x\r\n\r\nGET /c");
  ASSERT_TRUE(rig.run_until([&] { return handler.replies.size() == 1; }));
  std::unique_ptr<HttpSession::Detached> moved;
  rig.in_turn([&] {
    moved = std::make_unique<HttpSession::Detached>(handler.take().take_session()->detach());
  });
  EXPECT_EQ(rig.hub.size(), 0u);
  client.send("ut HTTP/1.1\r\nHost: x\r\n\r\n");
  other.in_turn([&] {
    DetachedSocket socket = std::move(moved->socket);
    other.hub.adopt(std::move(socket),
                    std::make_unique<HttpSession>(other_handler, options, *moved,
                                                  std::move(handler.requests.front())));
  });
  ASSERT_TRUE(other.run_until([&] {
    client.pump();
    return client.got("[/cut]");
  }));
  EXPECT_EQ(other_handler.seen, (std::vector<std::string>{"/moved", "/behind", "/cut"}));
  const std::string& all = client.received();
  EXPECT_LT(all.find("[/here]"), all.find("[/moved]"));
  EXPECT_LT(all.find("[/moved]"), all.find("[/behind]"));
  EXPECT_LT(all.find("[/behind]"), all.find("[/cut]"));
}

}  // namespace
}  // namespace gp::net
