/* connection.c: connection options, one question and its answer: see connection.h. */
#include "services/terminal/connection.h"

#include <stdlib.h>

#include "proto/client/addresses.h"
#include "proto/words/now.h"
#include "services/desk/resolve.h"
#include "services/desk/told.h"
#include "services/terminal/people_file.h"
#include "services/terminal/terminal.h"

enum { OPTION_SERVER = 0x100, OPTION_SERVER_KEY, OPTION_KEY, OPTION_TIMEOUT, OPTION_JSON, OPTION_RING };
enum { OPTION_AS = 0x110, OPTION_AS_ROLE, OPTION_PEOPLE };
enum { TIMEOUT_MS_DEFAULT = 10000, TIMEOUT_SECONDS_MAX = 3600 };

static const struct argp_option connection_option_table[] = {
    {0, 0, 0, 0, "Connection:", 90},
    {"server", OPTION_SERVER, "ENDPOINT", 0,
     "Such as tcp://127.0.0.1:5170; or with commas each machine on which it may be (or CONCORDAT_SERVER)",
     90},
    {"server-key", OPTION_SERVER_KEY, "FILE", 0, "The server's public key (or CONCORDAT_SERVER_KEY)", 90},
    {"key", OPTION_KEY, "FILE", 0, "Your own secret key (or CONCORDAT_KEY)", 90},
    {"timeout", OPTION_TIMEOUT, "SECONDS", 0, "How long to wait for an answer (10)", 90},
    {"ring", OPTION_RING, "NUMBER", 0, "Shown if the server does not say whom to ring (or CONCORDAT_RING)",
     90},
    {"as", OPTION_AS, "ID", 0,
     "Who is at the keyboard: an id of your site's list, such as p117, never a name (or CONCORDAT_PERSON)",
     90},
    {"as-role", OPTION_AS_ROLE, "ROLE", 0, "Their role, such as duty-coordinator (or CONCORDAT_ROLE)", 90},
    {"people", OPTION_PEOPLE, "FILE", 0,
     "Your site's people file, for names on this screen: lines such as \"p117 Sam Okafor\" "
     "(or CONCORDAT_PEOPLE)",
     90},
    {"json", OPTION_JSON, 0, 0, "Print the protocol's messages as JSON, one a line; failures too", 90},
    {0}};

static void set_connection_defaults(struct connection_options *options)
{
    options->endpoint = getenv("CONCORDAT_SERVER");
    options->server_key = getenv("CONCORDAT_SERVER_KEY");
    options->key = getenv("CONCORDAT_KEY");
    options->ring = getenv("CONCORDAT_RING");
    options->timeout_ms = TIMEOUT_MS_DEFAULT;
    options->command = NULL;
    options->json = options->receipt = false;
    options->people_path = getenv("CONCORDAT_PEOPLE");
    options->people = (struct people){0};
}

static void set_who(struct argp_state *state, struct connection_options *options, const char *text)
{
    options->person = text;
    if (text[0] != '\0' && !person_id_is(text))
        argp_error(state,
                   "--as (or CONCORDAT_PERSON) takes an id of your site's list, such as p117, and never a "
                   "name");
}

static void set_role(struct argp_state *state, struct connection_options *options, const char *text)
{
    int role = 0;
    if (text[0] != '\0' && !words_parse(&concordat__v1__staff_role__descriptor, text, &role))
        argp_error(state, "--as-role (or CONCORDAT_ROLE): \"%.40s\" is no role, such as duty-coordinator",
                   text);
    options->role = (Concordat__V1__StaffRole)role;
}

/* A setting of the environment. */
static const char *setting(const char *name)
{
    const char *text = getenv(name);
    return text ? text : "";
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

static error_t parse_connection_option(int key, char *argument, struct argp_state *state)
{
    struct connection_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        set_connection_defaults(options);
        set_who(state, options, setting("CONCORDAT_PERSON"));
        set_role(state, options, setting("CONCORDAT_ROLE"));
        return 0;
    case OPTION_AS:
        set_who(state, options, argument);
        return 0;
    case OPTION_AS_ROLE:
        set_role(state, options, argument);
        return 0;
    case OPTION_PEOPLE:
        options->people_path = argument;
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

const struct argp connection_argp = {.options = connection_option_table, .parser = parse_connection_option};

/* Names are for people; what a program reads has the ids. */
static void connection_read_people(struct connection_options *options)
{
    char fault[PEOPLE_FAULT_BYTES];
    if (options->json || !options->people_path || options->people_path[0] == '\0')
        return;
    people_file_read(&options->people, options->people_path, fault);
    if (fault[0] != '\0')
        fprintf(stderr, "concordat: %s. Some people are shown by their ids only.\n", fault);
}

enum exit_code connection_open(struct connection_options *options, bool wants_news,
                               struct concordat_client **client)
{
    char message[512] = "";
    const struct {
        const char *value, *option, *variable;
    } needed[] = {{options->endpoint, "--server ENDPOINT", "CONCORDAT_SERVER"},
                  {options->server_key, "--server-key FILE", "CONCORDAT_SERVER_KEY"},
                  {options->key, "--key FILE", "CONCORDAT_KEY"}};
    *client = NULL;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!needed[i].value || needed[i].value[0] == '\0')
            return terminal_failure(options->json, CODE_USAGE, "say %s, or set %s", needed[i].option,
                                    needed[i].variable);
    if (!addresses_are_good(options->endpoint, message, sizeof message))
        return terminal_failure(options->json, CODE_USAGE, "--server (or CONCORDAT_SERVER) %s", message);
    *client =
        concordat_client_open(&(struct concordat_client_config){.endpoint = options->endpoint,
                                                                .server_key_path = options->server_key,
                                                                .key_path = options->key,
                                                                .software = "concordat " CONCORDAT_VERSION,
                                                                .wants_news = wants_news,
                                                                .lost = options->lost,
                                                                .lost_context = options->lost_context},
                              message, sizeof message);
    if (!*client)
        return terminal_failure(options->json, CODE_ENVIRONMENT, "%s", message);
    concordat_client_set_person(*client, options->person, options->role);
    connection_read_people(options);
    return CODE_DONE;
}

void connection_close(struct connection_options *options, struct concordat_client **client)
{
    concordat_client_close(client);
    people_close(&options->people);
}

static enum exit_code tell_no_answer(const struct connection_options *options, bool reached)
{
    const char *ring = show_fallback_ring(options->ring);
    double seconds = options->timeout_ms / 1000.0;
    if (reached)
        return terminal_failure(
            options->json, CODE_NO_ANSWER,
            "no answer from %s within %g s. It is not known whether this was done: look before you "
            "do it again. If a person is waiting, ring %s.",
            options->endpoint, seconds, ring);
    return terminal_failure(
        options->json, CODE_ENVIRONMENT,
        "no connection to %s within %g s; nothing was done. If a person is waiting, ring %s. Then see whether "
        "it runs, whether its key is the right one, and whether yours is admitted there.",
        options->endpoint, seconds, ring);
}

static enum exit_code code_of_message(const Concordat__V1__Message *message)
{
    if (message->body_case != CONCORDAT__V1__MESSAGE__BODY_ANSWER)
        return CODE_DONE;
    if (!message->answer->done)
        return CODE_REFUSED;
    return message->answer->key_remains ? CODE_ENVIRONMENT : CODE_DONE;
}

const Concordat__V1__Message *connection_ask(const struct connection_options *options,
                                             struct concordat_client *client, Concordat__V1__Request *request,
                                             enum exit_code *code)
{
    const Concordat__V1__Message *message = concordat_client_request(client, request, options->timeout_ms);
    *code = message ? code_of_message(message)
                    : tell_no_answer(options, concordat_client_welcome(client) != NULL);
    return message;
}

enum exit_code connection_resolve(const struct connection_options *options, struct concordat_client *client,
                                  struct action *action)
{
    struct resolve resolve;
    enum exit_code code;
    Concordat__V1__Request *question = resolve_question(&resolve, action);
    if (!question)
        return CODE_DONE;
    const Concordat__V1__Message *answer = connection_ask(options, client, question, &code);
    if (!answer)
        return code;
    const Concordat__V1__Message *refusal = resolve_refusal(&resolve, action, answer);
    if (refusal)
        connection_print(options, refusal);
    return refusal ? CODE_REFUSED : CODE_DONE;
}

void connection_tell_shown(const struct connection_options *options, struct concordat_client *client,
                           const Concordat__V1__Message *message)
{
    const Concordat__V1__Welcome *welcome = concordat_client_welcome(client);
    struct told_request told;
    if (welcome && told_make_request(&told, message, welcome->role))
        (void)concordat_client_request(client, &told.request, options->timeout_ms);
}

struct showing connection_showing(const struct connection_options *options)
{
    return (struct showing){.now_ms = now_wall_ms(),
                            .ring = options->ring,
                            .receipt = options->receipt,
                            .people = &options->people};
}

void connection_print(const struct connection_options *options, const Concordat__V1__Message *message)
{
    struct showing showing = connection_showing(options);
    struct terminal terminal;
    struct sheet sheet = {0};
    terminal_open(&terminal, stdout);
    if (options->json)
        terminal_json(stdout, &message->base);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD)
        terminal_show_board(&terminal, message->board, showing.now_ms);
    else if (show_message(&sheet, message, &showing))
        terminal_show(&terminal, &sheet);
    bool is_refused = message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER && !message->answer->done;
    if (options->command && is_refused && !options->json)
        printf("How it is typed: concordat %s --help\n", options->command);
    fflush(stdout);
}
