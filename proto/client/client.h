/* client.h: the client's end of Concordat's protocol, for services, devices and other people's programs.
 *
 * A client is one authenticated, encrypted connection to one server (the broker, or an intake). It says
 * hello, keeps the connection alive with pings, notices when the server has gone or restarted, connects
 * anew, and sends every request again (same command id) until it is answered: an answer is the only
 * proof that a request arrived. Nothing blocks except where a timeout is given, and a signal ends that wait
 * early. Not thread safe: one thread uses a client. Times are milliseconds.
 */
#ifndef CONCORDAT_CLIENT_H
#define CONCORDAT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/wire.h"

enum {
    CLIENT_OUTSTANDING_MAX = 256, /* requests without an answer */
    CLIENT_NEWS_MAX = 1024 /* messages kept while a caller waits for one answer; then the oldest goes */
};

struct concordat_client;

struct concordat_client_config {
    const char *endpoint;        /* such as tcp://127.0.0.1:5170 or ipc:///run/concordat/broker */
    const char *server_key_path; /* the server's public key file */
    const char *key_path;        /* this client's secret key file */
    const char *software;        /* name and version, for the server's log */
    bool wants_news;             /* offers, statuses and reminders as they happen */
};

/* Opens a client; it connects in the background. NULL with a message where a key file is unusable. */
struct concordat_client *concordat_client_open(const struct concordat_client_config *config, char *message,
                                               size_t message_size);
/* Closes it and sets the pointer to NULL. What was not answered is given up (it may have been done). */
void concordat_client_close(struct concordat_client **client);

/* Whether the server has welcomed this connection and was heard of lately. */
bool concordat_client_connected(const struct concordat_client *client);
/* The latest welcome, or NULL. Valid until the next call of any function here. */
const Concordat__V1__Welcome *concordat_client_welcome(const struct concordat_client *client);

/* Queues a request, which goes out with the next call of concordat_client_next, together with others, as
 * soon as the server has welcomed us. Where request->command_id is empty
 * a new UUIDv7 is set in `command_id` (16 bytes, may be NULL); otherwise it is copied there. The request is
 * packed at once and not kept. 0; -1 where too many are outstanding or the request does not fit. */
int concordat_client_send(struct concordat_client *client, Concordat__V1__Request *request,
                          uint8_t *command_id);

/* The next message (an answer, news, a feed), waiting at most timeout_ms (0: not at all). NULL where none
 * came. Pongs and welcomes are handled inside and not returned. The message is valid until the next call
 * of any function here. Must be called regularly: it also sends pings and repeats requests. */
const Concordat__V1__Message *concordat_client_next(struct concordat_client *client, int timeout_ms);

/* Sends one request and waits for its answer. News that come meanwhile are kept for concordat_client_next.
 * NULL where no answer came in time: the request is then given up, and may or may not have been done. Where
 * the server does not welcome us (our key is revoked, say) its refusal of the hello is returned instead. */
const Concordat__V1__Message *concordat_client_request(struct concordat_client *client,
                                                       Concordat__V1__Request *request, int timeout_ms);

/* For callers with a loop of their own: a ZeroMQ socket to poll for input (it can change after
 * concordat_client_next: ask again each turn), and how long the client can be left alone, in ms. */
void *concordat_client_socket(struct concordat_client *client);
int concordat_client_patience_ms(const struct concordat_client *client);

#endif
