/* connection.h: where the server is and who we are, from options or the environment; one question, one
 * answer. */
#ifndef CONCORDAT_CLI_CONNECTION_H
#define CONCORDAT_CLI_CONNECTION_H

#include <argp.h>
#include <stdbool.h>

#include "proto/client/client.h"
#include "proto/words/exit_code.h"

struct connection_options {
    const char *endpoint, *server_key, *key; /* borrowed from the command line or the environment */
    const char *ring;                        /* whom to ring where the server does not say */
    int timeout_ms;
    bool json;
    bool receipt; /* see struct say */
};

/* The options as a child for any argp; its input is a struct connection_options. */
extern const struct argp connection_argp;

/* Opens a client by the options. Where something is missing or a key unusable it tells so and returns the
 * code; *client is then NULL. */
enum exit_code connection_open(const struct connection_options *options, bool wants_news,
                               struct concordat_client **client);

/* Sends a request and waits for its answer. Where none comes in time it tells so, sets *code and returns
 * NULL: CODE_ENVIRONMENT where the server was never reached, so that nothing was done; CODE_NO_ANSWER
 * where it may have been done. Where an answer came *code is CODE_DONE, or CODE_REFUSED. */
const Concordat__V1__Message *connection_ask(const struct connection_options *options,
                                             struct concordat_client *client, Concordat__V1__Request *request,
                                             enum exit_code *code);

/* Prints any message, in words or as JSON, as the options say. */
void connection_print(const struct connection_options *options, const Concordat__V1__Message *message);

/* Milliseconds of a monotonic clock. */
int64_t connection_monotonic_ms(void);

#endif
