#include "owner.h"

int gp::Owner::on_the_core() {
  core_.assert_here();
  return ++members_;
}
