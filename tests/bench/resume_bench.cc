// How long does a resume take, beside sending the same frames from memory?
//
//   gp_resume_bench --goldenpath URL --goldenpath-pid PID --token TOKEN --thread ID… --seq N
//                   --raw URL --raw-pid PID [--name NAME] [--rounds N]
//
// goldenpath: on an open connection, from sending `subscribe` after 0 until the caught_up was read.
// Several threads are
//   read in turn, so that what the server keeps of one is gone when its turn comes again.
// raw: the very frames of the first resume, kept by gp_frame_server, from sending a text message
// until the same
//   caught_up was read, by the same reader (frame_counter.h).
// The two take turns (A B A B …). Server processor time is that of the whole process. What the
// first resume brought is checked: it covers 1 … N. Prints medians as text and as one JSON line.
// resume.mjs starts the servers.
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include "client/frame.h"
#include "client/websocket_client.h"
#include "frame_counter.h"

namespace gp::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(30);

struct Plan {
  std::string name = "resume";
  std::string goldenpath;
  std::string raw;
  std::string token;
  std::vector<std::string> threads;
  std::uint64_t last_seq = 0;
  std::size_t rounds = 51;
  pid_t goldenpath_pid = 0;
  pid_t raw_pid = 0;
};

struct Round {
  double seconds;
  std::uint64_t bytes;
  std::uint64_t frames;
};

[[noreturn]] void give_up(std::string_view what) {
  fmt::print(stderr, "gp_resume_bench: {}\n", what);
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().message);
  return std::move(result).value();
}

/// Processor time of all threads of a process.
double processor_seconds(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
    give_up(fmt::format("no process {}", pid));
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// A WebSocket whose frames are counted and, if wanted, kept. The handshake and what is sent are
/// the client's.
class Reader {
 public:
  Reader(const std::string& url, client::WebSocketRequest request)
      : client_(must(client::WebSocketClient::connect(must(client::parse_url(url)), request,
                                                      random_, deadline()))) {}

  /// The first message, which nobody asked for.
  void await_welcome() {
    if (client_.receive(deadline()).kind != client::Incoming::Kind::kText) give_up("no welcome");
  }
  void keep(std::string_view frame) {
    if (auto sent = client_.send_binary(frame, deadline()); !sent) give_up(sent.error().message);
  }
  Round ask(std::string_view text, std::string* kept = nullptr) {
    const auto begun = SteadyClock::now();
    if (auto sent = client_.send_text(text, deadline()); !sent) give_up(sent.error().message);
    FrameCounter counter;
    std::size_t held = 0;
    while (!counter.caught_up()) {
      const std::size_t got = receive(held);
      if (kept != nullptr) kept->append(buffer_.data() + held, got);
      const std::size_t taken = counter.take({buffer_.data(), held + got});
      held += got - taken;
      std::copy_n(buffer_.data() + taken, held, buffer_.data());
    }
    const std::chrono::duration<double> took = SteadyClock::now() - begun;
    return {took.count(), counter.bytes(), counter.frames()};
  }

 private:
  static client::Deadline deadline() { return client::Deadline::in(kPatience); }

  std::size_t receive(std::size_t held) {
    for (;;) {
      const ssize_t got =
          ::recv(client_.descriptor(), buffer_.data() + held, buffer_.size() - held, 0);
      if (got > 0) return static_cast<std::size_t>(got);
      if (got == 0) give_up("the server closed the connection");
      pollfd readable{client_.descriptor(), POLLIN, 0};
      if (errno != EAGAIN && errno != EINTR) give_up("the connection broke");
      if (::poll(&readable, 1, 30'000) == 0) give_up("nothing came for 30 s");
    }
  }

  SystemRandom random_;
  client::WebSocketClient client_;
  std::vector<char> buffer_ = std::vector<char>(256 * kKiB);
};

/// The payloads of whole server frames.
class Payloads final : public net::WebSocketSink {
 public:
  net::Next on_message(net::MessageKind, std::string_view payload) override {
    texts.emplace_back(payload);
    return net::Next::kGoOn;
  }
  net::Next on_ping(std::string_view) override { return net::Next::kGoOn; }
  net::Next on_pong(std::string_view) override { return net::Next::kGoOn; }
  void on_close(net::CloseStatus, std::string_view reason) override { give_up(reason); }

  std::vector<std::string> texts;
};

std::vector<std::string> payloads_of(std::string bytes) {
  Payloads payloads;
  net::WebSocketParser parser({net::WebSocketRole::kClient, 64 * kMiB});
  if (parser.consume(bytes.data(), bytes.size(), payloads)) give_up("frames that break RFC 6455");
  return std::move(payloads.texts);
}

/// Bytes of text in the frames, which must cover 1 … `last` without a gap.
std::uint64_t text_bytes_checked(const std::vector<std::string>& frames, std::uint64_t last) {
  client::FrameReader reader;
  std::uint64_t seq = 0;
  std::uint64_t text = 0;
  for (const std::string& json : frames) {
    const client::Frame frame = must(reader.read(json));
    if (frame.type == "caught_up" && (frame.seq != last || seq != last))
      give_up(fmt::format("caught up at {}, read {}, wanted {}", frame.seq, seq, last));
    if (!frame.event && frame.type != "batch") continue;
    if (frame.first_seq != seq + 1) give_up(fmt::format("{} after {}", frame.first_seq, seq));
    seq = frame.seq;
    if (frame.event == protocol::EventType::token) text += frame.payload.delta.size();
  }
  return text;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string subscribe(const std::string& thread) {
  return fmt::format(R"({{"type":"subscribe","id":"s","thread_id":"{}","after":0}})", thread);
}

void measure(const Plan& plan) {
  Reader goldenpath(plan.goldenpath, {.path = "/ws?resume=1", .token = plan.token});
  goldenpath.await_welcome();
  Reader raw(plan.raw, {.path = "/", .protocols = {}});
  std::string kept;
  const Round first = goldenpath.ask(subscribe(plan.threads.front()), &kept);
  const std::vector<std::string> frames = payloads_of(std::move(kept));
  const std::uint64_t text = text_bytes_checked(frames, plan.last_seq);
  for (const std::string& frame : frames) raw.keep(frame);
  for (const std::string& thread : plan.threads) (void)goldenpath.ask(subscribe(thread));
  (void)raw.ask("all");

  std::vector<double> ours, theirs, ratios, our_processor, their_processor;
  std::vector<double> bytes, sent_frames;
  for (std::size_t round = 0; round < plan.rounds; ++round) {
    const std::string command = subscribe(plan.threads[round % plan.threads.size()]);
    const double processor_a = processor_seconds(plan.goldenpath_pid);
    const Round a = goldenpath.ask(command);
    const double processor_b = processor_seconds(plan.raw_pid);
    const Round b = raw.ask("all");
    // A moment for what the servers do after the last byte.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    our_processor.push_back((processor_seconds(plan.goldenpath_pid) - processor_a) * 1e6);
    their_processor.push_back((processor_seconds(plan.raw_pid) - processor_b) * 1e6);
    if (b.bytes != first.bytes) give_up("raw did not send what it was given");
    ours.push_back(a.seconds * 1e6);
    theirs.push_back(b.seconds * 1e6);
    ratios.push_back(a.seconds / b.seconds);
    bytes.push_back(static_cast<double>(a.bytes));
    sent_frames.push_back(static_cast<double>(a.frames));
  }
  fmt::print(
      "{}: {:.0f} frames, {:.0f} bytes ({} of text); goldenpath {:.0f} us (the very first {:.0f}), "
      "raw {:.0f} us, ratio {:.2f} (rounds {:.2f} to {:.2f}); server processor {:.0f} us beside "
      "{:.0f}\n",
      plan.name, median(sent_frames), median(bytes), text, median(ours), first.seconds * 1e6,
      median(theirs), median(ratios), *std::ranges::min_element(ratios),
      *std::ranges::max_element(ratios), median(our_processor), median(their_processor));
  fmt::print(
      R"({{"bench":"resume","name":"{}","events":{},"threads":{},"rounds":{},"frames":{:.0f},)"
      R"("bytes":{:.0f},"text_bytes":{},"goldenpath_us":{:.0f},"goldenpath_first_us":{:.0f},)"
      R"("raw_us":{:.0f},"ratio":{:.3f},"goldenpath_processor_us":{:.0f},"raw_processor_us":{:.0f},)"
      R"("raw_bytes":{},"method":"interleaved rounds, medians"}})"
      "\n",
      plan.name, plan.last_seq, plan.threads.size(), plan.rounds, median(sent_frames),
      median(bytes), text, median(ours), first.seconds * 1e6, median(theirs), median(ratios),
      median(our_processor), median(their_processor), first.bytes);
}

}  // namespace
}  // namespace gp::bench

int main(int argc, char** argv) {
  gp::bench::Plan plan;
  CLI::App app("A resume beside the same frames from memory");
  app.add_option("--name", plan.name);
  app.add_option("--goldenpath", plan.goldenpath)->required();
  app.add_option("--goldenpath-pid", plan.goldenpath_pid)->required();
  app.add_option("--raw", plan.raw)->required();
  app.add_option("--raw-pid", plan.raw_pid)->required();
  app.add_option("--token", plan.token)->required();
  app.add_option("--thread", plan.threads)->required();
  app.add_option("--seq", plan.last_seq, "the last seq of every thread")->required();
  app.add_option("--rounds", plan.rounds)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  gp::bench::measure(plan);
  return 0;
}
