/* desks.h: all desks that the gateway speaks for, by the desks file (desks_file.h), and which of them serves
 * whom. One thread. Times are milliseconds of the monotonic clock. */
#ifndef CONCORDAT_GATEWAY_DESKS_H
#define CONCORDAT_GATEWAY_DESKS_H

#include "services/gateway/desk.h"

struct desks;

/* Opens each desk of the file; a line without an endpoint has this broker and its public key file. NULL with
 * a message. */
struct desks *desks_open(const char *path, const char *broker, const char *broker_key_path, char *message,
                         size_t message_size);
void desks_close(struct desks **desks);

size_t desks_count(const struct desks *desks);
struct desk *desks_at(const struct desks *desks, size_t at);
/* The desk of an account with that role and `of`, if possible one that answers; NULL if there is none, or its
 * server has never answered. */
struct desk *desks_find(const struct desks *desks, Concordat__V1__Role role, const char *of);
/* Somebody of that role and `of` is here, whom no desk serves: says so in the log, once. */
void desks_say_missing(struct desks *desks, Concordat__V1__Role role, const char *of);
/* Whether every desk at the broker answers; if none is there, every desk. */
bool desks_answer(const struct desks *desks);
/* Whether what this desk shows is as it is now: its server answers, and so does the router behind an intake,
 * as far as desks at the broker tell. */
bool desks_are_live_for(const struct desks *desks, const struct desk *desk);

/* So long may the caller poll the sockets of all desks before the next turn. */
int desks_patience_ms(const struct desks *desks, int64_t now_ms);
void desks_turn(struct desks *desks, int64_t now_ms);

#endif
