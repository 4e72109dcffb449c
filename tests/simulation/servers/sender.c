/* sender.c: see sender.h. */
#include "tests/simulation/servers/sender.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SENDER_TURN_MS = 200,
    SENDER_PATIENCE_MS = 2000,
    SENDER_AGAIN_MS = 1000,
    SENDER_PING_MS = 700,
    SENDER_QUIET_MS = 9000,
    SENDER_AT_ONCE = 6
};
#define SENDER_COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name

/* --- sending ---------------------------------------------------------------------------------------- */

struct sender_letter {
    struct sender *sender;
    int router;
    struct router_message message;
};

static void letter_arrives(struct quorum *q, void *subject, uint64_t number)
{
    struct sender_letter *letter = subject;
    (void)number;
    if (!router_receives(q->routers[letter->router], &letter->message) &&
        letter->message.connection == letter->sender->connection)
        letter->sender->refused = true;
    free(letter);
}

static void sender_says(struct sender *s, Concordat__V1__Request *request, const uint8_t *id)
{
    uint8_t question[16] = {[0] = 0xff, [1] = (uint8_t)s->which};
    struct sender_letter *letter = calloc(1, sizeof *letter);
    assert(letter);
    memcpy(question + 4, &s->questions, sizeof s->questions);
    s->questions++;
    request->command_id = (ProtobufCBinaryData){16, (uint8_t *)(uintptr_t)(id ? id : question)};
    assert(concordat__v1__request__get_packed_size(request) <= sizeof letter->message.bytes);
    letter->sender = s;
    letter->router = s->target;
    letter->message.client = s->which;
    letter->message.connection = s->connection;
    letter->message.size = concordat__v1__request__pack(request, letter->message.bytes);
    s->asked_ms = s->asked_ms ? s->asked_ms : s->quorum->now_ms;
    quorum_later_owning(s->quorum, random_between(&s->random, 1, 5), letter_arrives, letter);
}

static void sender_greets(struct sender *s)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Hello hello = CONCORDAT__V1__HELLO__INIT;
    request.command_case = SENDER_COMMAND(HELLO);
    request.hello = &hello;
    hello.protocol = WIRE_PROTOCOL;
    s->hello_ms = s->quorum->now_ms;
    sender_says(s, &request, NULL);
}

static void sender_pings(struct sender *s)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Ping ping = CONCORDAT__V1__PING__INIT;
    request.command_case = SENDER_COMMAND(PING);
    request.ping = &ping;
    s->ping_ms = s->quorum->now_ms;
    sender_says(s, &request, NULL);
}

static void sender_commands(struct sender *s, struct sent_command *command)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SetCapacity capacity = CONCORDAT__V1__SET_CAPACITY__INIT;
    request.command_case = SENDER_COMMAND(SET_CAPACITY);
    request.set_capacity = &capacity;
    capacity.free_places = command->places;
    command->sent_ms = s->quorum->now_ms;
    sender_says(s, &request, command->id);
}

static bool sender_owes(const struct sender *s, const struct sent_command *command)
{
    return !command->seq || memcmp(command->session, s->session, sizeof s->session) != 0;
}

/* What another run has acknowledged is sent again too: only so is it found out that it is lost. */
static void sender_sends(struct sender *s)
{
    int at_once = SENDER_AT_ONCE;
    for (size_t i = 0; i < s->count && at_once > 0; i++) {
        struct sent_command *command = &s->commands[i];
        if (!sender_owes(s, command) || s->quorum->now_ms - command->sent_ms < SENDER_AGAIN_MS)
            continue;
        sender_commands(s, command);
        at_once--;
    }
}

static void sender_thinks(struct sender *s)
{
    struct quorum *q = s->quorum;
    bool is_quiet =
        q->now_ms / SENDER_QUIET_MS % 2; /* a router that stores nothing must show that it leads */
    if (q->healing || is_quiet || s->count == SENDER_COMMANDS || random_between(&s->random, 0, 3))
        return;
    struct sent_command *command = &s->commands[s->count++];
    *command = (struct sent_command){.places = (uint32_t)(s->count % 40), .sent_ms = INT64_MIN / 2};
    random_bytes(&s->random, command->id, sizeof command->id);
}

static void sender_goes_on(struct sender *s, int target)
{
    quorum_tells(s->quorum, "sender %d turns to router %d", s->which, target);
    s->target = target;
    s->connection++;
    s->welcomed = s->refused = false;
    s->asked_ms = 0;
    for (size_t i = 0; i < s->count; i++)
        s->commands[i].sent_ms = INT64_MIN / 2;
    sender_greets(s);
}

static void sender_turn(struct quorum *q, void *subject, uint64_t number)
{
    struct sender *s = subject;
    (void)number;
    if (s->refused || (s->asked_ms && q->now_ms - s->asked_ms > SENDER_PATIENCE_MS))
        sender_goes_on(s, (s->target + 1) % QUORUM_ROUTERS);
    sender_thinks(s);
    if (!s->welcomed && q->now_ms - s->hello_ms > SENDER_AGAIN_MS)
        sender_greets(s);
    if (s->welcomed)
        sender_sends(s);
    if (s->welcomed && q->now_ms - s->ping_ms > SENDER_PING_MS)
        sender_pings(s);
    quorum_later(q, SENDER_TURN_MS + random_between(&s->random, 0, 50), sender_turn, s, 0);
}

/* --- hearing ---------------------------------------------------------------------------------------- */

struct sender_heard {
    struct sender *sender;
    uint32_t connection;
    bool is_welcome, hello_first, done, repeated;
    uint8_t id[16], session[SENDER_SESSION_BYTES];
    uint64_t seq;
};

static struct sent_command *sender_command(struct sender *s, const uint8_t id[16])
{
    for (size_t i = 0; i < s->count; i++)
        if (memcmp(s->commands[i].id, id, sizeof s->commands[i].id) == 0)
            return &s->commands[i];
    return NULL;
}

static bool sender_is_in_history(const struct sender *s, uint64_t seq, const uint8_t id[16])
{
    const struct quorum_row *row = watch_row(s->watch, seq);
    return row && memmem(row->body, row->size, id, 16);
}

static void sender_takes_done(struct sender *s, struct sent_command *command,
                              const struct sender_heard *heard)
{
    s->answered++;
    s->repeated += heard->repeated;
    if (command->seq && command->seq != heard->seq) {
        s->found_lost++;
        if (!s->watch->gave_up)
            watch_violated(s->watch, "P5 other answer",
                           "event %" PRIu64 " was acknowledged, and now event %" PRIu64, command->seq,
                           heard->seq);
    }
    command->seq = heard->seq;
    memcpy(command->session, s->session, sizeof command->session);
}

static void heard_arrives(struct quorum *q, void *subject, uint64_t number)
{
    struct sender_heard *heard = subject;
    struct sender *s = heard->sender;
    struct sent_command *command = sender_command(s, heard->id);
    (void)number;
    if (heard->connection == s->connection) {
        s->heard_ms = q->now_ms;
        s->asked_ms = 0;
        if (heard->is_welcome)
            memcpy(s->session, heard->session, sizeof s->session);
        s->welcomed = (s->welcomed || heard->is_welcome) && !heard->hello_first;
        if (heard->done && command)
            sender_takes_done(s, command, heard);
    }
    free(heard);
}

void sender_hears(struct sender *s, const struct router *router, uint32_t connection,
                  const struct frame_part *part)
{
    struct wire_fault fault;
    struct sender_heard *heard = calloc(1, sizeof *heard);
    const Concordat__V1__Message *message = wire_unpack_message(part->bytes, part->size, &s->arena, &fault);
    assert(heard && message);
    heard->sender = s;
    heard->connection = connection;
    if (message->command_id.len == sizeof heard->id)
        memcpy(heard->id, message->command_id.data, sizeof heard->id);
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_WELCOME) {
        heard->is_welcome = true;
        assert(message->welcome->session.len == sizeof heard->session);
        memcpy(heard->session, message->welcome->session.data, sizeof heard->session);
    } else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER) {
        const Concordat__V1__Answer *answer = message->answer;
        heard->done = answer->done;
        if (!answer->done)
            quorum_tells(s->quorum, "router %d refuses sender %d: %d", router->which, s->which,
                         (int)answer->refusal);
        heard->repeated = answer->repeated;
        heard->seq = answer->seq;
        heard->hello_first = answer->refusal == CONCORDAT__V1__REFUSAL__REFUSAL_HELLO_FIRST;
        if (answer->done && sender_command(s, heard->id) && !s->watch->gave_up &&
            !sender_is_in_history(s, answer->seq, heard->id))
            watch_violated(s->watch, "P1 lost",
                           "router %d acknowledges event %" PRIu64 ", which is not in the history",
                           router->which, answer->seq);
    }
    arena_reset(&s->arena);
    quorum_later_owning(s->quorum, random_between(&s->random, 1, 5), heard_arrives, heard);
}

/* --- at the end ------------------------------------------------------------------------------------- */

bool sender_is_content(const struct sender *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (sender_owes(s, &s->commands[i]))
            return false;
    return s->welcomed;
}

void sender_checks(const struct sender *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->commands[i].seq && !sender_is_in_history(s, s->commands[i].seq, s->commands[i].id))
            watch_violated(s->watch, "P1 lost",
                           "command %zu of sender %d, event %" PRIu64 ", is not there at the end", i,
                           s->which, s->commands[i].seq);
}

void sender_open(struct sender *s)
{
    random_open(&s->random, s->quorum->seed, "sender", (uint64_t)s->which);
    s->target = (int)random_between(&s->random, 0, QUORUM_ROUTERS - 1);
    int no_memory = arena_open(&s->arena, 64 * 1024);
    assert(!no_memory);
    (void)no_memory;
    quorum_later(s->quorum, random_between(&s->random, 1, SENDER_TURN_MS), sender_turn, s, 0);
}

void sender_close(struct sender *s)
{
    arena_close(&s->arena);
}
