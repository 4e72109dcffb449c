/* stranger.c: somebody with a key who means harm: noise, floods, other people's cases, ids used twice. */
#include <string.h>

#include "tests/simulation/network.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

static const uint8_t *some_referral(struct world *w, struct peer *p)
{
    static uint8_t none[16] = {1};
    uint32_t count = w->witness.cases.count;
    if (!count)
        return none;
    const struct seen_case *c =
        table_row(&w->witness.cases, (uint32_t)random_between(&p->random, 0, count - 1));
    return c->id;
}

static void send_noise(struct world *w, struct peer *p)
{
    uint8_t bytes[4096];
    size_t size = (size_t)random_between(&p->random, 0, sizeof bytes);
    random_bytes(&p->random, bytes, size);
    network_to_broker(w, p, bytes, size);
}

/* Makes a command of any role about somebody's case: whole, cut short, or with a bit flipped. */
static void send_command(struct world *w, struct peer *p)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Accept accept = CONCORDAT__V1__ACCEPT__INIT;
    Concordat__V1__Take take = CONCORDAT__V1__TAKE__INIT;
    Concordat__V1__GetRecord record = CONCORDAT__V1__GET_RECORD__INIT;
    Concordat__V1__GetStatus status = CONCORDAT__V1__GET_STATUS__INIT;
    Concordat__V1__Follow follow = CONCORDAT__V1__FOLLOW__INIT;
    Concordat__V1__Close close = CONCORDAT__V1__CLOSE__INIT;
    Concordat__V1__GetBoard board = CONCORDAT__V1__GET_BOARD__INIT;
    Concordat__V1__Withdraw withdraw = CONCORDAT__V1__WITHDRAW__INIT;
    static const int kinds[] = {COMMAND(ACCEPT), COMMAND(TAKE),  COMMAND(GET_RECORD), COMMAND(GET_STATUS),
                                COMMAND(FOLLOW), COMMAND(CLOSE), COMMAND(GET_BOARD),  COMMAND(WITHDRAW)};
    uint8_t bytes[1024], id[16];
    ProtobufCBinaryData referral = peer_bytes(some_referral(w, p), 16);
    accept.referral = take.referral = record.referral = status.referral = referral;
    close.referral = withdraw.referral = referral;
    accept.attempt = (uint32_t)random_between(&p->random, 1, 4);
    close.outcome = CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE;
    void *bodies[] = {&accept, &take, &record, &status, &follow, &close, &board, &withdraw};
    int64_t which = random_between(&p->random, 0, 7);
    request.command_case = (Concordat__V1__Request__CommandCase)kinds[which];
    request.accept = bodies[which]; /* all bodies are pointers in one union */
    peer_new_id(w, p, id);
    if (peer_chance(p, 30) && p->own_count)
        memcpy(id, p->own[random_between(&p->random, 0, p->own_count - 1)], 16);
    else if (p->own_count < KNOWN_MAX)
        memcpy(p->own[p->own_count++], id, 16);
    request.command_id = peer_bytes(id, 16);
    witness_sent(&w->witness, id, p->index, kinds[which], referral.data, accept.attempt);
    size_t size = concordat__v1__request__pack(&request, bytes);
    if (peer_chance(p, 10))
        size = (size_t)random_between(&p->random, 0, (int64_t)size);
    else if (peer_chance(p, 10))
        bytes[random_between(&p->random, 18, (int64_t)size - 1)] ^= 4; /* but not in the command's id */
    network_to_broker(w, p, bytes, size);
}

static void stranger_does(struct world *w, struct peer *p, const struct task *task)
{
    (void)task;
    if (w->healing)
        return;
    int crowd = peer_chance(p, 2) ? 100 : 1;
    while (crowd-- > 0)
        if (peer_chance(p, 20))
            send_noise(w, p);
        else
            send_command(w, p);
    peer_task(w, p, random_wait(&p->random, w->options.rate[FAULT_STRANGERS]), COMMAND(ACCEPT), 0, NULL, 0);
}

static void open_stranger(struct world *w, struct peer *p)
{
    peer_task(w, p, random_wait(&p->random, w->options.rate[FAULT_STRANGERS]), COMMAND(ACCEPT), 0, NULL, 0);
}

const struct peer_role stranger_role = {.open = open_stranger, .does = stranger_does};
