/* options.c: what differs from seed to seed. */
#include "tests/simulation/options.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/simulation/random.h"

/* A fault's name, in how many of a hundred seeds it occurs, and the range of its rate. */
static const struct {
    const char *name;
    int of_hundred;
    int64_t least, most;
} faults[FAULTS] = {
    [FAULT_LATENCY] = {"latency", 80, 1, SECONDS(4)},
    [FAULT_DROP] = {"drop", 50, 100, 200000},
    [FAULT_DUPLICATE] = {"duplicate", 50, 100, 100000},
    [FAULT_REORDER] = {"reorder", 40, 0, 0},
    [FAULT_PARTITION] = {"partition", 50, MINUTES(10), HOURS(4)},
    [FAULT_CLOG] = {"clog", 40, MINUTES(10), HOURS(4)},
    [FAULT_CRASH] = {"crash", 70, MINUTES(2), HOURS(6)},
    [FAULT_DISK_SLOW] = {"slow", 40, 100, 50000},
    [FAULT_DISK_FULL] = {"full", 30, 100, 20000},
    [FAULT_FSYNC] = {"fsync", 40, 100, 20000},
    [FAULT_READ] = {"read", 20, 10, 2000},
    [FAULT_CLOCK_DRIFT] = {"drift", 30, -500, 500},
    [FAULT_CLOCK_JUMP] = {"jump", 40, MINUTES(30), HOURS(8)},
    [FAULT_REVOKE] = {"revoke", 40, MINUTES(10), HOURS(6)},
    [FAULT_RELOAD] = {"reload", 50, MINUTES(20), HOURS(8)},
    [FAULT_DEVICES] = {"devices", 50, MINUTES(5), HOURS(4)},
    [FAULT_STRANGERS] = {"strangers", 40, SECONDS(2), MINUTES(10)},
    [FAULT_MASTER] = {"master", 40, MINUTES(20), HOURS(3)},
    [FAULT_KEY_FILE] = {"keyfile", 40, 1000, 300000},
    [FAULT_TEAR] = {"tear", 15, 0, 0},
};

/* Most seeds are short; a few last for days. */
static int64_t draw_lasting(struct random *random)
{
    int64_t kind = random_between(random, 0, 99);
    if (kind < 70)
        return random_between(random, MINUTES(20), MINUTES(100));
    if (kind < 95)
        return random_between(random, MINUTES(100), HOURS(5));
    return random_between(random, HOURS(5), HOURS(30));
}

/* Each restart reads every event again. The rare world that lasts for a day and has both at their highest
 * rates would take as long as a thousand others. */
static void bound_work(struct options *o)
{
    enum { RESTARTS_MOST = 40, REFERRALS_MOST = 200 };
    int64_t at_once = o->flood ? o->intakes - 1 + FLOOD_TIMES : o->intakes;
    int64_t crash_ms = o->lasting_ms / RESTARTS_MOST, referral_ms = o->lasting_ms * at_once / REFERRALS_MOST;
    if (o->rate[FAULT_CRASH] < crash_ms)
        o->rate[FAULT_CRASH] = crash_ms;
    if (o->referral_every_ms < referral_ms)
        o->referral_every_ms = referral_ms;
}

static void at_most(int *number, int limit)
{
    if (limit && *number > limit)
        *number = limit;
}

struct options options_draw(uint64_t seed, const struct reductions *reductions)
{
    struct random random, of_keys;
    random_open(&random, seed, "options", 0);
    random_open(&of_keys, seed, "options of keys", 0); /* so that the kept seeds are what they were */
    struct options o = {.seed = seed};
    bool calm = random_between(&random, 0, 19) == 0; /* only people do something wrong */
    for (int i = 0; i < FAULTS; i++) {
        struct random *from = i < FAULT_MASTER ? &random : &of_keys;
        bool on = random_between(from, 1, 100) <= faults[i].of_hundred;
        int64_t rate = random_between(from, faults[i].least, faults[i].most);
        /* Draws a low rate as often as a high one. */
        if (faults[i].least >= 0 && random_between(from, 0, 1))
            rate = faults[i].least + (rate - faults[i].least) / 20;
        o.on[i] = on && !calm && !(reductions->without & 1u << i);
        o.rate[i] = rate;
    }
    o.lasting_ms = draw_lasting(&random);
    /* Shorter than the pause after which the broker concludes that it was not listening. */
    o.tick_ms =
        random_between(&random, 0, 1) ? SECONDS(1) : random_between(&random, SECONDS(1), SECONDS(5) / 2);
    o.began_ms = INT64_C(1767225600000) + random_between(&random, 0, INT64_C(450) * HOURS(24));
    o.referral_every_ms = random_between(&random, MINUTES(2), MINUTES(90));
    o.ping_ms = random_between(&random, SECONDS(20), SECONDS(33));
    o.areas = (int)random_between(&random, 1, 2);
    o.intakes = (int)random_between(&random, 1, 4);
    o.teams = (int)random_between(&random, 1, 6);
    o.devices = (int)(random_between(&random, 1, 5) + 1) / 2;
    o.auditors = (int)random_between(&random, 0, 2);
    o.strangers = o.on[FAULT_STRANGERS] ? (int)random_between(&random, 1, 2) : 0;
    o.sqlite = random_between(&random, 0, 15) == 0;
    o.example = random_between(&random, 0, 7) == 0;
    o.two_at_once = random_between(&random, 0, 2) == 0;
    o.flood = random_between(&random, 0, 5) == 0;
    if (reductions->lasting_ms && o.lasting_ms > reductions->lasting_ms)
        o.lasting_ms = reductions->lasting_ms;
    at_most(&o.intakes, reductions->intakes);
    at_most(&o.teams, reductions->teams);
    at_most(&o.devices, reductions->devices);
    o.large = reductions->large;
    if (!o.large)
        bound_work(&o);
    return o;
}

void options_print(FILE *out, uint64_t seed, const struct reductions *r)
{
    fprintf(out, "seed=%" PRIu64, seed);
    const char *before = " without=";
    for (int i = 0; i < FAULTS; i++) {
        if (!(r->without & 1u << i))
            continue;
        fprintf(out, "%s%s", before, faults[i].name);
        before = ",";
    }
    if (r->lasting_ms)
        fprintf(out, " minutes=%" PRId64, r->lasting_ms / MINUTES(1));
    if (r->intakes)
        fprintf(out, " intakes=%d", r->intakes);
    if (r->teams)
        fprintf(out, " teams=%d", r->teams);
    if (r->devices)
        fprintf(out, " devices=%d", r->devices);
    if (r->large)
        fprintf(out, " large=yes");
}

static bool parse_without(char *list, struct reductions *r)
{
    char *rest = NULL;
    for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        int i = 0;
        while (i < FAULTS && strcmp(faults[i].name, name) != 0)
            i++;
        if (i == FAULTS)
            return false;
        r->without |= 1u << i;
    }
    return true;
}

bool options_parse(char *line, uint64_t *seed, struct reductions *r)
{
    char *rest = NULL;
    bool has_seed = false;
    *r = (struct reductions){0};
    line[strcspn(line, "#\n")] = '\0';
    for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        if (!value)
            return false;
        *value++ = '\0';
        if (strcmp(word, "seed") == 0) {
            *seed = strtoull(value, NULL, 10);
            has_seed = true;
        } else if (strcmp(word, "without") == 0) {
            if (!parse_without(value, r))
                return false;
        } else if (strcmp(word, "minutes") == 0) {
            r->lasting_ms = MINUTES(strtoll(value, NULL, 10));
        } else if (strcmp(word, "intakes") == 0) {
            r->intakes = atoi(value);
        } else if (strcmp(word, "teams") == 0) {
            r->teams = atoi(value);
        } else if (strcmp(word, "devices") == 0) {
            r->devices = atoi(value);
        } else if (strcmp(word, "large") == 0) {
            r->large = strcmp(value, "yes") == 0;
        } else {
            return false;
        }
    }
    return has_seed;
}
