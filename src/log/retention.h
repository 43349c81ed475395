/// Retention: looks at the age and the total of all stored events every interval, and has the logs
/// that are over trimmed. (The limits of one thread are watched by its ThreadLog.)
///
/// Owner: whoever builds a core. Thread: that core; it trims the logs of users whose home it is.
#pragma once

#include "log/log_directory.h"

namespace gp::log {

class Retention {
 public:
  using IsHome = UniqueFunction<bool(const UserId&)>;

  Retention(LogDirectory& directory, IsHome is_home);

 private:
  void look();
  void trim(const OverdueLog& overdue);

  LogDirectory& directory_;
  IsHome is_home_;
  runtime::Timer timer_;
  runtime::Liveness liveness_;
};

}  // namespace gp::log
