/* check.h: checks an unpacked message against the limits of its fields, which the schema cannot express.
 *
 * One table (check_rules.c) has a row for each field whose limits differ from the defaults, and one walk over
 * the descriptors applies it. The walk also refuses what protobuf-c accepts: bad UTF-8, unknown enum values
 * and unknown fields.
 */
#ifndef CONCORDAT_CHECK_H
#define CONCORDAT_CHECK_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "proto/wire/wire.h"

/* Returns whether the message keeps to every limit. If not, *fault has the refusal and a text that names the
 * field by its path, such as "submit.referral.person.gender". */
bool check_message(const ProtobufCMessage *message, struct wire_fault *fault);

/* Returns whether no message type contains itself, which would let messages nest without limit. If one does,
 * *type_name is its name. */
bool check_not_recursive(const ProtobufCMessageDescriptor *descriptor, const char **type_name);

#endif
