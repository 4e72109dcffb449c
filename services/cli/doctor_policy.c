/* doctor_policy.c: what the router's own check says of the policy, and until when it lists bank holidays. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/exit_code.h"
#include "proto/words/now.h"
#include "services/cli/doctor_checks.h"
#include "services/cli/setup_check.h"
#include "services/cli/setup_run.h"
#include "services/cli/setup_site.h"
#include "services/desk/show_standing.h"

enum { SECONDS_OF_DAY = 24 * 60 * 60, POLICY_LINE_BYTES = 1024 };

static const char policy_path[] = SETUP_ETC "/region.yaml";

/* --- what the router says ------------------------------------------------------------------------------- */

static void take_policy_name(struct doctor *doctor, char *line)
{
    char *rest = line;
    const char *role = strsep(&rest, "\t"), *id = rest ? strsep(&rest, "\t") : NULL;
    struct doctor_name *more = reallocarray(doctor->names, doctor->name_count + 1, sizeof *more);
    if (more)
        doctor->names = more;
    if (more && id)
        doctor->names[doctor->name_count++] = (struct doctor_name){role, id};
}

static void read_policy_said(struct doctor *doctor, const char *path)
{
    char *rest = doctor->policy_said;
    size_t size = strlen(path);
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
        bool is_told = strncmp(line, path, size) == 0 && line[size] == ':';
        bool is_gap = is_told && strncmp(line + size, ": gap: ", 7) == 0;
        if (is_gap && doctor->gap_count++ == 0)
            doctor->first_gap = line + size + 7;
        else if (!is_told && strchr(line, '\t'))
            take_policy_name(doctor, line);
    }
}

void doctor_ask_of_policy(struct doctor *doctor)
{
    char program[PATH_MAX], path[PATH_MAX];
    if (doctor->policy_asked)
        return;
    doctor->policy_asked = true;
    setup_find_broker(program);
    (void)doctor_path(doctor, policy_path, path);
    doctor->policy_code =
        setup_run((const char *const[]){program, "--check", path, "--names", NULL}, &doctor->policy_said);
    if (doctor->policy_code < 0)
        doctor->policy_code = -errno;
    else if (doctor->policy_code == CODE_DONE)
        read_policy_said(doctor, path);
}

/* Each line of it is a problem, with its path and line. */
static void tell_policy_problems(struct doctor *doctor)
{
    char *rest = doctor->policy_said;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        if (*line)
            doctor_wrong(doctor, "%s The router does not start with it, and a reload refuses it", line);
}

static void check_policy_text(struct doctor *doctor, const char *path)
{
    doctor_ask_of_policy(doctor);
    if (doctor->policy_code < 0)
        doctor_unseen(doctor, "%s: concordat-broker, which checks it, cannot be run: %s", path,
                      strerror(-doctor->policy_code));
    else if (doctor->policy_code != CODE_DONE)
        tell_policy_problems(doctor);
    else if (doctor->gap_count)
        doctor_wrong(
            doctor,
            "%s: %u %s: at some times nobody would come, or a team is never asked. Read all of them by `concordat-broker --check "
            "%s`, and have those who plan shifts close or accept them. The first: %s",
            path, doctor->gap_count, doctor->gap_count == 1 ? "gap" : "gaps", path, doctor->first_gap);
    else
        doctor_well(doctor, "%s: the router takes it, and it has no gap", path);
}

/* --- bank holidays -------------------------------------------------------------------------------------- */

/* Days since 1970 of a date in the proleptic Gregorian calendar. */
static long days_of(int year, int month, int day)
{
    int shifted = month <= 2 ? year - 1 : year;
    long era = shifted / 400, of_era = shifted % 400;
    long of_year = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* The latest date of a line, or `latest`. */
static long latest_of(const char *line, long latest)
{
    int year, month, day;
    for (const char *at = line; *at && *at != '#'; at++) {
        bool is_date = (at == line || at[-1] < '0' || at[-1] > '9') &&
                       sscanf(at, "%4d-%2d-%2d", &year, &month, &day) == 3 && year >= 1970;
        if (is_date && days_of(year, month, day) > latest)
            latest = days_of(year, month, day);
    }
    return latest;
}

/* The day of the last bank holiday and the line of their list; -1: it lists none. */
static long last_bank_holiday(FILE *file, int *at)
{
    static const char key[] = "bank_holidays:";
    char line[POLICY_LINE_BYTES];
    long latest = -1;
    bool inside = false;
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        bool begins = strncmp(line, key, sizeof key - 1) == 0;
        inside = begins || (inside && strchr(" -#\n]", line[0]));
        if (begins)
            *at = number;
        if (inside)
            latest = latest_of(line, latest);
    }
    return latest;
}

static void check_bank_holidays(struct doctor *doctor, const char *path)
{
    FILE *file = fopen(path, "re");
    int line = 1;
    if (!file)
        return; /* the router has said so */
    long last = last_bank_holiday(file, &line);
    long left = last - (long)(now_wall_ms() / 1000 / SECONDS_OF_DAY);
    fclose(file);
    if (last < 0 || left < 0)
        doctor_wrong(
            doctor,
            "%s:%d: bank_holidays: none is to come, so the hours of a weekday count then. Add those of the next "
            "two years (www.gov.uk/bank-holidays), and reload",
            path, line);
    else if (left < STANDING_HOLIDAY_DAYS)
        doctor_wrong(doctor,
                     "%s:%d: bank_holidays: the last is in %ld days. Add those of the next two years "
                     "(www.gov.uk/bank-holidays), and reload",
                     path, line, left);
    else
        doctor_well(doctor, "%s:%d: bank_holidays: the last is in %ld days", path, line, left);
}

void doctor_check_policy(struct doctor *doctor)
{
    char path[PATH_MAX];
    if (!doctor_part_of(doctor, PART_ROUTER))
        return;
    (void)doctor_path(doctor, policy_path, path);
    check_policy_text(doctor, path);
    check_bank_holidays(doctor, path);
}
