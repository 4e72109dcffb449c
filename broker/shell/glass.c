/* glass.c: what is said of a record that a coordinator read beyond their areas. */
#include "broker/shell/glass.h"

#include "broker/shell/inside.h"
#include "broker/shell/sight.h"
#include "proto/wire/borrowed.h"

enum { READINGS_AT_ONCE_MAX = 64 }; /* to one session; GetBoard lists more */

_Static_assert(BREAK_GLASS_MAX == 3 && BREAK_GLASS_MS == 3600000, "glass_fault says both in words");

void glass_say(const struct broker *b, uint16_t reader, const struct glass_read *read,
               struct reading_beyond *reading)
{
    Concordat__V1__ReadBeyond *m = &reading->message;
    const struct any_case of = state_case(b->state, read->referral);
    uint16_t area = of.open ? of.open->facts.area : of.ended->area;
    const struct coordinator_words by = status_coordinator(b->state, b->directory, reader);
    const struct coordinator_words own =
        status_coordinator(b->state, b->directory, of.open ? of.open->coordinator : of.ended->coordinator);
    concordat__v1__read_beyond__init(m);
    words_number(of.open ? of.open->number : of.ended->number, of.open ? of.open->drill : of.ended->drill,
                 reading->number);
    m->referral = borrowed_bytes(read->referral, ID_BYTES);
    m->number = reading->number;
    m->read_ms = state_utc(b->state, read->at_ms);
    m->reason = (Concordat__V1__BreakGlass)read->reason;
    m->area = borrowed_text(state_area_id(b->state, area));
    m->area_name = directory_has_area(b->directory, area)
                       ? borrowed_text(directory_area(b->directory, area)->name)
                       : m->area;
    m->by = by.id;
    m->by_name = by.name;
    m->by_ring = by.ring;
    m->coordinator = own.id;
    m->coordinator_name = own.name;
    m->coordinator_ring = own.ring;
}

static void glass_begin_news(Concordat__V1__Message *message, struct reading_beyond *reading)
{
    concordat__v1__message__init(message);
    message->body_case = CONCORDAT__V1__MESSAGE__BODY_READ_BEYOND;
    message->read_beyond = &reading->message;
}

void glass_tell(struct broker *b, const struct session *answered, uint16_t reader,
                const struct glass_read *read)
{
    struct reading_beyond reading;
    Concordat__V1__Message message;
    struct outgoing_packed packed = {0, 0};
    glass_say(b, reader, read, &reading);
    glass_begin_news(&message, &reading);
    for (struct session *session = sessions_of_coordinators(&b->sessions), *next; session; session = next) {
        next = sessions_next(&b->sessions, session);
        bool concerned =
            glass_concerns(b->state, b->directory, session->peer.slot, reader, read, b->time.now_ms);
        if (concerned && session->news.wanted && session != answered && sight_admits(b, session))
            outgoing_share(b->turn.outgoing, &session->route, &message, &packed);
    }
}

void glass_tell_session(struct broker *b, struct session *session)
{
    struct reading_beyond list[READINGS_AT_ONCE_MAX];
    Concordat__V1__Message message;
    size_t count = 0;
    if (session->peer.party == PARTY_COORDINATOR)
        count = glass_list(b, session->peer.slot, list, READINGS_AT_ONCE_MAX);
    for (size_t i = 0; i < count && sight_admits(b, session); i++) {
        glass_begin_news(&message, &list[i]);
        outgoing_add(b->turn.outgoing, &session->route, &message);
    }
}

size_t glass_list(const struct broker *b, uint16_t coordinator, struct reading_beyond *list, size_t max)
{
    size_t count = 0;
    for (uint32_t reader = 0; reader < b->state->coordinators.count; reader++) {
        const struct coordinator *row = state_coordinator(b->state, (uint16_t)reader);
        for (int i = 0; i < BREAK_GLASS_MAX && count < max; i++)
            if (glass_concerns(b->state, b->directory, coordinator, (uint16_t)reader, &row->reads[i],
                               b->time.now_ms))
                glass_say(b, (uint16_t)reader, &row->reads[i], &list[count++]);
    }
    return count;
}

const char *glass_fault(const Concordat__V1__GetRecord *asked, enum refusal refusal)
{
    if (refusal == REFUSAL_BAD_VALUE)
        return "Reading a record needs a reason in words, of at least three letters. Nothing was shown.";
    if (refusal == REFUSAL_NOT_ALLOWED && asked->who)
        return asked->break_glass
                   ? "Who had to do with a case is not shown beyond your areas. Nothing was shown. Cover the "
                     "area, or ring its coordinator."
                   : "Who had to do with a case is shown to its coordinator and to inspectors. Nothing was "
                     "shown. Ring the coordinator.";
    if (!asked->break_glass)
        return refusal == REFUSAL_NOT_ALLOWED
                   ? "An inspector sees who had to do with a case, and no record. Nothing was shown. Ask who had to do with it."
                   : NULL;
    if (refusal == REFUSAL_WRONG_STATE)
        return "You have read three records beyond your areas within the hour, and cannot read another yet. "
               "Nothing was shown. Ring the area's coordinator, or cover the area.";
    return refusal == REFUSAL_NOT_ALLOWED
               ? "Only a coordinator of the directory reads records beyond their areas. Nothing was shown."
               : NULL;
}
