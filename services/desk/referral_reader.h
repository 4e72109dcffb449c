/* referral_reader.h: what a person typed into a referral, read as well as it can be.
 *
 * A referral is saved and sent with what can be read of it. What means something in other words than the
 * protocol's becomes its code, time or number: "about 30", "yesterday 22:15", "male", "Polish". What means
 * nothing here stays as it was typed, with the name of its field, in the confidential part, so that no wrong
 * field loses a person. The command line, a file and a form all go through this. Any thread, as long as each
 * has JSON of its own.
 */
#ifndef CONCORDAT_DESK_REFERRAL_READER_H
#define CONCORDAT_DESK_REFERRAL_READER_H

#include "proto/wire/wire.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "services/desk/referral_reading.h"

/* Reads {"referral": {...}, "confidential": {...}} (borrowed, an object, changed) for a Submit or an Update,
 * as the descriptor says. What is not said stays not said. Afterwards each member is one that json_to_message
 * and check_message take, unless the referral has no id. `now_ms` is UTC. False if memory runs out. */
bool referral_reader_read(json_t *json, const ProtobufCMessageDescriptor *descriptor, int64_t now_ms,
                          struct referral_reading *reading);

#endif
