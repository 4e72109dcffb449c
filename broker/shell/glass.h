/* glass.h: what is said of a record that a coordinator read beyond their areas (broker/core/glass.h): to the
 * reader, and to the coordinators whose case it is. */
#ifndef CONCORDAT_SHELL_GLASS_H
#define CONCORDAT_SHELL_GLASS_H

#include <stddef.h>

#include "broker/core/glass.h"
#include "broker/shell/asking.h"
#include "proto/words/words.h"

struct broker;

/* The spoken number, and the message that points to it, to the state and to the directory. */
struct reading_beyond {
    Concordat__V1__ReadBeyond message;
    char number[NUMBER_TEXT_BYTES];
};

void glass_say(const struct broker *broker, uint16_t reader, const struct glass_read *read,
               struct reading_beyond *reading);

/* Tells all whom a reading concerns, except the session that is answered with the record. */
void glass_tell(struct broker *broker, const struct session *answered, uint16_t reader,
                const struct glass_read *read);
/* Tells one session of all late readings that concern it. May end the session, as news_tell_case. */
void glass_tell_session(struct broker *broker, struct session *session);

/* The late readings that concern a coordinator: at most `max`. Returns how many. */
size_t glass_list(const struct broker *broker, uint16_t coordinator, struct reading_beyond *list, size_t max);

/* Says in words why a GetRecord is refused; NULL: the refusal's own words say it. */
const char *glass_fault(const Concordat__V1__GetRecord *asked, enum refusal refusal);

#endif
