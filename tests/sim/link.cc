#include "link.h"

#include <algorithm>

#include "server.h"
#include "tab.h"

namespace gp::sim {
namespace {

/// About what RFC 6455 puts before a frame.
constexpr std::uint64_t kHeaderBytes = 4;
/// The length of a goaway depends on a number that the server draws in an order of its own.
constexpr std::uint64_t kGoAwayBytes = 64;

}  // namespace

Link::Link(Scene& scene, Tab& tab, std::size_t user, std::uint32_t number)
    : scene_(scene),
      tab_(tab),
      user_(user),
      number_(number),
      latency_(scene.dice.milliseconds(0, 30)),
      window_(scene.dice.one_of<std::uint64_t>({1, 600, 4096, 65536, 65536})),
      down_timer_(scene.core),
      up_timer_(scene.core),
      notice_timer_(scene.core) {
  if (!scene.calm && scene.dice.percent(scene.schedule.slow_links))
    per_byte_ = std::chrono::microseconds(scene.dice.from(5, 300));
}

Link::~Link() = default;

void Link::connect(protocol::Subscribe subscribe) {
  notice_timer_.arm(latency_, [this, subscribe = std::move(subscribe)]() mutable {
    open_at_server(std::move(subscribe));
  });
}

void Link::open_at_server(protocol::Subscribe subscribe) {
  if (!alive_) return;
  if (!scene_.server.up() || !scene_.server.ready()) return cut("refused");
  auto context =
      identity::UserExecutionContext::create({.user_id = user_id_of(user_),
                                              .request_id = scene_.core.ids().request(),
                                              .connection_id = scene_.core.ids().connection()});
  std::optional<WallTime> expires_at;
  if (!scene_.calm && scene_.dice.percent(10))
    expires_at = scene_.core.clock().wall_now() + scene_.dice.milliseconds(200, 3000);
  connection_ = &scene_.server.chat().connections.open(
      {std::move(context.value()), expires_at, std::move(subscribe)}, dialect_, *this);
}

void Link::send(std::string text, std::uint64_t number) {
  const MonotonicTime last = up_.empty() ? scene_.core.now() : up_.back().at;
  const MonotonicTime at =
      std::max(last, scene_.core.now() + latency_ + scene_.dice.milliseconds(0, 2));
  up_.push_back({std::move(text), number, at});
  if (up_.size() == 1) up_timer_.arm(at - scene_.core.now(), [this] { pump_up(); });
}

void Link::pump_up() {
  while (!up_.empty() && connection_ != nullptr && !closing_ && !reading_paused_) {
    const MonotonicTime now = scene_.core.now();
    if (up_.front().at > now) return up_timer_.arm(up_.front().at - now, [this] { pump_up(); });
    const Up up = std::move(up_.front());
    up_.pop_front();
    if (scene_.server.draining()) drained_from_ = std::min(drained_from_, up.number);
    scene_.trace.line(now, "link {} up    {}", number_, up.text);
    connection_->on_text(up.text);
  }
  if (connection_ == nullptr || closing_) up_.clear();
}

void Link::want_flush() {
  dirty_ = true;
  scene_.core.request_turn_end();
}

void Link::close(Code code, std::string_view) {
  closing_ = true;
  close_code_ = code;
  want_flush();
}

void Link::flush() {
  if (connection_ == nullptr || !std::exchange(dirty_, false)) return;
  if (!full() || closing_) {
    more_ = connection_->fill(*this);
    if (std::exchange(reading_paused_, false) && !up_.empty())
      up_timer_.arm(Duration{0}, [this] { pump_up(); });
  } else {
    more_ = true;
  }
  if (!closing_) return;
  push_down(nullptr, nullptr, 0);
  close_server_end(close_code_);
}

void Link::close_server_end(Code reason) {
  more_ = dirty_ = false;
  up_.clear();
  if (connection_ != nullptr)
    scene_.server.chat().connections.close(*std::exchange(connection_, nullptr), reason);
}

Link::ThreadOnLink& Link::thread(std::size_t index) {
  if (threads_.size() <= index) threads_.resize(index + 1);
  return threads_[index];
}

// The epoch of an event is the one last told on this link or, where none was told, the one on the
// disk when the thread's first event came.
Ledger::Shown* Link::judge(const Frame& frame) {
  switch (frame.kind) {
    case FrameKind::kBroken:
      scene_.verdict.fail("frames are of the protocol", "no frame of docs/protocol.md was sent");
      return nullptr;
    case FrameKind::kEvent:
    case FrameKind::kBatch: {
      if (frame.events.empty()) return nullptr;
      const std::size_t index = scene_.registry.index_of(user_, frame.events.front()->thread);
      ThreadOnLink& on = thread(index);
      // After a deletion a thread of the same name begins again at 1.
      const bool anew = frame.first == 1 && scene_.registry.thread(user_, index).delete_asked;
      if (on.epoch == nullptr || anew) {
        Ledger::Shown* found = scene_.ledger.epoch_of(user_, index, *frame.events.front());
        if (found != nullptr || !on.told) on.epoch = found;
      }
      on.told = false;
      Ledger::Shown* const epoch = on.epoch;
      if (epoch != nullptr) scene_.ledger.note(user_, index, *epoch, frame);
      if (frame.events.front()->deletes_thread()) on = {};
      return epoch;
    }
    case FrameKind::kAck:
      for (const PositionShape& each : frame.positions) {
        if (each.epoch.empty()) continue;
        const std::size_t index = scene_.registry.index_of(user_, each.thread);
        thread(index) = {scene_.ledger.told(user_, index, each.epoch), true};
      }
      if (!frame.message.empty()) scene_.messages.on_ack_written(user_, frame);
      break;
    case FrameKind::kSnapshot:
    case FrameKind::kCaughtUp: break;
    default: return nullptr;
  }
  if (frame.epoch.empty()) return nullptr;
  const std::size_t index = scene_.registry.index_of(user_, frame.thread);
  thread(index) = {scene_.ledger.told(user_, index, frame.epoch), true};
  return thread(index).epoch;
}

void Link::put(std::string_view text) {
  scene_.ledger.check_owner(user_, text);
  const Frame& frame = scene_.reader.read(text);
  Ledger::Shown* epoch = judge(frame);
  const bool goaway = frame.kind == FrameKind::kGoAway;
  const std::uint64_t bytes = goaway ? kGoAwayBytes : text.size() + kHeaderBytes;
  scene_.trace.mix(number_ * 131 + static_cast<std::uint64_t>(frame.kind));
  scene_.trace.mix(frame.seq + (bytes << 32));
  scene_.trace.line(scene_.core.now(), "link {} down  {}", number_, text);
  push_down(&frame, epoch, bytes);
}

void Link::push_down(const Frame* frame, Ledger::Shown* epoch, std::uint64_t bytes) {
  const MonotonicTime now = scene_.core.now();
  const MonotonicTime last = down_.empty() ? now : down_.back().at;
  const MonotonicTime at =
      std::max(last, now + latency_) + per_byte_ * static_cast<Duration::rep>(bytes);
  outstanding_ += bytes;
  down_.push_back({frame, epoch, bytes, at});
  if (down_.size() == 1 && !frozen_ && alive_) down_timer_.arm(at - now, [this] { pump_down(); });
}

void Link::pump_down() {
  while (!down_.empty() && alive_ && !frozen_) {
    const MonotonicTime now = scene_.core.now();
    const Down next = down_.front();
    if (next.at > now) return down_timer_.arm(next.at - now, [this] { pump_down(); });
    if (next.bytes > budget_) return cut("cut at a byte");
    budget_ -= budget_ == std::numeric_limits<std::uint64_t>::max() ? 0 : next.bytes;
    down_.pop_front();
    outstanding_ -= next.bytes;
    if (next.frame == nullptr) return cut("closed by the server");
    tab_.on_frame(*this, *next.frame, next.epoch);
    if (more_ && !full() && connection_ != nullptr) want_flush();
  }
}

void Link::thaw() {
  if (!std::exchange(frozen_, false) || down_.empty()) return;
  down_timer_.arm(std::max(down_.front().at - scene_.core.now(), Duration{0}),
                  [this] { pump_down(); });
}

void Link::heal() {
  per_byte_ = Duration{0};
  budget_ = std::numeric_limits<std::uint64_t>::max();
  thaw();
}

// The tab is told at once, the server when it notices. Commands on their way arrive or do not.
void Link::cut(const char* why) {
  if (!std::exchange(alive_, false)) return;
  scene_.trace.line(scene_.core.now(), "link {} {}", number_, why);
  down_timer_.cancel();
  down_.clear();
  if (scene_.dice.percent(50)) {
    up_.clear();
    up_timer_.cancel();
  }
  if (connection_ != nullptr) {
    const Duration notice =
        scene_.calm ? scene_.dice.milliseconds(0, 20) : scene_.dice.milliseconds(0, 400);
    notice_timer_.arm(notice, [this] { close_server_end(Code::going_away); });
  }
  tab_.on_closed(*this);
}

void Link::on_server_gone() {
  connection_ = nullptr;
  more_ = dirty_ = false;
  up_.clear();
  up_timer_.cancel();
  if (alive_) notice_timer_.arm(scene_.dice.milliseconds(0, 60), [this] { cut("server gone"); });
}

}  // namespace gp::sim
