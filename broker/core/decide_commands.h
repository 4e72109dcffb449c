/* decide_commands.h: the rule of each kind of command; for the table of decide.c and for nobody else.
 *
 * decide_referrer.c, decide_change.c, decide_message.c, decide_offer.c, decide_team.c, decide_handover.c,
 * decide_coordinator.c, decide_record.c, decide_erasure.c, decide_detention.c, decide_shift.c,
 * decide_duty.c, decide_undo.c, decide_beside.c, decide_missing.c, decide_tries.c, decide_passed.c and
 * decide_closing.c have the functions.
 */
#ifndef CONCORDAT_CORE_DECIDE_COMMANDS_H
#define CONCORDAT_CORE_DECIDE_COMMANDS_H

#include "broker/core/command.h"

struct deciding;

/* One function for each kind of command. Each fills in the decision, or returns why the command is refused.
 */
typedef enum refusal decide_command(struct deciding *d);
decide_command decide_submit, decide_update, decide_withdraw, decide_told, decide_saw_changes;
decide_command decide_send_message, decide_on_shift, decide_shift_handover;
decide_command decide_seen, decide_accept, decide_decline, decide_check_in, decide_close, decide_handover;
decide_command decide_give_back, decide_cancel_handover, decide_reopen, decide_record_passed_on;
decide_command decide_saw_closing;
decide_command decide_presence, decide_capacity;
decide_command decide_take, decide_assign, decide_read_record, decide_cover;
decide_command decide_erase, decide_set_hold;
decide_command decide_record_detention, decide_report_missing, decide_report_found, decide_tried;
decide_command decide_acknowledge, decide_mute;
decide_command decide_ask_beside, decide_answer_beside;
decide_command decide_load_policy, decide_record_refusal, decide_record_start;
decide_command decide_record_alteration, decide_begin_snapshot, decide_keep_snapshot;
decide_command decide_correct_clock, decide_record_wish;

#endif
