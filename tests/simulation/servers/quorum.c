/* quorum.c: see quorum.h: the servers' logs, and what a commit waits for. agent.c says who leads. */
#include "tests/simulation/servers/quorum.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { QUORUM_UNLOCK_MS = 20, QUORUM_KEEPALIVE_MS = 4000 };

/* --- the ways there -----------------------------------------------------------------------------------*/

static int64_t quorum_delay_ms(struct quorum *q)
{
    return quorum_draws(q, QUORUM_DELAY, 4000) ? random_between(&q->faults, 100, 4000)
                                               : random_between(&q->random, 1, 5);
}

bool quorum_is_cut(const struct quorum *q, int router, int server)
{
    return q->now_ms < q->cut_until_ms[router][server];
}

/* --- the log ---------------------------------------------------------------------------------------- */

static void log_add(struct quorum_server *s, struct quorum_commit *commit)
{
    if (s->count == s->room) {
        s->room = s->room * 2 + 64;
        s->log = realloc(s->log, s->room * sizeof *s->log);
        assert(s->log);
    }
    if (s->place_count + commit->count > s->place_room) {
        s->place_room = (s->place_count + commit->count) * 2 + 64;
        s->places = realloc(s->places, s->place_room * sizeof *s->places);
        assert(s->places);
    }
    for (size_t i = 0; i < commit->count; i++) {
        size_t at = s->place_count++;
        for (; at > 0 && s->places[at - 1].row->seq > commit->rows[i].seq; at--)
            s->places[at] = s->places[at - 1];
        s->places[at] = (struct quorum_place){&commit->rows[i], s->count};
    }
    s->log[s->count++] = commit;
}

static void log_cut(struct quorum_server *s, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->place_count; i++)
        if (s->places[i].commit < count)
            s->places[kept++] = s->places[i];
    s->place_count = kept;
    s->count = count;
    s->shown = s->shown < count ? s->shown : count;
}

size_t quorum_find(const struct quorum_server *s, uint64_t seq)
{
    size_t low = 0, high = s->place_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->places[middle].row->seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool quorum_shows(const struct quorum_server *s, size_t place)
{
    return s->places[place].commit < s->shown;
}

uint64_t quorum_shown_head(const struct quorum_server *s)
{
    for (size_t i = s->place_count; i-- > 0;)
        if (quorum_shows(s, i))
            return s->places[i].row->seq;
    return 0;
}

struct ledger_event quorum_event(const struct quorum_row *row)
{
    return (struct ledger_event){.seq = row->seq,
                                 .at_ms = row->at_ms,
                                 .kind = row->kind,
                                 .referral = row->has_referral ? row->referral : NULL,
                                 .body = row->body,
                                 .body_size = row->size,
                                 .reduced = row->reduced};
}

/* The newest claim or pulse of the first `count` entries; NULL: there is none. */
static const struct quorum_commit *log_newest(const struct quorum_server *s, size_t count)
{
    return count ? s->log[count - 1] : NULL;
}

static struct quorum_commit *commit_new(struct quorum *q, enum engine_command_kind kind, size_t count)
{
    struct quorum_commit *commit = calloc(1, sizeof *commit + count * sizeof commit->rows[0]);
    assert(commit);
    commit->kind = kind;
    commit->count = count;
    commit->made_before = q->commits;
    return q->commits = commit;
}

static void row_take(struct quorum_row *row, const struct ledger_event *event, const uint8_t *chain)
{
    assert(!event->sealed); /* no command of this world has a text */
    *row = (struct quorum_row){.seq = event->seq,
                               .at_ms = event->at_ms,
                               .kind = event->kind,
                               .has_referral = event->referral != NULL,
                               .body = malloc(event->body_size),
                               .size = event->body_size};
    assert(row->body);
    memcpy(row->body, event->body, event->body_size);
    memcpy(row->chain, chain, CHAIN_BYTES);
    memcpy(row->reduced, event->reduced, CHAIN_BYTES);
    if (event->referral)
        memcpy(row->referral, event->referral, LEDGER_REFERRAL_BYTES);
}

/* --- handing on --------------------------------------------------------------------------------------- */

static void server_hears(struct quorum *q, void *subject, uint64_t number)
{
    struct quorum_server *standby = subject, *upstream = &q->servers[number % QUORUM_SERVERS];
    int which = (int)(standby - q->servers);
    size_t count = (size_t)(number / QUORUM_SERVERS);
    if (!upstream->up || standby->upstream != upstream - q->servers || count > upstream->count)
        return;
    if (upstream->confirmed[which] < count)
        upstream->confirmed[which] = count;
    quorum_releases(q, (int)(upstream - q->servers));
}

static bool server_feeds(const struct quorum *q, int upstream, int standby)
{
    const struct quorum_server *s = &q->servers[upstream];
    return s->up && (q->now_ms >= s->isolated_until_ms || s->feeds_while_isolated[standby]);
}

/* A standby's disk confirms as far as it has come. */
static void server_ships(struct quorum *q, void *subject, uint64_t generation)
{
    struct quorum_server *s = subject;
    int which = (int)(s - q->servers), upstream = s->upstream;
    if (generation != s->generation)
        return;
    s->ships = false;
    if (!s->up || upstream == QUORUM_NOBODY || !server_feeds(q, upstream, which))
        return;
    if (q->now_ms < s->stalled_until_ms) {
        s->ships = true;
        quorum_later(q, s->stalled_until_ms - q->now_ms, server_ships, s, generation);
        return;
    }
    const struct quorum_server *from = &q->servers[upstream];
    assert(s->count <= from->count && (!s->count || s->log[s->count - 1] == from->log[s->count - 1]));
    if (s->count < from->count)
        log_add(s, from->log[s->count]);
    s->shown = s->count;
    quorum_later(q, random_between(&q->random, 1, 3), server_hears, s,
                 s->count * QUORUM_SERVERS + (uint64_t)upstream);
    if (s->count < from->count)
        quorum_ships(q, which);
}

void quorum_ships(struct quorum *q, int server)
{
    struct quorum_server *s = &q->servers[server];
    if (s->ships)
        return;
    s->ships = true;
    quorum_later(q, random_between(&q->random, 1, 6), server_ships, s, s->generation);
}

static void ship_to_all(struct quorum *q, int upstream)
{
    for (int i = 0; i < QUORUM_SERVERS; i++)
        if (q->servers[i].upstream == upstream)
            quorum_ships(q, i);
}

void quorum_follows(struct quorum *q, int server, int upstream)
{
    struct quorum_server *s = &q->servers[server], *from = &q->servers[upstream];
    size_t common = 0;
    while (common < s->count && common < from->count && s->log[common] == from->log[common])
        common++;
    s->leads = false;
    quorum_tells(q, "server %d follows server %d from entry %zu of %zu on", server, upstream, common,
                 s->count);
    if (s->count > common)
        q->rewound++;
    if (s->count > common || s->upstream != upstream)
        quorum_breaks_connections(q, server);
    log_cut(s, common);
    s->shown = s->count;
    s->upstream = upstream;
    for (int i = 0; i < QUORUM_SERVERS; i++) /* they may have what it has not any more */
        if (q->servers[i].upstream == server)
            q->servers[i].upstream = QUORUM_NOBODY;
    from->confirmed[server] = common;
    s->ships = false;
    quorum_ships(q, server);
}

/* --- backends --------------------------------------------------------------------------------------- */

static void backend_unlock(struct quorum *q, void *subject, uint64_t number)
{
    struct quorum_backend *b = subject;
    struct quorum_server *s = &q->servers[b->server];
    (void)number;
    if (s->generation == b->generation && s->lock == b && !b->waits_for)
        s->lock = NULL;
}

static void backend_answers(struct quorum *q, struct quorum_backend *b, struct quorum_answer answer);

/* The connection ends; what was committed stays, and is shown. Its client hears of it, or not. */
static void backend_ends(struct quorum *q, struct quorum_backend *b)
{
    struct quorum_server *s = &q->servers[b->server];
    if (b->ended)
        return;
    for (size_t i = 0; i < QUORUM_WAITERS; i++)
        if (s->waiters[i] == b) {
            s->waiters[i] = NULL;
            q->unshown++;
            s->shown = s->shown < b->waits_for ? b->waits_for : s->shown;
        }
    b->waits_for = 0;
    b->ended = true;
    quorum_later(q, random_between(&q->random, 1, QUORUM_UNLOCK_MS), backend_unlock, b, 0);
    backend_answers(q, b, (struct quorum_answer){.reply = QUORUM_BROKEN});
}

struct quorum_answering {
    struct quorum_backend *backend;
    struct quorum_answer answer;
};

static void answering_arrives(struct quorum *q, void *subject, uint64_t number)
{
    struct quorum_answering *a = subject;
    (void)number;
    if (a->backend->engine && !quorum_is_cut(q, a->backend->router, a->backend->server))
        quorum_engine_hears(a->backend->engine, &a->answer);
    free(a);
}

static void backend_answers(struct quorum *q, struct quorum_backend *b, struct quorum_answer answer)
{
    struct quorum_answering *a = calloc(1, sizeof *a);
    assert(a);
    *a = (struct quorum_answering){b, answer};
    quorum_later_owning(q, quorum_delay_ms(q), answering_arrives, a);
}

/* A commit whose client is gone, or whose answer gets lost, is there all the same. */
static void backend_has_committed(struct quorum *q, struct quorum_backend *b)
{
    struct quorum_server *s = &q->servers[b->server];
    const struct quorum_commit *commit = s->log[b->waits_for - 1];
    s->shown = s->shown < b->waits_for ? b->waits_for : s->shown;
    b->waits_for = 0;
    if (!b->engine)
        backend_ends(q, b);
    else if (quorum_draws(q, QUORUM_ANSWER_LOST, 2000))
        backend_ends(q, b);
    else
        backend_answers(q, b, (struct quorum_answer){QUORUM_DONE, commit->epoch, commit->claim});
}

void quorum_releases(struct quorum *q, int server)
{
    struct quorum_server *s = &q->servers[server];
    for (size_t i = 0; i < QUORUM_WAITERS; i++) {
        struct quorum_backend *b = s->waiters[i];
        if (!b || s->named == QUORUM_NOBODY || s->confirmed[s->named] < b->waits_for)
            continue;
        s->waiters[i] = NULL;
        backend_has_committed(q, b);
    }
}

static void backend_cancelled(struct quorum *q, void *subject, uint64_t waits_for)
{
    struct quorum_backend *b = subject;
    struct quorum_server *s = &q->servers[b->server];
    if (b->ended || b->waits_for != waits_for || s->generation != b->generation)
        return;
    for (size_t i = 0; i < QUORUM_WAITERS; i++)
        if (s->waiters[i] == b) {
            s->waiters[i] = NULL;
            q->happened[QUORUM_WAIT_CANCELLED]++;
            s->shown = s->shown < b->waits_for ? b->waits_for : s->shown;
            b->waits_for = 0;
            backend_answers(q, b, (struct quorum_answer){.reply = QUORUM_WARNED});
        }
}

/* It is on this server's disk; its answer waits for the standby's. */
static void backend_commits(struct quorum *q, struct quorum_backend *b, struct quorum_commit *commit)
{
    struct quorum_server *s = &q->servers[b->server];
    size_t free_place = 0;
    while (free_place < QUORUM_WAITERS && s->waiters[free_place])
        free_place++;
    if (free_place == QUORUM_WAITERS) {
        backend_ends(q, b);
        return;
    }
    log_add(s, commit);
    b->waits_for = s->count;
    s->waiters[free_place] = b;
    ship_to_all(q, b->server);
    if (q->has[QUORUM_WAIT_CANCELLED] && !q->healing &&
        (random_chance(&q->faults, 1000) || q->now_ms < s->isolated_until_ms))
        quorum_later(q, random_between(&q->faults, 1, 1500), backend_cancelled, b, b->waits_for);
    quorum_releases(q, b->server);
}

void quorum_breaks_connections(struct quorum *q, int server)
{
    struct quorum_server *s = &q->servers[server];
    s->generation++;
    s->lock = NULL;
    memset(s->waiters, 0, sizeof s->waiters);
    s->ships = false;
    for (struct quorum_backend *b = q->backends; b; b = b->made_before)
        if (b->server == server && b->engine && !b->ended) {
            b->ended = true;
            b->waits_for = 0;
            if (random_chance(&q->random, 700000)) /* otherwise its machine is silent */
                backend_answers(q, b, (struct quorum_answer){.reply = QUORUM_BROKEN});
        }
}

void quorum_shows_all(struct quorum *q, int server)
{
    struct quorum_server *s = &q->servers[server];
    q->unshown += s->count - s->shown;
    s->shown = s->count;
}

/* --- what a pen asks for -------------------------------------------------------------------------------- */

struct quorum_request {
    struct quorum_backend *backend;
    enum engine_command_kind kind;
    int64_t epoch;
    uint64_t claim, before;
    uint8_t before_chain[CHAIN_BYTES];
    struct quorum_commit *batch;
};

static int64_t server_beat_ms(const struct quorum_server *s)
{
    const struct quorum_commit *newest = log_newest(s, s->shown);
    return newest ? newest->at_ms : 0;
}

/* The statement sees what is shown, and the key what is in the table already, shown or not. */
static bool batch_may_be_added(const struct quorum_server *s, const struct quorum_request *r)
{
    const struct quorum_commit *newest = log_newest(s, s->shown);
    size_t at = quorum_find(s, r->before);
    bool follows = r->before == 0
                       ? quorum_shown_head(s) == 0
                       : at < s->place_count && s->places[at].row->seq == r->before && quorum_shows(s, at) &&
                             memcmp(s->places[at].row->chain, r->before_chain, CHAIN_BYTES) == 0;
    if (!follows)
        return false;
    if (!newest || newest->epoch != r->epoch)
        return false;
    for (size_t i = 0; i < r->batch->count; i++) {
        at = quorum_find(s, r->batch->rows[i].seq);
        if (at < s->place_count && s->places[at].row->seq == r->batch->rows[i].seq)
            return false;
    }
    return true;
}

static void server_locks(struct quorum *q, struct quorum_server *s, struct quorum_backend *b)
{
    bool is_free = !s->lock || s->lock == b;
    if (is_free)
        s->lock = b;
    backend_answers(q, b, (struct quorum_answer){.reply = is_free ? QUORUM_DONE : QUORUM_HELD});
}

static void server_evicts(struct quorum *q, struct quorum_server *s, struct quorum_backend *b)
{
    if (s->lock && s->lock != b && q->now_ms - server_beat_ms(s) > ENGINE_SILENT_MS) {
        quorum_tells(q, "router %d ends the pen of router %d at server %d", b->router, s->lock->router,
                     b->server);
        backend_ends(q, s->lock);
    }
    backend_answers(q, b, (struct quorum_answer){.reply = QUORUM_DONE});
}

static void server_executes(struct quorum *q, struct quorum_request *r)
{
    struct quorum_backend *b = r->backend;
    struct quorum_server *s = &q->servers[b->server];
    const struct quorum_commit *newest = log_newest(s, s->count);
    int64_t epoch = newest ? newest->epoch : 0;
    uint64_t claim = r->claim;
    struct quorum_commit *commit = r->batch;
    switch (r->kind) {
    case ENGINE_LOCK:
        server_locks(q, s, b);
        return;
    case ENGINE_EVICT:
        server_evicts(q, s, b);
        return;
    case ENGINE_CLAIM:
        commit = commit_new(q, r->kind, 0);
        claim = ++q->claims;
        epoch++;
        break;
    case ENGINE_APPEND:
        commit = batch_may_be_added(s, r) ? r->batch : NULL;
        break;
    case ENGINE_PULSE:
        commit = epoch == r->epoch ? commit_new(q, r->kind, 0) : NULL;
        break;
    case ENGINE_MARK:
        assert(!"nobody copies a ledger here");
        break;
    }
    if (!commit) {
        backend_answers(q, b, (struct quorum_answer){.reply = QUORUM_ENDED});
        return;
    }
    commit->epoch = epoch;
    commit->claim = claim;
    commit->at_ms = q->now_ms;
    backend_commits(q, b, commit);
}

static void request_arrives(struct quorum *q, void *subject, uint64_t number)
{
    struct quorum_request *r = subject;
    struct quorum_backend *b = r->backend;
    const struct quorum_server *s = &q->servers[b->server];
    (void)number;
    if (s->up && s->generation == b->generation && !b->ended && !quorum_is_cut(q, b->router, b->server))
        server_executes(q, r);
    free(r);
}

void quorum_sends(struct quorum *q, struct quorum_backend *b, const struct engine_command *command,
                  const struct quorum_answer *claim)
{
    struct quorum_request *r = calloc(1, sizeof *r);
    assert(r);
    *r = (struct quorum_request){.backend = b,
                                 .kind = command->kind,
                                 .epoch = claim->epoch,
                                 .claim = claim->claim,
                                 .before = command->before};
    if (command->kind == ENGINE_APPEND) {
        memcpy(r->before_chain, command->before_chain, CHAIN_BYTES);
        r->batch = commit_new(q, ENGINE_APPEND, command->count);
        for (size_t i = 0; i < command->count; i++)
            row_take(&r->batch->rows[i], &command->events[i], command->chains[i]);
    }
    quorum_later_owning(q, quorum_delay_ms(q), request_arrives, r);
}

struct quorum_backend *quorum_connect(struct quorum *q, int server, struct quorum_engine *engine, int router)
{
    const struct quorum_server *s = &q->servers[server];
    if (!s->up || !s->leads || s->named == QUORUM_NOBODY)
        return NULL;
    struct quorum_backend *b = calloc(1, sizeof *b);
    assert(b);
    *b = (struct quorum_backend){.made_before = q->backends,
                                 .engine = engine,
                                 .server = server,
                                 .router = router,
                                 .generation = s->generation};
    return q->backends = b;
}

/* A server hears at once that a process has died, and late that the way to it is cut. A commit that waits
 * goes on waiting, and keeps the lock. */
static void backend_is_left(struct quorum *q, void *subject, uint64_t number)
{
    struct quorum_backend *b = subject;
    (void)number;
    if (!b->ended && !b->waits_for)
        backend_ends(q, b);
}

void quorum_hangs_up(struct quorum *q, struct quorum_backend *b)
{
    b->engine = NULL;
    quorum_later(q, quorum_is_cut(q, b->router, b->server) ? QUORUM_KEEPALIVE_MS : 1, backend_is_left, b, 0);
}

/* --- opening ---------------------------------------------------------------------------------------- */

void quorum_open(struct quorum *q, uint64_t seed, bool faulty)
{
    *q = (struct quorum){.seed = seed, .now_ms = 1000};
    random_open(&q->random, seed, "servers", 0);
    random_open(&q->faults, seed, "faults of servers", 0);
    for (int i = 0; i < QUORUM_FAULTS; i++)
        q->has[i] = faulty && random_between(&q->faults, 0, 1);
    q->has[QUORUM_ZOMBIE_COMMITS] &= random_between(&q->faults, 0, 1) == 0;
    q->has[QUORUM_UNLOCKED] &= random_between(&q->faults, 0, 1) == 0;
    for (int i = 0; i < QUORUM_SERVERS; i++)
        q->servers[i] = (struct quorum_server){
            .up = true, .leads = i == 0, .upstream = i ? 0 : QUORUM_NOBODY, .named = i ? QUORUM_NOBODY : 1};
    quorum_begins(q);
}

void quorum_close(struct quorum *q)
{
    quorum_forgets_later(q);
    for (struct quorum_commit *commit; (commit = q->commits); free(commit)) {
        q->commits = commit->made_before;
        for (size_t i = 0; i < commit->count; i++)
            free(commit->rows[i].body);
    }
    for (struct quorum_backend *b; (b = q->backends); free(b))
        q->backends = b->made_before;
    for (int i = 0; i < QUORUM_SERVERS; i++) {
        free(q->servers[i].log);
        free(q->servers[i].places);
    }
}
