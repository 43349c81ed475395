#include "messages.h"

#include <algorithm>

namespace gp::sim {

Message* Messages::find(std::size_t user, std::string_view id) {
  for (Message& message : of_user_[user]) {
    if (message.id == id) return &message;
  }
  return nullptr;
}

// Deleting a thread deletes its messages and their ids with it.
bool Messages::content_may_be_gone(std::size_t user, const Message& message) const {
  const auto& threads = registry_.threads(user);
  return std::ranges::any_of(threads, [&](const auto& thread) {
    if (!thread.delete_asked) return false;
    if (thread.name == message.thread) return true;
    return std::ranges::any_of(message.variants, [&](const auto& variant) {
      return variant.thread && threads[*variant.thread].name == thread.name;
    });
  });
}

void Messages::on_ack_written(std::size_t user, const Frame& ack) {
  const std::size_t thread = registry_.index_of(user, ack.thread);
  if (registry_.thread(user, thread).delete_asked) return;
  const auto* stored = registry_.stored(user, thread, ack.seq);
  const Event* event = stored == nullptr ? nullptr : reader_.read_event(stored->json);
  if (event == nullptr)
    return verdict_.fail("acked means kept",
                         fmt::format("message {} of user {} is acked at seq {}, which the log does "
                                     "not hold",
                                     ack.message, user, ack.seq));
  if (event->kind != EventKind::kUserMessage || event->key != ack.message || event->run != ack.run)
    verdict_.fail("acked means kept",
                  fmt::format("message {} of user {} is acked with {} at seq {}, where the log has "
                              "{}",
                              ack.message, user, ack.run, ack.seq, event->raw));
}

void Messages::on_acked(std::size_t user, Message& message, std::size_t variant, const Frame& ack) {
  message.variants[variant].acked = true;
  const bool again = message.acked();
  const bool gone = registry_.thread(user, registry_.index_of(user, ack.thread)).delete_asked;
  if (again && !gone && !content_may_be_gone(user, message)) {
    if (message.run != ack.run || message.seq != ack.seq || message.thread != ack.thread)
      verdict_.fail("the same id acks the same",
                    fmt::format("message {} of user {} was acked as {} at {}:{}, then as {} at "
                                "{}:{}",
                                message.id, user, message.run, message.thread, message.seq, ack.run,
                                ack.thread, ack.seq));
    const auto acked = std::ranges::count_if(message.variants, &Message::Variant::acked);
    if (acked > 1)
      verdict_.fail(
          "one content under one id",
          fmt::format("both contents of message {} of user {} were accepted", message.id, user));
  }
  message.run = ack.run;
  message.seq = ack.seq;
  message.thread = ack.thread;
}

void Messages::check_at_rest(std::size_t user) {
  for (const Message& message : of_user_[user]) {
    if (content_may_be_gone(user, message)) continue;
    std::uint32_t found = 0;
    for (std::size_t thread = 0; thread < registry_.threads(user).size(); ++thread) {
      const auto* log = registry_.log(user, thread);
      if (log == nullptr) continue;
      for (const auto& stored : log->events) {
        if (stored.type != protocol::EventType::user_message) continue;
        const Event* event = reader_.read_event(stored.json);
        if (event == nullptr || event->key != message.id) continue;
        ++found;
        const auto variant = std::ranges::find_if(message.variants, [&](const auto& each) {
          return each.content == event->text && (!each.thread || *each.thread == thread);
        });
        if (variant == message.variants.end())
          return verdict_.fail("messages are what was sent",
                               "nobody sent this to this thread: " + event->raw);
        if (variant->refusals == variant->sends && !variant->acked)
          return verdict_.fail("refused means absent",
                               fmt::format("user {} was told {} times that it is refused, and the "
                                           "log has {}",
                                           user, variant->refusals, event->raw));
        if (message.acked() && (event->seq != message.seq || event->run != message.run))
          return verdict_.fail("a message is kept once",
                               fmt::format("message {} of user {} was acked at seq {}, and the log "
                                           "has {}",
                                           message.id, user, message.seq, event->raw));
      }
    }
    if (found > 1)
      return verdict_.fail(
          "a message is kept once",
          fmt::format("message {} of user {} is {} times in the log", message.id, user, found));
    if (message.acked() && found == 0)
      return verdict_.fail("acked means kept",
                           fmt::format("message {} of user {} was acked as {} at {}:{} and is not "
                                       "in the log",
                                       message.id, user, message.run, message.thread, message.seq));
  }
}

}  // namespace gp::sim
