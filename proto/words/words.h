/* words.h: coded values, numbers, times and ids as people read and type them. */
#ifndef CONCORDAT_WORDS_H
#define CONCORDAT_WORDS_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORDS_MAX = 64, UUID_TEXT_BYTES = 37, NUMBER_TEXT_BYTES = 16, TIME_TEXT_BYTES = 32 };

/* Writes "no capacity" for DECLINE_REASON_NO_CAPACITY, "not recorded" for the zero value, and "unknown (n)"
 * for a value that the schema does not have. Returns out. */
const char *words_for(const ProtobufCEnumDescriptor *descriptor, int value, char out[WORDS_MAX]);

/* The same in kebab case, as it is typed and as programs read it: "no-capacity". Returns out. */
const char *words_kebab(const ProtobufCEnumDescriptor *descriptor, int value, char out[WORDS_MAX]);

/* Writes the name of a field as words: "Police vehicle reason" for police_vehicle_reason. */
void words_field(const char *name, char out[WORDS_MAX]);

/* Reads a value from words, kebab case or its full name, in capitals or small letters. */
bool words_parse(const ProtobufCEnumDescriptor *descriptor, const char *text, int *value);

/* Writes "R-0412", or "D-0412" for a drill, with at least four digits; and reads it. */
void words_number(uint32_t number, bool drill, char out[NUMBER_TEXT_BYTES]);
bool words_parse_number(const char *text, uint32_t *number, bool *drill);

/* Writes RFC 3339 in UTC with milliseconds; reads any offset and 0 to 9 digits of fraction. */
void words_time(int64_t unix_ms, char out[TIME_TEXT_BYTES]);
bool words_parse_time(const char *text, int64_t *unix_ms);

/* Makes a UUIDv7 from the wall clock and random bytes; writes UUIDs as text, and reads them. */
void words_new_uuid(uint8_t id[16]);
/* The text of a new one; returns `out`. */
const char *words_fresh_uuid(char out[UUID_TEXT_BYTES]);
void words_uuid(const uint8_t id[16], char out[UUID_TEXT_BYTES]);
bool words_parse_uuid(const char *text, uint8_t id[16]);

#endif
