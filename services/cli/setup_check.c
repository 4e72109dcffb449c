/* setup_check.c: see setup_check.h. */
#include "services/cli/setup_check.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proto/words/program.h"
#include "services/cli/setup_run.h"

static const char broker_name[] = "concordat-broker";

/* Seen from this program: the same folder; sbin beside bin; and where a build puts it. */
static const char *const broker_places[] = {"", "../sbin/", "../../broker/"};

/* The options from which a field of a generated policy comes. */
static const struct field_option {
    const char *field, *option;
} field_options[] = {
    {"region", "--name"},
    {"areas", "--postcodes"},
    {"coordinators.duty.name", "--duty"},
    {"coordinators.duty.telephone", "--duty-telephone"},
    {"organisations", "--sources"},
};

/* Prints what stands behind a path and a line: "field: what. Remedy." */
static void print_problem_of_sheet(const struct policy_origin *origin, int line, const char *rest)
{
    size_t team = 0, count = origin->sheet->count, size = strcspn(rest, ":");
    while (team < count && line >= origin->lines[team + 1])
        team++;
    if (team < count && line >= origin->lines[team]) {
        const char *column = memrchr(rest, '.', size);
        column = column ? column + 1 : rest;
        fprintf(stderr, "%s:%d: %.*s\n", origin->sheet_path, origin->sheet->rows[team].line,
                (int)strcspn(column, "\n"), column);
        return;
    }
    for (size_t i = 0; i < sizeof field_options / sizeof *field_options; i++)
        if (strncmp(rest, field_options[i].field, strlen(field_options[i].field)) == 0) {
            fprintf(stderr, "concordat: %s:%s\n", field_options[i].option, rest + size + 1);
            return;
        }
    fprintf(stderr, "%s:%d: %s\n", origin->path, line, rest);
}

/* A line that is no name: a problem, a gap, or that the policy is good. */
static void print_checked_line(const struct policy_origin *origin, const char *asked, const char *line)
{
    size_t size = strlen(asked);
    const char *rest = strncmp(line, asked, size) == 0 && line[size] == ':' ? line + size + 1 : NULL;
    char *end = NULL;
    long at = rest ? strtol(rest, &end, 10) : 0;
    if (!rest)
        fprintf(stderr, "%s\n", line);
    else if (end == rest)
        printf("%s:%s\n", origin->path, rest);
    else if (origin->sheet && strncmp(end, ": ", 2) == 0)
        print_problem_of_sheet(origin, (int)at, end + 2);
    else
        fprintf(stderr, "%s:%s\n", origin->path, rest);
}

/* Takes "coordinator\tid\ttelephone\tname" apart. False if the line is no name. */
static bool policy_name_take(char *line, struct policy_name *name)
{
    char *rest = line;
    const char *words[4];
    for (size_t i = 0; i < 4; i++)
        if (!(words[i] = strsep(&rest, "\t")))
            return false;
    *name = (struct policy_name){words[0], words[1], words[2], words[3]};
    return true;
}

static bool policy_names_take(struct policy_names *names, const struct policy_origin *origin,
                              const char *asked)
{
    char *rest = names->text;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        struct policy_name name;
        bool is_name = strchr(line, '\t') && policy_name_take(line, &name);
        if (!is_name && *line)
            print_checked_line(origin, asked, line);
        if (!is_name)
            continue;
        struct policy_name *more = reallocarray(names->rows, names->count + 1, sizeof *more);
        if (!more)
            return false;
        names->rows = more;
        names->rows[names->count++] = name;
    }
    return true;
}

/* A descriptor of a file that is nowhere, with this text; -1 with errno. */
static int file_in_memory(const char *text, size_t size)
{
    int fd = memfd_create("region", 0); /* the broker inherits it */
    if (fd >= 0 && write(fd, text, size) == (ssize_t)size)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

enum exit_code setup_check(const char *text, size_t size, const struct policy_origin *origin,
                           struct policy_names *names)
{
    char program[PATH_MAX], asked[32];
    *names = (struct policy_names){0};
    if (!program_beside(broker_name, broker_places, sizeof broker_places / sizeof *broker_places, program))
        memcpy(program, broker_name, sizeof broker_name); /* it is looked for in PATH */
    int fd = file_in_memory(text, size);
    if (fd < 0) {
        fprintf(stderr, "concordat: cannot have %s checked: %s\n", origin->path, strerror(errno));
        return CODE_ENVIRONMENT;
    }
    snprintf(asked, sizeof asked, "/dev/fd/%d", fd);
    int code = setup_run((const char *const[]){program, "--check", asked, "--names", NULL}, &names->text);
    if (code < 0)
        fprintf(stderr,
                "concordat: cannot run concordat-broker, which checks the policy: %s; install it here\n",
                strerror(errno));
    bool good = code >= 0 && policy_names_take(names, origin, asked);
    close(fd);
    if (good && code == 0)
        return CODE_DONE;
    names->count = 0;
    return code == CODE_USAGE ? CODE_USAGE : CODE_ENVIRONMENT;
}

void policy_names_close(struct policy_names *names)
{
    free(names->rows);
    free(names->text);
    *names = (struct policy_names){0};
}
