/* check_erasure.c: a case is erased once, after its end, by two people, when its time has come and no hold
 * stands; and then nobody is shown what was told about the person. */
#include <string.h>

#include "tests/simulation/checks.h"

#define REASON(name) CONCORDAT__V1__ERASE_REASON__ERASE_REASON_##name

typedef unsigned long long number;

enum { DRILL_DAYS = 30 };

static bool waits_for_its_time(Concordat__V1__EraseReason reason)
{
    return reason == REASON(RETENTION) || reason == REASON(PERSON_ASKED);
}

void check_erased(struct world *w, uint64_t seq, const Concordat__V1__Event *e,
                  const struct seen_case *before)
{
    const Concordat__V1__Erased *m = e->erased;
    if (!before)
        return;
    if (!before->ended || before->erased || m->reason == REASON(UNSPECIFIED) || strcmp(m->by, m->second) == 0)
        world_violated(w, "P9 erased wrongly", "event %llu: ended %d, erased %d, by %s and %s for reason %d",
                       (number)seq, before->ended, before->erased, m->by, m->second, (int)m->reason);
    if (before->holds)
        world_violated(w, "P9 erased under a hold", "event %llu", (number)seq);
    int64_t days = before->drill ? DRILL_DAYS : w->policies[0]->policy.retention_days;
    if (waits_for_its_time(m->reason) && e->at_ms < before->ended_ms + days * HOURS(24))
        world_violated(w, "P9 erased too early", "event %llu, %lld s after the end", (number)seq,
                       (long long)(e->at_ms - before->ended_ms) / 1000);
}

static void check_key_is_gone(struct world *w, const struct seen_case *c, const char *when)
{
    const struct seals_case of = {c->number, c->drill};
    uint8_t key[SEAL_KEY_BYTES];
    if (w->operator.keys.seals && seals_find(w->operator.keys.seals, &of, key) == SEALS_OK)
        world_violated(w, "P9 erased with its key", "%c-%04u, %s", c->drill ? 'D' : 'R', c->number, when);
}

void check_erased_keys(struct world *w)
{
    for (uint32_t row = 0; row < w->witness.cases.count; row++) {
        const struct seen_case *c = table_row(&w->witness.cases, row);
        if (c->erased)
            check_key_is_gone(w, c, "after a start");
    }
}

void check_erased_status(struct world *w, const struct seen_event *of,
                         const Concordat__V1__CaseStatus *status)
{
    if (of->erased != (status->erased_ms != 0) || of->held != (status->on_hold_ms != 0))
        world_violated(w, "P9 erasure untold", "a status of event %llu says erased %d, on hold %d",
                       (number)status->seq, status->erased_ms != 0, status->on_hold_ms != 0);
    const struct seen_case *c = witness_case(&w->witness, status->referral.data);
    if (c && status->erased_ms)
        check_key_is_gone(w, c, "when somebody is told");
}

void check_erased_record(struct world *w, const struct peer *peer, const Concordat__V1__Record *record)
{
    const struct seen_case *c =
        record->status ? witness_case(&w->witness, record->status->referral.data) : NULL;
    if (c && c->erased && record->confidential)
        world_violated(w, "P9 erased and shown", "%s is shown what was erased", peer->key.name);
}
