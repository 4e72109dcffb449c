/* covers.h: what is said of covers (broker/core/cover.h): to the coordinator who covers an area, and to the
 * area's own. */
#ifndef CONCORDAT_COVERS_H
#define CONCORDAT_COVERS_H

#include <stddef.h>

#include "broker/shell/asking.h"

struct broker;

/* Until when a coordinator covers an area; 0 if they do not now. */
int64_t covers_until(const struct broker *broker, uint16_t coordinator, uint16_t area);

/* Answers a Cover that was done: with what holds now. */
void covers_answer(struct broker *broker, const struct asking *asking, const struct done *done);
/* What a Cover lacks that is refused with REFUSAL_BAD_VALUE. */
const char *covers_fault(const struct broker *broker, const Concordat__V1__Cover *cover);

/* Tells both coordinators how a cover stands now, except the session that is answered. */
void covers_tell(struct broker *broker, const struct session *answered, uint16_t coordinator, uint16_t area);
/* Tells one session of all live covers that concern it. May end the session, as news_tell_case. */
void covers_tell_session(struct broker *broker, struct session *session);

/* The live covers that a coordinator makes, or that somebody makes of the coordinator's areas: at most `max`.
 * They borrow from the state and the directory. Returns how many. */
size_t covers_list(const struct broker *broker, uint16_t coordinator, Concordat__V1__Covered *list,
                   size_t max);

#endif
