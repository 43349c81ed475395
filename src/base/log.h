/// Log façade: one line per fact, with its room. spdlog stands behind it, in log.cc only.
///
/// Thread: any. What a peer can cause at will is logged at debug, so that no peer can flood the
/// log.
#pragma once

#include <fmt/core.h>

#include <string_view>
#include <utility>

namespace gp::log_line {

enum class Level { kDebug, kInfo, kWarning, kError };

/// Lines below `level` are dropped. Default: info.
void set_level(Level level);
bool enabled(Level level);
void write(Level level, std::string_view room, std::string_view text);

template <class... Args>
void format(Level level, std::string_view room, fmt::format_string<Args...> pattern,
            Args&&... args) {
  if (enabled(level)) write(level, room, fmt::format(pattern, std::forward<Args>(args)...));
}

}  // namespace gp::log_line

#define GP_LOG_DEBUG(room, ...) \
  ::gp::log_line::format(::gp::log_line::Level::kDebug, room, __VA_ARGS__)
#define GP_LOG_INFO(room, ...) \
  ::gp::log_line::format(::gp::log_line::Level::kInfo, room, __VA_ARGS__)
#define GP_LOG_WARNING(room, ...) \
  ::gp::log_line::format(::gp::log_line::Level::kWarning, room, __VA_ARGS__)
#define GP_LOG_ERROR(room, ...) \
  ::gp::log_line::format(::gp::log_line::Level::kError, room, __VA_ARGS__)
