/* check.h: whether an unpacked message keeps to the schema's unwritten half: its limits.
 *
 * One table (check_rules.c) has a row for each field that is bounded otherwise than by the defaults; one walk
 * over the descriptors applies it. protobuf-c itself accepts bad UTF-8, unknown enum values, embedded
 * NULs and unknown fields.
 */
#ifndef CONCORDAT_CHECK_H
#define CONCORDAT_CHECK_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "proto/wire/wire.h"

/* True where all is well; otherwise *fault has the refusal and a text that names the field by its path,
 * such as "submit.referral.person.gender". */
bool check_message(const ProtobufCMessage *message, struct wire_fault *fault);

/* A message type that contains itself could nest without limit. False where one does; names it. */
bool check_not_recursive(const ProtobufCMessageDescriptor *descriptor, const char **type_name);

#endif
