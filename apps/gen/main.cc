// gp_gen: rewrites the files that are made from tables, or (--check) says which are out of date.
//   src/protocol/codes.def        → sdk/typescript/src/codes.gen.ts, the table at the end of
//   docs/protocol.md src/config/settings.def       → docs/settings.md src/metrics/metrics.def,
//   src/protocol/close_reasons.def → docs/metrics.md
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "config/settings_text.h"
#include "gardener/rules/manual.h"
#include "protocol/close_reason.h"
#include "protocol/codes.h"

namespace {

struct Metric {
  const char* name;
  const char* kind;
  const char* help;
};

constexpr Metric kMetrics[] = {
#define GP_METRIC_COUNTER(field, name, help) {name, "counter", help},
#define GP_METRIC_GAUGE(field, name, help) {name, "gauge", help},
#define GP_METRIC_DURATION(field, name, help) {name, "histogram, seconds", help},
#define GP_METRIC_BY_CODE(field, name, help) {name, "counter by `code`", help},
#define GP_METRIC_BY_REASON(field, name, help) {name, "counter by `reason`", help},
#include "metrics/metrics.def"
};

std::string codes_typescript() {
  std::ostringstream out;
  out << "// Generated from src/protocol/codes.def by ./dev gen; do not edit.\n"
         "export type RetryAdvice = 'never' | 'later' | 'token' | 'resume';\n"
         "export interface CodeInfo { readonly http: number; readonly close: number; readonly "
         "retry: RetryAdvice; readonly "
         "meaning: string; }\n"
         "export const codes = {\n";
  for (const auto& code : gp::protocol::all_codes()) {
    std::string meaning(code.meaning);
    for (std::size_t at = 0; (at = meaning.find('\'', at)) != std::string::npos; at += 2)
      meaning.insert(at, "\\");
    out << "  " << code.name << ": { http: " << code.http_status << ", close: " << code.close_code
        << ", retry: '" << to_string(code.retry) << "', meaning: '" << meaning << "' },\n";
  }
  out << "} as const satisfies Record<string, CodeInfo>;\nexport type Code = keyof typeof codes;\n";
  return std::move(out).str();
}

std::string codes_markdown() {
  std::ostringstream out;
  out << "Generated from `src/protocol/codes.def` by `./dev gen`.\n\n"
         "| code | HTTP | close | retry | meaning |\n|---|---|---|---|---|\n";
  for (const auto& code : gp::protocol::all_codes()) {
    out << "| `" << code.name << "` | " << code.http_status << " | ";
    if (code.close_code == 0) {
      out << "–";
    } else {
      out << code.close_code;
    }
    out << " | " << to_string(code.retry) << " | " << code.meaning << " |\n";
  }
  return std::move(out).str();
}

std::string metrics_markdown() {
  std::ostringstream out;
  out << "# Metrics\n\nGenerated from `src/metrics/metrics.def` by `./dev gen`. `GET /metrics` "
         "serves them as Prometheus text, "
         "each with a `core` label.\n\n| metric | kind | meaning |\n|---|---|---|\n";
  for (const Metric& metric : kMetrics)
    out << "| `" << metric.name << "` | " << metric.kind << " | " << metric.help << " |\n";
  out << "\n## Reasons of closes\n\nGenerated from `src/protocol/close_reasons.def`.\n\n"
         "| reason | meaning |\n|---|---|\n";
  for (const auto& reason : gp::protocol::all_close_reasons())
    out << "| `" << reason.name << "` | " << reason.meaning << " |\n";
  return std::move(out).str();
}

std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

/// docs/protocol.md with what follows its last heading replaced.
std::string protocol_markdown(const std::string& path) {
  constexpr std::string_view kHeading = "## 7. Codes\n";
  const std::string text = read(path);
  const auto at = text.find(kHeading);
  if (at == std::string::npos) return text;
  return text.substr(0, at + kHeading.size()) + "\n" + codes_markdown();
}

}  // namespace

int main(int argc, char** argv) {
  const bool check = argc == 3 && std::strcmp(argv[1], "--check") == 0;
  if (argc != 2 && !check) {
    std::fprintf(stderr, "usage: gp_gen [--check] REPOSITORY\n");
    return 2;
  }
  const std::string root = std::string(argv[argc - 1]) + "/";
  const std::pair<std::string, std::string> files[] = {
      {"sdk/typescript/src/codes.gen.ts", codes_typescript()},
      {"docs/protocol.md", protocol_markdown(root + "docs/protocol.md")},
      {"docs/settings.md", gp::config::settings_markdown()},
      {"docs/metrics.md", metrics_markdown()},
      {"docs/gardener-rules.md", gp::rules::manual_markdown()},
  };
  int status = 0;
  for (const auto& [path, text] : files) {
    if (read(root + path) == text) continue;
    if (check) {
      std::fprintf(stderr, "%s is out of date: run ./dev gen and commit\n", path.c_str());
      status = 1;
      continue;
    }
    std::ofstream(root + path, std::ios::binary) << text;
    std::printf("wrote %s\n", path.c_str());
  }
  return status;
}
