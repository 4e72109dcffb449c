/* decide_beside.c: what is asked for beside the team: by people, and by what a referral needs. */
#include "broker/core/beside.h"
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

static bool is_under_pace(const struct referral *r)
{
    enum legal_status status = (enum legal_status)r->facts.legal_status;
    return status == LEGAL_PACE_ARREST || status == LEGAL_PACE_BAIL || status == LEGAL_PACE_VOLUNTARY;
}

/* row: the request as it stands; NULL: a new one. False if the step cannot follow. */
static bool note_beside(struct deciding *d, const struct beside *row, const struct beside_noted *said)
{
    bool asks = said->state == BESIDE_ASKED;
    uint32_t times = row ? row->times : 0;
    struct event *event = deciding_event(d, EVENT_BESIDE_NOTED);
    event->is.beside = *said;
    event->is.beside.request = row ? row->request : d->r.beside_count + 1u;
    event->is.beside.times = asks && times < UINT8_MAX ? times + 1 : times;
    if (beside_is_ours(said->state))
        event->is.beside.chase_ms = d->now_ms + d->policy->remind_ms;
    if (said->what == BESIDE_APPROPRIATE_ADULT && asks && !is_under_pace(&d->r))
        event->is.beside.found = flag_bit(FLAG_APPROPRIATE_ADULT_NOT_PACE);
    return deciding_try(d, event);
}

static bool names_a_kind(const struct beside_noted *said)
{
    return said->what > BESIDE_NONE && (int)said->what < BESIDE_COUNT;
}

/* Without a number it is the one that nobody has said yes to; if there is none, one more is asked for. */
enum refusal decide_ask_beside(struct deciding *d)
{
    const struct beside_noted *said = &d->command->is.beside.said;
    if (!deciding_has_or_had(d))
        return REFUSAL_NOT_YOURS;
    if (!names_a_kind(said))
        return REFUSAL_BAD_VALUE;
    const struct beside *row = beside_find(&d->r, said->what, BESIDE_ASKED, said->request);
    if (row && !said->request && !beside_is_ours((enum beside_state)row->state))
        row = NULL;
    bool known = row || !said->request;
    return known && note_beside(d, row, said) ? REFUSAL_NONE : REFUSAL_BESIDE_STEP;
}

enum refusal decide_answer_beside(struct deciding *d)
{
    const struct beside_noted *said = &d->command->is.beside.said;
    if (!deciding_has_or_had(d))
        return REFUSAL_NOT_YOURS;
    if (!names_a_kind(said) || said->state < BESIDE_YES || (int)said->state >= BESIDE_STATE_COUNT)
        return REFUSAL_BAD_VALUE;
    const struct beside *row = beside_find(&d->r, said->what, said->state, said->request);
    return row && note_beside(d, row, said) ? REFUSAL_NONE : REFUSAL_BESIDE_STEP;
}

static void need_beside(struct deciding *d, enum beside_what what, bool from_referral)
{
    const struct beside_noted said = {.what = what,
                                      .state = BESIDE_NEEDED,
                                      .asked_of = "",
                                      .log_number = "",
                                      .from_referral = from_referral};
    if (!beside_is_live(&d->r, what))
        note_beside(d, NULL, &said); /* a case with more requests than it can remember opens none */
}

void deciding_need_beside(struct deciding *d, const struct facts *before)
{
    const struct facts *facts = &d->r.facts;
    if (facts->needs & ~before->needs & 1 << NEED_AMHP)
        need_beside(d, BESIDE_AMHP, true);
    if (facts->interpreter_needed && !before->interpreter_needed)
        need_beside(d, BESIDE_INTERPRETER, true);
}

void deciding_need_welfare_check(struct deciding *d)
{
    need_beside(d, BESIDE_WELFARE_CHECK, false);
}

/* What does not fit into one decision stays due for the next. */
void deciding_chase_beside(struct deciding *d)
{
    for (int i = 0; i < beside_rows(&d->r) && d->decision->count < DECISION_EVENTS_MAX; i++) {
        const struct beside *row = &d->r.beside[i];
        if (!row->chase_ms || row->chase_ms > d->now_ms)
            continue;
        struct event *event = deciding_event(d, EVENT_BESIDE_CHASED);
        event->is.beside =
            (struct beside_noted){.what = (enum beside_what)row->what,
                                  .state = (enum beside_state)row->state,
                                  .request = row->request,
                                  .asked_of = "",
                                  .log_number = "",
                                  .times = row->reminded < UINT16_MAX ? row->reminded + 1u : row->reminded,
                                  .chase_ms = d->now_ms + d->policy->remind_ms};
        deciding_done(d, event);
    }
}
