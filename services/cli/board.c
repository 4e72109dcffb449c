/* board.c: `concordat board` and `concordat offers`. */
#include <stdlib.h>

#include "proto/keys/keys.h"
#include "proto/words/now.h"
#include "proto/words/program.h"
#include "services/cli/alarm.h"
#include "services/cli/command.h"
#include "services/desk/board.h"
#include "services/desk/show.h"
#include "services/terminal/connection.h"
#include "services/terminal/terminal.h"

enum {
    OPTION_WATCH = 0x280,
    OPTION_CLOSED,
    OPTION_HOOK,
    WATCH_SECONDS_MAX = 24 * 3600,
    REDRAW_MS = 15000,
    NEWS_PAUSE_MS = 1000,
    LEASE_SECONDS = 60, /* four redraws */
    PRESENCE_MS = 2000
};

struct board_input {
    struct connection_options options;
    bool with_closed;
    int watch_ms;
    struct alarm *alarm; /* of a board that is watched, borrowed; NULL: of offers */
};

static const struct argp_option board_options[] = {
    {"closed", OPTION_CLOSED, 0, 0, "Closed and withdrawn cases too", 0},
    {"watch", OPTION_WATCH, "SECONDS", 0, "Stay, and show it again whenever something changes", 0},
    {"hook", OPTION_HOOK, "COMMAND", 0,
     "With --watch: run for each case that rings, as a team's hook is for an offer; ended after a minute", 0},
    {0}};

static error_t parse_board_option(int key, char *argument, struct argp_state *state)
{
    struct board_input *input = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &input->options;
        return 0;
    case OPTION_CLOSED:
        input->with_closed = true;
        return 0;
    case OPTION_HOOK:
        input->alarm->hooks.command = argument;
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

static const Concordat__V1__Message *ask_for_board(const struct board_input *input,
                                                   struct concordat_client *client, enum exit_code *code)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetBoard question = CONCORDAT__V1__GET_BOARD__INIT;
    question.with_closed = input->with_closed;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &question;
    return connection_ask(&input->options, client, &request, code);
}

static void print_board(const struct board_input *input, const Concordat__V1__Message *message)
{
    struct terminal terminal;
    if (input->options.json || message->body_case != CONCORDAT__V1__MESSAGE__BODY_BOARD) {
        connection_print(&input->options, message);
        return;
    }
    terminal_open(&terminal, stdout);
    if (terminal.colour && input->watch_ms > 0)
        fputs("\033[H\033[2J", stdout);
    terminal_show_board(&terminal, message->board,
                        message->board->now_ms != 0 ? message->board->now_ms : now_wall_ms());
    fflush(stdout);
}

/* Waits for news, then a little longer, so that the screen is drawn once for several changes. */
static void await_change(struct concordat_client *client, int64_t until)
{
    int64_t now = now_monotonic_ms();
    int64_t redraw = now + REDRAW_MS < until ? now + REDRAW_MS : until;
    while (now < redraw) {
        if (concordat_client_next(client, (int)(redraw - now)) != NULL && redraw > now + NEWS_PAUSE_MS)
            redraw = now + NEWS_PAUSE_MS;
        now = now_monotonic_ms();
    }
}

/* A board that is watched says that its coordinator is there. The next redraw, or the end of the lease, tells
 * if that is no longer so; nobody waits for an answer. */
static void say_present(struct concordat_client *client, bool present)
{
    const Concordat__V1__Welcome *welcome = concordat_client_welcome(client);
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetPresence presence = CONCORDAT__V1__SET_PRESENCE__INIT;
    if (!welcome || welcome->role != CONCORDAT__V1__ROLE__ROLE_COORDINATOR)
        return;
    presence.present = present;
    presence.lease_seconds = present ? LEASE_SECONDS : 0;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE;
    request.set_presence = &presence;
    (void)concordat_client_request(client, &request, PRESENCE_MS);
}

/* The board that was shown last stays on the screen, although it is no longer as it is. */
static void tell_board_is_old(const struct board_input *input, int64_t shown_ms)
{
    struct terminal terminal;
    struct sheet sheet = {0};
    if (input->options.json)
        return;
    terminal_open(&terminal, stdout);
    show_as_of(&sheet, shown_ms, now_wall_ms());
    terminal_show(&terminal, &sheet);
}

static enum exit_code watch_board(struct board_input *input, struct concordat_client *client)
{
    int64_t until = now_monotonic_ms() + input->watch_ms;
    int64_t shown_ms = 0;
    enum exit_code code;
    for (;;) {
        const Concordat__V1__Message *message = ask_for_board(input, client, &code);
        if (!message) {
            tell_board_is_old(input, shown_ms);
            return code;
        }
        print_board(input, message);
        shown_ms = now_wall_ms();
        if (input->watch_ms > 0 && message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD)
            alarm_look(input->alarm, message->board, input->options.json ? NULL : stdout);
        if (code != CODE_DONE || now_monotonic_ms() >= until)
            break;
        say_present(client, true);
        await_change(client, until);
    }
    if (input->watch_ms > 0)
        say_present(client, false);
    return code;
}

enum exit_code command_board(const struct subcommand *command, int argc, char **argv)
{
    const struct argp_child children[] = {{&connection_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = board_options,
        .parser = parse_board_option,
        .children = children,
        .doc =
            "The cases that your key may see: a team's own, those of a coordinator's areas and of those that "
            "they cover, a source's, all of them for an inspector. At the top are those that somebody must act on now: held "
            "by nobody, held and not heard of by any person, a detention about to end, overdue; then the one whose time "
            "runs out first.\v"
            "\"Act by\" is when whoever holds the case must have been heard of; \"Seen by\" is the end of "
            "the national response time. \"Detained\" says by which section, and how long that lasts; NONE is an alarm. \"unheard 3\" means "
            "that three reminders were acknowledged by no person. While it is watched the bell rings for such cases, and "
            "the hook runs, until somebody types `concordat acknowledge CASE`, `mute` or `take`; and a coordinator counts as present.\n\n  "
            "concordat board\n  concordat board --watch 3600\n  concordat board --watch 3600 --hook 'ring-the-bell'"};
    static struct alarm alarm; /* larger than a stack frame should be */
    struct board_input input = {.alarm = &alarm};
    struct concordat_client *client;
    (void)command;
    program_take_options(&argp, argc, argv, 0, &input);
    enum exit_code code = connection_open(&input.options, input.watch_ms > 0, &client);
    if (code == CODE_DONE)
        code = watch_board(&input, client);
    connection_close(&input.options, &client);
    return code;
}

static enum exit_code print_offers(const struct board_input *input, struct concordat_client *client,
                                   const char *team)
{
    enum exit_code code;
    const Concordat__V1__Message *message = ask_for_board(input, client, &code);
    const Concordat__V1__Welcome *welcome = concordat_client_welcome(client);
    struct terminal terminal;
    struct sheet sheet = {0};
    if (!message)
        return code;
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD)
        board_keep_offers(message->board, team);
    if (input->options.json || message->body_case != CONCORDAT__V1__MESSAGE__BODY_BOARD) {
        connection_print(&input->options, message);
        return code;
    }
    board_show_offers(&sheet, message->board, welcome && welcome->of_name[0] ? welcome->of_name : team,
                      now_wall_ms());
    terminal_open(&terminal, stdout);
    terminal_show(&terminal, &sheet);
    return code;
}

enum exit_code command_offers(const struct subcommand *command, int argc, char **argv)
{
    const struct argp_child children[] = {{&connection_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.parser = parse_board_option,
                              .children = children,
                              .doc =
                                  "What your team is asked to take now, the shortest time to answer first.\v"
                                  "Answer with `concordat accept CASE MINUTES` or `concordat decline CASE "
                                  "REASON`.\n\n  concordat offers"};
    struct board_input input = {0};
    struct concordat_client *client;
    struct key key;
    char fault[300];
    (void)command;
    program_take_options(&argp, argc, argv, 0, &input);
    enum exit_code code = connection_open(&input.options, false, &client);
    if (code == CODE_DONE && keys_read(input.options.key, &key, fault, sizeof fault) != 0)
        code = terminal_failure(input.options.json, CODE_ENVIRONMENT, "%s", fault);
    if (code == CODE_DONE) {
        code = print_offers(&input, client, key.of);
        keys_wipe(&key);
    }
    connection_close(&input.options, &client);
    return code;
}
