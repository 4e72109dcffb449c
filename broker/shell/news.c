/* news.c: who is told what happened to a case, once it is on disk. */
#include "broker/shell/news.h"

#include "broker/shell/changes.h"
#include "broker/shell/confidential.h"
#include "broker/shell/inside.h"
#include "broker/shell/messages.h"
#include "broker/shell/sight.h"
#include "broker/shell/stored.h"
#include "proto/wire/borrowed.h"

enum { OFFER_FACTS = 7, OFFER_CALLBACK = 8, OFFER_STATUS = 10, OFFER_OVER_STATUS = 5 }; /* their fields */

/* One piece of news, packed once for everybody who is told. */
struct news {
    Concordat__V1__Message message;
    struct outgoing_packed packed;
    uint32_t row;    /* of the open case; 0 if it has ended, so that whoever has been sent any case is told */
    uint32_t except; /* row + 1 of a session that is told by its answer; 0: none */
    struct any_case of;
};

static void news_begin(struct news *news, const struct broker *b, struct any_case of)
{
    concordat__v1__message__init(&news->message);
    news->packed = (struct outgoing_packed){0, 0};
    news->row = of.open ? (uint32_t)(of.open - state_referral_row(b->state, 0)) : 0;
    news->except = 0;
    news->of = of;
}

/* A session that is catching up already gets the news of the cases that it has been sent. Of all coordinators
 * only those are told whose case it is. */
static bool news_reaches(const struct broker *b, const struct news *news, const struct session *session)
{
    if (!session->news.wanted || (session->news.catching_up && news->row >= session->news.next_row))
        return false;
    return session->peer.party != PARTY_COORDINATOR || sight_may_see(b, session, news->of);
}

/* May end the session: its key can have been withdrawn. */
static void news_tell(struct broker *b, struct session *session, struct news *news)
{
    if (sight_admits(b, session))
        outgoing_share(b->turn.outgoing, &session->route, &news->message, &news->packed);
}

/* Tells a whole audience, given by its first session. */
static void news_tell_audience(struct broker *b, struct session *first, struct news *news)
{
    for (struct session *session = first, *next; session; session = next) {
        next = sessions_next(&b->sessions, session);
        if (news_reaches(b, news, session) && news->except != sessions_row_of(&b->sessions, session) + 1)
            news_tell(b, session, news);
    }
}

/* --- offers ----------------------------------------------------------------------------------------- */

/* An offer has what a team needs to decide. The team asks for the person's record separately. */
struct offer_news {
    struct news news;
    Concordat__V1__Offer offer;
    char number[NUMBER_TEXT_BYTES];
    spliced_field fields[3];
    Concordat__V1__Consideration differs[RECORD_DIFFERENCES_MAX];
};

static const char *offer_if_ignored(const struct live_offer *offer)
{
    return offer->sought     ? "The next team is asked; the team that has it now goes on."
           : offer->handover ? "It stays with the team that has it now."
           : offer->assigned ? "It goes back to the duty coordinator."
                             : "The next team is asked at once, or the duty coordinator takes over.";
}

static bool offer_splice(struct broker *b, struct offer_news *o, const struct referral *r)
{
    struct any_case of = {.open = r};
    const struct case_reader reader = {PARTY_TEAM, r->offer.team};
    if (stored_referral(b, r->facts_seq, r->id, OFFER_FACTS, &o->fields[0]) != STORED_FOUND ||
        !changes_status(b, of, &reader, OFFER_STATUS, &o->fields[1]))
        return false;
    bool has_callback = confidential_callback(b, r, OFFER_CALLBACK, &o->fields[2]);
    spliced_into(&o->offer.base, o->fields, has_callback ? 3 : 2);
    return true;
}

/* False if the referral cannot be read back. */
static bool offer_make(struct broker *b, struct offer_news *o, const struct referral *r)
{
    news_begin(&o->news, b, (struct any_case){.open = r});
    concordat__v1__offer__init(&o->offer);
    words_number(r->number, r->drill, o->number);
    o->news.message.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER;
    o->news.message.offer = &o->offer;
    o->offer.referral = borrowed_bytes(r->id, ID_BYTES);
    o->offer.number = o->number;
    o->offer.attempt = r->offer.attempt;
    o->offer.offered_ms = state_utc(b->state, r->offer.offered_ms);
    o->offer.expires_ms = state_utc(b->state, r->offer.expires_ms);
    o->offer.handover = r->offer.handover;
    o->offer.sought = r->offer.sought;
    o->offer.n_differs = record_differences(r->offer.differs, o->differs);
    o->offer.differs = o->differs;
    const struct policy_team *team = directory_team(b->directory, r->offer.team);
    if (team)
        o->offer.offers = (Concordat__V1__TeamOffers)team->offers;
    o->offer.if_ignored = borrowed_text(offer_if_ignored(&r->offer));
    return offer_splice(b, o, r);
}

static void tell_offer(struct broker *b, const struct happened *happened, const struct referral *r)
{
    if (!r || !happened->attempt || r->offer.attempt != happened->attempt)
        return; /* it has ended within the same turn */
    struct offer_news o;
    struct session *first = sessions_of_team(&b->sessions, happened->team);
    if (first && offer_make(b, &o, r))
        news_tell_audience(b, first, &o.news);
}

/* Tells a team how an offer ended: the one that was asked, or the one that hands its own case over. */
static void tell_offer_over(struct broker *b, const struct happened *happened, struct any_case of,
                            uint16_t team)
{
    struct news news;
    Concordat__V1__OfferOver over = CONCORDAT__V1__OFFER_OVER__INIT;
    spliced_field status;
    char number[NUMBER_TEXT_BYTES];
    news_begin(&news, b, of);
    words_number(of.open ? of.open->number : of.ended->number, of.open ? of.open->drill : of.ended->drill,
                 number);
    news.message.body_case = CONCORDAT__V1__MESSAGE__BODY_OFFER_OVER;
    news.message.offer_over = &over;
    over.referral = borrowed_bytes(happened->referral, ID_BYTES);
    over.number = number;
    over.attempt = happened->attempt;
    over.end = (Concordat__V1__OfferEnd)happened->end;
    over.own_handover = team != happened->team;
    if (changes_status(b, of, &(struct case_reader){PARTY_TEAM, team}, OFFER_OVER_STATUS, &status))
        spliced_into(&over.base, &status, 1);
    if (over.own_handover)
        news.except = happened->answered;
    news_tell_audience(b, sessions_of_team(&b->sessions, team), &news);
}

/* --- statuses --------------------------------------------------------------------------------------- */

/* A message that only has the status of a case. */
static void news_begin_status(struct news *news, struct broker *b, struct any_case of,
                              struct case_reader reader, spliced_field *status)
{
    news_begin(news, b, of);
    if (changes_status(b, of, &reader, CONCORDAT__V1__MESSAGE__BODY_STATUS, status))
        spliced_into(&news->message.base, status, 1);
}

/* Each side of a case reads the messages that are its own. */
static void news_status_for(struct news *news, struct broker *b, struct any_case of,
                            struct case_reader reader, spliced_field *status)
{
    uint32_t except = news->except;
    if (messages_wait(of))
        news_begin_status(news, b, of, reader, status);
    news->except = except;
}

/* The peer whose request made the last event is left out: its answer has the same status. Teams that are
 * asked get the offer instead. */
static void tell_status(struct broker *b, const struct happened *happened, struct any_case of)
{
    spliced_field status;
    struct news news;
    news_begin_status(&news, b, of, (struct case_reader){PARTY_SOURCE, SLOT_NONE}, &status);
    news.except = happened->answered;
    const char *origin = state_origin_id(b->state, of.open ? of.open->origin : of.ended->origin);
    uint16_t team = of.open ? of.open->team : of.ended->team;
    news_tell_audience(b, sessions_of_source(&b->sessions, origin), &news);
    news_status_for(&news, b, of, (struct case_reader){PARTY_TEAM, team}, &status);
    news_tell_audience(b, sessions_of_team(&b->sessions, team), &news);
    if (of.open && of.open->had_team != SLOT_NONE && of.open->had_team != team) {
        news_status_for(&news, b, of, (struct case_reader){PARTY_TEAM, of.open->had_team}, &status);
        news_tell_audience(b, sessions_of_team(&b->sessions, of.open->had_team), &news);
    }
    news_status_for(&news, b, of, (struct case_reader){PARTY_COORDINATOR, SLOT_NONE}, &status);
    news_tell_audience(b, sessions_of_coordinators(&b->sessions), &news);
}

/* A team that no longer has the case is told once. */
static void tell_former_team(struct broker *b, const struct happened *happened, struct any_case of)
{
    spliced_field status;
    struct news news;
    news_begin_status(&news, b, of, (struct case_reader){PARTY_TEAM, happened->former_team}, &status);
    news_tell_audience(b, sessions_of_team(&b->sessions, happened->former_team), &news);
}

/* A coordinator whose case it is no longer is told once, or they would go on believing that they hold it. */
static void tell_former_coordinator(struct broker *b, const struct happened *happened, struct any_case of)
{
    spliced_field status;
    struct news news;
    news_begin_status(&news, b, of, (struct case_reader){PARTY_BROKER, SLOT_NONE}, &status);
    for (struct session *session = sessions_of_coordinators(&b->sessions), *next; session; session = next) {
        next = sessions_next(&b->sessions, session);
        if (session->peer.slot == happened->former_coordinator && session->news.wanted &&
            !sight_may_see(b, session, of))
            news_tell(b, session, &news);
    }
}

void news_pack(struct broker *b)
{
    struct news_list *list = &b->turn.news;
    for (uint32_t row = 0; row < list->items.count; row++) {
        const struct happened *happened = news_list_item(list, row);
        const struct any_case of = state_case(b->state, happened->referral);
        if (happened->kind == EVENT_OFFERED || happened->kind == EVENT_UPDATED ||
            happened->kind == EVENT_MESSAGE_SENT)
            tell_offer(b, happened, of.open);
        else if (happened->kind == EVENT_OFFER_ENDED || happened->kind == EVENT_ACCEPTED)
            tell_offer_over(b, happened, of, happened->team);
        if (happened->hands_over != SLOT_NONE)
            tell_offer_over(b, happened, of, happened->hands_over);
        if (happened->former_team != SLOT_NONE)
            tell_former_team(b, happened, of);
        if (happened->former_coordinator != SLOT_NONE)
            tell_former_coordinator(b, happened, of);
        if (news_list_is_last(list, row))
            tell_status(b, happened, of);
    }
    news_list_clear(list);
}

void news_tell_case(struct broker *b, struct session *session, const struct referral *r)
{
    struct offer_news o;
    spliced_field status;
    struct news news;
    bool is_asked =
        session->peer.party == PARTY_TEAM && r->offer.attempt && r->offer.team == session->peer.slot;
    if (is_asked && offer_make(b, &o, r)) {
        news_tell(b, session, &o.news);
        return;
    }
    news_begin_status(&news, b, (struct any_case){.open = r},
                      (struct case_reader){session->peer.party, session->peer.slot}, &status);
    news_tell(b, session, &news);
}
