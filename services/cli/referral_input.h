/* referral_input.h: a referral from a JSON file, standard input, options, or options laid over one of them.
 */
#ifndef CONCORDAT_CLI_REFERRAL_INPUT_H
#define CONCORDAT_CLI_REFERRAL_INPUT_H

#include <argp.h>
#include <jansson.h>
#include <stddef.h>

#include "proto/wire/wire.h"
#include "services/desk/referral_reading.h"

struct referral_input {
    json_t *given;            /* by options; owned */
    bool took_standard_input; /* by an option */
};

/* The options, for an argp whose input is a zeroed struct referral_input. */
const struct argp *referral_input_argp(void);
void referral_input_close(struct referral_input *input);

/* What a referral is made of besides the options. */
struct referral_sources {
    const char *path; /* "-" is standard input, NULL is nothing */
    const char *id;   /* if it is not given there; NULL: a new one */
    const char *of;   /* the source that the device's key is of; NULL: not known */
};

/* Reads the file, lays the options over it and makes the message of it (services/desk/referral_fields.h).
 * NULL if the file is no JSON object, or memory ran out; *fault then says what is wrong. */
ProtobufCMessage *referral_input_read(const struct referral_input *input, const struct referral_sources *from,
                                      const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                      struct referral_reading *reading, struct wire_fault *fault);

#endif
