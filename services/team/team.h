/* team.h: one device of a crisis team: its connection, presence, capacity, and what it has been told. */
#ifndef CONCORDAT_TEAM_TEAM_H
#define CONCORDAT_TEAM_TEAM_H

#include <stdbool.h>

#include "proto/keys/keys.h"
#include "services/cli/action.h"
#include "services/cli/connection.h"
#include "services/team/cases.h"
#include "services/team/display.h"
#include "services/team/hook.h"

enum { TEAM_ASKED_MAX = 128, TEAM_WHAT_BYTES = 120 };

/* A request that has been sent, to say what its answer is an answer to. */
struct asked {
    bool live;
    bool quiet; /* ours, not typed by a person: only a refusal is shown */
    uint8_t command_id[WIRE_ID_BYTES];
    char what[TEAM_WHAT_BYTES];
};

struct team {
    struct connection_options options;
    struct concordat_client *client; /* owned */
    char name[KEY_OF_CHARS_MAX + 1]; /* the team's id */
    struct display display;
    struct cases cases;
    struct hooks hooks;
    bool hook_all;

    bool connected;
    uint8_t session[WIRE_ID_BYTES]; /* of the server, as far as it has one */
    bool present;
    unsigned lease_seconds;
    int64_t renew_ms; /* monotonic; when presence is said again */
    bool capacity_to_say;
    unsigned capacity;

    struct asked asked[TEAM_ASKED_MAX];
    bool stop;
};

/* Sends a request and remembers what it was. False where it cannot be sent; that is told. */
bool team_send(struct team *team, Concordat__V1__Request *request, bool quiet, const char *what);

/* Says that the team is here, or not, now; and goes on saying so. */
void team_set_present(struct team *team, bool present);

/* Takes in what has come, notices a new or lost connection, renews presence when it is due. */
void team_turn(struct team *team);
/* How long the device can be left alone, in ms. */
int team_patience_ms(const struct team *team);

/* Says absent, where it was present, and waits a moment for that to arrive. */
void team_leave(struct team *team);

/* A hook_report. */
void team_report_hook(void *team, const char *number, const char *text);

/* One typed line (typed.c). */
void team_typed(struct team *team, char *line);

#endif
