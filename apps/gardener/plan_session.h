/// PlanSession: the tree, its modules and the references to a module, as the planner needs them.
/// Built once per command; `plan`, `apply` and `verify` all work on it.
#pragma once

#include <memory>
#include <string>

#include "gardener/graph/import_graph.h"
#include "gardener/graph/resolver.h"
#include "gardener/plan/workspace.h"
#include "gardener/session.h"

namespace gp::app {

/// Not movable: the workspace refers to the other members.
class PlanSession {
 public:
  PlanSession(const GlobalFlags& flags, Session session, const std::string& target);
  PlanSession(const PlanSession&) = delete;
  PlanSession& operator=(const PlanSession&) = delete;

  const plan::Workspace& workspace() const { return workspace_; }
  /// A file that mentions the module could not be understood.
  bool is_incomplete() const;

 private:
  Session session_;
  refs::ReferenceReport report_;
  graph::CodeBase code_;
  graph::Resolver resolver_;
  graph::ImportGraph imports_;
  plan::Workspace workspace_;
};

}  // namespace gp::app
