/// UserExecutionContext: who acts, on what, in which request. Immutable; every operation on
/// threads, logs and runs takes one.
///
/// Invariants: (1) it exists only if every id passed the defensive rules below; (2) it never
/// changes: narrowing to a thread or run makes another one; (3) thread keys can be made only from
/// it, so nobody can name another user's thread.
///
/// Defensive rules for ids (behaviour of the system goldenpath replaces, section 3.2 of the netra
/// dialect):
///   blank; longer than kIdBytesMax; not UTF-8; control characters (C0, DEL, C1); an exact
///   placeholder word (any case): registry placeholder default temp none null undefined 0 1 xxx yyy
///   example test demo sample template mock fake dummy; or, under 20 characters, a placeholder
///   prefix: placeholder_ registry_ temp_ example_ demo_ sample_ template_ mock_ fake_ default_
///   (but default_user, default_admin, default_system, default_account, default_service,
///   default_client and default_guest are ids). Thread ids moreover have only A-Z a-z 0-9 . _ ~ @ -
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/packed_strings.h"
#include "base/result.h"

namespace gp::identity {

inline constexpr std::size_t kUserIdBytesMax = 256;
inline constexpr std::size_t kIdBytesMax = 128;

/// Errors: Code::invalid_id with a message that names `field`, the rule and the offending value
/// (shortened).
Result<> check_id(std::string_view field, std::string_view value,
                  std::size_t bytes_max = kIdBytesMax);
/// check_id plus the characters of thread ids.
Result<> check_thread_id(std::string_view value);

class UserExecutionContext {
 public:
  /// What a context is made from. user_id and request_id are required; the others when they exist.
  struct Parts {
    UserId user_id;
    ThreadId thread_id{};
    RunId run_id{};
    RequestId request_id;
    ConnectionId connection_id{};
    std::vector<std::string> permissions{};
    WallTime created_at{};
  };

  /// Errors: Code::invalid_id naming the field.
  static Result<UserExecutionContext> create(Parts parts);

  UserId user_id() const { return UserId(std::string(strings_[kUser])); }
  /// Empty if not about one thread.
  ThreadId thread_id() const { return ThreadId(std::string(strings_[kThread])); }
  /// Empty if not about one run.
  RunId run_id() const { return RunId(std::string(strings_[kRun])); }
  RequestId request_id() const { return RequestId(std::string(strings_[kRequest])); }
  ConnectionId connection_id() const { return ConnectionId(std::string(strings_[kConnection])); }
  std::vector<std::string> permissions() const;
  WallTime created_at() const { return created_at_; }

  bool may(std::string_view permission) const;

  /// The same user and connection, about one thread (and no run), run or request. Errors:
  /// Code::invalid_id.
  Result<UserExecutionContext> for_thread(ThreadId thread_id) const;
  Result<UserExecutionContext> for_run(ThreadId thread_id, RunId run_id) const;
  Result<UserExecutionContext> for_request(RequestId request_id) const;

  /// "user:thread:run:request", the first eight characters of each: for log lines.
  std::string correlation_id() const;

 private:
  enum Index : std::size_t { kUser, kThread, kRun, kRequest, kConnection, kPermissions };
  explicit UserExecutionContext(const Parts& parts);
  Parts parts() const;

  PackedStrings strings_;  ///< the ids, then the permissions: every connection keeps a context
  WallTime created_at_;
};

/// Names a thread: its owner and its id in the owner's namespace. Only a context can make one.
class ThreadKey {
 public:
  /// The context's own thread `thread_id`. Errors: Code::invalid_id.
  static Result<ThreadKey> of(const UserExecutionContext& context, const ThreadId& thread_id);
  /// For adapters, which read keys back from storage that only keys were written to.
  static ThreadKey from_storage(UserId owner, ThreadId thread_id);

  const UserId& owner() const { return owner_; }
  const ThreadId& thread_id() const { return thread_id_; }

  friend bool operator==(const ThreadKey&, const ThreadKey&) = default;

 private:
  ThreadKey(UserId owner, ThreadId thread_id);
  UserId owner_;
  ThreadId thread_id_;
};

}  // namespace gp::identity

template <>
struct std::hash<gp::identity::ThreadKey> {
  std::size_t operator()(const gp::identity::ThreadKey& key) const noexcept {
    return std::hash<gp::UserId>{}(key.owner()) * 31 + std::hash<gp::ThreadId>{}(key.thread_id());
  }
};
