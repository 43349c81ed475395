#include "goldenpath/chat_input.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace gp::app {

std::optional<std::string> ChatInput::take_line() {
  std::size_t end = text_.find('\n');
  std::size_t skip = 1;
  if (end == std::string::npos && text_.size() >= kLineBytesMax) {
    end = kLineBytesMax;
    skip = 0;
  }
  if (end == std::string::npos) {
    if (!ended_ || text_.empty()) return std::nullopt;
    end = text_.size();
    skip = 0;
  }
  std::string line = text_.substr(0, end);
  text_.erase(0, end + skip);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

void ChatInput::read_more() {
  std::array<char, 65536> buffer;
  const ssize_t size = ::read(descriptor_, buffer.data(), buffer.size());
  if (size > 0) text_.append(buffer.data(), static_cast<std::size_t>(size));
  if (size == 0 || (size < 0 && errno != EINTR && errno != EAGAIN)) ended_ = true;
}

}  // namespace gp::app
