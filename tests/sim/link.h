/// Link: one connection between a tab and the server over a network that delays, slows, freezes and
/// cuts.
///
/// How it works: frames go down in order; each takes the link's latency and, on a slow link, time
/// for its bytes. What the tab has not taken fills the window, and a full window stops the server's
/// fill(), as a full socket does. A cut takes effect at a byte: a frame that was not wholly there
/// is lost, both ways; the server notices later than the tab. Links are independent, so what one
/// server turn wrote arrives in any order on different tabs.
///
/// Owner: the World, until the schedule is over (so callbacks never dangle). Thread: the
/// simulator's.
#pragma once

#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "chat/connection.h"
#include "chat/transport.h"
#include "protocol/goldenpath_v1.h"
#include "scene.h"

namespace gp::sim {

class Tab;

class Link final : private chat::Transport, private chat::FrameSink {
 public:
  Link(Scene& scene, Tab& tab, std::size_t user, std::uint32_t number);
  ~Link();

  /// Asks the server for a connection that begins with `subscribe`.
  void connect(protocol::Subscribe subscribe);
  /// A command; `number` grows with every command of the tab.
  void send(std::string text, std::uint64_t number);

  /// The network goes, now or when `bytes` more have come down.
  void cut(const char* why);
  void cut_after(std::uint64_t bytes) { budget_ = bytes; }
  void freeze() { frozen_ = true; }
  void thaw();
  /// Fast, never frozen, no cut ahead.
  void heal();

  /// The server's end: writes what there is, if it is wanted.
  void flush();
  void on_server_gone();

  bool alive() const { return alive_; }
  /// Nothing is on its way.
  bool quiet() const {
    return down_.empty() && up_.empty() && !dirty_ && !more_ && !notice_timer_.armed();
  }
  /// The first command that reached the server after its drain had begun.
  std::uint64_t drained_from() const { return drained_from_; }
  std::uint32_t number() const { return number_; }

 private:
  struct Down {
    const Frame* frame;  ///< nullptr: the server closed the connection
    Ledger::Shown* epoch;
    std::uint64_t bytes;
    MonotonicTime at;
  };
  struct Up {
    std::string text;
    std::uint64_t number;
    MonotonicTime at;
  };
  struct ThreadOnLink {
    Ledger::Shown* epoch = nullptr;
    bool told = false;  ///< since then no event came
  };

  void want_flush() override;
  void pause_reading() override { reading_paused_ = true; }
  void close(Code code, std::string_view reason) override;
  bool full() const override { return outstanding_ >= window_; }
  void event(Seq, const SharedBytes& frame) override { put(frame.view()); }
  void frame(std::string_view text) override { put(text); }

  void put(std::string_view text);
  Ledger::Shown* judge(const Frame& frame);
  ThreadOnLink& thread(std::size_t index);
  void push_down(const Frame* frame, Ledger::Shown* epoch, std::uint64_t bytes);
  void pump_down();
  void pump_up();
  void close_server_end(Code reason);
  void open_at_server(protocol::Subscribe subscribe);

  Scene& scene_;
  Tab& tab_;
  const std::size_t user_;
  const std::uint32_t number_;
  protocol::GoldenpathV1 dialect_;
  chat::Connection* connection_ = nullptr;
  Duration latency_;
  Duration per_byte_{0};
  std::uint64_t window_;
  std::uint64_t outstanding_ = 0;
  std::uint64_t budget_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t drained_from_ = std::numeric_limits<std::uint64_t>::max();
  std::deque<Down> down_;
  std::deque<Up> up_;
  std::vector<ThreadOnLink> threads_;
  runtime::Timer down_timer_;
  runtime::Timer up_timer_;
  runtime::Timer notice_timer_;
  Code close_code_{};
  bool alive_ = true;  ///< as the tab sees it
  bool frozen_ = false;
  bool dirty_ = false;
  bool more_ = false;
  bool closing_ = false;
  bool reading_paused_ = false;
};

}  // namespace gp::sim
