/* router_answer.h: a command that an intake saves and delivers, and the router's answer to it. One thread. */
#ifndef CONCORDAT_TERMINAL_ROUTER_ANSWER_H
#define CONCORDAT_TERMINAL_ROUTER_ANSWER_H

#include "services/terminal/connection.h"

/* An answer until it has been shown. Begins as zeros. */
struct router_answer {
    struct arena arena; /* of the intake's own answer */
    bool has_arena;
    Concordat__V1__Message message;
    Concordat__V1__Answer answer;
};

/* As connection_ask, for a Submit, an Update or a Withdraw about a referral. If an intake has saved it, this
 * waits until the router has answered, as long as that usually takes (limits.h), and returns what became of
 * it: it is an alarm if the answer says SAVED even then. The client must want news. The message is valid
 * until the next use of the client, and until router_answer_close. */
const Concordat__V1__Message *router_answer_ask(struct router_answer *settled,
                                                const struct connection_options *options,
                                                struct concordat_client *client,
                                                Concordat__V1__Request *request,
                                                const uint8_t referral[WIRE_ID_BYTES], enum exit_code *code);
void router_answer_close(struct router_answer *settled);

#endif
