/* http_peer.h: one end of a connection to the HTTP server under test, which is in the same thread: a test
 * says something, gives the server its turn, and hears what came. What fails fails the test. */
#ifndef CONCORDAT_TESTS_HTTP_PEER_H
#define CONCORDAT_TESTS_HTTP_PEER_H

#include <stdint.h>

#include "services/gateway/http.h"

/* Connects to the unix socket; the caller closes it. */
int peer_call(const char *path);
void peer_say(int fd, const char *text);
/* Lets the server do what it can at that moment, until nothing is left to do. */
void peer_turn(struct http *http, int64_t now_ms);
/* What has come, valid until the next call; "" if nothing has, and NULL if the connection has ended. */
const char *peer_hear(int fd);

#endif
