/* servers.h: the servers that a ledger's address names, such as
 *
 *     postgresql://broker@a,b,c/concordat?passfile=/etc/concordat/pgpass&sslrootcert=/etc/concordat/ca.pem
 *
 * It is libpq's own address, with three rules more: it holds no password, because everybody on the machine
 * can read a command line; between machines the server's certificate is verified unless sslmode says
 * otherwise; and each server is tried apart, in its turn.
 */
#ifndef CONCORDAT_SERVERS_H
#define CONCORDAT_SERVERS_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

enum { SERVERS_MAX = 8, SERVERS_TEXT_BYTES = 1024, SERVERS_SETTINGS_MAX = 64 };

struct servers {
    PQconninfoOption *settings;                                /* owned */
    char hosts[SERVERS_TEXT_BYTES], ports[SERVERS_TEXT_BYTES]; /* cut at their commas */
    const char *host[SERVERS_MAX], *port[SERVERS_MAX];
    size_t count;
};

/* Reads an address. False with a message. */
bool servers_open(struct servers *servers, const char *address, char *message, size_t message_size);
void servers_close(struct servers *servers);

/* What libpq is told to connect to one of them, as its two arrays, which end with NULL; borrowed from
 * `servers`. `program` is the name that an administrator sees. */
void servers_settings(const struct servers *servers, size_t which, const char *program,
                      const char *names[SERVERS_SETTINGS_MAX], const char *values[SERVERS_SETTINGS_MAX]);

#endif
