/* referral_input.h: a referral from a JSON file, standard input, options, or options laid over one of them.
 */
#ifndef CONCORDAT_CLI_REFERRAL_INPUT_H
#define CONCORDAT_CLI_REFERRAL_INPUT_H

#include <argp.h>
#include <jansson.h>
#include <stddef.h>

#include "proto/wire/wire.h"

struct referral_input {
    json_t *given;            /* by options; owned */
    bool took_standard_input; /* by an option */
};

/* The options, for an argp whose input is a zeroed struct referral_input. */
const struct argp *referral_input_argp(void);
void referral_input_close(struct referral_input *input);

/* Reads path ("-" is standard input, NULL is nothing), lays the options over it and sets the id: `id` if it
 * is not NULL, otherwise a new one unless one stands there. Submit and Update are written alike, so the
 * descriptor says which it becomes. A message inside the arena, checked; or NULL. The text names what is
 * wrong, or else tells which words were moved to the confidential part; "" if there is nothing to tell. */
ProtobufCMessage *referral_input_read(const struct referral_input *input, const char *path, const char *id,
                                      const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
                                      char *message, size_t message_size);

#endif
