/* settled.c: see settled.h. */
#include "services/gateway/settled.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "proto/words/now.h"
#include "services/gateway/limits.h"

struct settling {
    struct desk *desk;
    desk_done *done;
    void *context;
    int64_t until_ms, pause_ms;
    bool was_repeated; /* the command had been given before it was asked for here */
    size_t size;
    uint8_t bytes[]; /* the request, to be sent again as it is, with the person in it */
};

static void settling_is_told(void *context, const Concordat__V1__Message *message);

static void end_settling(struct settling *settling, const Concordat__V1__Message *message)
{
    desk_done *done = settling->done;
    void *context = settling->context;
    sodium_memzero(settling->bytes, settling->size);
    free(settling);
    done(context, message);
}

static void ask_again(void *context, const Concordat__V1__Message *message)
{
    struct settling *settling = context;
    Concordat__V1__Request *request = concordat__v1__request__unpack(NULL, settling->size, settling->bytes);
    (void)message;
    if (!request) {
        end_settling(settling, NULL);
        return;
    }
    desk_ask(settling->desk, request, request->person, settling_is_told, settling);
    concordat__v1__request__free_unpacked(request, NULL);
}

static bool is_saved_only(const Concordat__V1__Message *message)
{
    return message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER && message->answer->done &&
           message->answer->receipt == CONCORDAT__V1__RECEIPT__RECEIPT_SAVED;
}

/* That the command was asked for again is nobody's business but ours. */
static void tell_settled(struct settling *settling, const Concordat__V1__Message *message)
{
    Concordat__V1__Message told = *message;
    Concordat__V1__Answer answer;
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER) {
        answer = *message->answer;
        answer.repeated = settling->was_repeated;
        told.answer = &answer;
    }
    end_settling(settling, &told);
}

static void settling_is_told(void *context, const Concordat__V1__Message *message)
{
    struct settling *settling = context;
    int64_t now_ms = now_monotonic_ms();
    if (!message) {
        end_settling(settling, NULL);
        return;
    }
    if (settling->until_ms == 0) {
        settling->until_ms = now_ms + SETTLED_MS;
        settling->was_repeated =
            message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER && message->answer->repeated;
    }
    if (!is_saved_only(message) || now_ms >= settling->until_ms) {
        tell_settled(settling, message);
        return;
    }
    settling->pause_ms = settling->pause_ms ? 2 * settling->pause_ms : SETTLED_FIRST_MS;
    desk_wake(settling->desk, settling->pause_ms, ask_again, settling);
}

void settled_ask(struct desk *desk, const Concordat__V1__Request *request,
                 const Concordat__V1__Person *person, desk_done *done, void *context)
{
    Concordat__V1__Request sent = *request;
    sent.person = (Concordat__V1__Person *)(uintptr_t)person; /* packing changes nothing of it */
    size_t size = concordat__v1__request__get_packed_size(&sent);
    struct settling *settling = calloc(1, sizeof *settling + size);
    assert(request->command_id.len == WIRE_ID_BYTES);
    if (!settling) {
        done(context, NULL);
        return;
    }
    settling->desk = desk;
    settling->done = done;
    settling->context = context;
    settling->size = size;
    concordat__v1__request__pack(&sent, settling->bytes);
    desk_ask(desk, request, person, settling_is_told, settling);
}
