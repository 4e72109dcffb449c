/* desk.c: see desk.h. */
#include "services/gateway/desk.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/client/client.h"
#include "proto/keys/keys.h"
#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/gateway/delivery_token.h"

struct desk_asked {
    uint8_t id[WIRE_ID_BYTES];
    int64_t until_ms;
    desk_done *done;
    void *context;
};

struct desk {
    struct concordat_client *client;
    bool is_brokers;
    Concordat__V1__Role role;
    char of[KEY_OF_CHARS_MAX + 1], name[DESK_NAME_BYTES];
    uint8_t session[WIRE_ID_BYTES]; /* of the Welcome, for which the board was asked for */
    bool is_connected;
    struct desk_copy copy;
    desk_changed *changed;
    void *changed_context;
    int64_t watched_ms, lease_ms, board_ms; /* when somebody looked last, when to say and to ask again */
    struct desk_capacity capacity;
    struct desk_losses losses;
    uint8_t delivery_key[DELIVERY_KEY_BYTES];
    struct desk_asked asked[CLIENT_OUTSTANDING_MAX];
    size_t asked_count;
};

static void copy_is_changed(void *context, const uint8_t *id)
{
    struct desk *desk = context;
    if (desk->changed)
        desk->changed(desk->changed_context, desk, id);
}

static void desk_notes_loss(void *context, const struct concordat_client_lost *lost)
{
    struct desk *desk = context;
    char uuid[UUID_TEXT_BYTES], words[WORDS_MAX];
    bool is_refused = lost->refusal != CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED;
    desk->losses = (struct desk_losses){desk->losses.count + 1, now_wall_ms()};
    words_uuid(lost->referral, uuid);
    words_for(&concordat__v1__refusal__descriptor, (int)lost->refusal, words);
    fprintf(stderr, "%s %s%s%s\n", concordat_client_lost_words(lost->refusal), uuid, is_refused ? ": " : "",
            is_refused ? words : "");
}

struct desk *desk_open(const struct desk_config *config, char *message, size_t message_size)
{
    struct desk *desk = calloc(1, sizeof *desk);
    const struct concordat_client_config client = {.endpoint = config->endpoint,
                                                   .server_key_path = config->server_key_path,
                                                   .key_path = config->key_path,
                                                   .software = "concordat-gateway " CONCORDAT_VERSION,
                                                   .wants_news = true,
                                                   .patience_ms = DESK_ANSWER_MS,
                                                   .lost = config->is_brokers ? desk_notes_loss : NULL,
                                                   .lost_context = desk,
                                                   .context = config->context};
    if (!desk) {
        snprintf(message, message_size, "no memory for a desk");
        return NULL;
    }
    desk->is_brokers = config->is_brokers;
    desk->watched_ms = INT64_MIN / 2;
    desk->copy.changed = copy_is_changed;
    desk->copy.context = desk;
    if (delivery_key_derive(config->key_path, desk->delivery_key, message, message_size))
        desk->client = concordat_client_open(&client, message, message_size);
    if (!desk->client)
        desk_close(&desk);
    return desk;
}

/* The first that was asked with this id; asked_count if there is none. */
static size_t asked_with(const struct desk *desk, const uint8_t id[WIRE_ID_BYTES])
{
    size_t i = 0;
    while (i < desk->asked_count && memcmp(desk->asked[i].id, id, WIRE_ID_BYTES) != 0)
        i++;
    return i;
}

/* Takes a question out before it is answered, because the one who is told may ask the next one at once. A
 * form that was sent twice asks twice with one id. */
static void desk_tell(struct desk *desk, size_t at, const Concordat__V1__Message *message)
{
    const struct desk_asked asked = desk->asked[at];
    desk->asked[at] = desk->asked[--desk->asked_count];
    if (asked_with(desk, asked.id) == desk->asked_count)
        concordat_client_give_up(desk->client, asked.id);
    asked.done(asked.context, message);
}

void desk_close(struct desk **desk)
{
    if (!*desk)
        return;
    while ((*desk)->asked_count > 0)
        desk_tell(*desk, 0, NULL);
    concordat_client_close(&(*desk)->client);
    desk_copy_close(&(*desk)->copy);
    sodium_memzero((*desk)->delivery_key, DELIVERY_KEY_BYTES);
    free(*desk);
    *desk = NULL;
}

void *desk_socket(const struct desk *desk)
{
    return concordat_client_socket(desk->client);
}

int desk_patience_ms(const struct desk *desk, int64_t now_ms)
{
    int64_t patience_ms = concordat_client_patience_ms(desk->client);
    for (size_t i = 0; i < desk->asked_count; i++)
        if (desk->asked[i].until_ms - now_ms < patience_ms)
            patience_ms = desk->asked[i].until_ms - now_ms;
    return patience_ms > 0 ? (int)patience_ms : 0;
}

/* No question has the id of our hello: its refusal answers those that were asked up to now. */
static void desk_tell_refused(struct desk *desk, const Concordat__V1__Message *message)
{
    for (size_t left = desk->asked_count; left > 0; left--)
        desk_tell(desk, 0, message);
}

static void desk_tell_answered(struct desk *desk, const Concordat__V1__Message *message)
{
    const uint8_t *id = message->command_id.data;
    size_t at = asked_with(desk, id);
    if (at == desk->asked_count)
        desk_tell_refused(desk, message);
    for (; at < desk->asked_count; at = asked_with(desk, id))
        desk_tell(desk, at, message);
}

/* --- what the desk asks and says by itself ---------------------------------------------------------------
 */

/* The copy has taken it. If no answer came, the next time asks again. */
static void own_question_is_answered(void *context, const Concordat__V1__Message *message)
{
    (void)context, (void)message;
}

void desk_ask_board(struct desk *desk, desk_done *done, void *context)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetBoard question = CONCORDAT__V1__GET_BOARD__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &question;
    desk->board_ms = now_monotonic_ms() + DESK_BOARD_MS;
    desk_copy_begin(&desk->copy);
    desk_ask(desk, &request, NULL, done, context);
}

static bool desk_has_people(const struct desk *desk)
{
    return desk->role == CONCORDAT__V1__ROLE__ROLE_TEAM ||
           desk->role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR;
}

static bool desk_is_looked_at(const struct desk *desk, int64_t now_ms)
{
    return now_ms - desk->watched_ms < DESK_LEASE_SECONDS * 1000;
}

static void desk_say_present(struct desk *desk, int64_t now_ms)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetPresence presence = CONCORDAT__V1__SET_PRESENCE__INIT;
    presence.present = true;
    presence.lease_seconds = DESK_LEASE_SECONDS;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SET_PRESENCE;
    request.set_presence = &presence;
    desk->lease_ms = now_ms + DESK_LEASE_SECONDS * 1000 / 3;
    desk_ask(desk, &request, NULL, own_question_is_answered, NULL);
}

/* Until somebody has looked at the board, the offer is on no device of the team. */
static void desk_say_delivered(struct desk *desk, const struct desk_case *shown)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Seen seen = CONCORDAT__V1__SEEN__INIT;
    if (!shown->offer || shown->status->offer_notice != 0)
        return;
    seen.referral = shown->status->referral;
    seen.attempt = shown->offer->attempt;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SEEN;
    request.seen = &seen;
    desk_ask(desk, &request, NULL, own_question_is_answered, NULL);
}

void desk_is_watched(struct desk *desk, int64_t now_ms)
{
    bool was = desk_is_looked_at(desk, now_ms);
    desk->watched_ms = now_ms;
    if (!desk->is_connected || !desk->is_brokers || !desk_has_people(desk))
        return;
    if (now_ms >= desk->lease_ms)
        desk_say_present(desk, now_ms);
    if (!was)
        desk_ask_board(desk, own_question_is_answered, NULL);
    for (size_t i = 0; i < desk->copy.count; i++)
        desk_say_delivered(desk, &desk->copy.cases[i]);
}

/* --- the connection -------------------------------------------------------------------------------------
 */

/* What the desk is decides what its news mean, so it is noted before they are taken. */
static void desk_note_welcome(struct desk *desk)
{
    const Concordat__V1__Welcome *welcome = concordat_client_welcome(desk->client);
    if (!welcome)
        return;
    desk->role = desk->copy.role = welcome->role;
    snprintf(desk->of, sizeof desk->of, "%s", welcome->of);
    snprintf(desk->name, sizeof desk->name, "%s", welcome->of_name);
    snprintf(desk->copy.of, sizeof desk->copy.of, "%s", welcome->of);
}

/* A server that was started again knows nothing of our lease, and its news begin anew. */
static void desk_begins(struct desk *desk, const Concordat__V1__Welcome *welcome, int64_t now_ms)
{
    size_t size = welcome->session.len < WIRE_ID_BYTES ? welcome->session.len : WIRE_ID_BYTES;
    memset(desk->session, 0, sizeof desk->session);
    memcpy(desk->session, welcome->session.data, size);
    desk_note_welcome(desk);
    desk_ask_board(desk, own_question_is_answered, NULL);
    if (desk_is_looked_at(desk, now_ms) && desk->is_brokers && desk_has_people(desk))
        desk_say_present(desk, now_ms);
}

static void desk_notice_connection(struct desk *desk, int64_t now_ms)
{
    const Concordat__V1__Welcome *welcome = concordat_client_welcome(desk->client);
    bool is_connected = welcome && concordat_client_connected(desk->client);
    bool is_other = is_connected && welcome->session.len <= WIRE_ID_BYTES && welcome->session.len > 0 &&
                    memcmp(desk->session, welcome->session.data, welcome->session.len) != 0;
    bool begins = is_connected && (!desk->is_connected || is_other);
    desk->is_connected = is_connected;
    if (begins)
        desk_begins(desk, welcome, now_ms);
}

/* An offer that comes while a board is open is shown there at once. */
static void desk_note_offer(struct desk *desk, const Concordat__V1__Message *message, int64_t now_ms)
{
    bool is_offer = message->body_case == CONCORDAT__V1__MESSAGE__BODY_OFFER;
    const struct desk_case *shown = is_offer && message->offer->referral.len == WIRE_ID_BYTES
                                        ? desk_copy_find(&desk->copy, message->offer->referral.data)
                                        : NULL;
    if (shown && desk_is_looked_at(desk, now_ms))
        desk_say_delivered(desk, shown);
}

static void desk_hear(struct desk *desk, int64_t now_ms)
{
    const Concordat__V1__Message *message;
    while ((message = concordat_client_next(desk->client, 0)) != NULL) {
        desk_note_welcome(desk);
        desk_copy_take(&desk->copy, message);
        desk_note_offer(desk, message, now_ms);
        if (message->command_id.len == WIRE_ID_BYTES)
            desk_tell_answered(desk, message);
    }
}

void desk_turn(struct desk *desk, int64_t now_ms)
{
    desk_hear(desk, now_ms);
    desk_notice_connection(desk, now_ms);
    if (desk->is_connected && desk->is_brokers &&
        (desk->copy.is_old || (desk_is_looked_at(desk, now_ms) && now_ms >= desk->board_ms)))
        desk_ask_board(desk, own_question_is_answered, NULL);
    for (size_t i = 0; i < desk->asked_count;)
        if (desk->asked[i].until_ms <= now_ms)
            desk_tell(desk, i, NULL);
        else
            i++;
}

const struct desk_copy *desk_cases(const struct desk *desk)
{
    return &desk->copy;
}

const struct desk_capacity *desk_capacity(const struct desk *desk)
{
    return &desk->capacity;
}

void desk_note_capacity(struct desk *desk, uint32_t places)
{
    desk->capacity = (struct desk_capacity){places, desk_wall_ms(desk)};
}

void desk_on_change(struct desk *desk, desk_changed *changed, void *context)
{
    desk->changed = changed;
    desk->changed_context = context;
}

struct desk_losses desk_losses(const struct desk *desk)
{
    return desk->losses;
}

bool desk_is_brokers(const struct desk *desk)
{
    return desk->is_brokers;
}

bool desk_answers(const struct desk *desk)
{
    return concordat_client_connected(desk->client);
}

Concordat__V1__Role desk_role(const struct desk *desk)
{
    return desk->role;
}

const char *desk_of(const struct desk *desk)
{
    return desk->of;
}

const char *desk_name(const struct desk *desk)
{
    return desk->name[0] ? desk->name : desk->of;
}

const uint8_t *desk_delivery_key(const struct desk *desk)
{
    return desk->delivery_key;
}

int64_t desk_wall_ms(const struct desk *desk)
{
    int64_t server_ms = concordat_client_server_ms(desk->client);
    return server_ms ? server_ms : now_wall_ms();
}

void desk_ask(struct desk *desk, const Concordat__V1__Request *request, const Concordat__V1__Person *person,
              desk_done *done, void *context)
{
    Concordat__V1__Request sent = *request;
    struct desk_asked asked = {
        .until_ms = now_monotonic_ms() + DESK_ANSWER_MS, .done = done, .context = context};
    sent.person = (Concordat__V1__Person *)(uintptr_t)person; /* packing changes nothing of it */
    if (desk->asked_count == CLIENT_OUTSTANDING_MAX ||
        concordat_client_send(desk->client, &sent, asked.id) != 0) {
        done(context, NULL);
        return;
    }
    desk->asked[desk->asked_count++] = asked;
}

/* The id is that of no question. */
void desk_wake(struct desk *desk, int64_t delay_ms, desk_done *done, void *context)
{
    struct desk_asked asked = {.until_ms = now_monotonic_ms() + delay_ms, .done = done, .context = context};
    words_new_uuid(asked.id);
    if (desk->asked_count == CLIENT_OUTSTANDING_MAX)
        done(context, NULL);
    else
        desk->asked[desk->asked_count++] = asked;
}
