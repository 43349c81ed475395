#include "gardener/plan/workspace.h"

#include <fmt/core.h>

#include "gardener/plan/module_name.h"
#include "gardener/python/scan.h"

namespace gp::plan {

const refs::ScannedFile& Workspace::file(graph::FileId id) const {
  if (const refs::ScannedFile* scanned = report_.scanned(id); scanned != nullptr) return *scanned;
  std::unique_ptr<refs::ScannedFile>& slot = more_[id];
  if (slot == nullptr) {
    slot = std::make_unique<refs::ScannedFile>();
    slot->file = id;
    Result<std::string> bytes = tree_.read(id);
    if (bytes) {
      slot->source = std::move(bytes).value();
      slot->facts = python::scan_module(slot->source, python::Detail::kAll);
    } else {
      slot->facts.problems.push_back({.message = "the file cannot be read"});
    }
    if (slot->facts.blocks.empty()) slot->facts.blocks.emplace_back();
  }
  return *slot;
}

std::string Workspace::place(graph::FileId id, std::uint32_t line) const {
  return fmt::format("{}:{}", path(id), line);
}

std::string Workspace::package_of(graph::FileId id) const {
  const std::string name = code().name_of(id);
  return code().is_package_init(id) ? name : std::string(parent_of(name));
}

}  // namespace gp::plan
