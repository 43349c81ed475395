#include <algorithm>
#include <csignal>
#include <cstdio>

#include "config/nearest_name.h"
#include "gardener/commands.h"

namespace {

void add_global_flags(CLI::App& root, gp::app::GlobalFlags& flags) {
  root.add_option("--root", flags.root, "the tree to look at, default .")->type_name("DIR");
  root.add_option("--config", flags.config,
                  "settings, default gardener.toml in the root if present")
      ->type_name("FILE");
  root.add_option("--format", flags.format, "text, json, sarif, md or github; default text")
      ->check(CLI::IsMember({"text", "json", "sarif", "md", "github"}))
      ->type_name("FORMAT");
  root.add_option("--exclude", flags.exclude,
                  "a glob as in .gitignore, beside the settings'; any number")
      ->expected(1)
      ->take_all()
      ->type_name("GLOB");
  root.add_option("--jobs", flags.jobs, "threads, default one per core")->type_name("N");
  root.add_flag("--no-cache", flags.no_cache,
                "scan every file, and remember nothing in ~/.cache/gardener ($XDG_CACHE_HOME)");
  root.add_option("--color", flags.color, "auto, always or never; default auto")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  root.add_flag("--quiet", flags.quiet, "no progress, no notes");
}

}  // namespace

namespace {

/// "gardener: scna: no such command; did you mean scan?"; nothing if the first word is one.
void tell_unknown_command(const CLI::App& root) {
  const std::vector<std::string> words = root.remaining();
  const auto word = std::find_if(words.begin(), words.end(),
                                 [](const std::string& one) { return !one.starts_with('-'); });
  if (word == words.end() || !root.get_subcommands().empty()) return;
  std::vector<std::string> names;
  for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  const std::vector<std::string_view> known(names.begin(), names.end());
  std::fprintf(stderr, "gardener: %s: no such command%s\n", word->c_str(),
               gp::config::suggestion(*word, known).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  // Not SIG_IGN: programs that are started (git, tests) would inherit it.
  std::signal(SIGPIPE, [](int) {});
  CLI::App root("gardener: removes a deprecated Python module safely, proves it, and keeps it out");
  root.require_subcommand(1);
  root.fallthrough();
  root.footer(
      "The flags above go with every command, before or after its name.\n"
      "Exit status: 0 clean; 1 findings, or a change would be made; 2 wrong use or an internal "
      "error;\n3 incomplete: something could not be read or classified.");
  gp::app::GlobalFlags flags;
  add_global_flags(root, flags);
  int status = gp::app::kClean;
  gp::app::add_scan(root, flags, status);
  gp::app::add_refs(root, flags, status);
  gp::app::add_tests(root, flags, status);
  gp::app::add_plan(root, flags, status);
  gp::app::add_apply(root, flags, status);
  gp::app::add_verify(root, flags, status);
  gp::app::add_loop(root, flags, status);
  gp::app::add_tracker(root, flags, status);
  gp::app::add_gate(root, flags, status);
  gp::app::add_explain(root, flags, status);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    tell_unknown_command(root);
    return root.exit(error) == 0 ? gp::app::kClean : gp::app::kUsage;
  }
  return status;
}
