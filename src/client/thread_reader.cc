#include "client/thread_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace gp::client {
namespace {

using protocol::EventType;

auto broken(const Frame& event, std::string_view what) {
  return fail(Code::protocol_error,
              fmt::format("thread {}, seq {}, {} of run {}: {}", event.thread_id, event.seq,
                          event.type, event.run_id.empty() ? "(none)" : event.run_id, what));
}

}  // namespace

bool RunView::over() const { return terminal.has_value() || over_in_snapshot; }

Result<> ThreadReader::take(const Frame& frame) {
  if (failed_) return fail(failed_->code, failed_->message);
  if (frame.type == "batch") {
    for (const Frame& event : frame.events) {
      GP_TRY(take(event));
    }
    return ok();
  }
  if (frame.thread_id != thread_id_) return ok();
  if (frame.event) {
    const Result<> taken = take_event(frame);
    if (!taken) failed_ = taken.error();
    return taken;
  }
  if (frame.type == "snapshot") take_snapshot(frame);
  if (frame.type == "caught_up") ++caught_up_;
  if (!frame.epoch.empty()) epoch_ = frame.epoch;
  return ok();
}

Result<> ThreadReader::take_event(const Frame& event) {
  if (event.first_seq <= seq_)
    return broken(event, fmt::format("a duplicate: it begins at {}, everything up to {} had come",
                                     event.first_seq, seq_));
  if (event.first_seq != seq_ + 1)
    return broken(event, fmt::format("a gap: expected seq {}, came {}", seq_ + 1, event.first_seq));
  covered_ += event.seq - seq_;
  seq_ = event.seq;
  if (keep_ == Keep::kEvents && events_.size() < kEventsKeptMax)
    events_.push_back({event.first_seq, event.seq, event.text});
  if (event.event == EventType::thread_updated && event.payload.status == "deleted")
    deleted_ = true;
  if (event.event == EventType::user_message && !event.run_id.empty()) {
    RunView& run = runs_[event.run_id];
    run.run_id = event.run_id;
    run.message_id = event.payload.message_id;
    return ok();
  }
  return event.run_id.empty() ? ok() : take_run_event(event);
}

Result<> ThreadReader::take_run_event(const Frame& event) {
  const bool known = runs_.contains(event.run_id);
  RunView& run = runs_[event.run_id];
  run.run_id = event.run_id;
  // A run that began before this reader did cannot be judged on its beginning.
  if (!known && start_ > 0) run.started = true;
  if (run.terminal)
    return broken(event, fmt::format("nothing may come after the run's {} at seq {}",
                                     run.terminal->type, run.terminal->seq));
  run.seen.insert(*event.event);
  switch (*event.event) {
    case EventType::agent_started:
      if (run.started && known) return broken(event, "a run starts once");
      run.started = true;
      if (!event.payload.message_id.empty()) run.message_id = event.payload.message_id;
      return ok();
    case EventType::token: run.text += event.payload.delta; break;
    case EventType::agent_thinking: run.thinking += event.payload.delta; break;
    case EventType::tool_executing:
    case EventType::tool_completed: {
      GP_TRY(take_tool_event(event, run));
      break;
    }
    default: break;
  }
  if (!run.started) return broken(event, "agent_started must be the first event of a run");
  if (!protocol::is_terminal(*event.event)) return ok();
  if (!run.open_tools.empty())
    return broken(event, fmt::format("the tool call {} was executing and was never completed",
                                     *run.open_tools.begin()));
  run.terminal = event;
  return ok();
}

Result<> ThreadReader::take_tool_event(const Frame& event, RunView& run) {
  const std::string& call = event.payload.tool_call_id;
  if (event.event == EventType::tool_executing) {
    if (!run.open_tools.insert(call).second)
      return broken(event, fmt::format("the tool call {} is executing already", call));
  } else if (run.open_tools.erase(call) == 0 && start_ == 0 && snapshots_ == 0) {
    return broken(event, fmt::format("the tool call {} is not executing", call));
  }
  return ok();
}

void ThreadReader::take_snapshot(const Frame& snapshot) {
  seq_ = snapshot.seq;
  start_ = std::max<std::uint64_t>(snapshot.seq, 1);
  ++snapshots_;
  for (auto& [run_id, run] : runs_) run.over_in_snapshot = true;
  for (const SnapshotRun& told : snapshot.runs) {
    RunView& run = runs_[told.run_id];
    run.run_id = told.run_id;
    run.started = true;
    run.over_in_snapshot = told.state != "running" && told.state != "queued";
  }
}

std::string ThreadReader::resume_item() const {
  return epoch_.empty() ? fmt::format("{}:{}", thread_id_, seq_)
                        : fmt::format("{}:{}:{}", thread_id_, seq_, epoch_);
}

const RunView* ThreadReader::run(std::string_view run_id) const {
  const auto found = runs_.find(std::string(run_id));
  return found == runs_.end() ? nullptr : &found->second;
}

namespace {

Result<std::size_t> compare_events(const ThreadReader& a, const ThreadReader& b) {
  std::map<std::pair<std::uint64_t, std::uint64_t>, const SeenEvent*> of_a;
  for (const SeenEvent& event : a.events()) of_a[{event.first_seq, event.seq}] = &event;
  std::size_t same = 0;
  for (const SeenEvent& event : b.events()) {
    const auto found = of_a.find({event.first_seq, event.seq});
    // Folded deltas are made for each reader, so only what is stored must be the same bytes.
    if (found == of_a.end() || event.first_seq != event.seq) continue;
    if (found->second->text != event.text)
      return fail(Code::protocol_error, fmt::format("seq {} differs: one got {}, the other {}",
                                                    event.seq, found->second->text, event.text));
    ++same;
  }
  return same;
}

Result<> compare_runs(const RunView& a, const RunView& b) {
  if (!a.terminal || !b.terminal) return ok();
  if (a.text != b.text)
    return fail(Code::protocol_error,
                fmt::format("the text of run {} differs: one got {} bytes, the other {}", a.run_id,
                            a.text.size(), b.text.size()));
  if (a.thinking != b.thinking)
    return fail(Code::protocol_error, fmt::format("the thinking of run {} differs", a.run_id));
  if (a.terminal->text != b.terminal->text)
    return fail(Code::protocol_error,
                fmt::format("the end of run {} differs: one got {}, the other {}", a.run_id,
                            a.terminal->text, b.terminal->text));
  return ok();
}

}  // namespace

Result<std::string> compare(const ThreadReader& a, const ThreadReader& b) {
  GP_TRY(auto same, compare_events(a, b));
  std::size_t runs = 0;
  for (const auto& [run_id, of_a] : a.runs()) {
    const RunView* of_b = b.run(run_id);
    if (of_b == nullptr || of_a.run_id.empty()) continue;
    GP_TRY(compare_runs(of_a, *of_b));
    ++runs;
  }
  const auto folded =
      std::count_if(b.events().begin(), b.events().end(),
                    [](const SeenEvent& event) { return event.first_seq != event.seq; });
  std::string told = fmt::format("{} events the same bytes", same);
  if (folded > 0) told += fmt::format(", {} folded, {} transcripts equal", folded, runs);
  return told;
}

}  // namespace gp::client
