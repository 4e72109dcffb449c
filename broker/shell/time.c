/* time.c: what time brings: leases end, offers run out, held cases are matched again; and what time it is. */
#include "broker/shell/time.h"

#include <inttypes.h>
#include <stdio.h>

#include "broker/shell/adopt.h"
#include "broker/shell/alterations.h"
#include "broker/shell/broker.h"
#include "broker/shell/catch_up.h"
#include "broker/shell/erased.h"
#include "broker/shell/inside.h"
#include "broker/shell/records.h"

enum { DECISIONS_BY_TIME_MAX = 256, LEASE_CHECK_MS = 1000 };
/* Each looks at CASES_LOOKED_AT_MAX held cases at most. Ten thousand that find no place in nine full teams
 * take 7 ms; the rest waits for the next turn. */
enum { REMATCHES_MAX = 160 };
/* Less than the two thirds of the shortest lease in which a team may still renew it. */
enum { NOT_LISTENING_MS = 3000 };
/* Less is an ordinary correction of the clock, and is not reported. */
enum { SET_BACK_LEAST_MS = 10 * 1000 };

/* --- what time it is --------------------------------------------------------------------------------- */

static bool clock_is_synchronised(struct broker *b)
{
    return b->ports.clock_is_synchronised(b->ports.context);
}

static enum clock_doubt clock_doubt_of(const struct ledger_time *time, int64_t at_ms, int64_t wall_ms)
{
    if (time->pace == PACE_MONOTONIC)
        return CLOCK_LEAPT;
    return at_ms - time->ahead_ms - wall_ms >= SET_BACK_LEAST_MS ? CLOCK_SET_BACK : CLOCK_BELIEVED;
}

/* Tells the operator once whenever the wall clock begins to be doubted, or is no longer. */
static void say_clock_doubt(struct broker *b, enum clock_doubt doubt)
{
    static const char *const lines[] = {
        [CLOCK_BELIEVED] = "the wall clock is no longer doubted",
        [CLOCK_SET_BACK] = "the wall clock was set back a little: the ledger's time goes on slower until the "
                           "clock has caught up; look after this machine's clock",
        [CLOCK_LEAPT] =
            "the wall clock has leapt and is not believed yet: deadlines and opening hours go on as before. "
            "Look after this machine's clock: it is believed when it has kept its time for half a minute and "
            "the system says that it is synchronised. If it is right and the system cannot say so, send SIGUSR1"};
    if (doubt != b->time.doubt)
        b->ports.log(b->ports.context, lines[doubt]);
    b->time.doubt = doubt;
}

struct now time_of_ledger(struct broker *b, struct now now)
{
    struct broker_time *time = &b->time;
    const struct counters *counters = &b->state->counters;
    if (!time->begun)
        ledger_time_begin(&time->ledger, counters->at_ms, counters->ahead_ms, now.wall_ms, now.mono_ms,
                          clock_is_synchronised(b));
    time->begun = true;
    int64_t at_ms = ledger_time_follow(&time->ledger, now.wall_ms, now.mono_ms);
    say_clock_doubt(b, clock_doubt_of(&time->ledger, at_ms, now.wall_ms));
    time->now_ms = at_ms;
    return (struct now){at_ms, now.mono_ms};
}

/* What people were told of cases holds their deadlines in UTC, so it is packed anew. */
void time_record_correction(struct broker *b, struct now now)
{
    struct command command = {.kind = COMMAND_CORRECT_CLOCK, .actor = ""};
    char line[160];
    if (b->time.ledger.ahead_ms == b->state->counters.ahead_ms)
        return;
    command.is.correction.ahead_ms = b->time.ledger.ahead_ms;
    command.is.correction.confirmed = b->time.confirmed;
    if (adopt_own(b, &command, now.wall_ms) != REFUSAL_NONE)
        return; /* for want of memory: the next turn tries again */
    b->time.confirmed = false;
    statuses_forget(&b->statuses);
    snprintf(line, sizeof line,
             "the wall clock is believed%s: the ledger's time stands %" PRId64
             " s ahead of UTC from now on, which is recorded",
             command.is.correction.confirmed ? " because an operator confirmed it" : "",
             command.is.correction.ahead_ms / 1000);
    b->ports.log(b->ports.context, line);
}

bool broker_doubts_clock(const struct broker *broker)
{
    return broker->time.doubt == CLOCK_LEAPT;
}

void broker_confirm_clock(struct broker *b, struct now now)
{
    time_of_ledger(b, now);
    if (!broker_doubts_clock(b)) {
        b->ports.log(b->ports.context, "the wall clock is not doubted: there is nothing to confirm");
        return;
    }
    ledger_time_believe(&b->time.ledger, now.wall_ms, now.mono_ms);
    b->time.confirmed = true;
}

/* --- leases ----------------------------------------------------------------------------------------- */

static uint32_t parties_count(const struct broker *b, enum party party)
{
    return party == PARTY_COORDINATOR ? b->state->coordinators.count : b->state->teams.count;
}

static bool party_is_present(const struct broker *b, enum party party, uint16_t slot)
{
    return party == PARTY_COORDINATOR ? state_coordinator(b->state, slot)->present
                                      : state_team(b->state, slot)->present;
}

static void return_leases(struct broker *b, enum party party, int64_t until_ms)
{
    for (uint32_t slot = 0; slot < parties_count(b, party); slot++)
        if (party_is_present(b, party, (uint16_t)slot) &&
            !sessions_lease(&b->sessions, party, (uint16_t)slot))
            sessions_set_lease(&b->sessions, party, (uint16_t)slot, until_ms);
}

void time_return_leases(struct broker *b, struct now now)
{
    return_leases(b, PARTY_TEAM, now.mono_ms + PRESENCE_RETURN_MS);
    return_leases(b, PARTY_COORDINATOR, now.mono_ms + PRESENCE_RETURN_MS);
}

/* Teams, or coordinators, that were not heard of by the end of their lease are no longer present. */
static void lapse_leases(struct broker *b, enum party party, struct now now)
{
    for (uint32_t slot = 0; slot < parties_count(b, party); slot++) {
        if (!party_is_present(b, party, (uint16_t)slot) ||
            sessions_lease(&b->sessions, party, (uint16_t)slot) > now.mono_ms)
            continue;
        struct command command = {
            .kind = COMMAND_PRESENCE, .actor = "", .party = party, .slot = (uint16_t)slot};
        command.is.presence.lapsed = true;
        if (adopt_own(b, &command, now.wall_ms) == REFUSAL_UNAVAILABLE)
            return;
    }
}

static void end_silent_sessions(struct broker *b, struct now now)
{
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        if (session->live && now.mono_ms - session->presence.heard_ms > GREETING_SILENCE_MS)
            sessions_end(&b->sessions, session);
    }
}

/* If the broker itself did not listen for a while (the machine was suspended, the disk was slow), that time
 * counts against nobody's lease. */
static void check_leases(struct broker *b, struct now now)
{
    int64_t since_ms = now.mono_ms - b->time.leases_checked_ms;
    if (since_ms < LEASE_CHECK_MS)
        return;
    if (since_ms > NOT_LISTENING_MS && b->time.leases_checked_ms)
        sessions_postpone(&b->sessions, since_ms);
    b->time.leases_checked_ms = now.mono_ms;
    room_look(b);
    lapse_leases(b, PARTY_TEAM, now);
    lapse_leases(b, PARTY_COORDINATOR, now);
    end_silent_sessions(b, now);
    adopt_refusals_left_out(b, now);
}

/* --- deadlines and rematch -------------------------------------------------------------------------- */

static void decide_what_is_due(struct broker *b, struct now now)
{
    for (int i = 0; i < DECISIONS_BY_TIME_MAX && state_reserve(b->state, 0); i++) {
        decide_time(b->state, b->directory, now.wall_ms, &b->decision);
        if (b->decision.count == 0 || !adopt_decision(b))
            return;
    }
}

/* While a rematch is due, cases that come meanwhile wait for their turn (share_others_first). */
static void rematch_held_cases(struct broker *b, struct now now)
{
    struct rematch *rematch = &b->rematch;
    for (int i = 0; b->state->rematch_due && i < REMATCHES_MAX && state_reserve(b->state, 0); i++) {
        if (!rematch->is_going && !waiting_collect(&rematch->waiting, b->state))
            return;
        rematch->is_going =
            decide_again(b->state, b->directory, now.wall_ms, &rematch->waiting, &b->decision);
        if (b->decision.count && !adopt_decision(b))
            rematch->once_more = true; /* nobody else comes to the case that was taken out */
        if (!rematch->is_going) {
            b->state->rematch_due = rematch->once_more;
            rematch->once_more = false;
        }
    }
}

static void pass_cases_over(struct broker *b, struct now now)
{
    struct passing_over *passing = &b->passing_over;
    for (int i = 0; passing->is_going && i < REMATCHES_MAX && state_reserve(b->state, 0); i++) {
        passing->is_going =
            decide_pass_over(b->state, b->directory, now.wall_ms, &passing->row, &b->decision);
        if (b->decision.count == 0 || adopt_decision(b))
            continue;
        passing->row--; /* the turn is full: the next one comes to that case again */
        return;
    }
}

void broker_time(struct broker *b, struct now now)
{
    const int64_t wall_ms = now.wall_ms;
    now = time_of_ledger(b, now);
    if (ledger_time_is_kept(&b->time.ledger, now.mono_ms) && clock_is_synchronised(b))
        ledger_time_believe(&b->time.ledger, wall_ms, now.mono_ms);
    time_record_correction(b, now);
    b->time.turn_mono_ms = now.mono_ms;
    alterations_record(b, now);
    check_leases(b, now);
    pass_cases_over(b, now);
    decide_what_is_due(b, now);
    rematch_held_cases(b, now);
}

int broker_patience_ms(const struct broker *b, struct now now)
{
    int64_t due_ms = state_due(b->state);
    int64_t now_ms = ledger_time_now(&b->time.ledger, now.wall_ms, now.mono_ms);
    int64_t most_ms = b->waiting.for_page ? CATCH_UP_PAGE_MS : LEASE_CHECK_MS;
    if (b->in_flight.on_its_way)
        return LEASE_CHECK_MS;
    if (b->state->rematch_due || b->passing_over.is_going || b->followers.hurried || due_ms <= now_ms ||
        records_wait(b) || erased_wait(b) || alterations_wait(b))
        return 0;
    return (int)(due_ms - now_ms < most_ms ? due_ms - now_ms : most_ms);
}
