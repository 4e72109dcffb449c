/* json.h: writes messages as proto3 JSON, and reads them.
 *
 * Names are lowerCamelCase, enums are their names, 64-bit integers are strings, and bytes are base64, except
 * ids of 16 bytes, which are UUIDs (36 characters). The reader also takes an enum in plain words or kebab
 * case without its prefix ("very-urgent"), an Instant as an RFC 3339 string, snake_case names, and numbers
 * for 64-bit integers. An unknown name is an error: if we dropped the field, it could be the one that matters
 * about a person.
 */
#ifndef CONCORDAT_JSON_H
#define CONCORDAT_JSON_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdio.h>

#include "proto/wire/arena.h"
#include "proto/wire/wire.h"

/* Returns a new reference, or NULL if there is not enough memory. Leaves out fields that hold their default.
 */
json_t *json_from_message(const ProtobufCMessage *message);

/* The same for people's eyes, and for programs that show it: texts are as utf8_clean leaves them, without
 * what nobody sees and what turns the direction of writing. */
json_t *json_to_show(const ProtobufCMessage *message);

/* Writes a name of the schema, or a path of them, as JSON has it: "referral_id" as "referralId". `out` has
 * room for one as long as the name. */
void json_camel_case(const char *name, char *out, size_t size);

/* The field that the reader takes a name for; NULL if there is none. */
const ProtobufCFieldDescriptor *json_find_field(const ProtobufCMessageDescriptor *type, const char *key);

/* Reads JSON that a person may have edited: passes over a byte-order mark, and takes lines that end in CRLF.
 * Returns a new reference, or NULL with *error filled in. */
json_t *json_read_file(FILE *file, json_error_t *error);

/* Returns a message inside the arena, which is not reset, or NULL with *fault filled in. Does not check the
 * limits of the fields: see check.h. */
ProtobufCMessage *json_to_message(const json_t *json, const ProtobufCMessageDescriptor *descriptor,
                                  struct arena *arena, struct wire_fault *fault);

#endif
