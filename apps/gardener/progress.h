/// Progress: one line on a terminal's stderr when a step takes longer than half a second.
///
/// A timer signal (SIGALRM, SA_RESTART) writes it, so that the work needs no thread and no
/// call-back; the handler uses write(2) only. At most one object at a time. Nothing is written when
/// stderr is no terminal or with --quiet; the line is cleared at the end.
#pragma once

#include "gardener/global_flags.h"

namespace gp::app {

class Progress {
 public:
  /// `step` must outlive it: "reading files".
  Progress(const GlobalFlags& flags, const char* step);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  bool active_;
};

}  // namespace gp::app
