/* turn.c: one turn: what was taken and decided is committed, then sent, while the next turn is taken. */
#include <assert.h>
#include <stdlib.h>

#include "broker/shell/broker.h"
#include "broker/shell/catch_up.h"
#include "broker/shell/erased.h"
#include "broker/shell/feed.h"
#include "broker/shell/inside.h"
#include "broker/shell/news.h"
#include "broker/shell/records.h"

enum { STORED_ARENA_BYTES = 4 * WIRE_EVENT_BYTES_MAX };

struct broker *broker_open(const struct broker_ports *ports, struct state *state, const char *version)
{
    struct broker *b = calloc(1, sizeof *b);
    if (!b || arena_open(&b->request_arena, ARENA_MESSAGE_BYTES) ||
        arena_open(&b->stored_arena, STORED_ARENA_BYTES)) {
        state_destroy(&state);
        broker_close(&b);
        return NULL;
    }
    uint64_t seed;
    ports->random(ports->context, &seed, sizeof seed);
    ports->random(ports->context, b->self.session, sizeof b->self.session);
    b->ports = *ports;
    b->self.software = version;
    b->self.has_standby = ports->has_standby;
    b->state = state;
    b->durable_seq = b->in_flight.seq = state->counters.seq;
    waiting_open(&b->rematch.waiting);
    outgoing_open(&b->outgoings[0]);
    outgoing_open(&b->outgoings[1]);
    b->turn.outgoing = &b->outgoings[0];
    b->in_flight.outgoing = &b->outgoings[1];
    news_list_open(&b->turn.news, seed);
    sessions_open(&b->sessions, seed);
    table_open(&b->followers.rows, sizeof(uint32_t));
    quotas_open(&b->quotas, seed);
    refusals_open(&b->refusals, REFUSALS_PER_MINUTE, seed);
    refusals_open(&b->refusals_for_too_much, REFUSALS_FOR_TOO_MUCH_PER_MINUTE, seed);
    return b;
}

void broker_close(struct broker **broker)
{
    struct broker *b = *broker;
    if (!b)
        return;
    state_destroy(&b->state);
    directory_destroy(&b->directory);
    sessions_close(&b->sessions);
    table_close(&b->followers.rows);
    quotas_close(&b->quotas);
    refusals_close(&b->refusals);
    refusals_close(&b->refusals_for_too_much);
    arena_close(&b->request_arena);
    arena_close(&b->stored_arena);
    batch_close(&b->turn.batch);
    news_list_close(&b->turn.news);
    waiting_close(&b->rematch.waiting);
    outgoing_close(&b->outgoings[0]);
    outgoing_close(&b->outgoings[1]);
    free(b);
    *broker = NULL;
}

const struct state *broker_state(const struct broker *broker)
{
    return broker->state;
}

void broker_check(const struct broker *b)
{
    sessions_check(&b->sessions);
    assert(b->in_flight.seq + b->turn.batch.count == b->state->counters.seq);
    assert(b->durable_seq <= b->in_flight.seq);
    assert(b->in_flight.on_its_way || b->durable_seq == b->in_flight.seq);
}

/* An answer that cannot be sent is not kept: its peer asks again. A peer that misses news is sent all of it
 * again, once it is heard of. */
static void turn_send(struct broker *b, struct outgoing *outgoing)
{
    struct outgoing_frame frame;
    while (outgoing_next(outgoing, &frame)) {
        enum server_sent sent = b->ports.send(b->ports.context, frame.route, frame.parts, frame.count);
        struct session *session = sent == SERVER_SENT ? NULL : sessions_find(&b->sessions, frame.route);
        if (session && sent == SERVER_PEER_GONE)
            sessions_end(&b->sessions, session);
        else if (session)
            catch_up_restart(session);
    }
}

/* Writes the turn and packs all that is to be said of it, from the state as the turn leaves it: the next turn
 * changes that state while this one is in flight. */
static enum ledger_status turn_write(struct broker *b)
{
    struct batch *batch = &b->turn.batch;
    const struct ledger_event *events = batch_events(batch);
    assert(batch->count == 0 || events[0].seq == b->in_flight.seq + 1);
    enum ledger_status status = b->ports.write(b->ports.context, events, batch->count);
    if (status != LEDGER_OK)
        return status;
    if (batch->count > 0)
        room_note_written(b, batch->count);
    erased_pack(b);
    records_pack(b);
    news_pack(b);
    catch_up_pack(b);
    b->in_flight = (struct turn_in_flight){.on_its_way = true,
                                           .seq = b->state->counters.seq,
                                           .number = b->state->counters.number,
                                           .drill_number = b->state->counters.drill_number,
                                           .outgoing = b->turn.outgoing};
    b->turn.outgoing = b->turn.outgoing == &b->outgoings[0] ? &b->outgoings[1] : &b->outgoings[0];
    sealing_note(b);
    batch_clear(batch);
    return LEDGER_OK;
}

/* The ledger is asked even if nothing was written: it may have failed since in reading, and in a quiet hour
 * nobody would notice before the next event. */
enum ledger_status broker_settle(struct broker *b)
{
    if (!b->in_flight.on_its_way)
        return LEDGER_OK;
    enum ledger_status status = b->ports.sync(b->ports.context);
    if (status != LEDGER_OK)
        return status;
    b->in_flight.on_its_way = false;
    b->durable_seq = b->in_flight.seq;
    if (!sealing_settle(b))
        return LEDGER_UNKNOWN;
    feed_pack(b, b->in_flight.outgoing);
    turn_send(b, b->in_flight.outgoing);
    return sealing_end_cases(b) ? LEDGER_OK : LEDGER_UNKNOWN;
}

enum ledger_status broker_commit(struct broker *b)
{
    enum ledger_status status = broker_settle(b);
    if (status == LEDGER_OK)
        status = turn_write(b);
    if (status == LEDGER_OK && !b->ports.syncing(b->ports.context))
        status = broker_settle(b);
    return status;
}

bool broker_is_settled(const struct broker *broker)
{
    return !broker->in_flight.on_its_way;
}
