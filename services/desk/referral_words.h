/* referral_words.h: words that a person gave in place of a code go into the confidential part.
 *
 * The ledger keeps a referral for ever, so nothing in it is in a person's own words. A person who types
 * need not find the code first: the words are moved, and the person is told. Any thread, as long as each has
 * JSON of its own.
 */
#ifndef CONCORDAT_DESK_REFERRAL_WORDS_H
#define CONCORDAT_DESK_REFERRAL_WORDS_H

#include "proto/wire/wire.h"
#include <jansson.h>
#include <stdbool.h>

enum { REFERRAL_MOVED_BYTES = 300 };

/* Whether the words of a field of the referral are moved. */
bool referral_words_take(const ProtobufCFieldDescriptor *field);

/* Moves, in {"referral": {...}, "confidential": {...}} (borrowed, changed), the words of each field that
 * takes a code; the field then says "other", or nothing if its codes have no other. Codes in words stay.
 * `moved` names the fields for a person, and is "" if there are none; it has nothing of what was in them.
 * False if memory runs out. */
bool referral_words_move(json_t *json, char moved[REFERRAL_MOVED_BYTES]);

#endif
