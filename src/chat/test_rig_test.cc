#include "chat/test_rig.h"

namespace gp::chat {

ChatRig::ChatRig(RigData& data, ChatLimits limits, std::uint64_t seed)
    : core(seed), log_storage(core, data.logs), chat_store(core, data.chat) {
  Agents agents;
  agents.add(AgentName("default"), std::make_unique<agent::ScriptedAgent>(core));
  auto by_hand = std::make_unique<HandAgent>();
  hand = by_hand.get();
  agents.add(AgentName("hand"), std::move(by_hand));
  chat = std::make_unique<CoreChat>(core, log_storage, chat_store, std::move(agents), judge, limits,
                                    log::LogLimits{}, metrics);
}

ChatRig::~ChatRig() = default;

Tab::Tab(ChatRig& rig, const std::string& user, protocol::Subscribe subscribe) : rig_(rig) {
  rig_.core.at_turn_end([this, token = liveness_.token()] {
    if (token.alive()) flush();
  });
  runtime::Core::Turn turn(rig_.core);
  auto context =
      identity::UserExecutionContext::create({.user_id = UserId(user),
                                              .request_id = rig_.core.ids().request(),
                                              .connection_id = rig_.core.ids().connection()});
  connection_ = &rig_.chat->connections.open(
      {std::move(context.value()), std::nullopt, std::move(subscribe)}, dialect_, *this);
}

Tab::~Tab() { cut(); }

void Tab::send(const std::string& json) {
  runtime::Core::Turn turn(rig_.core);
  if (connection_ != nullptr) connection_->on_text(json);
}

void Tab::resume() {
  runtime::Core::Turn turn(rig_.core);
  stalled_ = false;
  want_flush();
}

void Tab::cut() {
  if (connection_ == nullptr) return;
  runtime::Core::Turn turn(rig_.core);
  rig_.chat->connections.close(*std::exchange(connection_, nullptr),
                               closed ? close_code : Code::going_away);
}

void Tab::want_flush() {
  dirty_ = true;
  rig_.core.request_turn_end();
}

void Tab::flush() {
  if (!std::exchange(dirty_, false) || connection_ == nullptr) return;
  connection_->fill(*this);
  if (closed) cut();
}

void Tab::close(Code code, std::string_view) {
  closed = true;
  close_code = code;
}

void Tab::event(Seq, const SharedBytes& frame) {
  frames.emplace_back(frame.view());
  events.emplace_back(frame.view());
}

std::string Tab::find(std::string_view text) const {
  for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
    if (frame->find(text) != std::string::npos) return *frame;
  }
  return {};
}

std::size_t Tab::count(std::string_view text) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      frames, [&](const std::string& frame) { return frame.find(text) != std::string::npos; }));
}

std::vector<std::uint64_t> Tab::seqs() const {
  protocol::JsonParser parser;
  std::vector<std::uint64_t> all;
  for (const std::string& event : events) {
    const auto object = parser.parse_object(event).value();
    const std::uint64_t last = object["seq"];
    std::uint64_t seq = 0;
    if (object["first_seq"].get(seq) != simdjson::SUCCESS) seq = last;
    for (; seq <= last; ++seq) all.push_back(seq);
  }
  return all;
}

std::string Tab::text() const {
  protocol::JsonParser parser;
  std::string all;
  const auto take = [&](simdjson::dom::object event) {
    if (protocol::string_member(event, "type") == "token")
      all += std::string_view(event["payload"]["delta"]);
  };
  for (const std::string& event : events) {
    const auto object = parser.parse_object(event).value();
    if (protocol::string_member(object, "type") != "batch") {
      take(object);
      continue;
    }
    for (const auto each : object["events"].get_array()) take(each.get_object());
  }
  return all;
}

protocol::Subscribe from(const std::string& thread, std::uint64_t after, const std::string& epoch) {
  return {{protocol::ThreadPosition{ThreadId(thread), Seq{after}, Epoch(epoch)}},
          protocol::AllThreads::kNo};
}

std::vector<std::uint64_t> up_to(std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t seq = 1; seq <= last; ++seq) all.push_back(seq);
  return all;
}

std::string message(const std::string& id, const std::string& thread, const std::string& content,
                    const std::string& extra) {
  return R"({"type":"user_message","id":"c-)" + id + R"(","message_id":")" + id +
         R"(","thread_id":")" + thread + R"(","content":")" + content + "\"" + extra + "}";
}

}  // namespace gp::chat
