/* news.c: who is told what, once it is on disk. */
#include <string.h>

#include "broker/shell/inside.h"

static ProtobufCBinaryData bytes(const uint8_t *data, size_t size)
{
    return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)data};
}

/* Who is behind is told piece by piece of all cases; of a case that it has been told of already it hears news
 * like everybody else. */
static bool listens(const struct session *session, uint32_t row)
{
    return session->wants_news && (!session->behind || row < session->told_below);
}

/* One piece of news, packed once for all who are told. */
struct news {
    Concordat__V1__Message message;
    struct outgoing_packed packed;
    uint32_t row;   /* of the case; 0 for one that has ended */
    uint32_t knows; /* row + 1 of a session that has been told; 0: none */
};

/* May end the session: its key can have been withdrawn since. */
static void tell(struct broker *b, struct session *session, struct news *news)
{
    if (broker_admits(b, session))
        outgoing_share(b->outgoing, &session->route, &news->message, &news->packed);
}

/* Tells a whole circle, from its first session on. */
static void tell_circle(struct broker *b, struct session *first, struct news *news)
{
    for (struct session *session = first, *next; session; session = next) {
        next = sessions_next(&b->sessions, session);
        bool knows = news->knows == sessions_row_of(&b->sessions, session) + 1;
        if (!knows && listens(session, news->row))
            tell(b, session, news);
    }
}

static void begin(struct news *news, const struct broker *b, const struct referral *r)
{
    concordat__v1__message__init(&news->message);
    news->packed = (struct outgoing_packed){0, 0};
    news->knows = 0;
    /* Of an ended case everybody who has been told of anything is told. */
    news->row = r ? (uint32_t)(r - state_referral_row(b->state, 0)) : 0;
}

/* --- offers ----------------------------------------------------------------------------------------- */

/* An offer in the making: what a team needs to decide. The person's record is asked for apart. */
struct offer_news {
    struct news news;
    Concordat__V1__Offer offer;
    char number[NUMBER_TEXT_BYTES];
    ProtobufCMessageUnknownField as_stored[3];
};

enum { OFFER_FACTS = 7, OFFER_CALLBACK = 8, OFFER_STATUS = 10, OFFER_OVER_STATUS = 5 }; /* their fields */

static bool make_offer(struct broker *b, struct offer_news *o, const struct referral *r)
{
    begin(&o->news, b, r);
    concordat__v1__offer__init(&o->offer);
    words_number(r->number, r->drill, o->number);
    o->news.message.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER;
    o->news.message.offer = &o->offer;
    o->offer.referral = bytes(r->id, ID_BYTES);
    o->offer.number = o->number;
    o->offer.attempt = r->offer.attempt;
    o->offer.offered_ms = r->offer.offered_ms;
    o->offer.expires_ms = r->offer.expires_ms;
    o->offer.handover = r->offer.handover;
    o->offer.if_ignored = r->offer.handover ? "It stays with the team that has it now."
                          : r->offer.assigned
                              ? "It goes back to the duty coordinator."
                              : "The next team is asked at once, or the duty coordinator takes over.";
    o->offer.base.unknown_fields = o->as_stored;
    o->offer.base.n_unknown_fields = 2;
    if (!questions_referral(b, r->facts_seq, OFFER_FACTS, &o->as_stored[0]) ||
        !statuses_find(&b->statuses, b->state, b->directory, (struct any_case){.open = r}, OFFER_STATUS,
                       &o->as_stored[1]))
        return false;
    o->offer.base.n_unknown_fields +=
        questions_callback(b, r->confidential_seq, OFFER_CALLBACK, &o->as_stored[2]);
    return true;
}

static void send_offer(struct broker *b, const struct happened *happened, const struct referral *r)
{
    if (!r || r->offer.attempt != happened->attempt)
        return; /* it has ended within the same turn */
    struct offer_news o;
    struct session *first = sessions_of_team(&b->sessions, happened->team);
    if (first && make_offer(b, &o, r))
        tell_circle(b, first, &o.news);
}

static void send_offer_over(struct broker *b, const struct happened *happened, struct any_case of)
{
    struct news news;
    Concordat__V1__OfferOver over = CONCORDAT__V1__OFFER_OVER__INIT;
    ProtobufCMessageUnknownField status;
    char number[NUMBER_TEXT_BYTES];
    begin(&news, b, of.open);
    words_number(of.open ? of.open->number : of.ended->number, of.open ? of.open->drill : of.ended->drill,
                 number);
    news.message.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER_OVER;
    news.message.offer_over = &over;
    over.referral = bytes(happened->referral, ID_BYTES);
    over.number = number;
    over.attempt = happened->attempt;
    over.end = (Concordat__V1__OfferEnd)happened->end;
    over.base.unknown_fields = &status;
    over.base.n_unknown_fields =
        statuses_find(&b->statuses, b->state, b->directory, of, OFFER_OVER_STATUS, &status);
    tell_circle(b, sessions_of_team(&b->sessions, happened->team), &news);
}

/* --- statuses --------------------------------------------------------------------------------------- */

/* What changes who holds a case or what is promised; the rest is no news. */
static bool is_news(const struct happened *happened)
{
    return happened->has_referral && happened->kind != EVENT_OFFER_SEEN &&
           happened->kind != EVENT_RECORD_READ && happened->kind != EVENT_REFERRER_TOLD;
}

/* News that are nothing but a status. */
static void begin_status(struct news *news, struct broker *b, struct any_case of,
                         ProtobufCMessageUnknownField *status)
{
    begin(news, b, of.open);
    news->message.base.unknown_fields = status;
    news->message.base.n_unknown_fields =
        statuses_find(&b->statuses, b->state, b->directory, of, CONCORDAT__V1__MESSAGE__BODY_STATUS, status);
}

/* The source that submitted it, the team that holds or held it, every coordinator: but for who asked for what
 * came last, whose answer has the same status. Teams that are asked get the offer instead; auditors follow
 * the feed. */
static void send_status(struct broker *b, const struct happened *happened, struct any_case of)
{
    ProtobufCMessageUnknownField status;
    struct news news;
    begin_status(&news, b, of, &status);
    news.knows = happened->asker;
    const char *origin = state_origin_id(b->state, of.open ? of.open->origin : of.ended->origin);
    tell_circle(b, sessions_of_source(&b->sessions, origin), &news);
    tell_circle(b, sessions_of_team(&b->sessions, of.open ? of.open->team : of.ended->team), &news);
    tell_circle(b, sessions_of_coordinators(&b->sessions), &news);
}

/* A team that no longer has the case is told once. */
static void send_status_to_former_team(struct broker *b, const struct happened *happened, struct any_case of)
{
    ProtobufCMessageUnknownField status;
    struct news news;
    begin_status(&news, b, of, &status);
    tell_circle(b, sessions_of_team(&b->sessions, happened->former_team), &news);
}

/* One status for each case, however much happened to it in the turn: where its last news stands. Goes from
 * the end, so that the first time a case is met is its last. */
static void mark_last_news(struct broker *b)
{
    table_clear(&b->met);
    index_clear(&b->met_by_id);
    for (size_t i = b->batch.count; i-- > 0;) {
        struct happened *happened = &b->batch.items[i].happened;
        happened->is_last_news = false;
        if (!is_news(happened) || index_find(&b->met_by_id, &b->met, happened->referral) != ROW_NONE)
            continue;
        happened->is_last_news = true;
        if (!table_reserve(&b->met, 1) || !index_reserve(&b->met_by_id, 1))
            continue; /* short of memory a case may be told of twice */
        memcpy(table_add(&b->met), happened->referral, ID_BYTES);
        index_add(&b->met_by_id, &b->met, b->met.count - 1);
    }
}

/* --- all that a session ought to know --------------------------------------------------------------- */

/* Well within what may wait at a socket, and no faster than a peer reads. */
enum { PIECE_CASES = 100 };

static void tell_case(struct broker *b, struct session *session, const struct referral *r)
{
    struct offer_news o;
    ProtobufCMessageUnknownField status;
    struct news news;
    bool asked = session->party == PARTY_TEAM && r->offer.attempt && r->offer.team == session->slot;
    if (asked && make_offer(b, &o, r)) {
        tell(b, session, &o.news);
        return;
    }
    begin_status(&news, b, (struct any_case){.open = r}, &status);
    tell(b, session, &news);
}

/* One piece at a time, so that neither the turn nor the socket is filled. */
static void tell_piece(struct broker *b, struct session *session)
{
    uint32_t rows = state_referral_rows(b->state), told = 0;
    int64_t since_ms = b->now_mono_ms - session->piece_ms;
    if (since_ms >= NEWS_CALM_MS)
        session->setbacks = 0;
    if (since_ms < (int64_t)NEWS_PIECE_MS << session->setbacks) {
        b->someone_ready = true;
        return;
    }
    session->piece_ms = b->now_mono_ms;
    while (session->live && session->told_below < rows && told < PIECE_CASES) {
        const struct referral *r = state_referral_row(b->state, session->told_below++);
        if (r->state == CASE_NONE || session->party == PARTY_BROKER || !questions_concerns(b, session, r))
            continue;
        tell_case(b, session, r);
        told++;
    }
    session->behind = session->ready = session->live && session->told_below < rows;
    b->someone_ready |= session->ready;
}

void news_pack(struct broker *b)
{
    mark_last_news(b);
    for (size_t i = 0; i < b->batch.count; i++) {
        const struct happened *happened = &b->batch.items[i].happened;
        if (!happened->has_referral)
            continue;
        const struct any_case of = state_case(b->state, happened->referral);
        if (happened->kind == EVENT_OFFERED)
            send_offer(b, happened, of.open);
        else if (happened->kind == EVENT_OFFER_ENDED || happened->kind == EVENT_ACCEPTED)
            send_offer_over(b, happened, of);
        if (happened->former_team != SLOT_NONE)
            send_status_to_former_team(b, happened, of);
        if (happened->is_last_news)
            send_status(b, happened, of);
    }
    if (!b->someone_ready)
        return;
    b->someone_ready = false;
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        if (session->live && session->ready)
            tell_piece(b, session);
    }
}
