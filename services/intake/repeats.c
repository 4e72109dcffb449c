/* repeats.c: see repeats.h. */
#include "services/intake/repeats.h"

/* Half of the starting values of proto/README.md, "Quotas"; and the bytes that count as one there. */
static const struct token_rate new_work_rate = {TOKEN_US_PER_SECOND, 30};
static const struct token_rate answers_rate = {TOKEN_US_PER_SECOND / 10, 100};
enum { BYTES_A_TOKEN = 4096 };

void repeats_begin(struct repeats *repeats)
{
    repeats->going = true;
    repeats->row = repeats->not_before_ms = 0;
    repeats->found = false;
    repeats->sent = repeats->lost = 0;
}

void repeats_pause(struct repeats *repeats, int64_t now_ms)
{
    repeats->not_before_ms = now_ms + REPEATS_PAUSE_MS;
}

bool repeats_may_go_on(const struct repeats *repeats, size_t on_their_way, int64_t now_ms)
{
    return repeats->going && on_their_way < REPEATS_MAX && now_ms >= repeats->not_before_ms;
}

bool repeats_take(struct repeats *repeats, const Concordat__V1__Request *request, int64_t now_ms)
{
    bool is_new_work = request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT ||
                       request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE;
    uint32_t cost =
        is_new_work ? 1 + (uint32_t)(concordat__v1__request__get_packed_size(request) / BYTES_A_TOKEN) : 1;
    int64_t wait_ms = token_bucket_take(is_new_work ? &repeats->new_work : &repeats->answers,
                                        is_new_work ? new_work_rate : answers_rate, cost, now_ms);
    repeats->sent += wait_ms == 0;
    return wait_ms == 0;
}
