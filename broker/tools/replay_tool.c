/* replay_tool.c: concordat-replay: whether every event follows from those before it by the router's own
 * rules.
 *
 * It has the core that made the events, so that other programs need not: they start it and read what it says.
 * What it reads may come from anybody. Lengths are bounded before anything is unpacked, and the two parsers
 * behind it are fuzzed (tests/fuzz: event, ledger).
 */
#include <argp.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "broker/core/state_check.h"
#include "broker/tools/replaying.h"
#include "proto/wire/delimited.h"
#include "proto/wire/wire.h"
#include "proto/words/program.h"
#include "proto/words/words.h"

enum { QUIET_NICE = 19 /* the least */ };

const char *argp_program_version = "concordat-replay " CONCORDAT_VERSION;

struct replay_options {
    const char *source; /* a ledger's path, or "-" */
    uint64_t until;
};

static const struct argp_option replay_option_list[] = {
    {"until", 'u', "NUMBER", 0, "Stop after this event, and tell the state as of then", 0},
    {"quietly", 'q', NULL, 0,
     "Run with the least priority, and end with the program that started this one: for a replay beside a "
     "router at work",
     0},
    {0}};

static const char replay_doc[] =
    "Replays the events of a ledger and tells whether each follows from those before it by the router's own "
    "rules: its number, its time, whether it may come in that state of the case, and whose the case is then. "
    "LEDGER is a ledger's file, or the address of servers that keep it (postgresql://...); it may be in use, "
    "and nothing in it is changed. With - in its place the events are read from standard input, each behind "
    "its length as protobuf's delimited streams have it."
    "\vPrints one JSON object: follows (true or false); events, how many were replayed; first, last and "
    "last_at, the number of the first and the last of them and the time of the last; chain, the chain value of "
    "the last; state_digest, the BLAKE2b-256 of the state that they come to; cases, how many are open, held "
    "(of those open) and ended; policy, the digest of the policy in force; and contradiction, the first event "
    "that does not follow and why; and difference, the first event by which the router said of its state, at a "
    "start or a snapshot, what these events do not come to, or of which the ledger's file has other copies (time, kind, "
    "referral: of_copy is true) than stand in it, and what that means. What is not known is null: after a "
    "contradiction, the state.\n\n"
    "Exit codes:\n"
    "    0  every event follows, and the router lived by the state that they come to\n"
    "    1  an event does not follow, or is not what was written, or the router lived by another state\n"
    "  100  an option is wrong\n"
    "  101  a bug: an assertion failed\n"
    "  111  the events cannot be read, or memory is short\n\n"
    "Examples:\n"
    "  concordat-replay /var/lib/concordat/ledger.db\n"
    "  concordat-replay --until 1200 ledger.db";

/* Each of these is a courtesy: without it the replay is as good. */
static void be_quiet(void)
{
    const struct sched_param idle = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpriority(PRIO_PROCESS, 0, QUIET_NICE);
    sched_setscheduler(0, SCHED_IDLE, &idle); /* for the disk too */
}

static error_t parse_replay_option(int key, char *value, struct argp_state *state)
{
    struct replay_options *options = state->input;
    char *end = NULL;
    switch (key) {
    case 'u':
        errno = 0;
        options->until = strtoull(value, &end, 10);
        if (errno || *end || *value < '0' || *value > '9' || options->until == 0)
            argp_error(state, "--until takes an event's number, from 1");
        return 0;
    case 'q':
        be_quiet();
        return 0;
    case ARGP_KEY_ARG:
        if (options->source)
            argp_error(state, "\"%.40s\" is too much: there is one ledger", value);
        options->source = value;
        return 0;
    case ARGP_KEY_END:
        if (!options->source)
            argp_error(state, "say which ledger, or - for standard input");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum exit_code fail_tool(const char *message)
{
    fprintf(stderr, "concordat-replay: %s\n", message);
    return CODE_ENVIRONMENT;
}

static enum exit_code replay_stream(struct replay_run *run, FILE *in)
{
    struct delimited stream = {.in = in};
    enum delimited_result result = DELIMITED_MESSAGE;
    while (replay_run_goes_on(run) &&
           (result = delimited_read(&stream, WIRE_EVENT_BYTES_MAX)) == DELIMITED_MESSAGE)
        replay_run_event(run, stream.bytes, stream.size, NULL);
    enum exit_code code = CODE_DONE;
    if (result == DELIMITED_MALFORMED)
        replay_run_contradict(run, "the stream is cut short in it, or it is longer than an event may be");
    else if (result == DELIMITED_FAILED)
        code = fail_tool("standard input cannot be read, or memory is short");
    delimited_close(&stream);
    return code;
}

/* --- the verdict ------------------------------------------------------------------------------------ */

/* NULL, which jansson's s? takes as null, for what is not known. */
static const char *hex_or_null(bool known, const uint8_t *bytes, size_t size, char *hex)
{
    return known ? sodium_bin2hex(hex, 2 * size + 1, bytes, size) : NULL;
}

static json_t *number_or_null(bool known, uint64_t number)
{
    return known ? json_integer((json_int_t)number) : json_null();
}

static json_t *describe_cases(const struct replay_run *run)
{
    const struct counters *counters = &run->state->counters;
    if (run->contradicted)
        return json_null();
    return json_pack("{s:I, s:I, s:I}", "open", (json_int_t)counters->open_count, "held",
                     (json_int_t)counters->held_count, "ended", (json_int_t)run->state->ended.count);
}

static json_t *describe_contradiction(const struct replay_run *run)
{
    if (!run->contradicted)
        return json_null();
    return json_pack("{s:I, s:s}", "event", (json_int_t)(run->last + 1), "text", run->why);
}

static json_t *describe_difference(const struct replay_run *run)
{
    bool of_copy;
    const struct replay_difference differs = replay_run_differs(run, &of_copy);
    if (!differs.seq)
        return json_null();
    return json_pack("{s:I, s:b, s:s}", "event", (json_int_t)differs.seq, "of_copy", of_copy, "text",
                     differs.text);
}

static json_t *describe_run(const struct replay_run *run)
{
    static const uint8_t no_policy[POLICY_DIGEST_BYTES];
    const uint8_t *policy = run->state->counters.policy_digest;
    uint8_t digest[STATE_DIGEST_BYTES];
    char at[TIME_TEXT_BYTES], chain_hex[2 * CHAIN_BYTES + 1], digest_hex[2 * STATE_DIGEST_BYTES + 1],
        policy_hex[2 * POLICY_DIGEST_BYTES + 1];
    bool any = run->last > 0, has_policy = memcmp(policy, no_policy, sizeof no_policy) != 0;
    words_time(run->last_ms, at);
    assert(run->contradicted || !state_check(run->state)); /* what follows also adds up */
    if (!run->contradicted)
        replay_digest(run->state, digest);
    return json_pack("{s:b, s:I, s:o, s:o, s:s?, s:s, s:s?, s:o, s:s?, s:o, s:o}", "follows",
                     !run->contradicted, "events", (json_int_t)run->last, "first", number_or_null(any, 1),
                     "last", number_or_null(any, run->last), "last_at", any ? at : NULL, "chain",
                     hex_or_null(true, run->chain, sizeof run->chain, chain_hex), "state_digest",
                     hex_or_null(!run->contradicted, digest, sizeof digest, digest_hex), "cases",
                     describe_cases(run), "policy",
                     hex_or_null(!run->contradicted && has_policy, policy, POLICY_DIGEST_BYTES, policy_hex),
                     "contradiction", describe_contradiction(run), "difference", describe_difference(run));
}

static enum exit_code print_verdict(const struct replay_run *run)
{
    json_t *verdict = describe_run(run);
    bool of_copy, printed = verdict && json_dumpf(verdict, stdout, JSON_INDENT(2)) == 0 &&
                            putchar('\n') != EOF && fflush(stdout) == 0;
    json_decref(verdict);
    if (!printed)
        return fail_tool("the verdict cannot be printed");
    return run->contradicted || replay_run_differs(run, &of_copy).seq ? CODE_REFUSED : CODE_DONE;
}

static enum exit_code replay_source(struct replay_run *run, const char *source)
{
    bool streams = strcmp(source, "-") == 0;
    enum exit_code code = streams ? replay_stream(run, stdin) : replay_run_ledger(run, source);
    if (run->no_memory)
        return fail_tool("not enough memory");
    if (code != CODE_DONE && !streams)
        return fail_tool(run->why);
    return code == CODE_DONE ? print_verdict(run) : code;
}

int main(int argc, char **argv)
{
    const struct argp argp = {.options = replay_option_list,
                              .parser = parse_replay_option,
                              .args_doc = "LEDGER|-",
                              .doc = replay_doc};
    struct replay_options options = {.until = UINT64_MAX};
    program_begin();
    argp_err_exit_status = CODE_USAGE;
    program_take_options(&argp, argc, argv, 0, &options);
    if (sodium_init() < 0)
        return (int)fail_tool("no source of random numbers");
    struct replay_run run;
    bool is_open = replay_run_open(&run, options.until);
    enum exit_code code = is_open ? replay_source(&run, options.source) : fail_tool("not enough memory");
    replay_run_close(&run);
    return (int)code;
}
