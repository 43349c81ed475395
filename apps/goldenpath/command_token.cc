#include <cstdio>
#include <memory>

#include "auth/secret_file.h"
#include "auth/token_signer.h"
#include "base/ids.h"
#include "config/duration_text.h"
#include "goldenpath/build_info.h"
#include "goldenpath/commands.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

struct TokenFlags {
  std::string secret_file;
  std::string user;
  std::string ttl = "1h";
  std::string issuer;
  std::string audience;
  std::vector<std::string> permissions;
  std::vector<std::string> claims;
};

/// `k=v`: v as JSON if it is a number, true, false, null, an array or object; else as text.
Result<auth::ExtraClaim> parse_claim(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail(Code::bad_request, "--claim " + text + ": must be name=value");
  std::string value = text.substr(equals + 1);
  const bool json =
      value == "true" || value == "false" || value == "null" ||
      (!value.empty() && (value.front() == '{' || value.front() == '[' || value.front() == '"' ||
                          value.find_first_not_of("0123456789.-eE+") == std::string::npos));
  return auth::ExtraClaim{text.substr(0, equals), std::move(value),
                          json ? auth::ExtraClaim::Form::kJson : auth::ExtraClaim::Form::kText};
}

Result<std::string> make_token(const TokenFlags& flags) {
  GP_TRY(const std::string secret, auth::read_secret_file(flags.secret_file));
  GP_TRY(const auto signer, auth::TokenSigner::from_secret(secret));
  const auto ttl = config::parse_duration(flags.ttl);
  if (!ttl || *ttl <= Duration{})
    return fail(Code::bad_request,
                "--ttl " + flags.ttl + ": must be a duration such as 30m, 1h or 12h");
  const SystemClock clock;
  SystemRandom random;
  auth::TokenRequest request{.user_id = UserId(flags.user),
                             .issued_at = clock.wall_now(),
                             .ttl = std::chrono::duration_cast<std::chrono::seconds>(*ttl),
                             .token_id = IdSource(clock, random).make("jti_"),
                             .issuer = flags.issuer,
                             .audience = flags.audience,
                             .permissions = flags.permissions};
  for (const std::string& claim : flags.claims) {
    GP_TRY(auto parsed, parse_claim(claim));
    request.extra.push_back(std::move(parsed));
  }
  return signer.sign(request);
}

}  // namespace

void add_token(CLI::App& root, int& status) {
  auto flags = std::make_shared<TokenFlags>();
  CLI::App* app = root.add_subcommand("token", "print a signed JWT (HS256) and nothing else");
  app->add_option("--secret-file", flags->secret_file, "file with the secret the server was given")
      ->required()
      ->type_name("FILE");
  app->add_option("--sub", flags->user, "user id")->required()->type_name("USER");
  app->add_option("--ttl", flags->ttl, "how long it is valid, default 1h");
  app->add_option("--iss", flags->issuer, "issuer");
  app->add_option("--aud", flags->audience, "audience");
  app->add_option("--permission", flags->permissions, "a permission; any number");
  app->add_option("--claim", flags->claims, "another claim, name=value; any number")
      ->type_name("CLAIM");
  app->callback([flags, &status] {
    const auto token = make_token(*flags);
    if (token.has_error()) {
      std::fprintf(stderr, "goldenpath: %s\n", token.error().message.c_str());
      status = kFailed;
      return;
    }
    std::printf("%s\n", token.value().c_str());
  });
}

void add_version(CLI::App& root, int&) {
  root.add_subcommand("version", "print the version")->callback([] {
    std::printf("goldenpath %s%s%s%s\n", kVersion, *kCommit == '\0' ? "" : " (", kCommit,
                *kCommit == '\0' ? "" : ")");
  });
}

}  // namespace gp::app
