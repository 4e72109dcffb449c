/* sealed.c: see sealed.h. */
#include "services/gateway/sealed.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/gateway/form.h"
#include "services/gateway/reply.h"
#include "services/gateway/sealing.h"
#include "services/gateway/settled.h"

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name
#define RECEIPT(name) CONCORDAT__V1__RECEIPT__RECEIPT_##name

static const struct form_rule sealed_rules[] = {
    {.name = SEALED_TOKEN, .bytes_max = DELIVERY_TOKEN_BYTES},
    {.name = SEALED_REFERRAL, .bytes_max = UUID_TEXT_BYTES},
    {.name = SEALED_KEY, .bytes_max = SEALING_ID_BYTES},
    {.name = SEALED_SENDER, .bytes_max = SEALING_POINT_BYTES},
    {.name = SEALED_FORM, .bytes_max = SEALED_TEXT_BYTES_MAX},
    {.name = SEALED_MS, .bytes_max = 16},
};

/* A form on its way to the intake. */
struct sealed_delivery {
    struct http_request *request;
    struct desk *desk;
    struct sealing_keys *sealing;
    struct delivery_right right;
    Concordat__V1__Person person;
    uint8_t key[WIRE_ID_BYTES], sender[WIRE_POINT_BYTES], sealed[WIRE_SEALED_BYTES_MAX];
    Concordat__V1__SubmitSealed form; /* points into the rest */
};

/* Ends the request. */
static void sealed_answer(struct http_request *request, unsigned status, const char *state,
                          const char *number, const char *text)
{
    json_t *json = json_pack("{s:s, s:s, s:s}", "state", state, "number", number, "text", text);
    char *words = json ? json_dumps(json, JSON_COMPACT) : NULL;
    if (words)
        http_give(request,
                  &(struct http_answer){
                      .status = status, .type = "application/json", .text = words, .size = strlen(words)});
    else
        reply_problem(request, REPLY_NO_MEMORY);
    free(words);
    json_decref(json);
}

static void sealed_delivery_end(struct sealed_delivery *delivery, unsigned status, const char *state,
                                const char *number, const char *text)
{
    sealed_answer(delivery->request, status, state, number, text);
    free(delivery);
}

/* Refusals that pass: the same form is taken later. */
static bool refusal_passes(Concordat__V1__Refusal refusal)
{
    static const Concordat__V1__Refusal passing[] = {REFUSAL(UNAVAILABLE), REFUSAL(TOO_MANY),
                                                     REFUSAL(NO_ROOM),     REFUSAL(HELLO_FIRST),
                                                     REFUSAL(REVOKED),     REFUSAL(VERSION)};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (passing[i] == refusal)
            return true;
    return false;
}

static const char *state_of_receipt(Concordat__V1__Receipt receipt)
{
    if (receipt == RECEIPT(UNOPENED))
        return SEALED_UNOPENED;
    return receipt == RECEIPT(RECEIVED) ? SEALED_RECEIVED : SEALED_SAVED;
}

static void sealed_is_told(void *context, const Concordat__V1__Message *message);

/* The same referral had come before the device knew: its form was sent, and the answer was lost. */
static void sealed_ask_status(struct sealed_delivery *delivery)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStatus question = CONCORDAT__V1__GET_STATUS__INIT;
    question.referral = (ProtobufCBinaryData){WIRE_ID_BYTES, delivery->right.referral};
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &question;
    desk_ask(delivery->desk, &request, &delivery->person, sealed_is_told, delivery);
}

static void sealed_is_told(void *context, const Concordat__V1__Message *message)
{
    struct sealed_delivery *delivery = context;
    const Concordat__V1__Answer *answer =
        message && message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER ? message->answer : NULL;
    /* The intake has lost its keys: whoever opens the form from now on seals under its new one. */
    if (answer && answer->done && answer->receipt == RECEIPT(UNOPENED))
        sealing_ask_again(delivery->sealing, delivery->desk);
    if (!answer)
        sealed_delivery_end(delivery, 503, SEALED_AGAIN, "", "The intake has not answered yet.");
    else if (answer->done)
        sealed_delivery_end(delivery, 200, state_of_receipt(answer->receipt),
                            answer->status ? answer->status->number : "", answer->text);
    else if (answer->refusal == REFUSAL(CONFLICT))
        sealed_ask_status(delivery);
    else if (refusal_passes(answer->refusal))
        sealed_delivery_end(delivery, 503, SEALED_AGAIN, "", answer->text);
    else
        sealed_delivery_end(delivery, 200, SEALED_REFUSED, "", answer->text);
}

static bool sealed_bytes(const struct form *form, const char *name, uint8_t *bytes, size_t room,
                         ProtobufCBinaryData *out)
{
    const char *text = form_value(form, name, 0);
    out->data = bytes;
    return text && sodium_base642bin(bytes, room, text, strlen(text), NULL, &out->len, NULL,
                                     sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
}

/* False if it is nothing that a page of ours sends. */
static bool sealed_read(struct sealed_delivery *delivery, const struct form *form)
{
    Concordat__V1__SubmitSealed *sealed = &delivery->form;
    const char *referral = form_value(form, SEALED_REFERRAL, 0), *ms = form_value(form, SEALED_MS, 0);
    uint8_t id[WIRE_ID_BYTES];
    char *end;
    concordat__v1__submit_sealed__init(sealed);
    sealed->referral = (ProtobufCBinaryData){WIRE_ID_BYTES, delivery->right.referral};
    if (!ms || !referral || !words_parse_uuid(referral, id) ||
        memcmp(id, delivery->right.referral, WIRE_ID_BYTES) != 0)
        return false;
    sealed->sealed_ms = strtoll(ms, &end, 10);
    return *ms && !*end &&
           sealed_bytes(form, SEALED_KEY, delivery->key, sizeof delivery->key, &sealed->key) &&
           sealed_bytes(form, SEALED_SENDER, delivery->sender, sizeof delivery->sender,
                        &sealed->sender_key) &&
           sealed_bytes(form, SEALED_FORM, delivery->sealed, sizeof delivery->sealed, &sealed->sealed);
}

/* The command has the referral's id, as when the form itself is sent. */
static void sealed_send(struct sealed_delivery *delivery)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    request.command_id = delivery->form.referral;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_SUBMIT_SEALED;
    request.submit_sealed = &delivery->form;
    concordat__v1__person__init(&delivery->person);
    delivery->person.id = delivery->right.person;
    delivery->person.role = delivery->right.role;
    settled_ask(delivery->desk, &request, &delivery->person, sealed_is_told, delivery);
}

static void sealed_begin(struct site *site, struct http_request *request, const struct form *form)
{
    const char *token = form_value(form, SEALED_TOKEN, 0);
    struct sealed_delivery *delivery = calloc(1, sizeof *delivery);
    if (!delivery) {
        reply_problem(request, REPLY_NO_MEMORY);
        return;
    }
    delivery->request = request;
    delivery->sealing = site->sealing;
    delivery->desk = token ? sealing_desk_of(site->sealing, token, &delivery->right) : NULL;
    if (!delivery->desk)
        sealed_delivery_end(delivery, 403, SEALED_SIGN_IN, "",
                            "Sign in here, fill the form in again, or ring.");
    else if (!sealed_read(delivery, form))
        sealed_delivery_end(delivery, 400, SEALED_REFUSED, "",
                            "What was saved on this device cannot be read any more. Fill the form in again.");
    else if (!desk_answers(delivery->desk))
        sealed_is_told(delivery, NULL); /* the device tries again, and shows whom to ring */
    else
        sealed_send(delivery);
}

void sealed_take(struct site *site, struct http_request *request)
{
    struct form form;
    if (!reply_read_form(request, &form, sealed_rules, sizeof sealed_rules / sizeof *sealed_rules))
        return;
    sealed_begin(site, request, &form);
    form_close(&form);
}
