/// Record: one event as readers get it: its place and its JSON, shared by all of them.
#pragma once

#include "base/ids.h"
#include "base/shared_bytes.h"
#include "protocol/event.h"

namespace gp::log {

struct Record {
  Seq seq;
  Seq first_seq;  ///< below seq if several deltas were folded into this one
  protocol::EventType type;
  SharedBytes json;
};

}  // namespace gp::log
