/* team.c: the device's conversation with the server: see team.h. */
#include "services/team/team.h"

#include <inttypes.h>
#include <string.h>

enum { LEAVE_MS = 2000, SKEW_SHOWN_MS = 60 * 1000 };

static struct asked *asked_find(struct team *team, const ProtobufCBinaryData *command_id)
{
    for (unsigned i = 0; command_id->len == WIRE_ID_BYTES && i < TEAM_ASKED_MAX; i++)
        if (team->asked[i].live && memcmp(team->asked[i].command_id, command_id->data, WIRE_ID_BYTES) == 0)
            return &team->asked[i];
    return NULL;
}

static struct asked *asked_free(struct team *team)
{
    for (unsigned i = 0; i < TEAM_ASKED_MAX; i++)
        if (!team->asked[i].live)
            return &team->asked[i];
    return NULL;
}

bool team_send(struct team *team, Concordat__V1__Request *request, bool quiet, const char *what)
{
    struct asked *asked = asked_free(team);

    if (!asked || concordat_client_send(team->client, request, asked->command_id) != 0) {
        display_note(&team->display, "fault", "%s: not sent; too much waits for an answer", what);
        return false;
    }
    asked->live = true;
    asked->quiet = quiet;
    snprintf(asked->what, sizeof asked->what, "%s", what);
    return true;
}

static void say_presence(struct team *team, bool quiet)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetPresence presence = CONCORDAT__V1__SET_PRESENCE__INIT;

    presence.present = team->present;
    presence.lease_seconds = team->present ? team->lease_seconds : 0;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE;
    request.set_presence = &presence;
    team_send(team, &request, quiet, team->present ? "present" : "absent");
    team->renew_ms = connection_monotonic_ms() + (int64_t)team->lease_seconds * 1000 / 3;
}

void team_set_present(struct team *team, bool present)
{
    team->present = present;
    say_presence(team, false);
}

static void say_capacity(struct team *team)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetCapacity capacity = CONCORDAT__V1__SET_CAPACITY__INIT;

    capacity.free_places = team->capacity;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_CAPACITY;
    request.set_capacity = &capacity;
    team->capacity_to_say = !team_send(team, &request, true, "capacity");
}

static void ask_board(struct team *team)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetBoard board = CONCORDAT__V1__GET_BOARD__INIT;

    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &board;
    team_send(team, &request, true, "board");
}

static void say_seen(struct team *team, uint8_t id[WIRE_ID_BYTES], uint32_t attempt)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Seen seen = CONCORDAT__V1__SEEN__INIT;

    seen.referral = (ProtobufCBinaryData){.len = WIRE_ID_BYTES, .data = id};
    seen.attempt = attempt;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SEEN;
    request.seen = &seen;
    team_send(team, &request, true, "seen");
}

void team_report_hook(void *context, const char *number, const char *text)
{
    struct team *team = context;

    display_note(&team->display, "hook", "%s: %s", number, text);
}

static void on_offer(struct team *team, const Concordat__V1__Offer *offer)
{
    const Concordat__V1__Referral *facts = offer->facts;
    uint8_t id[WIRE_ID_BYTES];
    uint32_t attempt = offer->attempt;

    if (offer->referral.len != sizeof id || !cases_note_offer(&team->cases, offer))
        return;
    memcpy(id, offer->referral.data, sizeof id);
    display_offer(&team->display, offer);
    hooks_run(&team->hooks,
              &(struct hook_event){.event = "offer",
                                   .number = offer->number,
                                   .referral = offer->referral,
                                   .attempt = attempt,
                                   .expires_ms = offer->expires_ms,
                                   .urgency = facts ? (int)facts->urgency : 0,
                                   .source = facts ? (int)facts->source : 0,
                                   .message = &offer->base},
              team_report_hook, team);
    say_seen(team, id, attempt);
}

static void on_offer_over(struct team *team, const Concordat__V1__OfferOver *over)
{
    const struct known_case *known = cases_find_id(&team->cases, &over->referral);
    bool here = known && known->attempt == over->attempt && known->answered_here;

    cases_note_over(&team->cases, over);
    if (over->status)
        cases_note_status(&team->cases, over->status, team->name);
    display_offer_over(&team->display, over, here, team->name);
    if (team->hook_all)
        hooks_run(&team->hooks,
                  &(struct hook_event){.event = "offer-over",
                                       .number = over->number,
                                       .referral = over->referral,
                                       .attempt = over->attempt,
                                       .urgency = over->status ? (int)over->status->urgency : 0,
                                       .source = over->status ? (int)over->status->source : 0,
                                       .message = &over->base},
                  team_report_hook, team);
}

static void note_status(struct team *team, const Concordat__V1__CaseStatus *status)
{
    cases_note_status(&team->cases, status, team->name);
    if (team->hook_all)
        hooks_run(&team->hooks,
                  &(struct hook_event){.event = "status",
                                       .number = status->number,
                                       .referral = status->referral,
                                       .attempt = status->attempt,
                                       .urgency = (int)status->urgency,
                                       .source = (int)status->source,
                                       .message = &status->base},
                  team_report_hook, team);
}

static void on_status(struct team *team, const Concordat__V1__CaseStatus *status)
{
    note_status(team, status);
    display_status(&team->display, status);
}

/* What was done here is told by its answer alone. */
static void on_answer(struct team *team, const struct asked *asked, const Concordat__V1__Answer *answer)
{
    bool by_itself = asked && asked->quiet; /* and nothing that a person did */
    if (answer->status && answer->done && !by_itself)
        note_status(team, answer->status);
    else if (answer->status)
        cases_note_status(&team->cases, answer->status, team->name);
    if (!by_itself || !answer->done)
        display_answer(&team->display, asked != NULL ? asked->what : "answer", answer, team->name);
}

static void on_board(struct team *team, const struct asked *asked, const Concordat__V1__Message *message)
{
    for (size_t i = 0; i < message->board->n_cases; i++)
        cases_note_status(&team->cases, message->board->cases[i], team->name);
    if (!asked || !asked->quiet)
        display_message(&team->display, message);
}

static void on_message(struct team *team, const Concordat__V1__Message *message)
{
    struct asked *asked = asked_find(team, &message->command_id);

    if (asked)
        asked->live = false;
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_OFFER)
        on_offer(team, message->offer);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_OFFER_OVER)
        on_offer_over(team, message->offer_over);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        on_status(team, message->status);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER)
        on_answer(team, asked, message->answer);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD)
        on_board(team, asked, message);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_RECORD)
        display_message(&team->display, message);
}

/* Presence is a lease of this connection's server: what was said before a new one does not count there. */
static void on_connected(struct team *team, const Concordat__V1__Welcome *welcome)
{
    int64_t skew_ms = welcome->now_ms != 0 ? welcome->now_ms - say_now_ms() : 0;

    memset(team->session, 0, sizeof team->session);
    memcpy(team->session, welcome->session.data,
           welcome->session.len < sizeof team->session ? welcome->session.len : sizeof team->session);
    team->display.skew_ms = skew_ms;
    display_note(&team->display, "connected", "as %s for %s", welcome->name, welcome->of);
    if (skew_ms > SKEW_SHOWN_MS || skew_ms < -SKEW_SHOWN_MS)
        display_note(&team->display, "clock",
                     "this device's clock is %" PRId64 " s off; the server's is used",
                     (skew_ms < 0 ? -skew_ms : skew_ms) / 1000);
    if (team->present)
        say_presence(team, true);
    if (team->capacity_to_say)
        say_capacity(team);
    ask_board(team);
}

/* A server can have gone and come back within one call that waits, unseen but for its session. */
static bool same_session(const struct team *team, const Concordat__V1__Welcome *welcome)
{
    size_t size = welcome->session.len < sizeof team->session ? welcome->session.len : sizeof team->session;

    return memcmp(team->session, welcome->session.data, size) == 0;
}

static void notice_connection(struct team *team)
{
    const Concordat__V1__Welcome *welcome = concordat_client_welcome(team->client);
    bool connected = concordat_client_connected(team->client) && welcome;
    bool fresh = connected && (!team->connected || !same_session(team, welcome));

    if (!connected && team->connected)
        display_note(&team->display, "disconnected",
                     "offers do not reach this device; trying to connect again");
    team->connected = connected;
    if (fresh)
        on_connected(team, welcome);
}

void team_turn(struct team *team)
{
    const Concordat__V1__Message *message;

    while ((message = concordat_client_next(team->client, 0)) != NULL)
        on_message(team, message);
    notice_connection(team);
    if (team->connected && team->present && connection_monotonic_ms() >= team->renew_ms)
        say_presence(team, true);
}

int team_patience_ms(const struct team *team)
{
    int64_t patience = concordat_client_patience_ms(team->client);
    int64_t renewal = team->renew_ms - connection_monotonic_ms();

    if (team->connected && team->present && renewal < patience)
        patience = renewal > 0 ? renewal : 0;
    return (int)patience;
}

void team_leave(struct team *team)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetPresence absent = CONCORDAT__V1__SET_PRESENCE__INIT;

    if (!team->connected || !team->present)
        return;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE;
    request.set_presence = &absent;
    (void)concordat_client_request(team->client, &request, LEAVE_MS);
}
