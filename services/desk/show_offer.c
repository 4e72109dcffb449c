/* show_offer.c: offers and their ends, with what a team needs to decide: see show.h. */
#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/language_names.h"
#include "services/desk/next_sentence.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"

typedef Concordat__V1__Referral referral;
typedef Concordat__V1__Offer offer_message;

/* Words of a code; nothing if it was not recorded. */
static const char *recorded_words(const ProtobufCEnumDescriptor *codes, int value, char out[WORDS_MAX])
{
    return value == 0 ? "" : words_for(codes, value, out);
}

static void age_words(const Concordat__V1__Demographics *person, char out[WORDS_MAX])
{
    if (!person || !person->age_known)
        snprintf(out, WORDS_MAX, "age not known");
    else
        snprintf(out, WORDS_MAX, "age %s%u", person->age_estimated ? "about " : "", person->age_years);
}

static void needs_words(const referral *facts, char out[SHOW_FLAGS_BYTES])
{
    size_t used = 0;
    char word[WORDS_MAX];
    out[0] = '\0';
    for (size_t i = 0; i < facts->n_needs && used < SHOW_FLAGS_BYTES; i++)
        used += (size_t)snprintf(out + used, SHOW_FLAGS_BYTES - used, "%s%s", i > 0 ? ", " : "",
                                 words_for(&concordat__v1__need__descriptor, (int)facts->needs[i], word));
}

/* Empty if it was not recorded. */
static const char *scene_words(const referral *facts, char out[WORDS_MAX])
{
    bool street = facts && facts->details_case == CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE;
    return recorded_words(&concordat__v1__scene_safety__descriptor,
                          street ? (int)facts->street_triage->scene_safety : 0, out);
}

static void show_person(struct sheet *sheet, const referral *facts)
{
    char age[WORDS_MAX];
    const Concordat__V1__Demographics *person = facts->person;
    bool has_language = person && person->language[0] != '\0';
    age_words(person, age);
    sheet_row(sheet, "Person", "%s%s%s%s%s", age, has_language ? ", language " : "",
              has_language ? language_names_of(person->language) : "",
              person && person->interpreter_needed == CONCORDAT__V1__ANSWERED__ANSWERED_YES
                  ? ", interpreter needed"
                  : "",
              facts->intoxicated == CONCORDAT__V1__ANSWERED__ANSWERED_YES ? ", intoxicated" : "");
}

static void show_facts(struct sheet *sheet, const referral *facts)
{
    char word[WORDS_MAX], text[SHOW_FLAGS_BYTES];
    show_person(sheet, facts);
    needs_words(facts, text);
    sheet_row(sheet, "Needs", "%s", text);
    sheet_row(sheet, "Scene", "%s", scene_words(facts, word));
    if (facts->legal)
        sheet_row(sheet, "Legal", "%s",
                  recorded_words(&concordat__v1__legal_status__descriptor, (int)facts->legal->status, word));
    show_flags(facts->flags, facts->n_flags, text);
    sheet_row(sheet, "Noted", "%s", text);
}

static const char *offer_district(const offer_message *offer)
{
    return offer->facts ? offer->facts->postcode_district : "";
}

/* The urgency that the case is routed by, which is there even if the referrer gave none. */
static const char *offer_urgency(const offer_message *offer, char out[WORDS_MAX])
{
    Concordat__V1__Urgency urgency = offer->facts ? offer->facts->urgency : 0;
    if (offer->status && offer->status->urgency != 0)
        urgency = offer->status->urgency;
    return words_for(&concordat__v1__urgency__descriptor, (int)urgency, out);
}

static const char *offer_source(const offer_message *offer, char out[WORDS_MAX])
{
    int source = offer->facts ? (int)offer->facts->source : 0;
    return words_for(&concordat__v1__source__descriptor, source, out);
}

static const char *offer_drill(const offer_message *offer)
{
    bool drill = (offer->facts && offer->facts->drill) || (offer->status && offer->status->drill);
    return drill ? " (DRILL)" : "";
}

/* An offer that the ladder makes while a team has the case is no wish of that team's. */
static const char *offer_kind(const offer_message *offer, const char *handover, const char *ladders)
{
    return offer->handover && !offer->sought ? handover : ladders;
}

/* What the team is asked to do, and what it is not usually asked. */
static void show_asked(struct sheet *sheet, const offer_message *offer)
{
    static const char *const asked[] = {
        [CONCORDAT__V1__TEAM_OFFERS__TEAM_OFFERS_COMES] = "to come to the person",
        [CONCORDAT__V1__TEAM_OFFERS__TEAM_OFFERS_RINGS] = "to ring; a team that comes is sought meanwhile",
        [CONCORDAT__V1__TEAM_OFFERS__TEAM_OFFERS_RECEIVES] = "to receive the person",
    };
    bool known = (size_t)offer->offers < sizeof asked / sizeof *asked && asked[offer->offers];
    if (known)
        sheet_row(sheet, "Asked", "%s", asked[offer->offers]);
    if (offer->sought && offer->status)
        sheet_row(sheet, "Now with", "%s, until a team comes%s", offer->status->owner_name,
                  offer->status->seeking == CONCORDAT__V1__SEEKING__SEEKING_ONE_SOONER ? " sooner" : "");
    show_differences(sheet, offer->n_differs, offer->differs);
}

void show_offer(struct sheet *sheet, const offer_message *offer, int64_t now_ms)
{
    char urgency[WORDS_MAX], source[WORDS_MAX], time[TIME_WORDS_BYTES];
    const char *area = offer->status ? next_area(offer->status) : "", *district = offer_district(offer);
    sheet_headline(sheet, TONE_WAITING, offer_kind(offer, "HANDOVER", "OFFER"), "%s%s", offer->number,
                   offer_drill(offer));
    show_asked(sheet, offer);
    sheet_row(sheet, "From", "%s, %s", offer_source(offer, source), offer_urgency(offer, urgency));
    sheet_row(sheet, "Area", "%s%s%s", area, area[0] != '\0' && district[0] != '\0' ? ", " : "", district);
    if (offer->facts)
        show_facts(sheet, offer->facts);
    sheet_row(sheet, "Callback", "%s", offer->callback_number);
    if (offer->status)
        show_changes(sheet, offer->status, now_ms);
    if (offer->status)
        show_messages(sheet, offer->status, now_ms);
    time_words(offer->expires_ms, now_ms, time);
    sheet_row(sheet, "Answer by", "%s", time);
    sheet_row(sheet, "If not", "%s", offer->if_ignored);
}

void show_offer_line(struct sheet *sheet, const offer_message *offer, int64_t now_ms)
{
    char urgency[WORDS_MAX], source[WORDS_MAX], age[WORDS_MAX], time[TIME_WORDS_BYTES], word[WORDS_MAX];
    const char *district = offer_district(offer), *scene = scene_words(offer->facts, word);
    age_words(offer->facts ? offer->facts->person : NULL, age);
    time_words(offer->expires_ms, now_ms, time);
    sheet_sentence(sheet, "%s %s%s: %s, %s, %s, %s%s%s; ring back %s; answer by %s; if not: %s",
                   offer_kind(offer, "handover", "offer"), offer->number, offer_drill(offer),
                   offer_urgency(offer, urgency), offer_source(offer, source),
                   district[0] != '\0' ? district : "place not known", age,
                   scene[0] != '\0' ? ", scene " : "", scene, offer->callback_number, time,
                   offer->if_ignored);
}

static const char *const endings[] = {
    [CONCORDAT__V1__OFFER_END__OFFER_END_UNSPECIFIED] = "it has ended",
    [CONCORDAT__V1__OFFER_END__OFFER_END_ACCEPTED] = "already accepted by another device of your team",
    [CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED] = "already declined by another device of your team",
    [CONCORDAT__V1__OFFER_END__OFFER_END_EXPIRED] = "the time to answer has run out",
    [CONCORDAT__V1__OFFER_END__OFFER_END_TEAM_ABSENT] = "your team counts as absent",
    [CONCORDAT__V1__OFFER_END__OFFER_END_REFERRAL_WITHDRAWN] = "withdrawn by the referrer",
    [CONCORDAT__V1__OFFER_END__OFFER_END_CASE_MOVED] = "the duty coordinator has moved the case",
    [CONCORDAT__V1__OFFER_END__OFFER_END_CANCELLED] = "the team that asked you keeps the case",
    [CONCORDAT__V1__OFFER_END__OFFER_END_LATE_ANSWER] =
        "a team that was asked before has said yes after all, and takes it; you need do nothing",
    [CONCORDAT__V1__OFFER_END__OFFER_END_ORIGIN_SHARE] =
        "your places were full, and a source with fewer cases here was waiting",
    [CONCORDAT__V1__OFFER_END__OFFER_END_NO_SOONER] =
        "thank you; the team that has it comes as soon, and keeps it",
    [CONCORDAT__V1__OFFER_END__OFFER_END_NOT_NEEDED] = "thank you; nobody else is needed now",
    [CONCORDAT__V1__OFFER_END__OFFER_END_CHANGED] =
        "the referrer changed the case, and another team is asked now",
};

/* What the team that hands a case over is told. */
static const char *const handover_endings[] = {
    [CONCORDAT__V1__OFFER_END__OFFER_END_UNSPECIFIED] = "it has ended; it stays with you",
    [CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED] = "the team that you asked declined; it stays with you",
    [CONCORDAT__V1__OFFER_END__OFFER_END_EXPIRED] =
        "the team that you asked did not answer in time; it stays with you",
    [CONCORDAT__V1__OFFER_END__OFFER_END_TEAM_ABSENT] =
        "nobody is there at the team that you asked; it stays with you",
    [CONCORDAT__V1__OFFER_END__OFFER_END_CANCELLED] = "you have cancelled it; it stays with you",
};

static const char *handover_end(Concordat__V1__OfferEnd end)
{
    bool known = (size_t)end < sizeof handover_endings / sizeof *handover_endings && handover_endings[end];
    return handover_endings[known ? end : CONCORDAT__V1__OFFER_END__OFFER_END_UNSPECIFIED];
}

const char *show_offer_end(Concordat__V1__OfferEnd end)
{
    bool known = (size_t)end < sizeof endings / sizeof *endings && endings[end];
    return endings[known ? end : CONCORDAT__V1__OFFER_END__OFFER_END_UNSPECIFIED];
}

void show_offer_over_line(struct sheet *sheet, const Concordat__V1__OfferOver *over)
{
    if (over->own_handover)
        sheet_headline(sheet, TONE_WAITING, over->number, "handover over: %s", handover_end(over->end));
    else
        sheet_headline(sheet, TONE_PLAIN, over->number, "offer over: %s", show_offer_end(over->end));
}

void show_offer_over(struct sheet *sheet, const Concordat__V1__OfferOver *over, const char *team)
{
    const Concordat__V1__CaseStatus *status = over->status;
    show_offer_over_line(sheet, over);
    if (status && strcmp(status->owner, team) != 0)
        sheet_row(sheet, "Held by", "%s, ring %s", status->owner_name, status->ring);
}
