/// Properties: (1) no text crashes the settings parser; (2) what loads is described as TOML that
/// loads to the same settings; (3) any text is read or refused, never crashes, as an agent
/// argument, an address and a duration.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "config/duration_text.h"
#include "config/listen_address.h"
#include "config/load.h"
#include "config/settings_text.h"

namespace {

void describes_itself(std::string_view text) {
  gp::config::Inputs inputs;
  inputs.file_text = std::string(text);
  const auto loaded = gp::config::load(inputs);
  if (!loaded.has_value()) {
    GP_ASSERT(!loaded.error().message.empty(), "a refusal without a reason");
    return;
  }
  inputs.file_text = gp::config::describe(loaded.value());
  const auto again = gp::config::load(inputs);
  GP_ASSERT(again.has_value(), "the description of settings does not load");
  GP_ASSERT(again.value().settings() == loaded.value().settings(), "the description differs");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  describes_itself(text);
  if (const auto address = gp::config::parse_listen_address(text)) {
    const auto again = gp::config::parse_listen_address(gp::config::to_string(*address));
    GP_ASSERT(again == address, "an address is not written as it was read");
  }
  if (const auto duration = gp::config::parse_duration(text)) {
    const auto again = gp::config::parse_duration(gp::config::format_duration(*duration));
    GP_ASSERT(again == duration, "a duration is not written as it was read");
  }
  (void)gp::config::parse_agent_argument(text);
  return 0;
}
