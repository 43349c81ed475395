// A word of at most eight bytes is one number; a multiplication that separates the 35 keywords is
// searched for by the compiler.
#include "gardener/python/keyword.h"

#include <array>

#include "gardener/python/short_word.h"

namespace gp::python {
namespace {

constexpr std::string_view kWords[] = {
    "",      "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",
    "break", "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",
    "for",   "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal",
    "not",   "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};
static_assert(std::size(kWords) == static_cast<std::size_t>(Keyword::kYield) + 1);

constexpr int kSlotBits = 8;

constexpr std::uint64_t packed(std::string_view word) {
  std::uint64_t value = 0;
  for (std::size_t i = word.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(word[i]);
  return value;
}

constexpr std::size_t slot_of(std::uint64_t value, std::uint64_t factor) {
  return value * factor >> (64 - kSlotBits);
}

constexpr bool separates(std::uint64_t factor) {
  std::array<bool, 1 << kSlotBits> taken{};
  for (const std::string_view word : kWords) {
    if (word.empty()) continue;
    const std::size_t slot = slot_of(packed(word), factor);
    if (taken[slot]) return false;
    taken[slot] = true;
  }
  return true;
}

constexpr std::uint64_t find_factor() {
  std::uint64_t factor = 0x9e3779b97f4a7c15;
  while (!separates(factor)) factor = factor * 6364136223846793005 + 1442695040888963407;
  return factor;
}
constexpr std::uint64_t kFactor = find_factor();

struct Slot {
  std::uint64_t value = 0;
  Keyword keyword = Keyword::kNotOne;
};

constexpr std::array<Slot, 1 << kSlotBits> make_slots() {
  std::array<Slot, 1 << kSlotBits> slots{};
  for (std::size_t i = 1; i < std::size(kWords); ++i)
    slots[slot_of(packed(kWords[i]), kFactor)] = {packed(kWords[i]), static_cast<Keyword>(i)};
  return slots;
}
constexpr std::array<Slot, 1 << kSlotBits> kSlots = make_slots();

}  // namespace

Keyword keyword_of(std::string_view word) { return keyword_of(word, word.data() + word.size()); }

Keyword keyword_of(std::string_view word, const char* readable_end) {
  if (word.size() < 2 || word.size() > 8) return Keyword::kNotOne;
  const std::uint64_t value = short_word(word.data(), word.size(), readable_end);
  const Slot& slot = kSlots[slot_of(value, kFactor)];
  return slot.value == value ? slot.keyword : Keyword::kNotOne;
}

bool is_statement_keyword(Keyword keyword) {
  switch (keyword) {
    case Keyword::kAssert:
    case Keyword::kBreak:
    case Keyword::kClass:
    case Keyword::kContinue:
    case Keyword::kDef:
    case Keyword::kDel:
    case Keyword::kElif:
    case Keyword::kExcept:
    case Keyword::kFinally:
    case Keyword::kGlobal:
    case Keyword::kImport:
    case Keyword::kNonlocal:
    case Keyword::kPass:
    case Keyword::kRaise:
    case Keyword::kReturn:
    case Keyword::kTry:
    case Keyword::kWhile:
    case Keyword::kWith: return true;
    default: return false;
  }
}

}  // namespace gp::python
