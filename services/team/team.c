/* team.c: the device's conversation with the server: see team.h. */
#include "services/team/team.h"

#include <inttypes.h>
#include <string.h>

#include "proto/words/now.h"

enum { LEAVE_MS = 2000, SKEW_SHOWN_MS = 60 * 1000 };

static struct team_request *sent_find(struct team_device *team, const ProtobufCBinaryData *command_id)
{
    for (unsigned i = 0; command_id->len == WIRE_ID_BYTES && i < TEAM_SENT_MAX; i++)
        if (team->sent[i].live && memcmp(team->sent[i].command_id, command_id->data, WIRE_ID_BYTES) == 0)
            return &team->sent[i];
    return NULL;
}

static struct team_request *sent_free(struct team_device *team)
{
    for (unsigned i = 0; i < TEAM_SENT_MAX; i++)
        if (!team->sent[i].live)
            return &team->sent[i];
    return NULL;
}

bool team_send(struct team_device *team, Concordat__V1__Request *request, bool quiet, const char *what)
{
    struct team_request *sent = sent_free(team);
    if (!sent || concordat_client_send(team->client, request, sent->command_id) != 0) {
        display_note(&team->display, "fault",
                     "%s: not sent, because too much waits for an answer; type it again shortly", what);
        return false;
    }
    sent->live = true;
    sent->quiet = quiet;
    snprintf(sent->what, sizeof sent->what, "%s", what);
    return true;
}

static void send_presence(struct team_device *team, bool quiet)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetPresence presence = CONCORDAT__V1__SET_PRESENCE__INIT;
    presence.present = team->present;
    presence.lease_seconds = team->present ? team->lease_seconds : 0;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE;
    request.set_presence = &presence;
    team_send(team, &request, quiet, team->present ? "present" : "absent");
    team->renew_ms = now_monotonic_ms() + (int64_t)team->lease_seconds * 1000 / 3;
}

void team_set_present(struct team_device *team, bool present)
{
    team->present = present;
    send_presence(team, false);
}

static void send_capacity(struct team_device *team)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetCapacity capacity = CONCORDAT__V1__SET_CAPACITY__INIT;
    capacity.free_places = team->capacity;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_CAPACITY;
    request.set_capacity = &capacity;
    team->capacity_to_say = !team_send(team, &request, true, "capacity");
}

void team_ask_board(struct team_device *team, bool quiet)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetBoard board = CONCORDAT__V1__GET_BOARD__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &board;
    team_send(team, &request, quiet, "board");
}

static void send_seen(struct team_device *team, uint8_t id[WIRE_ID_BYTES], uint32_t attempt, bool by_person)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Seen seen = CONCORDAT__V1__SEEN__INIT;
    seen.referral = (ProtobufCBinaryData){.len = WIRE_ID_BYTES, .data = id};
    seen.attempt = attempt;
    seen.by_person = by_person;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SEEN;
    request.seen = &seen;
    team_send(team, &request, true, "seen");
}

void team_say_seen(struct team_device *team, struct known_case *known)
{
    if (!known->offered || known->seen_here)
        return;
    known->seen_here = true;
    send_seen(team, known->id, known->attempt, true);
}

void team_report_loss(void *context, const struct concordat_client_lost *lost)
{
    struct team_device *team = context;
    char uuid[UUID_TEXT_BYTES], words[WORDS_MAX];
    uint8_t id[WIRE_ID_BYTES];
    bool is_refused = lost->refusal != CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED;
    memcpy(id, lost->referral, WIRE_ID_BYTES);
    words_uuid(id, uuid);
    const struct known_case *known =
        cases_find_id(&team->cases, &(ProtobufCBinaryData){.len = WIRE_ID_BYTES, .data = id});
    words_for(&concordat__v1__refusal__descriptor, (int)lost->refusal, words);
    display_note(&team->display, "fault", "%s %s%s%s", concordat_client_lost_words(lost->refusal),
                 known ? known->number : uuid, is_refused ? ": " : "", is_refused ? words : "");
}

void team_report_hook(void *context, const char *number, const char *text)
{
    struct team_device *team = context;
    display_note(&team->display, "hook", "%s: %s", number, text);
}

/* A change goes to whoever carries the pager, as the offer did. */
static void team_show_changes(struct team_device *team, const Concordat__V1__CaseStatus *status,
                              int64_t answer_by_ms)
{
    if (!cases_note_changes(&team->cases, status))
        return;
    display_changes(&team->display, status, answer_by_ms);
    hooks_run(&team->hooks,
              &(struct hook_event){.event = "changed",
                                   .number = status->number,
                                   .referral = status->referral,
                                   .attempt = status->attempt,
                                   .expires_ms = answer_by_ms,
                                   .urgency = (int)status->urgency,
                                   .source = (int)status->source,
                                   .message = &status->base},
              team_report_hook, team);
}

static void team_on_offer(struct team_device *team, const Concordat__V1__Offer *offer)
{
    const Concordat__V1__Referral *facts = offer->facts;
    uint8_t id[WIRE_ID_BYTES];
    uint32_t attempt = offer->attempt;
    if (offer->referral.len != sizeof id)
        return;
    if (!cases_note_offer(&team->cases, offer)) {
        if (offer->status)
            team_show_changes(team, offer->status, offer->expires_ms);
        return;
    }
    if (offer->status)
        (void)cases_note_changes(&team->cases, offer->status); /* the offer shows them */
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
    send_seen(team, id, attempt, false);
}

static void team_on_offer_over(struct team_device *team, const Concordat__V1__OfferOver *over)
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

static void team_note_status(struct team_device *team, const Concordat__V1__CaseStatus *status)
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

static void team_on_status(struct team_device *team, const Concordat__V1__CaseStatus *status)
{
    team_note_status(team, status);
    display_status(&team->display, status);
    team_show_changes(team, status, 0);
}

/* The answer alone tells what was done at this device. */
static void team_on_answer(struct team_device *team, const struct team_request *sent,
                           const Concordat__V1__Answer *answer)
{
    bool by_itself = sent && sent->quiet;
    if (answer->status && answer->done && !by_itself)
        team_note_status(team, answer->status);
    else if (answer->status)
        cases_note_status(&team->cases, answer->status, team->name);
    if (!by_itself || !answer->done)
        display_answer(&team->display, sent ? sent->what : "answer", answer, team->name);
}

static void team_on_board(struct team_device *team, const struct team_request *sent,
                          const Concordat__V1__Message *message)
{
    for (size_t i = 0; i < message->board->n_cases; i++)
        cases_note_status(&team->cases, message->board->cases[i], team->name);
    if (!sent || !sent->quiet)
        display_message(&team->display, message);
}

static void team_on_message(struct team_device *team, const Concordat__V1__Message *message)
{
    struct team_request *sent = sent_find(team, &message->command_id);
    if (sent)
        sent->live = false;
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_OFFER)
        team_on_offer(team, message->offer);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_OFFER_OVER)
        team_on_offer_over(team, message->offer_over);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        team_on_status(team, message->status);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER)
        team_on_answer(team, sent, message->answer);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_BOARD)
        team_on_board(team, sent, message);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_RECORD)
        display_message(&team->display, message);
}

/* Presence is a lease at the server of this connection: a server that has restarted knows nothing of it. */
static void team_on_connected(struct team_device *team, const Concordat__V1__Welcome *welcome)
{
    int64_t skew_ms = welcome->now_ms != 0 ? welcome->now_ms - now_wall_ms() : 0;
    memset(team->session, 0, sizeof team->session);
    memcpy(team->session, welcome->session.data,
           welcome->session.len < sizeof team->session ? welcome->session.len : sizeof team->session);
    team->display.skew_ms = skew_ms;
    display_note(&team->display, "connected", "as %s for %s", welcome->name,
                 welcome->of_name[0] ? welcome->of_name : welcome->of);
    if (skew_ms > SKEW_SHOWN_MS || skew_ms < -SKEW_SHOWN_MS)
        display_note(&team->display, "clock",
                     "this device's clock is %" PRId64 " s off; the server's is used",
                     (skew_ms < 0 ? -skew_ms : skew_ms) / 1000);
    if (team->present)
        send_presence(team, true);
    if (team->capacity_to_say)
        send_capacity(team);
    team_ask_board(team, true);
}

/* A server can restart while we wait in one call: only its session then differs. */
static bool team_same_session(const struct team_device *team, const Concordat__V1__Welcome *welcome)
{
    size_t size = welcome->session.len < sizeof team->session ? welcome->session.len : sizeof team->session;
    return memcmp(team->session, welcome->session.data, size) == 0;
}

static void team_notice_connection(struct team_device *team)
{
    const Concordat__V1__Welcome *welcome = concordat_client_welcome(team->client);
    bool connected = concordat_client_connected(team->client) && welcome;
    bool fresh = connected && (!team->connected || !team_same_session(team, welcome));
    if (!connected && team->connected)
        display_note(&team->display, "disconnected",
                     "offers do not reach this device now; it tries to connect again");
    team->connected = connected;
    if (fresh)
        team_on_connected(team, welcome);
}

void team_turn(struct team_device *team)
{
    const Concordat__V1__Message *message;
    while ((message = concordat_client_next(team->client, 0)) != NULL)
        team_on_message(team, message);
    team_notice_connection(team);
    if (team->connected && team->present && now_monotonic_ms() >= team->renew_ms)
        send_presence(team, true);
}

int team_patience_ms(const struct team_device *team)
{
    int64_t patience = concordat_client_patience_ms(team->client);
    int64_t renewal = team->renew_ms - now_monotonic_ms();
    if (team->connected && team->present && renewal < patience)
        patience = renewal > 0 ? renewal : 0;
    return (int)patience;
}

void team_leave(struct team_device *team)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetPresence absent = CONCORDAT__V1__SET_PRESENCE__INIT;
    if (!team->connected || !team->present)
        return;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE;
    request.set_presence = &absent;
    (void)concordat_client_request(team->client, &request, LEAVE_MS);
}
