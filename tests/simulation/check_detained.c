/* check_detained.c: nobody is detained without a power and the hours on the books; nothing begins the hours
 * anew or makes them more than the law allows; no case ends meanwhile; and a clock that ends is noticed, and
 * told again to whoever had heard of the case before.
 */
#include "tests/simulation/checks.h"
#include "tests/simulation/host.h"

#define WHAT(name)  CONCORDAT__V1__EVENT__WHAT_##name
#define STATE(name) CONCORDAT__V1__DETENTION_STATE__DETENTION_STATE_##name

typedef unsigned long long number;

/* As the region and the law say: 24 hours, and 12 more for the person's condition. */
#define HOURS_MS     HOURS(24)
#define EXTENSION_MS HOURS(12)
#define SLACK_MS     SECONDS(5)

static bool is_detained(const struct seen_case *c)
{
    return c->detention.state != 0 && c->detention.state != STATE(ENDED);
}

static void check_hours(struct world *w, uint64_t seq, const struct seen_case *c)
{
    const struct seen_clock *hours = &c->clocks[CLOCK_SECTION_136];
    if (!hours->runs)
        world_violated(w, "R5 no clock", "after event %llu somebody is detained, and no hours run",
                       (number)seq);
    else if (hours->due_ms != c->detention.until_ms)
        world_violated(w, "R5 no clock", "after event %llu the hours end otherwise than it says",
                       (number)seq);
    int64_t more_ms = c->detention.until_ms - c->detention.started_ms - HOURS_MS;
    if (more_ms < 0 || more_ms > EXTENSION_MS)
        world_violated(w, "R5 other hours", "event %llu gives %lld minutes more than 24 hours", (number)seq,
                       (long long)more_ms / MINUTES(1));
}

static void check_noted(struct world *w, uint64_t seq, const struct seen_detention *before,
                        const struct seen_case *c)
{
    if (before->started_ms && c->detention.started_ms > before->started_ms)
        world_violated(w, "R2 hours began anew", "event %llu says that somebody arrived later", (number)seq);
    if (!is_detained(c))
        return;
    if (c->detention.power != CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136 &&
        c->detention.power != CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_135_1)
        world_violated(w, "R5 no authority", "after event %llu somebody is detained by %d", (number)seq,
                       c->detention.power);
    if (c->detention.started_ms)
        check_hours(w, seq, c);
    else if (c->detention.state == STATE(AWAY) && c->detention.until_ms && !c->clocks[CLOCK_ESCAPE].runs)
        world_violated(w, "R5 no clock", "after event %llu somebody is away, and no time runs", (number)seq);
}

void check_detained(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                    const struct seen_detention *before, const struct seen_case *after)
{
    if (e->what_case == WHAT(DETENTION_NOTED))
        check_noted(w, seq, before, after);
    if (after->ended && after->last_seq == seq && is_detained(after))
        world_violated(w, "R5 closed while detained", "event %llu", (number)seq);
}

static void check_clocks(struct world *w, const struct seen_case *c, int64_t now_ms)
{
    for (int kind = CLOCK_NONE + 1; kind < CLOCK_COUNT; kind++) {
        const struct seen_clock *clock = &c->clocks[kind];
        if (clock->runs && !clock->is_breached && clock->due_ms + SLACK_MS < now_ms)
            world_violated(w, "R5 clock ended unseen", "clock %d of the case of event %llu, %lld s ago", kind,
                           (number)c->received_seq, (long long)(now_ms - clock->due_ms) / SECONDS(1));
    }
}

/* At the end of a turn. The clocks are compared only if nobody has set the broker's. */
void check_clocks_end(struct world *w)
{
    struct now now = world_clock(w);
    if (broker_patience_ms(w->host.broker, now) == 0)
        return; /* the broker says that it has more to do */
    for (uint32_t row = 0; row < w->witness.cases.count; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        if (c->ended)
            continue;
        if (c->person.detained && !c->detention.state)
            world_violated(w, "R5 not on the books",
                           "the referral of event %llu says that somebody is detained",
                           (number)c->received_seq);
        if (c->is_worse)
            world_violated(w, "R15 not asked again", "whoever heard of the case of event %llu",
                           (number)c->received_seq);
        if (!w->options.on[FAULT_CLOCK_JUMP])
            check_clocks(w, c, now.wall_ms);
    }
}
