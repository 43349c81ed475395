#include <fmt/core.h>

#include <algorithm>

#include "gardener/rules/counts.h"
#include "gardener/rules/escape.h"
#include "gardener/rules/test_map.h"
#include "protocol/json_writer.h"

namespace gp::rules {
namespace {

constexpr std::size_t kShown = 20;

std::string joined(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most; ++i)
    text.append(i == 0 ? "" : ", ").append(names[i]);
  if (names.size() > most) text += " and " + with_commas(names.size() - most) + " more";
  return text;
}

std::size_t count_of(const TestMap& map, Claim claim) {
  return static_cast<std::size_t>(
      std::count_if(map.claims.begin(), map.claims.end(),
                    [claim](const TestClaim& candidate) { return candidate.claim == claim; }));
}

std::string verdict(const TestMap& map) {
  if (!map.contradicts()) return "No two tests contradict each other about the module.";
  return fmt::format(
      "Tests contradict each other: {} assert that the module is gone, {} assert that it exists, "
      "{} "
      "need it. They cannot all pass; decide in the plan which go.",
      count_of(map, Claim::kGone), count_of(map, Claim::kExists), count_of(map, Claim::kNeeds));
}

}  // namespace

std::string test_map_text(const TestMap& map, std::string_view target) {
  std::string out = fmt::format("Tests around {}\n\n", shown_text(target));
  out += fmt::format("Protecting its {}: {}\n",
                     count_text(map.importers.size(), "production importer"),
                     count_text(map.protecting.size(), "test file"));
  for (std::size_t i = 0; i < map.protecting.size() && i < kShown; ++i) {
    const ProtectingTest& test = map.protecting[i];
    out += fmt::format("  {}  {}{}\n", shown_text(test.path), shown_text(joined(test.importers, 3)),
                       test.patches == 0 ? "" : fmt::format("  [{} patched]", test.patches));
  }
  if (map.protecting.size() > kShown)
    out += fmt::format("  and {} more (--format json has all)\n", map.protecting.size() - kShown);
  if (!map.unprotected.empty()) {
    out += fmt::format("\nProduction importers that no test imports or patches: {}\n",
                       map.unprotected.size());
    for (const std::string& name : map.unprotected) out += "  " + shown_text(name) + "\n";
  }
  out +=
      fmt::format("\nTests that use the module itself: {}\n", count_text(map.own.size(), "file"));
  for (std::size_t i = 0; i < map.own.size() && i < kShown; ++i)
    out += fmt::format("  {}  {}\n", shown_text(map.own[i].path),
                       count_text(map.own[i].references, "reference"));
  if (map.own.size() > kShown)
    out += fmt::format("  and {} more (--format json has all)\n", map.own.size() - kShown);
  out += "\n" + verdict(map) + "\n";
  for (const Claim claim : {Claim::kGone, Claim::kExists, Claim::kNeeds}) {
    std::size_t shown = 0;
    for (const TestClaim& one : map.claims) {
      if (one.claim != claim || ++shown > kShown) continue;
      out += fmt::format("  {}: {}:{}  {}  {}\n", name_of(claim), shown_text(one.place.file),
                         one.place.line, shown_text(one.test), one.why);
    }
    if (shown > kShown) out += fmt::format("  and {} more\n", shown - kShown);
  }
  return out;
}

std::string test_map_json(const TestMap& map, std::string_view target,
                          const std::vector<std::string>& generated) {
  std::string out;
  protocol::JsonWriter json(out);
  const auto list = [&json](std::string_view key, const std::vector<std::string>& texts) {
    json.key(key).begin_array();
    for (const std::string& text : texts) json.raw(json_text(text));
    json.end_array();
  };
  json.begin_object().raw_field("target", json_text(target));
  list("importers", map.importers);
  list("unprotected", map.unprotected);
  json.key("protecting").begin_array();
  for (const ProtectingTest& test : map.protecting) {
    json.begin_object().raw_field("file", json_text(test.path)).field("patches", test.patches);
    list("importers", test.importers);
    json.end_object();
  }
  json.end_array().key("own").begin_array();
  for (const OwnTest& test : map.own)
    json.begin_object()
        .raw_field("file", json_text(test.path))
        .field("references", test.references)
        .end_object();
  json.end_array().field("contradicts", map.contradicts()).key("claims").begin_array();
  for (const TestClaim& claim : map.claims)
    json.begin_object()
        .field("claim", name_of(claim.claim))
        .raw_field("file", json_text(claim.place.file))
        .field("line", claim.place.line)
        .raw_field("test", json_text(claim.test))
        .field("why", claim.why)
        .end_object();
  json.end_array();
  list("generated", generated);
  json.end_object();
  return out + "\n";
}

std::string test_map_markdown(const TestMap& map, std::string_view target) {
  std::string out = fmt::format("# Tests around {}\n\n{}\n", markdown_code(target), verdict(map));
  if (!map.claims.empty()) out += "\n| claim | place | test | why |\n|---|---|---|---|\n";
  for (const TestClaim& claim : map.claims)
    out += fmt::format("| {} | {} | {} | {} |\n", name_of(claim.claim),
                       markdown_code(fmt::format("{}:{}", claim.place.file, claim.place.line)),
                       claim.test.empty() ? "" : markdown_code(claim.test), claim.why);
  out += "\n## Production importers that no test imports or patches\n\n";
  for (const std::string& name : map.unprotected) out += "- " + markdown_code(name) + "\n";
  if (map.unprotected.empty()) out += "None.\n";
  out += "\n## Tests that protect the importers\n\n";
  for (const ProtectingTest& test : map.protecting)
    out += fmt::format("- {}: {}\n", markdown_code(test.path),
                       markdown_text(joined(test.importers, 5)));
  if (map.protecting.empty()) out += "None.\n";
  out += "\n## Tests that use the module itself\n\n";
  for (const OwnTest& test : map.own)
    out += fmt::format("- {}: {}\n", markdown_code(test.path),
                       count_text(test.references, "reference"));
  if (map.own.empty()) out += "None.\n";
  return out;
}

}  // namespace gp::rules
