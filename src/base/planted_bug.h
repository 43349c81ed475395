/// GP_PLANTED(name): a known bug, switched on by name, so that the simulator can show that it would
/// be found. Without GP_PLANTED_BUGS (every build but tests/sim) it is the constant false and
/// nothing else exists.
///
/// To plant one: a line in the list, and one short condition at the place of the bug. `sim_test`
/// then looks for it.
#pragma once

#ifdef GP_PLANTED_BUGS

#define GP_PLANTED_BUG_LIST(BUG)  \
  BUG(cursor_skips_a_record)      \
  BUG(page_repeats_a_record)      \
  BUG(only_one_cursor_wakes)      \
  BUG(gate_opens_early)           \
  BUG(ack_before_commit)          \
  BUG(failed_commit_dropped)      \
  BUG(second_terminal)            \
  BUG(open_tools_left)            \
  BUG(paused_run_loses_events)    \
  BUG(timeouts_by_wall_clock)     \
  BUG(recovery_keeps_the_epoch)   \
  BUG(recovery_skips_queued_runs) \
  BUG(recovery_loses_the_answer)  \
  BUG(recovery_forgets_deletions) \
  BUG(resume_ignores_the_epoch)   \
  BUG(snapshot_in_mid_run)        \
  BUG(caught_up_early)            \
  BUG(failed_read_is_silent)      \
  BUG(live_for_all_users)         \
  BUG(stop_ignores_the_owner)     \
  BUG(unsubscribe_forgotten)      \
  BUG(repetition_kept_again)      \
  BUG(drain_lets_messages_in)

namespace gp::planted {

enum class Bug {
  none,
#define GP_PLANTED_BUG_NAME(name) name,
  GP_PLANTED_BUG_LIST(GP_PLANTED_BUG_NAME)
#undef GP_PLANTED_BUG_NAME
};
/// The one that is switched on in this process.
inline Bug selected = Bug::none;

}  // namespace gp::planted

#define GP_PLANTED(name) (::gp::planted::selected == ::gp::planted::Bug::name)

#else
#define GP_PLANTED(name) false
#endif
