#include "gardener/step_record.h"

#include <fmt/chrono.h>

#include <chrono>
#include <filesystem>

#include "gardener/output.h"
#include "gardener/plan/plan_file.h"
#include "gardener/text_files.h"
#include "protocol/codes.h"

namespace gp::app {

Result<PlanInput> read_plan_input(const std::string& path) {
  auto text = read_text_file(path);
  if (text.has_error()) {
    const bool is_missing = text.error().code == Code::not_found;
    return fail(Code::bad_request,
                text.error().message +
                    (is_missing ? "; make a plan with gardener plan MODULE --to MODULE -o " + path
                                : std::string()));
  }
  PlanInput input{.path = path, .hash = tracker::content_hash(text.value())};
  GP_TRY(input.plan, plan::read_plan(text.value(), path));
  return input;
}

std::string diff_path(const std::string& plan_path) {
  return ".gardener/" + std::filesystem::path(plan_path).stem().string() + ".diff";
}

std::string today() {
  return fmt::format(
      "{:%Y-%m-%d}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

void record_step(const GlobalFlags& global, const PlanInput& input, tracker::StepFact fact) {
  fact.plan_hash = input.hash;
  fact.state = tracker::state_of(input.plan, global.root);
  if (fact.date.empty()) fact.date = today();
  const auto written = tracker::write_step(global.root, input.path, fact);
  if (written.has_error()) report_error(written.error());
}

}  // namespace gp::app
