/// wire_up: builds the server from settings. The only place that names adapters.
#pragma once

#include "base/result.h"
#include "config/settings.h"

namespace gp::app {

/// Starts the server, prints its address, runs until a signal, drains and takes everything down in
/// order. Errors: a sentence for the operator; nothing is left running then.
Result<> serve(const config::Settings& settings);

}  // namespace gp::app
