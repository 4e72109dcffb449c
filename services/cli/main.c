/* main.c: the command `concordat`: finds the subcommand and runs it. */
#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/cli/command.h"

static const struct command commands[] = {
    {"refer", "refer a person: from FILE.json, from - or by options", command_refer},
    {"status", "who holds a case, and whom to ring", command_act},
    {"update", "send a referral again with more or other facts", command_update},
    {"withdraw", "nobody need come any more", command_act},
    {"offers", "what your team is asked to take now", command_offers},
    {"accept", "accept an offer", command_act},
    {"decline", "decline an offer with a reason", command_act},
    {"checkin", "travelling, arrived, in contact", command_act},
    {"close", "close a case with its outcome", command_act},
    {"handover", "hand a case to another team", command_act},
    {"capacity", "how many more people your team could see", command_act},
    {"board", "the cases you may see, the most pressing first", command_board},
    {"take", "coordinator: take a held case in hand", command_act},
    {"assign", "coordinator: ask the team that you choose", command_act},
    {"show", "the person's record; the reading is recorded", command_act},
    {"report", "auditor: response times, declines, custody, open cases", command_report},
    {"verify", "auditor: whether the trail is whole", command_verify},
    {"keys", "make and show keys", command_keys},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const char introduction[] = "Refer a person in a mental-health crisis to a team that will come, "
                                   "answer as that team, and read the trail.";

static const char exit_codes[] =
    "Cases are named by their spoken number (R-0412) or by the referral's id.\n\n"
    "Exit codes:\n"
    "    0  done, or the question was answered\n"
    "    1  refused, with what holds now and whom to ring; verify: something is wrong\n"
    "    2  no answer in time: not known whether it was done\n"
    "  100  the command line, or a file that it names, is wrong\n"
    "  111  no connection, no disk, no memory: nothing was done\n\n"
    "Environment: CONCORDAT_SERVER, CONCORDAT_SERVER_KEY, CONCORDAT_KEY, CONCORDAT_RING stand for the "
    "options "
    "--server, --server-key, --key and --ring of every command; CONCORDAT_TRAIL for --trail.\n\n"
    "`concordat COMMAND --help` says how each is used, with examples.";

static const char *doc_of_commands(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return introduction;
    fprintf(out, "%s\vCommands:\n", introduction);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(out, "\n%s", exit_codes);
    return fclose(out) == 0 && text ? text : introduction;
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* Stops at the subcommand: what follows is its own. */
static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    int *at = state->input;

    if (key == ARGP_KEY_NO_ARGS)
        argp_usage(state);
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    if (find(argument) == NULL)
        argp_error(state, "there is no command \"%.40s\"", argument);
    *at = state->next - 1;
    state->next = state->argc;
    return 0;
}

int main(int argc, char **argv)
{
    const char *doc = doc_of_commands();
    const struct argp argp = {.parser = parse_option, .args_doc = "COMMAND ...", .doc = doc};
    char name[64];
    int at = 0;

    argp_program_version = "concordat " CONCORDAT_VERSION;
    exit_code_for_bugs();
    argp_err_exit_status = CODE_USAGE;
    signal(SIGPIPE, SIG_IGN);
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &at);
    if (doc != introduction)
        free((char *)doc);
    const struct command *command = find(argv[at]);
    snprintf(name, sizeof name, "concordat %s", command->name);
    argv[at] = name;
    return (int)command->run(command, argc - at, argv + at);
}
