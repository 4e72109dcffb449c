/* client.h: the client's end of Concordat's protocol, for services, devices and other people's programs.
 *
 * A client is one authenticated, encrypted connection to one server (the broker, or an intake). It says
 * hello, keeps the connection alive with pings, notices when the server has gone or restarted, and then
 * connects again. It sends every request again (with the same command id) until it has an answer: only an
 * answer proves that a request arrived. Only functions with a timeout wait, and a signal ends the wait early.
 * Not thread safe: one thread uses a client. Times are milliseconds.
 */
#ifndef CONCORDAT_CLIENT_H
#define CONCORDAT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/wire.h"

enum {
    CLIENT_OUTSTANDING_MAX = 256, /* requests without an answer */
    CLIENT_SOCKETS = 3,           /* to the server, its monitor, and libzmq's end of that */
    CLIENT_NEWS_MAX = 1024 /* messages kept while a caller waits for an answer; then the oldest is dropped */
};

struct concordat_client;

/* What a server had acknowledged, and another run of it did not have: its ledger was on a disk or a server
 * that lost it. It was sent again. */
struct concordat_client_lost {
    uint8_t referral[WIRE_ID_BYTES];
    Concordat__V1__Refusal
        refusal; /* UNSPECIFIED: the server has it now; else a person has to look at the case */
};

/* What has happened, for a person; the case is to be named after it. */
const char *concordat_client_lost_words(Concordat__V1__Refusal refusal);

struct concordat_client_config {
    const char *endpoint; /* such as tcp://127.0.0.1:5170 or ipc:///run/concordat-broker/socket; or several
                           * with commas between them, if the server can be on one of several machines: the
                           * client has one connection at a time, and looks for the one that welcomes it */
    const char *server_key_path; /* the server's public key file, which may be replaced meanwhile */
    const char *key_path;        /* this client's secret key file */
    const char *software;        /* name and version, for the server's log */
    bool wants_news;             /* offers and statuses as they happen */
    int64_t patience_ms; /* a request that the server puts off for longer, from when it was asked, gets that
                          * refusal as its answer; 0: it is sent again, however long that takes */
    /* If it is not NULL, commands about cases are kept in memory for a minute after they were acknowledged,
     * and are sent again to a run of the server that this client has not met. It is called, from within
     * concordat_client_next or _request, for each that had been lost, and calls no function of the client. A
     * capacity, a shift or a presence is not kept: what was said later counts. */
    void (*lost)(void *lost_context, const struct concordat_client_lost *lost);
    void *lost_context; /* borrowed */
    void *context; /* of ZeroMQ, for a program with many clients: borrowed until the client is closed; NULL:
                    * the client has its own. A client takes CLIENT_SOCKETS of its sockets */
};

/* Opens a client, which connects in the background. Returns NULL with a message if an address or a key file
 * is unusable. */
struct concordat_client *concordat_client_open(const struct concordat_client_config *config, char *message,
                                               size_t message_size);
/* Closes it and sets the pointer to NULL. Gives up requests without an answer; they may have been done. */
void concordat_client_close(struct concordat_client **client);

/* From now on every request of the caller's says that this person is at the keyboard, unless it names one
 * itself. id: of the site's own list, such as p117, and never a name; copied. "": not said. */
void concordat_client_set_person(struct concordat_client *client, const char *id,
                                 Concordat__V1__StaffRole role);

/* Returns whether the server has welcomed this connection and we have heard from it lately. */
bool concordat_client_connected(const struct concordat_client *client);
/* Returns the latest welcome, or NULL. It is valid until the next call of any function here. */
const Concordat__V1__Welcome *concordat_client_welcome(const struct concordat_client *client);

/* What the server's clock says now (UTC, ms), by its latest welcome or pong; 0 if it has not said so yet. A
 * program whose own machine has a wrong clock finds that out by it. */
int64_t concordat_client_server_ms(const struct concordat_client *client);

/* Packs and queues a request; does not keep it. concordat_client_next sends it, together with others, as soon
 * as the server has welcomed us. If request->command_id is empty, packs a new UUIDv7. Copies the id
 * to `command_id` (16 bytes), unless that is NULL. Returns 0, or -1 if the request is too long or too many
 * are without an answer. */
int concordat_client_send(struct concordat_client *client, Concordat__V1__Request *request,
                          uint8_t *command_id);

/* Sends a request no more; its answer is dropped if it comes. The request may have been done. */
void concordat_client_give_up(struct concordat_client *client, const uint8_t command_id[WIRE_ID_BYTES]);

/* Returns the next message (an answer, news, a feed), or NULL if none comes within timeout_ms; 0 does not
 * wait. The client handles pongs and welcomes itself. The message is valid until the next call of any
 * function here. Call this regularly: it also sends pings and repeats requests. */
const Concordat__V1__Message *concordat_client_next(struct concordat_client *client, int timeout_ms);

/* Sends one request and waits for its answer; keeps news that come meanwhile for concordat_client_next.
 * Returns NULL if no answer comes in time: the client then gives the request up, which may or may not have
 * been done. If the server says TOO_MANY and to try again later than that, returns this refusal at once:
 * nothing was done. If the server does not welcome us (our key is revoked, say), returns its refusal of our
 * hello.
 */
const Concordat__V1__Message *concordat_client_request(struct concordat_client *client,
                                                       Concordat__V1__Request *request, int timeout_ms);

/* For callers with a loop of their own: the ZeroMQ socket to poll for input, and how many ms may pass before
 * the next call of concordat_client_next. That call can replace the socket, so ask again after it. */
void *concordat_client_socket(struct concordat_client *client);
int concordat_client_patience_ms(const struct concordat_client *client);

#endif
