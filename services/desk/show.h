/* show.h: the protocol's messages in plain words, as lines of a sheet.
 *
 * Each answer says who holds the case, whom to ring and what happens next. Nothing here reads a clock, keeps
 * anything or writes anywhere, so any thread may call it. Messages are borrowed and must have passed check.h.
 * Times are milliseconds since 1970-01-01 UTC and are shown by the clock in London.
 */
#ifndef CONCORDAT_DESK_SHOW_H
#define CONCORDAT_DESK_SHOW_H

#include "proto/wire/wire.h"
#include "services/desk/people.h"
#include "services/desk/sheet.h"

/* Everything that the words depend on besides the message. */
struct showing {
    int64_t now_ms;   /* by the server's clock if that is known: "in 9 min" counts from here */
    const char *ring; /* whom to ring if no answer says it; borrowed, may be NULL */
    bool receipt;   /* answers are to a referral or about one: they say SAVED or RECEIVED rather than DONE */
    bool only_read; /* it was asked how things stand, and nothing was to be done */
    const struct people *people; /* names of people at work; borrowed, may be NULL */
};

/* SAVED, RECEIVED, DONE or NOT DONE, the reason, what was noted, and the state of the case. */
void show_answer(struct sheet *sheet, const Concordat__V1__Answer *answer, const struct showing *showing);
/* A referral that was only saved is with the router now: to be shown as the answer that says RECEIVED. */
void show_received(struct sheet *sheet, const Concordat__V1__CaseStatus *status,
                   const struct showing *showing);
/* The answer to a command of a team in one sentence; `command` is what was typed. */
void show_answer_line(struct sheet *sheet, const char *command, const Concordat__V1__Answer *answer,
                      const char *team);
/* "already accepted by another device of your team" if that is why nothing was done; "" otherwise. */
const char *show_answer_note(const Concordat__V1__Answer *answer, const char *team);

/* The erasure that an inspector, who is this person, is about to send: what goes, and what stays. */
void show_erasure_plan(struct sheet *sheet, const Concordat__V1__CaseStatus *status, const char *person,
                       const Concordat__V1__Erase *erase, const struct showing *showing);

/* The state of a case: its holder, whom to ring, what happens next, the response clock. */
void show_status(struct sheet *sheet, const Concordat__V1__CaseStatus *status, const struct showing *showing);
/* The part of it that a coordinator sees of each of many cases: what is to be decided, what was changed or
 * written, who has heard of it, and for what the person was turned away; nothing if there is nothing. */
void show_concerns(struct sheet *sheet, const Concordat__V1__CaseStatus *status,
                   const struct showing *showing);
/* The same in one line. */
void show_status_line(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms);
/* The changes of a case that have not been seen, each with what it was and what it is; nothing if there are
 * none. And in one line: "R-0010 changed: scene is not safe (was: not said)". */
enum { SHOW_CHANGES_BYTES = 2048 };
void show_changes(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms);
/* One change in words: "scene is not safe (was: not said)", or without values what was changed: "scene". */
enum { SHOW_CHANGE_BYTES = 600 };
void show_change(const Concordat__V1__Change *change, bool with_values, int64_t now_ms,
                 char out[SHOW_CHANGE_BYTES]);
void show_changes_line(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms);
/* The people on shift, and since when; nothing if nobody has said so. */
void show_on_shift(struct sheet *sheet, size_t count, Concordat__V1__ShiftPerson **people,
                   const struct people *names, int64_t now_ms);
/* The messages of a case that were not seen: each with who wrote it. And in one line each. */
void show_messages(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms);
void show_messages_line(struct sheet *sheet, const Concordat__V1__CaseStatus *status, int64_t now_ms);
/* The cases of a board with messages that wait for the one who asked. */
void show_waiting_messages(struct sheet *sheet, const Concordat__V1__Board *board);
/* The lines that say whom to ring. */
/* What the team that is asked, or has the case, is not there for; nothing if there is nothing. */
void show_differences(struct sheet *sheet, size_t count, const Concordat__V1__Consideration *differs);
void show_whom_to_ring(struct sheet *sheet, const Concordat__V1__CaseStatus *status,
                       const struct showing *showing);

/* The number to ring if the server says none: the one given, or in words if that is NULL. */
const char *show_fallback_ring(const char *ring);

/* Everything that a team needs to decide, the time left, and what happens if it does not answer. */
void show_offer(struct sheet *sheet, const Concordat__V1__Offer *offer, int64_t now_ms);
void show_offer_line(struct sheet *sheet, const Concordat__V1__Offer *offer, int64_t now_ms);
/* The end of an offer, to a device of `team` that has not answered it; and in one line. */
void show_offer_over(struct sheet *sheet, const Concordat__V1__OfferOver *over, const char *team);
void show_offer_over_line(struct sheet *sheet, const Concordat__V1__OfferOver *over);
const char *show_offer_end(Concordat__V1__OfferEnd end);

/* Whether the one who asked covers an area, until when, and, if that has changed, who is told of it. */
void show_covered(struct sheet *sheet, const Concordat__V1__Covered *covered, bool changed,
                  const struct showing *showing);
/* Which areas' cases a coordinator's board has; nothing for any other board. */
void show_areas(struct sheet *sheet, const Concordat__V1__Board *board, int64_t now_ms);

/* A coordinator read a record beyond their areas; and all such readings of a board. */
void show_read_beyond(struct sheet *sheet, const Concordat__V1__ReadBeyond *read, int64_t now_ms);
void show_readings(struct sheet *sheet, const Concordat__V1__Board *board, int64_t now_ms);

/* The cases of a board that another device of the source changed or withdrew than the one that sent them. */
void show_other_devices(struct sheet *sheet, const Concordat__V1__Board *board);

/* The cases of a board with changes that nobody has said they saw. */
/* If the router is away: as of when the board is. */
void show_as_of(struct sheet *sheet, int64_t as_of_ms, int64_t now_ms);
void show_unseen_changes(struct sheet *sheet, const Concordat__V1__Board *board);

/* Everything that was recorded, field by field, and that this reading was recorded too. */
void show_record(struct sheet *sheet, const Concordat__V1__Record *record, const struct showing *showing);

/* The texts that people at work typed about its case, and who typed them. */
void show_typed(struct sheet *sheet, const Concordat__V1__Record *record, const struct showing *showing);

/* The latest events of a case, if that is what was asked: who was told, who looked and why, who acted. The
 * record has at least one of them. */
void show_who(struct sheet *sheet, const Concordat__V1__Record *record, const struct showing *showing);

/* An answer, a status, a record, or that one was read. False for any other message, which adds nothing. */
bool show_message(struct sheet *sheet, const Concordat__V1__Message *message, const struct showing *showing);

/* "name missing, age estimated"; empty if there are no flags. */
enum { SHOW_FLAGS_BYTES = 1024 };
void show_flags(const Concordat__V1__Flag *flags, size_t count, char out[SHOW_FLAGS_BYTES]);

#endif
