/* ledger_home.c: see ledger_home.h. */
#include "tests/worlds/ledger_home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/worlds/postgres_world.h"

static struct postgres_world servers;
static bool has_servers;

int ledger_home_begin(void **state)
{
    (void)state;
    const char *kind = getenv("CONCORDAT_TEST_LEDGER");
    has_servers = kind && strcmp(kind, "postgresql") == 0;
    if (has_servers)
        postgres_world_begin(&servers, false);
    return 0;
}

int ledger_home_end(void **state)
{
    (void)state;
    if (has_servers)
        postgres_world_end(&servers);
    has_servers = false;
    return 0;
}

bool ledger_home_is_served(void)
{
    return has_servers;
}

void ledger_home_make(const char *folder, char *address, size_t address_size)
{
    if (has_servers)
        postgres_world_make_ledger(&servers, address, address_size);
    else
        snprintf(address, address_size, "%s/ledger.db", folder);
}

void ledger_home_run(const char *sql)
{
    postgres_world_run(&servers, sql);
}
