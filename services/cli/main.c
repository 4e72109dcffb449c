/* main.c: the command `concordat`: the table of its subcommands, of which it runs one. */
#include <argp.h>
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/program.h"
#include "services/cli/command.h"
#include "services/desk/action.h"

/* The words for an action stand in its row of the desk's table. */
static const struct subcommand commands[] = {
    {"refer", "refer a person: from FILE.json, from - or by options", command_refer},
    {"status", NULL, command_status},
    {"update", "send a referral again with more or other facts", command_update},
    {"withdraw", NULL, command_act},
    {"wish", NULL, command_act},
    {"offers", "what your team is asked to take now", command_offers},
    {"seen", NULL, command_act},
    {"accept", NULL, command_act},
    {"decline", NULL, command_act},
    {"checkin", NULL, command_act},
    {"close", NULL, command_act},
    {"detention", NULL, command_act},
    {"tried", NULL, command_act},
    {"missing", NULL, command_act},
    {"found", NULL, command_act},
    {"ask", NULL, command_act},
    {"answer", NULL, command_act},
    {"handover", NULL, command_act},
    {"cancel-handover", NULL, command_act},
    {"give-back", NULL, command_act},
    {"reopen", NULL, command_act},
    {"passed-on", NULL, command_act},
    {"saw-closing", NULL, command_act},
    {"capacity", NULL, command_act},
    {"board", "the cases you may see, the most pressing first", command_board},
    {"take", NULL, command_act},
    {"assign", NULL, command_act},
    {"acknowledge", NULL, command_act},
    {"mute", NULL, command_act},
    {"cover", NULL, command_act},
    {"saw", NULL, command_act},
    {"message", NULL, command_act},
    {"on-shift", NULL, command_act},
    {"shift-handover", NULL, command_act},
    {"handed-over", NULL, command_act},
    {"show", NULL, command_act},
    {"who", NULL, command_act},
    {"erase", NULL, command_act},
    {"hold", NULL, command_act},
    {"report", "auditor: response times, declines, custody, open cases", command_report},
    {"story", "auditor: one case told in plain English, and checked", command_story},
    {"verify", "auditor: whether the trail is whole", command_verify},
    {"keys", "make and show keys", command_keys},
    {"people", "who may sign in at the gateway", command_people},
    {"doctor", "what is wrong with this part of a site, and what to do", command_doctor},
    {"setup", "make a site on this machine, from a spreadsheet of teams", command_setup},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const char introduction[] = "Refer a person in a mental-health crisis to a team that will come, "
                                   "answer as that team, and read the trail.";

static const char exit_codes[] =
    "Cases are named by their spoken number (R-0412) or by the referral's id.\n\n"
    "Exit codes:\n"
    "    0  done, or the question was answered\n"
    "    1  refused, with what holds now and whom to ring; verify, doctor: something is wrong\n"
    "    2  no answer in time: not known whether it was done\n" REPORT_EXIT_CODES
    "    8  story --check: the folder is not what the trail gives\n"
    "  100  the command line, or a file that it names, is wrong\n"
    "  111  no connection, no disk, no memory: nothing was done; erase: or a full disk keeps the key still\n\n"
    "Environment: CONCORDAT_SERVER, CONCORDAT_SERVER_KEY, CONCORDAT_KEY, CONCORDAT_RING stand for the "
    "options --server, --server-key, --key and --ring of every command; CONCORDAT_PERSON, CONCORDAT_ROLE and "
    "CONCORDAT_PEOPLE for --as, --as-role and --people; CONCORDAT_TRAIL for --trail.\n\n"
    "`concordat COMMAND --help` says how each is used, with examples.";

static const char *command_summary(const struct subcommand *command)
{
    return command->summary ? command->summary : action_find(command->name)->title;
}

static const char *doc_of_commands(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return introduction;
    fprintf(out, "%s\vCommands:\n", introduction);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-15s  %s\n", commands[i].name, command_summary(&commands[i]));
    fprintf(out, "\n%s", exit_codes);
    return fclose(out) == 0 && text ? text : introduction;
}

static const struct subcommand *command_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

struct command_line {
    const struct subcommand *command;
    int at; /* of the subcommand in argv */
};

/* Stops at the subcommand, which reads the rest by itself. */
static error_t parse_command(int key, char *argument, struct argp_state *state)
{
    struct command_line *line = state->input;
    if (key == ARGP_KEY_NO_ARGS)
        argp_usage(state);
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    line->command = command_find(argument);
    line->at = state->next - 1;
    if (!line->command)
        argp_error(state, "there is no command \"%.40s\"", argument);
    state->next = state->argc;
    return 0;
}

int main(int argc, char **argv)
{
    const char *doc = doc_of_commands();
    const struct argp argp = {.parser = parse_command, .args_doc = "COMMAND ...", .doc = doc};
    char name[64];
    struct command_line line = {0};
    argp_program_version = "concordat " CONCORDAT_VERSION;
    program_begin();
    argp_err_exit_status = CODE_USAGE;
    signal(SIGPIPE, SIG_IGN);
    program_take_options(&argp, argc, argv, ARGP_IN_ORDER, &line);
    if (doc != introduction)
        free((char *)doc);
    assert(line.command);
    snprintf(name, sizeof name, "concordat %s", line.command->name);
    argv[line.at] = name;
    return (int)line.command->run(line.command, argc - line.at, argv + line.at);
}
