// What a root object of a core looks like, for the two twins.
#pragma once

#include "runtime/core.h"

namespace gp {

class Owner {
 public:
  explicit Owner(runtime::Core& core) : core_(core) {}
  int on_the_core();
  int from_anywhere();

 private:
  runtime::Core& core_;
  int members_ GP_GUARDED_BY(core_) = 0;
};

}  // namespace gp
