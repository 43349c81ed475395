// The planted mistake: a member of a core's object is touched without being on that core.
#include "owner.h"

int gp::Owner::from_anywhere() { return ++members_; }
