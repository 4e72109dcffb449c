/* main.c: `concordat-team`: options, and the loop over the server, the keyboard and signals. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/words/now.h"
#include "proto/words/program.h"
#include "services/team/team.h"

enum { OPTION_CAPACITY = 0x280, OPTION_HOOK, OPTION_HOOK_ALL, OPTION_ABSENT, OPTION_LEASE };
enum { LINE_BYTES = 1024, LEASE_SECONDS_DEFAULT = 60, LEASE_SECONDS_MIN = 3, LEASE_SECONDS_MAX = 3600 };

static const char doc[] =
    "A crisis team's device: says that the team is there and what it has room for, shows each offer with the "
    "time left to answer, and takes the answers that are typed.\v"
    "Type `help` for what can be typed, such as:\n\n"
    "  accept R-0412 20\n  decline R-0412 no-capacity\n  travelling R-0412 15\n  arrived R-0412\n"
    "  contact R-0412 face-to-face\n  close R-0412 crisis-home-treatment\n\n"
    "`as p117` says who is at the keyboard from now on, as --as does.\n\n"
    "A hook is run by sh for each offer, and for each change of a case that your team is asked about or has (CONCORDAT_EVENT is then changed), with the offer or status as JSON on standard input and CONCORDAT_EVENT, "
    "_NUMBER, _REFERRAL, _ATTEMPT, _EXPIRES_MS, _URGENCY and _SOURCE in its environment. It may answer by "
    "itself.\n\n"
    "Stops on `quit`, SIGTERM or Ctrl-C, and says that the team's device has gone.\n\n"
    "Exit codes:\n"
    "    0  stopped as asked\n"
    "  100  an option or a key is wrong\n"
    "  101  a bug: an assertion failed\n"
    "  111  no connection could be set up\n\n"
    "Examples:\n"
    "  concordat-team --capacity 3\n"
    "  concordat-team --capacity 3 --hook \\\n"
    "    'concordat accept $CONCORDAT_REFERRAL 20 --attempt $CONCORDAT_ATTEMPT'";

static const struct argp_option options[] = {
    {"capacity", OPTION_CAPACITY, "N", 0, "How many more people the team could see now", 0},
    {"hook", OPTION_HOOK, "COMMAND", 0,
     "Run for each offer and change; ended if it still runs after a minute", 0},
    {"hook-all", OPTION_HOOK_ALL, 0, 0, "Run the hook for the end of offers and for news of cases too", 0},
    {"absent", OPTION_ABSENT, 0, 0, "Do not say that the team is there until `present` is typed", 0},
    {"lease", OPTION_LEASE, "SECONDS", 0, "How long the team counts as there without a word (60)", 0},
    {0}};

static unsigned read_option_number(struct argp_state *state, const char *what, const char *text, unsigned min,
                                   unsigned max)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || text[0] == '-' || value < min || value > max)
        argp_error(state, "%s is a whole number from %u to %u", what, min, max);
    return (unsigned)value;
}

static error_t parse_team_option(int key, char *argument, struct argp_state *state)
{
    struct team_device *team = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        team->present = true;
        team->lease_seconds = LEASE_SECONDS_DEFAULT;
        state->child_inputs[0] = &team->options;
        return 0;
    case OPTION_CAPACITY:
        team->capacity = read_option_number(state, "--capacity", argument, 0, 1000);
        team->capacity_to_say = true;
        return 0;
    case OPTION_HOOK:
        team->hooks.command = argument;
        return 0;
    case OPTION_HOOK_ALL:
        team->hook_all = true;
        return 0;
    case OPTION_ABSENT:
        team->present = false;
        return 0;
    case OPTION_LEASE:
        team->lease_seconds =
            read_option_number(state, "--lease", argument, LEASE_SECONDS_MIN, LEASE_SECONDS_MAX);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void device_on_signals(struct team_device *team, int signals)
{
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGCHLD)
            hooks_reap(&team->hooks, team_report_hook, team);
        else
            team->stop = true;
}

/* Reads what was typed and carries out whole lines. False at the end of the input. */
static bool device_on_input(struct team_device *team, char line[LINE_BYTES], size_t *used)
{
    ssize_t size = read(STDIN_FILENO, line + *used, LINE_BYTES - 1 - *used);
    char *end;
    if (size <= 0)
        return size < 0 && (errno == EINTR || errno == EAGAIN);
    *used += (size_t)size;
    line[*used] = '\0';
    while ((end = memchr(line, '\n', *used)) != NULL) {
        size_t length = (size_t)(end + 1 - line);
        *end = '\0';
        team_typed(team, line);
        memmove(line, end + 1, *used - length + 1);
        *used -= length;
    }
    if (*used == LINE_BYTES - 1) {
        display_note(&team->display, "fault", "that line is too long");
        *used = 0;
    }
    return true;
}

/* At the end of the input a person's session ends; a service without a keyboard goes on. */
static void device_run(struct team_device *team, int signals)
{
    bool input_open = true;
    size_t used = 0;
    char line[LINE_BYTES];
    while (!team->stop) {
        zmq_pollitem_t items[] = {{.fd = signals, .events = ZMQ_POLLIN},
                                  {.socket = concordat_client_socket(team->client), .events = ZMQ_POLLIN},
                                  {.fd = STDIN_FILENO, .events = ZMQ_POLLIN}};
        if (zmq_poll(items, input_open ? 3 : 2, team_patience_ms(team)) < 0 && errno != EINTR)
            break;
        device_on_signals(team, signals);
        hooks_end_late(&team->hooks, now_monotonic_ms(), team_report_hook, team);
        if (input_open && items[2].revents != 0) {
            input_open = device_on_input(team, line, &used);
            if (!input_open && isatty(STDIN_FILENO) == 1)
                team->stop = true;
        }
        team_turn(team);
        if (ferror(stdout))
            team->stop = true;
    }
    team_leave(team);
}

/* Signals are blocked before any thread starts, so that they come by the descriptor only. */
static int device_open_signals(void)
{
    sigset_t wanted;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGHUP);
    sigaddset(&wanted, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &wanted, NULL) != 0)
        return -1;
    return signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

static enum exit_code device_open(struct team_device *team)
{
    struct key key;
    char fault[300];
    team->options.lost = team_report_loss;
    team->options.lost_context = team;
    enum exit_code code = connection_open(&team->options, true, &team->client);
    if (code != CODE_DONE)
        return code;
    if (keys_read(team->options.key, &key, fault, sizeof fault) != 0)
        return terminal_failure(team->options.json, CODE_USAGE, "%s", fault);
    snprintf(team->name, sizeof team->name, "%s", key.of);
    keys_wipe(&key);
    display_open(&team->display, stdout, team->options.json, team->options.ring, &team->options.people);
    return CODE_DONE;
}

int main(int argc, char **argv)
{
    static struct team_device team;
    const struct argp_child children[] = {{&connection_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = options, .parser = parse_team_option, .doc = doc, .children = children};
    enum exit_code code;
    argp_program_version = "concordat-team " CONCORDAT_VERSION;
    program_begin();
    argp_err_exit_status = CODE_USAGE;
    program_take_options(&argp, argc, argv, 0, &team);
    int signals = device_open_signals();
    if (signals < 0)
        return (int)terminal_failure(team.options.json, CODE_ENVIRONMENT, "signals: %s", strerror(errno));
    code = device_open(&team);
    if (code == CODE_DONE)
        device_run(&team, signals);
    connection_close(&team.options, &team.client);
    close(signals);
    return code == CODE_DONE && ferror(stdout) ? CODE_ENVIRONMENT : (int)code;
}
