/* show_offer.c: an offer, with what a team needs to decide. */
#include <string.h>

#include "proto/words/words.h"
#include "services/cli/show.h"

typedef Concordat__V1__Referral referral;

/* Words of an enum, or nothing where it was not recorded. */
static const char *recorded(const ProtobufCEnumDescriptor *descriptor, int value, char out[WORDS_MAX])
{
    return value == 0 ? "" : words_for(descriptor, value, out);
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

static Concordat__V1__SceneSafety scene_safety(const referral *facts)
{
    return facts->details_case == CONCORDAT__V1__REFERRAL__DETAILS_STREET_TRIAGE
               ? facts->street_triage->scene_safety
               : CONCORDAT__V1__SCENE_SAFETY__SCENE_SAFETY_UNSPECIFIED;
}

static void show_facts(const struct say *say, const referral *facts)
{
    char word[WORDS_MAX], text[SHOW_FLAGS_BYTES];
    const Concordat__V1__Demographics *person = facts->person;

    age_words(person, word);
    say_row(say, "Person", "%s%s%s%s%s", word,
            person != NULL && person->language[0] != '\0' ? ", language " : "",
            person != NULL ? person->language : "",
            person != NULL && person->interpreter_needed ? ", interpreter needed" : "",
            facts->intoxicated ? ", intoxicated" : "");
    needs_words(facts, text);
    say_row(say, "Needs", "%s", text);
    say_row(say, "Scene", "%s",
            recorded(&concordat__v1__scene_safety__descriptor, (int)scene_safety(facts), word));
    if (facts->legal)
        say_row(say, "Legal", "%s",
                recorded(&concordat__v1__legal_status__descriptor, (int)facts->legal->status, word));
    show_flags(facts->flags, facts->n_flags, text);
    say_row(say, "Noted", "%s", text);
}

static const char *district(const Concordat__V1__Offer *offer)
{
    return offer->facts != NULL ? offer->facts->postcode_district : "";
}

/* The urgency that it is routed by, which is there even where the referrer gave none. */
static const char *urgency_words(const Concordat__V1__Offer *offer, char out[WORDS_MAX])
{
    Concordat__V1__Urgency urgency = offer->facts ? offer->facts->urgency : 0;

    if (offer->status && offer->status->urgency != 0)
        urgency = offer->status->urgency;
    return words_for(&concordat__v1__urgency__descriptor, (int)urgency, out);
}

static const char *source_words(const Concordat__V1__Offer *offer, char out[WORDS_MAX])
{
    int source = offer->facts ? (int)offer->facts->source : 0;

    return words_for(&concordat__v1__source__descriptor, source, out);
}

static bool is_drill(const Concordat__V1__Offer *offer)
{
    return (offer->facts && offer->facts->drill) || (offer->status && offer->status->drill);
}

void show_offer(const struct say *say, const Concordat__V1__Offer *offer)
{
    char urgency[WORDS_MAX], source[WORDS_MAX], time[SAY_TIME_BYTES];
    const char *area = offer->status ? offer->status->area : "";

    say_banner(say, TONE_WAITING, offer->handover ? "HANDOVER" : "OFFER", "%s%s", offer->number,
               is_drill(offer) ? " (DRILL)" : "");
    say_row(say, "From", "%s, %s", source_words(offer, source), urgency_words(offer, urgency));
    say_row(say, "Area", "%s%s%s", area, area[0] != '\0' && district(offer)[0] != '\0' ? ", " : "",
            district(offer));
    if (offer->facts)
        show_facts(say, offer->facts);
    say_row(say, "Callback", "%s", offer->callback_number);
    say_time(offer->expires_ms, say->now_ms, time);
    say_row(say, "Answer by", "%s", time);
    say_row(say, "If not", "%s", offer->if_ignored);
    say_row(say, "Answer", "accept %s MINUTES, or decline %s REASON", offer->number, offer->number);
}

void show_offer_line(const struct say *say, const Concordat__V1__Offer *offer)
{
    char urgency[WORDS_MAX], source[WORDS_MAX], age[WORDS_MAX], time[SAY_TIME_BYTES], scene[WORDS_MAX];
    const Concordat__V1__Demographics *person = offer->facts ? offer->facts->person : NULL;
    int safety = offer->facts ? (int)scene_safety(offer->facts) : 0;

    age_words(person, age);
    say_time(offer->expires_ms, say->now_ms, time);
    fprintf(say->out, "%s %s%s: %s, %s, %s, %s%s%s; ring back %s; answer by %s; if not: %s\n",
            offer->handover ? "handover" : "offer", offer->number, is_drill(offer) ? " (DRILL)" : "",
            urgency_words(offer, urgency), source_words(offer, source),
            district(offer)[0] ? district(offer) : "place not known", age, safety != 0 ? ", scene " : "",
            recorded(&concordat__v1__scene_safety__descriptor, safety, scene), offer->callback_number, time,
            offer->if_ignored);
}
