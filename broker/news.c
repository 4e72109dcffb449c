/* news.c: who is told what, once it is on disk. */
#include <string.h>

#include "broker/inside.h"

static ProtobufCBinaryData bytes(const uint8_t *data, size_t size)
{
    return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)data};
}

static void tell(struct broker *b, struct session *session, const Concordat__V1__Message *message)
{
    if (broker_admits(b, session))
        outgoing_add(&b->outgoing, &session->route, message);
}

/* --- offers ----------------------------------------------------------------------------------------- */

/* An offer in the making: what a team needs to decide. The person's record is asked for apart. */
struct offer_message {
    Concordat__V1__Message message;
    Concordat__V1__Offer offer;
    struct status status;
};

static bool make_offer(struct broker *b, struct offer_message *o, const struct referral *r)
{
    concordat__v1__message__init(&o->message);
    concordat__v1__offer__init(&o->offer);
    status_of_referral(&o->status, b->state, b->directory, r);
    o->message.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER;
    o->message.offer = &o->offer;
    o->offer.referral = bytes(r->id, ID_BYTES);
    o->offer.number = o->status.number;
    o->offer.attempt = r->offer.attempt;
    o->offer.offered_ms = r->offer.offered_ms;
    o->offer.expires_ms = r->offer.expires_ms;
    o->offer.handover = r->offer.handover;
    o->offer.if_ignored = r->offer.handover ? "It stays with the team that has it now."
                          : r->offer.assigned
                              ? "It goes back to the duty coordinator."
                              : "The next team is asked at once, or the duty coordinator takes over.";
    o->offer.status = &o->status.message;
    o->offer.facts = (Concordat__V1__Referral *)(uintptr_t)questions_facts(b, r->facts_seq);
    const Concordat__V1__Confidential *confidential = questions_confidential(b, r->confidential_seq);
    if (confidential)
        o->offer.callback_number = confidential->callback_number;
    return o->offer.facts != NULL;
}

static bool is_team(const struct session *session, uint16_t team)
{
    return session->live && session->wants_news && !session->behind && session->party == PARTY_TEAM &&
           session->slot == team;
}

static void send_offer(struct broker *b, const struct happened *happened)
{
    const struct referral *r = state_referral(b->state, happened->referral);
    struct offer_message o;
    if (!r || r->offer.attempt != happened->attempt)
        return; /* it has ended within the same turn */
    bool made = false;
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        if (!is_team(session, happened->team))
            continue;
        if (!made && !make_offer(b, &o, r))
            return;
        made = true;
        tell(b, session, &o.message);
    }
}

static void send_offer_over(struct broker *b, const struct happened *happened)
{
    struct status status;
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__OfferOver over = CONCORDAT__V1__OFFER_OVER__INIT;
    if (!status_of(&status, b->state, b->directory, happened->referral))
        return;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER_OVER;
    message.offer_over = &over;
    over.referral = bytes(happened->referral, ID_BYTES);
    over.number = status.number;
    over.attempt = happened->attempt;
    over.end = (Concordat__V1__OfferEnd)happened->end;
    over.status = &status.message;
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        if (is_team(session, happened->team))
            tell(b, session, &message);
    }
}

/* --- statuses --------------------------------------------------------------------------------------- */

/* What changes who holds a case or what is promised; the rest is no news. */
static bool is_news(const struct happened *happened)
{
    return happened->has_referral && happened->kind != EVENT_OFFER_SEEN &&
           happened->kind != EVENT_RECORD_READ && happened->kind != EVENT_REFERRER_TOLD;
}

/* The source that submitted it, the team that holds or held it, every coordinator. Teams that are asked get
 * the offer instead; auditors follow the feed. */
static bool is_told(const struct broker *b, const struct session *session, const struct referral *r,
                    const struct ended_case *ended)
{
    if (!session->live || !session->wants_news || session->behind)
        return false;
    uint16_t origin = r ? r->origin : ended->origin;
    uint16_t team = r ? r->team : ended->team;
    switch ((int)session->role) {
    case CONCORDAT__V1__ROLE__ROLE_SOURCE:
        return strcmp(state_origin_id(b->state, origin), session->key_name) == 0;
    case CONCORDAT__V1__ROLE__ROLE_TEAM:
        return team != SLOT_NONE && team == session->slot;
    case CONCORDAT__V1__ROLE__ROLE_COORDINATOR:
        return true;
    default:
        return false;
    }
}

static void send_status(struct broker *b, const struct happened *happened)
{
    const struct referral *r = state_referral(b->state, happened->referral);
    const struct ended_case *ended = r ? NULL : state_ended(b->state, happened->referral);
    struct status status;
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    if (!status_of(&status, b->state, b->directory, happened->referral))
        return;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_STATUS;
    message.status = &status.message;
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        bool former = happened->former_team != SLOT_NONE && is_team(session, happened->former_team);
        if (former || is_told(b, session, r, ended))
            tell(b, session, &message);
    }
}

/* One status for each case, however much happened to it in the turn: that of its last event; and one where a
 * team loses it. */
static bool happens_again(const struct batch *batch, size_t at)
{
    if (batch->items[at].happened.former_team != SLOT_NONE)
        return false;
    for (size_t later = at + 1; later < batch->count; later++)
        if (is_news(&batch->items[later].happened) &&
            memcmp(batch->items[later].happened.referral, batch->items[at].happened.referral, ID_BYTES) == 0)
            return true;
    return false;
}

/* --- all that a session ought to know --------------------------------------------------------------- */

enum { PIECE_MESSAGES = 200 }; /* well below what a connection holds, or the last would never be told */

/* The next piece. News go on meanwhile, so that what has been told stays true. */
static void catch_up(struct broker *b, struct session *session)
{
    int told = 0;
    uint32_t rows = state_referral_rows(b->state);
    while (session->live && session->told_rows < rows && told < PIECE_MESSAGES) {
        const struct referral *r = state_referral_row(b->state, session->told_rows++);
        struct offer_message o;
        if (r->state == CASE_NONE || session->role == CONCORDAT__V1__ROLE__ROLE_AUDITOR ||
            !questions_concerns(b, session, r))
            continue;
        told++;
        bool asked = session->party == PARTY_TEAM && r->offer.attempt && r->offer.team == session->slot;
        if (asked && make_offer(b, &o, r)) {
            tell(b, session, &o.message);
            continue;
        }
        struct status status;
        Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
        status_of_referral(&status, b->state, b->directory, r);
        message.body_case = CONCORDAT__V1__MESSAGE__BODY_STATUS;
        message.status = &status.message;
        tell(b, session, &message);
    }
    session->catching_up = session->live && session->told_rows < rows;
}

void news_send(struct broker *b)
{
    for (size_t i = 0; i < b->batch.count; i++) {
        const struct happened *happened = &b->batch.items[i].happened;
        if (happened->kind == EVENT_OFFERED)
            send_offer(b, happened);
        else if (happened->kind == EVENT_OFFER_ENDED || happened->kind == EVENT_ACCEPTED)
            send_offer_over(b, happened);
        if (is_news(happened) && !happens_again(&b->batch, i))
            send_status(b, happened);
    }
    if (!b->someone_ready)
        return;
    b->someone_ready = false;
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        if (!session->live || !(session->ready || session->catching_up))
            continue;
        if (session->ready) {
            session->behind = session->ready = false;
            session->told_rows = 0;
        }
        catch_up(b, session);
        b->someone_ready |= session->catching_up;
    }
}
