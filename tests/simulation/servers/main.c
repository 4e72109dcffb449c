/* main.c: concordat-simulate-servers: two routers on three simulated database servers, by seeds; names the
 * promise that the first bad seed breaks. */
#include <argp.h>
#include <assert.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/now.h"
#include "tests/simulation/commit.h"
#include "tests/simulation/servers/sender.h"

enum {
    FAULTY_MS = 60 * 1000,
    HEALING_MS = 40 * 1000,
    NOTICED_MS = 5000,
    ROOM_FOR_ALL_MS = 1000,
    SERVERS_HEAP_BYTES = 32 * 1024 * 1024
};

struct servers_world {
    struct quorum quorum;
    struct watch watch;
    struct router routers[QUORUM_ROUTERS];
    struct sender senders[ROUTER_KEYS];
    struct key keys[ROUTER_KEYS];
};

struct servers_totals {
    uint64_t seeds, steps, commits, answers, takeovers, compared, lost, commands, repeated, found_lost,
        refused;
    uint64_t happened[QUORUM_FAULTS], failovers, without_the_last, unshown, follower_ahead, rewound,
        seeds_lost;
    uint64_t lived_ms;
};

static const char servers_region[] =
    "region: Northmoor\ndefault_area: northmoor\nurgency_when_missing: very-urgent\n"
    "times:\n  answer: {emergency: 3m, very_urgent: 5m, urgent: 15m, routine: 30m}\n"
    "  arrival_grace: 30m\n  contact_lease: 12h\n  lease_grace: 15m\n  remind: 5m\n  coordinator_lease: 1h\n"
    "  capacity_good: 30m\n  rounds: 2\n"
    "standards:\n  - {id: seen, name: Seen, clock: response, sources: all, urgencies: all, within: 4h}\n"
    "  - {id: s136, name: Held, clock: section-136, sources: all, urgencies: all, within: 24h}\n"
    "bank_holidays: [2026-12-25]\n"
    "coordinators:\n  - {id: duty, name: Duty coordinator, telephone: 01632 960100}\n"
    "teams:\n"
    "  - {id: team-0, name: Team 0, type: A02, organisation: ZZM01, telephone: 01632 960110, sources: all, "
    "offers: comes, detained: also, ages: all, expected_arrival: 30m, hours: always}\n"
    "  - {id: team-1, name: Team 1, type: A02, organisation: ZZM01, telephone: 01632 960111, sources: all, "
    "offers: comes, detained: also, ages: all, expected_arrival: 30m, hours: always}\n"
    "  - {id: team-2, name: Team 2, type: A02, organisation: ZZM01, telephone: 01632 960112, sources: all, "
    "offers: comes, detained: also, ages: all, expected_arrival: 30m, hours: always}\n"
    "ladders:\n  - {id: own, rungs: [[team-0], [team-1], [team-2]]}\n"
    "areas:\n  - {id: northmoor, name: Northmoor, postcode_districts: [ZX1], coordinator: duty, ladder: own}\n"
    "organisations:\n  - {code: ZZP01, area: northmoor}\n"
    "quotas: {presence: {burst: 9999}, questions: {burst: 9999}, hellos: {burst: 9999}}\n";

static struct policy_file *servers_policy(void)
{
    struct policy_problems problems = {0};
    struct policy_file *file =
        policy_file_parse((const uint8_t *)servers_region, sizeof servers_region - 1, &problems);
    if (!file)
        fprintf(stderr, "line %d: %s: %s\n", problems.items[0].line, problems.items[0].field,
                problems.items[0].text);
    return file;
}

/* --- one seed ---------------------------------------------------------------------------------------- */

static void world_delivers(void *context, struct router *router, int client, uint32_t connection,
                           const struct frame_part *part)
{
    struct servers_world *w = context;
    sender_hears(&w->senders[client], router, connection, part);
}

static void servers_world_open(struct servers_world *w, uint64_t seed, const struct policy_file *policy,
                               bool tells)
{
    memset(w, 0, sizeof *w);
    quorum_open(&w->quorum, seed, true);
    w->quorum.tells = tells;
    watch_open(&w->watch, &w->quorum);
    w->quorum.watcher = (struct quorum_watcher){&w->watch, watch_leads};
    for (int i = 0; i < ROUTER_KEYS; i++) {
        snprintf(w->keys[i].name, sizeof w->keys[i].name, "team-%d-a", i);
        snprintf(w->keys[i].of, sizeof w->keys[i].of, "team-%d", i);
        w->keys[i].role = CONCORDAT__V1__ROLE__ROLE_TEAM;
        w->senders[i] = (struct sender){.quorum = &w->quorum, .watch = &w->watch, .which = i};
        sender_open(&w->senders[i]);
    }
    for (int i = 0; i < QUORUM_ROUTERS; i++) {
        w->routers[i] = (struct router){.quorum = &w->quorum,
                                        .watch = &w->watch,
                                        .policy = policy,
                                        .keys = w->keys,
                                        .which = i,
                                        .sends = world_delivers,
                                        .sends_context = w};
        router_open(&w->routers[i]);
    }
}

static bool servers_world_is_well(const struct servers_world *w)
{
    for (int i = 0; i < ROUTER_KEYS; i++)
        if (!sender_is_content(&w->senders[i]))
            return false;
    return true;
}

static void servers_world_lives(struct servers_world *w)
{
    struct quorum *q = &w->quorum;
    while (!w->watch.checker && q->now_ms < FAULTY_MS)
        quorum_next(q);
    quorum_heals(q);
    while (!w->watch.checker && q->now_ms < FAULTY_MS + NOTICED_MS)
        quorum_next(q);
    while (!w->watch.checker && q->now_ms < FAULTY_MS + HEALING_MS && !servers_world_is_well(w))
        quorum_next(q);
    if (!servers_world_is_well(w))
        watch_violated(&w->watch, "not well again",
                       "%d ms after the last fault not everything is acknowledged", HEALING_MS);
    for (int64_t end_ms = q->now_ms + ROOM_FOR_ALL_MS; !w->watch.checker && q->now_ms < end_ms;)
        quorum_next(q);
    watch_ends(&w->watch);
    for (int i = 0; i < ROUTER_KEYS; i++)
        sender_checks(&w->senders[i]);
}

static void servers_world_close(struct servers_world *w)
{
    for (int i = 0; i < QUORUM_ROUTERS; i++)
        router_end(&w->routers[i]);
    for (int64_t end_ms = w->quorum.now_ms + ROOM_FOR_ALL_MS; w->quorum.now_ms < end_ms;)
        quorum_next(&w->quorum);
    for (int i = 0; i < QUORUM_ROUTERS; i++)
        router_close(&w->routers[i]);
    for (int i = 0; i < ROUTER_KEYS; i++)
        sender_close(&w->senders[i]);
    watch_close(&w->watch);
    quorum_close(&w->quorum);
}

/* --- seeds ------------------------------------------------------------------------------------------- */

static void servers_count(struct servers_totals *t, const struct servers_world *w)
{
    const struct quorum *q = &w->quorum;
    t->seeds++;
    t->lived_ms += (uint64_t)q->now_ms;
    t->steps += q->steps;
    t->commits += w->watch.commits;
    t->answers += w->watch.answers;
    t->takeovers += w->watch.takeovers;
    t->compared += w->watch.compared;
    t->lost += w->watch.lost;
    t->seeds_lost += w->watch.lost > 0;
    t->failovers += q->failovers;
    t->without_the_last += q->without_the_last;
    t->unshown += q->unshown;
    t->follower_ahead += q->follower_ahead;
    t->rewound += q->rewound;
    for (int i = 0; i < QUORUM_ROUTERS; i++)
        t->refused += w->routers[i].refused;
    for (int i = 0; i < QUORUM_FAULTS; i++)
        t->happened[i] += q->happened[i];
    for (int i = 0; i < ROUTER_KEYS; i++) {
        t->commands += w->senders[i].answered - w->senders[i].repeated;
        t->repeated += w->senders[i].repeated;
        t->found_lost += w->senders[i].found_lost;
    }
}

/* If a fault never occurred, the run has shown nothing about it. */
static void servers_print(const struct servers_totals *t)
{
    printf("%" PRIu64 " commands carried out, %" PRIu64 " repeats, %" PRIu64 " commits, %" PRIu64
           " messages to senders, %" PRIu64 " takeovers, %" PRIu64 " states compared, %" PRIu64 " steps\n",
           t->commands, t->repeated, t->commits, t->answers, t->takeovers, t->compared, t->steps);
    for (int i = 0; i < QUORUM_FAULTS; i++)
        printf("%s %" PRIu64 "; ", quorum_fault_names[i], t->happened[i]);
    printf("\n%" PRIu64 " failovers, %" PRIu64 " of them without the last commit; %" PRIu64
           " unacknowledged commits shown, %" PRIu64 " followers ahead, %" PRIu64 " rewound\n",
           t->failovers, t->without_the_last, t->unshown, t->follower_ahead, t->rewound);
    printf("given up by the agent's fault: %" PRIu64 " acknowledged events in %" PRIu64 " seeds, %" PRIu64
           " of them commands, which were sent again; %" PRIu64 " times a router refused to lead\n",
           t->lost, t->seeds_lost, t->found_lost, t->refused);
}

struct servers_arguments {
    uint64_t seeds, from;
    bool verbose, tells;
};

static uint64_t seed_that_runs;

/* An assertion of the router's is a finding too. */
static void servers_aborts(int signal)
{
    char line[128];
    int size = snprintf(line, sizeof line, "VIOLATION assertion\n  seed %" PRIu64 ", at an assertion\n",
                        seed_that_runs);
    (void)signal;
    if (size > 0 && write(STDOUT_FILENO, line, (size_t)size) < 0)
        _exit(2);
    _exit(1);
}

static bool servers_run(uint64_t seed, const struct policy_file *policy, const struct servers_arguments *a,
                        struct servers_totals *t)
{
    static struct servers_world w;
    seed_that_runs = seed;
    servers_world_open(&w, seed, policy, a->tells);
    servers_world_lives(&w);
    if (w.watch.checker) {
        printf("VIOLATION %s\n  seed %" PRIu64 ", step %" PRIu64 ", %" PRId64 " ms: %s\n", w.watch.checker,
               seed, w.quorum.steps, w.quorum.now_ms, w.watch.text);
        printf("  again: concordat-simulate-servers --from %" PRIu64 " --seeds 1\n", seed);
    }
    bool good = !w.watch.checker;
    servers_count(t, &w);
    if (a->verbose)
        printf("seed %" PRIu64 ": %" PRIu64 " steps, %" PRIu64 " commits, %" PRIu64
               " takeovers, well at %" PRId64 " ms\n",
               seed, w.quorum.steps, w.watch.commits, w.watch.takeovers, w.quorum.now_ms);
    servers_world_close(&w);
    return good;
}

static const struct argp_option servers_options[] = {
    {"seeds", 'n', "N", 0, "How many seeds to run (100)", 0},
    {"from", 'f', "S", 0, "The first seed (1)", 0},
    {"verbose", 'v', 0, 0, "Say something of each seed", 0},
    {"fresh", 'r', 0, 0, "Begin with a seed that is drawn now", 0},
    {"tell", 't', 0, 0, "Say all that happens", 0},
    {0}};

static error_t servers_take_option(int key, char *value, struct argp_state *state)
{
    struct servers_arguments *a = state->input;
    if (key == 'n')
        a->seeds = strtoull(value, NULL, 10);
    else if (key == 'f')
        a->from = strtoull(value, NULL, 10);
    else if (key == 'r')
        a->from = randombytes_random();
    else if (key == 't')
        a->tells = true;
    else if (key == 'v')
        a->verbose = true;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

int main(int argc, char **argv)
{
    const struct argp argp = {
        servers_options,
        servers_take_option,
        NULL,
        "Runs two routers on three simulated servers, by seeds, and checks what they promise.",
        NULL,
        NULL,
        NULL};
    struct servers_arguments a = {.seeds = 100, .from = 1};
    struct servers_totals t = {0};
    if (sodium_init() < 0 || argp_parse(&argp, argc, argv, 0, NULL, &a))
        return 100;
    struct policy_file *policy = servers_policy();
    if (!policy)
        return 100;
    signal(SIGABRT, servers_aborts);
    mallopt(M_MMAP_THRESHOLD,
            SERVERS_HEAP_BYTES); /* what is often taken and given back stays the process's */
    mallopt(M_TRIM_THRESHOLD, SERVERS_HEAP_BYTES);
    int64_t began_ms = now_monotonic_ms();
    bool good = true;
    printf("SEED=%" PRIu64 " COMMIT=%s\n", a.from, BUILT_COMMIT);
    fflush(stdout);
    for (uint64_t i = 0; i < a.seeds && good; i++)
        good = servers_run(a.from + i, policy, &a, &t);
    servers_print(&t);
    if (good)
        printf("%" PRIu64 " seeds, %.2f simulated days, 0 violations; %.1f s\n", t.seeds,
               (double)t.lived_ms / 1000 / 3600 / 24, (double)(now_monotonic_ms() - began_ms) / 1000);
    policy_file_destroy(&policy);
    return good ? 0 : 1;
}
