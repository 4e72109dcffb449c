/* servers.c: see servers.h. */
#include "broker/ledger/postgres/servers.h"

#include <stdio.h>
#include <string.h>

/* What we say of each connection. A machine that vanished without a word is noticed in some four seconds. */
static const struct {
    const char *name, *value;
} servers_ours[] = {
    {"keepalives", "1"},       {"keepalives_idle", "1"},     {"keepalives_interval", "1"},
    {"keepalives_count", "3"}, {"tcp_user_timeout", "4000"}, {"client_encoding", "UTF8"},
};

static bool servers_refuse(char *message, size_t message_size, const char *why)
{
    snprintf(message, message_size, "the ledger's address: %s", why);
    return false;
}

static const char *servers_setting(const struct servers *servers, const char *name)
{
    for (const PQconninfoOption *o = servers->settings; o->keyword; o++)
        if (strcmp(o->keyword, name) == 0)
            return o->val && *o->val ? o->val : NULL;
    return NULL;
}

/* Cuts a list at its commas. Returns how many items it has; SERVERS_MAX + 1: more than we take. */
static size_t servers_cut(char *list, const char *items[SERVERS_MAX])
{
    size_t count = 0;
    for (char *item = list; item; count++) {
        char *comma = strchr(item, ',');
        if (count == SERVERS_MAX)
            return count + 1;
        items[count] = item;
        if (comma)
            *comma++ = '\0';
        item = comma;
    }
    return count;
}

static bool servers_cut_lists(struct servers *servers, char *message, size_t message_size)
{
    const char *hosts = servers_setting(servers, "host"), *ports = servers_setting(servers, "port");
    if (!hosts)
        return servers_refuse(message, message_size, "it names no server");
    if (strlen(hosts) >= SERVERS_TEXT_BYTES || (ports && strlen(ports) >= SERVERS_TEXT_BYTES))
        return servers_refuse(message, message_size, "it is too long");
    strcpy(servers->hosts, hosts);
    strcpy(servers->ports, ports ? ports : "5432");
    servers->count = servers_cut(servers->hosts, servers->host);
    size_t port_count = servers_cut(servers->ports, servers->port);
    if (servers->count > SERVERS_MAX)
        return servers_refuse(message, message_size, "it names more than 8 servers");
    if (port_count != 1 && port_count != servers->count)
        return servers_refuse(message, message_size, "it names another number of ports than of servers");
    for (size_t i = 0; i < servers->count; i++) {
        if (!*servers->host[i])
            return servers_refuse(message, message_size, "one of the servers is empty");
        servers->port[i] = port_count == 1 ? servers->port[0] : servers->port[i];
        for (size_t j = 0; j < i; j++)
            if (!strcmp(servers->host[i], servers->host[j]) && !strcmp(servers->port[i], servers->port[j]))
                return servers_refuse(message, message_size, "it names one server twice");
    }
    return true;
}

bool servers_open(struct servers *servers, const char *address, char *message, size_t message_size)
{
    char *why = NULL;
    *servers = (struct servers){.settings = PQconninfoParse(address, &why)};
    bool good = servers->settings;
    if (!good)
        (void)servers_refuse(message, message_size, why ? why : "not enough memory");
    else if (servers_setting(servers, "password"))
        good = servers_refuse(message, message_size,
                              "it holds a password, which everybody on this machine can read; put it into a "
                              "file that only the router can read, and say passfile=FILE");
    else if (servers_setting(servers, "hostaddr"))
        good = servers_refuse(message, message_size, "it says hostaddr; name the servers as hosts");
    else
        good = servers_cut_lists(servers, message, message_size);
    PQfreemem(why);
    if (!good)
        servers_close(servers);
    return good;
}

void servers_close(struct servers *servers)
{
    PQconninfoFree(servers->settings);
    *servers = (struct servers){0};
}

static bool servers_is_here(const char *host)
{
    return host[0] == '/' || host[0] == '@' || strcmp(host, "localhost") == 0 ||
           strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
}

void servers_settings(const struct servers *servers, size_t which, const char *program,
                      const char *names[SERVERS_SETTINGS_MAX], const char *values[SERVERS_SETTINGS_MAX])
{
    size_t count = 0;
    names[count] = "host", values[count++] = servers->host[which];
    names[count] = "port", values[count++] = servers->port[which];
    names[count] = "application_name", values[count++] = program;
    for (size_t i = 0; i < sizeof servers_ours / sizeof servers_ours[0]; i++)
        names[count] = servers_ours[i].name, values[count++] = servers_ours[i].value;
    if (!servers_setting(servers, "sslmode") && !servers_is_here(servers->host[which]))
        names[count] = "sslmode", values[count++] = "verify-full";
    for (const PQconninfoOption *o = servers->settings; o->keyword && count < SERVERS_SETTINGS_MAX - 1; o++)
        if (o->val && *o->val && strcmp(o->keyword, "host") != 0 && strcmp(o->keyword, "port") != 0 &&
            strcmp(o->keyword, "target_session_attrs") != 0)
            names[count] = o->keyword, values[count++] = o->val;
    names[count] = NULL;
    values[count] = NULL;
}
