/* setup_policy.c: see setup_policy.h. */
#include "services/cli/setup_policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/cli/setup_region.h"
#include "services/cli/setup_site.h"
#include "services/cli/setup_team_words.h"
#include "services/cli/setup_teams.h"

enum { REGION_BYTES_MAX = 8 * 1024 * 1024 };

const char setup_policy_path[] = SETUP_ETC "/region.yaml";

/* The text of a policy and a NUL, to be freed; NULL with errno. */
static char *region_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;
    if (!file)
        return NULL;
    ssize_t got = getdelim(&text, &size, '\0', file);
    int problem = got < 0                           ? EINVAL
                  : got > REGION_BYTES_MAX          ? EFBIG
                  : memchr(text, '\0', (size_t)got) ? EILSEQ
                                                    : 0;
    fclose(file);
    if (problem) {
        free(text);
        text = NULL;
    }
    errno = problem;
    return text;
}

/* NULL: no memory. */
static char *teams_in_words(const struct teams_sheet *sheet)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; out && i < sheet->count; i++) {
        fputs("  ", out);
        team_write_words(out, &sheet->rows[i]);
        fputc('\n', out);
    }
    if (out && fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* Has the policy of a sheet checked. A sheet with slips is checked too, so that all of them are told. */
static enum exit_code check_sheet(struct setup_policy *policy, const struct setup_answers *answers,
                                  const struct teams_sheet *sheet)
{
    int *lines = calloc(sheet->count + 1, sizeof *lines);
    policy->text = lines ? setup_region_write(answers, sheet, lines) : NULL;
    policy->teams = teams_in_words(sheet);
    const struct policy_origin origin = {setup_policy_path, sheet, answers->teams, lines, sheet->slipped};
    enum exit_code code = policy->text && policy->teams
                              ? setup_check(policy->text, strlen(policy->text), &origin, &policy->names)
                              : CODE_ENVIRONMENT;
    free(lines);
    return code;
}

static enum exit_code make_policy(struct setup_policy *policy, const struct setup_answers *answers)
{
    struct teams_sheet sheet;
    bool good = teams_sheet_read(&sheet, answers->teams, answers->organisation, stderr);
    enum exit_code code = sheet.count > 0 ? check_sheet(policy, answers, &sheet) : CODE_USAGE;
    teams_sheet_close(&sheet);
    return good ? code : CODE_USAGE;
}

enum exit_code setup_policy_read(struct setup_policy *policy, const char *path, bool quiet)
{
    const struct policy_origin origin = {.path = path, .quiet = quiet};
    policy->text = region_text(path);
    if (policy->text)
        return setup_check(policy->text, strlen(policy->text), &origin, &policy->names);
    fprintf(stderr, "concordat: %s: %s\n", path, strerror(errno));
    return CODE_USAGE;
}

enum exit_code setup_policy_settle(struct setup_policy *policy, const struct setup_answers *answers,
                                   const char *there)
{
    enum exit_code code = answers->teams    ? make_policy(policy, answers)
                          : answers->region ? setup_policy_read(policy, answers->region, false)
                                            : setup_policy_read(policy, there, false);
    if (code != CODE_DONE || access(there, F_OK) != 0 || (!answers->teams && !answers->region))
        return code;
    char *old = region_text(there);
    bool same = old && strcmp(old, policy->text) == 0;
    free(old);
    if (same)
        return code;
    struct setup_policy stands = {0};
    code = setup_policy_read(&stands, there, false);
    setup_names_close(&policy->names);
    policy->names = stands.names;
    free(stands.text);
    free(policy->teams);
    policy->teams = NULL; /* the names are of another policy */
    return code;
}

void setup_policy_close(struct setup_policy *policy)
{
    setup_names_close(&policy->names);
    free(policy->text);
    free(policy->teams);
    *policy = (struct setup_policy){0};
}
