#include <cstdio>
#include <memory>

#include "base/log.h"
#include "config/settings_text.h"
#include "goldenpath/commands.h"
#include "goldenpath/settings_input.h"
#include "goldenpath/wire_up.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

log_line::Level to_level(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::kDebug: return log_line::Level::kDebug;
    case config::LogLevel::kInfo: return log_line::Level::kInfo;
    case config::LogLevel::kWarning: return log_line::Level::kWarning;
    case config::LogLevel::kError: return log_line::Level::kError;
  }
  return log_line::Level::kInfo;
}

struct ServeFlags {
  SettingsInput input;
  std::vector<std::string> agents;
  std::vector<std::string> sets;
  bool open_demo = false;
};

/// A flag that stands for a setting.
void add_setting(CLI::App& app, ServeFlags& flags, const char* flag, const char* key,
                 const char* help) {
  app.add_option_function<std::string>(
      flag,
      [&flags, flag, key](const std::string& value) {
        flags.input.flags.push_back({key, value, flag});
      },
      help);
}

void add_flags(CLI::App& app, ServeFlags& flags) {
  app.add_option("--config", flags.input.config_file,
                 "settings file (TOML); `goldenpath config --sample` prints one")
      ->type_name("FILE");
  add_setting(app, flags, "--listen", "server.listen", "address and port, default 127.0.0.1:8080");
  add_setting(app, flags, "--data", "store.data_dir", "data directory, default ./goldenpath-data");
  app.add_option("--agent", flags.agents,
                 "NAME=KIND[:URL][#MODEL], kinds scripted and openai; any number")
      ->type_name("AGENT");
  add_setting(app, flags, "--jwt-secret-file", "auth.jwt_secret_file",
              "file with the HS256 secret of the tokens");
  add_setting(app, flags, "--jwt-public-key-file", "auth.jwt_public_key_file",
              "PEM file with an RSA or P-256 public key");
  add_setting(app, flags, "--log-level", "log.level", "debug, info, warning or error");
  app.add_flag("--open-demo", flags.open_demo,
               "demo sessions although a secret is configured (loopback only): anybody on this "
               "machine may sign in");
  app.add_option("--set", flags.sets, "section.key=value, any setting; any number")
      ->type_name("SETTING");
}

Result<> gather(ServeFlags& flags) {
  for (const std::string& agent : flags.agents)
    flags.input.flags.push_back({"agent", agent, "--agent"});
  if (flags.open_demo) flags.input.flags.push_back({"auth.demo", "on", "--open-demo"});
  for (const std::string& set : flags.sets) {
    const auto equals = set.find('=');
    if (equals == std::string::npos)
      return fail(Code::bad_request, "--set " + set + ": must be section.key=value");
    flags.input.flags.push_back({set.substr(0, equals), set.substr(equals + 1), "--set"});
  }
  return ok();
}

int complain(const Error& error, int status) {
  std::fprintf(stderr, "goldenpath: %s\n", error.message.c_str());
  return status;
}

}  // namespace

void add_serve(CLI::App& root, int& status) {
  auto flags = std::make_shared<ServeFlags>();
  CLI::App* app = root.add_subcommand("serve", "run the server");
  add_flags(*app, *flags);
  app->callback([flags, &status] {
    if (auto gathered = gather(*flags); gathered.has_error()) {
      status = complain(gathered.error(), kUsage);
      return;
    }
    auto loaded = load_settings(flags->input);
    if (loaded.has_error()) {
      status = complain(loaded.error(), kUsage);
      return;
    }
    log_line::set_level(to_level(loaded.value().settings().log.level));
    const auto served = serve(loaded.value().settings());
    if (served.has_error())
      status =
          complain(served.error(), served.error().code == Code::bad_request ? kUsage : kFailed);
  });
}

void add_config(CLI::App& root, int& status) {
  struct ConfigFlags {
    ServeFlags serve;
    bool sample = false;
    bool markdown = false;
  };
  auto flags = std::make_shared<ConfigFlags>();
  CLI::App* app =
      root.add_subcommand("config", "print the effective settings and where each comes from");
  add_flags(*app, flags->serve);
  app->add_flag("--sample", flags->sample,
                "print a settings file with every setting, its default and its meaning");
  app->add_flag("--markdown", flags->markdown, "print the table of settings for docs/settings.md");
  app->callback([flags, &status] {
    if (flags->sample || flags->markdown) {
      std::fputs((flags->sample ? config::sample_file() : config::settings_markdown()).c_str(),
                 stdout);
      return;
    }
    auto gathered = gather(flags->serve);
    if (gathered.has_error()) {
      status = complain(gathered.error(), kUsage);
      return;
    }
    auto loaded = load_settings(flags->serve.input);
    if (loaded.has_error()) {
      status = complain(loaded.error(), kUsage);
      return;
    }
    std::fputs(config::describe(loaded.value()).c_str(), stdout);
  });
}

}  // namespace gp::app
