/* connection.c: connection options, one question and its answer: see connection.h. */
#include "services/cli/connection.h"

#include <stdlib.h>
#include <time.h>

#include "services/cli/show.h"

enum { OPTION_SERVER = 0x100, OPTION_SERVER_KEY, OPTION_KEY, OPTION_TIMEOUT, OPTION_JSON, OPTION_RING };
enum { TIMEOUT_MS_DEFAULT = 10000, TIMEOUT_SECONDS_MAX = 3600 };

static const struct argp_option options_table[] = {
    {0, 0, 0, 0, "Connection:", 90},
    {"server", OPTION_SERVER, "ENDPOINT", 0, "Such as tcp://127.0.0.1:5170 (or CONCORDAT_SERVER)", 90},
    {"server-key", OPTION_SERVER_KEY, "FILE", 0, "The server's public key (or CONCORDAT_SERVER_KEY)", 90},
    {"key", OPTION_KEY, "FILE", 0, "Your own secret key (or CONCORDAT_KEY)", 90},
    {"timeout", OPTION_TIMEOUT, "SECONDS", 0, "How long to wait for an answer (10)", 90},
    {"ring", OPTION_RING, "NUMBER", 0, "Shown where the server does not say whom to ring (or CONCORDAT_RING)",
     90},
    {"json", OPTION_JSON, 0, 0, "Print the protocol's messages as JSON, one a line; failures too", 90},
    {0}};

static void set_defaults(struct connection_options *options)
{
    options->endpoint = getenv("CONCORDAT_SERVER");
    options->server_key = getenv("CONCORDAT_SERVER_KEY");
    options->key = getenv("CONCORDAT_KEY");
    options->ring = getenv("CONCORDAT_RING");
    options->timeout_ms = TIMEOUT_MS_DEFAULT;
    options->json = options->receipt = false;
}

static void set_timeout(struct argp_state *state, struct connection_options *options, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);

    if (end == text || *end != '\0' || !(seconds > 0 && seconds <= TIMEOUT_SECONDS_MAX))
        argp_error(state, "--timeout takes a number of seconds up to %d", TIMEOUT_SECONDS_MAX);
    else
        options->timeout_ms = (int)(seconds * 1000);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct connection_options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        set_defaults(options);
        return 0;
    case OPTION_SERVER:
        options->endpoint = argument;
        return 0;
    case OPTION_SERVER_KEY:
        options->server_key = argument;
        return 0;
    case OPTION_KEY:
        options->key = argument;
        return 0;
    case OPTION_RING:
        options->ring = argument;
        return 0;
    case OPTION_TIMEOUT:
        set_timeout(state, options, argument);
        return 0;
    case OPTION_JSON:
        options->json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp connection_argp = {.options = options_table, .parser = parse_option};

enum exit_code connection_open(const struct connection_options *options, bool wants_news,
                               struct concordat_client **client)
{
    char message[300] = "";
    const struct {
        const char *value, *option, *variable;
    } needed[] = {{options->endpoint, "--server ENDPOINT", "CONCORDAT_SERVER"},
                  {options->server_key, "--server-key FILE", "CONCORDAT_SERVER_KEY"},
                  {options->key, "--key FILE", "CONCORDAT_KEY"}};

    *client = NULL;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!needed[i].value || needed[i].value[0] == '\0')
            return say_failure(options->json, CODE_USAGE, "say %s, or set %s", needed[i].option,
                               needed[i].variable);
    *client =
        concordat_client_open(&(struct concordat_client_config){.endpoint = options->endpoint,
                                                                .server_key_path = options->server_key,
                                                                .key_path = options->key,
                                                                .software = "concordat " CONCORDAT_VERSION,
                                                                .wants_news = wants_news},
                              message, sizeof message);
    return *client != NULL ? CODE_DONE : say_failure(options->json, CODE_ENVIRONMENT, "%s", message);
}

static enum exit_code tell_no_answer(const struct connection_options *options, bool reached)
{
    const char *ring = options->ring ? options->ring : "your duty coordinator";
    double seconds = options->timeout_ms / 1000.0;

    if (reached)
        return say_failure(
            options->json, CODE_NO_ANSWER,
            "no answer from %s within %g s. It is not known whether this was done: look before you "
            "do it again. If a person is waiting, ring %s.",
            options->endpoint, seconds, ring);
    return say_failure(
        options->json, CODE_ENVIRONMENT,
        "no connection to %s within %g s; nothing was done. Is it running, is the server's key the "
        "right one, and is your key admitted there? If a person is waiting, ring %s.",
        options->endpoint, seconds, ring);
}

const Concordat__V1__Message *connection_ask(const struct connection_options *options,
                                             struct concordat_client *client, Concordat__V1__Request *request,
                                             enum exit_code *code)
{
    const Concordat__V1__Message *message = concordat_client_request(client, request, options->timeout_ms);

    if (!message)
        *code = tell_no_answer(options, concordat_client_welcome(client) != NULL);
    else
        *code = message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER && !message->answer->done
                    ? CODE_REFUSED
                    : CODE_DONE;
    return message;
}

void connection_print(const struct connection_options *options, const Concordat__V1__Message *message)
{
    struct say say;

    say_open(&say, stdout);
    say.ring = options->ring;
    say.receipt = options->receipt;
    if (options->json)
        say_json(stdout, &message->base);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER)
        show_answer(&say, message->answer);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        show_status(&say, message->status);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD)
        show_board(&say, message->board);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_RECORD)
        show_record(&say, message->record);
    fflush(stdout);
}

int64_t connection_monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
