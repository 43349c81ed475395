/// LogFixture: a LogDirectory on virtual time and in-memory storage. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "log/log_directory.h"
#include "log/memory_log_storage.h"
#include "runtime/manual_core.h"

namespace gp::log {

class LogFixture : public testing::Test {
 protected:
  explicit LogFixture(LogLimits limits)
      : storage(core, data), directory(core, storage, limits, metrics) {}

  ThreadLog& open(const std::string& thread = "chat-1") {
    std::optional<ThreadLog*> opened;
    directory.open(key(thread), [&](Result<ThreadLog*> log) { opened = log.value(); });
    core.run();
    return **opened;
  }
  static identity::ThreadKey key(const std::string& thread) {
    return identity::ThreadKey::from_storage(UserId("alice"), ThreadId(thread));
  }

  MemoryLogData data;
  runtime::ManualCore core;
  metrics::CoreMetrics metrics;
  MemoryLogStorage storage;
  LogDirectory directory;
};

}  // namespace gp::log
