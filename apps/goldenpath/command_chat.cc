#include "goldenpath/command_chat.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "goldenpath/chat_backoff.h"
#include "goldenpath/chat_input.h"
#include "goldenpath/chat_screen.h"
#include "goldenpath/chat_session.h"
#include "goldenpath/commands.h"
#include "goldenpath/terminal.h"

namespace gp::app {
namespace {

constexpr auto kSecondInterrupt = std::chrono::seconds(2);
/// Nobody is there to end a pipe that waits for a server that does not come back.
constexpr auto kPipeGivesUp = std::chrono::seconds(60);

/// The loop of the command: the person, the connection and interrupts, whichever comes first.
class Chat {
 public:
  Chat(client::Url url, const ChatOptions& options)
      : screen_(stdout, on_terminal() ? stdout : stderr,
                Paint(on_terminal() ? STDOUT_FILENO : STDERR_FILENO)),
        session_(std::move(url), options, screen_),
        input_(STDIN_FILENO),
        backoff_(session_.random()) {}

  int run() {
    if (const Result<> started = session_.start(); !started) return give_up(started.error());
    while (!left_) {
      if (Result<> turned = turn(); !turned) {
        if (!session_.may_reconnect(turned.error())) return give_up(turned.error());
        if (const Result<> restored = restore(turned.error()); !restored)
          return give_up(restored.error());
      }
    }
    if (on_terminal()) screen_.notice(fmt::format("go on with --thread {}", session_.thread_id()));
    return failed_ ? kFailed : kOk;
  }

 private:
  static bool on_terminal() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1; }

  int give_up(const Error& error) {
    screen_.notice({});
    fmt::print(stderr, "goldenpath chat: {}\n", printable(error.message));
    return kFailed;
  }

  Result<> turn() {
    GP_TRY(session_.pump());
    if (!session_.busy()) {
      if (std::exchange(sent_, false) && !on_terminal() && !session_.last_completed())
        failed_ = true;
      if (auto line = input_.take_line()) {
        if (line->find_first_not_of(" \t") == std::string::npos) return ok();
        sent_ = true;
        return session_.send(std::move(*line));
      }
      if (input_.ended()) {
        left_ = true;
        return ok();
      }
      if (on_terminal()) screen_.prompt();
    }
    wait();
    return interrupts_.take() ? interrupted() : ok();
  }

  /// Until the socket, the input (while it is wanted) or an interrupt has something.
  void wait() {
    const int input = session_.busy() ? -1 : input_.descriptor();
    std::array<pollfd, 3> entries{{{session_.descriptor(), POLLIN, 0},
                                   {interrupts_.descriptor(), POLLIN, 0},
                                   {input, POLLIN, 0}}};
    if (::poll(entries.data(), entries.size(), -1) <= 0) return;
    if (entries[2].revents == 0) return;
    input_.read_more();
    if (!input_.ended()) screen_.line_entered();
  }

  Result<> interrupted() {
    const MonotonicTime now = clock_.now();
    if (!session_.busy() || now - last_interrupt_ < kSecondInterrupt) {
      left_ = true;
      if (session_.busy()) failed_ = true;
      return ok();
    }
    last_interrupt_ = now;
    screen_.notice("stopping; Ctrl-C again leaves");
    return session_.stop();
  }

  Result<> restore(Error why) {
    screen_.notice(fmt::format("{}; reconnecting", why.message));
    const MonotonicTime begin = clock_.now();
    for (backoff_.reset(); !left_;) {
      if (!on_terminal() && clock_.now() - begin > kPipeGivesUp) return fail(why.code, why.message);
      const auto pause = std::max(backoff_.next(), session_.take_pause());
      pollfd entry{interrupts_.descriptor(), POLLIN, 0};
      if (::poll(&entry, 1, static_cast<int>(pause.count())) > 0 && interrupts_.take()) {
        left_ = true;
        failed_ = session_.busy();
        return ok();
      }
      const Result<> connected = session_.reconnect();
      if (connected) return ok();
      why = connected.error();
      if (!session_.may_reconnect(why)) return fail(why.code, why.message);
    }
    return ok();
  }

  Interrupts interrupts_;
  SystemClock clock_;
  ChatScreen screen_;
  ChatSession session_;
  ChatInput input_;
  Backoff backoff_;
  MonotonicTime last_interrupt_{};
  bool sent_ = false;
  bool left_ = false;
  bool failed_ = false;
};

}  // namespace

int run_chat(const ChatOptions& options) {
  auto url = client::parse_url(options.url, options.ca_file);
  if (!url) {
    fmt::print(stderr, "goldenpath chat: {}\n", url.error().message);
    return kUsage;
  }
  return Chat(std::move(url.value()), options).run();
}

void add_chat(CLI::App& root, int& status) {
  auto options = std::make_shared<ChatOptions>();
  CLI::App* const app = root.add_subcommand("chat", "talk to an agent from a terminal or a pipe");
  app->add_option("url", options->url,
                  "where the server is: http://127.0.0.1:8080 or https://chat.example.org")
      ->required()
      ->type_name("URL");
  app->add_option("--token", options->token, "token; without it a demo session is asked for");
  app->add_option("--thread", options->thread, "the thread to continue; without it a new one")
      ->type_name("ID");
  app->add_option("--ca", options->ca_file, kCaHelp)->type_name("FILE");
  app->callback([options, &status] { status = run_chat(*options); });
}

}  // namespace gp::app
