/* team.h: one device of a crisis team: its connection, presence, capacity, and what it has been told. One
 * thread. */
#ifndef CONCORDAT_TEAM_TEAM_H
#define CONCORDAT_TEAM_TEAM_H

#include <stdbool.h>

#include "proto/keys/keys.h"
#include "services/team/cases.h"
#include "services/team/display.h"
#include "services/terminal/connection.h"
#include "services/terminal/hook.h"

enum { TEAM_SENT_MAX = 128, TEAM_WHAT_BYTES = 120 };

/* A request without an answer yet: the answer is shown as one to `what`. */
struct team_request {
    bool live;
    bool quiet; /* sent by the device by itself, not typed: only a refusal is shown */
    uint8_t command_id[WIRE_ID_BYTES];
    char what[TEAM_WHAT_BYTES];
};

struct team_device {
    struct connection_options options;
    struct concordat_client *client; /* owned */
    char name[KEY_OF_CHARS_MAX + 1]; /* the team's id */
    struct display display;
    struct cases cases;
    struct hooks hooks;
    bool hook_all;

    bool connected;
    uint8_t session[WIRE_ID_BYTES]; /* of the server; zeros if it names none */
    bool present;
    unsigned lease_seconds;
    int64_t renew_ms; /* when presence is said again, by the clock that never jumps */
    bool capacity_to_say;
    unsigned capacity;

    struct team_request sent[TEAM_SENT_MAX];
    bool stop;
};

/* Sends a request and remembers what it was. False if it cannot be sent, which has been told. */
bool team_send(struct team_device *team, Concordat__V1__Request *request, bool quiet, const char *what);

/* Says that a person has seen the offer of a case, if it is live and this device has not said so. */
void team_say_seen(struct team_device *team, struct known_case *known);

/* Asks for the team's cases; `quiet`: not to show them. */
void team_ask_board(struct team_device *team, bool quiet);

/* Says now that the team is here or not, and goes on saying so. */
void team_set_present(struct team_device *team, bool present);

/* Takes messages, notices a new or lost connection, renews presence when that is due. */
void team_turn(struct team_device *team);
/* The time that the device can be left alone, in ms. */
int team_patience_ms(const struct team_device *team);

/* Says absent if it was present, and waits a moment for that to arrive. */
void team_leave(struct team_device *team);

/* As struct concordat_client_config has it. */
void team_report_loss(void *team, const struct concordat_client_lost *lost);

/* A hook_report. */
void team_report_hook(void *team, const char *number, const char *text);

/* One typed line (typed.c). */
void team_typed(struct team_device *team, char *line);

#endif
