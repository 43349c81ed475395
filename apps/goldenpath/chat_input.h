/// ChatInput: lines from a descriptor that is polled, without reading ahead of what is there.
///
/// Thread: the main thread.
#pragma once

#include <optional>
#include <string>

#include "base/byte_size.h"

namespace gp::app {

class ChatInput {
 public:
  /// A line, bytes: as long as a message may be. Reaction: the line is cut there, and its rest is
  /// the next line.
  static constexpr std::size_t kLineBytesMax = 512 * kKiB;

  explicit ChatInput(int descriptor) : descriptor_(descriptor) {}

  int descriptor() const { return descriptor_; }
  /// A line that is here already, without its end. At the end of the input the last line needs no
  /// line feed.
  std::optional<std::string> take_line();
  /// One read(2); to be called when poll says that there is something.
  void read_more();
  /// Everything was read; take_line() may still have lines.
  bool ended() const { return ended_; }

 private:
  int descriptor_;
  std::string text_;
  bool ended_ = false;
};

}  // namespace gp::app
