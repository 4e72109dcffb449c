/* listen.h: the socket on which the gateway listens. A proxy on the same machine speaks TLS to the world, so
 * the socket is a unix socket or on the loopback. One thread. */
#ifndef CONCORDAT_GATEWAY_LISTEN_H
#define CONCORDAT_GATEWAY_LISTEN_H

#include <stddef.h>

enum listen_status {
    LISTEN_GOOD,
    LISTEN_WRONG,      /* the address can never be listened on */
    LISTEN_ENVIRONMENT /* not now: it is in use, or may not be opened */
};

/* Listens on unix:/PATH, 127.0.0.1:PORT or [::1]:PORT, or on the socket that systemd gives (sd_listen_fds(3))
 * if the address is systemd. Port 0: one that is free. A unix socket that a gateway before left behind is
 * replaced; one that somebody listens on is not. The caller closes *fd. If the status is not good *fd is -1
 * and the message says why, and what to do. */
enum listen_status listen_open(const char *address, int *fd, char *message, size_t message_size);

#endif
