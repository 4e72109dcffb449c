/* setup_person.c: see setup_person.h. */
#include "services/cli/setup_person.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/cli/command.h"

#define STATE_FOLDER "/var/lib/concordat-gateway"

static const char gateway_user[] = "concordat-gateway";

/* Looks for the gateway's user among those of the site's machine. */
static bool find_gateway_user(struct plan *plan, uid_t *user, gid_t *group)
{
    char path[PATH_MAX];
    FILE *file = fopen(plan_path(plan, "/etc/passwd", path), "re");
    bool found = false;
    for (const struct passwd *row = NULL; file && !found && (row = fgetpwent(file));) {
        found = strcmp(row->pw_name, gateway_user) == 0;
        *user = row->pw_uid;
        *group = row->pw_gid;
    }
    if (file)
        fclose(file);
    return found;
}

void setup_person_check(struct plan *plan)
{
    uid_t user;
    gid_t group;
    if (!plan->root[0] && !find_gateway_user(plan, &user, &group))
        plan_fault(plan, "there is no user %s on this machine: install the package concordat-gateway first",
                   gateway_user);
}

/* True if somebody may sign in already; says so. */
static bool people_are_there(struct plan *plan)
{
    char path[PATH_MAX];
    if (access(plan_path(plan, STATE_FOLDER "/people", path), F_OK) != 0)
        return false;
    printf("%-14s  %s\n", "there already", STATE_FOLDER "/people");
    return true;
}

/* The folder and its files are the gateway's, if that user is known. */
static bool give_to_gateway(struct plan *plan)
{
    static const char *const paths[] = {STATE_FOLDER, STATE_FOLDER "/people", STATE_FOLDER "/people.lock"};
    char path[PATH_MAX];
    struct stat about;
    uid_t user = 0;
    gid_t group = 0;
    if (!find_gateway_user(plan, &user, &group))
        return true;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        bool is_theirs = stat(plan_path(plan, paths[i], path), &about) != 0 || about.st_uid == user;
        if (is_theirs || chown(path, user, group) == 0)
            continue;
        plan_fault(plan, "%s: cannot give it to %s: %s", path, gateway_user, strerror(errno));
        return false;
    }
    return true;
}

static bool make_state_folder(struct plan *plan)
{
    static const char *const paths[] = {"/var", "/var/lib", STATE_FOLDER};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        mode_t mode = strcmp(paths[i], STATE_FOLDER) == 0 ? 0700 : 0755;
        if (mkdir(plan_path(plan, paths[i], path), mode) == 0 ? chmod(path, mode) == 0 : errno == EEXIST)
            continue;
        plan_fault(plan, "%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

enum exit_code setup_person_add(struct plan *plan, const struct setup_answers *answers,
                                const char *coordinator)
{
    char path[PATH_MAX];
    if (people_are_there(plan)) /* a run that was killed may not have given it away */
        return give_to_gateway(plan) ? CODE_DONE : CODE_ENVIRONMENT;
    if (!make_state_folder(plan))
        return CODE_ENVIRONMENT;
    char *line[] = {"concordat people",
                    "add",
                    (char *)answers->person,
                    "--file",
                    (char *)plan_path(plan, STATE_FOLDER "/people", path),
                    "--name",
                    (char *)answers->person_name,
                    "--role",
                    "coordinator",
                    "--of",
                    (char *)coordinator,
                    NULL};
    putchar('\n');
    enum exit_code code = command_people(NULL, sizeof line / sizeof *line - 1, line);
    if (code == CODE_DONE)
        printf("\n%-14s  %s\n", "made", STATE_FOLDER "/people");
    return code == CODE_DONE && !give_to_gateway(plan) ? CODE_ENVIRONMENT : code;
}

void setup_person_show(struct plan *plan, const struct setup_answers *answers, const char *coordinator)
{
    if (!people_are_there(plan))
        printf("%-14s  %s with %s (%s), who signs in as the coordinator %s\n", "would make",
               STATE_FOLDER "/people", answers->person_name, answers->person, coordinator);
}
