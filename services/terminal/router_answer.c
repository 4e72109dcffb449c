/* router_answer.c: a command that an intake saves, and the router's answer to it: see router_answer.h. */
#include "services/terminal/router_answer.h"

#include <stdlib.h>
#include <string.h>

#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/terminal/limits.h"

static bool router_answer_is_open(const Concordat__V1__Message *message)
{
    return message && message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER && message->answer->done &&
           message->answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_SAVED;
}

/* Copies a message, which the client would overwrite. NULL if there is not enough memory. */
static const Concordat__V1__Message *router_answer_keep(struct router_answer *settled,
                                                        const Concordat__V1__Message *message)
{
    struct wire_fault fault;
    size_t size = concordat__v1__message__get_packed_size(message);
    uint8_t *bytes = malloc(size);
    settled->has_arena = bytes && arena_open(&settled->arena, ARENA_MESSAGE_BYTES) == 0;
    const Concordat__V1__Message *kept = NULL;
    if (settled->has_arena) {
        concordat__v1__message__pack(message, bytes);
        kept = wire_unpack_message(bytes, size, &settled->arena, &fault);
    }
    free(bytes);
    return kept;
}

/* News of the referral come as soon as the router has answered anything about it. */
static bool router_answer_is_near(struct concordat_client *client, const uint8_t referral[WIRE_ID_BYTES],
                                  int64_t until_ms)
{
    int64_t left_ms;
    while ((left_ms = until_ms - now_monotonic_ms()) > 0) {
        const Concordat__V1__Message *news = concordat_client_next(client, (int)left_ms);
        if (news && news->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS &&
            news->status->referral.len == WIRE_ID_BYTES &&
            memcmp(news->status->referral.data, referral, WIRE_ID_BYTES) == 0)
            return true;
    }
    return false;
}

/* The same command again tells how far it is. That it is the second time is nobody's business but ours. */
static const Concordat__V1__Message *router_answer_again(struct router_answer *settled,
                                                         const struct connection_options *options,
                                                         struct concordat_client *client,
                                                         Concordat__V1__Request *request, bool repeated)
{
    const Concordat__V1__Message *again = concordat_client_request(client, request, options->timeout_ms);
    if (!again || again->body_case != CONCORDAT__V1__MESSAGE__BODY_ANSWER || router_answer_is_open(again))
        return NULL;
    settled->message = *again;
    settled->answer = *again->answer;
    settled->answer.repeated = repeated;
    settled->message.answer = &settled->answer;
    return &settled->message;
}

const Concordat__V1__Message *router_answer_ask(struct router_answer *settled,
                                                const struct connection_options *options,
                                                struct concordat_client *client,
                                                Concordat__V1__Request *request,
                                                const uint8_t referral[WIRE_ID_BYTES], enum exit_code *code)
{
    uint8_t id[WIRE_ID_BYTES];
    words_new_uuid(id);
    request->command_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    const Concordat__V1__Message *first = connection_ask(options, client, request, code), *last = NULL;
    const Concordat__V1__Message *kept =
        router_answer_is_open(first) ? router_answer_keep(settled, first) : NULL;
    int64_t until_ms = now_monotonic_ms() + ROUTER_ANSWER_MS;
    while (kept && !last && router_answer_is_near(client, referral, until_ms))
        last = router_answer_again(settled, options, client, request, kept->answer->repeated);
    request->command_id = (ProtobufCBinaryData){0};
    if (last)
        *code = last->answer->done ? CODE_DONE : CODE_REFUSED;
    if (!last)
        last = kept ? kept : first;
    return last;
}

void router_answer_close(struct router_answer *settled)
{
    if (settled->has_arena)
        arena_close(&settled->arena);
    settled->has_arena = false;
}
