#include "identity/user_execution_context.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/codes.h"

namespace gp::identity {
namespace {

constexpr std::array<std::string_view, 19> kPlaceholderWords{
    "registry", "placeholder", "default", "temp", "none",    "null", "undefined",
    "0",        "1",           "xxx",     "yyy",  "example", "test", "demo",
    "sample",   "template",    "mock",    "fake", "dummy"};

constexpr std::array<std::string_view, 10> kPlaceholderPrefixes{
    "placeholder_", "registry_", "temp_", "example_", "demo_",
    "sample_",      "template_", "mock_", "fake_",    "default_"};

constexpr std::array<std::string_view, 7> kRealIdsWithAPrefix{
    "default_user",    "default_admin",  "default_system", "default_account",
    "default_service", "default_client", "default_guest"};

/// From this many characters on an id may begin with a placeholder prefix.
constexpr std::size_t kPrefixRuleCharacters = 20;
/// How much of a refused value an error message shows.
constexpr std::size_t kShownBytesMax = 32;
constexpr std::size_t kCorrelationCharacters = 8;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

/// The first code point of `text`, and its length; a length of 0 if it is not UTF-8 (RFC 3629
/// section 4).
std::pair<char32_t, std::size_t> first_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {0, 0};
  char32_t point = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return {0, 0};
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  const char32_t smallest = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  if (point < smallest || point > 0x10ffff || surrogate) return {0, 0};
  return {point, length};
}

enum class Characters { kFine, kControl, kNotUtf8 };

Characters look_at_characters(std::string_view text) {
  while (!text.empty()) {
    const auto [point, length] = first_code_point(text);
    if (length == 0) return Characters::kNotUtf8;
    if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return Characters::kControl;
    text.remove_prefix(length);
  }
  return Characters::kFine;
}

bool is_placeholder_word(std::string_view lower) {
  return std::find(kPlaceholderWords.begin(), kPlaceholderWords.end(), lower) !=
         kPlaceholderWords.end();
}

/// The placeholder prefix of a short value; empty if it has none or is one of the real ids.
std::string_view placeholder_prefix(std::string_view lower) {
  if (count_characters(lower) >= kPrefixRuleCharacters) return {};
  if (std::find(kRealIdsWithAPrefix.begin(), kRealIdsWithAPrefix.end(), lower) !=
      kRealIdsWithAPrefix.end())
    return {};
  for (const std::string_view prefix : kPlaceholderPrefixes) {
    if (lower.starts_with(prefix)) return prefix;
  }
  return {};
}

bool is_thread_id_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '~' || c == '@' || c == '-';
}

/// Printable ASCII and short, whatever the value was: messages go into JSON frames and log lines.
std::string shown(std::string_view value) {
  std::string text;
  for (const char c : value.substr(0, kShownBytesMax))
    text.push_back(c >= 0x20 && c <= 0x7e && c != '"' && c != '\\' ? c : '?');
  if (value.size() > kShownBytesMax) text.append("...");
  return text;
}

auto refuse(std::string_view field, std::string_view value, std::string_view rule) {
  return fail(Code::invalid_id, fmt::format("{}: \"{}\" {}", field, shown(value), rule));
}

std::string_view first_characters(std::string_view text, std::size_t characters) {
  std::size_t end = 0;
  while (end < text.size() && characters > 0) {
    ++end;
    while (end < text.size() && is_continuation(text[end])) ++end;
    --characters;
  }
  return text.substr(0, end);
}

std::vector<std::string_view> strings_of(const UserExecutionContext::Parts& parts) {
  std::vector<std::string_view> strings{parts.user_id.view(), parts.thread_id.view(),
                                        parts.run_id.view(), parts.request_id.view(),
                                        parts.connection_id.view()};
  strings.insert(strings.end(), parts.permissions.begin(), parts.permissions.end());
  return strings;
}

}  // namespace

Result<> check_id(std::string_view field, std::string_view value, std::size_t bytes_max) {
  if (value.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos)
    return refuse(field, value, fmt::format("is blank; a {} is required", field));
  if (value.size() > bytes_max)
    return refuse(field, value,
                  fmt::format("has {} bytes; at most {} are allowed", value.size(), bytes_max));
  switch (look_at_characters(value)) {
    case Characters::kFine: break;
    case Characters::kControl:
      return refuse(field, value, "has a control character; ids are printable text");
    case Characters::kNotUtf8: return refuse(field, value, "is not UTF-8; ids are UTF-8 text");
  }
  const std::string lower = lower_case(value);
  if (is_placeholder_word(lower)) {
    const bool is_user = field == "user_id";
    return refuse(field, value,
                  is_user ? "is a placeholder word; use the real id of the user"
                          : fmt::format("is a placeholder word; use a real {}", field));
  }
  if (const std::string_view prefix = placeholder_prefix(lower); !prefix.empty())
    return refuse(field, value,
                  fmt::format("begins with the placeholder prefix {}; use a real id, or one of at "
                              "least {} characters",
                              prefix, kPrefixRuleCharacters));
  return ok();
}

Result<> check_thread_id(std::string_view value) {
  GP_TRY(check_id("thread_id", value));
  if (!std::all_of(value.begin(), value.end(), is_thread_id_character))
    return refuse("thread_id", value,
                  "has a character that thread ids cannot have; use A-Z a-z 0-9 . _ ~ @ -");
  return ok();
}

UserExecutionContext::UserExecutionContext(const Parts& parts)
    : strings_(strings_of(parts)), created_at_(parts.created_at) {}

UserExecutionContext::Parts UserExecutionContext::parts() const {
  return {user_id(),       thread_id(),   run_id(),   request_id(),
          connection_id(), permissions(), created_at_};
}

std::vector<std::string> UserExecutionContext::permissions() const {
  std::vector<std::string> permissions;
  for (std::size_t i = kPermissions; i < strings_.size(); ++i)
    permissions.emplace_back(strings_[i]);
  return permissions;
}

Result<UserExecutionContext> UserExecutionContext::create(Parts parts) {
  GP_TRY(check_id("user_id", parts.user_id.view(), kUserIdBytesMax));
  if (!parts.thread_id.empty()) {
    GP_TRY(check_thread_id(parts.thread_id.view()));
  }
  if (!parts.run_id.empty()) {
    GP_TRY(check_id("run_id", parts.run_id.view()));
  }
  GP_TRY(check_id("request_id", parts.request_id.view()));
  if (!parts.connection_id.empty()) {
    GP_TRY(check_id("connection_id", parts.connection_id.view()));
  }
  return UserExecutionContext(parts);
}

bool UserExecutionContext::may(std::string_view permission) const {
  for (std::size_t i = kPermissions; i < strings_.size(); ++i) {
    if (strings_[i] == permission) return true;
  }
  return false;
}

Result<UserExecutionContext> UserExecutionContext::for_thread(ThreadId thread_id) const {
  GP_TRY(check_thread_id(thread_id.view()));
  Parts parts = this->parts();
  parts.thread_id = std::move(thread_id);
  parts.run_id = {};
  return UserExecutionContext(parts);
}

Result<UserExecutionContext> UserExecutionContext::for_run(ThreadId thread_id, RunId run_id) const {
  GP_TRY(check_thread_id(thread_id.view()));
  GP_TRY(check_id("run_id", run_id.view()));
  Parts parts = this->parts();
  parts.thread_id = std::move(thread_id);
  parts.run_id = std::move(run_id);
  return UserExecutionContext(parts);
}

Result<UserExecutionContext> UserExecutionContext::for_request(RequestId request_id) const {
  GP_TRY(check_id("request_id", request_id.view()));
  Parts parts = this->parts();
  parts.request_id = std::move(request_id);
  return UserExecutionContext(parts);
}

std::string UserExecutionContext::correlation_id() const {
  return fmt::format("{}:{}:{}:{}", first_characters(strings_[kUser], kCorrelationCharacters),
                     first_characters(strings_[kThread], kCorrelationCharacters),
                     first_characters(strings_[kRun], kCorrelationCharacters),
                     first_characters(strings_[kRequest], kCorrelationCharacters));
}

ThreadKey::ThreadKey(UserId owner, ThreadId thread_id)
    : owner_(std::move(owner)), thread_id_(std::move(thread_id)) {}

Result<ThreadKey> ThreadKey::of(const UserExecutionContext& context, const ThreadId& thread_id) {
  GP_TRY(check_thread_id(thread_id.view()));
  return ThreadKey(context.user_id(), thread_id);
}

ThreadKey ThreadKey::from_storage(UserId owner, ThreadId thread_id) {
  return ThreadKey(std::move(owner), std::move(thread_id));
}

}  // namespace gp::identity
