/* show_who.c: who was told of a case, who looked at it and why, and who acted, in plain words: see show.h. */
#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/event_words.h"
#include "services/desk/named.h"
#include "services/desk/show.h"
#include "services/desk/time_words.h"

typedef Concordat__V1__Event who_event;

enum { WHO_BYTES = 320 };

/* "Sam Okafor (p117), team clinician, with the key north-1 and the device ward-2". */
static void who_words(const who_event *event, const struct people *people, char out[WHO_BYTES])
{
    char person[PEOPLE_WORDS_BYTES] = "a person who is not recorded", role[WORDS_MAX];
    bool by_device = event->actor_device[0] != '\0', has_role = event->person && event->person->role;
    if (event->person)
        people_words(people, event->person->id, person);
    if (has_role)
        words_for(&concordat__v1__staff_role__descriptor, (int)event->person->role, role);
    if (event_words_by_router(event))
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

/* Why this team and not that one: a line for each that was looked at, in the order of the ladder. */
static void who_show_why(struct sheet *sheet, const struct event_names *names, const who_event *event)
{
    Concordat__V1__Considered **considered;
    char word[WORDS_MAX];
    size_t count = event_words_considered(event, &considered);
    for (size_t i = 0; i < count; i++)
        sheet_item(sheet, named_party(names->directory, considered[i]->team),
                   event_words_why(considered[i]->finding, word));
}

static void who_show_entry(struct sheet *sheet, const Concordat__V1__HistoryEntry *entry,
                           const struct event_names *names)
{
    char at[TIME_WORDS_BYTES], who[WHO_BYTES], what[EVENT_WORDS_BYTES],
        line[WHO_BYTES + EVENT_WORDS_BYTES + 256];
    who_event *event = who_unpack(entry);
    bool typed = entry->text[0] != '\0';
    time_words_clock(entry->at_ms, names->now_ms, at);
    if (event && event->what_case) {
        who_words(event, names->people, who);
        event_words_what(event, names, what);
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
    const struct event_names names = {
        .people = showing->people, .directory = record->directory, .now_ms = showing->now_ms};
    sheet_heading(sheet, "Who had to do with it (London time, the newest last)");
    if (who_is_not_all(record))
        sheet_sentence(
            sheet, "These are the latest %zu events. There are earlier ones, which an inspector's trail has.",
            record->n_history);
    for (size_t i = 0; i < record->n_history; i++)
        who_show_entry(sheet, record->history[i], &names);
    show_on_shift(sheet, record->n_on_shift, record->on_shift, showing->people, showing->now_ms);
    sheet_sentence(sheet, "That you asked has been recorded too.");
}
