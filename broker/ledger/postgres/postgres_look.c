/* postgres_look.c: each server of an address asked whether a router could lead there; nobody leads it. */
#include "broker/ledger/inside.h"
#include "broker/ledger/postgres/line.h"
#include "broker/ledger/postgres/schema.h"

enum { LOOK_MS = 3000 };

static bool look_at(const struct servers *servers, size_t which, FILE *out)
{
    struct line line = {0};
    bool good = line_open(&line, servers, which, "concordat-broker --check " CONCORDAT_VERSION, LOOK_MS) &&
                schema_check(&line, servers->count > 1, LOOK_MS);
    fprintf(out, "%s: %s\n", servers->host[which],
            good ? "leads, and is set as a ledger needs it" : line.message);
    line_close(&line);
    return good;
}

bool ledger_look(const char *address, FILE *out)
{
    struct servers servers;
    char message[LEDGER_MESSAGE_BYTES];
    bool good = false;
    if (servers_open(&servers, address, message, sizeof message))
        for (size_t which = 0; which < servers.count; which++)
            good |= look_at(&servers, which, out);
    else
        fprintf(out, "%s\n", message);
    servers_close(&servers);
    return good;
}
