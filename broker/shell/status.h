/* status.h: who holds a case and whom to ring, as everybody is told it. */
#ifndef CONCORDAT_STATUS_H
#define CONCORDAT_STATUS_H

#include "broker/core/directory.h"
#include "broker/core/state.h"
#include "broker/record/record.h"
#include "proto/wire/spliced.h"
#include "proto/wire/wire.h"
#include "proto/words/words.h"

/* Reasons of a decline that everybody concerned is told of (declined_bit). */
enum { DECLINED_AS_MAX = 3 };

/* The message with the little text that it needs; valid as long as state and directory are unchanged. */
struct status {
    Concordat__V1__CaseStatus message;
    char number[NUMBER_TEXT_BYTES], follows[NUMBER_TEXT_BYTES];
    Concordat__V1__Alteration altered[ALTERATION_COUNT];
    Concordat__V1__Detention detention;
    Concordat__V1__TeamSilence silence;
    Concordat__V1__Passed passed;
    Concordat__V1__Flag found[FLAG_BITS];
    Concordat__V1__Consideration differs[RECORD_DIFFERENCES_MAX];
    Concordat__V1__DeclineReason declined_as[DECLINED_AS_MAX];
    Concordat__V1__Missing missing;
    Concordat__V1__BesideStatus beside[BESIDE_MAX];
    Concordat__V1__BesideStatus *beside_list[BESIDE_MAX];
};

/* False if there is no such case. */
bool status_of(struct status *status, const struct state *state, const struct directory *directory,
               struct any_case of);

/* No packed status is longer, without the changes that were not seen (changes.h): its texts and its id are
 * all bounded, and each field and the whole have a tag and a number or a length. */
enum {
    DETENTION_FIELDS = 12,
    STATUS_FIELDS = 63,
    SILENCE_FIELDS = 2,
    MISSING_FIELDS = 5,
    BESIDE_FIELDS = 8,
    BESIDE_BYTES_MAX = 2 * BESIDE_ID_CHARS_MAX + (BESIDE_FIELDS + 1) * (2 + 10),
    PASSED_FIELDS = 3,
    STATUS_FIELD_BYTES_MAX = 2 + 10,
    STATUS_BYTES_MAX =
        ID_BYTES + 2 * NUMBER_TEXT_BYTES + 4 * ID_CHARS_MAX + 7 * NAME_CHARS_MAX + 2 * TELEPHONE_CHARS_MAX +
        2 * PERSON_CHARS_MAX +
        (STATUS_FIELDS + DETENTION_FIELDS + MISSING_FIELDS + SILENCE_FIELDS + PASSED_FIELDS + 1) *
            STATUS_FIELD_BYTES_MAX +
        FLAG_BITS + PROVIDER_CHARS_MAX + BESIDE_MAX * BESIDE_BYTES_MAX,
    STATUSES_KEPT = 256
};

/* Statuses packed lately. One status is told several times, in an answer, an offer and the news, but packed
 * once: it stays the same until the next event of its case, or the next policy. */
struct statuses {
    struct packed_status {
        uint64_t seq; /* of the case's last event, which no other case has; 0: none is here */
        size_t size;
        uint8_t bytes[STATUS_BYTES_MAX]; /* a Message that only has this status */
    } packed[STATUSES_KEPT];
};

/* The status of a case, to be spliced into a message as field `number`. Borrowed until the next call. False
 * if there is no such case. */
bool statuses_find(struct statuses *statuses, const struct state *state, const struct directory *directory,
                   struct any_case of, uint32_t number, spliced_field *field);

/* To be called when names and telephone numbers may have changed. */
void statuses_forget(struct statuses *statuses);

/* A team's name; its id if it has left the directory. Borrowed. */
char *status_team_name(const struct state *state, const struct directory *directory, uint16_t slot);

/* A coordinator's id, name and number; no more than the id of one who has left the directory. Borrowed. */
struct coordinator_words {
    char *id, *name, *ring;
};
struct coordinator_words status_coordinator(const struct state *state, const struct directory *directory,
                                            uint16_t slot);

#endif
