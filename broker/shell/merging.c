/* merging.c: see merging.h. */
#include "broker/shell/merging.h"

#include <stdio.h>
#include <string.h>

#include "broker/shell/changes.h"
#include "broker/shell/confidential.h"
#include "broker/shell/inside.h"
#include "broker/shell/own_referral.h"
#include "proto/referral/merge.h"
#include "proto/referral/referral_rules.h"
#include "proto/wire/borrowed.h"
#include "proto/wire/check.h"

/* An update on its way to become a command. */
struct merging {
    struct broker *broker;
    const struct referral *r;
    const Concordat__V1__Update *update;
    int64_t now_ms; /* UTC */
    const Concordat__V1__Event *stored;
    struct merge_whole before, after;
    struct merge_changes changes;
    bool is_shut; /* there is a confidential part, and it cannot be opened */
    struct record_content *content;
    struct command *command;
};

const char *merging_fault(const struct broker *b)
{
    return b->merging_fault;
}

static Concordat__V1__Referral *referral_in(const Concordat__V1__Event *event)
{
    if (!event)
        return NULL;
    return event->what_case == CONCORDAT__V1__EVENT__WHAT_UPDATED    ? event->updated->referral
           : event->what_case == CONCORDAT__V1__EVENT__WHAT_RECEIVED ? event->received->referral
                                                                     : NULL;
}

/* Unpacks the same part once more, so that one can be changed and compared with the other. */
static void *unpack_again(struct broker *b, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_take(&b->stored_arena, size + 1);
    return bytes ? protobuf_c_message_unpack(message->descriptor, &b->stored_arena.allocator,
                                             protobuf_c_message_pack(message, bytes), bytes)
                 : NULL;
}

/* A stored text that was altered is nobody's: what the source tells now takes its place. */
static enum refusal read_confidential(struct merging *m)
{
    struct broker *b = m->broker;
    struct seal_opened opened;
    enum stored_found found =
        confidential_open(b, (struct any_case){.open = m->r}, m->r->confidential_seq, SEAL_RECORD, &opened);
    m->is_shut = found == STORED_SHUT;
    if (found != STORED_FOUND)
        return REFUSAL_NONE;
    m->before.confidential =
        concordat__v1__confidential__unpack(&b->stored_arena.allocator, opened.size, opened.text);
    m->after.confidential = m->before.confidential ? unpack_again(b, &m->before.confidential->base) : NULL;
    return m->after.confidential ? REFUSAL_NONE : REFUSAL_TOO_LARGE;
}

static enum refusal read_stored(struct merging *m)
{
    arena_reset(&m->broker->stored_arena);
    m->stored = changes_facts_event(m->broker, m->r);
    m->before.referral = referral_in(m->stored);
    if (!m->before.referral)
        return REFUSAL_ALTERED;
    m->after.referral = unpack_again(m->broker, &m->before.referral->base);
    return m->after.referral ? read_confidential(m) : REFUSAL_TOO_LARGE;
}

/* A date of birth or a postcode that is new tells the age and the district anew, unless those are given too,
 * or had been told apart. */
static void forget_derived(struct merging *m)
{
    const Concordat__V1__Referral *given = m->update->referral;
    const Concordat__V1__Confidential *told = m->update->confidential, *was = m->before.confidential;
    Concordat__V1__Referral *known = m->after.referral;
    char district[POSTCODE_DISTRICT_BYTES];
    if (!told || !was)
        return;
    bool gives_age = given->person && given->person->age_known;
    if (told->date_of_birth[0] && !gives_age && known->person &&
        referral_rules_age_is_by_birth(known->person, was->date_of_birth, m->now_ms))
        known->person->age_known = false;
    if (postcode_district(told->postcode, district) && !given->postcode_district[0])
        known->postcode_district = borrowed_text("");
}

/* The postcode of another district than the one that is given now is not where the person is. */
static void forget_postcode(struct merging *m)
{
    Concordat__V1__Confidential *known = m->after.confidential;
    const Concordat__V1__Confidential *told = m->update->confidential;
    char district[POSTCODE_DISTRICT_BYTES];
    bool gives_postcode = told && told->postcode[0];
    if (known && !gives_postcode && m->update->referral->postcode_district[0] &&
        postcode_district(known->postcode, district) &&
        strcmp(district, m->update->referral->postcode_district) != 0)
        known->postcode = borrowed_text("");
}

/* The limits hold for the whole too: two texts that each fit can be too long together. */
static enum refusal check_whole(struct merging *m)
{
    struct wire_fault fault = {0};
    bool good = check_message(&m->after.referral->base, &fault) &&
                (!m->after.confidential || check_message(&m->after.confidential->base, &fault));
    if (!good)
        snprintf(m->broker->merging_fault, sizeof m->broker->merging_fault, "%s", fault.text);
    return good ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}

static enum refusal lay_and_complete(struct merging *m)
{
    struct arena *arena = &m->broker->stored_arena;
    const Concordat__V1__Referral *earlier = m->is_shut ? m->before.referral : NULL;
    const struct referral_site nowhere = {m->before.referral->source, "", ""};
    forget_derived(m);
    forget_postcode(m);
    if (!merge_lay_over(&m->after, m->update, arena) ||
        !referral_rules_complete(m->after.referral, m->after.confidential, &nowhere, earlier, m->now_ms,
                                 arena))
        return REFUSAL_TOO_LARGE;
    if (!m->before.referral->decided_at && !m->update->referral->decided_at)
        m->after.referral->decided_at = NULL; /* an update is no decision to refer */
    if (!merge_find_changes(&m->before, &m->after, arena, &m->changes))
        return REFUSAL_TOO_LARGE;
    return check_whole(m);
}

static bool is_changed_again(const struct merge_changes *changes, const char *field)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->list[i]->field, field) == 0)
            return true;
    return false;
}

static size_t add_unseen(const struct merging *m, size_t count, Concordat__V1__Change **from,
                         Concordat__V1__Change **to)
{
    size_t added = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_changed_again(&m->changes, from[i]->field))
            to[added++] = from[i];
    return added;
}

/* What those concerned have not said that they saw goes along with the next change, unless that is about the
 * same field. */
static bool carry_unseen(struct merging *m)
{
    const Concordat__V1__Updated *was = m->stored->updated;
    if (!m->r->changes_unseen || m->stored->what_case != CONCORDAT__V1__EVENT__WHAT_UPDATED)
        return true;
    struct record_changes *unseen = &m->content->unseen;
    unseen->list =
        arena_take(&m->broker->request_arena, (was->n_unseen + was->n_changed + 1) * sizeof *unseen->list);
    if (!unseen->list)
        return false;
    unseen->count = add_unseen(m, was->n_unseen, was->unseen, unseen->list);
    unseen->count += add_unseen(m, was->n_changed, was->changed, unseen->list + unseen->count);
    return true;
}

static bool pack_confidential(struct merging *m)
{
    const Concordat__V1__Confidential *whole = m->after.confidential;
    struct record_content *content = m->content;
    content->text = NULL;
    content->text_size = 0;
    if (!merge_touches_confidential(m->update) && !is_changed_again(&m->changes, "confidential.postcode"))
        return true;
    if (!whole)
        return true;
    uint8_t *text =
        arena_take(&m->broker->request_arena, concordat__v1__confidential__get_packed_size(whole) + 1);
    if (!text)
        return false;
    content->text = text;
    content->text_size = concordat__v1__confidential__pack(whole, text);
    content->part = SEAL_RECORD;
    return true;
}

/* What the event borrows lies in the two arenas until the event is packed, which is before either is used
 * again. */
static enum refusal fill_content(struct merging *m)
{
    if (!own_referral_put(m->broker, m->after.referral, m->content) || !carry_unseen(m) ||
        !pack_confidential(m))
        return REFUSAL_TOO_LARGE;
    Concordat__V1__Change **list =
        arena_take(&m->broker->request_arena, (m->changes.count + 1) * sizeof *list);
    if (!list)
        return REFUSAL_TOO_LARGE;
    memcpy(list, m->changes.list, m->changes.count * sizeof *list);
    m->content->changes = (struct record_changes){list, m->changes.count};
    record_fill_referral(m->after.referral, m->after.confidential, m->now_ms, m->command);
    m->command->is.submit.with_confidential = m->content->text;
    m->command->is.submit.heeds_birth = !m->is_shut;
    m->command->is.submit.with_changes = m->changes.count > 0;
    return REFUSAL_NONE;
}

/* The case that an update is for, if it is open and its sender's, and the update is not a repeat. */
static const struct referral *case_to_change(const struct broker *b, const struct command *command)
{
    const struct referral *r = state_referral(b->state, command->referral);
    bool is_repeat = command->has_id && state_remembered(b->state, command->id);
    return r && !is_repeat && r->origin == state_origin_slot(b->state, command->actor) ? r : NULL;
}

enum refusal merging_lay(struct broker *b, const struct asking *asking, struct record_content *content,
                         struct command *command)
{
    const Concordat__V1__Update *update = asking->request->update;
    struct merging m = {.broker = b,
                        .r = case_to_change(b, command),
                        .update = update,
                        .now_ms = state_utc(b->state, asking->now.wall_ms),
                        .content = content,
                        .command = command};
    if (!merge_may_clear(update, b->merging_fault))
        return REFUSAL_BAD_VALUE;
    if (!m.r)
        return REFUSAL_NONE;
    enum refusal refusal = read_stored(&m);
    if (refusal == REFUSAL_NONE && m.is_shut && merge_touches_confidential(update)) {
        b->sealing.fault = SEALS_NO_MASTER;
        refusal = REFUSAL_SEALED;
    }
    if (refusal == REFUSAL_NONE)
        refusal = lay_and_complete(&m);
    return refusal == REFUSAL_NONE ? fill_content(&m) : refusal;
}

bool merging_is_as_told(struct broker *b, const struct asking *asking, const uint8_t *referral, uint64_t seq)
{
    const struct any_case of = state_case(b->state, referral);
    struct seal_opened told;
    Concordat__V1__Referral nothing = CONCORDAT__V1__REFERRAL__INIT;
    struct merge_whole was = {&nothing, NULL}, is = {&nothing, NULL};
    struct merge_changes changes;
    arena_reset(&b->stored_arena);
    if ((!of.open && !of.ended) || !merge_touches_confidential(asking->request->update) ||
        confidential_open(b, of, seq, SEAL_RECORD, &told) != STORED_FOUND)
        return true;
    was.confidential = concordat__v1__confidential__unpack(&b->stored_arena.allocator, told.size, told.text);
    is.confidential = was.confidential ? unpack_again(b, &was.confidential->base) : NULL;
    Concordat__V1__Update update = *asking->request->update;
    Concordat__V1__Referral no_facts = CONCORDAT__V1__REFERRAL__INIT;
    update.referral = &no_facts;
    return !is.confidential || !merge_lay_over(&is, &update, &b->stored_arena) ||
           !merge_find_changes(&was, &is, &b->stored_arena, &changes) || changes.count == 0;
}
