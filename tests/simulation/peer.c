/* peer.c: what all clients share: a connection, commands repeated until their answer, and tasks for later. */
#include "tests/simulation/peer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/simulation/network.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name
#define REFUSED(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

enum { HELLO_MS = 4 * 1000, SILENCE_MS = 45 * 1000, RETRY_MS = 3 * 1000, TRIES_MAX = 12 };

static const struct peer_role *const roles[] = {
    [PEER_INTAKE] = &intake_role,           [PEER_TEAM] = &team_role,
    [PEER_COORDINATOR] = &coordinator_role, [PEER_AUDITOR] = &auditor_role,
    [PEER_INSPECTOR] = &inspector_role,     [PEER_STRANGER] = &stranger_role,
};

static const Concordat__V1__Role keys[] = {
    [PEER_INTAKE] = CONCORDAT__V1__ROLE__ROLE_SOURCE,
    [PEER_TEAM] = CONCORDAT__V1__ROLE__ROLE_TEAM,
    [PEER_COORDINATOR] = CONCORDAT__V1__ROLE__ROLE_COORDINATOR,
    [PEER_AUDITOR] = CONCORDAT__V1__ROLE__ROLE_AUDITOR,
    [PEER_INSPECTOR] = CONCORDAT__V1__ROLE__ROLE_INSPECTOR,
    [PEER_STRANGER] = CONCORDAT__V1__ROLE__ROLE_TEAM,
};

ProtobufCBinaryData peer_bytes(const uint8_t *bytes, size_t size)
{
    return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)bytes};
}

bool peer_chance(struct peer *p, int of_hundred)
{
    return random_between(&p->random, 0, 99) < of_hundred;
}

struct peer *peer_add(struct world *w, enum peer_kind kind, const char *key_name, const char *of)
{
    assert(w->peer_count < PEERS_MAX);
    struct peer *p = &w->peers[w->peer_count];
    *p = (struct peer){.index = w->peer_count++, .kind = kind, .honest = kind != PEER_STRANGER};
    random_open(&p->random, w->options.seed, key_name, 0);
    snprintf(p->key.name, sizeof p->key.name, "%s", key_name);
    snprintf(p->key.of, sizeof p->key.of, "%s", of);
    p->key.role = keys[kind];
    p->accepts = (int)random_between(&p->random, 20, 95);
    p->ignores = (int)random_between(&p->random, 0, 40);
    p->late = (int)random_between(&p->random, 0, 30);
    p->twice = (int)random_between(&p->random, 0, 30);
    p->vanishes = (int)random_between(&p->random, 0, 30);
    p->wake_ms = INT64_MAX;
    peer_plan(w, p, w->now_ms + random_between(&p->random, 0, SECONDS(30)));
    return p;
}

void peer_close(struct peer *p)
{
    for (int i = 0; i < p->pending_count; i++)
        free(p->pending[i].bytes);
}

void peer_plan(struct world *w, struct peer *p, int64_t at_ms)
{
    if (at_ms < w->now_ms)
        at_ms = w->now_ms;
    if (at_ms >= p->wake_ms)
        return;
    p->wake_ms = at_ms;
    world_later(w, at_ms - w->now_ms, PEER_WAKES, p->index, 0);
}

void peer_new_id(struct world *w, struct peer *p, uint8_t id[16])
{
    random_bytes(&p->random, id, 16);
    for (int i = 0; i < 6; i++)
        id[i] = (uint8_t)(w->now_ms >> (40 - 8 * i));
    id[6] = (uint8_t)(0x70 | (id[6] & 0x0f));
    id[8] = (uint8_t)(0x80 | (id[8] & 0x3f));
}

/* --- sending ---------------------------------------------------------------------------------------- */

void peer_send(struct world *w, struct peer *p, Concordat__V1__Request *request)
{
    uint8_t bytes[WIRE_REQUEST_BYTES_MAX], id[16];
    if (!request->command_id.len) {
        peer_new_id(w, p, id);
        request->command_id = peer_bytes(id, 16);
    }
    size_t size = concordat__v1__request__pack(request, bytes);
    network_to_broker(w, p, bytes, size);
    p->ping_ms = w->now_ms + w->options.ping_ms;
}

static void say_hello(struct world *w, struct peer *p)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Hello hello = CONCORDAT__V1__HELLO__INIT;
    request.command_case = COMMAND(HELLO);
    request.hello = &hello;
    hello.protocol = WIRE_PROTOCOL;
    hello.software = (char *)(uintptr_t) "simulated";
    hello.wants_news = p->kind != PEER_AUDITOR;
    peer_new_id(w, p, p->hello_id);
    request.command_id = peer_bytes(p->hello_id, 16);
    p->hello_ms = w->now_ms + HELLO_MS;
    peer_send(w, p, &request);
}

static void ping(struct world *w, struct peer *p)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Ping body = CONCORDAT__V1__PING__INIT;
    request.command_case = COMMAND(PING);
    request.ping = &body;
    peer_send(w, p, &request);
}

const char *peer_device(const struct peer *p, const uint8_t *command_id)
{
    static const char *const devices[] = {"", "car-1", "car-2", "car-3"};
    return p->kind == PEER_INTAKE ? devices[command_id[15] % 4] : "";
}

Concordat__V1__Person peer_person(const struct peer *p, const uint8_t *command_id)
{
    static const char *const people[] = {"", "p117", "ab20", "zzzz99999999"};
    Concordat__V1__Person person = CONCORDAT__V1__PERSON__INIT;
    person.id = (char *)(uintptr_t)people[p->kind == PEER_STRANGER ? 0 : command_id[15] / 4 % 4];
    person.role = (Concordat__V1__StaffRole)(command_id[14] % 20);
    return person;
}

void peer_command(struct world *w, struct peer *p, Concordat__V1__Request *request, const uint8_t *referral,
                  uint32_t attempt)
{
    if (p->pending_count == PENDING_MAX)
        return;
    struct pending *pending = &p->pending[p->pending_count++];
    *pending = (struct pending){.kind = (int)request->command_case, .next_ms = w->now_ms};
    peer_new_id(w, p, pending->id);
    if (referral)
        memcpy(pending->referral, referral, 16);
    request->command_id = peer_bytes(pending->id, 16);
    request->device = (char *)(uintptr_t)peer_device(p, pending->id);
    Concordat__V1__Person person = peer_person(p, pending->id);
    request->person = person.id[0] ? &person : NULL;
    pending->size = concordat__v1__request__get_packed_size(request);
    pending->bytes = malloc(pending->size);
    assert(pending->bytes);
    concordat__v1__request__pack(request, pending->bytes);
    request->person = NULL;
    witness_sent(&w->witness, pending->id, p->index, pending->kind, referral, attempt);
    peer_plan(w, p, w->now_ms);
}

static void forget(struct peer *p, int at)
{
    free(p->pending[at].bytes);
    memmove(&p->pending[at], &p->pending[at + 1], (size_t)(--p->pending_count - at) * sizeof *p->pending);
}

/* An intake repeats for ever, from its outbox; people give up. */
static void repeat(struct world *w, struct peer *p)
{
    for (int i = 0; i < p->pending_count; i++) {
        struct pending *pending = &p->pending[i];
        if (pending->next_ms > w->now_ms)
            continue;
        if (++pending->tries > TRIES_MAX && p->kind != PEER_INTAKE) {
            forget(p, i--);
            continue;
        }
        int tries = pending->tries < 10 ? pending->tries : 10;
        pending->next_ms = w->now_ms + RETRY_MS * tries + random_between(&p->random, 0, RETRY_MS);
        p->ping_ms = w->now_ms + w->options.ping_ms;
        network_to_broker(w, p, pending->bytes, pending->size);
    }
}

void peer_says_presence(struct world *w, struct peer *p, bool present)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetPresence body = CONCORDAT__V1__SET_PRESENCE__INIT;
    request.command_case = COMMAND(SET_PRESENCE);
    request.set_presence = &body;
    body.present = p->present = present;
    body.lease_seconds = (uint32_t)(p->lease_ms / 1000);
    p->renew_ms = present ? w->now_ms + p->lease_ms / 3 : INT64_MAX;
    peer_send(w, p, &request);
}

/* --- tasks ------------------------------------------------------------------------------------------ */

void peer_task(struct world *w, struct peer *p, int64_t in_ms, int kind, int step, const uint8_t *referral,
               uint32_t attempt)
{
    if (p->task_count == TASKS_MAX)
        return;
    struct task *task = &p->tasks[p->task_count++];
    *task = (struct task){.at_ms = w->now_ms + in_ms, .kind = kind, .step = step, .attempt = attempt};
    if (referral)
        memcpy(task->referral, referral, 16);
    peer_plan(w, p, task->at_ms);
}

static void do_tasks(struct world *w, struct peer *p)
{
    for (int i = 0; i < p->task_count; i++) {
        if (p->tasks[i].at_ms > w->now_ms)
            continue;
        struct task task = p->tasks[i];
        p->tasks[i--] = p->tasks[--p->task_count];
        roles[p->kind]->does(w, p, &task);
    }
}

/* --- waking ----------------------------------------------------------------------------------------- */

static void plan_next(struct world *w, struct peer *p)
{
    int64_t next_ms = p->welcome ? p->ping_ms : p->hello_ms;
    for (int i = 0; p->welcome && i < p->pending_count; i++)
        if (p->pending[i].next_ms < next_ms)
            next_ms = p->pending[i].next_ms;
    for (int i = 0; i < p->task_count; i++)
        if (p->tasks[i].at_ms < next_ms)
            next_ms = p->tasks[i].at_ms;
    peer_plan(w, p, next_ms);
}

static void reconnect(struct world *w, struct peer *p)
{
    p->connection++;
    p->welcomed_ms = 0;
    p->welcome = false;
    p->heard_ms = w->now_ms;
    p->last_in_ms = p->last_out_ms = 0;
    p->under_way = 0;
    say_hello(w, p);
}

void peer_wakes(struct world *w, struct peer *p)
{
    if (p->wake_ms != w->now_ms)
        return; /* another wake-up has been planned since */
    p->wake_ms = INT64_MAX;
    if (!p->online) {
        p->online = true;
        reconnect(w, p);
        if (roles[p->kind]->open)
            roles[p->kind]->open(w, p);
    } else if (p->heard_ms + SILENCE_MS < w->now_ms) {
        reconnect(w, p);
    } else if (!p->welcome && p->hello_ms <= w->now_ms) {
        say_hello(w, p);
    }
    if (p->welcome) {
        repeat(w, p);
        if (p->ping_ms <= w->now_ms)
            ping(w, p);
    }
    do_tasks(w, p);
    if (roles[p->kind]->wake)
        roles[p->kind]->wake(w, p);
    plan_next(w, p);
}

void peer_dies(struct world *w, struct peer *p)
{
    if (!p->online)
        return;
    world_note(w, p->key.name, "dies", NULL, 0);
    p->online = p->welcome = false;
    p->connection++;
    p->welcomed_ms = 0;
    p->task_count = p->kind == PEER_INTAKE ? p->task_count : 0;
    p->follow_ms = 0;
    while (p->kind != PEER_INTAKE && p->pending_count)
        forget(p, 0); /* only an intake has an outbox */
    p->wake_ms = INT64_MAX;
    peer_plan(w, p, w->now_ms + random_wait(&p->random, MINUTES(5)));
}

/* --- receiving -------------------------------------------------------------------------------------- */

static int find_pending(const struct peer *p, const ProtobufCBinaryData *id)
{
    for (int i = 0; id->len == 16 && i < p->pending_count; i++)
        if (memcmp(p->pending[i].id, id->data, 16) == 0)
            return i;
    return -1;
}

static void take_answer(struct world *w, struct peer *p, const Concordat__V1__Message *message)
{
    const Concordat__V1__Answer *answer = message->answer;
    int at = find_pending(p, &message->command_id);
    if (!answer->done && answer->refusal == REFUSED(HELLO_FIRST)) {
        if (p->welcome)
            say_hello(w, p);
        p->welcome = false;
        return;
    }
    if (at < 0)
        return;
    bool later =
        !answer->done && (answer->refusal == REFUSED(UNAVAILABLE) || answer->refusal == REFUSED(TOO_MANY) ||
                          answer->refusal == REFUSED(NO_ROOM) || answer->refusal == REFUSED(REVOKED));
    bool is_new_work = p->pending[at].kind == COMMAND(SUBMIT) || p->pending[at].kind == COMMAND(UPDATE);
    if (answer->refusal == REFUSED(NO_ROOM) && !is_new_work)
        world_violated(w, "turned away", "%s was refused an answer for want of room: %d", p->key.name,
                       (int)p->pending[at].kind);
    if (later) {
        p->pending[at].next_ms = w->now_ms + SECONDS(20);
        return;
    }
    struct pending pending = p->pending[at];
    pending.bytes = NULL;
    forget(p, at);
    if (answer->done)
        w->witness.acknowledged++;
    if (roles[p->kind]->answered)
        roles[p->kind]->answered(w, p, &pending, answer);
}

void peer_receives(struct world *w, struct peer *p, const uint8_t *bytes, size_t size)
{
    p->heard_ms = w->now_ms;
    if (network_is_pong(bytes, size))
        return;
    arena_reset(&w->arena); /* the host checked its form when it was sent */
    const Concordat__V1__Message *message = concordat__v1__message__unpack(&w->arena.allocator, size, bytes);
    assert(message);
    journal_mix(&w->journal, bytes, size);
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_WELCOME) {
        if (memcmp(message->command_id.data, p->hello_id, 16) != 0)
            return;
        p->welcome = true;
        p->ping_ms = w->now_ms + w->options.ping_ms;
        for (int i = 0; i < p->pending_count; i++)
            p->pending[i].next_ms = w->now_ms;
    }
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER)
        take_answer(w, p, message);
    else if (find_pending(p, &message->command_id) >= 0)
        forget(p, find_pending(p, &message->command_id));
    if (roles[p->kind]->told)
        roles[p->kind]->told(w, p, message);
    plan_next(w, p);
}
