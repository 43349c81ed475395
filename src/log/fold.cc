#include "log/fold.h"

#include <algorithm>

#include "base/assert.h"
#include "protocol/codes.h"
#include "protocol/delta.h"

namespace gp::log {
namespace {

Seq plus(Seq seq, std::size_t steps) { return Seq{seq.value + steps}; }

Error damaged(const EventView& event) {
  return Error{Code::store_unavailable, "the stored event " + std::to_string(event.seq.value) +
                                            " is damaged: its fold table does not fit its text"};
}

/// The JSON of each part's event.
std::vector<std::string_view> events_in(const EventView& event, const FoldTable& table) {
  if (table.event_bytes.size() == 1) return {event.json};
  std::vector<std::string_view> events;
  std::size_t at = protocol::batch_events_offset(event.first_seq, event.seq);
  for (const std::uint32_t bytes : table.event_bytes) {
    if (at + bytes > event.json.size()) return {};
    events.push_back(event.json.substr(at, bytes));
    at += bytes + 1;
  }
  return events;
}

/// The type by its own name: the events of a batch may differ.
std::optional<protocol::EventType> type_in(std::string_view json) {
  constexpr std::string_view kHead = R"({"type":")";
  if (!json.starts_with(kHead)) return std::nullopt;
  json.remove_prefix(kHead.size());
  return protocol::event_type_from_name(json.substr(0, json.find('"')));
}

/// The parts of a folded event, with all their text; none if one of them is no delta.
std::vector<DeltaInEvent> parts_in(const EventView& event, const FoldTable& table) {
  std::vector<DeltaInEvent> parts;
  for (const std::string_view json : events_in(event, table)) {
    const auto type = type_in(json);
    const auto delta = type ? protocol::view_delta(*type, json) : std::nullopt;
    if (!delta) return {};
    parts.push_back({*type, *delta});
  }
  return parts;
}

/// Whether the steps bring the text of every part, no more and no less.
bool adds_up(const FoldTable& table, const std::vector<DeltaInEvent>& parts) {
  struct Brought {
    std::size_t steps = 0;
    std::size_t bytes = 0;
  };
  std::vector<Brought> brought(parts.size());
  for (const FoldTable::Step& step : table.steps) {
    ++brought[step.part].steps;
    brought[step.part].bytes += step.bytes;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (brought[i].steps == 0 || brought[i].bytes != parts[i].delta.text.size()) return false;
  }
  return true;
}

}  // namespace

std::vector<DeltaInEvent> unfold(const EventView& event) {
  if (event.fold.empty()) {
    const auto delta = protocol::view_delta(event.type, event.json);
    return delta ? std::vector{DeltaInEvent{event.type, *delta}} : std::vector<DeltaInEvent>();
  }
  const auto table = FoldTable::decode(event.fold);
  if (!table) return {};
  std::vector<DeltaInEvent> parts = parts_in(event, *table);
  if (parts.size() != table->event_bytes.size()) return {};
  std::vector<DeltaInEvent> deltas;
  for (const FoldTable::Step& step : table->steps) {
    std::string_view& rest = parts[step.part].delta.text;
    if (step.bytes > rest.size()) return {};
    deltas.push_back(parts[step.part]);
    deltas.back().delta.text = rest.substr(0, step.bytes);
    rest.remove_prefix(step.bytes);
  }
  return deltas;
}

bool Folder::add(const EventView& event) {
  const std::size_t steps = event.seq.value - event.first_seq.value + 1;
  if (event.fold.empty()) {
    const auto delta = protocol::view_delta(event.type, event.json);
    if (!delta || steps != 1) return false;
    const DeltaInEvent part{event.type, *delta};
    if (!fits(event, steps, {&part, 1})) return false;
    const std::uint32_t index = take_in(event, part);
    table_.steps.push_back({index, static_cast<std::uint32_t>(delta->text.size())});
    ++parts_[index].steps;
    ++taken_in_;
    return true;
  }
  const auto folded = FoldTable::decode(event.fold);
  if (!folded || folded->steps.size() != steps) return false;
  const std::vector<DeltaInEvent> parts = parts_in(event, *folded);
  // A table that does not would move every later cut of what is folded with it.
  if (parts.empty() || !adds_up(*folded, parts) || !fits(event, steps, parts)) return false;
  std::vector<std::uint32_t> indices;
  for (const DeltaInEvent& part : parts) indices.push_back(take_in(event, part));
  for (const FoldTable::Step& step : folded->steps) {
    table_.steps.push_back({indices[step.part], step.bytes});
    ++parts_[indices[step.part]].steps;
  }
  ++taken_in_;
  return true;
}

bool Folder::fits(const EventView& event, std::size_t steps,
                  std::span<const DeltaInEvent> parts) const {
  // What comes first is as large as it is.
  if (empty()) return parts.size() == 1 || parts.size() <= limits_.parts;
  std::size_t text_bytes = text_bytes_;
  std::size_t count = parts_.size();
  for (const DeltaInEvent& part : parts) {
    text_bytes += part.delta.text.size();
    if (part_of(part) == parts_.size()) ++count;
  }
  return text_bytes <= limits_.text_bytes && table_.steps.size() + steps <= limits_.steps &&
         count <= limits_.parts && event.first_seq == plus(first_, table_.steps.size());
}

std::uint32_t Folder::take_in(const EventView& event, const DeltaInEvent& of_part) {
  const auto& [type, delta] = of_part;
  if (parts_.empty()) first_ = event.first_seq;
  const std::uint32_t index = part_of(of_part);
  if (index == parts_.size())
    parts_.push_back(Part{type, std::string(delta.run), std::string(delta.part), {}, {}, {}, 0});
  Part& part = parts_[index];
  part.middle = delta.middle;
  part.text += delta.text;
  part.at = event.at;
  text_bytes_ += delta.text.size();
  return index;
}

std::uint32_t Folder::part_of(const DeltaInEvent& delta) const {
  const auto same = [&](const Part& part) {
    return part.type == delta.type && part.name == delta.delta.part && part.run == delta.delta.run;
  };
  // The newest part is the likely one.
  if (!parts_.empty() && same(parts_.back())) return static_cast<std::uint32_t>(parts_.size() - 1);
  return static_cast<std::uint32_t>(std::ranges::find_if(parts_, same) - parts_.begin());
}

// One after the other, a part begins as often as there are parts.
bool Folder::interleaved() const {
  std::size_t begins = 1;
  for (std::size_t i = 1; i < table_.steps.size(); ++i)
    begins += table_.steps[i].part != table_.steps[i - 1].part ? 1 : 0;
  return begins > parts_.size();
}

std::vector<StoredEvent> Folder::take() {
  GP_ASSERT(!empty(), "there is no stretch to take");
  std::vector<StoredEvent> taken;
  if (interleaved()) {
    taken.push_back(take_batch());
  } else {
    Seq first = first_;
    auto step = table_.steps.begin();
    for (Part& part : parts_) {
      const Seq last = plus(first, part.steps - 1);
      std::string json = protocol::encode_folded(part.type, first, last, part.middle, part.text);
      FoldTable table;
      table.event_bytes.push_back(static_cast<std::uint32_t>(json.size()));
      const auto end = step + static_cast<std::ptrdiff_t>(part.steps);
      table.steps.assign(step, end);
      step = end;
      taken.push_back({last, first, part.type, std::move(json),
                       part.steps > 1 ? table.encode() : std::string(), part.at});
      first = last.next();
    }
  }
  clear();
  return taken;
}

void Folder::clear() {
  parts_.clear();
  table_ = {};
  text_bytes_ = 0;
  taken_in_ = 0;
}

StoredEvent Folder::take_batch() {
  std::string events;
  events.reserve(text_bytes_ + parts_.size() * 320);
  Seq first = first_;
  WallTime at{};
  for (const Part& part : parts_) {
    const Seq last = plus(first, part.steps - 1);
    const std::string json =
        protocol::encode_folded(part.type, first, last, part.middle, part.text);
    table_.event_bytes.push_back(static_cast<std::uint32_t>(json.size()));
    if (!events.empty()) events.push_back(',');
    events += json;
    at = std::max(at, part.at);
    first = last.next();
  }
  const Seq last = first.previous();
  return {last,
          first_,
          parts_.front().type,
          protocol::encode_batch(first_, last, events),
          table_.encode(),
          at};
}

Result<StoredEvent> cut_after(const EventView& event, Seq after) {
  GP_ASSERT(event.first_seq <= after && after < event.seq, "an event is cut inside its range");
  const auto table = FoldTable::decode(event.fold);
  if (!table || table->steps.size() != event.seq.value - event.first_seq.value + 1)
    return damaged(event);
  const auto skipped = static_cast<std::size_t>(after.value - event.first_seq.value + 1);
  std::vector<std::size_t> cut(table->event_bytes.size(), 0);
  std::vector<std::size_t> left(table->event_bytes.size(), 0);
  for (std::size_t i = 0; i < skipped; ++i) cut[table->steps[i].part] += table->steps[i].bytes;
  for (std::size_t i = skipped; i < table->steps.size(); ++i) ++left[table->steps[i].part];

  const std::vector<DeltaInEvent> events = parts_in(event, *table);
  if (events.size() != cut.size()) return damaged(event);
  FoldTable rest;
  std::vector<std::uint32_t> renumbered(cut.size(), 0);
  std::string joined;
  std::string only;
  protocol::EventType type = event.type;
  Seq first = after.next();
  for (std::size_t i = 0; i < cut.size(); ++i) {
    if (left[i] == 0) continue;
    const auto& [own_type, delta] = events[i];
    if (cut[i] > delta.text.size()) return damaged(event);
    const Seq last = plus(first, left[i] - 1);
    only = protocol::encode_folded(own_type, first, last, delta.middle, delta.text.substr(cut[i]));
    if (rest.event_bytes.empty()) type = own_type;
    renumbered[i] = static_cast<std::uint32_t>(rest.event_bytes.size());
    rest.event_bytes.push_back(static_cast<std::uint32_t>(only.size()));
    if (!joined.empty()) joined.push_back(',');
    joined += only;
    first = last.next();
  }
  for (std::size_t i = skipped; i < table->steps.size(); ++i)
    rest.steps.push_back({renumbered[table->steps[i].part], table->steps[i].bytes});
  const bool batch = rest.event_bytes.size() > 1;
  return StoredEvent{
      event.seq,
      after.next(),
      type,
      batch ? protocol::encode_batch(after.next(), event.seq, joined) : std::move(only),
      rest.steps.size() > 1 ? rest.encode() : std::string(),
      event.at};
}

}  // namespace gp::log
