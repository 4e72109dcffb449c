/* connection.h: the server and our key, from options or the environment; questions to the server and its
 * answers, which are printed on standard output, failures on standard error. One thread. */
#ifndef CONCORDAT_TERMINAL_CONNECTION_H
#define CONCORDAT_TERMINAL_CONNECTION_H

#include <argp.h>
#include <stdbool.h>

#include "proto/client/client.h"
#include "proto/words/exit_code.h"
#include "services/desk/action.h"
#include "services/desk/people.h"
#include "services/desk/show.h"

struct connection_options {
    const char *endpoint, *server_key, *key; /* borrowed from the command line or the environment */
    const char *ring;                        /* whom to ring if the server does not say */
    const char *command;                     /* a refusal says whose --help has how it is typed; NULL: none */
    int timeout_ms;
    bool json;
    bool receipt;                  /* see struct showing */
    const char *person;            /* who is at the keyboard, such as p117; "": not said */
    Concordat__V1__StaffRole role; /* theirs */
    const char *people_path;       /* of the site's people file; NULL: none */
    struct people people;          /* owned; read by connection_open */
    /* As struct concordat_client_config has it; NULL: a program that ends soon has nothing to send again. */
    void (*lost)(void *lost_context, const struct concordat_client_lost *lost);
    void *lost_context;
};

/* The options as a child for any argp; its input is a struct connection_options. */
extern const struct argp connection_argp;

/* Opens a client by the options, and reads the people file: if that has a fault it tells so, and goes on,
 * because ids serve too. If something is missing or a key is unusable it tells so and returns the code;
 * *client is then NULL. */
enum exit_code connection_open(struct connection_options *options, bool wants_news,
                               struct concordat_client **client);
/* Closes the client, which may be NULL, and what connection_open read. */
void connection_close(struct connection_options *options, struct concordat_client **client);

/* Sends a request and waits for its answer. If none comes in time it tells so, sets *code and returns NULL:
 * CODE_ENVIRONMENT if the server was never reached, so that nothing was done; CODE_NO_ANSWER if it may have
 * been done. With an answer *code is CODE_DONE, or CODE_REFUSED. */
const Concordat__V1__Message *connection_ask(const struct connection_options *options,
                                             struct concordat_client *client, Concordat__V1__Request *request,
                                             enum exit_code *code);

/* Asks the server what the action's case stands for, if that is needed, and binds the action. If it is not
 * CODE_DONE the reason has been told, with what holds now. */
enum exit_code connection_resolve(const struct connection_options *options, struct concordat_client *client,
                                  struct action *action);

/* Tells the server which state a referrer was shown in the message, if our key is a referrer's. The message
 * may be one that the client owns: it is not valid afterwards. Without an answer nothing is told: what was
 * shown stays true. */
void connection_tell_shown(const struct connection_options *options, struct concordat_client *client,
                           const Concordat__V1__Message *message);

/* Prints any message, in words or as JSON, as the options say. */
void connection_print(const struct connection_options *options, const Concordat__V1__Message *message);
/* For the words of messages: by the options and our own clock. */
struct showing connection_showing(const struct connection_options *options);

#endif
