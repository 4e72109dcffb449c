/* http_peer.c: see http_peer.h. */
#include "tests/worlds/http_peer.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

int peer_call(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

void peer_say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

void peer_turn(struct http *http, int64_t now_ms)
{
    struct pollfd fd = {.fd = http_fd(http), .events = POLLIN};
    do
        http_turn(http, now_ms);
    while (http_patience_ms(http) == 0 || poll(&fd, 1, 20) > 0);
}

const char *peer_hear(int fd)
{
    static char text[4096];
    ssize_t size = recv(fd, text, sizeof text - 1, 0);
    if (size == 0 || (size < 0 && errno != EAGAIN))
        return NULL;
    text[size > 0 ? size : 0] = '\0';
    return text;
}
