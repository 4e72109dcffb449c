/* changes.c: see changes.h. */
#include "broker/shell/changes.h"

#include <string.h>

#include "broker/shell/inside.h"
#include "broker/shell/stored.h"

const Concordat__V1__Event *changes_facts_event(struct broker *b, const struct referral *r)
{
    const uint8_t *body;
    size_t size;
    if (stored_event(b, r->facts_seq, r->id, &body, &size) != STORED_FOUND)
        return NULL;
    return concordat__v1__event__unpack(&b->stored_arena.allocator, size, body);
}

/* Events have the ledger's time; people are told UTC. */
static void changes_add_to(struct broker *b, Concordat__V1__CaseStatus *status, size_t count,
                           Concordat__V1__Change **changes)
{
    for (size_t i = 0; i < count; i++) {
        changes[i]->at_ms = state_utc(b->state, changes[i]->at_ms);
        status->changed[status->n_changed++] = changes[i];
    }
}

/* Without the list if that cannot be read: the mark stands all the same. */
static void changes_list(struct broker *b, const struct referral *r, Concordat__V1__CaseStatus *status)
{
    const Concordat__V1__Event *event = changes_facts_event(b, r);
    if (!event || event->what_case != CONCORDAT__V1__EVENT__WHAT_UPDATED)
        return;
    const Concordat__V1__Updated *updated = event->updated;
    status->changed =
        arena_take(&b->stored_arena, (updated->n_unseen + updated->n_changed + 1) * sizeof *status->changed);
    if (!status->changed)
        return;
    changes_add_to(b, status, updated->n_unseen, updated->unseen);
    changes_add_to(b, status, updated->n_changed, updated->changed);
}

/* As a message that only has the status, whose own tag is one byte. */
static bool changes_pack(struct broker *b, Concordat__V1__CaseStatus *status, uint32_t number,
                         spliced_field *field)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_STATUS;
    message.status = status;
    uint8_t *bytes = arena_take(&b->stored_arena, concordat__v1__message__get_packed_size(&message));
    if (!bytes)
        return false;
    size_t size = concordat__v1__message__pack(&message, bytes);
    *field = spliced_as(number, bytes + 1, size - 1);
    return true;
}

bool changes_status(struct broker *b, struct any_case of, const struct case_reader *reader, uint32_t number,
                    spliced_field *field)
{
    struct status status;
    struct case_messages messages;
    if (!of.open || (!of.open->changes_unseen && !messages_wait(of)))
        return statuses_find(&b->statuses, b->state, b->directory, of, number, field);
    status_of(&status, b->state, b->directory, of);
    if (of.open->changes_unseen)
        changes_list(b, of.open, &status.message);
    messages_say(b, of.open, reader, &messages, &status.message);
    return changes_pack(b, &status.message, number, field) ||
           statuses_find(&b->statuses, b->state, b->directory, of, number, field);
}
