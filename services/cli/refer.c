/* refer.c: `concordat refer` and `concordat update`: from a file or options to an answer that says who holds
 * it. */
#include <stdlib.h>
#include <string.h>

#include "proto/keys/keys.h"
#include "proto/words/words.h"
#include "services/cli/action.h"
#include "services/cli/command.h"
#include "services/cli/referral_input.h"
#include "services/cli/show.h"
#include "services/cli/told.h"

enum { OPTION_WAIT = 0x280, WAIT_SECONDS_MAX = 24 * 3600, RECEIPT_WAIT_MS = 3000 };

struct input {
    struct referral_input referral;
    struct connection_options options;
    const char *case_text; /* update only */
    const char *path;
    int wait_ms;
    bool to_acceptance; /* wait until a team has accepted; otherwise only for the receipt */
    bool is_update;
};

static const char refer_doc[] =
    "Refer a person. SAVED means that it is on the intake's disk; RECEIVED that it is with the router and "
    "somebody "
    "holds it.\v"
    "Only a source and a number to call back are needed. Options are laid over FILE.json, which is "
    "{\"referral\": {...}, \"confidential\": {...}} in the names of the protocol; - is standard input. What "
    "stands "
    "on a command line can be seen by others on the same machine: names belong in a file.\n\n"
    "  concordat refer --source street-triage --callback '07700 900123' --postcode ZX1 --urgency very-urgent "
    "--age "
    "'about 30' --section-136 --wait 60\n"
    "  concordat refer street-triage.json --wait 120\n"
    "  concordat refer - < emergency-department.json";
static const char update_doc[] =
    "Send a referral again, the whole of it, with more or other facts. Whoever holds the case is told.\v"
    "  concordat update R-0412 street-triage.json --urgency emergency";

static const struct argp_option refer_options[] = {{"wait", OPTION_WAIT, "SECONDS", 0,
                                                    "Stay, and print each change until a team has accepted. "
                                                    "Without it, only until RECEIVED, for up to 3 seconds",
                                                    1},
                                                   {0}};

static void set_wait(struct argp_state *state, struct input *input, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);

    if (end == text || *end != '\0' || !(seconds >= 0 && seconds <= WAIT_SECONDS_MAX))
        argp_error(state, "--wait takes a number of seconds up to %d", WAIT_SECONDS_MAX);
    else
        input->wait_ms = (int)(seconds * 1000);
    input->to_acceptance = input->wait_ms > 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    const char **next = input->is_update && input->case_text == NULL ? &input->case_text : &input->path;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &input->referral;
        state->child_inputs[1] = &input->options;
        return 0;
    case OPTION_WAIT:
        set_wait(state, input, argument);
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
            argp_error(state, "say a file, -, or at least --source and --callback");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void parse(struct input *input, const struct argp_option *own, const char *arguments, const char *doc,
                  int argc, char **argv)
{
    const struct argp_child children[] = {
        {referral_input_argp(), 0, "The referral:", 10}, {&connection_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = own, .parser = parse_option, .args_doc = arguments, .doc = doc, .children = children};

    argp_parse(&argp, argc, argv, 0, NULL, input);
    input->options.receipt = true;
}

/* An answer to the eye where news say that what was saved has now been received. */
static void print_received(const struct input *input, const Concordat__V1__Message *news)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;

    answer.done = true;
    answer.receipt = CONCORDAT__V1__RECEIPT__RECEIPT_RECEIVED;
    answer.status = news->status;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    message.answer = &answer;
    connection_print(&input->options, input->options.json ? news : &message);
}

/* What of a case a referrer has been shown last. */
struct watch {
    uint8_t id[WIRE_ID_BYTES];
    bool received, accepted, lease_warned;
    Concordat__V1__State state;
    uint32_t attempt;
    int64_t act_by_ms, expected_arrival_ms;
    char owner[64], taken_by[64];
};

/* A case without a state is at the intake only: that is no news of the router. */
static bool is_news_of(const struct watch *watch, const Concordat__V1__Message *message)
{
    return message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS && message->status->state != 0 &&
           message->status->referral.len == WIRE_ID_BYTES &&
           memcmp(message->status->referral.data, watch->id, WIRE_ID_BYTES) == 0;
}

/* Notes a status. False where it says nothing that was not shown before. */
static bool watch_note(struct watch *watch, const Concordat__V1__CaseStatus *status)
{
    struct watch before = *watch;

    watch->received = true;
    watch->accepted = status->state >= CONCORDAT__V1__STATE__STATE_ACCEPTED;
    watch->lease_warned = status->lease_warned;
    watch->state = status->state;
    watch->attempt = status->attempt;
    watch->act_by_ms = status->act_by_ms;
    watch->expected_arrival_ms = status->expected_arrival_ms;
    snprintf(watch->owner, sizeof watch->owner, "%s", status->owner);
    snprintf(watch->taken_by, sizeof watch->taken_by, "%s", status->taken_by);
    return !before.received || before.lease_warned != watch->lease_warned || before.state != watch->state ||
           before.attempt != watch->attempt || before.act_by_ms != watch->act_by_ms ||
           before.expected_arrival_ms != watch->expected_arrival_ms ||
           strcmp(before.owner, watch->owner) != 0 || strcmp(before.taken_by, watch->taken_by) != 0;
}

static bool is_over(const struct input *input, const struct watch *watch)
{
    return input->to_acceptance ? watch->accepted : watch->received;
}

static void wait_for_news(const struct input *input, struct concordat_client *client, struct watch *watch)
{
    int64_t until = connection_monotonic_ms() + input->wait_ms;

    while (!is_over(input, watch)) {
        int64_t left = until - connection_monotonic_ms();
        if (left <= 0)
            break;
        const Concordat__V1__Message *message = concordat_client_next(client, (int)left);
        bool first = !watch->received;
        if (!message || !is_news_of(watch, message) || !watch_note(watch, message->status))
            continue;
        if (first)
            print_received(input, message);
        else
            connection_print(&input->options, message);
        told_message(&input->options, client, message);
    }
    if (input->to_acceptance && !watch->accepted && !input->options.json)
        printf("Not accepted yet after %g s. `concordat status` says how it stands.\n",
               input->wait_ms / 1000.0);
}

/* A device refers for the source that its key belongs to, unless it says another. */
static void complete_source(const struct input *input, Concordat__V1__Referral *referral)
{
    struct key key;
    char message[200];
    int source;

    if (referral->source == CONCORDAT__V1__SOURCE__SOURCE_UNSPECIFIED &&
        keys_read(input->options.key, &key, message, sizeof message) == 0) {
        if (words_parse(&concordat__v1__source__descriptor, key.of, &source))
            referral->source = (Concordat__V1__Source)source;
        keys_wipe(&key);
    }
}

static enum exit_code refer(const struct input *input, struct concordat_client *client,
                            Concordat__V1__Submit *submit)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    struct watch watch = {0};
    char id[UUID_TEXT_BYTES];
    enum exit_code code;

    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT;
    request.submit = submit;
    memcpy(watch.id, submit->referral->id.data, WIRE_ID_BYTES);
    words_uuid(watch.id, id);
    const Concordat__V1__Message *message = connection_ask(&input->options, client, &request, &code);
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
        (void)watch_note(&watch, message->answer->status);
        told_message(&input->options, client, message);
    } else if (!input->options.json) {
        printf("%-10s%s\n", "Id", id);
    }
    if (input->wait_ms > 0)
        wait_for_news(input, client, &watch);
    return code;
}

enum exit_code command_refer(const struct command *command, int argc, char **argv)
{
    struct input input = {.wait_ms = RECEIPT_WAIT_MS};
    struct arena arena;
    struct concordat_client *client = NULL;
    char fault[400] = "";
    enum exit_code code;

    (void)command;
    parse(&input, refer_options, "[FILE.json|-]", refer_doc, argc, argv);
    if (arena_open(&arena, ARENA_MESSAGE_BYTES) != 0)
        return say_failure(input.options.json, CODE_ENVIRONMENT, "out of memory");
    Concordat__V1__Submit *submit = (Concordat__V1__Submit *)referral_input_read(
        &input.referral, input.path, NULL, &concordat__v1__submit__descriptor, &arena, fault, sizeof fault);
    if (!submit)
        code = say_failure(input.options.json, CODE_USAGE, "%s", fault);
    else
        code = connection_open(&input.options, input.wait_ms > 0, &client);
    if (code == CODE_DONE) {
        complete_source(&input, submit->referral);
        code = refer(&input, client, submit);
    }
    concordat_client_close(&client);
    referral_input_close(&input.referral);
    arena_close(&arena);
    return code;
}

static enum exit_code update(const struct input *input, struct concordat_client *client, struct action *named,
                             struct arena *arena)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    char fault[400] = "", id[UUID_TEXT_BYTES];
    enum exit_code code = action_resolve(named, &input->options, client);

    if (code != CODE_DONE)
        return code;
    words_uuid(named->id, id);
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_UPDATE;
    request.update = (Concordat__V1__Update *)referral_input_read(
        &input->referral, input->path, id, &concordat__v1__update__descriptor, arena, fault, sizeof fault);
    if (!request.update)
        return say_failure(input->options.json, CODE_USAGE, "%s", fault);
    const Concordat__V1__Message *message = connection_ask(&input->options, client, &request, &code);
    if (message)
        connection_print(&input->options, message);
    return code;
}

enum exit_code command_update(const struct command *command, int argc, char **argv)
{
    struct input input = {.is_update = true};
    struct action named;
    struct arena arena;
    struct concordat_client *client = NULL;
    enum exit_code code;

    (void)command;
    parse(&input, NULL, "CASE [FILE.json|-]", update_doc, argc, argv);
    char *words[] = {(char *)"status", (char *)input.case_text, NULL};
    if (arena_open(&arena, ARENA_MESSAGE_BYTES) != 0)
        return say_failure(input.options.json, CODE_ENVIRONMENT, "out of memory");
    if (!action_read(&named, action_find("status"), 2, words))
        code = say_failure(input.options.json, CODE_USAGE, "%s", named.fault);
    else
        code = connection_open(&input.options, false, &client);
    if (code == CODE_DONE)
        code = update(&input, client, &named, &arena);
    concordat_client_close(&client);
    referral_input_close(&input.referral);
    arena_close(&arena);
    return code;
}
