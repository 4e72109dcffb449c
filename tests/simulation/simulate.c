/* simulate.c: concordat-simulate: runs seeds, and names the promise that the first bad one breaks. */
#include <argp.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/words/now.h"
#include "tests/simulation/commit.h"
#include "tests/simulation/shrink.h"

enum { LAST_HAPPENINGS = 40, KINDS = 80 };

struct arguments {
    uint64_t seeds, from;
    int jobs;
    bool verbose, twice, shrink, large;
    const char *file, *only;
};

struct totals {
    uint64_t seeds, lived_ms, events, referrals, restarts, messages, acknowledged;
    uint64_t records, sealed, master_changes, wrong_files, rotations;
    uint64_t of_kind[KINDS]; /* events, by their field number */
};

static const struct argp_option option_list[] = {
    {"seeds", 'n', "N", 0, "How many seeds to run (100)", 0},
    {"from", 'f', "S", 0, "The first seed (1)", 0},
    {"jobs", 'j', "N", 0, "How many at a time (1)", 0},
    {"verbose", 'v', 0, 0, "Say something of each seed", 0},
    {"large", 'l', 0, 0,
     "Also run what takes minutes: days with many restarts, or with hundreds of open cases", 0},
    {"twice", 't', 0, 0, "Run each seed twice and compare all that happened", 0},
    {"shrink", 's', 0, 0, "Make a bad seed smaller", 0},
    {"keep", 'k', "FILE", 0, "Run the lines of a file, each a seed that once broke something", 0},
    {"only", 'o', "LINE", 0, "Run one such line", 0},
    {0}};

static error_t take_option(int key, char *value, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case 'n':
        a->seeds = strtoull(value, NULL, 10);
        break;
    case 'f':
        a->from = strtoull(value, NULL, 10);
        break;
    case 'j':
        a->jobs = atoi(value);
        break;
    case 'v':
        a->verbose = true;
        break;
    case 'l':
        a->large = true;
        break;
    case 't':
        a->twice = true;
        break;
    case 's':
        a->shrink = true;
        break;
    case 'k':
        a->file = value;
        break;
    case 'o':
        a->only = value;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void print_violation(const struct outcome *outcome, uint64_t seed, const struct reductions *reductions)
{
    printf("VIOLATION %s\n  seed %" PRIu64 ", step %" PRIu64 ": %s\n", outcome->checker, seed, outcome->step,
           outcome->text);
    if (outcome->world)
        journal_print(&outcome->world->journal, stdout, LAST_HAPPENINGS);
    printf("  again: concordat-simulate --only '");
    options_print(stdout, seed, reductions);
    printf("'\n");
}

static void count(struct totals *t, const struct world *w)
{
    t->seeds++;
    t->lived_ms += (uint64_t)(w->now_ms - w->options.began_ms);
    t->events += w->store.count;
    t->referrals += w->witness.cases.count;
    t->restarts += w->restarts;
    t->messages += w->messages;
    t->records += w->records;
    t->sealed += w->sealed;
    t->master_changes += w->operator.changes;
    t->wrong_files += w->operator.wrong_files;
    t->rotations += w->operator.walks;
    t->acknowledged += w->witness.acknowledged;
    for (uint64_t seq = 1; seq <= w->witness.events.count; seq++)
        t->of_kind[witness_event(&w->witness, seq)->kind % KINDS]++;
}

/* If a kind of event never occurred, the run has shown nothing about it. */
static void print_kinds(const struct totals *t)
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(&concordat__v1__event__descriptor, kind);
        if (field && field->type == PROTOBUF_C_TYPE_MESSAGE && kind >= 20)
            printf("%s %" PRIu64 "; ", field->name, t->of_kind[kind]);
    }
    printf("\n");
}

/* Runs one seed, or twice with --twice, which compares the two. Returns whether all is well. */
static bool run_seed(const struct arguments *a, uint64_t seed, const struct reductions *reductions,
                     struct totals *totals)
{
    struct reductions smaller = *reductions;
    struct outcome outcome;
    shrink_run(seed, reductions, &outcome);
    if (!outcome.checker) {
        uint64_t digest = outcome.world->journal.digest;
        count(totals, outcome.world);
        if (a->verbose)
            printf("seed %" PRIu64 ": %" PRIu64 " steps, %zu events, %u referrals, %" PRIu64
                   " restarts%s, %016" PRIx64 "\n",
                   seed, outcome.world->step, outcome.world->store.count, outcome.world->witness.cases.count,
                   outcome.world->restarts, outcome.world->options.sqlite ? ", SQLite" : "", digest);
        world_close(&outcome.world);
        if (!a->twice)
            return true;
        shrink_run(seed, reductions, &outcome);
        bool same = !outcome.checker && outcome.world->journal.digest == digest;
        if (!same)
            printf("VIOLATION not the same twice\n  seed %" PRIu64 "\n", seed);
        shrink_forget(&outcome);
        return same;
    }
    if (a->shrink)
        shrink(seed, &smaller, &outcome);
    print_violation(&outcome, seed, &smaller);
    shrink_forget(&outcome);
    return false;
}

static bool run_range(const struct arguments *a, int job, struct totals *totals)
{
    const struct reductions none = {.large = a->large};
    for (uint64_t i = (uint64_t)job; i < a->seeds; i += (uint64_t)a->jobs)
        if (!run_seed(a, a->from + i, &none, totals))
            return false;
    return true;
}

/* Each job is a process of its own, which sends its totals through a pipe. */
static bool run_jobs(const struct arguments *a, struct totals *totals)
{
    bool good = true;
    int ends[2];
    if (a->jobs == 1)
        return run_range(a, 0, totals);
    if (pipe(ends))
        return false;
    fflush(stdout);
    for (int job = 0; job < a->jobs; job++) {
        if (fork() != 0)
            continue;
        struct totals own = {0};
        bool own_good = run_range(a, job, &own);
        fflush(stdout);
        ssize_t written = write(ends[1], &own, sizeof own);
        _exit(own_good && written == sizeof own ? 0 : 1);
    }
    close(ends[1]);
    struct totals own;
    while (read(ends[0], &own, sizeof own) == (ssize_t)sizeof own) {
        uint64_t *sum = (uint64_t *)totals;
        for (size_t i = 0; i < sizeof own / sizeof *sum; i++)
            sum[i] += ((const uint64_t *)&own)[i];
    }
    int status;
    while (wait(&status) > 0)
        good &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
    close(ends[0]);
    return good;
}

static bool run_line(const struct arguments *a, const char *line, struct totals *totals)
{
    char copy[512];
    uint64_t seed;
    struct reductions reductions;
    snprintf(copy, sizeof copy, "%s", line);
    if (!options_parse(copy, &seed, &reductions)) {
        fprintf(stderr, "concordat-simulate: not a line that I understand: %s\n", line);
        return false;
    }
    return run_seed(a, seed, &reductions, totals);
}

static bool run_file(const struct arguments *a, struct totals *totals)
{
    char line[512];
    bool good = true;
    FILE *file = fopen(a->file, "r");
    if (!file) {
        perror(a->file);
        return false;
    }
    while (fgets(line, sizeof line, file))
        if (line[strspn(line, " \n")] != '#' && line[strspn(line, " \n")])
            good &= run_line(a, line, totals);
    fclose(file);
    return good;
}

int main(int argc, char **argv)
{
    const struct argp argp = {
        option_list, take_option,
        NULL,        "Runs the broker in simulated worlds, each drawn from a seed, and checks its promises.",
        NULL,        NULL,
        NULL};
    struct arguments a = {.seeds = 100, .from = 1, .jobs = 1};
    struct totals t = {0};
    if (argp_parse(&argp, argc, argv, 0, NULL, &a) || a.jobs < 1 || sodium_init() < 0)
        return 100;
    int64_t began_ms = now_monotonic_ms();
    printf("SEED=%" PRIu64 " COMMIT=%s\n", a.from, BUILT_COMMIT);
    bool good = a.only ? run_line(&a, a.only, &t) : a.file ? run_file(&a, &t) : run_jobs(&a, &t);
    printf("%" PRIu64 " referrals, %" PRIu64 " events, %" PRIu64 " messages, %" PRIu64
           " acknowledged, %" PRIu64 " restarts; %.0f s\n",
           t.referrals, t.events, t.messages, t.acknowledged, t.restarts,
           (double)(now_monotonic_ms() - began_ms) / 1000);
    print_kinds(&t);
    printf("%" PRIu64 " records read, %" PRIu64 " refused as sealed; %" PRIu64
           " changes of the master key, %" PRIu64 " rotations, %" PRIu64 " wrong files of keys\n",
           t.records, t.sealed, t.master_changes, t.rotations, t.wrong_files);
    if (!good)
        return 1;
    printf("%" PRIu64 " seeds, %.2f simulated years, 0 violations\n", t.seeds,
           (double)t.lived_ms / 1000 / 3600 / 24 / 365.25);
    return 0;
}
