/* questions.c: what only asks: the status of a case, a board, a record, the feed of events. */
#include <stdio.h>
#include <string.h>

#include "broker/shell/inside.h"

enum {
    BOARD_CASES_MAX = 2000, /* keeps a board within the longest message */
    BOARD_ENDED_MAX = 100,
    FEED_EVENTS_MAX = 500,
    FEED_BYTES_MAX = 768 * 1024
};

static ProtobufCBinaryData bytes(const uint8_t *data, size_t size)
{
    return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)data};
}

/* --- status and board ------------------------------------------------------------------------------- */

bool questions_concerns(const struct broker *b, const struct session *session, const struct referral *r)
{
    switch ((int)session->role) {
    case CONCORDAT__V1__ROLE__ROLE_SOURCE:
        return strcmp(state_origin_id(b->state, r->origin), session->key_name) == 0;
    case CONCORDAT__V1__ROLE__ROLE_TEAM:
        return (referral_is_with_team(r) && r->team == session->slot) ||
               (r->offer.attempt && r->offer.team == session->slot);
    case CONCORDAT__V1__ROLE__ROLE_COORDINATOR:
    case CONCORDAT__V1__ROLE__ROLE_AUDITOR:
        return true;
    default:
        return false;
    }
}

static bool ended_concerns(const struct broker *b, const struct session *session,
                           const struct ended_case *ended)
{
    switch ((int)session->role) {
    case CONCORDAT__V1__ROLE__ROLE_SOURCE:
        return strcmp(state_origin_id(b->state, ended->origin), session->key_name) == 0;
    case CONCORDAT__V1__ROLE__ROLE_TEAM:
        return ended->team == session->slot;
    case CONCORDAT__V1__ROLE__ROLE_COORDINATOR:
    case CONCORDAT__V1__ROLE__ROLE_AUDITOR:
        return true;
    default:
        return false;
    }
}

static bool concerns(const struct broker *b, const struct session *session, struct any_case of)
{
    return (of.open && questions_concerns(b, session, of.open)) ||
           (of.ended && ended_concerns(b, session, of.ended));
}

bool questions_may_see(const struct broker *b, const struct session *session, const uint8_t *referral)
{
    return concerns(b, session, state_case(b->state, referral));
}

/* By id, or by the number that people say: open cases first, then the ended ones from the newest. */
static struct any_case find_case(const struct broker *b, const Concordat__V1__GetStatus *asked)
{
    uint32_t number;
    bool drill;
    struct any_case found = {NULL, NULL};
    if (asked->referral.len == ID_BYTES)
        return state_case(b->state, asked->referral.data);
    if (!words_parse_number(asked->number, &number, &drill))
        return found;
    for (uint32_t row = 0; row < state_referral_rows(b->state) && !found.open; row++) {
        const struct referral *r = state_referral_row(b->state, row);
        if (r->state != CASE_NONE && r->number == number && r->drill == drill)
            found.open = r;
    }
    for (uint32_t row = b->state->ended.count; row-- > 0 && !found.open && !found.ended;) {
        const struct ended_case *e = table_row(&b->state->ended, row);
        if (e->number == number && e->drill == drill)
            found.ended = e;
    }
    return found;
}

void questions_status(struct broker *b, const struct asking *asking)
{
    const struct session *session = sessions_find(&b->sessions, asking->route);
    struct any_case found = find_case(b, asking->request->get_status);
    if (!concerns(b, session, found)) {
        answers_refuse(b, asking->route, asking->request->command_id.data, REFUSAL_NOT_YOURS,
                       refusals_text(REFUSAL_NOT_YOURS), NULL);
        return;
    }
    b->decision.count = 0;
    b->decision.seq = found.open ? found.open->last_seq : found.ended->last_seq;
    b->decision.repeated = false;
    answers_done(b, asking, found.open ? found.open->id : found.ended->id);
}

void questions_board(struct broker *b, const struct asking *asking)
{
    static struct status cases[BOARD_CASES_MAX];
    static Concordat__V1__CaseStatus *list[BOARD_CASES_MAX];
    const struct session *session = sessions_find(&b->sessions, asking->route);
    size_t count = 0, with_ended = 0;
    for (uint32_t row = 0; row < state_referral_rows(b->state) && count < BOARD_CASES_MAX; row++) {
        const struct referral *r = state_referral_row(b->state, row);
        if (r->state != CASE_NONE && questions_concerns(b, session, r))
            status_of(&cases[count++], b->state, b->directory, (struct any_case){.open = r});
    }
    uint32_t row = asking->request->get_board->with_closed ? b->state->ended.count : 0;
    while (row-- > 0 && count < BOARD_CASES_MAX && with_ended < BOARD_ENDED_MAX) {
        const struct ended_case *ended = table_row(&b->state->ended, row);
        if (!ended_concerns(b, session, ended))
            continue;
        status_of(&cases[count++], b->state, b->directory, (struct any_case){.ended = ended});
        with_ended++;
    }
    for (size_t i = 0; i < count; i++)
        list[i] = &cases[i].message;
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Board board = CONCORDAT__V1__BOARD__INIT;
    message.command_id = asking->request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_BOARD;
    message.board = &board;
    board.n_cases = count;
    board.cases = list;
    board.now_ms = asking->now.wall_ms;
    outgoing_add(b->outgoing, asking->route, &message);
}

/* --- the feed --------------------------------------------------------------------------------------- */

/* Noted now, answered after the commit: a follower only ever gets what is on disk. */
void questions_follow(struct broker *b, const struct asking *asking)
{
    const Concordat__V1__Follow *follow = asking->request->follow;
    struct session *session = sessions_find(&b->sessions, asking->route);
    session->following = true;
    session->follow_after = follow->after;
    session->follow_credit =
        follow->credit && follow->credit < FEED_EVENTS_MAX ? follow->credit : FEED_EVENTS_MAX;
    memcpy(session->follow_command, asking->request->command_id.data, ID_BYTES);
    b->someone_following = true;
}

struct feeding {
    struct broker *broker;
    Concordat__V1__FeedEvent events[FEED_EVENTS_MAX];
    Concordat__V1__FeedEvent *list[FEED_EVENTS_MAX];
    uint8_t chains[FEED_EVENTS_MAX][CHAIN_BYTES];
    size_t count, size;
};

/* The ledger lends each body for the call only, so it is copied into the arena. */
static bool feed_one(void *context, uint64_t seq, const uint8_t *body, size_t size, const uint8_t *chain)
{
    (void)seq;
    struct feeding *f = context;
    if (f->count && f->size + size > FEED_BYTES_MAX)
        return false;
    uint8_t *copy = arena_take(&f->broker->event_arena, size);
    if (!copy)
        return false;
    memcpy(copy, body, size);
    memcpy(f->chains[f->count], chain, CHAIN_BYTES);
    concordat__v1__feed_event__init(&f->events[f->count]);
    f->events[f->count].event = bytes(copy, size);
    f->events[f->count].chain = bytes(f->chains[f->count], CHAIN_BYTES);
    f->list[f->count] = &f->events[f->count];
    f->count++;
    f->size += size;
    return true;
}

/* An event that somebody altered: whoever follows has to know, and routing goes on. */
static void refuse_feed(struct broker *b, struct session *session)
{
    char text[160];
    snprintf(text, sizeof text,
             "Event %llu of the ledger is not what was written, and nothing from there on is handed out. "
             "Ask whoever runs the router.",
             (unsigned long long)session->follow_after + 1);
    answers_refuse(b, &session->route, session->follow_command, REFUSAL_WRONG_STATE, text, NULL);
    session->following = false;
}

static void feed_session(struct broker *b, struct outgoing *outgoing, struct session *session)
{
    static struct feeding feeding;
    feeding.broker = b;
    feeding.count = feeding.size = 0;
    arena_reset(&b->event_arena);
    bool ahead = session->follow_after > b->durable_seq;
    enum ledger_status status = LEDGER_OK;
    if (!ahead)
        status = b->ports.read(b->ports.context, session->follow_after, session->follow_credit, feed_one,
                               &feeding);
    if (status == LEDGER_CORRUPT && feeding.count == 0)
        refuse_feed(b, session);
    if (status == LEDGER_UNKNOWN || (!ahead && feeding.count == 0))
        return;
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Feed feed = CONCORDAT__V1__FEED__INIT;
    message.command_id = bytes(session->follow_command, ID_BYTES);
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_FEED;
    message.feed = &feed;
    feed.n_events = feeding.count;
    feed.events = feeding.list;
    feed.head = b->durable_seq;
    outgoing_add(outgoing, &session->route, &message);
    session->following = false;
}

void questions_pack_feeds(struct broker *b, struct outgoing *outgoing)
{
    if (!b->someone_following)
        return;
    b->someone_following = false;
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        if (!session->live || !session->following || !broker_admits(b, session))
            continue;
        /* A follower that is ahead of us is answered at once with our head: one of us has lost something,
         * and the follower is to say so. */
        if (session->follow_after != b->durable_seq)
            feed_session(b, outgoing, session);
        b->someone_following |= session->following;
    }
}

/* --- records ---------------------------------------------------------------------------------------- */

struct referral_found {
    struct arena *arena;
    uint32_t number;
    ProtobufCMessageUnknownField *referral;
    bool found;
};

static bool find_referral(void *context, uint64_t seq, const uint8_t *body, size_t size, const uint8_t *chain)
{
    (void)seq;
    (void)chain;
    struct referral_found *f = context;
    uint8_t *copy = arena_take(f->arena, size);
    if (copy)
        f->found = record_find_referral(memcpy(copy, body, size), size, f->number, f->referral);
    return false;
}

/* What was written in this turn is still in the batch; the rest is read from the ledger. */
bool questions_referral(struct broker *b, uint64_t seq, uint32_t number,
                        ProtobufCMessageUnknownField *referral)
{
    struct referral_found found = {&b->event_arena, number, referral, false};
    const struct batch_item *item = batch_find(&b->batch, seq);
    arena_reset(&b->event_arena);
    if (item)
        return record_find_referral(b->batch.bytes + item->body_at, item->body_size, number, referral);
    return b->ports.read(b->ports.context, seq - 1, 1, find_referral, &found) == LEDGER_OK && found.found;
}

/* As it is packed; NULL where there is none. */
static const uint8_t *find_confidential(struct broker *b, uint64_t seq, size_t *size)
{
    const struct batch_item *item = batch_find(&b->batch, seq);
    if (item) {
        *size = item->confidential_size;
        return b->batch.bytes + item->confidential_at;
    }
    uint8_t *stored = seq ? arena_take(&b->event_arena, WIRE_REQUEST_BYTES_MAX) : NULL;
    if (!stored ||
        b->ports.confidential(b->ports.context, seq, stored, WIRE_REQUEST_BYTES_MAX, size) != LEDGER_OK ||
        *size > WIRE_REQUEST_BYTES_MAX)
        return NULL;
    return stored;
}

bool questions_callback(struct broker *b, uint64_t seq, uint32_t number,
                        ProtobufCMessageUnknownField *callback)
{
    size_t size;
    const uint8_t *confidential = find_confidential(b, seq, &size);
    return confidential && record_find_callback(confidential, size, number, callback);
}

static Concordat__V1__Confidential *unpack_confidential(struct broker *b, uint64_t seq)
{
    size_t size;
    const uint8_t *confidential = find_confidential(b, seq, &size);
    return confidential ? concordat__v1__confidential__unpack(&b->event_arena.allocator, size, confidential)
                        : NULL;
}

void questions_pack_records(struct broker *b)
{
    enum { RECORD_REFERRAL = 1 }; /* its field */
    for (size_t i = 0; i < b->record_count; i++) {
        const struct record_asked *asked = &b->records[i];
        const struct any_case of = state_case(b->state, asked->referral);
        struct status status;
        if (!status_of(&status, b->state, b->directory, of))
            continue;
        Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
        Concordat__V1__Record record = CONCORDAT__V1__RECORD__INIT;
        message.command_id = bytes(asked->command, ID_BYTES);
        message.body_case = CONCORDAT__V1__MESSAGE__BODY_RECORD;
        message.record = &record;
        ProtobufCMessageUnknownField referral;
        record.base.unknown_fields = &referral;
        record.base.n_unknown_fields = questions_referral(
            b, of.open ? of.open->facts_seq : of.ended->facts_seq, RECORD_REFERRAL, &referral);
        record.confidential =
            unpack_confidential(b, of.open ? of.open->confidential_seq : of.ended->confidential_seq);
        record.status = &status.message;
        outgoing_add(b->outgoing, &asked->route, &message);
    }
    b->record_count = 0;
}
