/* adopt.c: a decision becomes part of the turn: its events are packed into the batch, applied to the state,
 * and noted for the news. */
#include "broker/shell/adopt.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "broker/core/event_kinds.h"
#include "broker/shell/inside.h"
#include "proto/wire/wire.h"
#include "proto/words/refusal_text.h"

void adopt_rematch(struct broker *b)
{
    b->rematch.once_more = b->rematch.is_going;
    b->state->rematch_due = true;
}

/* Everything that can fail, before the state is changed. */
static bool adopt_pack(struct broker *b, const struct sealed_texts *texts)
{
    const struct decision *decision = &b->decision;
    size_t before = b->turn.batch.count;
    if (!news_list_reserve(&b->turn.news, decision->count))
        return false;
    for (int i = 0; i < decision->count; i++)
        if (!batch_add(&b->turn.batch, &decision->events[i], b->state, b->directory,
                       salts_next(&b->salts, &b->ports), i == 0 ? texts : NULL)) {
            batch_cut(&b->turn.batch, before);
            return false;
        }
    return true;
}

/* The coordinator who loses a case by an event that has not been applied yet; SLOT_NONE if none does. */
static uint16_t former_coordinator(const struct broker *b, const struct event *event)
{
    uint16_t coordinator = event_coordinator(event);
    const struct referral *r = coordinator == SLOT_NONE ? NULL : state_referral(b->state, event->referral);
    return r && r->coordinator != coordinator ? r->coordinator : SLOT_NONE;
}

/* The team that is asked about a case when it changes is told, if it still is when the turn is over. */
static void adopt_note_asked(struct broker *b, const uint8_t *id)
{
    const struct live_offer *offer = &state_referral(b->state, id)->offer;
    if (offer->attempt)
        news_list_note_asked(&b->turn.news, offer->team, offer->attempt);
}

/* answered: row + 1 of the session whose answer says what was decided; 0: none. */
static bool adopt_for(struct broker *b, const struct sealed_texts *texts, uint32_t answered)
{
    if (!adopt_pack(b, texts))
        return false;
    for (int i = 0; i < b->decision.count; i++) {
        const struct event *event = &b->decision.events[i];
        bool is_answered = memcmp(event->referral, b->decision.events[0].referral, ID_BYTES) == 0;
        uint16_t former = former_coordinator(b, event);
        bool possible = state_apply(b->state, event);
        assert(possible); /* it was decided on this state */
        (void)possible;
        news_list_note(&b->turn.news, event, former, is_answered ? answered : 0);
        if ((event->kind == EVENT_UPDATED && event->is.received.with_changes) ||
            event->kind == EVENT_MESSAGE_SENT)
            adopt_note_asked(b, event->referral);
        if (event->kind == EVENT_CLOCK_BREACHED && !event->drill)
            b->breached[event->is.breached.clock]++;
        if (event->kind == EVENT_PRESENCE_CHANGED)
            statuses_forget(&b->statuses); /* they say since when a team is silent */
        if (event_gives_hope(event))
            adopt_rematch(b);
    }
    return true;
}

bool adopt_decision(struct broker *b)
{
    return adopt_for(b, NULL, 0);
}

/* Reserves room in the state before the decision, not after it: until it is adopted a decision points into
 * the state's rows, which move when room is made. */
static enum refusal adopt_decide(struct broker *b, const struct command *command, int64_t wall_ms)
{
    uint32_t names = 0;
    if (command->kind == COMMAND_LOAD_POLICY)
        names = command->is.policy.teams.count + command->is.policy.areas.count +
                command->is.policy.coordinators.count;
    if (!state_reserve(b->state, names))
        return REFUSAL_UNAVAILABLE;
    decide(b->state, b->directory, command, wall_ms, &b->decision);
    return b->decision.refusal;
}

enum refusal adopt_own(struct broker *b, const struct command *command, int64_t wall_ms)
{
    enum refusal refusal = adopt_decide(b, command, wall_ms);
    if (refusal == REFUSAL_NONE && !adopt_for(b, NULL, 0))
        return REFUSAL_UNAVAILABLE;
    return refusal;
}

/* The flags that a receipt raised, and an entry in the history of a detention. */
static uint64_t decision_flags(const struct decision *decision)
{
    uint64_t flags = 0;
    for (int i = 0; i < decision->count; i++) {
        const struct event *event = &decision->events[i];
        if (event->kind == EVENT_RECEIVED || event->kind == EVENT_UPDATED)
            flags |= event->is.received.flags;
        else if (event->kind == EVENT_DETENTION_NOTED)
            flags |= event->is.noted.found;
        else if (event->kind == EVENT_BESIDE_NOTED)
            flags |= event->is.beside.found;
    }
    return flags;
}

static bool decision_is_late_yes(const struct decision *decision)
{
    for (int i = 0; i < decision->count; i++)
        if (decision->events[i].kind == EVENT_OFFERED && decision->events[i].is.offered.late)
            return true;
    return false;
}

static bool decision_is_before_receipt(const struct decision *decision)
{
    const struct event *first = &decision->events[0];
    return decision->count > 0 && first->kind == EVENT_CHECKED_IN && first->is.checked_in.before_receipt;
}

enum refusal adopt_request(struct broker *b, const struct asking *asking, const struct command *command,
                           const struct record_content *content, struct done *done)
{
    struct sealed_texts texts;
    enum refusal refusal = adopt_decide(b, command, asking->now.wall_ms);
    bool has_text = content->text && b->decision.count > 0;
    if (refusal == REFUSAL_NONE && has_text)
        refusal = sealing_seal(b, &b->decision.events[0], content, &texts);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!adopt_for(b, has_text ? &texts : NULL, sessions_row_of(&b->sessions, asking->session) + 1))
        return REFUSAL_UNAVAILABLE;
    *done = (struct done){.seq = b->decision.seq,
                          .repeated = b->decision.repeated,
                          .flags = decision_flags(&b->decision),
                          .late = decision_is_late_yes(&b->decision),
                          .before_receipt = decision_is_before_receipt(&b->decision)};
    return REFUSAL_NONE;
}

static void record_refusal(struct broker *b, const struct refused_request *refused, uint32_t left_out,
                           int64_t wall_ms)
{
    struct command command = {.kind = COMMAND_RECORD_REFUSAL,
                              .actor = refused->key_name,
                              .device = refused->device,
                              .person = refused->person};
    command.is.refused = (struct refused){refused->command, refused->refusal, left_out};
    adopt_own(b, &command, wall_ms);
}

static void log_refusal(struct broker *b, const struct refused_request *refused, uint32_t left_out)
{
    char line[2 * KEY_NAME_CHARS_MAX + 400], quota[64] = "";
    if (refused->refusal == REFUSAL_TOO_MANY)
        snprintf(quota, sizeof quota, "More than the quota of %s. ", quotas_class_of(refused->command));
    snprintf(line, sizeof line, "refused: %s from %s%s%s: %s%s (%u more not written down)", refused->command,
             refused->key_name, refused->device[0] ? " for " : "", refused->device, quota,
             refusal_text((Concordat__V1__Refusal)refused->refusal), left_out);
    b->ports.log(b->ports.context, line);
}

void adopt_refusal(struct broker *b, const char *key_name, const Concordat__V1__Request *request,
                   enum refusal refusal, struct now now)
{
    const struct refused_request refused = {key_name, request ? request->device : "", asking_person(request),
                                            wire_command_name(request), refusal};
    struct refusals *refusals = refusal == REFUSAL_TOO_MANY ? &b->refusals_for_too_much : &b->refusals;
    const struct refusals_note note = refusals_note(refusals, &refused, now.mono_ms);
    if (note.is_logged)
        log_refusal(b, &refused, note.left_out);
    if (note.is_recorded)
        record_refusal(b, &refused, note.left_out, now.wall_ms);
}

static void adopt_left_out(struct broker *b, struct refusals *refusals, struct now now)
{
    struct refused_request latest;
    uint32_t row = 0, left_out;
    while (refusals_next_over(refusals, now.mono_ms, &row, &latest, &left_out)) {
        log_refusal(b, &latest, left_out);
        record_refusal(b, &latest, left_out, now.wall_ms);
    }
}

void adopt_refusals_left_out(struct broker *b, struct now now)
{
    adopt_left_out(b, &b->refusals, now);
    adopt_left_out(b, &b->refusals_for_too_much, now);
}
