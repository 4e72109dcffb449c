/* setup_start.c: see setup_start.h. */
#include "services/cli/setup_start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "services/cli/command.h"
#include "services/cli/setup_proxy.h"
#include "services/cli/setup_run.h"
#include "services/cli/setup_site.h"

enum { UNITS_MAX = 4 + SETUP_SOURCES_MAX, UNIT_BYTES = 64, PLACE_BYTES = 128, DRILL_WORDS = 24 };

struct units {
    char names[UNITS_MAX][UNIT_BYTES];
    size_t count;
};

static void units_of(const struct setup_answers *answers, struct units *units)
{
    static const char *const always[] = {"concordat-broker.service", "concordat-audit.service",
                                         "concordat-gateway.socket", "concordat-gateway.service"};
    units->count = 0;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        snprintf(units->names[units->count++], UNIT_BYTES, "%s", always[i]);
    for (size_t i = 0; i < answers->source_count; i++)
        snprintf(units->names[units->count++], UNIT_BYTES, "concordat-intake@%s.service",
                 answers->sources[i].name);
}

/* --- the drill ----------------------------------------------------------------------------------------- */

struct drill {
    char server[PLACE_BYTES], server_key[PLACE_BYTES], key[PLACE_BYTES];
    char *line[DRILL_WORDS]; /* ends with NULL */
    int count;
};

/* A drill of the first source, of an invented person, with a number that rings nowhere. */
static void drill_prepare(const struct setup_answers *answers, struct drill *drill)
{
    const struct setup_source *source = &answers->sources[0];
    snprintf(drill->server, PLACE_BYTES, "tcp://127.0.0.1:%u", source->port);
    snprintf(drill->server_key, PLACE_BYTES, SETUP_ETC "/keys/%s.key", source->name);
    snprintf(drill->key, PLACE_BYTES, SETUP_DESKS_FOLDER "/%s.key_secret", source->name);
    char *const line[] = {"concordat refer",
                          "--drill",
                          "--source",
                          (char *)source->name,
                          "--callback",
                          "07700 900123",
                          "--urgency",
                          "urgent",
                          "--age",
                          "34",
                          "--server",
                          drill->server,
                          "--server-key",
                          drill->server_key,
                          "--key",
                          drill->key,
                          NULL};
    memcpy(drill->line, line, sizeof line);
    drill->count = sizeof line / sizeof *line - 1;
}

static void drill_say(const struct setup_answers *answers)
{
    struct drill drill;
    drill_prepare(answers, &drill);
    printf("  ");
    for (int i = 0; i < drill.count; i++)
        printf(strchr(drill.line[i], ' ') && i > 0 ? "'%s' " : "%s ", drill.line[i]);
    putchar('\n');
}

static enum exit_code drill_send(const struct setup_answers *answers)
{
    struct drill drill;
    drill_prepare(answers, &drill);
    printf("\nThe first drill, from %s:\n\n", answers->sources[0].name);
    return command_refer(NULL, drill.count, drill.line);
}

/* --- starting ------------------------------------------------------------------------------------------ */

void setup_start_say(const struct setup_answers *answers)
{
    struct units units;
    units_of(answers, &units);
    printf("\nOn the site's machine, as root, start it%s:\n\n  systemctl enable --now",
           answers->no_drill ? "" : " and send a drill");
    for (size_t i = 0; i < units.count; i++)
        printf(" %s", units.names[i]);
    putchar('\n');
    if (setup_proxy_is_planned(answers))
        printf("  nginx -t && systemctl reload-or-restart nginx\n");
    if (!answers->no_drill)
        drill_say(answers);
}

static bool run_line(const char *const *line)
{
    int code = setup_run(line, NULL);
    if (code < 0)
        fprintf(stderr, "concordat: cannot run %s: %s\n", line[0], strerror(errno));
    return code == 0;
}

/* Each unit is looked at, because several may fail at once. */
static bool units_run(const struct units *units)
{
    bool good = true;
    for (size_t i = 0; i < units->count; i++) {
        const char *name = units->names[i];
        if (run_line((const char *const[]){"systemctl", "--quiet", "is-active", name, NULL})) {
            printf("%-14s  %s\n", "runs", name);
            continue;
        }
        fprintf(stderr, "concordat: %s does not run; `journalctl -u %s` has its own words\n", name, name);
        good = false;
    }
    return good;
}

static bool start_units(const struct units *units)
{
    const char *line[UNITS_MAX + 5] = {"systemctl", "--quiet", "enable", "--now"};
    for (size_t i = 0; i < units->count; i++)
        line[4 + i] = units->names[i];
    bool good = run_line((const char *const[]){"systemctl", "daemon-reload", NULL}) && run_line(line);
    return units_run(units) && good;
}

static bool start_proxy(void)
{
    return run_line((const char *const[]){"nginx", "-q", "-t", NULL}) &&
           run_line((const char *const[]){"systemctl", "reload-or-restart", "nginx", NULL});
}

enum exit_code setup_start(const struct setup_answers *answers, bool is_new)
{
    struct units units;
    if (answers->root[0] || access("/run/systemd/system", F_OK) != 0) {
        setup_start_say(answers);
        return CODE_DONE;
    }
    units_of(answers, &units);
    if (!start_units(&units))
        return CODE_ENVIRONMENT;
    if (setup_proxy_is_planned(answers) && !start_proxy())
        return CODE_ENVIRONMENT;
    if (answers->no_drill)
        return CODE_DONE;
    if (is_new)
        return drill_send(answers);
    printf("\nNothing is new, so no drill was sent. This sends one:\n\n");
    drill_say(answers);
    return CODE_DONE;
}
