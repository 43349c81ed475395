#include <cstdio>

#include "goldenpath/commands.h"

int main(int argc, char** argv) {
  CLI::App root("goldenpath: the WebSocket manager for AI-agent chat");
  root.require_subcommand(1);
  root.footer("Exit status: 0 ok, 1 failed, 2 usage.");
  int status = gp::app::kOk;
  gp::app::add_serve(root, status);
  gp::app::add_token(root, status);
  gp::app::add_chat(root, status);
  gp::app::add_check(root, status);
  gp::app::add_config(root, status);
  gp::app::add_version(root, status);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? gp::app::kOk : gp::app::kUsage;
  }
  return status;
}
