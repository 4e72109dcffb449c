/* sender.h: a team's device that sends commands and questions to whichever router answers, and again what was
 * not answered, or what another run of a router has acknowledged.
 */
#ifndef CONCORDAT_SIMULATION_SENDER_H
#define CONCORDAT_SIMULATION_SENDER_H

#include "proto/wire/wire.h"
#include "tests/simulation/servers/router.h"
#include "tests/simulation/servers/watch.h"

enum { SENDER_COMMANDS = 200, SENDER_SESSION_BYTES = 16 };

struct sent_command {
    uint8_t id[16];
    uint32_t places;
    uint64_t seq;                          /* as it was acknowledged; 0: it has not been */
    uint8_t session[SENDER_SESSION_BYTES]; /* by which run */
    int64_t sent_ms;
};

struct sender {
    struct quorum *quorum;
    struct watch *watch;
    int which, target; /* the router that it talks to */
    uint32_t connection;
    bool welcomed, refused;
    uint8_t session[SENDER_SESSION_BYTES];
    int64_t heard_ms, asked_ms; /* asked: since when it waits for anything; 0: it does not */
    int64_t hello_ms, ping_ms;
    uint32_t questions;
    struct sent_command commands[SENDER_COMMANDS];
    size_t count;
    struct random random;
    struct arena arena;
    uint64_t answered, repeated, found_lost; /* found_lost: acknowledged, and done anew all the same */
};

void sender_open(struct sender *sender);
void sender_close(struct sender *sender);
/* A message of a router leaves for it. */
void sender_hears(struct sender *sender, const struct router *router, uint32_t connection,
                  const struct frame_part *part);
/* Whether everything it has sent is acknowledged, by the run that it talks to. */
bool sender_is_content(const struct sender *sender);
/* Whether what it was acknowledged stands in the history that wins. */
void sender_checks(const struct sender *sender);

#endif
