/* setup_drill.c: see setup_drill.h. */
#include "services/cli/setup_drill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "services/cli/setup_run.h"
#include "services/cli/setup_site.h"

enum { PLACE_BYTES = 128, DRILL_WORDS = 24, NUMBER_CHARS_MAX = 40 };

static const char first_drill[] = SETUP_ETC "/first-drill";

struct drill {
    char server[PLACE_BYTES], server_key[PLACE_BYTES], key[PLACE_BYTES];
    const char *line[DRILL_WORDS]; /* ends with NULL */
};

/* A drill of the first source, of an invented person, with a number that rings nowhere. */
static void drill_prepare(const struct setup_answers *answers, struct drill *drill)
{
    const struct setup_source *source = &answers->sources[0];
    snprintf(drill->server, PLACE_BYTES, "tcp://127.0.0.1:%u", source->port);
    snprintf(drill->server_key, PLACE_BYTES, SETUP_ETC "/keys/%s.key", source->name);
    snprintf(drill->key, PLACE_BYTES, SETUP_DESKS_FOLDER "/%s.key_secret", source->name);
    const char *const line[] = {
        "concordat",    "refer",        "--drill",         "--source", source->name, "--callback",
        "07700 900123", "--urgency",    "urgent",          "--age",    "34",         "--server",
        drill->server,  "--server-key", drill->server_key, "--key",    drill->key,   NULL};
    memcpy(drill->line, line, sizeof line);
}

void setup_drill_say(const struct setup_answers *answers)
{
    struct drill drill;
    drill_prepare(answers, &drill);
    printf("  ");
    for (const char **word = drill.line; *word; word++)
        printf(strchr(*word, ' ') ? "'%s' " : "%s ", *word);
    putchar('\n');
}

bool setup_drill_is_due(struct plan *plan)
{
    char path[PATH_MAX];
    return access(plan_path(plan, first_drill, path), F_OK) != 0;
}

/* Notes what was sent: a number, or a word. */
static enum exit_code drill_note(const struct plan *plan, const char *number)
{
    struct plan note = {.root = plan->root};
    char *text = NULL, when[32];
    time_t now = time(NULL);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    if (asprintf(
            &text,
            "# The first drill of this site, and when it was sent: `concordat setup` sends no other.\n%s %s\n",
            number, when) < 0)
        text = NULL;
    plan_file(&note, first_drill, text);
    bool good = !note.failed && plan_make(&note);
    plan_close(&note);
    return good ? CODE_DONE : CODE_ENVIRONMENT;
}

/* The number of the case in what `concordat refer` says; "saved" if only the intake has it yet. */
static void drill_number(const char *said, char number[NUMBER_CHARS_MAX + 1])
{
    static const char before[] = "RECEIVED by the router as ";
    const char *at = strstr(said, before), *from = at ? at + strlen(before) : "saved";
    snprintf(number, NUMBER_CHARS_MAX + 1, "%.*s", (int)strcspn(from, " .,;\n"), from);
}

enum exit_code setup_drill_send(struct plan *plan, const struct setup_answers *answers)
{
    struct drill drill;
    char *said = NULL, number[NUMBER_CHARS_MAX + 1];
    if (answers->no_drill)
        return drill_note(plan, "none");
    drill_prepare(answers, &drill);
    printf("\nThe first drill, from %s:\n\n", answers->sources[0].name);
    drill.line[0] = "/proc/self/exe"; /* this very program */
    int code = setup_run(drill.line, &said);
    if (code < 0)
        fprintf(stderr, "concordat: cannot send the drill: %s\n", strerror(errno));
    if (said)
        fputs(said, stdout);
    if (code == CODE_DONE) {
        drill_number(said, number);
        code = (int)drill_note(plan, number);
    }
    free(said);
    return code < 0 ? CODE_ENVIRONMENT : (enum exit_code)code;
}
