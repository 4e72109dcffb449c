/* sealing.c: see sealing.h. */
#include "services/gateway/sealing.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"

#define DAY_MS INT64_C(86400000)

struct sealing_desk {
    struct desk *desk;
    int64_t ask_at_ms; /* monotonic */
    bool is_asking;
    int64_t until_ms; /* of the key; 0: there is none */
    char id[SEALING_ID_BYTES], point[SEALING_POINT_BYTES];
};

struct sealing_keys {
    const struct desks *desks;
    struct sealing_desk of[DESKS_MAX];
};

struct sealing_keys *sealing_open(const struct desks *desks)
{
    struct sealing_keys *sealing = calloc(1, sizeof *sealing);
    if (!sealing)
        return NULL;
    sealing->desks = desks;
    for (size_t i = 0; i < desks_count(desks); i++)
        sealing->of[i].desk = desks_at(desks, i);
    return sealing;
}

void sealing_close(struct sealing_keys **sealing)
{
    free(*sealing);
    *sealing = NULL;
}

/* --- the keys of intakes ---------------------------------------------------------------------------------
 */

static void key_is_told(void *context, const Concordat__V1__Message *message)
{
    struct sealing_desk *of = context;
    of->is_asking = false;
    if (!message || message->body_case != CONCORDAT__V1__MESSAGE__BODY_FORM_KEY)
        return;
    const Concordat__V1__FormKey *told = message->form_key;
    sodium_bin2base64(of->id, sizeof of->id, told->key.data, told->key.len,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_bin2base64(of->point, sizeof of->point, told->public_key.data, told->public_key.len,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    of->until_ms = told->opens_until_ms;
    of->ask_at_ms += FORM_KEY_ASK_MS - FORM_KEY_AGAIN_MS;
}

void sealing_ask_again(struct sealing_keys *sealing, const struct desk *desk)
{
    for (size_t i = 0; i < desks_count(sealing->desks); i++)
        if (sealing->of[i].desk == desk)
            sealing->of[i].ask_at_ms = 0;
}

void sealing_turn(struct sealing_keys *sealing, int64_t now_ms)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetFormKey question = CONCORDAT__V1__GET_FORM_KEY__INIT;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_FORM_KEY;
    request.get_form_key = &question;
    for (size_t i = 0; i < desks_count(sealing->desks); i++) {
        struct sealing_desk *of = &sealing->of[i];
        if (of->is_asking || now_ms < of->ask_at_ms || !desk_answers(of->desk) ||
            desk_role(of->desk) != CONCORDAT__V1__ROLE__ROLE_REFERRER)
            continue;
        of->is_asking = true;
        of->ask_at_ms = now_ms + FORM_KEY_AGAIN_MS;
        desk_ask(of->desk, &request, NULL, key_is_told, of);
    }
}

/* --- what a page brings ----------------------------------------------------------------------------------
 */

/* The key of a desk; NULL if it has none yet. */
static const struct sealing_desk *sealing_of(const struct sealing_keys *sealing, const struct desk *desk)
{
    for (size_t i = 0; i < desks_count(sealing->desks); i++)
        if (sealing->of[i].desk == desk && sealing->of[i].until_ms > desk_wall_ms(desk))
            return &sealing->of[i];
    return NULL;
}

static void write_rights(const struct desk *desk, const Concordat__V1__Person *person, const char *referral,
                         char rights[SEALING_RIGHTS_BYTES])
{
    struct delivery_right right = {.role = person->role,
                                   .until_ms = desk_wall_ms(desk) + DELIVERY_DAYS * DAY_MS};
    char uuid[UUID_TEXT_BYTES], token[DELIVERY_TOKEN_BYTES];
    size_t used = 0;
    snprintf(right.person, sizeof right.person, "%s", person->id);
    for (int i = 0; i < DELIVERY_RIGHTS; i++) {
        if (i > 0 || !words_parse_uuid(referral, right.referral))
            words_new_uuid(right.referral);
        words_uuid(right.referral, uuid);
        delivery_token_make(desk_delivery_key(desk), &right, token);
        used += (size_t)snprintf(rights + used, SEALING_RIGHTS_BYTES - used, "%s%s:%s", i > 0 ? " " : "",
                                 uuid, token);
    }
}

void sealing_fill(const struct sealing_keys *sealing, const struct desk *desk,
                  const Concordat__V1__Person *person, const char *referral, struct sealing_texts *texts,
                  struct page_sealing *page)
{
    const struct sealing_desk *of = desk ? sealing_of(sealing, desk) : NULL;
    *page = (struct page_sealing){.person = person->id};
    if (!of)
        return;
    memcpy(texts->id, of->id, sizeof texts->id);
    memcpy(texts->point, of->point, sizeof texts->point);
    snprintf(texts->until, sizeof texts->until, "%" PRId64, of->until_ms);
    write_rights(desk, person, referral, texts->rights);
    page->key = texts->id;
    page->point = texts->point;
    page->until = texts->until;
    page->rights = texts->rights;
}

struct desk *sealing_desk_of(const struct sealing_keys *sealing, const char *token,
                             struct delivery_right *right)
{
    for (size_t i = 0; i < desks_count(sealing->desks); i++) {
        struct desk *desk = sealing->of[i].desk;
        if (delivery_token_open(desk_delivery_key(desk), token, desk_wall_ms(desk), right))
            return desk;
    }
    return NULL;
}
