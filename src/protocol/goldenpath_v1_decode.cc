// Decoding of goldenpath.v1 commands.
//
// To add a command: a struct in command.h, a decode function and its line in kDecoders here, its
// execution in chat/command_executor.cc, its row in docs/protocol.md and
// sdk/typescript/src/commands.ts.
#include <array>
#include <utility>

#include "protocol/codes.h"
#include "protocol/goldenpath_v1.h"
#include "protocol/json_writer.h"

namespace gp::protocol {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// At most `bytes_max` of UTF-8 text, cut at a character's end: what is shown must stay UTF-8.
std::string_view shortened(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

/// The fields of a command, which stand flat or under `payload`.
class Fields {
 public:
  explicit Fields(const object& command, PathMember path_member = {})
      : flat_(command), path_member_(path_member) {
    has_payload_ = command["payload"].get(payload_) == simdjson::SUCCESS;
  }

  std::optional<element> find(std::string_view name) const {
    element found;
    if (flat_[name].get(found) == simdjson::SUCCESS) return found;
    if (has_payload_ && payload_[name].get(found) == simdjson::SUCCESS) return found;
    return std::nullopt;
  }

  /// Empty if absent or null. Errors: invalid_command if it is something else than a string.
  Result<std::string> text(std::string_view name) const {
    if (!path_member_.name.empty() && name == path_member_.name)
      return std::string(path_member_.value);
    const auto found = find(name);
    if (!found || found->is_null()) return std::string();
    std::string_view value;
    if (found->get(value) != simdjson::SUCCESS) return wrong(name, "a string");
    return std::string(value);
  }

  Result<std::string> required(std::string_view name) const {
    GP_TRY(std::string value, text(name));
    if (value.empty()) return wrong(name, "a string that is not empty");
    return value;
  }

  /// Minified JSON; empty if absent or null.
  template <class Kind>
  Result<std::string> json(std::string_view name, const char* kind) const {
    const auto found = find(name);
    if (!found || found->is_null()) return std::string();
    Kind value;
    if (found->get(value) != simdjson::SUCCESS) return wrong(name, kind);
    return std::string(simdjson::minify(*found));
  }

  Result<PageRequest> page() const {
    PageRequest page;
    if (const auto found = find("limit"); found && !found->is_null()) {
      std::uint64_t limit = 0;
      if (found->get(limit) != simdjson::SUCCESS || limit == 0)
        return wrong("limit", "a number from 1 to 200");
      page.limit =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(limit, GoldenpathV1::kPageMax));
    }
    GP_TRY(page.cursor, text("cursor"));
    return page;
  }

  static Result<PageRequest>::error_type error(std::string_view name, std::string_view kind) {
    return Error{Code::invalid_command, std::string(name).append(": must be ").append(kind)};
  }
  static decltype(fail(Code{}, {})) wrong(std::string_view name, std::string_view kind) {
    return outcome::failure(error(name, kind));
  }

 private:
  object flat_;
  object payload_;
  PathMember path_member_;
  bool has_payload_;
};

Result<ThreadPosition> decode_position(const Fields& fields) {
  ThreadPosition position;
  GP_TRY(std::string thread_id, fields.required("thread_id"));
  position.thread_id = ThreadId(std::move(thread_id));
  position.after = Seq{0};
  if (const auto after = fields.find("after"); after && !after->is_null()) {
    std::uint64_t seq = 0;
    std::string_view word;
    if (after->get(seq) == simdjson::SUCCESS) {
      position.after = Seq{seq};
    } else if (after->get(word) == simdjson::SUCCESS && word == "now") {
      position.after.reset();
    } else {
      return Fields::wrong("after", "a seq or \"now\"");
    }
  }
  GP_TRY(std::string epoch, fields.text("epoch"));
  position.epoch = Epoch(std::move(epoch));
  return position;
}

Result<CommandBody> decode_subscribe(const Fields& fields) {
  Subscribe subscribe;
  if (const auto list = fields.find("threads")) {
    subscribe.form = Subscribe::Form::kList;
    simdjson::dom::array items;
    if (list->get(items) != simdjson::SUCCESS) return Fields::wrong("threads", "an array");
    for (const element item : items) {
      object position;
      if (item.get(position) != simdjson::SUCCESS)
        return Fields::wrong("threads", "an array of objects");
      GP_TRY(auto decoded, decode_position(Fields(position)));
      if (decoded.thread_id.view() == "*") {
        subscribe.all = AllThreads::kYes;
      } else {
        subscribe.threads.push_back(std::move(decoded));
      }
    }
    return CommandBody(std::move(subscribe));
  }
  GP_TRY(std::string thread_id, fields.required("thread_id"));
  if (thread_id == "*") {
    subscribe.all = AllThreads::kYes;
    return CommandBody(std::move(subscribe));
  }
  GP_TRY(auto position, decode_position(fields));
  subscribe.threads.push_back(std::move(position));
  return CommandBody(std::move(subscribe));
}

Result<CommandBody> decode_unsubscribe(const Fields& fields) {
  GP_TRY(std::string thread_id, fields.required("thread_id"));
  if (thread_id == "*") return CommandBody(Unsubscribe{ThreadId(), AllThreads::kYes});
  return CommandBody(Unsubscribe{ThreadId(std::move(thread_id)), AllThreads::kNo});
}

Result<CommandBody> decode_user_message(const Fields& fields) {
  UserMessage message;
  GP_TRY(std::string message_id, fields.required("message_id"));
  GP_TRY(std::string thread_id, fields.text("thread_id"));
  GP_TRY(message.content, fields.required("content"));
  GP_TRY(message.parts_json, fields.json<simdjson::dom::array>("parts", "an array"));
  GP_TRY(std::string agent, fields.text("agent"));
  GP_TRY(std::string on_active, fields.text("on_active"));
  message.message_id = MessageId(std::move(message_id));
  message.thread_id = ThreadId(std::move(thread_id));
  message.agent = AgentName(std::move(agent));
  if (on_active == "queue") {
    message.on_active = OnActive::queue;
  } else if (on_active == "interrupt") {
    message.on_active = OnActive::interrupt;
  } else if (!on_active.empty() && on_active != "reject") {
    return Fields::wrong("on_active", "reject, queue or interrupt");
  }
  return CommandBody(std::move(message));
}

Result<CommandBody> decode_stop(const Fields& fields) {
  GP_TRY(std::string run_id, fields.required("run_id"));
  GP_TRY(std::string reason, fields.text("reason"));
  return CommandBody(Stop{RunId(std::move(run_id)), std::move(reason)});
}

Result<CommandBody> decode_threads(const Fields& fields) {
  GP_TRY(auto page, fields.page());
  return CommandBody(ListThreads{std::move(page)});
}

Result<CommandBody> decode_create_thread(const Fields& fields) {
  CreateThread create;
  GP_TRY(std::string thread_id, fields.text("thread_id"));
  create.thread_id = ThreadId(std::move(thread_id));
  GP_TRY(create.title, fields.text("title"));
  GP_TRY(std::string metadata, fields.json<object>("metadata", "an object"));
  if (!metadata.empty()) create.metadata_json = std::move(metadata);
  return CommandBody(std::move(create));
}

Result<CommandBody> decode_rename_thread(const Fields& fields) {
  GP_TRY(std::string thread_id, fields.required("thread_id"));
  GP_TRY(std::string title, fields.required("title"));
  return CommandBody(RenameThread{ThreadId(std::move(thread_id)), std::move(title)});
}

Result<CommandBody> decode_delete_thread(const Fields& fields) {
  GP_TRY(std::string thread_id, fields.required("thread_id"));
  return CommandBody(DeleteThread{ThreadId(std::move(thread_id))});
}

Result<CommandBody> decode_history(const Fields& fields) {
  GP_TRY(std::string thread_id, fields.required("thread_id"));
  GP_TRY(auto page, fields.page());
  return CommandBody(History{ThreadId(std::move(thread_id)), std::move(page)});
}

Result<CommandBody> decode_auth(const Fields& fields) {
  GP_TRY(std::string token, fields.required("token"));
  return CommandBody(Authenticate{std::move(token)});
}

using Decoder = Result<CommandBody> (*)(const Fields&);
constexpr auto kDecoders = std::to_array<std::pair<std::string_view, Decoder>>({
    {"subscribe", decode_subscribe},
    {"unsubscribe", decode_unsubscribe},
    {"user_message", decode_user_message},
    {"stop", decode_stop},
    {"threads", decode_threads},
    {"create_thread", decode_create_thread},
    {"rename_thread", decode_rename_thread},
    {"delete_thread", decode_delete_thread},
    {"history", decode_history},
    {"auth", decode_auth},
});

Result<CommandBody> decode_fields(std::string_view type, const Fields& fields) {
  for (const auto& [name, decoder] : kDecoders) {
    if (name == type) return decoder(fields);
  }
  std::string names = "ping";
  for (const auto& [name, decoder] : kDecoders) names.append(", ").append(name);
  return fail(Code::unknown_command, "type: \"" + std::string(shortened(type, 64)) +
                                         "\" is no command; there are " + names);
}

std::string members_without_type(const object& command) {
  std::string members;
  for (const auto field : command) {
    if (field.key == "type") continue;
    if (!members.empty()) members.push_back(',');
    append_json_string(members, field.key);
    members.push_back(':');
    members.append(simdjson::minify(field.value));
  }
  return members;
}

}  // namespace

Command GoldenpathV1::decode(std::string_view text) {
  auto parsed = parser_.parse_object(text);
  if (parsed.has_error()) return {std::string(), Error(parsed.error())};
  const object command = parsed.value();
  std::string id;
  if (const auto given = string_member(command, "id")) id = shortened(*given, kCommandIdBytesMax);
  const auto type = string_member(command, "type");
  if (!type) return {std::move(id), Fields::error("type", "a string that names the command")};
  if (element given; command["id"].get(given) == simdjson::SUCCESS && *type != "ping") {
    std::string_view id_text;
    if (given.get(id_text) != simdjson::SUCCESS || id_text.size() > kCommandIdBytesMax)
      return {std::move(id), Fields::error("id", "a string of at most 128 bytes")};
  }
  if (*type == "ping") return {std::move(id), CommandBody(Ping{members_without_type(command)})};
  return {std::move(id), decode_fields(*type, Fields(command))};
}

Result<CommandBody> GoldenpathV1::decode_body(std::string_view type, std::string_view text,
                                              PathMember path_member) {
  GP_TRY(auto command, parser_.parse_object(text.empty() ? "{}" : text));
  return decode_fields(type, Fields(command, path_member));
}

}  // namespace gp::protocol
