#include "ledger.h"

#include <algorithm>

#include "transcript.h"

namespace gp::sim {
namespace {

bool same(const Event& a, const Event& b) {
  return a.kind == b.kind && a.run == b.run && a.key == b.key && a.text == b.text;
}

}  // namespace

void Ledger::check_owner(std::size_t user, std::string_view frame) {
  const char own = static_cast<char>('0' + user);
  for (std::size_t at = frame.find("#U"); at != std::string_view::npos;
       at = frame.find("#U", at + 2)) {
    if (at + 2 < frame.size() && frame[at + 2] == own) continue;
    verdict_.fail("nothing across users",
                  fmt::format("user {} was sent another user's words: {}", user, frame));
    return;
  }
}

Ledger::Shown& Ledger::find(std::size_t user, std::size_t thread, const std::string& epoch) {
  auto& threads = threads_[user];
  while (threads.size() <= thread) threads.emplace_back();
  auto& epochs = threads[thread];
  for (auto each = epochs.rbegin(); each != epochs.rend(); ++each) {
    if (each->name == epoch) return *each;
  }
  return epochs.emplace_back(Shown{epoch, {}, {}});
}

Ledger::Shown* Ledger::epoch_of(std::size_t user, std::size_t thread, const Event& event) {
  const auto* log = registry_.log(user, thread);
  if (!registry_.thread(user, thread).delete_asked)
    return log == nullptr ? nullptr : &find(user, thread, log->head.epoch.str());
  const auto* stored = registry_.stored(user, thread, event.seq);
  if (stored != nullptr && stored->json == event.raw)
    return &find(user, thread, log->head.epoch.str());
  if (threads_[user].size() <= thread) return nullptr;
  for (Shown& shown : threads_[user][thread]) {
    if (event.seq <= shown.by_seq.size() && shown.by_seq[event.seq - 1] == &event) return &shown;
  }
  return nullptr;
}

Ledger::Shown* Ledger::told(std::size_t user, std::size_t thread, const std::string& epoch) {
  const auto* log = registry_.log(user, thread);
  if (!registry_.thread(user, thread).delete_asked &&
      (log == nullptr || log->head.epoch.view() != epoch)) {
    verdict_.fail("epochs", fmt::format("thread {} of user {}: epoch {} was told, the log has {}",
                                        registry_.thread(user, thread).name, user, epoch,
                                        log == nullptr ? "no epoch" : log->head.epoch.str()));
  }
  return &find(user, thread, epoch);
}

void Ledger::note(std::size_t user, std::size_t thread, Shown& epoch, const Frame& frame) {
  const Event& event = *frame.events.front();
  const bool gated = is_gated(event.kind) || event.kind == EventKind::kThreadUpdated;
  if (gated && !registry_.thread(user, thread).delete_asked) {
    const auto* log = registry_.log(user, thread);
    if (log == nullptr || log->head.last.value < event.seq)
      verdict_.fail("shown after its commit",
                    fmt::format("shown before it was committed (the log ends at {}): {}",
                                log == nullptr ? 0 : log->head.last.value, event.raw));
  }
  put(epoch, frame, "shown");
}

void Ledger::put(Shown& epoch, const Frame& frame, const char* where) {
  if (frame.first != frame.seq) {
    epoch.folded.push_back({frame.first, frame.seq, &frame.events});
    return;
  }
  const Event& event = *frame.events.front();
  if (epoch.by_seq.size() < event.seq) epoch.by_seq.resize(event.seq, nullptr);
  const Event*& known = epoch.by_seq[event.seq - 1];
  if (known == nullptr) known = &event;
  if (known != &event && (!same(*known, event) || known->raw != event.raw)) {
    verdict_.fail("what was shown never changes",
                  fmt::format("epoch {}: shown first {}, then {} {}", epoch.name, known->raw, where,
                              event.raw));
  }
}

// A fold says, part by part, what the events it covers said. It is judged only if all of them are
// known.
void Ledger::check_fold(const Shown& epoch, const Fold& fold) {
  Transcript covered;
  Transcript told;
  for (std::uint64_t seq = fold.first; seq <= fold.seq; ++seq) {
    const Event* each = seq <= epoch.by_seq.size() ? epoch.by_seq[seq - 1] : nullptr;
    if (each == nullptr) return;
    covered.add(*each);
  }
  for (const Event* each : *fold.events) told.add(*each);
  if (told.items() != covered.items())
    verdict_.fail("a fold says what it covers",
                  fmt::format("{} to {}: {} is not what the events said", fold.first, fold.seq,
                              fold.events->front()->raw));
}

void Ledger::check_at_rest() {
  for (std::size_t user = 0; user < threads_.size(); ++user) {
    for (std::size_t thread = 0; thread < threads_[user].size(); ++thread) {
      if (const auto* log = registry_.log(user, thread)) {
        Shown& last = find(user, thread, log->head.epoch.str());
        for (const auto& stored : log->events) {
          const Frame& frame = reader_.read(stored.json);
          if (frame.events.empty())
            return verdict_.fail("the log holds events", "stored, and no event: " + stored.json);
          put(last, frame, "stored");
        }
        std::uint64_t seen = last.by_seq.size();
        for (const Fold& fold : last.folded) seen = std::max(seen, fold.seq);
        if (seen > log->head.last.value)
          verdict_.fail("what was shown never changes",
                        fmt::format("epoch {}: seq {} was shown, and the log ends at {}", last.name,
                                    seen, log->head.last.value));
      }
      for (const Shown& epoch : threads_[user][thread]) {
        for (const Fold& fold : epoch.folded) check_fold(epoch, fold);
      }
    }
  }
}

}  // namespace gp::sim
