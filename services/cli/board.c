/* board.c: `concordat board` and `concordat offers`. */
#include <stdlib.h>

#include "proto/keys/keys.h"
#include "services/cli/command.h"
#include "services/cli/connection.h"
#include "services/cli/show.h"

enum {
    OPTION_WATCH = 0x280,
    OPTION_CLOSED,
    WATCH_SECONDS_MAX = 24 * 3600,
    REDRAW_MS = 15000,
    NEWS_PAUSE_MS = 1000
};

struct input {
    struct connection_options options;
    bool with_closed;
    int watch_ms;
};

static const struct argp_option board_options[] = {
    {"closed", OPTION_CLOSED, 0, 0, "Closed and withdrawn cases too", 0},
    {"watch", OPTION_WATCH, "SECONDS", 0, "Stay, and show it again whenever something changes", 0},
    {0}};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &input->options;
        return 0;
    case OPTION_CLOSED:
        input->with_closed = true;
        return 0;
    case OPTION_WATCH: {
        int seconds = atoi(argument);
        if (seconds < 1 || seconds > WATCH_SECONDS_MAX)
            argp_error(state, "--watch takes a number of seconds up to %d", WATCH_SECONDS_MAX);
        input->watch_ms = seconds * 1000;
        return 0;
    }
    case ARGP_KEY_ARG:
        argp_error(state, "\"%.40s\" is too much", argument);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const Concordat__V1__Message *ask_board(const struct input *input, struct concordat_client *client,
                                               enum exit_code *code)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetBoard question = CONCORDAT__V1__GET_BOARD__INIT;

    question.with_closed = input->with_closed;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &question;
    return connection_ask(&input->options, client, &request, code);
}

static void print_board(const struct input *input, const Concordat__V1__Message *message)
{
    struct say say;

    say_open(&say, stdout);
    if (input->options.json || message->body_case != CONCORDAT__V1__MESSAGE__BODY_BOARD) {
        connection_print(&input->options, message);
        return;
    }
    if (message->board->now_ms != 0)
        say.now_ms = message->board->now_ms;
    if (say.colour && input->watch_ms > 0)
        fputs("\033[H\033[2J", stdout);
    show_board(&say, message->board);
    fflush(stdout);
}

/* Waits for news, then a little longer, so that a burst of them is one drawing. */
static void await_change(struct concordat_client *client, int64_t until)
{
    int64_t now = connection_monotonic_ms();
    int64_t redraw = now + REDRAW_MS < until ? now + REDRAW_MS : until;

    while (now < redraw) {
        if (concordat_client_next(client, (int)(redraw - now)) != NULL && redraw > now + NEWS_PAUSE_MS)
            redraw = now + NEWS_PAUSE_MS;
        now = connection_monotonic_ms();
    }
}

static enum exit_code show(const struct input *input, struct concordat_client *client)
{
    int64_t until = connection_monotonic_ms() + input->watch_ms;
    enum exit_code code;

    for (;;) {
        const Concordat__V1__Message *message = ask_board(input, client, &code);
        if (!message)
            return code;
        print_board(input, message);
        if (code != CODE_DONE || connection_monotonic_ms() >= until)
            return code;
        await_change(client, until);
    }
}

enum exit_code command_board(const struct command *command, int argc, char **argv)
{
    const struct argp_child children[] = {{&connection_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = board_options,
        .parser = parse_option,
        .children = children,
        .doc = "The cases that your key may see: a team's own, a coordinator's, a source's, all of them for "
               "an auditor. "
               "The one whose time runs out first is at the top.\v"
               "\"Act by\" is when whoever holds the case must have been heard of; \"Seen by\" is the end of "
               "the "
               "national response time.\n\n  concordat board\n  concordat board --watch 3600"};
    struct input input = {0};
    struct concordat_client *client;

    (void)command;
    argp_parse(&argp, argc, argv, 0, NULL, &input);
    enum exit_code code = connection_open(&input.options, input.watch_ms > 0, &client);
    if (code == CODE_DONE)
        code = show(&input, client);
    concordat_client_close(&client);
    return code;
}

/* Leaves only the live offers to the team. The board is the client's, and ours until its next call. */
static void keep_offers(Concordat__V1__Board *board, const char *team)
{
    size_t kept = 0;

    for (size_t i = 0; i < board->n_cases; i++)
        if (show_is_offered_to(board->cases[i], team))
            board->cases[kept++] = board->cases[i];
    board->n_cases = kept;
}

static enum exit_code offers(const struct input *input, struct concordat_client *client, const char *team)
{
    enum exit_code code;
    const Concordat__V1__Message *message = ask_board(input, client, &code);
    struct say say;

    if (!message)
        return code;
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD)
        keep_offers(message->board, team);
    say_open(&say, stdout);
    if (input->options.json || message->body_case != CONCORDAT__V1__MESSAGE__BODY_BOARD)
        connection_print(&input->options, message);
    else
        show_offers(&say, message->board, team);
    return code;
}

enum exit_code command_offers(const struct command *command, int argc, char **argv)
{
    const struct argp_child children[] = {{&connection_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.parser = parse_option,
                              .children = children,
                              .doc =
                                  "What your team is asked to take now, the shortest time to answer first.\v"
                                  "Answer with `concordat accept CASE MINUTES` or `concordat decline CASE "
                                  "REASON`.\n\n  concordat offers"};
    struct input input = {0};
    struct concordat_client *client;
    struct key key;
    char fault[300];

    (void)command;
    argp_parse(&argp, argc, argv, 0, NULL, &input);
    enum exit_code code = connection_open(&input.options, false, &client);
    if (code == CODE_DONE && keys_read(input.options.key, &key, fault, sizeof fault) != 0)
        code = say_failure(input.options.json, CODE_ENVIRONMENT, "%s", fault);
    if (code == CODE_DONE) {
        code = offers(&input, client, key.of);
        keys_wipe(&key);
    }
    concordat_client_close(&client);
    return code;
}
