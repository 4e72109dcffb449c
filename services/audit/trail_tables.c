/* trail_tables.c: what each kind of event writes into the trail's plain tables: one function for each kind.
 *
 * The tables follow from the events alone: verify makes them again with this code and compares. No rule of
 * the router is repeated here. What it has decided about a case (owner, state, clocks, what counts as seen or
 * told) stands in the events, and is written down as it stands.
 */
#include "services/audit/trail_tables.h"

#include <assert.h>
#include <stdbool.h>

#include "proto/words/words.h"
#include "services/audit/national.h"
#include "services/audit/trail_beside.h"
#include "services/audit/trail_closing.h"
#include "services/audit/trail_detention.h"
#include "services/audit/trail_duty.h"
#include "services/audit/trail_erasure.h"
#include "services/audit/trail_facts.h"
#include "services/audit/trail_missing.h"
#include "services/audit/trail_passed.h"
#include "services/audit/trail_undo.h"

#define RUN(text, ...) sql_run(sql, text, SQL_VALUES(__VA_ARGS__))
#define SEQ            sql_integer((int64_t)event->seq)
#define AT             sql_integer(event->at_ms)
#define REFERRAL       sql_uuid(&event->referral)

typedef Concordat__V1__Event event_t;

/* ---- parts that several kinds share ---- */

static int end_acceptance_row(struct sql *sql, const event_t *event, const char *team, const char *ended_as)
{
    return RUN("UPDATE acceptance SET ended_seq = ?3, ended_at_ms = ?4, ended_as = ?5"
               " WHERE referral = ?1 AND ended_seq IS NULL AND (?2 IS NULL OR team = ?2)",
               REFERRAL, sql_text(team), SEQ, AT, sql_text(ended_as));
}

static int add_finding_rows(struct sql *sql, const event_t *event, size_t count,
                            Concordat__V1__Considered **considered)
{
    int done = SQLITE_OK;
    for (size_t i = 0; i < count && done == SQLITE_OK; i++) {
        const Concordat__V1__Considered *team = considered[i];
        done =
            RUN("INSERT INTO finding (seq, position, team, finding, rung, times_asked, free_places,"
                " capacity_age_min, load) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                SEQ, sql_integer((int64_t)i + 1), sql_text(team->team), WORDS(consideration, team->finding),
                sql_integer(team->rung), sql_integer(team->times_asked),
                team->capacity_known ? sql_integer(team->free_places) : sql_text(NULL),
                team->capacity_known ? sql_integer(team->capacity_age_minutes) : sql_text(NULL),
                sql_integer(team->load));
    }
    return done;
}

static int note_assessment(struct sql *sql, const event_t *event, Concordat__V1__Answered answered,
                           int64_t at_ms)
{
    if (answered == CONCORDAT__V1__ANSWERED__ANSWERED_UNSPECIFIED)
        return SQLITE_OK;
    bool yes = answered == CONCORDAT__V1__ANSWERED__ANSWERED_YES;
    return RUN("UPDATE referral SET psychosocially_assessed = ?2, psychosocially_assessed_at_ms ="
               " CASE WHEN ?3 THEN coalesce(psychosocially_assessed_at_ms, ?4) END WHERE referral = ?1",
               REFERRAL, WORDS(answered, answered), sql_integer(yes), sql_integer(at_ms));
}

static int end_referral_row(struct sql *sql, const event_t *event)
{
    return RUN("UPDATE referral SET ended_at_ms = ?2 WHERE referral = ?1", REFERRAL, AT);
}

/* ---- one function for each kind ---- */

static int keep_received(struct sql *sql, const event_t *event)
{
    const Concordat__V1__Received *what = event->received;
    char number[NUMBER_TEXT_BYTES], follows[NUMBER_TEXT_BYTES];
    words_number(event->number, event->drill, number);
    if (what->follows)
        words_number(what->follows, event->drill, follows);
    int done = RUN("INSERT INTO referral (referral, number, drill, received_at_ms, entered_at_ms, follows)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   REFERRAL, sql_text(number), sql_integer(event->drill),
                   sql_integer(what->telephoned ? what->rang_ms : event->at_ms),
                   sql_time(what->telephoned ? event->at_ms : 0), sql_text(what->follows ? follows : NULL));
    if (done != SQLITE_OK || !what->referral)
        return done;
    struct trail_routing used = {what->area, what->routed_as, what->n_flags, what->flags, what->routed_age};
    return trail_facts_set(sql, &event->referral, what->referral, &used);
}

static int add_change_rows(struct sql *sql, const event_t *event)
{
    int done = SQLITE_OK;
    for (size_t i = 0; i < event->updated->n_changed && done == SQLITE_OK; i++) {
        const Concordat__V1__Change *change = event->updated->changed[i];
        done = RUN("INSERT INTO change (seq, position, referral, field, was, became, cleared)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                   SEQ, sql_integer((int64_t)i + 1), REFERRAL, sql_text(change->field),
                   sql_text(change->before), sql_text(change->after), sql_integer(change->cleared));
    }
    return done;
}

static int keep_updated(struct sql *sql, const event_t *event)
{
    const Concordat__V1__Updated *what = event->updated;
    int done = add_change_rows(sql, event);
    if (!what->referral || done != SQLITE_OK)
        return done;
    struct trail_routing used = {what->area, what->routed_as, what->n_flags, what->flags, what->routed_age};
    return trail_facts_set(sql, &event->referral, what->referral, &used);
}

static int keep_differences(struct sql *sql, const event_t *event)
{
    const Concordat__V1__Offered *what = event->offered;
    if (what->n_differs == 0)
        return SQLITE_OK;
    sqlite3_str *words = sqlite3_str_new(NULL);
    for (size_t i = 0; i < what->n_differs; i++)
        trail_facts_add_word(words, &concordat__v1__consideration__descriptor, (int)what->differs[i]);
    int out_of_memory = sqlite3_str_errcode(words);
    char *text = sqlite3_str_finish(words);
    int done = SQLITE_NOMEM;
    if (out_of_memory == SQLITE_OK)
        done = RUN("UPDATE offer SET differs = ?3 WHERE referral = ?1 AND attempt = ?2", REFERRAL,
                   sql_integer(what->attempt), sql_text(text));
    sqlite3_free(text);
    return done;
}

static int keep_offer_shortened(struct sql *sql, const event_t *event)
{
    const Concordat__V1__OfferShortened *what = event->offer_shortened;
    return RUN("UPDATE offer SET expires_at_ms = ?3 WHERE referral = ?1 AND attempt = ?2", REFERRAL,
               sql_integer(what->attempt), sql_time(what->expires_ms));
}

static int keep_offered(struct sql *sql, const event_t *event)
{
    const Concordat__V1__Offered *what = event->offered;
    const Concordat__V1__Considered *chosen = NULL;
    for (size_t i = 0; i < what->n_considered; i++)
        if (what->considered[i]->finding == CONCORDAT__V1__CONSIDERATION__CONSIDERATION_CHOSEN)
            chosen = what->considered[i];
    bool shown = chosen && chosen->capacity_known;
    int done = RUN(
        "INSERT INTO offer (referral, attempt, team, round, handover, assigned, late, sought, offered_seq,"
        " offered_at_ms, expires_at_ms, free_places_shown, capacity_age_min)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?12, ?13, ?7, ?8, ?9, ?10, ?11)",
        REFERRAL, sql_integer(what->attempt), sql_text(what->team), sql_integer(what->round),
        sql_integer(what->handover), sql_integer(what->assigned), SEQ, AT, sql_time(what->expires_ms),
        shown ? sql_integer(chosen->free_places) : sql_text(NULL),
        shown ? sql_integer(chosen->capacity_age_minutes) : sql_text(NULL), sql_integer(what->late),
        sql_integer(what->sought));
    if (done == SQLITE_OK)
        done = keep_differences(sql, event);
    if (done == SQLITE_OK)
        done =
            RUN("UPDATE referral SET offers = offers + 1, first_offer_at_ms = coalesce(first_offer_at_ms, ?2)"
                " WHERE referral = ?1",
                REFERRAL, AT);
    if (done == SQLITE_OK)
        done =
            RUN("INSERT INTO decision (seq, referral, at_ms, result, team, round, assigned, handover, policy)"
                " VALUES (?1, ?2, ?3, 'offered', ?4, ?5, ?6, ?7, ?8)",
                SEQ, REFERRAL, AT, sql_text(what->team), sql_integer(what->round),
                sql_integer(what->assigned), sql_integer(what->handover), sql_hex(&what->policy));
    if (done == SQLITE_OK)
        done = add_finding_rows(sql, event, what->n_considered, what->considered);
    return done;
}

static int keep_offer_seen(struct sql *sql, const event_t *event)
{
    return RUN("UPDATE offer SET delivered_at_ms = coalesce(delivered_at_ms, ?3),"
               " seen_at_ms = CASE WHEN ?4 THEN coalesce(seen_at_ms, ?3) ELSE seen_at_ms END"
               " WHERE referral = ?1 AND attempt = ?2",
               REFERRAL, sql_integer(event->offer_seen->attempt), AT,
               sql_integer(event->offer_seen->by_person));
}

static int end_offer_row(struct sql *sql, const event_t *event, uint32_t attempt, Concordat__V1__OfferEnd end,
                         Concordat__V1__DeclineReason reason)
{
    return RUN(
        "UPDATE offer SET ended_seq = ?3, ended_at_ms = ?4, ended_as = ?5, reason = ?6, reason_code = ?7"
        " WHERE referral = ?1 AND attempt = ?2 AND ended_seq IS NULL",
        REFERRAL, sql_integer(attempt), SEQ, AT, WORDS(offer_end, end), WORDS(decline_reason, reason),
        CODE(decline_reason, reason));
}

static int keep_offer_ended(struct sql *sql, const event_t *event)
{
    const Concordat__V1__OfferEnded *what = event->offer_ended;
    return end_offer_row(sql, event, what->attempt, what->end, what->reason);
}

static int keep_held(struct sql *sql, const event_t *event)
{
    const Concordat__V1__Held *what = event->held;
    int done =
        RUN("INSERT INTO decision (seq, referral, at_ms, result, coordinator, hold_reason, round, policy)"
            " VALUES (?1, ?2, ?3, 'held', ?4, ?5, ?6, ?7)",
            SEQ, REFERRAL, AT, sql_text(what->coordinator), WORDS(hold_reason, what->reason),
            sql_integer(what->round), sql_hex(&what->policy));
    if (done == SQLITE_OK)
        done = add_finding_rows(sql, event, what->n_considered, what->considered);
    return done;
}

static int keep_sought(struct sql *sql, const event_t *event)
{
    const Concordat__V1__Sought *what = event->sought;
    int done = RUN("INSERT INTO decision (seq, referral, at_ms, result, hold_reason, round, policy)"
                   " VALUES (?1, ?2, ?3, 'sought', ?4, ?5, ?6)",
                   SEQ, REFERRAL, AT, WORDS(hold_reason, what->reason), sql_integer(what->round),
                   sql_hex(&what->policy));
    return done != SQLITE_OK ? done : add_finding_rows(sql, event, what->n_considered, what->considered);
}

static int keep_wish_recorded(struct sql *sql, const event_t *event)
{
    return RUN("INSERT INTO wish (seq, referral, at_ms, actor, wish) VALUES (?1, ?2, ?3, ?4, ?5)", SEQ,
               REFERRAL, AT, sql_text(event->actor), WORDS(wish, event->wish_recorded->wish));
}

static int keep_accepted(struct sql *sql, const event_t *event)
{
    const Concordat__V1__Accepted *what = event->accepted;
    int done = end_offer_row(sql, event, what->attempt, CONCORDAT__V1__OFFER_END__OFFER_END_ACCEPTED,
                             CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_UNSPECIFIED);
    /* Only the team that is named as handing over gives the case up. If another team held it, both show as
     * holding it. */
    if (done == SQLITE_OK && what->previous_team[0] != '\0')
        done = end_acceptance_row(sql, event, what->previous_team, "handed over");
    if (done == SQLITE_OK)
        done = RUN("INSERT INTO acceptance (seq, referral, team, accepted_at_ms, expected_arrival_at_ms,"
                   " seeking) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   SEQ, REFERRAL, sql_text(what->team), AT, sql_time(what->expected_arrival_ms),
                   WORDS(seeking, what->seeking));
    if (done == SQLITE_OK)
        done = RUN("UPDATE referral SET first_accepted_at_ms = coalesce(first_accepted_at_ms, ?2),"
                   " first_accepted_team = coalesce(first_accepted_team, ?3), last_accepted_team = ?3"
                   " WHERE referral = ?1",
                   REFERRAL, AT, sql_text(what->team));
    return done;
}

static int note_contact(struct sql *sql, const event_t *event, int64_t occurred_ms)
{
    int done = RUN("UPDATE referral SET first_contact_at_ms = min(coalesce(first_contact_at_ms, ?2), ?2)"
                   " WHERE referral = ?1",
                   REFERRAL, sql_integer(occurred_ms));
    if (done == SQLITE_OK && event->checked_in->counts_as_seen)
        done = RUN("UPDATE referral SET first_face_to_face_at_ms = max(received_at_ms,"
                   " min(coalesce(first_face_to_face_at_ms, ?2), ?2)) WHERE referral = ?1",
                   REFERRAL, sql_integer(occurred_ms));
    return done;
}

static int keep_checked_in(struct sql *sql, const event_t *event)
{
    const Concordat__V1__CheckedIn *what = event->checked_in;
    Concordat__V1__Instant missing = CONCORDAT__V1__INSTANT__INIT;
    const Concordat__V1__Instant *occurred = what->occurred ? what->occurred : &missing;
    int done = RUN("INSERT INTO check_in (seq, referral, at_ms, team, step, occurred_at_ms, occurred_basis,"
                   " mechanism, mechanism_code, attend_status, attend_code, counts_as_seen, before_receipt)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                   SEQ, REFERRAL, AT, sql_text(what->team), WORDS(step, what->step),
                   sql_time(occurred->unix_ms), WORDS(basis, occurred->basis),
                   WORDS(contact_mechanism, what->mechanism), CODE(contact_mechanism, what->mechanism),
                   WORDS(attend_status, what->attend_status), CODE(attend_status, what->attend_status),
                   sql_integer(what->counts_as_seen), sql_integer(what->before_receipt));
    if (done == SQLITE_OK && what->step == CONCORDAT__V1__STEP__STEP_CONTACT)
        done = note_contact(sql, event, occurred->unix_ms);
    if (done == SQLITE_OK)
        done = note_assessment(sql, event, what->psychosocially_assessed, occurred->unix_ms);
    return done;
}

static int keep_lease_warned(struct sql *sql, const event_t *event)
{
    return RUN("UPDATE acceptance SET warned_at_ms = coalesce(warned_at_ms, ?2)"
               " WHERE referral = ?1 AND ended_seq IS NULL",
               REFERRAL, AT);
}

static int keep_lease_lapsed(struct sql *sql, const event_t *event)
{
    return end_acceptance_row(sql, event, event->lease_lapsed->team, "lapsed");
}

static int keep_taken(struct sql *sql, const event_t *event)
{
    const char *team = event->taken->previous_team;
    return team[0] ? end_acceptance_row(sql, event, team, "taken by the coordinator") : SQLITE_OK;
}

static int keep_given_back(struct sql *sql, const event_t *event)
{
    return end_acceptance_row(sql, event, event->given_back->team, "given back");
}

static int keep_closed(struct sql *sql, const event_t *event)
{
    const Concordat__V1__Closed *what = event->closed;
    int done = RUN("UPDATE referral SET outcome = ?2, closed_by = ?3, closing_code = ?4, without_contact = ?5"
                   " WHERE referral = ?1",
                   REFERRAL, WORDS(outcome, what->outcome), sql_text(what->by), sql_text(what->note_code),
                   WORDS(without_contact, what->without_contact));
    if (done == SQLITE_OK)
        done = note_assessment(sql, event, what->psychosocially_assessed, event->at_ms);
    if (done == SQLITE_OK)
        done = end_acceptance_row(sql, event, NULL, "closed");
    if (done == SQLITE_OK)
        done = end_referral_row(sql, event);
    return done;
}

static int keep_closing_asked(struct sql *sql, const event_t *event)
{
    int done = end_acceptance_row(sql, event, event->closing_asked->team, "closing asked");
    return done != SQLITE_OK ? done : trail_keep_closing_asked(sql, event);
}

static int keep_went_missing(struct sql *sql, const event_t *event)
{
    int done = end_acceptance_row(sql, event, NULL, "missing");
    return done != SQLITE_OK ? done : trail_keep_went_missing(sql, event);
}

static int keep_withdrawn(struct sql *sql, const event_t *event)
{
    int done = end_acceptance_row(sql, event, NULL, "withdrawn");
    if (done == SQLITE_OK)
        done = end_referral_row(sql, event);
    return done;
}

static int keep_referrer_told(struct sql *sql, const event_t *event)
{
    if (!event->referrer_told->counts_as_told)
        return SQLITE_OK;
    return RUN("UPDATE referral SET referrer_told_at_ms = coalesce(referrer_told_at_ms, ?2)"
               " WHERE referral = ?1",
               REFERRAL, AT);
}

static int keep_clock_breached(struct sql *sql, const event_t *event)
{
    const Concordat__V1__ClockBreached *what = event->clock_breached;
    int done = RUN("INSERT INTO breach (seq, referral, at_ms, clock, standard, due_at_ms)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   SEQ, REFERRAL, AT, WORDS(clock, what->clock), sql_text(what->standard),
                   sql_integer(what->due_ms));
    if (done == SQLITE_OK)
        done = RUN("UPDATE clock SET breached_at_ms = ?3 WHERE referral = ?1 AND clock = ?2", REFERRAL,
                   WORDS(clock, what->clock), AT);
    return done;
}

static int keep_record_read(struct sql *sql, const event_t *event)
{
    const Concordat__V1__RecordRead *what = event->record_read;
    return RUN("INSERT INTO record_read (seq, referral, at_ms, actor, role, on_behalf_of, break_glass, who)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
               SEQ, REFERRAL, AT, sql_text(event->actor), WORDS(role, what->role), sql_text(what->of),
               WORDS(break_glass, what->break_glass), sql_integer(what->who));
}

static int keep_presence_changed(struct sql *sql, const event_t *event)
{
    const Concordat__V1__PresenceChanged *what = event->presence_changed;
    return RUN("INSERT INTO presence (seq, at_ms, team, coordinator, present, lapsed)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
               SEQ, AT, sql_text(what->team), sql_text(what->coordinator), sql_integer(what->present),
               sql_integer(what->lapsed));
}

static int keep_capacity_claimed(struct sql *sql, const event_t *event)
{
    const Concordat__V1__CapacityClaimed *what = event->capacity_claimed;
    return RUN(
        "INSERT INTO capacity (seq, at_ms, team, free_places, good_until_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        SEQ, AT, sql_text(what->team), sql_integer(what->free_places), sql_time(what->good_until_ms));
}

static int keep_policy_loaded(struct sql *sql, const event_t *event)
{
    const Concordat__V1__PolicyLoaded *what = event->policy_loaded;
    int done =
        RUN("INSERT INTO policy (seq, at_ms, digest) VALUES (?1, ?2, ?3)", SEQ, AT, sql_hex(&what->digest));
    if (done == SQLITE_OK)
        done = sql_run(sql, "UPDATE team SET in_force = 0", NULL, 0);
    for (size_t i = 0; i < what->n_teams && done == SQLITE_OK; i++) {
        const Concordat__V1__KnownTeam *team = what->teams[i];
        done = RUN("INSERT INTO team (team, name, team_type, organisation, telephone, in_force)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT (team) DO UPDATE SET"
                   " name = ?2, team_type = ?3, organisation = ?4, telephone = ?5, in_force = 1",
                   sql_text(team->id), sql_text(team->name), sql_text(team->team_type),
                   sql_text(team->organisation), sql_text(team->telephone));
    }
    return done;
}

static int keep_command_refused(struct sql *sql, const event_t *event)
{
    const Concordat__V1__CommandRefused *what = event->command_refused;
    return RUN("INSERT INTO refused_command (seq, referral, at_ms, actor, command, refusal, left_out)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
               SEQ, REFERRAL, AT, sql_text(event->actor), sql_text(what->command),
               WORDS(refusal, what->refusal), sql_integer(what->left_out));
}

static int keep_broker_started(struct sql *sql, const event_t *event)
{
    const Concordat__V1__BrokerStarted *what = event->broker_started;
    return RUN("INSERT INTO broker_start (seq, at_ms, version, replayed, state_digest)"
               " VALUES (?1, ?2, ?3, ?4, ?5)",
               SEQ, AT, sql_text(what->version), sql_integer((int64_t)what->replayed),
               sql_hex(&what->state_digest));
}

static int keep_alteration_found(struct sql *sql, const event_t *event)
{
    const Concordat__V1__AlterationFound *what = event->alteration_found;
    return RUN("INSERT INTO alteration (seq, at_ms, referral, what, of) VALUES (?1, ?2, ?3, ?4, ?5)", SEQ, AT,
               REFERRAL, WORDS(alteration, what->what), sql_integer((int64_t)what->of));
}

static int keep_snapshot_kept(struct sql *sql, const event_t *event)
{
    const Concordat__V1__SnapshotKept *what = event->snapshot_kept;
    return RUN("INSERT INTO snapshot (seq, at_ms, of, state_digest) VALUES (?1, ?2, ?3, ?4)", SEQ, AT,
               sql_integer((int64_t)what->of), sql_hex(&what->state_digest));
}

static int keep_area_covered(struct sql *sql, const event_t *event)
{
    const Concordat__V1__AreaCovered *what = event->area_covered;
    return RUN("INSERT INTO cover (seq, at_ms, coordinator, area, until_ms, reason, actor)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
               SEQ, AT, sql_text(what->coordinator), sql_text(what->area), sql_integer(what->until_ms),
               WORDS(cover_reason, what->reason), sql_text(event->actor));
}

/* The clocks of a detention run by what a sender stated, and keep their UTC, as the event says. */
static int keep_clock_corrected(struct sql *sql, const event_t *event)
{
    const Concordat__V1__ClockCorrected *what = event->clock_corrected;
    struct sql_value ahead = sql_integer(what->ahead_ms - what->behind_ms);
    int done = RUN("WITH moved (by_ms) AS (SELECT ?1 - coalesce((SELECT ahead_ms FROM clock_correction"
                   "   ORDER BY seq DESC LIMIT 1), 0))"
                   " UPDATE clock SET started_at_ms = started_at_ms + by_ms, due_at_ms = due_at_ms + by_ms"
                   " FROM moved WHERE stopped_at_ms IS NULL AND clock IN ('section 136', 'handover',"
                   "  'examined', 'interviewed', 'health check', 'custody review', 'escape')"
                   " AND referral IN (SELECT referral FROM referral WHERE ended_at_ms IS NULL)",
                   ahead);
    if (done != SQLITE_OK)
        return done;
    return RUN("INSERT INTO clock_correction (seq, at_ms, ahead_ms, confirmed) VALUES (?1, ?2, ?3, ?4)", SEQ,
               AT, ahead, sql_integer(what->confirmed));
}

/* ---- which function for which kind ---- */

typedef int apply_kind(struct sql *sql, const event_t *event);

static const struct {
    Concordat__V1__Event__WhatCase kind;
    apply_kind *apply; /* NULL: all that is kept is what every event of a referral says */
} kinds[] = {
    {CONCORDAT__V1__EVENT__WHAT_RECEIVED, keep_received},
    {CONCORDAT__V1__EVENT__WHAT_OFFERED, keep_offered},
    {CONCORDAT__V1__EVENT__WHAT_OFFER_SEEN, keep_offer_seen},
    {CONCORDAT__V1__EVENT__WHAT_OFFER_ENDED, keep_offer_ended},
    {CONCORDAT__V1__EVENT__WHAT_HELD, keep_held},
    {CONCORDAT__V1__EVENT__WHAT_REMINDED, trail_keep_reminded},
    {CONCORDAT__V1__EVENT__WHAT_TAKEN, keep_taken},
    {CONCORDAT__V1__EVENT__WHAT_GIVEN_BACK, keep_given_back},
    {CONCORDAT__V1__EVENT__WHAT_ACCEPTED, keep_accepted},
    {CONCORDAT__V1__EVENT__WHAT_CHECKED_IN, keep_checked_in},
    {CONCORDAT__V1__EVENT__WHAT_LEASE_WARNED, keep_lease_warned},
    {CONCORDAT__V1__EVENT__WHAT_LEASE_LAPSED, keep_lease_lapsed},
    {CONCORDAT__V1__EVENT__WHAT_UPDATED, keep_updated},
    {CONCORDAT__V1__EVENT__WHAT_CLOSED, keep_closed},
    {CONCORDAT__V1__EVENT__WHAT_CLOSING_ASKED, keep_closing_asked},
    {CONCORDAT__V1__EVENT__WHAT_KEPT_OPEN, trail_keep_kept_open},
    {CONCORDAT__V1__EVENT__WHAT_WITHDRAWN, keep_withdrawn},
    {CONCORDAT__V1__EVENT__WHAT_REOPENED, trail_keep_reopened},
    {CONCORDAT__V1__EVENT__WHAT_PASSED_ON, trail_keep_passed_on},
    {CONCORDAT__V1__EVENT__WHAT_REFERRER_TOLD, keep_referrer_told},
    {CONCORDAT__V1__EVENT__WHAT_CLOCK_BREACHED, keep_clock_breached},
    {CONCORDAT__V1__EVENT__WHAT_RECORD_READ, keep_record_read},
    {CONCORDAT__V1__EVENT__WHAT_ERASED, trail_keep_erased},
    {CONCORDAT__V1__EVENT__WHAT_HOLD_SET, trail_keep_hold_set},
    {CONCORDAT__V1__EVENT__WHAT_HOLD_LIFTED, trail_keep_hold_lifted},
    {CONCORDAT__V1__EVENT__WHAT_PRESENCE_CHANGED, keep_presence_changed},
    {CONCORDAT__V1__EVENT__WHAT_CAPACITY_CLAIMED, keep_capacity_claimed},
    {CONCORDAT__V1__EVENT__WHAT_POLICY_LOADED, keep_policy_loaded},
    {CONCORDAT__V1__EVENT__WHAT_COMMAND_REFUSED, keep_command_refused},
    {CONCORDAT__V1__EVENT__WHAT_BROKER_STARTED, keep_broker_started},
    {CONCORDAT__V1__EVENT__WHAT_AREA_COVERED, keep_area_covered},
    {CONCORDAT__V1__EVENT__WHAT_ALTERATION_FOUND, keep_alteration_found},
    {CONCORDAT__V1__EVENT__WHAT_SNAPSHOT_BEGUN, NULL},
    {CONCORDAT__V1__EVENT__WHAT_SNAPSHOT_KEPT, keep_snapshot_kept},
    {CONCORDAT__V1__EVENT__WHAT_CLOCK_CORRECTED, keep_clock_corrected},
    {CONCORDAT__V1__EVENT__WHAT_DETENTION_NOTED, trail_keep_detention},
    {CONCORDAT__V1__EVENT__WHAT_CLOCK_WARNED, trail_keep_clock_warned},
    {CONCORDAT__V1__EVENT__WHAT_SOUGHT, keep_sought},
    {CONCORDAT__V1__EVENT__WHAT_WISH_RECORDED, keep_wish_recorded},
    {CONCORDAT__V1__EVENT__WHAT_CHANGES_SEEN, trail_keep_changes_seen},
    {CONCORDAT__V1__EVENT__WHAT_OFFER_SHORTENED, keep_offer_shortened},
    {CONCORDAT__V1__EVENT__WHAT_PASSED_OVER, trail_keep_passed_over},
    {CONCORDAT__V1__EVENT__WHAT_ACKNOWLEDGED, trail_keep_acknowledged},
    {CONCORDAT__V1__EVENT__WHAT_ASKED_AGAIN, trail_keep_asked_again},
    {CONCORDAT__V1__EVENT__WHAT_SHIFT_NOTED, trail_keep_shift},
    {CONCORDAT__V1__EVENT__WHAT_MESSAGE_SENT, trail_keep_message},
    {CONCORDAT__V1__EVENT__WHAT_TEAM_SILENT, trail_keep_team_silent},
    {CONCORDAT__V1__EVENT__WHAT_WENT_MISSING, keep_went_missing},
    {CONCORDAT__V1__EVENT__WHAT_CONTACT_TRIED, trail_keep_contact_tried},
    {CONCORDAT__V1__EVENT__WHAT_TRIES_USED_UP, trail_keep_tries_used_up},
    {CONCORDAT__V1__EVENT__WHAT_FOUND, trail_keep_found},
    {CONCORDAT__V1__EVENT__WHAT_BESIDE_NOTED, trail_keep_beside},
    {CONCORDAT__V1__EVENT__WHAT_BESIDE_CHASED, trail_keep_beside_chased},
};

/* ---- what every event of a referral says, whatever its kind ---- */

static int change_clock(struct sql *sql, const event_t *event, const Concordat__V1__ClockChange *change)
{
    struct sql_value clock = WORDS(clock, change->clock), at = sql_integer(change->at_ms);
    switch (change->what) {
    case CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STARTED:
        return RUN("INSERT OR REPLACE INTO clock (referral, clock, standard, started_at_ms, started_basis,"
                   " due_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   REFERRAL, clock, sql_text(change->standard), at, WORDS(basis, change->basis),
                   sql_integer(change->due_ms));
    case CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STOPPED:
        return RUN("UPDATE clock SET stopped_at_ms = ?3 WHERE referral = ?1 AND clock = ?2", REFERRAL, clock,
                   at);
    case CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_VOIDED:
        return RUN("DELETE FROM clock WHERE referral = ?1 AND clock = ?2", REFERRAL, clock);
    case CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_UNSPECIFIED:
    case _CONCORDAT__V1__CLOCK_CHANGE_KIND_IS_INT_SIZE:
        break;
    }
    return SQLITE_CONSTRAINT;
}

/* One interval ends and the next begins whenever who must act, or by when, has changed. */
static int note_owner(struct sql *sql, const event_t *event)
{
    Concordat__V1__Owner nobody = CONCORDAT__V1__OWNER__INIT;
    const Concordat__V1__Owner *owner = event->owner ? event->owner : &nobody;
    struct sql_value kind = WORDS(owner_kind, owner->kind);
    int done = RUN("UPDATE custody_interval SET to_seq = ?5, to_ms = ?6 WHERE referral = ?1 AND to_ms IS NULL"
                   " AND NOT (owner_kind IS ?2 AND owner IS ?3 AND act_by_ms IS ?4)",
                   REFERRAL, kind, sql_text(owner->id), sql_time(owner->act_by_ms), SEQ, AT);
    if (done != SQLITE_OK || kind.kind == SQL_NULL)
        return done;
    return RUN("INSERT INTO custody_interval (referral, from_seq, from_ms, owner_kind, owner, act_by_ms)"
               " SELECT ?1, ?5, ?6, ?2, ?3, ?4 WHERE NOT EXISTS"
               " (SELECT 1 FROM custody_interval WHERE referral = ?1 AND to_ms IS NULL)",
               REFERRAL, kind, sql_text(owner->id), sql_time(owner->act_by_ms), SEQ, AT);
}

static int note_case(struct sql *sql, const event_t *event)
{
    if (event->referral.len == 0)
        return SQLITE_OK;
    int done = RUN("UPDATE referral SET state = ?2 WHERE referral = ?1 AND state IS NOT ?2", REFERRAL,
                   WORDS(state, event->state));
    for (size_t i = 0; i < event->n_clocks && done == SQLITE_OK; i++)
        done = change_clock(sql, event, event->clocks[i]);
    return done == SQLITE_OK ? note_owner(sql, event) : done;
}

int trail_tables_apply(struct sql *sql, const Concordat__V1__Event *event)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].kind != event->what_case)
            continue;
        int done = kinds[i].apply ? kinds[i].apply(sql, event) : SQLITE_OK;
        return done == SQLITE_OK ? note_case(sql, event) : done;
    }
    return SQLITE_MISMATCH;
}

const char *trail_tables_kind(const Concordat__V1__Event *event)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&concordat__v1__event__descriptor, event->what_case);
    return field == NULL ? NULL : field->name;
}
