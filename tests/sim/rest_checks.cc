#include "rest_checks.h"

#include <algorithm>

#include "transcript.h"

namespace gp::sim {

void RestChecks::all() {
  scene_.ledger.check_at_rest();
  for (std::size_t user = 0; user < scene_.registry.users(); ++user) {
    for (std::size_t thread = 0; thread < scene_.registry.threads(user).size(); ++thread) {
      if (scene_.verdict.failed()) return;
      check_thread(user, thread);
    }
    scene_.messages.check_at_rest(user);
  }
}

bool RestChecks::fail(const char* promise, const ThreadInLog& log, std::string what) {
  scene_.verdict.fail(promise,
                      fmt::format("user {}, thread {}: {}", log.user,
                                  scene_.registry.threads(log.user)[log.thread].name, what));
  return false;
}

void RestChecks::check_thread(std::size_t user, std::size_t thread) {
  ThreadInLog log{user, thread, {}, {}, {}};
  const bool stored = scene_.registry.log(user, thread) != nullptr;
  const bool has_thread = scene_.registry.chat(user, thread) != nullptr;
  if (stored && !has_thread) {
    fail("a deleted thread leaves nothing", log,
         "the store has no such thread, and its log is there");
    return;
  }
  if (has_thread && scene_.registry.chat(user, thread)->is_going) {
    fail("a deletion that began ends", log, "the store has the thread marked as going");
    return;
  }
  if (!stored || !read(log)) return;
  check_contract(log);
  check_truth(log);
  check_store(log);
  for (auto& tab : tabs_) {
    if (tab->user() != user || scene_.verdict.failed()) continue;
    check_tab(*tab, log);
    check_history(*tab, log);
  }
}

bool RestChecks::read(ThreadInLog& log) {
  const auto* stored = scene_.registry.log(log.user, log.thread);
  std::uint64_t next = stored->head.first_retained.value;
  for (const auto& each : stored->events) {
    const Frame& frame = scene_.reader.read(each.json);
    if (frame.events.empty())
      return fail("the log holds events", log, "stored, and no event: " + each.json);
    const bool first_kept = log.events.empty() && frame.first < next && frame.seq >= next;
    if (frame.first != next && !first_kept)
      return fail("seqs are gapless", log,
                  fmt::format("{} is next, stored is {}", next, each.json));
    if (frame.events.front()->thread != scene_.registry.threads(log.user)[log.thread].name)
      return fail("the log holds events", log, "of another thread: " + each.json);
    if (frame.first != frame.seq) log.folds.emplace_back(frame.first, frame.seq);
    next = frame.seq + 1;
    log.events.insert(log.events.end(), frame.events.begin(), frame.events.end());
  }
  if (stored->head.last.value + 1 != next)
    return fail(
        "seqs are gapless", log,
        fmt::format("the head says {}, the events end at {}", stored->head.last.value, next - 1));
  return true;
}

void RestChecks::check_contract(ThreadInLog& log) {
  for (const Event* event : log.events) {
    if (event->kind == EventKind::kThreadUpdated) continue;
    take_run_event(log, *event);
    if (scene_.verdict.failed()) return;
  }
  const bool whole = scene_.registry.log(log.user, log.thread)->head.first_retained.value == 1;
  for (RunInLog& run : log.runs) {
    const bool stopped =
        std::ranges::find(scene_.stopped_runs, run.run) != scene_.stopped_runs.end();
    if (stopped && run.end != nullptr && run.end->kind != EventKind::kCancelled &&
        run.end->key != "interrupted") {
      fail("what is stopped ends", log, fmt::format("{} was stopped: {}", run.run, run.end->raw));
      return;
    }
    if (run.end == nullptr) {
      fail("one end per run", log, fmt::format("{} never ended", run.run));
      return;
    }
    if (whole && run.message == nullptr) {
      fail("a run answers a message", log, fmt::format("{} has no user_message", run.run));
      return;
    }
    if (run.folded) order_answer(run);
    if (run.started != nullptr) check_tools(run);
  }
}

// A run that says something while an older one is under way is not queued behind it. (A queued run
// that is cancelled starts and ends at once.)
void RestChecks::take_run_event(ThreadInLog& log, const Event& event) {
  auto run = std::ranges::find(log.runs, event.run, &RunInLog::run);
  if (run == log.runs.end()) {
    log.runs.push_back({});
    log.runs.back().run = event.run;
    run = log.runs.end() - 1;
  }
  if (event.kind == EventKind::kUserMessage) {
    if (run->message != nullptr || run->started != nullptr) {
      fail("a message is kept once", log, "a second message or a late one: " + event.raw);
      return;
    }
    run->message = &event;
    return;
  }
  if (run->end != nullptr) {
    fail("nothing after the end", log, fmt::format("after {} came {}", run->end->raw, event.raw));
    return;
  }
  if (event.kind == EventKind::kStarted) {
    const bool other = run->message != nullptr && run->message->key != event.key;
    if (run->started != nullptr || other) {
      fail("agent_started comes first and once", log, event.raw);
      return;
    }
    run->started = &event;
    return;
  }
  const bool from_the_beginning =
      scene_.registry.log(log.user, log.thread)->head.first_retained.value == 1;
  if (run->started == nullptr && from_the_beginning) {
    fail("agent_started comes first and once", log, "nothing started: " + event.raw);
    return;
  }
  if (ends_run(event.kind)) {
    run->end = &event;
    return;
  }
  const auto under_way = [&](const RunInLog& each) {
    return &each != &*run && each.started != nullptr && each.end == nullptr;
  };
  if (event.kind != EventKind::kToolCompleted && std::ranges::any_of(log.runs, under_way))
    fail("one run of a thread at a time", log, "while another run was active: " + event.raw);
  if (event.kind == EventKind::kToken) run->answer += event.text;
  if (event.first != event.seq) run->folded = true;
  run->events.push_back(&event);
}

// A batch tells part after part; the answer stands in the order in which it was said.
void RestChecks::order_answer(RunInLog& run) {
  const Truth* truth = stage_.find(run.run);
  if (truth == nullptr) return;
  std::string said;
  for (const Said& each : truth->said) {
    if (each.kind == EventKind::kToken && said.size() < run.answer.size()) said += each.text;
  }
  if (said.size() == run.answer.size()) run.answer = std::move(said);
}

void RestChecks::check_tools(const RunInLog& run) {
  std::vector<std::string> open;
  for (const Event* event : run.events) {
    const auto found = std::ranges::find(open, event->key);
    if (event->kind == EventKind::kToolExecuting) {
      if (found != open.end())
        return scene_.verdict.fail("tools are answered once", "open already: " + event->raw);
      open.push_back(event->key);
    } else if (event->kind == EventKind::kToolCompleted) {
      if (found == open.end())
        return scene_.verdict.fail("tools are answered once", "not open: " + event->raw);
      open.erase(found);
    }
  }
  if (!open.empty())
    return scene_.verdict.fail("tools are answered once",
                               fmt::format("{} of {} was never answered", open.front(), run.run));
  if (run.end->kind == EventKind::kCompleted && run.end->text != run.answer)
    scene_.verdict.fail(
        "the end holds the answer",
        fmt::format("the tokens say \"{}\", the end is {}", run.answer, run.end->raw));
}

// The log may hold less than was said only if the server died or refused to take more, and then it
// holds a beginning. The answers to open tools that the server gave itself come last.
void RestChecks::check_truth(const ThreadInLog& log) {
  for (const RunInLog& run : log.runs) {
    const Truth* truth = stage_.find(run.run);
    if (scene_.verdict.failed()) return;
    if (truth == nullptr) {
      if (run.events.empty() && run.end->kind != EventKind::kCompleted) continue;
      fail("the log is what the agent said", log, "no agent was asked for " + run.run);
      return;
    }
    const bool by_agent = run.end->kind == EventKind::kCompleted ||
                          (run.end->kind == EventKind::kError && run.end->key == truth->end_key);
    const bool cut_short = run.end->kind == EventKind::kError &&
                           (run.end->key == "interrupted" || run.end->key == "output_too_large");
    if (run.end->kind == EventKind::kCompleted && truth->end != EventKind::kCompleted) {
      fail("the log is what the agent said", log,
           run.run + " completed, which its agent never did");
      return;
    }
    check_agent(run, *truth, log);
    if (run.end->key == "agent_timeout" &&
        truth->gone_at - truth->heard_at < scene_.schedule.chat.run_idle_timeout &&
        truth->gone_at - truth->started_at < scene_.schedule.chat.run_timeout) {
      fail("agents get their time", log, run.run + " timed out early: " + run.end->raw);
      return;
    }
    if (run.message != nullptr && truth->message != run.message->key) {
      fail("a run answers its message", log, run.run + " was asked about " + truth->message);
      return;
    }
    Transcript told;
    Transcript said;
    std::size_t events = run.events.size();
    while (events > 0 && run.events[events - 1]->kind == EventKind::kToolCompleted &&
           run.events[events - 1]->text.starts_with("-s:the "))
      --events;
    for (std::size_t i = 0; i < events; ++i)
      told.add(run.events[i]->kind, {}, run.events[i]->key, run.events[i]->text);
    for (const Said& each : truth->said) said.add(each.kind, {}, each.key, each.text);
    const auto& is = told.items();
    const auto& should = said.items();
    std::size_t same = 0;
    while (same < is.size() && same < should.size() && is[same] == should[same]) ++same;
    if (same == is.size() && same == should.size()) continue;
    if (cut_short && !by_agent) {
      // Where it was cut, each part holds a beginning of what was said.
      bool beginning = true;
      for (; beginning && same < is.size(); ++same) {
        beginning = is_delta(is[same].kind) && std::ranges::any_of(should, [&](const Item& item) {
                      return item.kind == is[same].kind && item.key == is[same].key &&
                             item.text.starts_with(is[same].text);
                    });
      }
      if (beginning) continue;
    }
    fail("the log is what the agent said", log,
         fmt::format("{} ended with {} {}; from item {} on the log has {}, the agent said {}",
                     run.run, name_of(run.end->kind), run.end->key, same,
                     same < is.size() ? show(is[same]) : "nothing",
                     same < should.size() ? show(should[same]) : "nothing"));
    return;
  }
}

void RestChecks::check_agent(const RunInLog& run, const Truth& truth, const ThreadInLog& log) {
  if (truth.gone_at == MonotonicTime{}) {
    fail("an agent is let go at the end", log, run.run + " is over and its agent is held");
    return;
  }
  if (run.end->key == "agent_timeout" && truth.paused) {
    fail("a paused agent goes on", log, run.run + " was paused until it timed out");
    return;
  }
  const auto was_told = [&](const std::string& text) {
    return std::ranges::find(truth.history, text) != truth.history.end();
  };
  for (const RunInLog& other : log.runs) {
    if (other.message == nullptr || run.message == nullptr || &other == &run) continue;
    const bool before = other.message->seq < run.message->seq;
    const Truth* its = stage_.find(other.run);
    if (before != was_told(other.message->text)) {
      fail("an agent is told what came before", log,
           fmt::format("{} of {} and its history: {}", run.run, truth.message, other.message->raw));
      return;
    }
    const bool answered = other.end->seq < run.started->seq && !other.answer.empty();
    if (answered && !was_told(other.answer)) {
      fail("an agent is told what came before", log,
           fmt::format("{} was not told the answer {}", run.run, other.end->raw));
      return;
    }
    // A disk error lets the next message overtake.
    if (its != nullptr && its->life == truth.life && scene_.schedule.disk_errors == 0) {
      const auto at = [&](const Truth* which) {
        return std::ranges::find_if(stage_.truths,
                                    [&](const Truth& each) { return &each == which; }) -
               stage_.truths.begin();
      };
      if (before != (at(its) < at(&truth))) {
        fail("runs start in the order of their messages", log,
             fmt::format("{} and {}", other.run, run.run));
        return;
      }
    }
  }
}

void RestChecks::check_tab(Tab& tab, const ThreadInLog& log) {
  const View& view = tab.view(log.thread);
  const auto* stored = scene_.registry.log(log.user, log.thread);
  const std::uint64_t head = stored->head.last.value;
  if (view.state != View::State::kOn || view.cursor != head) {
    fail(
        "no loss", log,
        fmt::format("{} is at {} of {} when everything is at rest", tab.name(), view.cursor, head));
    return;
  }
  if (view.epoch != stored->head.epoch.view()) {
    fail("epochs", log, fmt::format("{} holds epoch {}", tab.name(), view.epoch));
    return;
  }
  const auto begin =
      std::ranges::find_if(log.events, [&](const Event* event) { return event->seq > view.base; });
  const auto from = static_cast<std::size_t>(begin - log.events.begin());
  const std::size_t count = log.events.size() - from;
  if (view.events.size() != count || !std::equal(begin, log.events.end(), view.events.begin())) {
    Transcript held;
    Transcript kept;
    std::size_t mine_from = 0;
    std::size_t its_from = from;
    // A view that begins within what was folded since cannot be compared before its end.
    const bool within = std::ranges::any_of(log.folds, [&](const auto& fold) {
      return fold.first <= view.base && view.base < fold.second;
    });
    const auto delta = [](const Event* event) { return is_delta(event->kind); };
    while (within && mine_from < view.events.size() && delta(view.events[mine_from])) ++mine_from;
    while (within && its_from < log.events.size() && delta(log.events[its_from])) ++its_from;
    for (std::size_t i = mine_from; i < view.events.size(); ++i) held.add(*view.events[i]);
    for (std::size_t i = its_from; i < log.events.size(); ++i) kept.add(*log.events[i]);
    const auto [mine, its] = std::ranges::mismatch(held.items(), kept.items());
    if (mine != held.items().end() || its != kept.items().end()) {
      fail("identical transcripts", log,
           fmt::format("{} holds {}, the log {}", tab.name(),
                       mine == held.items().end() ? "nothing more" : show(*mine),
                       its == kept.items().end() ? "nothing more" : show(*its)));
      return;
    }
  }
  if (view.snapshot != nullptr) check_snapshot(tab, view, log);
}

}  // namespace gp::sim
