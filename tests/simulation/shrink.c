/* shrink.c: runs one seed, and makes a failing run smaller. */
#include "tests/simulation/shrink.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

static sigjmp_buf back;

static void on_abort(int signal)
{
    (void)signal;
    siglongjmp(back, 1);
}

void shrink_run(uint64_t seed, const struct reductions *reductions, struct outcome *outcome)
{
    struct options options = options_draw(seed, reductions);
    *outcome = (struct outcome){.checker = "broken assertion"};
    snprintf(outcome->text, sizeof outcome->text, "the broker aborted; its message is above");
    signal(SIGABRT, on_abort);
    if (sigsetjmp(back, 1) == 0) {
        outcome->world = world_run(&options);
        outcome->checker = outcome->world->violation.found ? outcome->world->violation.checker : NULL;
        outcome->step = outcome->world->step;
        memcpy(outcome->text, outcome->world->violation.text, sizeof outcome->text);
    }
    signal(SIGABRT, SIG_DFL);
}

void shrink_forget(struct outcome *outcome)
{
    if (outcome->world)
        world_close(&outcome->world);
}

static bool try(uint64_t seed, const struct reductions *smaller, struct reductions *reductions,
                struct outcome *outcome)
{
    struct outcome other;
    shrink_run(seed, smaller, &other);
    if (!other.checker || strcmp(other.checker, outcome->checker) != 0) {
        shrink_forget(&other);
        return false;
    }
    shrink_forget(outcome);
    *outcome = other;
    *reductions = *smaller;
    return true;
}

static void shrink_number(uint64_t seed, int *number, int now, struct reductions *smaller,
                          struct reductions *reductions, struct outcome *outcome)
{
    for (int half = now / 2; half >= 1; half /= 2) {
        *number = half;
        if (!try(seed, smaller, reductions, outcome)) {
            *smaller = *reductions;
            return;
        }
    }
}

void shrink(uint64_t seed, struct reductions *reductions, struct outcome *outcome)
{
    struct reductions smaller = *reductions;
    struct options options = options_draw(seed, reductions);
    for (int64_t lasting_ms = options.lasting_ms / 2; lasting_ms >= MINUTES(10); lasting_ms /= 2) {
        smaller.lasting_ms = lasting_ms / MINUTES(1) * MINUTES(1);
        if (!try(seed, &smaller, reductions, outcome))
            break;
    }
    smaller = *reductions;
    for (int fault = 0; fault < FAULTS; fault++) {
        smaller.without |= 1u << fault;
        if (!options.on[fault] || !try(seed, &smaller, reductions, outcome))
            smaller = *reductions;
    }
    shrink_number(seed, &smaller.devices, options.devices, &smaller, reductions, outcome);
    shrink_number(seed, &smaller.intakes, options.intakes, &smaller, reductions, outcome);
    shrink_number(seed, &smaller.teams, options.teams, &smaller, reductions, outcome);
}
