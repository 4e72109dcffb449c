/* show_who.c: who was told of a case, who looked at it and why, and who acted, in plain words: see show.h. */
#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/named.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"

typedef Concordat__V1__Event who_event;

enum { WHO_BYTES = 320, WHAT_BYTES = 400, VALUE_BYTES = 160 };

/* What the ids of an event stand for. */
struct who_names {
    const struct people *people;
    const Concordat__V1__Directory *directory;
};

#define WHY(name)  [CONCORDAT__V1__CONSIDERATION__CONSIDERATION_##name]
#define WHAT(name) [CONCORDAT__V1__EVENT__WHAT_##name]

/* What an event says. Each {field} stands for a field of it, and {@field} for one that is a person's id. */
static const char *const whats[] = {
    WHAT(RECEIVED) = "sent the referral",
    WHAT(UPDATED) = "changed the referral",
    WHAT(CHANGES_SEEN) = "said that they saw what was changed",
    WHAT(MESSAGE_SENT) = "wrote a message as the {from}",
    WHAT(WITHDRAWN) = "withdrew it",
    WHAT(OFFERED) = "offered it to {team}, as attempt {attempt}",
    WHAT(OFFER_SEEN) = "got the offer to {team}, on a device; nobody need have seen it",
    WHAT(OFFER_SHORTENED) = "left {team} less time to answer attempt {attempt}",
    WHAT(OFFER_ENDED) = "ended the offer to {team}: {end}",
    WHAT(HELD) = "gave it to {coordinator} to hold: {reason}",
    WHAT(REMINDED) = "reminded {coordinator} of it",
    WHAT(PASSED_OVER) = "passed it over from {previous}, who has left, to {coordinator}",
    WHAT(ACKNOWLEDGED) = "heard of it for {coordinator}",
    WHAT(TEAM_SILENT) = "told the coordinator that no device of {team} is there",
    WHAT(ASKED_AGAIN) = "told coordinators again, because it turned worse: {why}",
    WHAT(TAKEN) = "took it in hand for {coordinator}",
    WHAT(ACCEPTED) = "accepted it for {team}",
    WHAT(CHECKED_IN) = "said how far it is: {step}",
    WHAT(LEASE_WARNED) = "warned {team}, because nothing was heard by the promised time",
    WHAT(LEASE_LAPSED) = "took it back from {team}, because nothing was heard",
    WHAT(GIVEN_BACK) = "gave it back for {team}",
    WHAT(SOUGHT) = "sought another team, and found none that can be asked: {reason}",
    WHAT(WISH_RECORDED) = "recorded what the person wants: {wish}",
    WHAT(REOPENED) = "reopened it, because its end was a mistake: it was {undone}",
    WHAT(PASSED_ON) = "recorded that another provider has it: {provider}",
    WHAT(CLOSING_ASKED) = "wants to close it for {team} without contact: {outcome}, {without_contact}",
    WHAT(KEPT_OPEN) = "kept it open for {coordinator}, though {team} would close it",
    WHAT(CLOSED) = "closed it for {by}: {outcome}",
    WHAT(REFERRER_TOLD) = "was told that it is {state}",
    WHAT(CLOCK_BREACHED) = "saw a clock run out: {clock}",
    WHAT(CLOCK_WARNED) = "saw that a clock would run out soon: {clock}",
    WHAT(DETENTION_NOTED) = "recorded of the detention: {step}",
    WHAT(CONTACT_TRIED) = "could not reach the person, try {tries}; next: {next}",
    WHAT(TRIES_USED_UP) = "told the coordinator that {tries} tries to reach the person have failed",
    WHAT(WENT_MISSING) = "said that the person is missing",
    WHAT(FOUND) = "said that the person is found, by: {by}",
    WHAT(BESIDE_NOTED) = "said of what is asked for beside the team: {what}, {state}",
    WHAT(BESIDE_CHASED) = "reminded those who have it to ask: {what}",
    WHAT(RECORD_READ) = "read the record for {of}",
    WHAT(ERASED) = "erased the texts about the person, together with {@second}: {reason}",
    WHAT(HOLD_SET) = "put it on hold, so that it is not erased: {reason}",
    WHAT(HOLD_LIFTED) = "lifted a hold: {reason}",
    WHAT(ALTERATION_FOUND) = "found that something stored was altered: {what}",
};

static const char *what_template(const who_event *event)
{
    size_t row = (size_t)event->what_case;
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_RECORD_READ && event->record_read->who)
        return "asked for {of} who had to do with it";
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_RECORD_READ && event->record_read->break_glass)
        return "read the record for {of}, beyond their areas: {break_glass}";
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_TAKEN && event->taken->previous_team[0])
        return "took it in hand for {coordinator}, from {previous_team}";
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_OFFERED && event->offered->late)
        return "offered it anew to {team}, who said yes after their time, as attempt {attempt}";
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_OFFER_SEEN && event->offer_seen->by_person)
        return "saw the offer to {team}";
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_OFFER_ENDED && event->offer_ended->reason)
        return "ended the offer to {team}: {end}, {reason}";
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_CLOSED && event->closed->without_contact)
        return "closed it for {by} without contact: {outcome}, {without_contact}";
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_PASSED_ON && !event->passed_on->provider[0])
        return "recorded that another provider has it, which has no code";
    return row < sizeof whats / sizeof *whats && whats[row] ? whats[row]
                                                            : "something that this version has no words for";
}

/* The value of a field of what happened. */
static void what_value(const who_event *event, const struct who_names *names, const char *name, size_t size,
                       char out[VALUE_BYTES])
{
    const ProtobufCMessage *what = (const ProtobufCMessage *)event->received; /* whichever: they share it */
    bool is_person = name[0] == '@';
    char field_name[WORDS_MAX], word[WORDS_MAX], person[PEOPLE_WORDS_BYTES];
    int number;
    snprintf(field_name, sizeof field_name, "%.*s", (int)size - is_person, name + is_person);
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(what->descriptor, field_name);
    const char *at = (const char *)what + (field ? field->offset : 0);
    out[0] = '\0';
    if (!field)
        return;
    if (field->type == PROTOBUF_C_TYPE_STRING && is_person) {
        snprintf(out, VALUE_BYTES, "%s", people_words(names->people, *(char *const *)at, person));
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        snprintf(out, VALUE_BYTES, "%s", named_party(names->directory, *(char *const *)at));
    } else {
        memcpy(&number, at, sizeof number);
        if (field->type == PROTOBUF_C_TYPE_ENUM)
            snprintf(out, VALUE_BYTES, "%s", words_for(field->descriptor, number, word));
        else
            snprintf(out, VALUE_BYTES, "%d", number);
    }
}

static void what_words(const who_event *event, const struct who_names *names, char out[WHAT_BYTES])
{
    const char *at = what_template(event);
    size_t used = 0;
    char value[VALUE_BYTES];
    out[0] = '\0';
    while (*at != '\0' && used < WHAT_BYTES) {
        size_t size = strcspn(at, "{");
        used += (size_t)snprintf(out + used, WHAT_BYTES - used, "%.*s", (int)size, at);
        at += size;
        if (*at == '\0' || used >= WHAT_BYTES)
            return;
        size = strcspn(at, "}") + 1;
        what_value(event, names, at + 1, size - 2, value);
        used += (size_t)snprintf(out + used, WHAT_BYTES - used, "%s", value);
        at += size;
    }
}

/* What the router did by itself carries the act that led to it, which can be one about another case. */
static bool who_is_the_router(const who_event *event)
{
    switch ((int)event->what_case) {
    case CONCORDAT__V1__EVENT__WHAT_OFFERED:
        return !event->offered->assigned && (!event->offered->handover || event->offered->sought);
    case CONCORDAT__V1__EVENT__WHAT_OFFER_ENDED:
        return event->offer_ended->end == CONCORDAT__V1__OFFER_END__OFFER_END_ORIGIN_SHARE;
    case CONCORDAT__V1__EVENT__WHAT_HELD:
    case CONCORDAT__V1__EVENT__WHAT_SOUGHT:
        return true;
    default:
        return event->actor[0] == '\0';
    }
}

/* "Sam Okafor (p117), team clinician, with the key north-1 and the device ward-2". */
static void who_words(const who_event *event, const struct people *people, char out[WHO_BYTES])
{
    char person[PEOPLE_WORDS_BYTES] = "a person who is not recorded", role[WORDS_MAX];
    bool by_device = event->actor_device[0] != '\0', has_role = event->person && event->person->role;
    if (event->person)
        people_words(people, event->person->id, person);
    if (has_role)
        words_for(&concordat__v1__staff_role__descriptor, (int)event->person->role, role);
    if (who_is_the_router(event))
        snprintf(out, WHO_BYTES, "the router");
    else
        snprintf(out, WHO_BYTES, "%s%s%s, with the key %.63s%s%.63s", person, has_role ? ", " : "",
                 has_role ? role : "", event->actor, by_device ? " and the device " : "",
                 event->actor_device);
}

static who_event *who_unpack(const Concordat__V1__HistoryEntry *entry)
{
    return concordat__v1__event__unpack(NULL, entry->event.len, entry->event.data);
}

/* Whether a team that was looked at was asked, and why. */
static const char *why_words(Concordat__V1__Consideration finding, char word[WORDS_MAX])
{
    static const char *const words[] = {
        WHY(CHOSEN) = "asked: it can take the person, and its turn comes first",
        WHY(RANKED_LOWER) = "not asked: it could take the person too, and its turn comes later",
        WHY(PATHWAY_NOT_SERVED) = "not asked: it is not there for people from this source",
        WHY(AGE_NOT_SERVED) = "not asked: it is not there for people of this age",
        WHY(NEED_NOT_SERVED) = "not asked: it is not there for one of the person's needs",
        WHY(LANGUAGE_NOT_SERVED) = "not asked: nobody there speaks the person's language",
        WHY(CLOSED_NOW) = "not asked: it was closed then",
        WHY(ABSENT) = "not asked: no device of it was there",
        WHY(FULL) = "not asked: it had said that it was full",
        WHY(ASKED_ALREADY) = "not asked: it had been asked already",
        WHY(HOLDS_IT_NOW) = "not asked: it has the case",
        WHY(DETENTION_NOT_TAKEN) = "not asked: it takes nobody who is detained",
        WHY(ONLY_DETAINED) = "not asked: it takes only people who are detained",
        WHY(REFERRERS_OWN) = "not asked: it is the referrer's own team",
        WHY(ONLY_RINGS) = "not asked: it rings, or comes later, and one that comes is sought",
    };
    if ((size_t)finding < sizeof words / sizeof *words && words[finding])
        return words[finding];
    return words_for(&concordat__v1__consideration__descriptor, (int)finding, word);
}

/* Why this team and not that one: a line for each that was looked at, in the order of the ladder. */
static void who_show_considered(struct sheet *sheet, const struct who_names *names, size_t count,
                                Concordat__V1__Considered **considered)
{
    char word[WORDS_MAX];
    for (size_t i = 0; i < count; i++)
        sheet_item(sheet, named_party(names->directory, considered[i]->team),
                   why_words(considered[i]->finding, word));
}

static void who_show_why(struct sheet *sheet, const struct who_names *names, const who_event *event)
{
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_OFFERED)
        who_show_considered(sheet, names, event->offered->n_considered, event->offered->considered);
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_HELD)
        who_show_considered(sheet, names, event->held->n_considered, event->held->considered);
    if (event->what_case == CONCORDAT__V1__EVENT__WHAT_SOUGHT)
        who_show_considered(sheet, names, event->sought->n_considered, event->sought->considered);
}

static void who_show_entry(struct sheet *sheet, const Concordat__V1__HistoryEntry *entry,
                           const struct who_names *names, int64_t now_ms)
{
    char at[TIME_WORDS_BYTES], who[WHO_BYTES], what[WHAT_BYTES], line[WHO_BYTES + WHAT_BYTES + 256];
    who_event *event = who_unpack(entry);
    bool typed = entry->text[0] != '\0';
    time_words_clock(entry->at_ms, now_ms, at);
    if (event && event->what_case) {
        who_words(event, names->people, who);
        what_words(event, names, what);
        snprintf(line, sizeof line, "%s: %s%s%.200s%s", who, what, typed ? ": \"" : "", entry->text,
                 typed ? "\"" : "");
    } else {
        snprintf(line, sizeof line, "an event that this version cannot read");
    }
    sheet_field(sheet, at, line);
    if (event) {
        who_show_why(sheet, names, event);
        concordat__v1__event__free_unpacked(event, NULL);
    }
}

static bool who_is_not_all(const Concordat__V1__Record *record)
{
    who_event *first = who_unpack(record->history[0]);
    bool is_not_all = !first || first->previous != 0;
    if (first)
        concordat__v1__event__free_unpacked(first, NULL);
    return is_not_all;
}

void show_who(struct sheet *sheet, const Concordat__V1__Record *record, const struct showing *showing)
{
    const struct who_names names = {showing->people, record->directory};
    sheet_heading(sheet, "Who had to do with it (London time, the newest last)");
    if (who_is_not_all(record))
        sheet_sentence(
            sheet, "These are the latest %zu events. There are earlier ones, which an inspector's trail has.",
            record->n_history);
    for (size_t i = 0; i < record->n_history; i++)
        who_show_entry(sheet, record->history[i], &names, showing->now_ms);
    show_on_shift(sheet, record->n_on_shift, record->on_shift, showing->people, showing->now_ms);
    sheet_sentence(sheet, "That you asked has been recorded too.");
}
