/* listen.c: see listen.h. */
#include "services/gateway/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "proto/words/listen_error.h"

enum {
    /* Connections that the kernel holds while the gateway is busy, as many as Linux lets it: when the router
     * returns every board comes at once, and a proxy does not try again at a unix socket that is full. */
    LISTEN_BACKLOG = 4096,
    PORT_MAX = 65535
};

union listen_address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    struct sockaddr_un path;
};

static enum listen_status listen_refuse(const char *address, char *message, size_t message_size)
{
    snprintf(
        message, message_size,
        "%.200s: the gateway listens only on this machine, because its proxy speaks TLS. Nothing is open. "
        "Give unix:/PATH, 127.0.0.1:PORT or [::1]:PORT, or systemd for the socket of its unit",
        address);
    return LISTEN_WRONG;
}

static bool parse_port(const char *text, in_port_t *port)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long number = strtoul(text, &end, 10);
    *port = htons((in_port_t)number);
    return *end == '\0' && number <= PORT_MAX;
}

/* Returns the size of the address, or 0 if it is not one of ours. */
static socklen_t parse_address(const char *text, union listen_address *address)
{
    static const char on_path[] = "unix:", on_four[] = "127.0.0.1:", on_six[] = "[::1]:";
    memset(address, 0, sizeof *address);
    if (strncmp(text, on_path, sizeof on_path - 1) == 0) {
        const char *path = text + sizeof on_path - 1;
        address->path.sun_family = AF_UNIX;
        bool fits = *path == '/' && strlen(path) < sizeof address->path.sun_path;
        if (fits)
            strcpy(address->path.sun_path, path);
        return fits ? sizeof address->path : 0;
    }
    if (strncmp(text, on_four, sizeof on_four - 1) == 0) {
        address->four.sin_family = AF_INET;
        address->four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return parse_port(text + sizeof on_four - 1, &address->four.sin_port) ? sizeof address->four : 0;
    }
    address->six.sin6_family = AF_INET6;
    address->six.sin6_addr = in6addr_loopback;
    bool is_six = strncmp(text, on_six, sizeof on_six - 1) == 0 &&
                  parse_port(text + sizeof on_six - 1, &address->six.sin6_port);
    return is_six ? sizeof address->six : 0;
}

/* A socket that nobody listens on refuses a connection. Any other file stays, and so does a live socket. */
static void remove_dead_socket(const struct sockaddr_un *address)
{
    struct stat about;
    if (lstat(address->sun_path, &about) != 0 || !S_ISSOCK(about.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED)
        (void)unlink(address->sun_path);
    close(fd);
}

/* The proxy's user must be in the group of the socket's folder, which decides who comes to the socket. */
static bool bind_and_listen(int fd, const union listen_address *address, socklen_t size)
{
    const int on = 1;
    if (address->any.sa_family == AF_UNIX) {
        remove_dead_socket(&address->path);
        return bind(fd, &address->any, size) == 0 && chmod(address->path.sun_path, 0660) == 0 &&
               listen(fd, LISTEN_BACKLOG) == 0;
    }
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
           bind(fd, &address->any, size) == 0 && listen(fd, LISTEN_BACKLOG) == 0;
}

/* The socket of the unit has connections that came while no gateway ran. Which user may come to it, the unit
 * says. */
static enum listen_status listen_inherit(int *fd, char *message, size_t message_size)
{
    int count = sd_listen_fds(1);
    int given = count == 1 ? SD_LISTEN_FDS_START : -1;
    bool is_ours = sd_is_socket_unix(given, SOCK_STREAM, 1, NULL, 0) > 0;
    if (count < 1)
        snprintf(message, message_size,
                 "--listen systemd: systemd gave no socket. Start the gateway by concordat-gateway.socket");
    else if (!is_ours)
        snprintf(message, message_size,
                 "--listen systemd: the unit has to give one unix socket that listens, ListenStream=/PATH");
    if (!is_ours)
        return LISTEN_ENVIRONMENT;
    *fd = given;
    return fcntl(given, F_SETFL, O_NONBLOCK) == 0 && fcntl(given, F_SETFD, FD_CLOEXEC) == 0
               ? LISTEN_GOOD
               : LISTEN_ENVIRONMENT;
}

enum listen_status listen_open(const char *address, int *fd, char *message, size_t message_size)
{
    union listen_address parsed;
    *fd = -1;
    if (strcmp(address, "systemd") == 0)
        return listen_inherit(fd, message, message_size);
    socklen_t size = parse_address(address, &parsed);
    if (!size)
        return listen_refuse(address, message, message_size);
    int opened = socket(parsed.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (opened >= 0 && bind_and_listen(opened, &parsed, size)) {
        *fd = opened;
        return LISTEN_GOOD;
    }
    int error = errno;
    snprintf(message, message_size, "%.200s: cannot listen there: %s%s", address, strerror(error),
             listen_remedy(error));
    if (opened >= 0)
        close(opened);
    return LISTEN_ENVIRONMENT;
}
