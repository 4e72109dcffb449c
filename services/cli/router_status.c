/* router_status.c: `concordat status`: of a case; and, with --router, of the router itself. */
#include "services/cli/router_status.h"

#include <string.h>

#include "proto/words/program.h"
#include "services/cli/command.h"
#include "services/terminal/connection.h"

enum { OPTION_ROUTER = 0x2c0 };

static const char router_doc[] =
    "How the router itself stands: what needs somebody, who waits and how long, what is connected, its disk, "
    "its clock and its policy.\v"
    "Intakes, coordinators, auditors and inspectors may ask, by their keys. Nothing in it is about one person; "
    "how many cases are open, and where, only coordinators and inspectors are told.\n\n"
    "  concordat status --router\n"
    "  concordat status --router --json";

static const struct argp_option router_options[] = {
    {"router", OPTION_ROUTER, 0, 0, "Rather than CASE: how the router itself stands", 0}, {0}};

/* It is reached only if --router was not typed as the whole word that command_status looks for. */
static error_t refuse_router_option(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key != OPTION_ROUTER)
        return ARGP_ERR_UNKNOWN;
    argp_error(state, "write --router in full");
    return EINVAL;
}

const struct argp router_status_argp = {.options = router_options, .parser = refuse_router_option};

static error_t parse_router_option(int key, char *argument, struct argp_state *state)
{
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->input;
        return 0;
    }
    if (key == ARGP_KEY_ARG)
        argp_error(state, "\"%.40s\" is too much: --router asks about no case", argument);
    return key == OPTION_ROUTER || key == ARGP_KEY_ARG ? 0 : ARGP_ERR_UNKNOWN;
}

static enum exit_code ask_router(int argc, char **argv)
{
    const struct argp_child children[] = {{&connection_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = router_options, .parser = parse_router_option, .doc = router_doc, .children = children};
    struct connection_options options = {0};
    struct concordat_client *client;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStanding question = CONCORDAT__V1__GET_STANDING__INIT;
    program_take_options(&argp, argc, argv, 0, &options);
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STANDING;
    request.get_standing = &question;
    enum exit_code code = connection_open(&options, false, &client);
    const Concordat__V1__Message *message =
        code == CODE_DONE ? connection_ask(&options, client, &request, &code) : NULL;
    if (message)
        connection_print(&options, message);
    connection_close(&options, &client);
    return code;
}

enum exit_code command_status(const struct subcommand *command, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--router") == 0)
            return ask_router(argc, argv);
    return command_act(command, argc, argv);
}
