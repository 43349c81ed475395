/// MemoryLogStorage: LogStorage over a MemoryLogData that outlives it, for tests and simulation.
///
/// Thread: one core; all adapters over one MemoryLogData run on one thread.
/// Destroying an adapter is a crash: operations that have not completed never take effect
/// (runtime/simulated_device.h). A new adapter over the same data is the restart.
#pragma once

#include <deque>
#include <unordered_map>

#include "log/log_storage.h"
#include "runtime/simulated_device.h"

namespace gp::log {

/// What is on the simulated disk, and how the disk fails.
struct MemoryLogData {
  struct Log {
    LogHead head;
    std::deque<StoredEvent> events;
    WallTime last_at{};  ///< of the newest append
  };
  std::unordered_map<identity::ThreadKey, Log> logs;
  runtime::DeviceFaults faults;
};

class MemoryLogStorage final : public LogStorage {
 public:
  MemoryLogStorage(runtime::Core& core, MemoryLogData& data)
      : data_(data), device_(core, data.faults) {}

  void open(const identity::ThreadKey& key, const Epoch& epoch_if_new,
            Completion<Result<LogHead>> done) override;
  void append(std::vector<LogAppend> appends, Completion<Result<>> done) override;
  void read(const identity::ThreadKey& key, ReadRange range,
            Completion<Result<std::vector<StoredEvent>>> done) override;
  void renew_epoch(const identity::ThreadKey& key, const Epoch& epoch,
                   Completion<Result<>> done) override;
  void replace(const identity::ThreadKey& key, std::vector<StoredEvent> folded,
               Completion<Result<>> done) override;
  void trim(const identity::ThreadKey& key, const TrimLimits& limits,
            Completion<Result<LogHead>> done) override;
  void overdue(const RetentionGoal& goal,
               Completion<Result<std::vector<OverdueLog>>> done) override;
  void remove(const identity::ThreadKey& key, Completion<Result<>> done) override;

  /// Operations asked for that have not taken effect.
  std::size_t waiting() const { return device_.waiting(); }
  /// The oldest `durable` of them take effect, the others never do; none completes.
  void crash(std::size_t durable) { device_.crash(durable); }

 private:
  template <class T>
  void ask(runtime::SimulatedDevice::Kind kind, UniqueFunction<Result<T>()> work,
           Completion<Result<T>> done);

  MemoryLogData& data_;
  runtime::SimulatedDevice device_;
};

}  // namespace gp::log
