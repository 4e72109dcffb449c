/* event_words.c: the table of what each kind of event says, and how its fields are put in: see event_words.h.
 */
#include "services/desk/event_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "services/desk/named.h"
#include "services/desk/time_words.h"

typedef Concordat__V1__Event told_event;

enum { VALUE_BYTES = 240, MINUTE_MS = 60000 };

#define WHY(name)  [CONCORDAT__V1__CONSIDERATION__CONSIDERATION_##name]
#define WHAT(name) CONCORDAT__V1__EVENT__WHAT_##name
#define END(name)  CONCORDAT__V1__OFFER_END__OFFER_END_##name

/* Which events a row is for, beside their kind. */
static bool is_telephoned(const told_event *event)
{
    return event->received->telephoned;
}

static bool is_of_messages(const told_event *event)
{
    return event->changes_seen->of == 0 && event->changes_seen->messages != 0;
}

static bool is_late_offer(const told_event *event)
{
    return event->offered->late;
}

static bool is_seen_by_person(const told_event *event)
{
    return event->offer_seen->by_person;
}

static bool is_declined(const told_event *event)
{
    return event->offer_ended->end == END(DECLINED);
}

static bool is_offer_accepted(const told_event *event)
{
    return event->offer_ended->end == END(ACCEPTED);
}

static bool is_offer_expired(const told_event *event)
{
    return event->offer_ended->end == END(EXPIRED);
}

static bool is_meeting(const told_event *event)
{
    return event->checked_in->step == CONCORDAT__V1__STEP__STEP_CONTACT &&
           (event->checked_in->counts_as_seen || event->checked_in->before_receipt);
}

static bool is_contact(const told_event *event)
{
    return event->checked_in->step == CONCORDAT__V1__STEP__STEP_CONTACT;
}

static bool is_setting_out(const told_event *event)
{
    return event->checked_in->step == CONCORDAT__V1__STEP__STEP_TRAVELLING;
}

static bool is_arriving(const told_event *event)
{
    return event->checked_in->step == CONCORDAT__V1__STEP__STEP_ARRIVED;
}

static bool is_told_of_offer(const told_event *event)
{
    return event->referrer_told->state == CONCORDAT__V1__STATE__STATE_OFFERED;
}

static bool is_told_of_hold(const told_event *event)
{
    return event->referrer_told->state == CONCORDAT__V1__STATE__STATE_HELD;
}

static bool is_told_of_acceptance(const told_event *event)
{
    return event->referrer_told->state == CONCORDAT__V1__STATE__STATE_ACCEPTED;
}

static bool is_told_of_missing(const told_event *event)
{
    return event->referrer_told->state == CONCORDAT__V1__STATE__STATE_MISSING;
}

static bool is_without_code(const told_event *event)
{
    return !event->passed_on->provider[0];
}

static bool is_asking_who(const told_event *event)
{
    return event->record_read->who;
}

/* What an event says: the first row of its kind whose condition holds. Each {field} stands for a field of it,
 * {@field} for one that is a person's id, and {#field} for one that is a case's number. A part in [brackets]
 * is left out if a field in it says nothing; one that begins as [field? is there if that field is set. */
static const struct {
    Concordat__V1__Event__WhatCase what;
    bool (*holds)(const told_event *event); /* NULL: always */
    const char *words;
} rows[] = {
    {WHAT(RECEIVED), is_telephoned, "entered the referral for somebody who rang[ at {rang_ms}]"},
    {WHAT(RECEIVED), NULL, "sent the referral[, after the earlier case {#follows}]"},
    {WHAT(UPDATED), NULL, "changed the referral[by_another_device?, on another device than before]"},
    {WHAT(CHANGES_SEEN), is_of_messages, "said that they saw what was written to them"},
    {WHAT(CHANGES_SEEN), NULL, "said that they saw what was changed"},
    {WHAT(MESSAGE_SENT), NULL, "wrote a message as the {from}[, to: {to}]"},
    {WHAT(WITHDRAWN), NULL, "withdrew it[by_another_device?, on another device than before]"},
    {WHAT(OFFERED), is_late_offer,
     "offered it anew to {team}, who said yes after their time, as attempt {attempt}"},
    {WHAT(OFFERED), NULL,
     "asked {team} to take it[handover? over], as attempt {attempt}[, although: {differs}]"
     "[. It could answer until {expires_ms}]"},
    {WHAT(OFFER_SEEN), is_seen_by_person, "saw the offer to {team}"},
    {WHAT(OFFER_SEEN), NULL, "got the offer to {team}, on a device; nobody need have seen it"},
    {WHAT(OFFER_SHORTENED), NULL,
     "left {team} less time to answer attempt {attempt}[. It could answer until {expires_ms}]"},
    {WHAT(OFFER_ENDED), is_declined, "declined it for {team}[: {reason}]"},
    {WHAT(OFFER_ENDED), is_offer_accepted, "said yes for {team}"},
    {WHAT(OFFER_ENDED), is_offer_expired, "had no answer from {team} in its time"},
    {WHAT(OFFER_ENDED), NULL, "ended the offer to {team}: {end}"},
    {WHAT(HELD), NULL, "gave it to {coordinator} to hold: {reason}[. It looks again at {look_again_ms}]"},
    {WHAT(REMINDED), NULL, "reminded {coordinator} of it[; told as well: {also}]"},
    {WHAT(PASSED_OVER), NULL, "passed it over from {previous}, who has left, to {coordinator}"},
    {WHAT(ACKNOWLEDGED), NULL, "heard of it for {coordinator}[; no reminder until {muted_ms}]"},
    {WHAT(TEAM_SILENT), NULL, "told the coordinator that no device of {team} is there[, since {since_ms}]"},
    {WHAT(ASKED_AGAIN), NULL, "told coordinators again, because it turned worse: {why}"},
    {WHAT(TAKEN), NULL,
     "took it in hand for {coordinator}[, from {previous_team}][. Something must be heard by {lease_ms}]"},
    {WHAT(ACCEPTED), NULL,
     "accepted it for {team}[, from {previous_team}][; expected there at {expected_arrival_ms}]"
     "[. Something must be heard by {lease_ms}][. Another team is sought: {seeking}]"},
    {WHAT(CHECKED_IN), is_meeting,
     "met the person face to face for {team}[, at {occurred}][before_receipt?, before it was sent]"},
    {WHAT(CHECKED_IN), is_contact,
     "was in contact with the person for {team}: {mechanism}[, {attend_status}][, at {occurred}]"},
    {WHAT(CHECKED_IN), is_setting_out,
     "set out to the person for {team}[; expected there at {expected_arrival_ms}]"},
    {WHAT(CHECKED_IN), is_arriving, "arrived at the person's place for {team}[, at {occurred}]"},
    {WHAT(CHECKED_IN), NULL, "said for {team} how far it is: {step}[, at {occurred}]"},
    {WHAT(LEASE_WARNED), NULL,
     "warned {team}, because nothing was heard by the promised time[. It is taken back at {lapses_ms}]"},
    {WHAT(LEASE_LAPSED), NULL, "took it back from {team}, because nothing was heard"},
    {WHAT(GIVEN_BACK), NULL, "gave it back for {team}"},
    {WHAT(SOUGHT), NULL, "sought another team, and found none that can be asked: {reason}"},
    {WHAT(WISH_RECORDED), NULL, "recorded what the person wants: {wish}"},
    {WHAT(REOPENED), NULL,
     "reopened it, because its end was a mistake: it was {undone}[in_hand?; who closed it has it again]"},
    {WHAT(PASSED_ON), is_without_code,
     "recorded that another provider has it, which has no code[; it has it since {received_ms}]"},
    {WHAT(PASSED_ON), NULL,
     "recorded that another provider has it: {provider}[; it has it since {received_ms}]"},
    {WHAT(CLOSING_ASKED), NULL, "wants to close it for {team} without contact: {outcome}, {without_contact}"},
    {WHAT(KEPT_OPEN), NULL, "kept it open for {coordinator}, though {team} would close it"},
    {WHAT(CLOSED), NULL,
     "closed it for {by}[without_contact? without contact]: {outcome}[, {without_contact}]"},
    {WHAT(REFERRER_TOLD), is_told_of_offer, "was told that a team is asked"},
    {WHAT(REFERRER_TOLD), is_told_of_hold, "was told that the duty coordinator holds it"},
    {WHAT(REFERRER_TOLD), is_told_of_acceptance, "was told that a team has accepted it"},
    {WHAT(REFERRER_TOLD), is_told_of_missing, "was told that the person is missing"},
    {WHAT(REFERRER_TOLD), NULL, "was told that it is {state}"},
    {WHAT(CLOCK_BREACHED), NULL, "saw a clock run out: {clock}[. It ended at {due_ms}]"},
    {WHAT(CLOCK_WARNED), NULL, "saw that a clock would run out soon: {clock}[. It ends at {due_ms}]"},
    {WHAT(DETENTION_NOTED), NULL,
     "recorded of the detention: {step}[, at {occurred}][, place: {place}][at_door?, at the door][, {end}]"
     "[. No AMHP had interviewed the person: {without_amhp}][. It was done by {@by}][, with {@second}]"
     "[. It was for {minutes} minutes][, because of: {extension_reason}][. The grounds were: {grounds}]"
     "[. Its hours count from {started_ms}][. Two people say that it began at {corrected_ms}]"
     "[. Its hours end at {until_ms}][. To check: {found}]"},
    {WHAT(CONTACT_TRIED), NULL,
     "could not reach the person, try {tries}[, by {mechanism}]; next: {next}[, at {next_ms}]"},
    {WHAT(TRIES_USED_UP), NULL, "told the coordinator that {tries} tries to reach the person have failed"},
    {WHAT(WENT_MISSING), NULL,
     "said that the person is missing[, last seen at {seen_ms}][; {team} had the case]"},
    {WHAT(FOUND), NULL, "said that the person is found, by: {by}[, at {found_ms}]"},
    {WHAT(BESIDE_NOTED), NULL,
     "said of what is asked for beside the team: {what}, {state}[; asked of {@asked_of}]"},
    {WHAT(BESIDE_CHASED), NULL, "reminded those who have it to ask: {what}"},
    {WHAT(RECORD_READ), is_asking_who, "asked for {of} who had to do with it"},
    {WHAT(RECORD_READ), NULL, "read the record for {of}[, beyond their areas: {break_glass}]"},
    {WHAT(ERASED), NULL, "erased the texts about the person[, together with {@second}]: {reason}"},
    {WHAT(HOLD_SET), NULL, "put it on hold, so that it is not erased: {reason}"},
    {WHAT(HOLD_LIFTED), NULL, "lifted a hold: {reason}"},
    {WHAT(ALTERATION_FOUND), NULL, "found that something stored was altered: {what}"},
};

static const char *what_template(const told_event *event)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].what == event->what_case && (!rows[i].holds || rows[i].holds(event)))
            return rows[i].words;
    return "something that this version has no words for";
}

/* ---- the value of a field ---- */

#define HOLD(name) [CONCORDAT__V1__HOLD_REASON__HOLD_REASON_##name]

/* Why a case came to the coordinator. */
static const char *const hold_words[] = {
    HOLD(NO_TEAM_MATCHES) = "no team is there for this person",
    HOLD(ALL_CLOSED) = "every team was closed",
    HOLD(ALL_ABSENT) = "no device of any team was there",
    HOLD(ALL_FULL) = "every team was full",
    HOLD(ALL_ASKED) = "every team that could take it had been asked",
    HOLD(LEASE_LAPSED) = "nothing was heard from its team",
    HOLD(COORDINATOR_SILENT) = "nothing was heard from its coordinator",
    HOLD(ASSIGNED_NOT_TAKEN) = "the team that was asked by hand did not take it",
    HOLD(ORIGIN_SHARE) = "its place went to another source, which had fewer",
    HOLD(IN_TURN) = "cases that are as urgent come first",
    HOLD(GIVEN_BACK) = "its team gave it back",
    HOLD(ENDED_BY_MISTAKE) = "its end was a mistake",
    HOLD(NO_PLACE_OF_SAFETY) = "no team takes people who are detained",
    HOLD(COORDINATOR_LEFT) = "its coordinator has left",
    HOLD(FOUND) = "the person is found",
    HOLD(NOT_REACHED) = "its team could not reach the person",
    HOLD(CLOSING_ASKED) = "its team wants to close it without contact",
    HOLD(KEPT_OPEN) = "its coordinator kept it open",
};

/* Why an offer ended, beside those that have a row of their own. */
static const char *const end_words[] = {
    [END(TEAM_ABSENT)] = "no device of it was there any more",
    [END(REFERRAL_WITHDRAWN)] = "the referrer withdrew it",
    [END(CASE_MOVED)] = "the coordinator moved the case",
    [END(ORIGIN_SHARE)] = "its place went to another source, which had fewer",
    [END(LATE_ANSWER)] = "another team said yes after its time",
    [END(CANCELLED)] = "the team that asked it keeps the case",
    [END(NO_SOONER)] = "it would come no sooner",
    [END(NOT_NEEDED)] = "nobody else is needed",
    [END(CHANGED)] = "the case was changed",
};

static const char *code_of_event(const ProtobufCEnumDescriptor *codes, int value, char word[WORDS_MAX])
{
    size_t row = (size_t)value;
    const char *plain = NULL;
    if (codes == &concordat__v1__hold_reason__descriptor && row < sizeof hold_words / sizeof *hold_words)
        plain = hold_words[row];
    else if (codes == &concordat__v1__offer_end__descriptor && row < sizeof end_words / sizeof *end_words)
        plain = end_words[row];
    else if (codes == &concordat__v1__consideration__descriptor) {
        plain = event_words_why((Concordat__V1__Consideration)value, word);
        plain =
            strchr(plain, ':') ? strchr(plain, ':') + 2 : plain; /* of a team that is asked all the same */
    }
    return plain ? plain : words_for(codes, value, word);
}

static bool is_instant(const ProtobufCFieldDescriptor *field)
{
    size_t size = strlen(field->name);
    return field->type == PROTOBUF_C_TYPE_INT64 && size > 3 && strcmp(field->name + size - 3, "_ms") == 0;
}

/* "" for no time. */
static void instant_words(const struct event_names *names, int64_t unix_ms, char out[VALUE_BYTES])
{
    char clock[TIME_WORDS_BYTES];
    out[0] = '\0';
    if (unix_ms == 0)
        return;
    if (names->base_ms) {
        snprintf(out, VALUE_BYTES, "%+" PRId64 " min", (unix_ms - names->base_ms) / MINUTE_MS);
        return;
    }
    time_words_clock(unix_ms + names->ahead_ms, names->now_ms, clock);
    snprintf(out, VALUE_BYTES, "%s", clock);
}

static void text_words(const struct event_names *names, char kind, const char *text, char out[VALUE_BYTES])
{
    char person[PEOPLE_WORDS_BYTES];
    if (!text[0])
        out[0] = '\0';
    else if (kind == '@')
        snprintf(out, VALUE_BYTES, "%s", people_words(names->people, text, person));
    else
        snprintf(out, VALUE_BYTES, "%s", named_party(names->directory, text));
}

static void list_words(const struct event_names *names, const ProtobufCFieldDescriptor *field, size_t count,
                       const void *values, char out[VALUE_BYTES])
{
    size_t used = 0;
    char word[WORDS_MAX], text[VALUE_BYTES];
    out[0] = '\0';
    for (size_t i = 0; i < count && used < VALUE_BYTES; i++) {
        if (field->type == PROTOBUF_C_TYPE_ENUM)
            snprintf(text, sizeof text, "%s",
                     code_of_event(field->descriptor, ((const int *)values)[i], word));
        else
            text_words(names, '\0', ((char *const *)values)[i], text);
        used += (size_t)snprintf(out + used, VALUE_BYTES - used, "%s%s", i > 0 ? ", " : "", text);
    }
}

/* False if the field says nothing: what is in `out` then is said if its part cannot be left out. */
static bool single_words(const struct event_names *names, const told_event *event,
                         const ProtobufCFieldDescriptor *field, char kind, const void *at,
                         char out[VALUE_BYTES])
{
    char word[WORDS_MAX];
    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_STRING:
        text_words(names, kind, *(char *const *)at, out);
        return out[0] != '\0';
    case PROTOBUF_C_TYPE_ENUM:
        snprintf(out, VALUE_BYTES, "%s", code_of_event(field->descriptor, *(const int *)at, word));
        return *(const int *)at != 0;
    case PROTOBUF_C_TYPE_UINT32:
        if (kind == '#')
            words_number(*(const uint32_t *)at, event->drill, out);
        else
            snprintf(out, VALUE_BYTES, "%" PRIu32, *(const uint32_t *)at);
        return *(const uint32_t *)at != 0;
    case PROTOBUF_C_TYPE_BOOL:
        out[0] = '\0';
        return *(const protobuf_c_boolean *)at;
    case PROTOBUF_C_TYPE_MESSAGE: {
        const Concordat__V1__Instant *instant = *(Concordat__V1__Instant *const *)at;
        instant_words(
            names, field->descriptor == &concordat__v1__instant__descriptor && instant ? instant->unix_ms : 0,
            out);
        return out[0] != '\0';
    }
    default:
        instant_words(names, is_instant(field) ? *(const int64_t *)at : 0, out);
        return out[0] != '\0';
    }
}

static bool field_words(const struct event_names *names, const told_event *event, const char *name,
                        size_t size, char out[VALUE_BYTES])
{
    const ProtobufCMessage *what = (const ProtobufCMessage *)event->received; /* whichever: they share it */
    char kind = name[0] == '@' || name[0] == '#' ? name[0] : '\0', field_name[WORDS_MAX];
    snprintf(field_name, sizeof field_name, "%.*s", (int)size - !!kind, name + !!kind);
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(what->descriptor, field_name);
    out[0] = '\0';
    if (!field)
        return false;
    const char *at = (const char *)what + field->offset;
    if (field->label != PROTOBUF_C_LABEL_REPEATED)
        return single_words(names, event, field, kind, at, out);
    size_t count = *(const size_t *)(const void *)((const char *)what + field->quantifier_offset);
    list_words(names, field, count, *(void *const *)(const void *)at, out);
    return count > 0;
}

/* ---- the sentence ---- */

struct event_saying {
    const told_event *event;
    const struct event_names *names;
    char *out;
    size_t used;
};

static void say_text(struct event_saying *saying, const char *text, size_t size)
{
    size_t room = EVENT_WORDS_BYTES - saying->used - 1;
    size = size < room ? size : room;
    memcpy(saying->out + saying->used, text, size);
    saying->used += size;
    saying->out[saying->used] = '\0';
}

/* Says a stretch of a row without brackets. False if one of its fields says nothing. */
static bool say_part(struct event_saying *saying, const char *at, const char *end)
{
    char value[VALUE_BYTES];
    bool whole = true;
    while (at < end) {
        size_t size = strcspn(at, "{");
        size = size < (size_t)(end - at) ? size : (size_t)(end - at);
        say_text(saying, at, size);
        at += size;
        if (at >= end)
            break;
        size = strcspn(at, "}") + 1;
        whole = field_words(saying->names, saying->event, at + 1, size - 2, value) && whole;
        say_text(saying, value, strlen(value));
        at += size;
    }
    return whole;
}

static void say_bracket(struct event_saying *saying, const char *at, const char *end)
{
    size_t before = saying->used, name = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
    char value[VALUE_BYTES];
    bool said = true;
    if (at[name] == '?') {
        said = field_words(saying->names, saying->event, at, name, value);
        at += name + 1;
    }
    if (said && say_part(saying, at, end))
        return;
    saying->used = before;
    saying->out[before] = '\0';
}

void event_words_what(const told_event *event, const struct event_names *names, char out[EVENT_WORDS_BYTES])
{
    struct event_saying saying = {event, names, out, 0};
    const char *at = what_template(event);
    out[0] = '\0';
    while (*at) {
        size_t size = strcspn(at, "[");
        (void)say_part(&saying, at, at + size);
        at += size;
        if (!*at)
            return;
        size = strcspn(at, "]");
        say_bracket(&saying, at + 1, at + size);
        at += size + 1;
    }
}

/* ---- who, and why ---- */

static bool is_answer_to_offer(Concordat__V1__OfferEnd end)
{
    return end == END(ACCEPTED) || end == END(DECLINED) || end == END(LATE_ANSWER);
}

bool event_words_by_router(const told_event *event)
{
    switch ((int)event->what_case) {
    case WHAT(OFFERED):
        return !event->offered->assigned && (!event->offered->handover || event->offered->sought);
    case WHAT(OFFER_ENDED):
        return !is_answer_to_offer(event->offer_ended->end);
    case WHAT(HELD):
    case WHAT(SOUGHT):
    case WHAT(REMINDED):
    case WHAT(PASSED_OVER):
    case WHAT(TEAM_SILENT):
    case WHAT(ASKED_AGAIN):
    case WHAT(LEASE_WARNED):
    case WHAT(LEASE_LAPSED):
    case WHAT(OFFER_SHORTENED):
    case WHAT(CLOCK_BREACHED):
    case WHAT(CLOCK_WARNED):
    case WHAT(TRIES_USED_UP):
    case WHAT(BESIDE_CHASED):
    case WHAT(ALTERATION_FOUND):
        return true;
    default:
        return event->actor[0] == '\0';
    }
}

const char *event_words_why(Concordat__V1__Consideration finding, char word[WORDS_MAX])
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

size_t event_words_considered(const told_event *event, Concordat__V1__Considered ***considered)
{
    switch ((int)event->what_case) {
    case CONCORDAT__V1__EVENT__WHAT_OFFERED:
        *considered = event->offered->considered;
        return event->offered->n_considered;
    case CONCORDAT__V1__EVENT__WHAT_HELD:
        *considered = event->held->considered;
        return event->held->n_considered;
    case CONCORDAT__V1__EVENT__WHAT_SOUGHT:
        *considered = event->sought->considered;
        return event->sought->n_considered;
    default:
        *considered = NULL;
        return 0;
    }
}
