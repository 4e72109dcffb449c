/* sealing.h: the one place where a text about a person is sealed, on its way from a command into the batch.
 *
 * The key of a case is handed out for its receipt, when it is on disk already, and found for each later
 * event. A reopened case has its callback key again before its event is on disk, too. What an event says
 * about the key itself, that the case has ended or that it is erased, is done after the event is on disk
 * (sealing_settle): so a case never lacks its key, and an erased case has none once anybody is told.
 *
 * An offer is nearly always made in the turn in which its case came: until that turn is written, the numbers
 * to ring back that it sealed are kept, open. */
#ifndef CONCORDAT_SEALING_H
#define CONCORDAT_SEALING_H

#include "broker/seals/sealed_row.h"
#include "broker/seals/seals.h"
#include "broker/shell/batch.h"

/* No row is longer: a text came in one request, and the callback number within it is sealed once more. */
enum { SEALED_ROW_BYTES_MAX = 2 * (SEAL_TEXT_BYTES_MAX + SEALED_ROW_ADDED_BYTES) };

struct broker;

/* Seals the text of a command for its first event. `texts` borrows from the broker until the next call.
 * REFUSAL_SEALED: the key of the case cannot be opened now, or was erased. REFUSAL_NO_ROOM,
 * REFUSAL_UNAVAILABLE: nothing was changed; after the latter the next commit may say that the broker must
 * stop. */
enum refusal sealing_seal(struct broker *broker, const struct event *event,
                          const struct record_content *content, struct sealed_texts *texts);

/* Why sealing_seal refused with REFUSAL_SEALED last, and what to do, for the sender. Lives for ever. */
const char *sealing_fault(const struct broker *broker);

/* The number to ring back that this turn sealed for an event of this referral; false: it is to be opened. */
bool sealing_fresh_callback(const struct broker *broker, const uint8_t *referral, uint64_t seq,
                            struct scan_field *callback);

/* Heeds what a call of the seals returned: if the disk failed, the operator is told, and the turn fails. */
void sealing_heed(struct broker *broker, enum seals_status status);

/* Notes what the turn's events say about keys, and forgets what was kept open, before the batch is cleared.
 */
void sealing_note(struct broker *broker);
/* After the turn is on disk, before anybody is told of it; false: the broker must stop. */
bool sealing_settle(struct broker *broker);
/* Whether the key of a case, whose erasing is on disk, is on disk too, because that is full. Tries to
 * overwrite it first. */
bool sealing_key_remains(struct broker *broker, struct any_case of);
/* Ends the callback keys of the cases that the turn has ended. Nobody is promised that they are gone, so the
 * turn is sent first: these are as many writes as cases. False: the broker must stop. */
bool sealing_end_cases(struct broker *broker);

#endif
