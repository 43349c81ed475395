#include "goldenpath/check_steps.h"

#include <array>

namespace gp::app {
namespace {

constexpr auto kSteps = std::to_array<CheckStep>({
    {"live", Needs::kNothing, StepTime::kShort, check_live, "GET /health/live answers 200"},
    {"ready", Needs::kNothing, StepTime::kShort, check_ready, "GET /health/ready answers 200"},
    {"version", Needs::kNothing, StepTime::kShort, check_version,
     "it is goldenpath and speaks goldenpath.v1"},
    {"refused without a token", Needs::kNothing, StepTime::kShort, check_no_token,
     "HTTP 401; a WebSocket whose first frame is not auth is closed with 4401"},
    {"refused with a bad token", Needs::kNothing, StepTime::kShort, check_bad_token,
     "HTTP 401; a browser's WebSocket gets an error frame and 4401"},
    {"tokens", Needs::kNothing, StepTime::kShort, check_token, "two users, given or from the demo"},
    {"welcome", Needs::kToken, StepTime::kShort, check_welcome,
     "all three ways to give the token end in a complete welcome"},
    {"message acknowledged", Needs::kToken, StepTime::kShort, check_message,
     "the ack has run_id and seq"},
    {"run contract", Needs::kMessage, StepTime::kRun, check_run_contract,
     "agent_started first, tools paired, one terminal event, nothing after it"},
    {"no gap, no duplicate", Needs::kRun, StepTime::kShort, check_gapless, "seq is 1, 2, 3 …"},
    {"second tab", Needs::kRun, StepTime::kShort, check_second_tab,
     "got the same events, byte for byte"},
    {"late tab", Needs::kRun, StepTime::kShort, check_late_tab,
     "gets the same events after the run"},
    {"cut and resumed", Needs::kToken, StepTime::kRun, check_resume,
     "a tab cut in the middle of a run goes on without gap or duplicate"},
    {"stopped from another tab", Needs::kToken, StepTime::kRun, check_stop,
     "every tab gets agent_cancelled"},
    {"same message once", Needs::kToken, StepTime::kRun, check_sent_once,
     "sent again, a message gets the same ack and no second run"},
    {"message_id conflict", Needs::kToken, StepTime::kShort, check_conflict,
     "the same message_id with other content is refused"},
    {"foreign thread refused", Needs::kSecondUser, StepTime::kShort, check_foreign_thread,
     "another user's thread answers exactly as one that never was"},
    {"foreign events unseen", Needs::kSecondUser, StepTime::kRun, check_foreign_events,
     "another user's connection to \"*\" gets none of the events"},
    {"malformed input survived", Needs::kToken, StepTime::kShort, check_malformed,
     "error frames, and the connection goes on"},
    {"history", Needs::kRun, StepTime::kShort, check_history, "is what was streamed"},
    {"SSE", Needs::kRun, StepTime::kShort, check_sse, "gives the same events"},
    {"threads", Needs::kToken, StepTime::kShort, check_threads, "create, rename, list, delete"},
    {"clean up", Needs::kToken, StepTime::kShort, check_clean_up,
     "the threads made here are deleted"},
});

}  // namespace

std::span<const CheckStep> check_steps() { return kSteps; }

}  // namespace gp::app
