/* time.c: what time brings: leases end, offers run out, held cases are matched again; and what time it is. */
#include "broker/shell/time.h"

#include "broker/shell/adopt.h"
#include "broker/shell/broker.h"
#include "broker/shell/catch_up.h"
#include "broker/shell/inside.h"

enum { DECISIONS_BY_TIME_MAX = 256, LEASE_CHECK_MS = 1000 };
/* Less than the two thirds of the shortest lease in which a team may still renew it. */
enum { NOT_LISTENING_MS = 3000 };
/* Less is an ordinary correction of the clock, and is not reported. */
enum { SET_BACK_LEAST_MS = 10 * 1000 };

/* The ledger's time begins where the ledger ends, whatever the wall clock says. */
struct now time_of_ledger(struct broker *b, struct now now)
{
    struct broker_time *time = &b->time;
    if (!time->begun)
        time->ledger = (struct ledger_time){b->state->counters.at_ms, now.mono_ms};
    time->begun = true;
    int64_t at_ms = ledger_time_follow(&time->ledger, now.wall_ms, now.mono_ms);
    bool is_set_back = at_ms - now.wall_ms >= SET_BACK_LEAST_MS;
    if (is_set_back && !time->is_set_back)
        b->ports.log(
            b->ports.context,
            "the wall clock stands before the ledger's time, which goes on a little slower until the "
            "clock has caught up: look after this machine's clock");
    time->is_set_back = is_set_back;
    time->now_ms = at_ms;
    return (struct now){at_ms, now.mono_ms};
}

/* --- leases ----------------------------------------------------------------------------------------- */

void time_return_leases(struct broker *b, struct now now)
{
    for (uint32_t slot = 0; slot < b->state->teams.count; slot++)
        if (state_team(b->state, (uint16_t)slot)->present && !sessions_lease(&b->sessions, (uint16_t)slot))
            sessions_set_lease(&b->sessions, (uint16_t)slot, now.mono_ms + PRESENCE_RETURN_MS);
}

/* Teams that were not heard of by the end of their lease are no longer present. */
static void lapse_leases(struct broker *b, struct now now)
{
    for (uint32_t slot = 0; slot < b->state->teams.count; slot++) {
        if (!state_team(b->state, (uint16_t)slot)->present ||
            sessions_lease(&b->sessions, (uint16_t)slot) > now.mono_ms)
            continue;
        struct command command = {.kind = COMMAND_PRESENCE, .actor = "", .slot = (uint16_t)slot};
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
    lapse_leases(b, now);
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
    for (int i = 0; b->state->rematch_due && i < DECISIONS_BY_TIME_MAX && state_reserve(b->state, 0); i++) {
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

void broker_time(struct broker *b, struct now now)
{
    now = time_of_ledger(b, now);
    b->time.turn_mono_ms = now.mono_ms;
    check_leases(b, now);
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
    if (b->state->rematch_due || b->followers.hurried || due_ms <= now_ms)
        return 0;
    return (int)(due_ms - now_ms < most_ms ? due_ms - now_ms : most_ms);
}
