/* trail_facts.h: the facts of a referral, as its row in table `referral` holds them. */
#ifndef CONCORDAT_TRAIL_FACTS_H
#define CONCORDAT_TRAIL_FACTS_H

#include "concordat/v1/event.pb-c.h"
#include "services/audit/sql.h"

/* How the router understood a referral when it was received or updated. */
struct trail_routing {
    const char *area;
    Concordat__V1__Urgency routed_as;
    size_t flag_count;
    const Concordat__V1__Flag *flags; /* the router's own, beside those of the referral */
    uint32_t age;                     /* with FLAG_AGE_CONTRADICTS: the age that it used, in years */
};

/* Writes all facts of a referral over its row, which must exist. An SQLite result code. */
int trail_facts_set(struct sql *sql, const ProtobufCBinaryData *id, const Concordat__V1__Referral *facts,
                    const struct trail_routing *routing);

/* Adds a code's word to a list of words. */
void trail_facts_add_word(sqlite3_str *list, const ProtobufCEnumDescriptor *descriptor, int value);

#endif
