/* alterations.c: what was stored and found altered when it was read. */
#include "broker/shell/alterations.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "broker/shell/adopt.h"
#include "broker/shell/broker.h"
#include "broker/shell/inside.h"

/* Each is followed by the number of the event, and then by what holds now. */
static const struct {
    const char *what, *now;
} said_of[ALTERATION_COUNT] = {
    [ALTERATION_CONFIDENTIAL] =
        {"the confidential part beside event",
         "is not what the event commits to: nobody is shown it; restore the ledger from a "
         "copy that verifies"},
    [ALTERATION_CONTENT] =
        {"event", "is not the one that a case was read from: nobody is shown it; restore the ledger from a "
                  "copy that verifies"},
    [ALTERATION_COPY] =
        {"the time, kind or referral beside event",
         "is not what stands in the event: the router goes by the event; queries of the file are "
         "wrong"},
    [ALTERATION_SNAPSHOT] =
        {"the snapshot of event",
         "is not of the state that the ledger says, and was not used: look who can write to the "
         "folder"},
    [ALTERATION_STATE] = {"as event",
                          "shows, the router lived by a state that its ledger does not give: run "
                          "concordat verify; a start without the snapshots of the state folder goes by the "
                          "ledger alone"},
    [ALTERATION_HISTORY] = {"event",
                            "is not what was written, or does not follow from those before it: routing goes "
                            "on, but a start that has to read it fails; restore the ledger from a copy that "
                            "verifies"},
};

static bool is_noted(const struct alterations *found, enum alteration what, const uint8_t *referral)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->items[i].altered.what == what && memcmp(found->items[i].referral, referral, ID_BYTES) == 0)
            return true;
    return false;
}

/* If there is no room, it is found again when it is read again. */
void alterations_note(struct broker *b, const struct altered *altered, const uint8_t *referral)
{
    static const uint8_t of_none[ID_BYTES];
    struct alterations *found = &b->alterations;
    char line[256];
    if (state_knows_altered(b->state, referral, altered->what) ||
        is_noted(found, altered->what, referral ? referral : of_none) ||
        found->count == ALTERATIONS_NOTED_MAX)
        return;
    struct found_alteration *item = &found->items[found->count++];
    item->altered = *altered;
    memcpy(item->referral, referral ? referral : of_none, ID_BYTES);
    snprintf(line, sizeof line, "%s %" PRIu64 " %s", said_of[altered->what].what, altered->of,
             said_of[altered->what].now);
    b->ports.log(b->ports.context, line);
}

/* The referral that the event itself names is the one that counts. */
void alterations_compare_copies(struct broker *b, const struct ledger_event *event)
{
    if (!record_copies_match(event->body, event->body_size, event->at_ms, event->kind, event->referral))
        alterations_note(b, &(struct altered){ALTERATION_COPY, event->seq}, NULL);
}

bool alterations_wait(const struct broker *b)
{
    return b->alterations.count > 0;
}

void alterations_record(struct broker *b, struct now now)
{
    struct alterations *found = &b->alterations;
    size_t done = 0;
    for (; done < found->count; done++) {
        struct command command = {.kind = COMMAND_RECORD_ALTERATION, .actor = ""};
        command.is.altered = found->items[done].altered;
        memcpy(command.referral, found->items[done].referral, ID_BYTES);
        if (adopt_own(b, &command, now.wall_ms) == REFUSAL_UNAVAILABLE)
            break;
    }
    if (done > 0)
        statuses_forget(
            &b->statuses); /* an event of an ended case does not change the number by which they are kept */
    found->count -= done;
    memmove(found->items, found->items + done, found->count * sizeof *found->items);
}

void broker_found_altered(struct broker *b, const struct altered *altered)
{
    alterations_note(b, altered, NULL);
}
