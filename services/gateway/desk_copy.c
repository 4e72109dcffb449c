/* desk_copy.c: see desk_copy.h. */
#include "services/gateway/desk_copy.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "services/desk/told.h"
#include "services/gateway/limits.h"

static void *take_memory(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

/* An offer has facts about a person. */
static void give_memory(void *context, void *memory)
{
    (void)context;
    if (memory)
        explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

static ProtobufCAllocator wiped = {.alloc = take_memory, .free = give_memory};

static void free_copied(void *message)
{
    if (message)
        protobuf_c_message_free_unpacked(message, &wiped);
}

/* NULL if there is no memory. */
static void *copied(const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(size + 1);
    if (!bytes)
        return NULL;
    protobuf_c_message_pack(message, bytes);
    void *copy = protobuf_c_message_unpack(message->descriptor, &wiped, size, bytes);
    explicit_bzero(bytes, size);
    free(bytes);
    return copy;
}

static struct desk_case *copy_find(const struct desk_copy *copy, const ProtobufCBinaryData *id)
{
    for (size_t i = 0; id->len == WIRE_ID_BYTES && i < copy->count; i++)
        if (memcmp(copy->cases[i].id, id->data, WIRE_ID_BYTES) == 0)
            return &copy->cases[i];
    return NULL;
}

const struct desk_case *desk_copy_find(const struct desk_copy *copy, const uint8_t id[WIRE_ID_BYTES])
{
    return copy_find(copy, &(ProtobufCBinaryData){WIRE_ID_BYTES, (uint8_t *)(uintptr_t)id});
}

static void copy_changed(const struct desk_copy *copy, const uint8_t *id)
{
    if (copy->changed)
        copy->changed(copy->context, id);
}

static void copy_drop(struct desk_copy *copy, struct desk_case *known)
{
    uint8_t id[WIRE_ID_BYTES];
    memcpy(id, known->id, sizeof id);
    free_copied(known->status);
    free_copied(known->offer);
    *known = copy->cases[--copy->count];
    copy_changed(copy, id);
}

void desk_copy_close(struct desk_copy *copy)
{
    copy->changed = NULL;
    while (copy->count > 0)
        copy_drop(copy, &copy->cases[0]);
    free_copied(copy->board);
    free(copy->cases);
    copy->cases = NULL;
    copy->board = NULL;
    copy->room = 0;
}

/* A place for one more; NULL if there is none. */
static struct desk_case *copy_add(struct desk_copy *copy, const uint8_t id[WIRE_ID_BYTES])
{
    if (copy->count == copy->room && copy->room < DESK_CASES_MAX) {
        size_t room = copy->room ? 2 * copy->room : 64;
        struct desk_case *cases = realloc(copy->cases, room * sizeof *cases);
        if (!cases)
            return NULL;
        copy->cases = cases;
        copy->room = room;
    }
    if (copy->count == copy->room)
        return NULL;
    struct desk_case *known = &copy->cases[copy->count];
    *known = (struct desk_case){0};
    memcpy(known->id, id, WIRE_ID_BYTES);
    return known;
}

static bool is_asked_here(const struct desk_copy *copy, const Concordat__V1__CaseStatus *status)
{
    return status->attempt != 0 && strcmp(status->asked_team, copy->of) == 0;
}

/* A team hears of the end of what it was asked or had; that leaves its board. */
static bool belongs_here(const struct desk_copy *copy, const Concordat__V1__CaseStatus *status)
{
    if (status->state == CONCORDAT__V1__STATE__STATE_CLOSED ||
        status->state == CONCORDAT__V1__STATE__STATE_WITHDRAWN)
        return false;
    bool is_owner = status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM &&
                    strcmp(status->owner, copy->of) == 0;
    return copy->role != CONCORDAT__V1__ROLE__ROLE_TEAM || is_owner || is_asked_here(copy, status);
}

static void put_status(struct desk_copy *copy, struct desk_case *known,
                       const Concordat__V1__CaseStatus *status)
{
    bool is_new = !known;
    Concordat__V1__CaseStatus *fresh = copied(&status->base);
    if (is_new && fresh)
        known = copy_add(copy, status->referral.data);
    if (!fresh || !known) {
        free_copied(fresh);
        return;
    }
    copy->count += is_new;
    free_copied(known->status);
    known->status = fresh;
    known->heard = true;
    if (known->offer && (!is_asked_here(copy, status) || known->offer->attempt != status->attempt)) {
        free_copied(known->offer);
        known->offer = NULL;
    }
    copy_changed(copy, known->id);
}

/* A board leaves lists out that news have, so it counts only if it is newer. */
static void take_status(struct desk_copy *copy, const Concordat__V1__CaseStatus *status, bool of_board)
{
    if (status->referral.len != WIRE_ID_BYTES)
        return;
    struct desk_case *known = copy_find(copy, &status->referral);
    bool is_older =
        known && (known->status->seq > status->seq || (of_board && known->status->seq == status->seq));
    if (!belongs_here(copy, status)) {
        if (known && !is_older)
            copy_drop(copy, known);
    } else if (is_older) {
        known->heard = true;
    } else {
        put_status(copy, known, status);
    }
}

static void take_offer(struct desk_copy *copy, const Concordat__V1__Offer *offer)
{
    if (offer->status)
        take_status(copy, offer->status, false);
    struct desk_case *known = copy_find(copy, &offer->referral);
    if (!known || known->status->attempt != offer->attempt)
        return;
    Concordat__V1__Offer *fresh = copied(&offer->base);
    if (!fresh)
        return;
    free_copied(known->offer);
    known->offer = fresh;
    copy_changed(copy, known->id);
}

static void take_offer_over(struct desk_copy *copy, const Concordat__V1__OfferOver *over)
{
    struct desk_case *known = copy_find(copy, &over->referral);
    if (known && known->offer && known->offer->attempt == over->attempt) {
        free_copied(known->offer);
        known->offer = NULL;
        copy_changed(copy, known->id);
    }
    if (over->status)
        take_status(copy, over->status, false);
}

static void take_board(struct desk_copy *copy, const Concordat__V1__Board *board)
{
    Concordat__V1__Board beside = *board;
    for (size_t i = 0; i < board->n_cases; i++) {
        take_status(copy, board->cases[i], true);
        struct desk_case *known = copy_find(copy, &board->cases[i]->referral);
        if (known)
            known->heard = true;
    }
    for (size_t i = copy->count; i-- > 0;)
        if (!copy->cases[i].heard)
            copy_drop(copy, &copy->cases[i]);
    beside.n_cases = 0;
    free_copied(copy->board);
    copy->board = copied(&beside.base);
    copy_changed(copy, NULL);
}

void desk_copy_begin(struct desk_copy *copy)
{
    copy->is_old = false;
    for (size_t i = 0; i < copy->count; i++)
        copy->cases[i].heard = false;
}

void desk_copy_take(struct desk_copy *copy, const Concordat__V1__Message *message)
{
    const Concordat__V1__CaseStatus *status = told_status(message);
    if (status)
        take_status(copy, status, false);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_OFFER)
        take_offer(copy, message->offer);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_OFFER_OVER)
        take_offer_over(copy, message->offer_over);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD)
        take_board(copy, message->board);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_COVERED ||
             message->body_case == CONCORDAT__V1__MESSAGE__BODY_READ_BEYOND)
        copy->is_old = true;
}
