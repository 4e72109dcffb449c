/* setup_units.c: see setup_units.h. */
#include "services/cli/setup_units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "services/cli/setup_proxy.h"
#include "services/cli/setup_run.h"
#include "services/cli/setup_site.h"

enum { UNITS_MAX = 4 + SETUP_SOURCES_MAX, UNIT_BYTES = 64, READS_MAX = 4, READ_BYTES = 128 };

static const char broker_key[] = SETUP_ETC "/broker.key";

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

/* --- what a unit reads --------------------------------------------------------------------------------- */

/* A unit that has something to read anew, and how it does. Keys of others it reads by itself. */
struct unit_change {
    const char *verb;
    char unit[UNIT_BYTES];
};

struct unit_changes {
    struct unit_change rows[UNITS_MAX];
    size_t count;
};

/* The beginnings of paths. */
static const struct unit_reads {
    const char *unit, *at_start[READS_MAX], *at_reload[READS_MAX];
} reads[] = {
    {"concordat-broker.service",
     {"/etc/default/concordat-broker", broker_key, SETUP_ETC "/private/master-key"},
     {SETUP_ETC "/region.yaml", SETUP_ETC "/keys/"}}, /* a new key is of somebody whom the policy names */
    {"concordat-audit.service",
     {"/etc/default/concordat-audit", broker_key, SETUP_ETC "/private/audit.key_secret"},
     {NULL}},
    {"concordat-gateway.service",
     {"/etc/default/concordat-gateway", broker_key, SETUP_ETC "/desks", SETUP_DESKS_FOLDER "/"},
     {NULL}},
};

static bool is_any_new(const struct plan *plan, const char *const paths[READS_MAX])
{
    for (size_t i = 0; i < READS_MAX && paths[i]; i++)
        if (plan_is_new(plan, paths[i]))
            return true;
    return false;
}

static void unit_compare(const struct plan *plan, const struct unit_reads *row, struct unit_changes *changes)
{
    struct unit_change *change = &changes->rows[changes->count];
    *change = (struct unit_change){.verb = is_any_new(plan, row->at_start)    ? "restart"
                                           : is_any_new(plan, row->at_reload) ? "reload"
                                                                              : NULL};
    snprintf(change->unit, UNIT_BYTES, "%s", row->unit);
    changes->count += change->verb != NULL;
}

static void unit_changes_of(const struct plan *plan, const struct setup_answers *answers,
                            struct unit_changes *changes)
{
    changes->count = 0;
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        unit_compare(plan, &reads[i], changes);
    for (size_t i = 0; i < answers->source_count; i++) {
        char unit[UNIT_BYTES], settings[READ_BYTES], key[READ_BYTES];
        const char *name = answers->sources[i].name;
        snprintf(unit, sizeof unit, "concordat-intake@%s.service", name);
        snprintf(settings, sizeof settings, "/etc/default/concordat-intake-%s", name);
        snprintf(key, sizeof key, SETUP_ETC "/private/%s.key_secret", name);
        const struct unit_reads row = {unit, {settings, key, broker_key}, {NULL}};
        unit_compare(plan, &row, changes);
    }
}

static bool proxy_has_to_read(const struct plan *plan, bool is_first)
{
    return is_first || plan_is_new(plan, "/etc/nginx/") || plan_is_new(plan, "/etc/ssl/");
}

/* --- starting them ------------------------------------------------------------------------------------- */

void setup_units_say(const struct plan *plan, const struct setup_answers *answers, bool is_first)
{
    struct units units;
    struct unit_changes changes = {.count = 0};
    units_of(answers, &units);
    if (!is_first)
        unit_changes_of(plan, answers, &changes);
    for (size_t i = 0; i < changes.count; i++)
        printf("  systemctl %s %s\n", changes.rows[i].verb, changes.rows[i].unit);
    printf("  systemctl enable --now");
    for (size_t i = 0; i < units.count; i++)
        printf(" %s", units.names[i]);
    putchar('\n');
    if (setup_proxy_is_planned(answers) && proxy_has_to_read(plan, is_first))
        printf("  nginx -t && systemctl reload-or-restart nginx\n");
}

static bool run_line(const char *const *line)
{
    int code = setup_run(line, NULL);
    if (code < 0)
        fprintf(stderr, "concordat: cannot run %s: %s\n", line[0], strerror(errno));
    return code == 0;
}

static bool unit_runs(const char *name)
{
    return run_line((const char *const[]){"systemctl", "--quiet", "is-active", name, NULL});
}

/* One that does not run reads all of it when it starts. */
static bool unit_change_make(const struct unit_change *change)
{
    if (!unit_runs(change->unit))
        return true;
    if (!run_line((const char *const[]){"systemctl", change->verb, change->unit, NULL}))
        return false;
    printf("%-14s  %s\n", strcmp(change->verb, "reload") == 0 ? "reloaded" : "restarted", change->unit);
    return true;
}

/* Each unit is looked at, because several may fail at once. */
static bool units_run(const struct units *units)
{
    bool good = true;
    for (size_t i = 0; i < units->count; i++) {
        const char *name = units->names[i];
        if (unit_runs(name)) {
            printf("%-14s  %s\n", "runs", name);
            continue;
        }
        fprintf(stderr, "concordat: %s does not run; `journalctl -u %s` has its own words\n", name, name);
        good = false;
    }
    return good;
}

static bool start_proxy(bool reads_anew)
{
    if (!reads_anew)
        return run_line((const char *const[]){"systemctl", "start", "nginx", NULL});
    return run_line((const char *const[]){"nginx", "-q", "-t", NULL}) &&
           run_line((const char *const[]){"systemctl", "reload-or-restart", "nginx", NULL});
}

bool setup_units_start(const struct plan *plan, const struct setup_answers *answers, bool is_first)
{
    struct units units;
    struct unit_changes changes;
    const char *line[UNITS_MAX + 5] = {"systemctl", "--quiet", "enable", "--now"};
    units_of(answers, &units);
    unit_changes_of(plan, answers, &changes);
    for (size_t i = 0; i < units.count; i++)
        line[4 + i] = units.names[i];
    bool good = run_line((const char *const[]){"systemctl", "daemon-reload", NULL});
    for (size_t i = 0; i < changes.count; i++)
        good &= unit_change_make(&changes.rows[i]);
    good &= run_line(line);
    good = units_run(&units) && good;
    return good && (!setup_proxy_is_planned(answers) || start_proxy(proxy_has_to_read(plan, is_first)));
}
