/* act.c: every subcommand that is one action on a case: accept, close, status and so on. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/program.h"
#include "services/cli/command.h"
#include "services/cli/router_status.h"
#include "services/desk/told.h"
#include "services/terminal/connection.h"
#include "services/terminal/router_answer.h"
#include "services/terminal/terminal.h"
#include "services/terminal/typed_action.h"

struct act_input {
    struct typed_action typed;
    struct connection_options options;
};

static error_t parse_act_option(int key, char *argument, struct argp_state *state)
{
    struct act_input *input = state->input;
    (void)argument;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    state->child_inputs[0] = &input->typed;
    state->child_inputs[1] = &input->options;
    return 0;
}

/* Says what will be gone, and asks once more. Nothing of this is the answer, so it goes to standard error. */
static enum exit_code confirm_erasure(struct act_input *input, struct concordat_client *client)
{
    struct action *action = &input->typed.action;
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStatus question = CONCORDAT__V1__GET_STATUS__INIT;
    struct showing showing = connection_showing(&input->options);
    struct terminal terminal;
    struct sheet sheet = {0};
    enum exit_code code;
    char line[16] = "";
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &question;
    question.referral = (ProtobufCBinaryData){.len = WIRE_ID_BYTES, .data = action->id};
    const Concordat__V1__Message *message = connection_ask(&input->options, client, &request, &code);
    if (message && code == CODE_REFUSED)
        connection_print(&input->options, message);
    if (code != CODE_DONE)
        return code;
    terminal_open(&terminal, stderr);
    show_erasure_plan(&sheet, told_status(message), input->options.person, &action->body.erase, &showing);
    terminal_show(&terminal, &sheet);
    if (isatty(STDIN_FILENO) != 1)
        return terminal_failure(
            input->options.json, CODE_USAGE,
            "nothing was erased: nobody can be asked here. Say --yes if it is to be done.");
    fputs("Type yes to erase it: ", stderr);
    if (fgets(line, sizeof line, stdin) && strcmp(line, "yes\n") == 0)
        return CODE_DONE;
    return terminal_failure(input->options.json, CODE_REFUSED, "nothing was erased.");
}

/* An intake saves it and brings it to the router. */
static bool act_is_delivered(const struct action_kind *kind)
{
    return kind->command == CONCORDAT__V1__REQUEST__COMMAND_WITHDRAW ||
           kind->command == CONCORDAT__V1__REQUEST__COMMAND_REOPEN;
}

static enum exit_code act_on_case(struct act_input *input, struct concordat_client *client)
{
    struct action *action = &input->typed.action;
    const Concordat__V1__Message *message;
    if (action->kind->needs_person && input->options.person[0] == '\0')
        return terminal_failure(input->options.json, CODE_USAGE,
                                "nothing was done: say who you are, by your own id: --as, such as --as p117");
    enum exit_code code = connection_resolve(&input->options, client, action);
    if (code == CODE_DONE && action->kind->is_final && !action->confirmed)
        code = confirm_erasure(input, client);
    if (code != CODE_DONE)
        return code;
    struct router_answer settled = {0};
    message = act_is_delivered(action->kind)
                  ? router_answer_ask(&settled, &input->options, client, &action->request, action->id, &code)
                  : connection_ask(&input->options, client, &action->request, &code);
    if (message)
        connection_print(&input->options, message);
    router_answer_close(&settled);
    if (!message)
        return code;
    if (action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS)
        connection_tell_shown(&input->options, client, message);
    return code;
}

static void describe_action(const struct action_kind *kind, char *doc, size_t size)
{
    char help[ACTION_HELP_BYTES];
    const char *line = kind->examples;
    action_help(kind, help);
    int used = snprintf(doc, size, "%s\v%s%s", kind->summary, help, help[0] != '\0' ? "\n\n" : "");
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        bool last = line[length] == '\0';
        assert((size_t)used < size);
        used += snprintf(doc + used, size - (size_t)used, "  concordat %.*s%s", (int)length, line,
                         last ? "" : "\n");
        line += length + !last;
    }
}

enum exit_code command_act(const struct subcommand *command, int argc, char **argv)
{
    const struct action_kind *kind = action_find(command->name);
    struct concordat_client *client;
    bool asks = kind->command == CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    struct act_input input;
    char doc[2000];
    const struct argp_child children[] = {{&input.typed.argp, 0, NULL, 0},
                                          {&connection_argp, 0, NULL, 0},
                                          {asks ? &router_status_argp : NULL, 0, NULL, 0},
                                          {0}};
    const struct argp argp = {
        .parser = parse_act_option, .args_doc = kind->arguments, .doc = doc, .children = children};
    describe_action(kind, doc, sizeof doc);
    typed_action_start(&input.typed, kind);
    program_take_options(&argp, argc, argv, 0, &input);
    input.options.command = kind->name;
    input.options.receipt = asks;
    enum exit_code code = connection_open(&input.options, act_is_delivered(kind), &client);
    if (code == CODE_DONE)
        code = act_on_case(&input, client);
    connection_close(&input.options, &client);
    return code;
}
