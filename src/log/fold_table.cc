#include "log/fold_table.h"

namespace gp::log {
namespace {

// LEB128: seven bits a byte, the lowest first.
void append_number(std::string& out, std::uint32_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

bool take_number(std::string_view& bytes, std::uint32_t& number) {
  number = 0;
  for (int shift = 0; shift < 32 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

std::string FoldTable::encode() const {
  std::string out;
  out.reserve(8 + event_bytes.size() * 3 + steps.size() * 2);
  append_number(out, static_cast<std::uint32_t>(event_bytes.size()));
  for (const std::uint32_t bytes : event_bytes) append_number(out, bytes);
  for (const Step& step : steps) {
    if (event_bytes.size() > 1) append_number(out, step.part);
    append_number(out, step.bytes);
  }
  return out;
}

std::optional<FoldTable> FoldTable::decode(std::string_view bytes) {
  FoldTable table;
  std::uint32_t parts = 0;
  if (!take_number(bytes, parts) || parts == 0 || parts > bytes.size()) return std::nullopt;
  table.event_bytes.resize(parts);
  for (std::uint32_t& size : table.event_bytes) {
    if (!take_number(bytes, size)) return std::nullopt;
  }
  table.steps.reserve(bytes.size());
  while (!bytes.empty()) {
    Step step{0, 0};
    if (parts > 1 && (!take_number(bytes, step.part) || step.part >= parts)) return std::nullopt;
    if (!take_number(bytes, step.bytes)) return std::nullopt;
    table.steps.push_back(step);
  }
  return table;
}

}  // namespace gp::log
