/* action.h: what a person can do to a case, as typed words, and as the protocol's requests.
 *
 * One table has a row for each action. `concordat accept R-0412 20` and the line `accept R-0412 20` typed
 * to the team's program are read by the same row. Reading knows no server: an action names its case as
 * typed until action_bind gives it the case's id and the attempt of its offer.
 */
#ifndef CONCORDAT_CLI_ACTION_H
#define CONCORDAT_CLI_ACTION_H

#include <argp.h>
#include <stdbool.h>

#include "proto/client/client.h"
#include "proto/words/words.h"
#include "services/cli/connection.h"

enum { ACTION_TEXT_BYTES = 512, ACTION_FAULT_BYTES = 400 };

struct action;

struct action_kind {
    const char *name;
    const char *arguments; /* "CASE MINUTES" */
    const char *summary;   /* one line */
    const char *help;      /* the words that it takes, and examples */
    const struct argp_option *options;
    Concordat__V1__Request__CommandCase command;
    size_t referral_at, attempt_at; /* offsets in struct action of what action_bind sets; 0 for none */
    size_t text_at;                 /* and of what all the words together are */
    unsigned words_min, words_max;  /* after the case */
    bool (*word)(struct action *action, unsigned index, const char *word);
};

struct action {
    const struct action_kind *kind; /* borrowed */
    char case_text[UUID_TEXT_BYTES];
    bool case_is_id;
    uint8_t id[WIRE_ID_BYTES];
    uint32_t attempt; /* as typed; 0 for the live offer */
    unsigned words;
    char text[ACTION_TEXT_BYTES];   /* a reason, a note, a name: the request points here */
    char fault[ACTION_FAULT_BYTES]; /* why the words could not be read */
    Concordat__V1__Instant occurred;
    union {
        Concordat__V1__Accept accept;
        Concordat__V1__Decline decline;
        Concordat__V1__CheckIn check_in;
        Concordat__V1__Close close;
        Concordat__V1__Handover handover;
        Concordat__V1__Take take;
        Concordat__V1__Assign assign;
        Concordat__V1__Withdraw withdraw;
        Concordat__V1__GetStatus get_status;
        Concordat__V1__GetRecord get_record;
        Concordat__V1__SetCapacity set_capacity;
    } body;
    Concordat__V1__Request request;
};

/* The table; the last row has no name. */
extern const struct action_kind action_kinds[];
const struct action_kind *action_find(const char *name);

/* Parser and options of one kind, for an argp whose input is a struct action made by action_start. */
void action_start(struct action *action, const struct action_kind *kind);
error_t action_parse_option(int key, char *argument, struct argp_state *state);

/* Reads typed words; words[0] names the kind. False with action->fault. The words are borrowed until the
 * request is sent; `words` may be reordered. */
bool action_read(struct action *action, const struct action_kind *kind, int count, char **words);

bool action_needs_case(const struct action *action);
bool action_needs_attempt(const struct action *action);

/* Completes the request; the action must stay where it is until it is sent. */
void action_bind(struct action *action, const uint8_t id[WIRE_ID_BYTES], uint32_t attempt);

/* Asks the server for what the typed case stands for, where that is needed, and binds. Not CODE_DONE: the
 * reason has been told, with what holds now. */
enum exit_code action_resolve(struct action *action, const struct connection_options *options,
                              struct concordat_client *client);

/* A value as it is typed, such as "no-capacity"; empty for the zero value. */
void action_typed_word(const ProtobufCEnumDescriptor *descriptor, int value, char out[WORDS_MAX]);

#endif
