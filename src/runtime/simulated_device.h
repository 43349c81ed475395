/// SimulatedDevice: the slow, failing, crashing storage device behind in-memory adapters, for tests
/// and simulation.
///
/// How it works: operations wait in line; each takes effect and completes in a turn of its own,
/// `latency` after it was asked (0: the next turn), strictly in order. Destroying the device is a
/// crash: what waits never happens and never completes; crash() first lets the oldest ones take
/// effect without telling anybody, as when a process dies between commit and answer.
///
/// Thread: its core.
#pragma once

#include <cstddef>
#include <deque>

#include "runtime/core.h"

namespace gp::runtime {

/// Lives with the data, so faults outlast a restart of the adapter.
struct DeviceFaults {
  std::size_t fail_writes = 0;  ///< this many of the next writes fail, changing nothing
  std::size_t fail_reads = 0;
  Duration latency{0};
};

class SimulatedDevice {
 public:
  enum class Kind { kRead, kWrite };
  enum class Health { kWorks, kFails };
  /// Does the operation (or, if the device fails, nothing) and returns what tells the asker.
  using Operation = UniqueFunction<Task(Health)>;

  SimulatedDevice(Core& core, DeviceFaults& faults) : core_(core), faults_(faults) {}

  void ask(Kind kind, Operation operation) {
    waiting_.push_back(Waiting{kind, std::move(operation)});
    Task step = [this, token = liveness_.token()] {
      if (token.alive() && !waiting_.empty()) take_first()();
    };
    if (faults_.latency == Duration::zero()) {
      core_.post(std::move(step));
    } else {
      core_.call_after(faults_.latency, std::move(step));
    }
  }

  std::size_t waiting() const { return waiting_.size(); }

  /// The oldest `durable` operations take effect, the others never do; none completes.
  void crash(std::size_t durable) {
    for (; durable > 0 && !waiting_.empty(); --durable) take_first();
    waiting_.clear();
  }

 private:
  struct Waiting {
    Kind kind;
    Operation operation;
  };

  Task take_first() {
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    std::size_t& failures = first.kind == Kind::kWrite ? faults_.fail_writes : faults_.fail_reads;
    if (failures == 0) return first.operation(Health::kWorks);
    --failures;
    return first.operation(Health::kFails);
  }

  Core& core_;
  DeviceFaults& faults_;
  std::deque<Waiting> waiting_;
  Liveness liveness_;
};

}  // namespace gp::runtime
