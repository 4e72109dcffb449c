/* fake_broker.h: a small server that answers an intake as a broker would, through the real proto/server.
 *
 * It takes each submission as offered and counts what reaches it. The site of a submission decides the
 * answer: it refuses "poison" for its content, refuses "busy" twice for another reason, and does not answer
 * "silent" while `keeps_silent` is set.
 */
#ifndef CONCORDAT_TEST_FAKE_BROKER_H
#define CONCORDAT_TEST_FAKE_BROKER_H

#include "proto/server/server.h"
#include "proto/wire/wire.h"

enum { FAKE_COMMANDS_MAX = 512 };

struct fake_command {
    uint8_t id[WIRE_ID_BYTES];
    uint8_t referral[WIRE_ID_BYTES];
    Concordat__V1__Request__CommandCase kind;
};

struct fake_broker {
    struct server *server; /* NULL while it is down */
    struct server_route intake;
    bool has_intake;
    struct arena arena;
    uint8_t session;
    uint64_t seq;
    bool keeps_silent;
    size_t busy; /* refusals so far */
    /* The commands that took effect, each id once, in the order of arrival. They are kept while it is down.
     */
    struct fake_command commands[FAKE_COMMANDS_MAX];
    size_t count;
    size_t questions;
};

void fake_broker_start(struct fake_broker *broker, const char *endpoint, const char *key_path,
                       const char *keys_folder);
void fake_broker_stop(struct fake_broker *broker);
/* Answers the requests that wait. */
void fake_broker_turn(struct fake_broker *broker);
/* Sends the intake a status as news. */
void fake_broker_tell(struct fake_broker *broker, uint8_t *referral, Concordat__V1__State state);
/* Returns how many commands about a referral took effect. */
size_t fake_broker_count(const struct fake_broker *broker, const uint8_t *referral);

#endif
