/* decide.c: what follows from a command: whether its sender may, which case it needs, which rule decides. */
#include "broker/core/decide.h"

#include <assert.h>
#include <string.h>

#include "broker/core/cover.h"
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* The case that a command needs. */
enum needs { NO_CASE, OPEN_CASE, ANY_CASE };

static const struct {
    decide_command *decide;
    enum needs needs;
} commands[COMMAND_KINDS] = {
    [COMMAND_SUBMIT] = {decide_submit, NO_CASE},
    [COMMAND_UPDATE] = {decide_update, OPEN_CASE},
    [COMMAND_WITHDRAW] = {decide_withdraw, OPEN_CASE},
    [COMMAND_TOLD] = {decide_told, ANY_CASE},
    [COMMAND_SAW_CHANGES] = {decide_saw_changes, OPEN_CASE},
    [COMMAND_SEEN] = {decide_seen, OPEN_CASE},
    [COMMAND_ACCEPT] = {decide_accept, OPEN_CASE},
    [COMMAND_DECLINE] = {decide_decline, OPEN_CASE},
    [COMMAND_CHECK_IN] = {decide_check_in, OPEN_CASE},
    [COMMAND_CLOSE] = {decide_close, OPEN_CASE},
    [COMMAND_SAW_CLOSING] = {decide_saw_closing, OPEN_CASE},
    [COMMAND_HANDOVER] = {decide_handover, OPEN_CASE},
    [COMMAND_GIVE_BACK] = {decide_give_back, OPEN_CASE},
    [COMMAND_REOPEN] = {decide_reopen, ANY_CASE},
    [COMMAND_RECORD_PASSED_ON] = {decide_record_passed_on, ANY_CASE},
    [COMMAND_CANCEL_HANDOVER] = {decide_cancel_handover, OPEN_CASE},
    [COMMAND_TAKE] = {decide_take, OPEN_CASE},
    [COMMAND_ASSIGN] = {decide_assign, OPEN_CASE},
    [COMMAND_READ_RECORD] = {decide_read_record, NO_CASE},
    [COMMAND_COVER] = {decide_cover, NO_CASE},
    [COMMAND_ERASE] = {decide_erase, ANY_CASE},
    [COMMAND_SET_HOLD] = {decide_set_hold, ANY_CASE},
    [COMMAND_RECORD_DETENTION] = {decide_record_detention, OPEN_CASE},
    [COMMAND_ACKNOWLEDGE] = {decide_acknowledge, OPEN_CASE},
    [COMMAND_MUTE] = {decide_mute, OPEN_CASE},
    [COMMAND_TRIED] = {decide_tried, OPEN_CASE},
    [COMMAND_REPORT_MISSING] = {decide_report_missing, OPEN_CASE},
    [COMMAND_REPORT_FOUND] = {decide_report_found, OPEN_CASE},
    [COMMAND_ASK_BESIDE] = {decide_ask_beside, OPEN_CASE},
    [COMMAND_ANSWER_BESIDE] = {decide_answer_beside, OPEN_CASE},
    [COMMAND_PRESENCE] = {decide_presence, NO_CASE},
    [COMMAND_CAPACITY] = {decide_capacity, NO_CASE},
    [COMMAND_LOAD_POLICY] = {decide_load_policy, NO_CASE},
    [COMMAND_RECORD_REFUSAL] = {decide_record_refusal, NO_CASE},
    [COMMAND_RECORD_START] = {decide_record_start, NO_CASE},
    [COMMAND_RECORD_ALTERATION] = {decide_record_alteration, NO_CASE},
    [COMMAND_BEGIN_SNAPSHOT] = {decide_begin_snapshot, NO_CASE},
    [COMMAND_KEEP_SNAPSHOT] = {decide_keep_snapshot, NO_CASE},
    [COMMAND_CORRECT_CLOCK] = {decide_correct_clock, NO_CASE},
    [COMMAND_SEND_MESSAGE] = {decide_send_message, OPEN_CASE},
    [COMMAND_ON_SHIFT] = {decide_on_shift, NO_CASE},
    [COMMAND_SHIFT_HANDOVER] = {decide_shift_handover, NO_CASE},
    [COMMAND_RECORD_WISH] = {decide_record_wish, OPEN_CASE},
};

/* A source may command only its own cases, and a coordinator those that are theirs (cover.h); for a team the
 * command itself decides. A case that does not exist and a case of somebody else get the same answer; an
 * ended case tells only that it has ended. */
static enum refusal find_case_of_command(struct deciding *d, enum needs needs)
{
    const struct command *command = d->command;
    const struct any_case of = state_case(d->state, command->referral);
    if (!of.open && !of.ended)
        return REFUSAL_NOT_YOURS;
    uint16_t origin = of.open ? of.open->origin : of.ended->origin;
    if (command->party == PARTY_SOURCE && origin != state_origin_slot(d->state, command->actor))
        return REFUSAL_NOT_YOURS;
    if (command->party == PARTY_COORDINATOR &&
        !cover_shows_case(d->state, d->directory, command->slot, of, d->now_ms))
        return REFUSAL_NOT_YOURS;
    deciding_about(d, of.open);
    return of.ended && needs == OPEN_CASE ? REFUSAL_CASE_CLOSED : REFUSAL_NONE;
}

static bool answered_before(struct deciding *d)
{
    const struct remembered *known = d->command->has_id ? state_remembered(d->state, d->command->id) : NULL;
    if (!known)
        return false;
    if (memcmp(known->digest, d->command->digest, DIGEST_BYTES) != 0) {
        d->decision->refusal = REFUSAL_CONFLICT;
        return true;
    }
    d->decision->repeated = true;
    d->decision->seq = known->seq;
    return true;
}

void decide(const struct state *state, const struct directory *directory, const struct command *command,
            int64_t now_ms, struct decision *decision)
{
    struct deciding d;
    assert((unsigned)command->kind < COMMAND_KINDS);
    deciding_begin(&d, state, directory, now_ms, decision);
    d.command = command;
    if (answered_before(&d))
        return;
    enum refusal refusal = REFUSAL_NONE;
    if (commands[command->kind].needs == NO_CASE)
        deciding_about(&d, NULL);
    else
        refusal = find_case_of_command(&d, commands[command->kind].needs);
    if (refusal == REFUSAL_NONE)
        refusal = commands[command->kind].decide(&d);
    decision->refusal = refusal;
    if (refusal != REFUSAL_NONE)
        decision->count = 0;
    else if (decision->count)
        decision->seq = decision->events[0].seq;
}
