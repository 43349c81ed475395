#include "gardener/global_flags.h"

#include "protocol/codes.h"

namespace gp::app {

std::string_view name_of(Format format) {
  switch (format) {
    case Format::kText: return "text";
    case Format::kJson: return "json";
    case Format::kSarif: return "sarif";
    case Format::kMarkdown: return "md";
    case Format::kGithub: return "github";
  }
  return "";
}

Result<Format> format_of(const GlobalFlags& flags, std::initializer_list<Format> known) {
  std::string names;
  for (const Format format : known) {
    if (flags.format == name_of(format)) return format;
    names.append(names.empty() ? "" : ", ").append(name_of(format));
  }
  return fail(Code::bad_request, "--format " + flags.format + ": this command writes " + names);
}

}  // namespace gp::app
