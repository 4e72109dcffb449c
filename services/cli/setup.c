/* setup.c: `concordat setup`: a single site from nothing, step by step, each of which changes nothing the
 * second time. */
#include <argp.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/program.h"
#include "services/cli/command.h"
#include "services/cli/setup_answers.h"
#include "services/cli/setup_ask.h"
#include "services/cli/setup_partner.h"
#include "services/cli/setup_person.h"
#include "services/cli/setup_plan.h"
#include "services/cli/setup_policy.h"
#include "services/cli/setup_proxy.h"
#include "services/cli/setup_site.h"
#include "services/cli/setup_start.h"
#include "services/cli/typed_options.h"

/* The answers that were typed, or the words "partner NAME" and whose key it is. */
struct setup_input {
    struct setup_answers answers;
    const char *words[2], *role, *of;
};

enum { PORT_MAX = 65500 };

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
    "starts the units; and, when all of them run for the first time, sends a drill. What is there already stays as it is, so "
    "that it can be run again at any time: a team that was added to the policy gets its key and its line among the gateway's "
    "desks, and only units that have something new to read are restarted.\n\n"
    "The sheet of teams has a heading. Its columns are id, name, type (MHSDS team type, such as A02), telephone, and, if you "
    "like, organisation, sources, offers (comes, rings or receives), detained (never, also or only), ages, hours (such as "
    "mon-fri 09:00-17:00; sat 10:00-14:00) and places. An empty cell stands for what most teams of the type have: see the "
    "policy that is made, /etc/concordat/region.yaml, and change it there.\n\n"
    "partner lets one more program or machine in, such as a car's or an auditor's: it makes a key of its own, admits it, and "
    "says how to hand the secret half over.\n\n"
    "Copy /etc/concordat/private/master-key on paper into two safes. Without it nothing that the router sealed can be "
    "opened.\n\n"
    "Exit codes: 0 done; 100 an answer or a file is wrong, or you did not say yes, and nothing was made; 111 something could not be made or started, "
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
    if (key == ARGP_KEY_ARG && state->arg_num == 2 && strcmp(input->words[0], "partner") == 0)
        argp_error(
            state,
            "\"%.40s\" is too much: the name of a partner's key is one word of letters, digits and dashes, such "
            "as car-7",
            argument);
    else if (key == ARGP_KEY_ARG)
        typed_options_take_word(state, argument, input->words, sizeof input->words / sizeof *input->words);
    else if (key == ARGP_KEY_END)
        check_setup_input(state, input);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

/* --- the steps ----------------------------------------------------------------------------------------- */

static void plan_all(struct plan *plan, const struct setup_answers *answers, struct setup_policy *policy)
{
    setup_site_plan_folders(plan, answers);
    plan_file(plan, setup_policy_path, policy->text);
    policy->text = NULL;
    setup_site_plan(plan, answers, &policy->names);
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

/* Shows what was answered, and the teams in words, before anything is made of them. */
static void show_summary(const struct setup_answers *answers, const struct setup_policy *policy)
{
    printf("\n");
    setup_answers_show(answers);
    if (policy->teams) {
        printf("\nTeams:\n\n%s", policy->teams);
    } else {
        printf("\nTeams and coordinators of the policy %s:\n\n",
               answers->region && !answers->there.has_site ? answers->region : setup_policy_path);
        for (size_t i = 0; i < policy->names.count; i++)
            printf("  %s\n", policy->names.rows[i].name);
    }
}

static enum exit_code make_nothing(void)
{
    printf("Nothing was made.\n");
    return CODE_USAGE;
}

static enum exit_code make_site(struct plan *plan, const struct setup_answers *answers,
                                const char *coordinator)
{
    if (answers->dry_run) {
        plan_show(plan);
        setup_person_show(plan, answers, coordinator);
        setup_start_say(plan, answers);
        printf("\nThis was a dry run: nothing was changed.\n");
        return CODE_DONE;
    }
    if (answers->asked && !setup_ask_yes("\nMake this? [y/N]"))
        return make_nothing();
    if (!plan_make(plan))
        return CODE_ENVIRONMENT;
    enum exit_code code = setup_person_add(plan, answers, coordinator);
    if (code == CODE_DONE)
        code = setup_start(plan, answers);
    if (code == CODE_DONE)
        say_what_is_left(answers);
    return code;
}

/* At a terminal a sheet may be mended and looked at again, so that nothing has to be answered twice. */
static enum exit_code settle_policy(struct setup_policy *policy, struct setup_answers *answers,
                                    const char *there)
{
    enum exit_code code;
    while ((code = setup_policy_settle(policy, answers, there)) == CODE_USAGE && answers->asked &&
           answers->teams && !answers->ended) {
        char *line =
            setup_ask("\nMend it, then press Enter to have it looked at again, or Ctrl-C to stop", NULL);
        answers->ended = !line;
        free(line);
        if (answers->ended)
            return make_nothing();
        setup_policy_close(policy);
    }
    return code;
}

static enum exit_code set_up(struct setup_answers *answers)
{
    struct plan plan = {.root = answers->root};
    struct setup_policy policy = {0};
    char there[PATH_MAX];
    (void)plan_path(&plan, setup_policy_path, there);
    if (plan.failed)
        return CODE_USAGE;
    if (!setup_answers_complete(answers))
        return answers->ended ? make_nothing() : CODE_USAGE;
    enum exit_code code = settle_policy(&policy, answers, there);
    if (code == CODE_DONE) {
        if (answers->asked)
            show_summary(answers, &policy);
        plan_all(&plan, answers, &policy);
        code = plan.failed ? CODE_USAGE : make_site(&plan, answers, policy.names.rows[0].id);
    }
    plan_close(&plan);
    setup_policy_close(&policy);
    return code;
}

static enum exit_code admit_partner(const struct setup_input *input)
{
    struct plan plan = {.root = input->answers.root};
    const struct setup_partner partner = {input->words[1], input->role, input->of};
    struct setup_policy policy = {0};
    char there[PATH_MAX];
    enum exit_code code = setup_policy_read(&policy, plan_path(&plan, setup_policy_path, there), true);
    if (code == CODE_DONE)
        code = setup_partner_admit(&plan, &partner, &policy.names, input->answers.dry_run);
    plan_close(&plan);
    setup_policy_close(&policy);
    return code;
}

enum exit_code command_setup(const struct subcommand *command, int argc, char **argv)
{
    const struct argp argp = {.options = setup_options,
                              .parser = parse_setup_option,
                              .args_doc = "[partner NAME]",
                              .doc = setup_doc};
    struct setup_input input = {.answers = {.root = ""}};
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
