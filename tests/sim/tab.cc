#include "tab.h"

#include <algorithm>

namespace gp::sim {
namespace {

constexpr const char* kOnActive[] = {"reject", "queue", "queue", "interrupt"};

}  // namespace

Tab::Tab(Scene& scene, std::vector<std::unique_ptr<Link>>& links, std::size_t user,
         std::size_t index)
    : scene_(scene),
      links_(links),
      user_(user),
      index_(index),
      connect_timer_(scene.core),
      tick_timer_(scene.core) {
  connect_timer_.arm(scene.dice.milliseconds(0, 30), [this] { connect(); });
  tick();
}

View& Tab::view(std::size_t thread) {
  if (views_.size() <= thread) views_.resize(thread + 1);
  return views_[thread];
}

Listing& Tab::listing(std::size_t thread) {
  if (listings_.size() <= thread) listings_.resize(thread + 1);
  return listings_[thread];
}

// A cursor without an epoch may belong to a tail that a crash took back: such a thread is read from
// its beginning.
void Tab::connect() {
  asked_.clear();
  welcome_ = all_ = resume_ = goaway_ = false;
  for (View& view : views_) {
    view.state = View::State::kOff;
    view.caught_up = view.must_snapshot = view.from_now = false;
    view.live_next = view.live_promised = view.head = 0;
    view.left = false;
    if (view.epoch.empty() && view.cursor > 0) {
      view.forget();
      view.wanted = true;
    }
  }
  links_.push_back(
      std::make_unique<Link>(scene_, *this, user_, static_cast<std::uint32_t>(links_.size())));
  link_ = links_.back().get();
  scene_.trace.line(scene_.core.now(), "{} connects by link {}", name(), link_->number());
  link_->connect(opening());
}

// As a URL says it: cursors, cursors and "*", "*" alone, or nothing before the first command.
protocol::Subscribe Tab::opening() {
  const std::uint64_t how = scene_.dice.below(5);
  resume_ = how == 0;
  if (resume_) return {};
  protocol::Subscribe subscribe;
  all_ = how > 2 || views_.empty();
  subscribe.all = all_ ? protocol::AllThreads::kYes : protocol::AllThreads::kNo;
  if (how == 4) return subscribe;
  for (std::size_t i = 0; i < views_.size(); ++i) {
    View& each = views_[i];
    if (!each.wanted) continue;
    each.state = View::State::kOn;
    subscribe.threads.push_back(
        {ThreadId(scene_.registry.threads(user_)[i].name), Seq{each.cursor}, Epoch(each.epoch)});
  }
  return subscribe;
}

// After the welcome of a connection that resumes: one command for all threads, or one for each.
void Tab::begin() {
  if (!resume_) return;
  std::string items;
  const bool as_list = scene_.dice.percent(50);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    if (!views_[i].wanted) continue;
    if (!as_list) {
      subscribe(i);
      continue;
    }
    views_[i].state = View::State::kOn;
    items += fmt::format("{}{{\"thread_id\":\"{}\",\"after\":{},\"epoch\":\"{}\"}}",
                         items.empty() ? "" : ",", scene_.registry.threads(user_)[i].name,
                         views_[i].cursor, views_[i].epoch);
  }
  if (!items.empty())
    ask(Ask::What::kOther, fmt::format(R"("type":"subscribe","threads":[{}])", items));
  if (scene_.dice.percent(60)) {
    all_ = true;
    ask(Ask::What::kOther, R"("type":"subscribe","thread_id":"*")");
  }
}

std::uint64_t Tab::ask(Ask::What what, std::string_view body, std::size_t thread) {
  const std::uint64_t number = next_command_++;
  if (link() == nullptr || !welcome_) return 0;
  asked_.push_back({number, what, thread});
  link_->send(fmt::format(R"({{"id":"c{}",{}}})", number, body), number);
  return number;
}

void Tab::subscribe(std::size_t thread) {
  View& each = view(thread);
  each.wanted = true;
  if (each.state != View::State::kOff && each.state != View::State::kOn) return;
  if (each.state == View::State::kOn && each.live_next == 0) each.live_next = each.cursor + 1;
  each.caught_up = each.must_snapshot = false;
  each.live_promised = 0;
  each.state = View::State::kAsked;
  const std::string& name = scene_.registry.threads(user_)[thread].name;
  const std::string after = each.from_now ? "\"now\"" : fmt::to_string(each.cursor);
  ask(Ask::What::kSubscribe,
      fmt::format(R"("type":"subscribe","thread_id":"{}","after":{},"epoch":"{}")", name, after,
                  each.epoch),
      thread);
}

// From now on; or as a client whose server was restored from a backup, which needs a snapshot.
void Tab::subscribe_otherwise(std::size_t thread) {
  View& each = view(thread);
  if (each.state != View::State::kOff && each.state != View::State::kOn) return;
  const std::uint64_t cursor = each.cursor;
  const View::State state = each.state;
  each.forget();
  each.state = state;
  each.live_next = state == View::State::kOn ? cursor + 1 : 0;
  each.from_now = scene_.dice.percent(50);
  if (!each.from_now) each.epoch = "epo_of_another_life";
  subscribe(thread);
}

std::size_t Tab::any_thread() {
  const std::size_t known = scene_.registry.threads(user_).size();
  return scene_.dice.below(std::max<std::size_t>(known, 1));
}

std::string Tab::words(const char* what) {
  return fmt::format("{} {} {}", what, marker_of(user_), scene_.dice.below(1000));
}

void Tab::act() {
  if (link() == nullptr || !welcome_) return write_message();
  const std::uint64_t what = scene_.dice.below(20);
  const std::size_t thread = any_thread();
  const std::string& name = scene_.registry.threads(user_)[thread].name;
  if (what < 10) return write_message();
  if (what < 12) return stop();
  if (what == 12) return scene_.dice.percent(60) ? subscribe(thread) : subscribe_otherwise(thread);
  if (what < 15) {
    View& each = view(thread);
    if (each.state != View::State::kOn) return;
    each.live_next = each.cursor + 1;
    each.state = View::State::kLeaving;
    each.left = true;
    each.wanted = false;
    ask(Ask::What::kUnsubscribe, fmt::format(R"("type":"unsubscribe","thread_id":"{}")", name),
        thread);
    if (scene_.dice.percent(60)) write_message(thread);
  } else if (what == 15) {
    if (scene_.dice.percent(40)) {
      ask(Ask::What::kUnsubscribeAll, R"("type":"unsubscribe","thread_id":"*")");
      return;
    }
    const std::string title = words("title");
    ask(Ask::What::kOther,
        fmt::format(R"("type":"rename_thread","thread_id":"{}","title":"{}")", name, title));
  } else if (what == 16) {
    ask(Ask::What::kOther, fmt::format(R"("type":"create_thread","thread_id":"{}","title":"{}")",
                                       name, words("made")));
  } else if (what == 17) {
    ask(Ask::What::kOther, R"("type":"threads","limit":2)");
    if (scene_.dice.percent(50)) list(thread);
  } else if (what == 18 && scene_.schedule.deletes) {
    delete_thread();
  } else if (scene_.schedule.garbage) {
    make_garbage();
  }
}

void Tab::delete_thread() {
  if (link() == nullptr || !welcome_) return;
  const std::size_t thread = any_thread();
  auto& known = scene_.registry.thread(user_, thread);
  known.delete_asked = true;
  ask(Ask::What::kDelete, fmt::format(R"("type":"delete_thread","thread_id":"{}")", known.name),
      thread);
}

void Tab::make_garbage() {
  switch (scene_.dice.below(8)) {
    case 0:
      if (link() != nullptr) link_->send("{\"id\":\"", next_command_++);
      return;
    case 1: ask(Ask::What::kOther, R"("type":"nonsense","x":[1,{}])"); return;
    case 2: ask(Ask::What::kOther, R"("type":"auth","token":"expired")"); return;
    case 3:
      ask(Ask::What::kOther, fmt::format(R"("type":"ping","n":"{}")", marker_of(user_)));
      return;
    default: break;
  }
  // Another user's thread by its exact id: as if it did not exist.
  const std::size_t other = (user_ + 1) % scene_.registry.users();
  const auto& last = scene_.registry.threads(other).back().name;
  if (other != user_ && last.starts_with("thr_"))
    ask(Ask::What::kForeign, fmt::format(R"("type":"subscribe","thread_id":"{}")", last));
}

// Of another user, by its exact id: as if it did not exist.
void Tab::stop_foreign_run() {
  const std::size_t other = (user_ + 1) % scene_.registry.users();
  const auto& messages = scene_.messages.of(other);
  const auto acked = std::find_if(messages.rbegin(), messages.rend(),
                                  [](const Message& message) { return message.acked(); });
  if (other != user_ && acked != messages.rend())
    ask(Ask::What::kForeign, fmt::format(R"("type":"stop","run_id":"{}")", acked->run));
}

void Tab::stop() {
  if (scene_.dice.percent(40)) stop_foreign_run();
  if (runs_.empty()) return write_message();
  const std::string& run =
      scene_.dice.percent(80) ? runs_.back() : runs_[scene_.dice.below(runs_.size())];
  ask(Ask::What::kStop,
      fmt::format(R"("type":"stop","run_id":"{}","reason":"{}")", run, words("enough")));
}

void Tab::write_message(std::optional<std::size_t> thread) {
  auto& messages = scene_.messages.of(user_);
  if (!messages.empty() && scene_.dice.percent(15)) {
    // Once more what was answered long ago.
    Message& old = messages[scene_.dice.below(messages.size())];
    if (old.variants.size() == 1) return send(old, 0);
  }
  Message& message = messages.emplace_back();
  message.id = fmt::format("m{}", messages.size());
  Message::Variant variant;
  if (thread || scene_.dice.percent(90))
    variant.thread = thread.value_or(scene_.dice.below(scene_.schedule.threads_per_user));
  variant.content = words(("say " + message.id).c_str());
  message.variants.push_back(variant);
  if (scene_.schedule.conflicts && scene_.dice.percent(40)) {
    if (scene_.dice.percent(50)) variant.content = words(("else " + message.id).c_str());
    if (variant.content == message.variants.front().content) variant.content += "!";
    message.variants.push_back(variant);
  }
  send(message, 0);
  if (message.variants.size() > 1) send(message, 1);
  if (scene_.dice.percent(15)) send(message, 0);
}

void Tab::send(Message& message, std::size_t variant) {
  Message::Variant& text = message.variants[variant];
  if (link() == nullptr || !welcome_) return;
  const std::string thread =
      text.thread
          ? fmt::format(R"("thread_id":"{}",)", scene_.registry.threads(user_)[*text.thread].name)
          : std::string();
  ask(Ask::What::kMessage,
      fmt::format(R"("type":"user_message","message_id":"{}",{}"on_active":"{}","content":"{}")",
                  message.id, thread, kOnActive[scene_.dice.below(4)], text.content));
  asked_.back().message = &message;
  asked_.back().variant = variant;
  ++text.sends;
}

// Whoever has no answer asks again, with the same id. Any tab of the user may do it.
void Tab::send_what_waits() {
  for (Message& message : scene_.messages.of(user_)) {
    if (message.given_up) continue;
    for (std::size_t i = 0; i < message.variants.size(); ++i) {
      const Message::Variant& variant = message.variants[i];
      const bool waits = std::ranges::any_of(
          asked_, [&](const Ask& each) { return each.message == &message && each.variant == i; });
      if (variant.lost || message.acked() || waits) continue;
      if (!scene_.dice.percent(scene_.calm ? 70 : 35)) continue;
      send(message, i);
    }
  }
}

void Tab::tick() {
  const Duration pause =
      scene_.calm ? scene_.dice.milliseconds(20, 90) : scene_.dice.milliseconds(60, 250);
  tick_timer_.arm(pause, [this] { tick(); });
  if (link() == nullptr || !welcome_) return;
  if (goaway_ && scene_.dice.percent(30)) return link_->cut("leaves a draining server");
  send_what_waits();
  for (std::size_t i = 0; i < views_.size(); ++i) {
    if (views_[i].wanted && views_[i].state == View::State::kOff && scene_.dice.percent(40))
      subscribe(i);
  }
}

bool Tab::at_rest() const {
  if (link_ == nullptr || !link_->alive() || !welcome_ || !link_->quiet() || !asked_.empty() ||
      goaway_)
    return false;
  const bool following = std::ranges::all_of(views_, [](const View& view) {
    return !view.wanted || (view.state == View::State::kOn && view.caught_up);
  });
  return following && std::ranges::all_of(scene_.messages.of(user_), [](const Message& message) {
           return message.given_up || message.acked();
         });
}

void Tab::check_live() {
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const View& each = views_[i];
    // A subscribe to a thread that is being deleted is refused, and ends its live events.
    if (scene_.registry.threads(user_)[i].delete_asked) continue;
    if (!all_ || each.state != View::State::kOff || each.live_next > each.live_promised) continue;
    if (each.live_promised > 0)
      scene_.verdict.fail("no loss", fmt::format("{}, thread {}: it reads all threads and was told "
                                                 "that seq {} is its message, which never came",
                                                 name(), scene_.registry.threads(user_)[i].name,
                                                 each.live_promised));
  }
}

void Tab::follow_everything() {
  for (std::size_t i = 0; i < scene_.registry.threads(user_).size(); ++i) {
    if (scene_.registry.chat(user_, i) == nullptr) continue;
    if (view(i).state == View::State::kOff) subscribe(i);
  }
}

void Tab::list(std::size_t thread) {
  listing(thread) = {};
  ask_for_page(thread, {});
}

void Tab::ask_for_page(std::size_t thread, const std::string& cursor) {
  const std::string from =
      cursor.empty() ? std::string() : fmt::format(R"(,"cursor":"{}")", cursor);
  ask(Ask::What::kHistory,
      fmt::format(R"("type":"history","thread_id":"{}","limit":{}{})",
                  scene_.registry.threads(user_)[thread].name, scene_.dice.from(1, 5), from),
      thread);
}

}  // namespace gp::sim
