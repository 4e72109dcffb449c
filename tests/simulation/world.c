/* world.c: one seeded world: its people and its loop. */
#include "tests/simulation/world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/simulation/host.h"

enum { MESSAGE_ARENA_BYTES = 12 * 1024 * 1024, STEPS_MAX = 20 * 1000 * 1000 };

void world_violated(struct world *w, const char *checker, const char *format, ...)
{
    if (w->violation.found)
        return;
    w->violation.found = true;
    w->violation.checker = checker;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(w->violation.text, sizeof w->violation.text, format, arguments);
    va_end(arguments);
}

void world_note(struct world *w, const char *who, const char *what, const uint8_t *referral, uint64_t number)
{
    journal_note(&w->journal, w->now_ms, who, what, referral, number);
}

bool world_has(const struct world *w, enum fault fault)
{
    return w->options.on[fault] && !w->healing;
}

/* Each fault of the disk ends the router, which then reads every event again. Its disk does so no more often
 * than this, because a long world would take as long as a thousand others. */
static bool is_spared(const struct world *w, enum fault fault)
{
    enum { RESTARTS_MOST = 60 };
    return fault >= FAULT_DISK_FULL && fault <= FAULT_READ && w->restarts >= RESTARTS_MOST &&
           !w->options.large;
}

bool world_strikes(struct world *w, enum fault fault)
{
    if (is_spared(w, fault))
        return false;
    struct random *random = fault <= FAULT_REORDER ? &w->network : &w->faults;
    return world_has(w, fault) && random_chance(random, (uint32_t)w->options.rate[fault]);
}

void world_later(struct world *w, int64_t ms, enum what what, int who, uint64_t number)
{
    timeline_add(&w->timeline,
                 (struct happening){.at_ms = w->now_ms + ms, .what = what, .who = who, .number = number});
}

/* Returns the broker's clocks. The monotonic clock is true apart from its drift; people also set the wall
 * clock. */
struct now world_clock(const struct world *w)
{
    int64_t passed_ms = w->now_ms - w->options.began_ms;
    int64_t drift_ms =
        w->options.on[FAULT_CLOCK_DRIFT] ? passed_ms * w->options.rate[FAULT_CLOCK_DRIFT] / MILLION : 0;
    return (struct now){.wall_ms = w->now_ms + drift_ms + w->wall_offset_ms,
                        .mono_ms = passed_ms + drift_ms + HOURS(1)};
}

static bool clock_is_right(const struct world *w)
{
    return w->wall_offset_ms > -SECONDS(1) && w->wall_offset_ms < SECONDS(1) && w->clock_is_vouched;
}

void world_clock_is(struct world *w, int64_t wrong_ms, bool vouched)
{
    w->clock_was_right = clock_is_right(w) && world_clock_binds(w);
    w->wall_offset_ms = wrong_ms;
    w->clock_is_vouched = vouched;
    w->clock_since_ms = w->now_ms;
    world_note(w, "clock", wrong_ms < 0 ? "is set behind" : "is set ahead", NULL,
               (uint64_t)(wrong_ms < 0 ? -wrong_ms : wrong_ms));
}

/* From a minute after it is right, and until it has been wrong for a while. A broker that starts has only the
 * wall clock to go by. */
bool world_clock_binds(const struct world *w)
{
    int64_t since_ms = w->now_ms - w->clock_since_ms, up_ms = w->now_ms - w->host.started_ms;
    if (clock_is_right(w))
        return since_ms >= MINUTES(1) && up_ms >= MINUTES(1);
    return w->clock_was_right && since_ms < SECONDS(25) && up_ms > since_ms;
}

/* --- who is in it ----------------------------------------------------------------------------------- */

static void add_teams(struct world *w)
{
    const struct policy *policy = &w->policies[0]->policy;
    for (int team = 0; team < policy->team_count && team < w->options.teams; team++) {
        for (int device = 0; device < w->options.devices; device++) {
            char name[NAME_BYTES];
            snprintf(name, sizeof name, "%s-%d", policy->teams[team].id, device + 1);
            peer_add(w, PEER_TEAM, name, policy->teams[team].id);
        }
    }
}

static bool has_coordinator(const struct world *w, const char *id)
{
    for (int i = 0; i < w->peer_count; i++)
        if (w->peers[i].kind == PEER_COORDINATOR && strcmp(w->peers[i].key.of, id) == 0)
            return true;
    return false;
}

/* Those of every policy: one who is in none now has a key all the same. */
static void add_coordinators(struct world *w)
{
    for (int i = 0; i < POLICIES; i++) {
        const struct policy *policy = &w->policies[i]->policy;
        for (int j = 0; j < policy->coordinator_count; j++) {
            const char *id = policy->coordinators[j].id;
            char name[NAME_BYTES];
            snprintf(name, sizeof name, "%s-1", id);
            if (!has_coordinator(w, id))
                peer_add(w, PEER_COORDINATOR, name, id);
        }
    }
}

static void add_strangers(struct world *w)
{
    static const char *const sources[] = {"street-triage", "emergency-department"};
    const struct policy *policy = &w->policies[0]->policy;
    for (int i = 0; i < w->options.strangers; i++) {
        char name[NAME_BYTES];
        snprintf(name, sizeof name, "stranger-%d", i + 1);
        struct peer *p = peer_add(w, PEER_STRANGER, name, policy->teams[0].id);
        p->key.role = (Concordat__V1__Role)random_between(&w->people, CONCORDAT__V1__ROLE__ROLE_SOURCE,
                                                          CONCORDAT__V1__ROLE__ROLE_INSPECTOR);
        const char *of = p->key.role == CONCORDAT__V1__ROLE__ROLE_TEAM     ? policy->teams[0].id
                         : p->key.role == CONCORDAT__V1__ROLE__ROLE_SOURCE ? sources[i % 2]
                                                                           : "nobody";
        snprintf(p->key.of, sizeof p->key.of, "%s", of);
    }
}

static void add_peers(struct world *w)
{
    static const char *const sources[] = {"street-triage", "liaison-and-diversion", "emergency-department"};
    char name[NAME_BYTES];
    for (int i = 0; i < w->options.intakes; i++) {
        snprintf(name, sizeof name, "intake-%d", i + 1);
        peer_add(w, PEER_INTAKE, name, sources[i % 3]);
    }
    add_teams(w);
    add_coordinators(w);
    for (int i = 0; i < w->options.auditors; i++) {
        snprintf(name, sizeof name, "auditor-%d", i + 1);
        struct peer *auditor = peer_add(w, PEER_AUDITOR, name, "ZZA01");
        if (i % 2)
            auditor->key.role = CONCORDAT__V1__ROLE__ROLE_INSPECTOR;
    }
    peer_add(w, PEER_INSPECTOR, "records-1", "ZZR01");
    add_strangers(w);
}

/* --- its loop --------------------------------------------------------------------------------------- */

static struct world *open_world(const struct options *options)
{
    struct world *w = calloc(1, sizeof *w);
    assert(w);
    int no_memory = arena_open(&w->arena, MESSAGE_ARENA_BYTES);
    assert(!no_memory);
    (void)no_memory;
    w->options = *options;
    w->now_ms = w->clock_since_ms = options->began_ms;
    w->clock_is_vouched = true;
    random_open(&w->faults, options->seed, "faults", 0);
    random_open(&w->network, options->seed, "network", 0);
    random_open(&w->people, options->seed, "people", 0);
    random_open(&w->keys, options->seed, "keys", 0);
    witness_open(&w->witness);
    for (int i = 0; i < POLICIES; i++)
        w->policies[i] = region_draw(options, i);
    add_peers(w);
    operator_begins(w);
    host_open(w);
    faults_begin(w);
    return w;
}

void world_close(struct world **world)
{
    struct world *w = *world;
    host_close(w);
    operator_close(&w->operator);
    for (int i = 0; i < w->peer_count; i++)
        peer_close(&w->peers[i]);
    for (int i = 0; i < POLICIES; i++)
        policy_file_destroy(&w->policies[i]);
    timeline_close(&w->timeline);
    witness_close(&w->witness);
    store_close(&w->store);
    arena_close(&w->arena);
    free(w);
    *world = NULL;
}

static void happen(struct world *w, const struct happening *h)
{
    switch (h->what) {
    case AT_BROKER:
        host_receives(w, h->letter);
        break;
    case AT_PEER:
        network_arrives_at_peer(w, h->letter);
        break;
    case PEER_WAKES:
        peer_wakes(w, &w->peers[h->who]);
        break;
    case TURN:
        host_turn(w);
        break;
    case BROKER_STARTS:
        if (!w->host.broker)
            host_start(w);
        break;
    case SOMETHING_FAILS:
        faults_strike(w, (enum fault)h->who);
        break;
    case SOMETHING_MENDS:
        faults_mend(w, (enum fault)h->who, h->number);
        break;
    case LOOK:
        healing_look(w);
        break;
    }
}

struct world *world_run(const struct options *options)
{
    struct world *w = open_world(options);
    struct happening happening;
    int64_t faults_end_ms = options->began_ms + options->lasting_ms;
    while (!w->violation.found && !w->finished && timeline_next(&w->timeline, &happening)) {
        w->now_ms = happening.at_ms;
        if (++w->step == STEPS_MAX)
            world_violated(w, "too many steps", "%d", STEPS_MAX);
        happen(w, &happening);
        if (!w->healing && w->now_ms >= faults_end_ms)
            healing_begin(w);
    }
    return w;
}
