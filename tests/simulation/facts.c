/* facts.c: what a case's events say of the person, of their detention, of who has heard of the case, and
 * of what people wrote to each other. */
#include <string.h>

#include "tests/simulation/checks.h"

#define WHAT(name) CONCORDAT__V1__EVENT__WHAT_##name

static void take_referral(struct seen_case *c, const Concordat__V1__Referral *r, uint32_t routed_age)
{
    const Concordat__V1__Demographics *person = r->person;
    struct seen_person *seen = &c->person;
    *seen = (struct seen_person){.age_known = person && person->age_known};
    if (person) {
        seen->age_years = (int)person->age_years;
        seen->looks_under_18 = (int)person->looks_under_18;
    }
    if (routed_age) {
        seen->age_known = true;
        seen->age_years = (int)routed_age;
    }
    seen->source = (int)r->source;
    seen->needs_nothing_more = !r->n_needs && (!person || !person->language[0]);
    int status = r->legal ? (int)r->legal->status : 0;
    seen->detained = status == CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136 ||
                     status == CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_135_1;
}

/* Those of a detention run by UTC, and all of them do if nobody sets the clock. */
static void take_clocks(struct seen_case *c, const Concordat__V1__Event *e, int64_t ahead_ms)
{
    for (size_t i = 0; i < e->n_clocks; i++) {
        const Concordat__V1__ClockChange *change = e->clocks[i];
        struct seen_clock *clock = &c->clocks[change->clock];
        bool starts = change->what == CONCORDAT__V1__CLOCK_CHANGE_KIND__CLOCK_CHANGE_KIND_STARTED;
        clock->runs = starts;
        if (starts)
            clock->due_ms = change->due_ms - ahead_ms;
        clock->is_breached = false;
    }
    if (e->what_case == WHAT(CLOCK_BREACHED))
        c->clocks[e->clock_breached->clock].is_breached = true;
}

static void take_detention(struct seen_case *c, const Concordat__V1__DetentionNoted *m)
{
    c->detention.state = (int)m->state;
    c->detention.started_ms = m->started_ms;
    c->detention.until_ms = m->until_ms;
    if (m->power)
        c->detention.power = (int)m->power;
}

static void take_update(struct seen_case *c, uint64_t seq, const Concordat__V1__Updated *m)
{
    take_referral(c, m->referral, m->routed_age);
    c->changes = m->n_changed + m->n_unseen;
    c->changed_seq = c->changes ? seq : 0;
    if (m->own_team[0] || c->own_team[0])
        snprintf(c->own_team, NAME_BYTES, "%s", m->own_team);
}

static void drop_message(struct seen_case *c, size_t at)
{
    memmove(&c->messages[at], &c->messages[at + 1], (--c->message_count - at) * sizeof *c->messages);
}

/* The oldest makes room, and is still in the record. */
static void take_written(struct seen_case *c, uint64_t seq, const Concordat__V1__MessageSent *m)
{
    if (c->message_count == MESSAGES_UNSEEN_MAX)
        drop_message(c, 0);
    struct seen_message *message = &c->messages[c->message_count++];
    *message = (struct seen_message){.seq = seq};
    snprintf(message->team, NAME_BYTES, "%s", m->team);
    for (size_t i = 0; i < m->n_to; i++)
        message->unseen |= 1u << m->to[i];
}

static void take_seen(struct seen_case *c, const Concordat__V1__ChangesSeen *m)
{
    if (m->of)
        c->changed_seq = 0;
    for (size_t i = c->message_count; i-- > 0;) {
        struct seen_message *message = &c->messages[i];
        if (message->seq <= m->messages && witness_message_waits(c, message, (int)m->by, m->team))
            message->unseen &= ~(1u << m->by);
        if (!message->unseen)
            drop_message(c, i);
    }
}

/* Whether somebody has heard of the case as it is. */
static void take_hearing(struct seen_case *c, const Concordat__V1__Event *e)
{
    switch ((int)e->what_case) {
    case WHAT(REMINDED):
        c->unheard++;
        c->is_heard = false;
        break;
    case WHAT(ACKNOWLEDGED):
        c->unheard = 0;
        c->is_heard = true;
        break;
    case WHAT(TAKEN):
    case WHAT(ACCEPTED):
        c->unheard = 0;
        c->is_heard &= e->what_case == WHAT(ACCEPTED);
        break;
    case WHAT(HELD):
        c->is_heard &= c->state == CONCORDAT__V1__STATE__STATE_HELD;
        break;
    case WHAT(ASKED_AGAIN):
        c->is_worse = false;
        c->is_heard = false;
        break;
    case WHAT(REOPENED):
    case WHAT(KEPT_OPEN):
        c->unheard = 0;
        c->is_heard = c->is_worse = false;
        break;
    case WHAT(WENT_MISSING):
        c->is_heard &= c->state == CONCORDAT__V1__STATE__STATE_MISSING;
        break;
    case WHAT(FOUND):
    case WHAT(TRIES_USED_UP):
    case WHAT(PASSED_OVER):
    case WHAT(TEAM_SILENT):
    case WHAT(CLOSING_ASKED):
        c->is_heard = false;
        break;
    case WHAT(CLOCK_BREACHED):
        c->is_worse = c->is_heard;
        break;
    default:
        break;
    }
}

/* A team is asked once in each round of the ladder. */
static void take_round(struct seen_case *c, uint32_t round)
{
    if (c->round != round)
        c->asked_in_round = 0;
    c->round = round;
}

static void take_asking(const struct witness *w, struct seen_case *c, const Concordat__V1__Event *e)
{
    if (e->what_case == WHAT(HELD))
        take_round(c, e->held->round);
    else if (e->what_case == WHAT(REMINDED))
        take_round(c, e->reminded->round);
    else if (e->what_case == WHAT(SOUGHT))
        take_round(c, e->sought->round);
    if (e->what_case != WHAT(OFFERED))
        return;
    take_round(c, e->offered->round);
    int team = witness_team(w, e->offered->team);
    if (team >= 0)
        c->asked_in_round |= UINT64_C(1) << team;
    snprintf(c->last_asked, NAME_BYTES, "%s", e->offered->team);
}

/* The team that has the case, or is asked, has a place more by this event. */
static void take_place(const struct witness *w, const struct seen_case *c, const Concordat__V1__Event *e)
{
    bool ends = e->what_case == WHAT(OFFER_ENDED);
    bool moves = e->what_case == WHAT(LEASE_LAPSED) || e->what_case == WHAT(GIVEN_BACK) ||
                 e->what_case == WHAT(CLOSING_ASKED) || e->what_case == WHAT(TAKEN) ||
                 e->what_case == WHAT(ACCEPTED);
    struct seen_team *team = ends || moves ? witness_team_row(w, ends ? c->offer_team : c->team) : NULL;
    if (team)
        team->freed_seq = e->seq;
}

/* The turn that receives a case, or finds its person, decides who is asked about it. */
static void take_decision(struct seen_case *c, const Concordat__V1__Event *e)
{
    if (e->what_case == WHAT(RECEIVED))
        c->undecided = e->received->telephoned ? "R17 not routed" : "P4 not routed";
    else if (e->what_case == WHAT(FOUND))
        c->undecided = "R12 not routed";
    else if (e->what_case == WHAT(OFFERED) || e->what_case == WHAT(HELD))
        c->undecided = NULL;
}

void facts_take(const struct witness *w, struct seen_case *c, const Concordat__V1__Event *e)
{
    take_clocks(c, e, w->ahead_ms);
    take_hearing(c, e);
    take_asking(w, c, e);
    take_decision(c, e);
    take_place(w, c, e);
    if (e->what_case == WHAT(RECEIVED)) {
        take_referral(c, e->received->referral, e->received->routed_age);
        snprintf(c->own_team, NAME_BYTES, "%s", e->received->own_team);
        c->round = 1;
    } else if (e->what_case == WHAT(UPDATED)) {
        take_update(c, e->seq, e->updated);
    } else if (e->what_case == WHAT(CHANGES_SEEN)) {
        take_seen(c, e->changes_seen);
    } else if (e->what_case == WHAT(MESSAGE_SENT)) {
        take_written(c, e->seq, e->message_sent);
    } else if (e->what_case == WHAT(DETENTION_NOTED)) {
        take_detention(c, e->detention_noted);
    }
}
