/// Verdict: the first promise that was broken in a schedule. Checkers write it, loops stop on it.
///
/// Thread: the simulator's only one. The first failure wins: what follows it is noise.
#pragma once

#include <string>
#include <utility>

namespace gp::sim {

class Verdict {
 public:
  void fail(const char* promise, std::string what) {
    if (failed()) return;
    promise_ = promise;
    what_ = std::move(what);
  }
  bool failed() const { return promise_ != nullptr; }
  const char* promise() const { return promise_; }
  const std::string& what() const { return what_; }

 private:
  const char* promise_ = nullptr;
  std::string what_;
};

}  // namespace gp::sim
