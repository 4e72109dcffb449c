/* desk.h: one desk: a team, a coordinator or a source for which the gateway speaks, by a key and a connection
 * of its own.
 *
 * The server behind the connection decides what the desk may see and do. What the desk is stands in that
 * server's Welcome. One thread. Times are milliseconds of the monotonic clock, unless it says otherwise.
 */
#ifndef CONCORDAT_GATEWAY_DESK_H
#define CONCORDAT_GATEWAY_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/wire.h"
#include "services/gateway/desk_copy.h"
#include "services/gateway/limits.h"

struct desk;

struct desk_config {
    void *context; /* of ZeroMQ, shared by all desks; borrowed until desk_close */
    const char *endpoint, *server_key_path, *key_path;
    bool is_brokers; /* the server is the broker, and not an intake */
};

/* Connects in the background. NULL with a message if a key file is unusable. */
struct desk *desk_open(const struct desk_config *config, char *message, size_t message_size);
/* Those who wait for an answer are told that none came. */
void desk_close(struct desk **desk);

/* For the caller's poll. desk_turn can replace the socket, so ask again after it. */
void *desk_socket(const struct desk *desk);
int desk_patience_ms(const struct desk *desk, int64_t now_ms);
/* Hears what came, and ends the waits that took too long. */
void desk_turn(struct desk *desk, int64_t now_ms);

bool desk_is_brokers(const struct desk *desk);
/* The server has welcomed us, and was heard of lately. */
bool desk_answers(const struct desk *desk);
/* What the latest Welcome said; before the first one the role is unspecified and the texts are "". */
Concordat__V1__Role desk_role(const struct desk *desk);
const char *desk_of(const struct desk *desk);
enum { DESK_NAME_BYTES = 80 + 1 }; /* proto/wire/check_rules.c: names */
/* What people call it; its id if the server knows no name. */
const char *desk_name(const struct desk *desk);
/* UTC by the server's clock, or by ours if it has not said so yet. */
int64_t desk_wall_ms(const struct desk *desk);

/* The copy of its cases and of what is beside them. */
const struct desk_copy *desk_cases(const struct desk *desk);
/* Calls this whenever a case of the copy came, changed or went; id NULL: something else on the board. */
typedef void desk_changed(void *context, struct desk *desk, const uint8_t *id);
void desk_on_change(struct desk *desk, desk_changed *changed, void *context);

/* What the router had acknowledged to this desk, and another run of it did not have (proto/client/client.h):
 * the log names each. */
struct desk_losses {
    uint64_t count;
    int64_t latest_ms; /* UTC, by our clock; 0: never */
};
struct desk_losses desk_losses(const struct desk *desk);

/* Somebody looks at one of its boards now: the desk counts as present for a while. A device of it has the
 * offers that are shown, which the server is told once. */
void desk_is_watched(struct desk *desk, int64_t now_ms);

/* What the team said last through this gateway, and when (UTC); the protocol tells nobody what it was. */
struct desk_capacity {
    uint32_t places;
    int64_t said_ms; /* 0: nothing since the gateway was started */
};
const struct desk_capacity *desk_capacity(const struct desk *desk);
void desk_note_capacity(struct desk *desk, uint32_t places);

/* For rights to deliver at this desk (delivery_token.h). */
const uint8_t *desk_delivery_key(const struct desk *desk);

/* The answer, valid until this returns and no question of the desk's is asked; or NULL: none came in time,
 * and whether the command was done is not known. The refusal of our hello is an answer to every question. */
typedef void desk_done(void *context, const Concordat__V1__Message *message);

/* Asks the server, again and again until it answers or DESK_ANSWER_MS are over. Copies the request. A command
 * id of the caller's is kept, so that the same form that comes twice is one command. The person is named in
 * the request; NULL: nobody is at the keyboard. `done` is called exactly once: later, in a desk_turn or
 * desk_close, or before this returns if too many questions wait. */
void desk_ask(struct desk *desk, const Concordat__V1__Request *request, const Concordat__V1__Person *person,
              desk_done *done, void *context);

/* Asks nothing: tells NULL after a time. */
void desk_wake(struct desk *desk, int64_t delay_ms, desk_done *done, void *context);

/* Asks for the whole board now, which the copy then has; `done` as above. */
void desk_ask_board(struct desk *desk, desk_done *done, void *context);

#endif
