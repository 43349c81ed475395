#include "gardener/plan_session.h"

#include <algorithm>

namespace gp::app {

PlanSession::PlanSession(const GlobalFlags& flags, Session session, const std::string& target)
    : session_(std::move(session)),
      report_(refs::find_references(session_.tree, target, session_.refs_options(flags))),
      code_(session_.tree, session_.code_options(flags)),
      resolver_(code_),
      imports_(resolver_),
      workspace_(session_.tree, resolver_, imports_, report_) {}

bool PlanSession::is_incomplete() const {
  return std::any_of(report_.unreadable.begin(), report_.unreadable.end(),
                     [](const refs::Unreadable& file) { return file.leaves_hole(); });
}

}  // namespace gp::app
