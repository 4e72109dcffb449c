/* desk.c: see desk.h. */
#include "services/gateway/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/client/client.h"
#include "proto/keys/keys.h"
#include "proto/words/now.h"
#include "proto/words/words.h"

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
    char of[KEY_OF_CHARS_MAX + 1];
    struct desk_asked asked[CLIENT_OUTSTANDING_MAX];
    size_t asked_count;
};

struct desk *desk_open(const struct desk_config *config, char *message, size_t message_size)
{
    const struct concordat_client_config client = {.endpoint = config->endpoint,
                                                   .server_key_path = config->server_key_path,
                                                   .key_path = config->key_path,
                                                   .software = "concordat-gateway " CONCORDAT_VERSION,
                                                   .wants_news = true,
                                                   .context = config->context};
    struct desk *desk = calloc(1, sizeof *desk);
    if (!desk) {
        snprintf(message, message_size, "no memory for a desk");
        return NULL;
    }
    desk->is_brokers = config->is_brokers;
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

static void desk_note_welcome(struct desk *desk)
{
    const Concordat__V1__Welcome *welcome = concordat_client_welcome(desk->client);
    if (!welcome)
        return;
    desk->role = welcome->role;
    snprintf(desk->of, sizeof desk->of, "%s", welcome->of);
}

void desk_turn(struct desk *desk, int64_t now_ms)
{
    const Concordat__V1__Message *message;
    while ((message = concordat_client_next(desk->client, 0)) != NULL)
        if (message->command_id.len == WIRE_ID_BYTES)
            desk_tell_answered(desk, message);
    desk_note_welcome(desk);
    for (size_t i = 0; i < desk->asked_count;)
        if (desk->asked[i].until_ms <= now_ms)
            desk_tell(desk, i, NULL);
        else
            i++;
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
