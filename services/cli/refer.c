/* refer.c: `concordat refer` and `concordat update`: a referral is sent, and the answer says who holds the
 * case. */
#include <stdlib.h>
#include <string.h>

#include "proto/keys/keys.h"
#include "proto/words/now.h"
#include "proto/words/program.h"
#include "proto/words/spoken_time.h"
#include "proto/words/words.h"
#include "services/cli/command.h"
#include "services/cli/referral_input.h"
#include "services/desk/referral_fields.h"
#include "services/desk/told.h"
#include "services/terminal/connection.h"
#include "services/terminal/router_answer.h"
#include "services/terminal/terminal.h"

enum { CLEAR_MAX = 32 };
enum {
    OPTION_WAIT = 0x280,
    OPTION_FOLLOWS,
    OPTION_CLEAR,
    OPTION_FOR,
    OPTION_RANG_AT,
    WAIT_SECONDS_MAX = 24 * 3600
};

struct refer_input {
    struct referral_input referral;
    struct connection_options options;
    const char *case_text; /* update only */
    const char *path;
    char clear[CLEAR_MAX][REFERRAL_PATH_BYTES]; /* update only: what is taken away */
    size_t clear_count;
    const char *follows;  /* refer only: the number of the earlier case; NULL: none */
    const char *for_whom; /* refer only: the source that rang the coordinator; NULL: none did */
    int64_t rang_ms;      /* when they rang; 0: now */
    int wait_ms;          /* until a team has accepted */
    bool in_haste;        /* not even until the router has answered */
    bool is_update;
};

static const char refer_doc[] =
    "Refer a person. RECEIVED means that it is with the router and somebody holds it; SAVED that it is on the "
    "intake's disk, and that the router has not answered as soon as usual.\v"
    "Only a number to call back is needed. Type the rest as you would write it: about 30, yesterday 22:15, "
    "male, Polish. What is not understood goes along as you typed it, and holds nothing up. Options are laid "
    "over FILE.json, which is {\"referral\": {...}, \"confidential\": {...}} in the names of the protocol; - is "
    "standard input.\n\n"
    "Everybody on the same machine can see a command line. What identifies a person is therefore taken from "
    "FILE.json, from a file of its own (@FILE), or line by line from standard input (-). --callback and "
    "--postcode are taken on the command line too, so that a person is referred in one line: give a number at "
    "work, and ZX1 rather than ZX1 2AB. The facts of a referral are codes and ids, because they are kept for "
    "ever; words in their place are moved to the confidential part, and you are told.\n\n"
    "  concordat refer --source street-triage --callback '07700 900123' --postcode ZX1 "
    "--urgency very-urgent --age 'about 30' --section-136 --section-136-at 03:05 --wait 60\n"
    "  concordat refer street-triage.json --wait 120\n"
    "  concordat refer street-triage.json --narrative @narrative.txt\n"
    "  concordat refer - < emergency-department.json\n"
    "  concordat refer --for street-triage-1 --rang-at 14:05 --callback '07700 900123' --postcode ZX1";
static const char update_doc[] =
    "Say what is new of a referral; the rest stays as it was. Whoever is asked or holds the case is told what changed.\v"
    "What was told wrongly and is not so is taken away with --clear: the name of an option here, such as "
    "section-136, or a field of the protocol, such as legal or confidential.address. A list that is given, such as "
    "--needs, replaces the one before. `concordat show` says what is known.\n\n"
    "  concordat update R-0412 --age 15 --urgency emergency\n"
    "  concordat update R-0412 --scene not-safe --narrative @narrative.txt\n"
    "  concordat update R-0412 --clear section-136";

static const struct argp_option refer_options[] = {
    {"wait", OPTION_WAIT, "SECONDS", 0,
     "Stay, and print each change until a team has accepted; "
     "0: do not even wait for the router's answer",
     1},
    {"follows", OPTION_FOLLOWS, "CASE", 0,
     "Help is needed again after CASE, such as R-0400, has "
     "ended: both are linked",
     1},
    {"for", OPTION_FOR, "SOURCE", 0,
     "Of a duty coordinator: who telephoned it, by the name of "
     "their key, which can then read it; unknown: nobody known here",
     1},
    {"rang-at", OPTION_RANG_AT, "TIME", 0,
     "With --for: when they rang, such as 14:05; it counts as "
     "received then. Left out, it is now",
     1},
    {0}};

static const struct argp_option update_options[] = {
    {"clear", OPTION_CLEAR, "FIELD", 0, "Taken away: it was told, and is not so. Can be given several times",
     1},
    {0}};

static void add_clear(struct argp_state *state, struct refer_input *input, const char *text)
{
    if (input->clear_count == CLEAR_MAX)
        argp_error(state, "--clear: at most %d fields at once", CLEAR_MAX);
    else if (!referral_field_path(text, input->clear[input->clear_count]))
        argp_error(state, "--clear: \"%.60s\" is no field; name an option such as section-136 or needs",
                   text);
    else
        input->clear_count++;
}

/* A time that cannot be read goes along as it was typed. */
static void set_rang_at(struct refer_input *input, const char *text)
{
    int64_t rang_ms;
    if (spoken_time_read(text, now_wall_ms(), &rang_ms))
        input->rang_ms = rang_ms;
    else
        json_object_set_new(input->referral.given, "Rang at", json_string(text));
}

static void set_refer_wait(struct argp_state *state, struct refer_input *input, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0 && seconds <= WAIT_SECONDS_MAX))
        argp_error(state, "--wait takes a number of seconds up to %d", WAIT_SECONDS_MAX);
    else
        input->wait_ms = (int)(seconds * 1000);
    input->in_haste = input->wait_ms == 0;
}

static error_t parse_refer_option(int key, char *argument, struct argp_state *state)
{
    struct refer_input *input = state->input;
    const char **next = input->is_update && input->case_text == NULL ? &input->case_text : &input->path;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &input->referral;
        state->child_inputs[1] = &input->options;
        return 0;
    case OPTION_WAIT:
        set_refer_wait(state, input, argument);
        return 0;
    case OPTION_FOLLOWS:
        input->follows = argument;
        return 0;
    case OPTION_FOR:
        input->for_whom = argument;
        return 0;
    case OPTION_RANG_AT:
        set_rang_at(input, argument);
        return 0;
    case OPTION_CLEAR:
        add_clear(state, input, argument);
        return 0;
    case ARGP_KEY_ARG:
        if (*next)
            argp_error(state, "one file only");
        *next = argument;
        return 0;
    case ARGP_KEY_END:
        if (input->is_update && !input->case_text)
            argp_error(state, "say which case, such as R-0412");
        if (!input->is_update && !input->path && json_object_size(input->referral.given) == 0)
            argp_error(state, "say a file, or at least --callback NUMBER");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* If the command line cannot be taken, argp says why and ends the program; this says whom to ring. */
static bool is_parsing;
static void refer_tell_ring(int status, void *setting)
{
    (void)setting;
    if (is_parsing && status == CODE_USAGE)
        fprintf(stderr, "Nothing was sent. If a person is waiting, ring %s.\n",
                show_fallback_ring(getenv("CONCORDAT_RING")));
}

static void parse_refer(struct refer_input *input, const struct argp_option *own, const char *arguments,
                        const char *doc, int argc, char **argv)
{
    const struct argp_child children[] = {
        {referral_input_argp(), 0, NULL, 0}, {&connection_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = own,
                              .parser = parse_refer_option,
                              .args_doc = arguments,
                              .doc = doc,
                              .children = children};
    is_parsing = on_exit(refer_tell_ring, NULL) == 0;
    program_take_options(&argp, argc, argv, 0, input);
    is_parsing = false;
    input->options.command = input->is_update ? "update" : "refer";
    input->options.receipt = true;
}

/* The news that a saved referral was received is shown to a person as an answer, to a program as any other
 * news. */
static void print_received(const struct refer_input *input, const Concordat__V1__Message *news)
{
    struct showing showing = connection_showing(&input->options);
    struct terminal terminal;
    struct sheet sheet = {0};
    if (input->options.json) {
        connection_print(&input->options, news);
        return;
    }
    show_received(&sheet, news->status, &showing);
    terminal_open(&terminal, stdout);
    terminal_show(&terminal, &sheet);
    fflush(stdout);
}

static void wait_for_news(const struct refer_input *input, struct concordat_client *client,
                          struct told_case *told)
{
    int64_t until = now_monotonic_ms() + input->wait_ms;
    while (!told->accepted) {
        int64_t left = until - now_monotonic_ms();
        if (left <= 0)
            break;
        const Concordat__V1__Message *message = concordat_client_next(client, (int)left);
        bool first = !told->received;
        if (!message || !told_case_concerns(told, message) || !told_case_note(told, message->status))
            continue;
        if (first)
            print_received(input, message);
        else
            connection_print(&input->options, message);
        connection_tell_shown(&input->options, client, message);
    }
    if (!told->accepted && !input->options.json)
        printf("No team has accepted it within %g s. `concordat status` says how it stands.\n",
               input->wait_ms / 1000.0);
}

/* A program that reads the JSON has only that on standard output. */
static void tell_reading(const struct refer_input *input, const struct referral_reading *reading)
{
    char words[READING_WORDS_BYTES];
    referral_reading_words(reading, words);
    if (words[0] != '\0')
        fprintf(input->options.json ? stderr : stdout, "%s\n", words);
}

/* Reads the referral. The device's key names the source, if the referral does not. Without a referral that
 * can be read the person is told whom to ring. */
static ProtobufCMessage *refer_read(const struct refer_input *input, const char *id,
                                    const ProtobufCMessageDescriptor *descriptor, struct arena *arena)
{
    struct referral_reading reading;
    struct wire_fault fault;
    struct key key = {0};
    char ignored[200];
    const char *path = input->options.key;
    bool has_key = path && keys_read(path, &key, ignored, sizeof ignored) == 0;
    bool is_of_source = has_key && key.role != CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
    const struct referral_sources from = {.path = input->path, .id = id, .of = is_of_source ? key.of : NULL};
    ProtobufCMessage *read =
        referral_input_read(&input->referral, &from, descriptor, arena, &reading, &fault);
    keys_wipe(&key);
    if (read)
        tell_reading(input, &reading);
    else
        terminal_failure(input->options.json, CODE_USAGE,
                         "%s. Nothing was sent. If a person is waiting, ring %s.", fault.text,
                         show_fallback_ring(input->options.ring));
    return read;
}

static enum exit_code refer_and_wait(const struct refer_input *input, struct concordat_client *client,
                                     struct router_answer *settled, Concordat__V1__Submit *submit)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    struct told_case told = {0};
    char id[UUID_TEXT_BYTES];
    enum exit_code code;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = submit;
    memcpy(told.id, submit->referral->id.data, WIRE_ID_BYTES);
    words_uuid(told.id, id);
    const Concordat__V1__Message *message =
        input->in_haste ? connection_ask(&input->options, client, &request, &code)
                        : router_answer_ask(settled, &input->options, client, &request, told.id, &code);
    if (!message) {
        if (code == CODE_NO_ANSWER)
            fprintf(stderr, "concordat: to send it again so that it is not taken twice, add: --id %s\n", id);
        return code;
    }
    connection_print(&input->options, message);
    if (code != CODE_DONE || message->body_case != CONCORDAT__V1__MESSAGE__BODY_ANSWER)
        return code;
    if (message->answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_RECEIVED &&
        message->answer->status != NULL) {
        (void)told_case_note(&told, message->answer->status);
        connection_tell_shown(&input->options, client, message);
    } else if (!input->options.json) {
        printf("%-10s%s\n", "Id", id);
    }
    if (input->wait_ms > 0)
        wait_for_news(input, client, &told);
    return code;
}

/* The parts that a referral has beside what is told about a person. */
static void refer_complete(const struct refer_input *input, Concordat__V1__Submit *submit,
                           Concordat__V1__Telephoned *telephoned, Concordat__V1__Instant *rang)
{
    if (input->follows)
        submit->follows = (char *)(uintptr_t)input->follows;
    if (!input->for_whom)
        return;
    concordat__v1__telephoned__init(telephoned);
    concordat__v1__instant__init(rang);
    rang->unix_ms = input->rang_ms;
    rang->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    if (input->rang_ms)
        telephoned->rang = rang;
    if (strcmp(input->for_whom, "unknown") != 0)
        telephoned->on_behalf_of = (char *)(uintptr_t)input->for_whom;
    submit->telephoned = telephoned;
}

enum exit_code command_refer(const struct subcommand *command, int argc, char **argv)
{
    struct refer_input input = {0};
    struct router_answer settled = {0};
    struct arena arena;
    struct concordat_client *client = NULL;
    Concordat__V1__Telephoned telephoned;
    Concordat__V1__Instant rang;
    enum exit_code code;
    (void)command;
    parse_refer(&input, refer_options, "[FILE.json|-]", refer_doc, argc, argv);
    if (arena_open(&arena, ARENA_MESSAGE_BYTES) != 0)
        return terminal_failure(input.options.json, CODE_ENVIRONMENT, "out of memory");
    Concordat__V1__Submit *submit =
        (Concordat__V1__Submit *)refer_read(&input, NULL, &concordat__v1__submit__descriptor, &arena);
    code = submit ? connection_open(&input.options, !input.in_haste, &client) : CODE_USAGE;
    if (submit)
        refer_complete(&input, submit, &telephoned, &rang);
    if (submit && code == CODE_DONE)
        code = refer_and_wait(&input, client, &settled, submit);
    router_answer_close(&settled);
    connection_close(&input.options, &client);
    referral_input_close(&input.referral);
    arena_close(&arena);
    return code;
}

static enum exit_code update_case(const struct refer_input *input, struct concordat_client *client,
                                  struct action *named, struct arena *arena)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    char id[UUID_TEXT_BYTES];
    enum exit_code code = connection_resolve(&input->options, client, named);
    if (code != CODE_DONE)
        return code;
    words_uuid(named->id, id);
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_UPDATE;
    request.update =
        (Concordat__V1__Update *)refer_read(input, id, &concordat__v1__update__descriptor, arena);
    if (!request.update)
        return CODE_USAGE;
    char *clear[CLEAR_MAX];
    for (size_t i = 0; i < input->clear_count; i++)
        clear[i] = (char *)(uintptr_t)input->clear[i];
    request.update->clear = clear;
    request.update->n_clear = input->clear_count;
    struct router_answer settled = {0};
    const Concordat__V1__Message *message =
        router_answer_ask(&settled, &input->options, client, &request, named->id, &code);
    if (message)
        connection_print(&input->options, message);
    router_answer_close(&settled);
    return code;
}

enum exit_code command_update(const struct subcommand *command, int argc, char **argv)
{
    struct refer_input input = {.is_update = true};
    struct action named;
    struct arena arena;
    struct concordat_client *client = NULL;
    enum exit_code code;
    (void)command;
    parse_refer(&input, update_options, "CASE [FILE.json|-]", update_doc, argc, argv);
    if (arena_open(&arena, ARENA_MESSAGE_BYTES) != 0)
        return terminal_failure(input.options.json, CODE_ENVIRONMENT, "out of memory");
    action_start(&named, action_find("status"));
    if (!action_set(&named, "case", input.case_text))
        code = terminal_failure(input.options.json, CODE_USAGE, "CASE %s", named.fault);
    else
        code = connection_open(&input.options, true, &client);
    if (code == CODE_DONE)
        code = update_case(&input, client, &named, &arena);
    connection_close(&input.options, &client);
    referral_input_close(&input.referral);
    arena_close(&arena);
    return code;
}
