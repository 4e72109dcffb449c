/* act.c: every subcommand that is one action on a case: accept, close, status and so on. */
#include "services/cli/action.h"
#include "services/cli/command.h"
#include "services/cli/told.h"

struct input {
    struct action action;
    struct connection_options options;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;

    (void)argument;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    state->child_inputs[0] = &input->action;
    state->child_inputs[1] = &input->options;
    return 0;
}

static enum exit_code act(struct input *input, struct concordat_client *client)
{
    enum exit_code code = action_resolve(&input->action, &input->options, client);
    const Concordat__V1__Message *message;

    if (code != CODE_DONE)
        return code;
    message = connection_ask(&input->options, client, &input->action.request, &code);
    if (!message)
        return code;
    connection_print(&input->options, message);
    if (input->action.kind->command == CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS)
        told_message(&input->options, client, message);
    return code;
}

enum exit_code command_act(const struct command *command, int argc, char **argv)
{
    const struct action_kind *kind = action_find(command->name);
    const struct argp own = {.options = kind->options, .parser = action_parse_option};
    const struct argp_child children[] = {{&own, 0, NULL, 0}, {&connection_argp, 0, NULL, 0}, {0}};
    struct concordat_client *client;
    struct input input;
    char doc[2000];

    snprintf(doc, sizeof doc, "%s\v%s", kind->summary, kind->help);
    const struct argp argp = {
        .parser = parse_option, .args_doc = kind->arguments, .doc = doc, .children = children};
    action_start(&input.action, kind);
    argp_parse(&argp, argc, argv, 0, NULL, &input);
    input.options.receipt = kind->command == CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    enum exit_code code = connection_open(&input.options, false, &client);
    if (code == CODE_DONE)
        code = act(&input, client);
    concordat_client_close(&client);
    return code;
}
