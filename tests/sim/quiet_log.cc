// The server's log lines go nowhere: a simulated disk fails thousands of times a second. Defining
// the façade here keeps base/log.cc (and spdlog) out of the program.
#include "base/log.h"

namespace gp::log_line {

void set_level(Level) {}
bool enabled(Level) { return false; }
void write(Level, std::string_view, std::string_view) {}

}  // namespace gp::log_line
