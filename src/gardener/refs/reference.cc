#include "gardener/refs/reference.h"

#include <array>
#include <utility>

namespace gp::refs {

namespace {

constexpr std::array<std::pair<RefClass, std::string_view>, 27> kClasses{{
    {RefClass::kImport, "import"},
    {RefClass::kTransitiveImport, "transitive-import"},
    {RefClass::kAttribute, "attribute"},
    {RefClass::kModuleUse, "module-use"},
    {RefClass::kName, "name"},
    {RefClass::kLookalike, "lookalike"},
    {RefClass::kComment, "comment"},
    {RefClass::kPatch, "patch"},
    {RefClass::kPatchIndirect, "patch-indirect"},
    {RefClass::kPatchNamesake, "patch-namesake"},
    {RefClass::kImportModule, "import-module"},
    {RefClass::kContainer, "container"},
    {RefClass::kRegex, "regex"},
    {RefClass::kImportText, "import-text"},
    {RefClass::kBasename, "basename"},
    {RefClass::kPath, "path"},
    {RefClass::kDocstring, "docstring"},
    {RefClass::kFormatString, "fstring"},
    {RefClass::kMessage, "message"},
    {RefClass::kStringLookalike, "string-lookalike"},
    {RefClass::kOtherString, "other-string"},
    {RefClass::kShellImport, "shell-import"},
    {RefClass::kConfig, "config"},
    {RefClass::kDoc, "doc"},
    {RefClass::kText, "text"},
    {RefClass::kTextLookalike, "text-lookalike"},
    {RefClass::kUnparsable, "unparsable"},
}};

}  // namespace

std::string_view name_of(RefClass value) {
  return kClasses[static_cast<std::size_t>(value)].second;
}

bool parse(std::string_view name, RefClass& value) {
  for (const auto& [kind, text] : kClasses) {
    if (text == name) {
      value = kind;
      return true;
    }
  }
  return false;
}

std::string_view name_of(FailureMode value) {
  switch (value) {
    case FailureMode::kNone: return "none";
    case FailureMode::kLoud: return "loud";
    case FailureMode::kSwallowed: return "swallowed";
    case FailureMode::kSkipped: return "skipped";
    case FailureMode::kReraised: return "reraised";
    case FailureMode::kFailsTest: return "fails-test";
  }
  return "";
}

std::string_view name_of(Population value) {
  switch (value) {
    case Population::kProduction: return "production";
    case Population::kScript: return "script";
    case Population::kTest: return "test";
    case Population::kBackup: return "backup";
  }
  return "";
}

}  // namespace gp::refs
