/* records.h: the records that peers asked for in this turn: packed at its end, and sent once the events that
 * say so are on disk. */
#ifndef CONCORDAT_RECORDS_H
#define CONCORDAT_RECORDS_H

#include "broker/shell/asking.h"

struct broker;
struct record_asked;

/* Notes that a peer, who may, has asked for the record of a case, or who had to do with it. There must be
 * room for one more. referral NULL: it is about no case. */
void records_ask(struct broker *broker, const struct answer_to *to, const uint8_t *referral,
                 const struct record_asked *as);
/* Packs them, as many as a turn has time for: the rest is packed with the next turn. A record that is not
 * what came is refused. */
void records_pack(struct broker *broker);
/* Whether some are left for the next turn; and so many that no more can be asked for now. */
bool records_wait(const struct broker *broker);
bool records_are_full(const struct broker *broker);

#endif
