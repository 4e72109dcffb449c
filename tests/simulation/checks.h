/* checks.h: the checkers. Each is a function that runs after every step and reports a broken promise by its
 * name. */
#ifndef CONCORDAT_SIMULATION_CHECKS_H
#define CONCORDAT_SIMULATION_CHECKS_H

#include "tests/simulation/world.h"

/* check_events.c: for each event that becomes durable. `before` is its case before the event, NULL if there
 * was none. */
/* Events are in order, and by true time if the broker can know it. */
void check_time(struct world *world, uint64_t seq, const Concordat__V1__Event *event);
void check_invented(struct world *world, uint64_t seq, const Concordat__V1__Event *event);
void check_one_effect(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                      const struct seen_case *before);
void check_undone(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                  const struct seen_case *before);
/* check_closing.c */
void check_closed(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                  const struct seen_case *before);
void check_one_answer(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                      const struct seen_case *before);
void check_link(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                const struct seen_case *before);
void check_other_device(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                        const struct seen_case *before);
void check_reasons(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                   const struct seen_case *before);
void check_empty_rung(struct world *world, uint64_t seq, const Concordat__V1__Event *event);
/* check_glass.c: a record is read by a team that has the case, or a coordinator to whom it belongs; beyond
 * that only as a coordinator's deliberate act, a few an hour. A board tells of it those whom it concerns. */
void check_reading(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                   const struct seen_case *before);
void check_read_beyond(struct world *world, const struct peer *peer, const Concordat__V1__ReadBeyond *read);
void check_board_readings(struct world *world, const struct peer *peer, const Concordat__V1__Board *board);
/* Whether a coordinator may hear of a case (check_messages.c). */
bool check_concerns_coordinator(const struct world *world, const char *coordinator,
                                const struct seen_case *of);
/* check_erasure.c: a case is erased only when it may be; a status says what its event left, and a record of
 * an erased case has no confidential part. */
void check_erased(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                  const struct seen_case *before);
void check_erased_status(struct world *world, const struct seen_event *of,
                         const Concordat__V1__CaseStatus *status);
/* After a start, no erased case has its key any more. */
void check_erased_keys(struct world *world);
void check_erased_record(struct world *world, const struct peer *peer, const Concordat__V1__Record *record);
/* check_history.c: the answer to who had to do with a case. */
void check_history(struct world *world, const struct peer *peer, const struct seen_command *command,
                   const Concordat__V1__Record *record);
/* check_children.c: of an event that asks a team or holds a case, with the case before it. */
void check_child(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                 const struct seen_case *before);
/* check_missing.c: of an event, with its case before it. */
void check_missing(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                   const struct seen_case *before);
/* check_shifts.c: of an event that notes a shift; takes from it who is on shift. */
void check_shift(struct world *world, uint64_t seq, const Concordat__V1__Event *event);
/* check_calls.c: of an event, with its case before it; and of all open cases, before the next batch and after
 * each turn. */
void check_call(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                const struct seen_case *before);
void check_routed(struct world *world);
/* check_reminders.c: of a reminder, with the case before it. */
void check_reminded(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                    const struct seen_case *before);
/* check_detained.c: of an event, with the detention before it and the case after it; and after each turn. */
void check_detained(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                    const struct seen_detention *before, const struct seen_case *after);
void check_clocks_end(struct world *world);
/* check_told.c: notes an event of which somebody is to be told in its turn; what a peer is sent; and compares
 * the two, before the next batch and after each turn. */
void check_told_begins(struct world *world, uint64_t seq, const Concordat__V1__Event *event);
void check_told_by(struct world *world, const struct peer *peer, const Concordat__V1__CaseStatus *status);
void check_told(struct world *world);
/* check_written.c: of a status that a peer is sent, with its case. */
void check_written(struct world *world, const struct peer *peer, const struct seen_case *of,
                   const Concordat__V1__CaseStatus *status);
/* Whether a case is one that the peer works on: its source, the team that has it or is asked, its coordinator
 * or one who was told because nobody answered. */
bool check_is_theirs(const struct peer *peer, const struct seen_case *of);
/* Whether a message, by the number of its event, is to the peer, and not seen on its side; and whether a
 * status shows it so. */
bool check_waits_for(const struct peer *peer, const struct seen_case *of, uint64_t seq);
bool check_shows(const Concordat__V1__CaseStatus *status, uint64_t seq);
/* When the broker welcomes a peer, and when it takes something of one. */
void check_told_welcomes(const struct world *world, struct peer *peer);
void check_told_hears(struct world *world, struct peer *peer);
/* After the event: the case has exactly the owner that follows from it. */
void check_owned(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                 const struct seen_case *after);

/* check_messages.c: for each message, when the broker sends it. */
void check_sent(struct world *world, const struct peer *peer, const Concordat__V1__Message *message);

/* check_keys.c: of an event, with its case after it: the key of the case is on the disk, and opens what is
 * sealed beside the event as it was told. */
void check_sealed(struct world *world, uint64_t seq, const Concordat__V1__Event *event,
                  const struct seen_case *after);
/* At a quiet moment: each case has its key. */
void check_keys(struct world *world);
/* After a rotation: by the newest generation. */
void check_rotated(struct world *world);
/* And the key opens what the referrer told last. */
void check_texts(struct world *world);
/* When the broker sends a message: a record or a callback number is what the referrer told in this case. */
void check_told_record(struct world *world, const struct peer *peer, const Concordat__V1__Record *record);
void check_told_offer(struct world *world, const struct peer *peer, const struct seen_case *of,
                      const Concordat__V1__Offer *offer);
/* Somebody was refused because a key is missing or damaged. */
void check_told_refusal(struct world *world, const struct peer *peer, const struct seen_command *command);

/* check_turns.c: after each turn of the broker. */
void check_stuck(struct world *world);
void check_agrees(struct world *world);
/* The state's own books: what is open after every turn with events; all of them when a replay is compared. */
void check_books(struct world *world);
void check_replay(struct world *world);
/* check_shares.c: the same, of all that waits. */
void check_shares(struct world *world);
/* After a restart: everything that was ever acknowledged is there. */
void check_lost(struct world *world);

#endif
