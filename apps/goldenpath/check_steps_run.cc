#include <fmt/format.h>

#include <array>

#include "goldenpath/check_steps.h"

namespace gp::app {
namespace {

using client::Frame;
using client::RunView;
using client::Session;
using client::ThreadReader;
using protocol::EventType;

/// Long enough for an event that must not come to come.
constexpr auto kQuietTime = std::chrono::milliseconds(300);

/// Two tabs on one new thread of the first user.
struct TwoTabs {
  std::string thread_id;
  std::unique_ptr<ThreadReader> first_reader;
  std::unique_ptr<ThreadReader> second_reader;
  Session first;
  Session second;
};

Result<TwoTabs> open_two_tabs(CheckContext& context) {
  GP_TRY(auto first, context.open_tab(context.first_user));
  GP_TRY(auto second, context.open_tab(context.first_user));
  GP_TRY(auto thread_id, context.create_thread(first));
  TwoTabs tabs{thread_id, std::make_unique<ThreadReader>(thread_id, 0, ThreadReader::Keep::kEvents),
               std::make_unique<ThreadReader>(thread_id, 0, ThreadReader::Keep::kEvents),
               std::move(first), std::move(second)};
  GP_TRY(context.subscribe(tabs.first, *tabs.first_reader));
  GP_TRY(context.subscribe(tabs.second, *tabs.second_reader));
  return tabs;
}

std::string seen_types(const RunView& run) {
  constexpr auto kTold =
      std::to_array({EventType::agent_started, EventType::agent_thinking, EventType::tool_executing,
                     EventType::tool_completed, EventType::agent_completed});
  std::string seen;
  std::string missing;
  for (const EventType type : kTold) {
    std::string& list = run.seen.contains(type) ? seen : missing;
    if (!list.empty()) list += ", ";
    list += protocol::to_string(type);
  }
  return missing.empty() ? "all five events seen"
                         : fmt::format("seen: {}; not seen: {}", seen, missing);
}

Result<> expect_terminal(const RunView& run, EventType type) {
  if (run.terminal->event == type) return ok();
  return fail_check(fmt::format("expected {}, came {} ({} {})", protocol::to_string(type),
                                run.terminal->type, run.terminal->payload.code,
                                run.terminal->payload.message));
}

/// Some text of the run has come, or it is over.
bool has_text(const ThreadReader& reader, const std::string& run_id) {
  const RunView* const run = reader.run(run_id);
  return run != nullptr && (run->over() || run->text.size() >= 8);
}

}  // namespace

Result<Finding> check_message(CheckContext& context) {
  MainRun& main = context.main;
  GP_TRY(auto tabs, open_two_tabs(context));
  main.thread_id = tabs.thread_id;
  main.first_reader = std::move(*tabs.first_reader);
  main.second_reader = std::move(*tabs.second_reader);
  main.first_tab = std::move(tabs.first);
  main.second_tab = std::move(tabs.second);
  main.first_tab->watch(*main.first_reader);
  main.second_tab->watch(*main.second_reader);
  main.message_id = context.ids().message().str();
  GP_TRY(auto ack, context.send_message(*main.first_tab, main.thread_id, main.message_id,
                                        CheckContext::kRunText));
  main.run_id = ack.run_id;
  main.seq = ack.seq;
  return found(fmt::format("{}, seq {}", main.run_id, main.seq));
}

Result<Finding> check_run_contract(CheckContext& context) {
  MainRun& main = context.main;
  GP_TRY(auto run, context.await_end(*main.first_tab, *main.first_reader, main.run_id));
  main.over = true;
  GP_TRY(context.await_end(*main.second_tab, *main.second_reader, main.run_id));
  GP_TRY(context.stay_quiet(*main.first_tab, kQuietTime));
  GP_TRY(expect_terminal(*run, EventType::agent_completed));
  if (run->message_id != main.message_id)
    return fail_check(
        fmt::format("the run answers message {}, expected {}", run->message_id, main.message_id));
  if (run->text != run->terminal->payload.text)
    return fail_check(
        fmt::format("agent_completed.text ({} bytes) is not the token deltas ({} bytes)",
                    run->terminal->payload.text.size(), run->text.size()));
  return found(seen_types(*run));
}

Result<Finding> check_gapless(CheckContext& context) {
  const ThreadReader& reader = *context.main.first_reader;
  if (reader.events().empty() || reader.events().front().first_seq != 1)
    return fail_check("expected the thread's events to begin with seq 1");
  if (reader.snapshots() > 0) return fail_check("a snapshot came instead of events");
  if (reader.covered() != reader.seq())
    return fail_check(
        fmt::format("{} seqs were covered, the last one is {}", reader.covered(), reader.seq()));
  return found(fmt::format("seq 1 to {} in {} events", reader.seq(), reader.events().size()));
}

Result<Finding> check_second_tab(CheckContext& context) {
  GP_TRY(context.stay_quiet(*context.main.second_tab, std::chrono::milliseconds(50)));
  const ThreadReader& first = *context.main.first_reader;
  const ThreadReader& second = *context.main.second_reader;
  if (first.seq() != second.seq())
    return fail_check(
        fmt::format("the first tab is at seq {}, the second at {}", first.seq(), second.seq()));
  GP_TRY(auto same, client::compare(first, second));
  return found(std::move(same));
}

Result<Finding> check_late_tab(CheckContext& context) {
  const ThreadReader& first = *context.main.first_reader;
  ThreadReader late(context.main.thread_id, 0, ThreadReader::Keep::kEvents);
  GP_TRY(auto tab, context.open_tab(context.first_user));
  GP_TRY(context.subscribe(tab, late));
  if (late.seq() != first.seq())
    return fail_check(fmt::format("caught_up at seq {}, expected {}", late.seq(), first.seq()));
  GP_TRY(auto same, client::compare(first, late));
  return found(std::move(same));
}

Result<Finding> check_resume(CheckContext& context) {
  GP_TRY(auto tabs, open_two_tabs(context));
  ThreadReader& uncut = *tabs.first_reader;
  ThreadReader& cut = *tabs.second_reader;
  GP_TRY(auto ack,
         context.send_message(tabs.first, tabs.thread_id, context.ids().message().str(),
                              "goldenpath check of a cut connection: tokens=120 rate=60"));
  const std::string& run_id = ack.run_id;
  GP_TRY(tabs.second.until([&] { return has_text(cut, run_id); }, context.deadline(),
                           "the first tokens"));
  const std::string early = cut.run(run_id)->over() ? "; the run was over before the cut" : "";
  tabs.second.socket().cut();
  const std::uint64_t cut_at = cut.seq();
  const auto missed_some = [&] {
    const RunView* const run = uncut.run(run_id);
    return uncut.seq() >= cut_at + 5 || (run != nullptr && run->over());
  };
  GP_TRY(tabs.first.until(missed_some, context.deadline(), "events that the cut tab misses"));
  GP_TRY(auto resumed, context.open_tab(context.first_user, "?after=" + cut.resume_item()));
  resumed.watch(cut);
  const std::uint64_t before = cut.caught_up_count();
  GP_TRY(resumed.until([&] { return cut.caught_up_count() > before; }, context.deadline(),
                       "caught_up after the resume"));
  const std::uint64_t missed = cut.seq() - cut_at;
  if (cut.snapshots() > 0) return fail_check("the resume was answered with a snapshot");
  GP_TRY(context.await_end(resumed, cut, run_id));
  GP_TRY(auto run, context.await_end(tabs.first, uncut, run_id));
  GP_TRY(expect_terminal(*run, EventType::agent_completed));
  GP_TRY(auto same, client::compare(uncut, cut));
  if (cut.seq() != uncut.seq() || cut.run(run_id)->text != run->text)
    return fail_check(
        fmt::format("the cut tab has seq {} and {} bytes of text, the other {} and {}", cut.seq(),
                    cut.run(run_id)->text.size(), uncut.seq(), run->text.size()));
  return found(fmt::format("cut at seq {}, caught up {}{}; {}", cut_at, missed, early, same));
}

namespace {

/// Nothing if the run was over before it could be stopped.
Result<std::optional<std::string>> stop_once(CheckContext& context, std::string_view content) {
  GP_TRY(auto tabs, open_two_tabs(context));
  GP_TRY(auto ack,
         context.send_message(tabs.first, tabs.thread_id, context.ids().message().str(), content));
  const std::string& run_id = ack.run_id;
  GP_TRY(tabs.second.until([&] { return has_text(*tabs.second_reader, run_id); },
                           context.deadline(), "the first tokens"));
  GP_TRY(auto answer, context.command(tabs.second, "stop", [&](protocol::JsonWriter& writer) {
    writer.field("run_id", run_id).field("reason", "goldenpath check");
  }));
  const RunView& seen = *tabs.second_reader->run(run_id);
  if (answer.type == "error" && answer.code == "run_not_found") return std::optional<std::string>();
  if (answer.type != "ack" || answer.run_id != run_id)
    return fail_check("expected an ack with the run_id for stop, came " + answer.text);
  if (seen.over() && seen.terminal && seen.terminal->event == EventType::agent_cancelled)
    return fail_check("agent_cancelled came before the ack of stop");
  GP_TRY(auto second, context.await_end(tabs.second, *tabs.second_reader, run_id));
  GP_TRY(auto first, context.await_end(tabs.first, *tabs.first_reader, run_id));
  if (second->terminal->event == EventType::agent_completed) return std::optional<std::string>();
  GP_TRY(expect_terminal(*second, EventType::agent_cancelled));
  if (first->terminal->text != second->terminal->text)
    return fail_check(fmt::format("the tabs saw different ends: {} and {}", first->terminal->text,
                                  second->terminal->text));
  GP_TRY(context.stay_quiet(tabs.first, kQuietTime));
  return std::optional(fmt::format("after {} bytes of text, by {}", second->text.size(),
                                   second->terminal->payload.by));
}

}  // namespace

Result<Finding> check_stop(CheckContext& context) {
  GP_TRY(auto stopped,
         stop_once(context,
                   "goldenpath check: please write a text of at least two thousand words. "
                   "tokens=2000 rate=50"));
  if (stopped) return found(std::move(*stopped));
  GP_TRY(auto again,
         stop_once(context,
                   "goldenpath check: please count from one to ten thousand in words, one per "
                   "line, and leave nothing out. tokens=20000 rate=50"));
  if (again) return found("at the second attempt (the first run ended too quickly): " + *again);
  return fail_check(
      "two runs ended before they could be stopped, although they were asked for long texts");
}

Result<Finding> check_sent_once(CheckContext& context) {
  constexpr std::string_view kText = "goldenpath check, sent three times: tokens=10 rate=100";
  GP_TRY(auto tab, context.open_tab(context.first_user));
  GP_TRY(auto thread_id, context.create_thread(tab));
  ThreadReader reader(thread_id, 0, ThreadReader::Keep::kEvents);
  GP_TRY(context.subscribe(tab, reader));
  context.once = {thread_id, context.ids().message().str()};
  const std::string& message_id = context.once.message_id;
  GP_TRY(auto first, context.send_message(tab, thread_id, message_id, kText));
  GP_TRY(auto second, context.send_message(tab, thread_id, message_id, kText));
  GP_TRY(context.await_end(tab, reader, first.run_id));
  GP_TRY(auto third, context.send_message(tab, thread_id, message_id, kText));
  GP_TRY(context.stay_quiet(tab, kQuietTime));
  for (const Frame* again : {&second, &third}) {
    if (again->run_id != first.run_id || again->seq != first.seq)
      return fail_check(fmt::format("expected the same ack ({}, seq {}), came {} and seq {}",
                                    first.run_id, first.seq, again->run_id, again->seq));
  }
  if (reader.runs().size() != 1)
    return fail_check(
        fmt::format("expected one run for one message_id, came {}", reader.runs().size()));
  return found("sent three times: one run, the same ack");
}

Result<Finding> check_conflict(CheckContext& context) {
  if (context.once.message_id.empty()) return skipped("needs the step `same message once`");
  GP_TRY(auto tab, context.open_tab(context.first_user));
  GP_TRY(auto answer, context.command(tab, "user_message", [&](protocol::JsonWriter& writer) {
    writer.field("message_id", context.once.message_id).field("thread_id", context.once.thread_id);
    writer.field("content", "goldenpath check: other content");
  }));
  if (answer.type != "error" || answer.code != "idempotency_conflict")
    return fail_check("expected error idempotency_conflict, came " + shown(answer));
  return found("idempotency_conflict");
}

}  // namespace gp::app
