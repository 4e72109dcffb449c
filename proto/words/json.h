/* json.h: messages as proto3 JSON and back, by their descriptors.
 *
 * Names are lowerCamelCase, enums are their names, bytes are base64 except ids of 16 bytes, which are
 * written as UUIDs (36 characters); 64-bit integers are strings. Reading also takes: an enum in plain
 * words or kebab case without its prefix ("very-urgent"), an Instant as an RFC 3339 string, snake_case
 * names, numbers for 64-bit integers. Unknown names are an error: a field that is silently dropped could
 * be what matters about a person.
 */
#ifndef CONCORDAT_JSON_H
#define CONCORDAT_JSON_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "proto/wire/arena.h"
#include "proto/wire/wire.h"

/* A new reference, or NULL where memory is short. Fields that hold their default are left out. */
json_t *json_from_message(const ProtobufCMessage *message);

/* A message inside the arena (which is not reset), or NULL with fault->text naming the field. Not yet
 * checked: see check.h. */
ProtobufCMessage *json_to_message(const json_t *json, const ProtobufCMessageDescriptor *descriptor,
                                  struct arena *arena, struct wire_fault *fault);

#endif
