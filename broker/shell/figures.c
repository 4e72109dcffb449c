/* figures.c: see figures.h. */
#include "broker/shell/figures.h"

#include <string.h>

#include "broker/shell/broker.h"
#include "broker/shell/counted.h"
#include "broker/shell/inside.h"
#include "proto/words/words.h"

#define SECONDS_OF(time) ((double)(time) / 1000)

/* --- cases --------------------------------------------------------------------------------------------- */

static void write_states(const struct broker *b, const struct counted *figures, struct metrics *m)
{
    static const enum case_state open[] = {CASE_OFFERED,    CASE_HELD,    CASE_TAKEN,      CASE_ACCEPTED,
                                           CASE_TRAVELLING, CASE_ARRIVED, CASE_IN_CONTACT, CASE_MISSING};
    char state[WORDS_MAX];
    metrics_family(m, METRIC_GAUGE, "open_cases", "Cases of people that are open, by area and state.");
    for (uint32_t slot = 0; slot < b->state->areas.count; slot++)
        for (size_t i = 0; i < sizeof open / sizeof *open; i++)
            metrics_sample(m, figures->areas[slot].by_state[open[i]], "area",
                           state_area_id(b->state, (uint16_t)slot), "state",
                           words_kebab(&concordat__v1__state__descriptor, (int)open[i], state), NULL);
}

static void write_areas(const struct broker *b, const struct counted *figures, struct metrics *m)
{
    metrics_family(m, METRIC_GAUGE, "coordinator_cases",
                   "Open cases of people that the duty coordinator of the area has to act on.");
    for (uint32_t slot = 0; slot < b->state->areas.count; slot++)
        metrics_sample(m, figures->areas[slot].of_coordinator, "area",
                       state_area_id(b->state, (uint16_t)slot), NULL);
    metrics_family(m, METRIC_GAUGE, "unheard_reminders",
                   "Reminders of open cases that no coordinator has acknowledged yet.");
    for (uint32_t slot = 0; slot < b->state->areas.count; slot++)
        metrics_sample(m, figures->areas[slot].unheard, "area", state_area_id(b->state, (uint16_t)slot),
                       NULL);
}

static void write_clocks(const struct broker *b, const struct counted *figures, struct metrics *m)
{
    char clock[WORDS_MAX];
    metrics_family(m, METRIC_GAUGE, "late_cases", "Open cases of people whose clock has run out, by clock.");
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++)
        metrics_sample(m, figures->late[kind], "clock",
                       words_kebab(&concordat__v1__clock__descriptor, kind, clock), NULL);
    metrics_family(m, METRIC_COUNTER, "clock_breaches_total",
                   "Clocks of people's cases that have run out, by clock.");
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++)
        metrics_sample(m, (double)b->breached[kind], "clock",
                       words_kebab(&concordat__v1__clock__descriptor, kind, clock), NULL);
}

static void write_cases(const struct broker *b, struct metrics *m)
{
    struct counted figures;
    if (!counted_cases(b, &figures))
        return; /* the next file has them */
    write_states(b, &figures, m);
    write_areas(b, &figures, m);
    write_clocks(b, &figures, m);
    metrics_number(m, METRIC_GAUGE, "open_drills",
                   "Open cases that are drills: what is said to be of people does not count them.",
                   figures.drills);
    metrics_number(m, METRIC_GAUGE, "unowned_cases", "Open cases that nobody owns: always 0.",
                   figures.unowned);
    metrics_number(m, METRIC_GAUGE, "altered_cases",
                   "Open cases of which something that is stored is not what was written.", figures.altered);
    metrics_number(
        m, METRIC_GAUGE, "oldest_case_without_team_seconds",
        "For how long the oldest of the people has waited whose open case no team has; 0 if there is none.",
        figures.oldest_received_ms == INT64_MAX ? 0
                                                : SECONDS_OF(b->time.now_ms - figures.oldest_received_ms));
    metrics_number(m, METRIC_GAUGE, "detentions_ending",
                   "People detained whose hours run out within the policy's time of warning.",
                   figures.ending_soon);
    counted_close(&figures);
}

/* --- messages and connections -------------------------------------------------------------------------- */

static void write_messages(const struct broker *b, struct metrics *m)
{
    char refusal[WORDS_MAX];
    metrics_family(m, METRIC_COUNTER, "requests_total", "Requests within their quota, by class of quota.");
    for (int class = 0; class < QUOTA_CLASS_COUNT; class ++)
        metrics_sample(m, (double)b->quotas.within[class], "class", quotas_name((enum quota_class) class),
                       NULL);
    metrics_family(m, METRIC_COUNTER, "over_quota_total", "Requests beyond their quota, by class of quota.");
    for (int class = 0; class < QUOTA_CLASS_COUNT; class ++)
        metrics_sample(m, (double)b->quotas.beyond[class], "class", quotas_name((enum quota_class) class),
                       NULL);
    metrics_family(m, METRIC_COUNTER, "refusals_total", "Requests that were refused, by refusal.");
    for (int kind = REFUSAL_NONE + 1; kind < REFUSAL_COUNT; kind++)
        if (protobuf_c_enum_descriptor_get_value(&concordat__v1__refusal__descriptor, kind))
            metrics_sample(m, (double)b->refused[kind], "refusal",
                           words_kebab(&concordat__v1__refusal__descriptor, kind, refusal), NULL);
}

static void write_roles(const struct broker *b, struct metrics *m, bool only_behind)
{
    char word[WORDS_MAX];
    for (int role = CONCORDAT__V1__ROLE__ROLE_SOURCE; role <= CONCORDAT__V1__ROLE__ROLE_INSPECTOR; role++) {
        uint32_t count = counted_connections(b, (Concordat__V1__Role)role, only_behind);
        metrics_sample(m, count, "role", words_kebab(&concordat__v1__role__descriptor, role, word), NULL);
    }
}

static bool follows(const struct session *session)
{
    return session->live && session->feed.credit > 0;
}

/* A lost network can leave an older connection of a key behind: the one that has come furthest counts. */
static bool has_come_furthest(const struct broker *b, const struct session *session, uint32_t row)
{
    for (uint32_t other = 0; other < sessions_rows(&b->sessions); other++) {
        const struct session *with = sessions_row(&b->sessions, other);
        if (other != row && follows(with) && strcmp(with->peer.key.name, session->peer.key.name) == 0 &&
            (with->feed.after > session->feed.after ||
             (with->feed.after == session->feed.after && other < row)))
            return false;
    }
    return true;
}

static void write_followers(const struct broker *b, struct metrics *m)
{
    metrics_family(m, METRIC_GAUGE, "follower_behind_events",
                   "Events that a follower of the ledger does not have yet, by the name of its key.");
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        const struct session *session = sessions_row(&b->sessions, row);
        if (!follows(session) || !has_come_furthest(b, session, row))
            continue;
        uint64_t after = session->feed.after;
        metrics_sample(m, after < b->durable_seq ? (double)(b->durable_seq - after) : 0, "follower",
                       session->peer.key.name, NULL);
    }
}

static void write_connections(const struct broker *b, struct metrics *m)
{
    metrics_family(m, METRIC_GAUGE, "connections", "Connections that have said hello, by role.");
    write_roles(b, m, false);
    metrics_family(m, METRIC_GAUGE, "catching_up",
                   "Connections that have not been sent all their open cases yet, by role.");
    write_roles(b, m, true);
    metrics_number(m, METRIC_GAUGE, "records_waiting", "Records that were asked for and not sent yet.",
                   (double)b->turn.records.count);
    write_followers(b, m);
}

/* --- the ledger, its time, its disk, the policy -------------------------------------------------------- */

static void write_time(const struct broker *b, struct metrics *m)
{
    const struct counters *counters = &b->state->counters;
    metrics_number(m, METRIC_COUNTER, "events_total", "Events in the ledger: the number of the newest.",
                   (double)b->durable_seq);
    metrics_number(m, METRIC_GAUGE, "newest_event_seconds",
                   "Time of the newest event, in seconds since 1970 (UTC).",
                   SECONDS_OF(state_utc(b->state, counters->at_ms)));
    metrics_number(m, METRIC_GAUGE, "clock_ahead_seconds",
                   "How far the ledger's time stands ahead of UTC, after a clock that leapt.",
                   SECONDS_OF(counters->ahead_ms));
    metrics_number(m, METRIC_GAUGE, "clock_leapt",
                   "1 if the wall clock has leapt and is not believed until it is confirmed.",
                   b->time.doubt == CLOCK_LEAPT);
    metrics_number(m, METRIC_GAUGE, "clock_set_back",
                   "1 if the wall clock was set back a little, and the ledger's time waits for it.",
                   b->time.doubt == CLOCK_SET_BACK);
    metrics_number(m, METRIC_GAUGE, "clock_synchronised",
                   "1 if the system says that its clock is synchronised.",
                   b->ports.clock_is_synchronised(b->ports.context));
}

static void write_disk(const struct broker *b, struct metrics *m)
{
    const struct disk_room disk = b->ports.disk(b->ports.context);
    metrics_number(m, METRIC_GAUGE, "disk_free_bytes", "Free room on the disk of the ledger.",
                   (double)disk.free_bytes);
    metrics_number(m, METRIC_GAUGE, "disk_floor_bytes",
                   "With less free room long referrals are refused, and with a quarter of it all of them.",
                   (double)disk.floor_bytes);
}

static void write_policy_figures(const struct broker *b, struct metrics *m)
{
    metrics_number(m, METRIC_GAUGE, "bank_holidays_end_seconds",
                   "End of the last bank holiday that the policy lists, in seconds since 1970.",
                   SECONDS_OF(counted_holidays_end_ms(b)));
    metrics_number(m, METRIC_GAUGE, "altered",
                   "1 if something that is stored, of no case, was found not to be what was written.",
                   b->state->counters.altered != 0);
}

void figures_write(const struct broker *b, struct metrics *m)
{
    write_time(b, m);
    write_cases(b, m);
    write_messages(b, m);
    write_connections(b, m);
    write_disk(b, m);
    write_policy_figures(b, m);
}
