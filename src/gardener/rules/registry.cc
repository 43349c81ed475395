#include <algorithm>
#include <array>
#include <cctype>

#include "gardener/rules/gate_pages.h"
#include "gardener/rules/page.h"
#include "gardener/rules/rules.h"

namespace gp::rules {

std::span<const Rule* const> scan_rules() {
  static constexpr std::array kRules{&kDeprecatedImporters,  &kDualPaths,          &kSameName,
                                     &kDeprecatedReexporter, &kUnlockedLazyGlobal, &kImportCycle,
                                     &kUnresolvedImport};
  return kRules;
}

std::span<const Page* const> gate_pages() {
  static constexpr std::array kPages{&kBannedModulePage, &kBannedFilePage, &kBannedStringPage,
                                     &kNewInBaselinePage};
  return kPages;
}

std::vector<const Page*> all_pages() {
  std::vector<const Page*> pages;
  for (const Rule* rule : scan_rules()) pages.push_back(&rule->page);
  for (const Page* page : gate_pages()) pages.push_back(page);
  for (const Page& page : class_pages()) pages.push_back(&page);
  return pages;
}

const Page* find_page(std::string_view code) {
  const auto same = [code](std::string_view other) {
    return std::equal(code.begin(), code.end(), other.begin(), other.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) ==
             std::tolower(static_cast<unsigned char>(b));
    });
  };
  for (const Page* page : all_pages())
    if (same(page->code) || same(page->name)) return page;
  return nullptr;
}

}  // namespace gp::rules
