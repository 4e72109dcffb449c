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

/* The options from which a field of a generated policy comes, and what to do if the router's remedy is for
 * who writes a policy. */
static const struct told_instead {
    const char *field, *option, *remedy;
} options_of_fields[] =
    {
        {"region", "--name", NULL},
        {"areas", "--postcodes", "Write the first parts of its postcodes in capitals, such as ZX1,ZX2."},
        {"coordinators.duty.name", "--duty", NULL},
        {"coordinators.duty.telephone", "--duty-telephone", NULL},
        {"organisations", "--sources", NULL},
},
  remedies_of_columns[] = {
      {"hours", NULL, "Write always, or such as mon-fri 09:00-17:00; sat, sun 10:00-14:00."},
      {"telephone", NULL,
       "Write the number that people ring, with its first 0: format the column as text, and type the number again."},
      {"sources", NULL,
       "Write all, or some of street-triage, liaison-and-diversion, emergency-department with ; between."},
};

/* Prints "what. Remedy.", or another remedy behind it. */
static void print_told(const char *what, const char *remedy)
{
    const char *end = remedy ? strstr(what, ". ") : NULL;
    if (end)
        fprintf(stderr, "%.*s. %s\n", (int)(end - what), what, remedy);
    else
        fprintf(stderr, "%s\n", what);
}

/* The column of a sheet that a field of a team comes from: "teams.line.hours[1].to" from hours. */
static void column_of_field(const char *field, size_t size, char column[32])
{
    const char *at = memchr(field, '.', size);
    if (at && strncmp(field, "teams.", 6) == 0)
        at = memchr(at + 1, '.', size - (size_t)(at + 1 - field));
    size_t length = at ? strcspn(at + 1, ".[:") : 0;
    snprintf(column, 32, "%.*s", length > 0 ? (int)length : 2, length > 0 ? at + 1 : "id");
}

/* Prints a problem of a team, which begins at `rest` with its field, as one of the sheet. */
static void print_problem_of_row(const struct policy_origin *origin, const struct team_row *row,
                                 const char *rest)
{
    char column[32];
    const char *remedy = NULL;
    size_t size = strcspn(rest, ":");
    column_of_field(rest, size, column);
    for (size_t i = 0; i < sizeof remedies_of_columns / sizeof *remedies_of_columns; i++)
        if (strcmp(remedies_of_columns[i].field, column) == 0)
            remedy = remedies_of_columns[i].remedy;
    for (int i = 0; i < TEAM_COLUMNS; i++)
        if (row->told[i] && strcmp(team_column_name((enum team_column)i), column) == 0)
            return;
    fprintf(stderr, "%s:%d: %s: ", origin->sheet_path, row->line, column);
    print_told(rest + size + 2, remedy);
}

/* Prints a problem of a policy that was made of a sheet: what stands behind the path and the line. */
static void print_problem_of_sheet(const struct policy_origin *origin, int line, const char *rest)
{
    size_t team = 0, count = origin->sheet->count, size = strcspn(rest, ":");
    while (team < count && line >= origin->lines[team + 1])
        team++;
    if (team < count && line >= origin->lines[team]) {
        print_problem_of_row(origin, &origin->sheet->rows[team], rest);
        return;
    }
    for (size_t i = 0; i < sizeof options_of_fields / sizeof *options_of_fields; i++) {
        const struct told_instead *row = &options_of_fields[i];
        if (strncmp(rest, row->field, strlen(row->field)) != 0)
            continue;
        fprintf(stderr, "concordat: %s: ", row->option);
        print_told(rest + size + 2, row->remedy);
        return;
    }
    if (!origin->sheet->slipped) /* otherwise it may follow from a slip */
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
    else if (end == rest && origin->quiet)
        return;
    else if (end == rest)
        printf("%s:%s\n", origin->path, rest);
    else if (origin->sheet && strncmp(end, ": ", 2) == 0 && strstr(end + 2, ": "))
        print_problem_of_sheet(origin, (int)at, end + 2);
    else
        fprintf(stderr, "%s:%s\n", origin->path, rest);
}

/* Takes "coordinator\tid\ttelephone\tname" apart. False if the line is no name. */
static bool setup_name_take(char *line, struct setup_name *name)
{
    char *rest = line;
    const char *words[4];
    for (size_t i = 0; i < 4; i++)
        if (!(words[i] = strsep(&rest, "\t")))
            return false;
    *name = (struct setup_name){words[0], words[1], words[2], words[3]};
    return true;
}

static bool setup_names_take(struct setup_names *names, const struct policy_origin *origin, const char *asked)
{
    char *rest = names->text;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        struct setup_name name;
        bool is_name = strchr(line, '\t') && setup_name_take(line, &name);
        if (!is_name && *line)
            print_checked_line(origin, asked, line);
        if (!is_name)
            continue;
        struct setup_name *more = reallocarray(names->rows, names->count + 1, sizeof *more);
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

void setup_find_broker(char program[PATH_MAX])
{
    if (!program_beside(broker_name, broker_places, sizeof broker_places / sizeof *broker_places, program))
        memcpy(program, broker_name, sizeof broker_name); /* it is looked for in PATH */
}

enum exit_code setup_check(const char *text, size_t size, const struct policy_origin *origin,
                           struct setup_names *names)
{
    char program[PATH_MAX], asked[32];
    *names = (struct setup_names){0};
    setup_find_broker(program);
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
    bool good = code >= 0 && setup_names_take(names, origin, asked);
    close(fd);
    if (good && code == 0)
        return CODE_DONE;
    names->count = 0;
    return code == CODE_USAGE ? CODE_USAGE : CODE_ENVIRONMENT;
}

void setup_names_close(struct setup_names *names)
{
    free(names->rows);
    free(names->text);
    *names = (struct setup_names){0};
}
