#include "gardener/tracker/facts.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "gardener/tracker/file_bytes.h"
#include "protocol/codes.h"
#include "protocol/json.h"
#include "protocol/json_writer.h"

namespace gp::tracker {
namespace {

using simdjson::dom::object;

constexpr std::string_view kFormat = "gardener-step";

/// Whether a result speaks of the files as they are, not only of the plan.
bool depends_on_files(Step step) {
  return step == Step::kVerify || step == Step::kLoop || step == Step::kGate;
}

/// The first three are made before there is a plan.
bool depends_on_plan(Step step) { return step >= Step::kPlan; }

std::string to_json(const StepFact& fact) {
  std::string out;
  protocol::JsonWriter json(out);
  json.begin_object().field("format", kFormat).field("version", 1);
  json.field("step", name_of(fact.step)).field("ok", fact.is_ok).field("command", fact.command);
  json.field("date", fact.date).field("plan_hash", fact.plan_hash).field("state", fact.state);
  json.key("numbers").begin_object();
  for (const auto& [name, value] : fact.numbers) json.field(name, value);
  json.end_object().key("notes").begin_array();
  for (const std::string& note : fact.notes) json.value(std::string_view(note));
  json.end_array().end_object();
  out += '\n';
  return out;
}

Result<StepFact> read_fact(const object& record, Step step) {
  std::int64_t version = 0;
  if (protocol::string_member(record, "format").value_or("") != kFormat ||
      record["version"].get(version) != simdjson::SUCCESS || version != 1) {
    return fail(Code::invalid_command, "it is no result of version 1");
  }
  if (protocol::string_member(record, "step").value_or("") != name_of(step))
    return fail(Code::invalid_command, fmt::format("it is no result of {}", name_of(step)));
  StepFact fact;
  fact.step = step;
  if (record["ok"].get(fact.is_ok) != simdjson::SUCCESS)
    return fail(Code::invalid_command, "'ok' is missing");
  fact.command = protocol::string_member(record, "command").value_or("");
  fact.date = protocol::string_member(record, "date").value_or("");
  fact.plan_hash = protocol::string_member(record, "plan_hash").value_or("");
  fact.state = protocol::string_member(record, "state").value_or("");
  object numbers;
  if (record["numbers"].get(numbers) == simdjson::SUCCESS) {
    for (const auto [name, value] : numbers) {
      std::uint64_t number = 0;
      if (value.get(number) != simdjson::SUCCESS)
        return fail(Code::invalid_command, fmt::format("the number '{}' is none", name));
      fact.numbers.emplace_back(name, number);
    }
  }
  simdjson::dom::array notes;
  if (record["notes"].get(notes) == simdjson::SUCCESS) {
    for (const auto note : notes) {
      std::string_view text;
      if (note.get(text) == simdjson::SUCCESS) fact.notes.emplace_back(text);
    }
  }
  return fact;
}

}  // namespace

std::string_view name_of(Step step) {
  constexpr std::string_view kNames[] = {"scan",   "refs", "tests", "plan", "apply",
                                         "verify", "loop", "gate",  "pr"};
  return kNames[static_cast<std::size_t>(step)];
}

std::uint64_t StepFact::number(std::string_view name) const {
  const auto found = std::find_if(numbers.begin(), numbers.end(),
                                  [name](const auto& pair) { return pair.first == name; });
  return found == numbers.end() ? 0 : found->second;
}

const StepFact* Facts::step(Step step) const {
  const auto found = std::find_if(steps.begin(), steps.end(),
                                  [step](const StepFact& fact) { return fact.step == step; });
  return found == steps.end() ? nullptr : &*found;
}

const StepFact* Facts::fresh(Step wanted) const {
  const StepFact* fact = step(wanted);
  if (fact == nullptr) return nullptr;
  if (depends_on_plan(wanted) && fact->plan_hash != plan_hash) return nullptr;
  if (depends_on_files(wanted) && fact->state != state) return nullptr;
  return fact;
}

std::string content_hash(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

std::string state_of(const plan::Plan& plan, const std::string& root) {
  std::string all;
  for (const plan::FileRow& row : plan.files) {
    const auto bytes = read_bytes(root + "/" + row.path);
    all += row.path;
    all += '\0';
    all += bytes ? content_hash(bytes.value()) : "missing";
    all += '\n';
  }
  return content_hash(all);
}

std::string step_path(std::string_view plan_path, Step step) {
  const std::string stem = std::filesystem::path(plan_path).stem().string();
  return fmt::format(".gardener/{}.{}.json", stem.empty() ? "plan" : stem, name_of(step));
}

Result<void> write_step(const std::string& root, std::string_view plan_path, const StepFact& fact) {
  return write_bytes(root + "/" + step_path(plan_path, fact.step), to_json(fact));
}

void forget_step(const std::string& root, std::string_view plan_path, Step step) {
  std::error_code none_there;
  std::filesystem::remove(root + "/" + step_path(plan_path, step), none_there);
}

Result<std::vector<StepFact>> read_steps(const std::string& root, std::string_view plan_path) {
  std::vector<StepFact> facts;
  for (const Step step : kSteps) {
    const std::string path = root + "/" + step_path(plan_path, step);
    const auto bytes = read_bytes(path);
    if (!bytes && bytes.error().code == Code::not_found) continue;
    GP_TRY(bytes);
    protocol::JsonParser parser;
    const std::string advice = fmt::format("delete it and run `gardener {}` again", name_of(step));
    auto record = parser.parse_object(bytes.value());
    if (!record) {
      return fail(Code::invalid_json,
                  fmt::format("{}: {}; {}", path, record.error().message, advice));
    }
    auto fact = read_fact(record.value(), step);
    if (!fact) {
      return fail(fact.error().code, fmt::format("{}: {}; {}", path, fact.error().message, advice));
    }
    facts.push_back(std::move(fact.value()));
  }
  return facts;
}

}  // namespace gp::tracker
