/// Tracker: the Markdown document of a removal, from discovery to closure.
///
/// start_tracker() writes a whole one; update_tracker() renews its generated parts (status,
/// summary, files, progress, criteria, tests) and nothing else. A box is ticked only by a fact and
/// then names its evidence; an empty one says what is missing and the command to run. Nothing here
/// reads a clock: the same facts give the same bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gardener/tracker/facts.h"

namespace gp::tracker {

struct Box {
  bool is_ticked = false;
  std::string text{};  ///< what is to be true
  std::string
      evidence{};  ///< ticked: numbers, command, date; else what is missing and what to type
};

struct Stage {
  std::uint32_t number = 0;  ///< 0 to 6
  std::string title{};
  std::vector<Box> boxes{};
  bool is_complete() const;
};

/// Steps 0 to 6.
std::vector<Stage> stages(const Facts& facts);
std::vector<Box> success_criteria(const Facts& facts);
/// All stages and all criteria.
bool is_closed(const Facts& facts);

struct TrackerHead {
  std::string title{};     ///< "" makes one from the module's name
  std::string issue{};     ///< a link; "" leaves the line out
  std::string priority{};  ///< "P0"; "" leaves the line out
};
std::string start_tracker(const TrackerHead& head, const Facts& facts);

struct TrackerUpdate {
  std::string text{};
  std::vector<std::string> missing{};  ///< generated parts the document does not have
};
/// Errors: damaged markers, an unknown part, or no part at all: path, line, what to do.
Result<TrackerUpdate> update_tracker(std::string document, std::string_view path,
                                     const Facts& facts);

/// The description of a pull request. `patch` is the unified diff that apply made (for the
/// diffstat); may be empty.
std::string pull_request(const Facts& facts, std::string_view patch);

}  // namespace gp::tracker
