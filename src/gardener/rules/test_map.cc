#include "gardener/rules/test_map.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "gardener/python/scan.h"

namespace gp::rules {
namespace {

using refs::RefClass;

bool is_import(RefClass kind) {
  return kind == RefClass::kImport || kind == RefClass::kTransitiveImport;
}

/// Importers by file, without tests, backups and the module itself.
std::map<graph::FileId, std::string> importers_of(const ScanContext& context,
                                                  const refs::ReferenceReport& report) {
  std::map<graph::FileId, std::string> importers;
  for (const refs::Reference& reference : report.references) {
    if (!is_import(reference.kind) || reference.is_internal) continue;
    if (reference.population == Population::kProduction)
      importers.emplace(reference.file, context.module_name(reference.file));
  }
  return importers;
}

struct Reached {
  std::set<std::string> importers{};
  std::uint32_t patches = 0;
};
using ReachedByTest = std::map<graph::FileId, Reached>;

void add_imports(const ScanContext& context, const std::map<graph::FileId, std::string>& importers,
                 ReachedByTest& reached) {
  // What an import path loads: the module it names, and the submodule its name is.
  std::vector<const std::string*> by_path;
  by_path.reserve(context.paths().size());
  for (const ImportPath& path : context.paths()) {
    const graph::Target& target = path.resolution.targets.front();
    auto found = importers.end();
    if (target.kind == graph::TargetKind::kModule) found = importers.find(target.file);
    if (found == importers.end()) found = importers.find(context.code().find(path.module).file);
    by_path.push_back(found == importers.end() ? nullptr : &found->second);
  }
  for (const ImportSite& site : context.sites()) {
    if (by_path[site.path] == nullptr || context.population(site.file) != Population::kTest)
      continue;
    reached[site.file].importers.insert(*by_path[site.path]);
  }
}

/// Strings "importer.name" that are an argument of a call: mock.patch and the like.
void add_patches(const ScanContext& context, const std::map<graph::FileId, std::string>& importers,
                 ReachedByTest& reached) {
  for (const graph::FileId file : context.code().python_files()) {
    if (context.population(file) != Population::kTest) continue;
    const auto source = context.code().tree().read(file);
    if (source.has_error()) continue;
    const bool mentions =
        std::any_of(importers.begin(), importers.end(), [&source](const auto& importer) {
          return source.value().find(importer.second + ".") != std::string::npos;
        });
    if (!mentions) continue;
    const python::ModuleFacts facts = python::scan_module(source.value(), python::Detail::kAll);
    for (const python::StringLiteral& string : facts.strings) {
      if (string.call == python::kNone || string.argument == python::kNone) continue;
      const std::string_view content =
          std::string_view(source.value()).substr(string.content.begin, string.content.size());
      for (const auto& [id, name] : importers) {
        if (content.size() <= name.size() + 1 || !content.starts_with(name) ||
            content[name.size()] != '.')
          continue;
        Reached& test = reached[file];
        test.importers.insert(name);
        ++test.patches;
      }
    }
  }
}

}  // namespace

std::string_view name_of(Claim claim) {
  switch (claim) {
    case Claim::kNeeds: return "needs it";
    case Claim::kExists: return "asserts it exists";
    case Claim::kGone: return "asserts it is gone";
  }
  return "";
}

bool TestMap::contradicts() const {
  const auto is_gone = [](const TestClaim& claim) { return claim.claim == Claim::kGone; };
  return std::any_of(claims.begin(), claims.end(), is_gone) &&
         !std::all_of(claims.begin(), claims.end(), is_gone);
}

TestMap map_tests(const ScanContext& context, const refs::ReferenceReport& report) {
  TestMap map;
  const auto importers = importers_of(context, report);
  ReachedByTest reached;
  add_imports(context, importers, reached);
  add_patches(context, importers, reached);
  std::set<std::string> protected_importers;
  for (const auto& [file, test] : reached) {
    map.protecting.push_back({.path = context.path_of(file),
                              .importers = {test.importers.begin(), test.importers.end()},
                              .patches = test.patches});
    protected_importers.insert(test.importers.begin(), test.importers.end());
  }
  for (const auto& [file, name] : importers) {
    map.importers.push_back(name);
    if (!protected_importers.contains(name)) map.unprotected.push_back(name);
  }
  std::map<graph::FileId, std::uint32_t> own;
  for (const refs::Reference& reference : report.references) {
    const bool is_own = reference.kind == RefClass::kImport || reference.kind == RefClass::kPatch ||
                        reference.kind == RefClass::kImportModule;
    if (reference.population == Population::kTest && is_own) ++own[reference.file];
  }
  std::set<graph::FileId> files;
  for (const refs::Reference& reference : report.references)
    if (reference.population == Population::kTest) files.insert(reference.file);
  for (const auto& [file, count] : own)
    map.own.push_back({.path = context.path_of(file), .references = count});
  for (const graph::FileId file : files) append_claims(context, report, file, map.claims);
  std::sort(map.importers.begin(), map.importers.end());
  std::sort(map.unprotected.begin(), map.unprotected.end());
  std::sort(map.claims.begin(), map.claims.end(), [](const TestClaim& a, const TestClaim& b) {
    return std::tie(a.claim, a.place.file, a.place.line, a.test) <
           std::tie(b.claim, b.place.file, b.place.line, b.test);
  });
  return map;
}

}  // namespace gp::rules
