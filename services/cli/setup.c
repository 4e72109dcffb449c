/* setup.c: `concordat setup`: a single site from nothing, step by step, each of which changes nothing the
 * second time. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/words/program.h"
#include "services/cli/command.h"
#include "services/cli/setup_answers.h"
#include "services/cli/setup_check.h"
#include "services/cli/setup_partner.h"
#include "services/cli/setup_person.h"
#include "services/cli/setup_plan.h"
#include "services/cli/setup_proxy.h"
#include "services/cli/setup_region.h"
#include "services/cli/setup_site.h"
#include "services/cli/setup_start.h"
#include "services/cli/setup_teams.h"
#include "services/cli/typed_options.h"

/* The answers that were typed, or the words "partner NAME" and whose key it is. */
struct setup_input {
    struct setup_answers answers;
    const char *words[2], *role, *of;
};

enum { REGION_BYTES_MAX = 8 * 1024 * 1024, FIRST_PORT = 5170, PORT_MAX = 65500 };

static const char region_path[] = SETUP_ETC "/region.yaml";

enum {
    OPTION_TEAMS = 0x280,
    OPTION_REGION,
    OPTION_NAME,
    OPTION_POSTCODES,
    OPTION_DUTY,
    OPTION_DUTY_TELEPHONE,
    OPTION_ORGANISATION,
    OPTION_SOURCES,
    OPTION_HOST,
    OPTION_CERTIFICATE,
    OPTION_CERTIFICATE_KEY,
    OPTION_PERSON,
    OPTION_PERSON_NAME,
    OPTION_PORT,
    OPTION_ROLE,
    OPTION_OF,
    OPTION_NO_DRILL,
    OPTION_DRY_RUN,
    OPTION_ROOT
};

static const struct argp_option setup_options[] = {
    {"teams", OPTION_TEAMS, "FILE.csv", 0, "Spreadsheet of your teams, from which a policy is made", 0},
    {"region", OPTION_REGION, "FILE", 0, "Rather than --teams: a policy that somebody has written", 0},
    {"name", OPTION_NAME, "NAME", 0, "With --teams: what your region is called", 0},
    {"postcodes", OPTION_POSTCODES, "LIST", 0, "With --teams: its postcode districts, such as ZX1,ZX2", 0},
    {"duty", OPTION_DUTY, "NAME", 0,
     "With --teams: its duty coordinator, as people know them (NAME duty coordinator)", 0},
    {"duty-telephone", OPTION_DUTY_TELEPHONE, "NUMBER", 0,
     "With --teams: their number, which somebody answers at every hour", 0},
    {"organisation", OPTION_ORGANISATION, "CODE", 0, "ODS code of the organisation that runs this site", 0},
    {"sources", OPTION_SOURCES, "LIST", 0,
     "Who refers: street-triage, liaison-and-diversion, emergency-department, with commas; SOURCE=CODE if that is another "
     "organisation (street-triage)",
     0},
    {"host", OPTION_HOST, "NAME", 0, "What this machine is called in browsers, such as concordat.example", 0},
    {"certificate", OPTION_CERTIFICATE, "FILE", 0,
     "Certificate for HTTPS, in PEM with those above it; self-signed to try it out; or none, and then no proxy is made "
     "(none)",
     0},
    {"certificate-key", OPTION_CERTIFICATE_KEY, "FILE", 0, "Its key, in PEM", 0},
    {"person", OPTION_PERSON, "ID", 0, "Id of the first person who may sign in, as a coordinator (p101)", 0},
    {"person-name", OPTION_PERSON_NAME, "NAME", 0, "Their name", 0},
    {"port", OPTION_PORT, "N", 0, "The router's port on this machine (5170); intakes have the next three", 0},
    {"role", OPTION_ROLE, "ROLE", 0, "With partner: referrer, team, coordinator, auditor or inspector", 0},
    {"of", OPTION_OF, "ID", 0,
     "With partner: the id of their source, team or coordinator, or of an organisation", 0},
    {"no-drill", OPTION_NO_DRILL, 0, 0, "Send no drill at the end", 0},
    {"dry-run", OPTION_DRY_RUN, 0, 0,
     "Show what would be made, with the text of each file but no secret; change nothing", 0},
    {"root", OPTION_ROOT, "FOLDER", 0,
     "Put all of it under a folder, for an image of a machine; start nothing", 0},
    {0}};

static const char setup_doc[] =
    "Make a site: router, intakes, audit trail and pages, on one machine.\v"
    "Run it as root when the packages are installed. It asks for what no option gives; without a terminal a missing answer "
    "is an error that names its option. All answers and files are checked before anything is made. Then it makes the policy, "
    "the keys, the settings that the units read, the desks of the gateway, the first person who may sign in, and the proxy; "
    "starts the units; and sends a drill. What is there already stays as it is, so that it can be run again at any time.\n\n"
    "The sheet of teams has a heading. Its columns are id, name, type (MHSDS team type, such as A02), telephone, and, if you "
    "like, organisation, sources, offers (comes, rings or receives), detained (never, also or only), ages, hours (such as "
    "mon-fri 09:00-17:00; sat 10:00-14:00) and places. An empty cell stands for what most teams of the type have: see the "
    "policy that is made, /etc/concordat/region.yaml, and change it there.\n\n"
    "partner lets one more program or machine in, such as a car's or an auditor's: it makes a key of its own, admits it, and "
    "says how to hand the secret half over.\n\n"
    "Copy /etc/concordat/private/master-key on paper into two safes. Without it nothing that the router sealed can be "
    "opened.\n\n"
    "Exit codes: 0 done; 100 an answer or a file is wrong, and nothing was made; 111 something could not be made or started, "
    "as the last line says.\n\n"
    "  concordat setup\n"
    "  concordat setup --teams teams.csv --dry-run\n"
    "  concordat setup --teams teams.csv --name Northmoor \\\n"
    "    --postcodes ZX1,ZX2 --duty-telephone '01632 960100' \\\n"
    "    --organisation ZZM01 --sources street-triage=ZZP01 \\\n"
    "    --host concordat.example --certificate self-signed \\\n"
    "    --person p101 --person-name 'Robin Example'\n"
    "  concordat setup --region region.yaml --root image\n"
    "  concordat setup partner car-7 --role referrer --of street-triage";

static const struct typed_option setup_typed[] = {
#define TEXT(option, member)                                                                                 \
    {                                                                                                        \
        .key = (option), .at = offsetof(struct setup_input, member)                                          \
    }
    TEXT(OPTION_TEAMS, answers.teams),
    TEXT(OPTION_REGION, answers.region),
    TEXT(OPTION_NAME, answers.name),
    TEXT(OPTION_POSTCODES, answers.postcodes),
    TEXT(OPTION_DUTY, answers.duty),
    TEXT(OPTION_DUTY_TELEPHONE, answers.duty_telephone),
    TEXT(OPTION_ORGANISATION, answers.organisation),
    TEXT(OPTION_SOURCES, answers.sources_text),
    TEXT(OPTION_HOST, answers.host),
    TEXT(OPTION_CERTIFICATE, answers.certificate),
    TEXT(OPTION_CERTIFICATE_KEY, answers.certificate_key),
    TEXT(OPTION_PERSON, answers.person),
    TEXT(OPTION_PERSON_NAME, answers.person_name),
    TEXT(OPTION_ROOT, answers.root),
    TEXT(OPTION_ROLE, role),
    TEXT(OPTION_OF, of),
#undef TEXT
    {.key = OPTION_PORT,
     .at = offsetof(struct setup_input, answers.port),
     .most = PORT_MAX,
     .wrong = "--port is 1 to 65500"},
    {.key = OPTION_NO_DRILL, .at = offsetof(struct setup_input, answers.no_drill), .yes = true},
    {.key = OPTION_DRY_RUN, .at = offsetof(struct setup_input, answers.dry_run), .yes = true},
};

static void check_setup_input(struct argp_state *state, const struct setup_input *input)
{
    bool is_partner = input->words[0] && strcmp(input->words[0], "partner") == 0;
    if (input->words[0] && !is_partner)
        argp_error(state, "\"%.40s\" is no option; say nothing, or partner NAME", input->words[0]);
    else if (is_partner && (!input->words[1] || !input->role || !input->of))
        argp_error(state, "partner needs a NAME for its key, --role and --of");
    else if (!is_partner && (input->role || input->of))
        argp_error(state, "--role and --of are of a partner");
    else if (input->answers.teams && input->answers.region)
        argp_error(state, "--teams makes a policy and --region takes one: give one of the two");
}

static error_t parse_setup_option(int key, char *argument, struct argp_state *state)
{
    struct setup_input *input = state->input;
    if (typed_options_take(state, setup_typed, sizeof setup_typed / sizeof *setup_typed, key, argument,
                           input))
        return 0;
    if (key == ARGP_KEY_ARG)
        typed_options_take_word(state, argument, input->words, sizeof input->words / sizeof *input->words);
    else if (key == ARGP_KEY_END)
        check_setup_input(state, input);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

/* --- the policy ---------------------------------------------------------------------------------------- */

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

/* Makes a policy of the sheet, and has it checked. */
static enum exit_code make_region(const struct setup_answers *answers, struct setup_names *names, char **text)
{
    struct teams_sheet sheet;
    enum exit_code code = CODE_USAGE;
    if (teams_sheet_read(&sheet, answers->teams, answers->organisation, stderr)) {
        int *lines = calloc(sheet.count + 1, sizeof *lines);
        *text = lines ? setup_region_write(answers, &sheet, lines) : NULL;
        struct policy_origin origin = {region_path, &sheet, answers->teams, lines, false};
        code = *text ? setup_check(*text, strlen(*text), &origin, names) : CODE_ENVIRONMENT;
        free(lines);
    }
    teams_sheet_close(&sheet);
    return code;
}

static enum exit_code read_region(const char *path, bool quiet, struct setup_names *names, char **text)
{
    const struct policy_origin origin = {.path = path, .quiet = quiet};
    *text = region_text(path);
    if (*text)
        return setup_check(*text, strlen(*text), &origin, names);
    fprintf(stderr, "concordat: %s: %s\n", path, strerror(errno));
    return CODE_USAGE;
}

/* The policy that the answers give, or that is there, and the names of the one that counts: what is there
 * stays, and may have been changed since. `there` is its path. */
static enum exit_code settle_region(const struct setup_answers *answers, const char *there,
                                    struct setup_names *names, char **text)
{
    bool stands = access(there, F_OK) == 0;
    enum exit_code code = answers->teams    ? make_region(answers, names, text)
                          : answers->region ? read_region(answers->region, false, names, text)
                                            : read_region(there, false, names, text);
    if (code != CODE_DONE || !stands || (!answers->teams && !answers->region))
        return code;
    char *old = region_text(there);
    bool same = old && strcmp(old, *text) == 0;
    free(old);
    old = NULL;
    if (same)
        return code;
    setup_names_close(names);
    code = read_region(there, false, names, &old);
    free(old);
    return code;
}

/* --- the steps ----------------------------------------------------------------------------------------- */

static void plan_all(struct plan *plan, const struct setup_answers *answers, const struct setup_names *names,
                     char *region)
{
    setup_site_plan_folders(plan, answers);
    plan_file(plan, region_path, region);
    setup_site_plan(plan, answers, names);
    setup_proxy_plan(plan, answers);
    setup_person_check(plan);
}

static void say_what_is_left(const struct setup_answers *answers)
{
    if (!setup_proxy_is_planned(answers))
        printf(
            "\nNo certificate was named, so there is no proxy, and no browser reaches the pages. Get a certificate for %s,\n"
            "then run this again with --certificate FILE and --certificate-key FILE (or --certificate self-signed, to try\n"
            "it out).\n",
            answers->host);
    printf("\nCopy " SETUP_ETC
           "/private/master-key on paper into two safes, and keep it out of backups of the state.\n");
}

static enum exit_code make_site(struct plan *plan, const struct setup_answers *answers,
                                const char *coordinator)
{
    if (answers->dry_run) {
        plan_show(plan);
        setup_person_show(plan, answers, coordinator);
        setup_start_say(answers);
        printf("\nThis was a dry run: nothing was changed.\n");
        return CODE_DONE;
    }
    if (!plan_make(plan))
        return CODE_ENVIRONMENT;
    enum exit_code code = setup_person_add(plan, answers, coordinator);
    if (code == CODE_DONE)
        code = setup_start(answers, plan->made);
    if (code == CODE_DONE)
        say_what_is_left(answers);
    return code;
}

static enum exit_code set_up(struct setup_answers *answers)
{
    struct plan plan = {.root = answers->root};
    struct setup_names names = {0};
    char there[PATH_MAX], *region = NULL;
    bool stands = access(plan_path(&plan, region_path, there), F_OK) == 0;
    if (plan.failed || !setup_answers_complete(answers, answers->region || (stands && !answers->teams)))
        return CODE_USAGE;
    enum exit_code code = settle_region(answers, there, &names, &region);
    if (code == CODE_DONE) {
        plan_all(&plan, answers, &names, region);
        code = plan.failed ? CODE_USAGE : make_site(&plan, answers, names.rows[0].id);
    } else {
        free(region);
    }
    plan_close(&plan);
    setup_names_close(&names);
    return code;
}

static enum exit_code admit_partner(const struct setup_input *input)
{
    struct plan plan = {.root = input->answers.root};
    const struct setup_partner partner = {input->words[1], input->role, input->of};
    struct setup_names names = {0};
    char there[PATH_MAX], *region = NULL;
    enum exit_code code = read_region(plan_path(&plan, region_path, there), true, &names, &region);
    if (code == CODE_DONE)
        code = setup_partner_admit(&plan, &partner, &names, input->answers.dry_run);
    free(region);
    plan_close(&plan);
    setup_names_close(&names);
    return code;
}

enum exit_code command_setup(const struct subcommand *command, int argc, char **argv)
{
    const struct argp argp = {.options = setup_options,
                              .parser = parse_setup_option,
                              .args_doc = "[partner NAME]",
                              .doc = setup_doc};
    struct setup_input input = {.answers = {.root = "", .port = FIRST_PORT}};
    (void)command;
    program_take_options(&argp, argc, argv, 0, &input);
    if (sodium_init() < 0) {
        fprintf(stderr, "concordat: no source of random numbers\n");
        return CODE_ENVIRONMENT;
    }
    if (!input.answers.root[0] && !input.answers.dry_run && geteuid() != 0) {
        fprintf(stderr,
                "concordat: only root can set up this machine: use sudo, or --dry-run to look, or --root\n");
        return CODE_USAGE;
    }
    enum exit_code code = input.words[0] ? admit_partner(&input) : set_up(&input.answers);
    setup_answers_close(&input.answers);
    return code;
}
