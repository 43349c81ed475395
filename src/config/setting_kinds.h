/// The kinds of settings: what each takes, and how it is written back. settings.def names one per
/// line.
///
/// To add one: a struct here with Value, kName, kAllowed, kRanged, read() and write(); then use it
/// in settings.def. read() gives nothing for a value of the wrong form; write() gives TOML that
/// reads back as the same value.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "config/listen_address.h"
#include "config/raw_value.h"

namespace gp::config {

enum class DemoMode { kAuto, kOn, kOff };
/// What a commit survives: the death of the process, or a power cut too.
enum class Durability { kProcess, kPower };
enum class Switch { kOff, kOn };
/// The header that tells who a proxy passes a request on for.
enum class ForwardedHeader { kOff, kXForwardedFor, kForwarded };
/// The oldest TLS version that is spoken.
enum class LeastTls { k12, k13 };
enum class LogLevel { kDebug, kInfo, kWarning, kError };

namespace kinds {

struct Text {
  using Value = std::string;
  static constexpr std::string_view kName = "text";
  static constexpr std::string_view kAllowed = "a string without control characters";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(const Value& value);
};

/// Kept as written; relative to the folder goldenpath is started in.
struct Path : Text {
  static constexpr std::string_view kName = "path";
  static constexpr std::string_view kAllowed = "a path";
};

struct Time {
  using Value = Duration;
  static constexpr std::string_view kName = "duration";
  static constexpr std::string_view kAllowed = "a duration such as \"20ms\", \"5s\" or \"1h\"";
  static constexpr bool kRanged = true;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(Value value);
};

struct Bytes {
  using Value = std::size_t;
  static constexpr std::string_view kName = "byte size";
  static constexpr std::string_view kAllowed = "a byte size such as \"64KiB\" or 65536";
  static constexpr bool kRanged = true;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(Value value);
};

struct Count {
  using Value = std::size_t;
  static constexpr std::string_view kName = "integer";
  static constexpr std::string_view kAllowed = "a whole number";
  static constexpr bool kRanged = true;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(Value value);
};

struct Address {
  using Value = ListenAddress;
  static constexpr std::string_view kName = "address";
  static constexpr std::string_view kAllowed =
      "an IP address and a port such as \"127.0.0.1:8080\", \"0.0.0.0:80\" or \"[::1]:8080\"";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(const Value& value);
};

/// Untyped texts separate the origins by commas.
struct Origins {
  using Value = std::vector<std::string>;
  static constexpr std::string_view kName = "list of origins";
  static constexpr std::string_view kAllowed =
      "a list of lower-case origins without paths such as [\"https://chat.example:8443\"]";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(const Value& value);
};

/// Kept as written. Untyped texts separate them by commas.
struct Networks {
  using Value = std::vector<std::string>;
  static constexpr std::string_view kName = "list of networks";
  static constexpr std::string_view kAllowed =
      "a list of addresses and networks such as [\"10.0.0.0/8\", \"::1\"], no bits set behind the "
      "prefix";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(const Value& value);
};

struct Forwarding {
  using Value = ForwardedHeader;
  static constexpr std::string_view kName = "choice";
  static constexpr std::string_view kAllowed = "\"x-forwarded-for\", \"forwarded\" or \"off\"";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(Value value);
};

/// Two paths in one string, separated by ':'. Untyped texts separate the pairs by commas.
struct PathPairs {
  using Value = std::vector<std::pair<std::string, std::string>>;
  static constexpr std::string_view kName = "list of path pairs";
  static constexpr std::string_view kAllowed =
      "a list of a certificate's and its key's file such as [\"a.pem:a.key\"], paths without ':' "
      "and "
      "','";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(const Value& value);
};

struct TlsFrom {
  using Value = LeastTls;
  static constexpr std::string_view kName = "choice";
  static constexpr std::string_view kAllowed = "\"1.2\" or \"1.3\"";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(Value value);
};

struct Demo {
  using Value = DemoMode;
  static constexpr std::string_view kName = "choice";
  static constexpr std::string_view kAllowed = "\"auto\", \"on\" or \"off\"";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(Value value);
};

struct Survives {
  using Value = Durability;
  static constexpr std::string_view kName = "choice";
  static constexpr std::string_view kAllowed = "\"process\" or \"power\"";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(Value value);
};

struct OnOff {
  using Value = Switch;
  static constexpr std::string_view kName = "choice";
  static constexpr std::string_view kAllowed = "\"on\" or \"off\"";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(Value value);
};

struct Level {
  using Value = LogLevel;
  static constexpr std::string_view kName = "choice";
  static constexpr std::string_view kAllowed = "\"debug\", \"info\", \"warning\" or \"error\"";
  static constexpr bool kRanged = false;
  static std::optional<Value> read(const RawValue& raw);
  static std::string write(Value value);
};

}  // namespace kinds
}  // namespace gp::config
