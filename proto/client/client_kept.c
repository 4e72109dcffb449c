/* client_kept.c: see client_kept.h. */
#include "proto/client/client_kept.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The first of them; whoever takes its bytes over sets them to NULL before. */
static void kept_drop_first(struct client_kept *kept)
{
    struct kept_command *first = &kept->commands[0];
    assert(kept->count > 0);
    if (first->bytes)
        explicit_bzero(first->bytes, first->size); /* a referral can be in it */
    free(first->bytes);
    kept->count--;
    kept->repeats -= kept->repeats > 0;
    memmove(first, first + 1, kept->count * sizeof *first);
}

static void kept_add(struct client_kept *kept, const struct kept_command *command)
{
    if (kept->count == KEPT_COMMANDS_MAX)
        kept_drop_first(kept);
    kept->commands[kept->count++] = *command;
}

void client_kept_add(struct client_kept *kept, struct outstanding *request, uint64_t seq, int64_t now_ms)
{
    struct kept_command command = {
        .bytes = request->bytes, .size = request->size, .seq = seq, .acknowledged_ms = now_ms};
    memcpy(command.id, request->id, WIRE_ID_BYTES);
    memcpy(command.referral, request->referral, WIRE_ID_BYTES);
    request->bytes = NULL;
    kept_add(kept, &command);
}

void client_kept_meet(struct client_kept *kept, const ProtobufCBinaryData *session, int64_t now_ms)
{
    if (session->len > WIRE_ID_BYTES ||
        (session->len == kept->session_size && memcmp(session->data, kept->session, session->len) == 0))
        return;
    memcpy(kept->session, session->data, session->len);
    kept->session_size = session->len;
    kept->repeats = kept->count;
    kept->met_ms = kept->send_at_ms = now_ms;
}

void client_kept_forget(struct client_kept *kept, int64_t now_ms)
{
    while (kept->repeats == 0 && kept->count > 0 && now_ms - kept->commands[0].acknowledged_ms > KEPT_MS)
        kept_drop_first(kept);
}

const struct kept_command *client_kept_due(const struct client_kept *kept, int64_t now_ms)
{
    return kept->repeats > 0 && now_ms >= kept->send_at_ms ? &kept->commands[0] : NULL;
}

void client_kept_was_sent(struct client_kept *kept, int64_t now_ms)
{
    kept->send_at_ms = now_ms + RESEND_FIRST_MS;
}

int64_t client_kept_next_ms(const struct client_kept *kept)
{
    return kept->repeats > 0 ? kept->send_at_ms : INT64_MAX;
}

/* How long to wait before the command is sent once more; 0: what the server answered is its answer. */
static int64_t kept_pause_ms(const struct client_kept *kept, const Concordat__V1__Answer *answer,
                             int64_t now_ms)
{
    bool may_come = answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_NOT_YOURS &&
                    now_ms - kept->met_ms < KEPT_CASE_COMES_MS;
    if (may_come)
        return KEPT_CASE_PAUSE_MS;
    if (answer->refusal != CONCORDAT__V1__REFUSAL__REFUSAL_UNAVAILABLE &&
        answer->refusal != CONCORDAT__V1__REFUSAL__REFUSAL_TOO_MANY)
        return 0;
    return answer->retry_after_ms > RESEND_FIRST_MS ? answer->retry_after_ms : RESEND_FIRST_MS;
}

enum kept_answer client_kept_take(struct client_kept *kept, const uint8_t *id,
                                  const Concordat__V1__Answer *answer, int64_t now_ms,
                                  struct concordat_client_lost *lost)
{
    if (kept->repeats == 0 || memcmp(kept->commands[0].id, id, WIRE_ID_BYTES) != 0)
        return KEPT_NOT_ASKED;
    struct kept_command command = kept->commands[0];
    int64_t pause_ms = answer->done ? 0 : kept_pause_ms(kept, answer, now_ms);
    kept->send_at_ms = now_ms + pause_ms;
    if (pause_ms > 0)
        return KEPT_IS_THERE;
    memcpy(lost->referral, command.referral, WIRE_ID_BYTES);
    lost->refusal = answer->refusal;
    bool was_lost = !answer->done || !answer->repeated || answer->seq != command.seq;
    if (answer->done) {
        kept->commands[0].bytes = NULL;
        command.seq = answer->seq;
        command.acknowledged_ms = now_ms;
    }
    kept_drop_first(kept);
    if (answer->done)
        kept_add(kept, &command);
    return was_lost ? KEPT_WAS_LOST : KEPT_IS_THERE;
}

const char *concordat_client_lost_words(Concordat__V1__Refusal refusal)
{
    return refusal == CONCORDAT__V1__REFUSAL__REFUSAL_UNSPECIFIED
               ? "LOST BY THE ROUTER AND SENT AGAIN: it had acknowledged this and had it no more; it has it now:"
               : "LOST BY THE ROUTER: it had acknowledged this, has it no more, and refuses it now; have the "
                 "coordinator rung:";
}

void client_kept_clear(struct client_kept *kept)
{
    while (kept->count > 0)
        kept_drop_first(kept);
}
