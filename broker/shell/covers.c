/* covers.c: what is said of covers: to the coordinator who covers an area, and to the area's own. */
#include "broker/shell/covers.h"

#include "broker/core/cover.h"
#include "broker/shell/answers.h"
#include "broker/shell/inside.h"
#include "broker/shell/sight.h"
#include "proto/wire/borrowed.h"

enum { COVERS_AT_ONCE_MAX = 100 }; /* to one session; GetBoard lists more */

int64_t covers_until(const struct broker *b, uint16_t coordinator, uint16_t area)
{
    const struct cover *cover = cover_find(b->state, coordinator, area);
    return cover_is_live(cover, b->time.now_ms) ? cover->until_ms : 0;
}

/* How it stands between a coordinator and an area. */
static void covers_say(const struct broker *b, uint16_t coordinator, uint16_t area, Concordat__V1__Covered *m)
{
    const struct cover *cover = cover_find(b->state, coordinator, area);
    const struct coordinator_words by = status_coordinator(b->state, b->directory, coordinator);
    const struct coordinator_words own =
        status_coordinator(b->state, b->directory, directory_coordinator_slot(b->directory, area));
    concordat__v1__covered__init(m);
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
    m->until_ms = state_utc(b->state, covers_until(b, coordinator, area));
    if (cover)
        m->reason = (Concordat__V1__CoverReason)cover->reason;
}

void covers_answer(struct broker *b, const struct asking *asking, const struct done *done)
{
    Concordat__V1__Covered covered;
    covers_say(b, asking->slot, state_area_slot(b->state, asking->request->cover->area), &covered);
    answers_covered(b, &asking->to, done, &covered);
}

const char *covers_fault(const struct broker *b, const Concordat__V1__Cover *cover)
{
    return directory_has_area(b->directory, state_area_slot(b->state, cover->area))
               ? "Covering an area needs a reason. Nothing was changed."
               : "The directory has no area of this id. Nothing was changed; ask the neighbour how it is "
                 "written.";
}

/* --- news ------------------------------------------------------------------------------------------- */

static void covers_begin_news(Concordat__V1__Message *message, Concordat__V1__Covered *covered)
{
    concordat__v1__message__init(message);
    message->body_case = CONCORDAT__V1__MESSAGE__BODY_COVERED;
    message->covered = covered;
}

void covers_tell(struct broker *b, const struct session *answered, uint16_t coordinator, uint16_t area)
{
    Concordat__V1__Covered covered;
    Concordat__V1__Message message;
    struct outgoing_packed packed = {0, 0};
    uint16_t own = directory_coordinator_slot(b->directory, area);
    covers_say(b, coordinator, area, &covered);
    covers_begin_news(&message, &covered);
    for (struct session *session = sessions_of_coordinators(&b->sessions), *next; session; session = next) {
        next = sessions_next(&b->sessions, session);
        bool concerned = session->peer.slot == coordinator || session->peer.slot == own;
        if (concerned && session->news.wanted && session != answered && sight_admits(b, session))
            outgoing_share(b->turn.outgoing, &session->route, &message, &packed);
    }
}

void covers_tell_session(struct broker *b, struct session *session)
{
    Concordat__V1__Covered list[COVERS_AT_ONCE_MAX];
    Concordat__V1__Message message;
    size_t count = 0;
    if (session->peer.party == PARTY_COORDINATOR)
        count = covers_list(b, session->peer.slot, list, COVERS_AT_ONCE_MAX);
    for (size_t i = 0; i < count && sight_admits(b, session); i++) {
        covers_begin_news(&message, &list[i]);
        outgoing_add(b->turn.outgoing, &session->route, &message);
    }
}

size_t covers_list(const struct broker *b, uint16_t coordinator, Concordat__V1__Covered *list, size_t max)
{
    size_t count = 0;
    for (uint32_t row = 0; row < b->state->covers.count && count < max; row++) {
        const struct cover *cover = table_row(&b->state->covers, row);
        bool concerned = cover->key.coordinator == coordinator ||
                         directory_coordinator_slot(b->directory, cover->key.area) == coordinator;
        if (concerned && cover_is_live(cover, b->time.now_ms))
            covers_say(b, cover->key.coordinator, cover->key.area, &list[count++]);
    }
    return count;
}
