/* setup_there.c: see setup_there.h. */
#include "services/cli/setup_there.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/keys/keys.h"
#include "services/cli/setup_answers.h"
#include "services/cli/setup_proxy.h"

enum { MESSAGE_BYTES = 2 * PATH_MAX };

/* --- settings ------------------------------------------------------------------------------------------ */

/* Takes the quotation marks and the backslashes of a value away. False if it does not fit. */
static bool setting_unquote(const char *text, char *value, size_t size)
{
    char mark = *text == '"' || *text == '\'' ? *text++ : '\0';
    size_t used = 0;
    for (; *text && *text != mark && used < size; text++) {
        if (*text == '\\' && text[1] && mark != '\'')
            text++;
        value[used++] = *text;
    }
    value[used < size ? used : 0] = '\0';
    return used < size;
}

bool setup_there_setting(const char *root, const char *unit, const char *variable, char *value, size_t size)
{
    char path[PATH_MAX], *line = NULL;
    size_t room = 0, name = strlen(variable);
    bool found = false;
    value[0] = '\0';
    if (snprintf(path, sizeof path, "%s/etc/default/%s", root, unit) >= (int)sizeof path)
        return false;
    FILE *file = fopen(path, "re");
    while (file && getline(&line, &room, file) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strncmp(line, variable, name) == 0 && line[name] == '=') /* the last one counts */
            found = setting_unquote(line + name + 1, value, size);
    }
    free(line);
    if (file)
        fclose(file);
    return found;
}

/* --- a site -------------------------------------------------------------------------------------------- */

static bool site_has(const char *root, const char *at)
{
    char path[PATH_MAX];
    return snprintf(path, sizeof path, "%s%s", root, at) < (int)sizeof path && access(path, F_OK) == 0;
}

/* The audit reads for the organisation that runs the site. */
static void look_for_organisation(struct setup_there *there, const char *root)
{
    char path[PATH_MAX], message[MESSAGE_BYTES];
    struct key key;
    if (snprintf(path, sizeof path, "%s/etc/concordat/keys/audit.key", root) >= (int)sizeof path ||
        keys_read(path, &key, message, sizeof message) != KEYS_GOOD)
        return;
    snprintf(there->organisation, sizeof there->organisation, "%.15s", key.of);
    keys_wipe(&key);
}

static void look_for_sources(struct setup_there *there, const char *root)
{
    for (size_t i = 0; i < SETUP_SOURCES_MAX; i++) {
        char unit[64], organisation[16];
        const char *name = setup_source_names[i];
        size_t used = strlen(there->sources);
        snprintf(unit, sizeof unit, "concordat-intake-%s", name);
        if (!setup_there_setting(root, unit, "CONCORDAT_ORGANISATION", organisation, sizeof organisation))
            continue;
        bool is_own = strcmp(organisation, there->organisation) == 0;
        snprintf(there->sources + used, sizeof there->sources - used, "%s%s%s%s", used ? "," : "", name,
                 is_own ? "" : "=", is_own ? "" : organisation);
    }
}

static void look_at_addresses(struct setup_there *there, const char *root)
{
    static const char before[] = "https://";
    char text[256];
    (void)setup_there_setting(root, "concordat-gateway", "CONCORDAT_ORIGIN", text, sizeof text);
    if (strncmp(text, before, strlen(before)) == 0)
        snprintf(there->host, sizeof there->host, "%s", text + strlen(before));
    (void)setup_there_setting(root, "concordat-broker", "CONCORDAT_LISTEN", text, sizeof text);
    const char *colon = strrchr(text, ':');
    there->port = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

/* The value of a line of nginx, "    NAME VALUE;". */
static void proxy_value(const char *line, const char *name, char value[PATH_MAX])
{
    line += strspn(line, " \t");
    size_t size = strlen(name);
    if (strncmp(line, name, size) != 0 || line[size] != ' ')
        return;
    line += size + strspn(line + size, " ");
    snprintf(value, PATH_MAX, "%.*s", (int)strcspn(line, ";\r\n"), line);
}

static void look_at_proxy(struct setup_there *there, const char *root)
{
    char path[PATH_MAX], *line = NULL;
    size_t room = 0;
    if (snprintf(path, sizeof path, "%s%s", root, setup_proxy_site) >= (int)sizeof path)
        return;
    FILE *file = fopen(path, "re");
    while (file && getline(&line, &room, file) > 0) {
        proxy_value(line, "ssl_certificate", there->certificate);
        proxy_value(line, "ssl_certificate_key", there->certificate_key);
    }
    if (setup_proxy_signs_itself(there->certificate))
        strcpy(there->certificate, "self-signed");
    free(line);
    if (file)
        fclose(file);
}

void setup_there_look(struct setup_there *there, const char *root)
{
    *there = (struct setup_there){.has_site = site_has(root, "/etc/concordat/region.yaml"),
                                  .has_people = site_has(root, "/var/lib/concordat-gateway/people")};
    look_for_organisation(there, root);
    look_for_sources(there, root);
    look_at_addresses(there, root);
    look_at_proxy(there, root);
}
