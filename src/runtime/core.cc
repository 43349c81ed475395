#include "runtime/core.h"

#include "base/assert.h"

namespace gp::runtime {

void Core::request_turn_end() {
  GP_ASSERT(turn_depth_ > 0,
            "request_turn_end() outside a turn: open a Core::Turn where the loop enters");
  turn_end_requested_ = true;
}

// Hooks may mark more things dirty (a flush may close a connection, whose end makes another dirty),
// or do their work in rounds (log::LogDirectory): repeat until quiet.
void Core::run_turn_end() {
  ++turn_depth_;
  for (int round = 0; turn_end_requested_; ++round) {
    GP_ASSERT(round < 10'000'000, "the hooks at the end of a turn never come to rest");
    turn_end_requested_ = false;
    for (auto& hook : turn_end_hooks_) hook();
  }
  --turn_depth_;
}

}  // namespace gp::runtime
