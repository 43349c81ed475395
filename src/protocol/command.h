/// Commands: what clients ask for, after decoding. docs/protocol.md section 3. Ids are not judged
/// here (identity does).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace gp::protocol {

/// Where reading begins: after a seq, or (nothing) from now on.
struct ThreadPosition {
  ThreadId thread_id;
  std::optional<Seq> after;
  Epoch epoch{};  ///< empty: the client knows none
};

enum class AllThreads : std::uint8_t { kNo, kYes };

struct Subscribe {
  std::vector<ThreadPosition> threads;
  AllThreads all = AllThreads::kNo;  ///< "*": all threads of the user, from now on
  /// kList: `threads` was given, and one answer covers all of them.
  enum class Form : std::uint8_t { kSingle, kList } form = Form::kSingle;
};
struct Unsubscribe {
  ThreadId thread_id;
  AllThreads all = AllThreads::kNo;
};

/// What a new message does when a run is active on its thread.
enum class OnActive : std::uint8_t { reject, queue, interrupt };

struct UserMessage {
  MessageId message_id;
  ThreadId thread_id{};  ///< empty: a new thread
  std::string content;
  std::string parts_json{};  ///< a JSON array, or empty
  AgentName agent{};         ///< empty: the default one
  OnActive on_active = OnActive::reject;
};
struct Stop {
  RunId run_id;
  std::string reason{};
};
struct PageRequest {
  std::uint32_t limit = 50;
  std::string cursor{};
};
struct ListThreads {
  PageRequest page;
};
struct CreateThread {
  ThreadId thread_id{};  ///< empty: the server makes one
  std::string title{};
  std::string metadata_json = "{}";
};
struct RenameThread {
  ThreadId thread_id;
  std::string title;
};
struct DeleteThread {
  ThreadId thread_id;
};
struct History {
  ThreadId thread_id;
  PageRequest page;
};
struct Authenticate {
  std::string token;
};
struct Ping {
  std::string fields_json;  ///< the whole object without `type`: `"a":1,"id":"x"`, perhaps empty
};

using CommandBody =
    std::variant<Subscribe, Unsubscribe, UserMessage, Stop, ListThreads, CreateThread, RenameThread,
                 DeleteThread, History, Authenticate, Ping>;

/// A decoded frame. `id` is known even when the body is wrong, so that the error can name its
/// command.
struct Command {
  std::string id;
  Result<CommandBody> body;
};

}  // namespace gp::protocol
