/* agent.c: who looks after the servers: puts the named standby in the place of a leading server that is gone,
 * lets the others follow, names another standby when it has everything; and draws what goes wrong. */
#include "tests/simulation/servers/quorum.h"

#include "tests/simulation/servers/router.h"

enum { AGENT_TURN_MS = 500, AGENT_PATIENCE_MS = 3000, FAULTS_TURN_MS = 250 };

static bool agent_reaches(const struct quorum *q, int server)
{
    return q->servers[server].up && q->now_ms >= q->servers[server].isolated_until_ms;
}

static bool agent_may_name(const struct quorum *q, int server)
{
    const struct quorum_server *leader = &q->servers[q->leader], *s = &q->servers[server];
    return server != q->leader && agent_reaches(q, server) && s->upstream == q->leader &&
           q->now_ms >= s->stalled_until_ms && s->count == leader->count;
}

/* It names only what has everything, also what no answer was given for: so nothing is lost by the change. */
static void agent_names(struct quorum *q)
{
    struct quorum_server *leader = &q->servers[q->leader];
    int named = leader->named;
    if (named != QUORUM_NOBODY && agent_reaches(q, named) && q->servers[named].upstream == q->leader &&
        q->now_ms >= q->servers[named].stalled_until_ms)
        return;
    for (int i = 0; i < QUORUM_SERVERS; i++)
        if (agent_may_name(q, i)) {
            leader->named = i;
            quorum_tells(q, "server %d names server %d", q->leader, i);
            quorum_releases(q, q->leader);
            return;
        }
}

static void agent_lets_follow(struct quorum *q)
{
    for (int i = 0; i < QUORUM_SERVERS; i++)
        if (i != q->leader && agent_reaches(q, i) && q->servers[i].upstream != q->leader &&
            (q->healing || random_between(&q->random, 0, 2) == 0))
            quorum_follows(q, i, q->leader);
}

/* Whatever the server before has answered for is on this one. */
static void agent_promotes(struct quorum *q, int server)
{
    struct quorum_server *before = &q->servers[q->leader], *s = &q->servers[server];
    quorum_tells(q, "server %d leads, with %zu entries, instead of server %d with %zu", server, s->count,
                 q->leader, before->count);
    q->failovers++;
    q->without_the_last += s->count < before->count;
    for (int i = 0; i < QUORUM_SERVERS; i++) {
        q->follower_ahead += i != server && i != q->leader && q->servers[i].count > s->count;
        if (q->servers[i].upstream == server) /* as which it led before; it may have another history now */
            q->servers[i].upstream = QUORUM_NOBODY;
    }
    s->leads = true;
    s->upstream = s->named = QUORUM_NOBODY;
    q->leader = server;
    q->leader_seen_ms = q->now_ms;
    q->watcher.leads(q->watcher.context, false);
}

/* The fault of an agent that believes its old lease: what its successor has acknowledged meanwhile is undone.
 */
static bool agent_takes_it_back(struct quorum *q)
{
    for (int i = 0; i < QUORUM_SERVERS; i++) {
        struct quorum_server *s = &q->servers[i];
        if (i == q->leader || !s->leads || !agent_reaches(q, i))
            continue;
        if (!quorum_draws(q, QUORUM_ZOMBIE_COMMITS, 300000))
            continue;
        int successor = q->leader;
        quorum_tells(q, "server %d takes the lead back from server %d", i, successor);
        q->leader = i;
        q->leader_seen_ms = q->now_ms;
        quorum_follows(q, successor, i);
        s->named = successor;
        q->watcher.leads(q->watcher.context, true);
        return true;
    }
    return false;
}

static void agent_turn(struct quorum *q, void *subject, uint64_t number)
{
    (void)subject, (void)number;
    int named = q->servers[q->leader].named;
    if (agent_reaches(q, q->leader))
        q->leader_seen_ms = q->now_ms;
    else if (q->now_ms - q->leader_seen_ms > AGENT_PATIENCE_MS && named != QUORUM_NOBODY &&
             agent_reaches(q, named) && q->servers[named].upstream == q->leader)
        agent_promotes(q, named);
    if (agent_reaches(q, q->leader) && !agent_takes_it_back(q)) {
        agent_lets_follow(q);
        agent_names(q);
    }
    for (int i = 0; i < QUORUM_SERVERS; i++)
        if (q->servers[i].up && q->servers[i].upstream != QUORUM_NOBODY)
            quorum_ships(q, i);
    quorum_later(q, AGENT_TURN_MS + random_between(&q->random, 0, 100), agent_turn, NULL, 0);
}

/* --- what goes wrong ---------------------------------------------------------------------------------- */

static void server_comes_back(struct quorum *q, void *subject, uint64_t number)
{
    struct quorum_server *s = subject;
    int which = (int)number;
    quorum_tells(q, "server %d comes back", which);
    s->up = true;
    s->leads = which == q->leader;
    quorum_shows_all(q, which);
    for (int i = 0; i < QUORUM_SERVERS; i++)
        if (q->servers[i].upstream == which)
            quorum_ships(q, i);
    if (s->upstream != QUORUM_NOBODY)
        quorum_ships(q, which);
}

static void server_dies(struct quorum *q, int server)
{
    struct quorum_server *s = &q->servers[server];
    if (!s->up)
        return;
    quorum_tells(q, "server %d dies", server);
    s->up = false;
    quorum_breaks_connections(q, server);
    int64_t back_ms = random_between(&q->faults, 0, 1) ? random_between(&q->faults, 200, 2500)
                                                       : random_between(&q->faults, 4000, 20000);
    quorum_later(q, back_ms, server_comes_back, s, (uint64_t)server);
}

static void server_is_isolated(struct quorum *q, int server)
{
    struct quorum_server *s = &q->servers[server];
    s->isolated_until_ms = q->now_ms + random_between(&q->faults, 1000, 15000);
    for (int i = 0; i < QUORUM_SERVERS; i++) /* the named one hears nothing: it may lead soon */
        s->feeds_while_isolated[i] = i != s->named && random_between(&q->faults, 0, 1);
}

static void router_faults(struct quorum *q, int router)
{
    for (int server = 0; server < QUORUM_SERVERS; server++)
        if (quorum_draws(q, QUORUM_CUT, 1500))
            q->cut_until_ms[router][server] = q->now_ms + random_between(&q->faults, 500, 8000);
    if (quorum_draws(q, QUORUM_ROUTER_DIES, 3000))
        router_dies(q->routers[router]);
    if (quorum_draws(q, QUORUM_ROUTER_STOPS, 6000))
        router_stops(q->routers[router], random_between(&q->faults, 500, 20000));
}

static void faults_turn(struct quorum *q, void *subject, uint64_t number)
{
    (void)subject, (void)number;
    int any = (int)random_between(&q->faults, 0, QUORUM_SERVERS - 1);
    struct quorum_server *leader = &q->servers[q->leader];
    if (quorum_draws(q, QUORUM_SERVER_DIES, 10000))
        server_dies(q, random_between(&q->faults, 0, 1) ? q->leader : any);
    if (leader->up && q->now_ms >= leader->isolated_until_ms && quorum_draws(q, QUORUM_ISOLATED, 10000))
        server_is_isolated(q, q->leader);
    if (quorum_draws(q, QUORUM_STALLED, 10000))
        q->servers[any].stalled_until_ms = q->now_ms + random_between(&q->faults, 200, 6000);
    if (leader->lock && quorum_draws(q, QUORUM_UNLOCKED, 8000))
        leader->lock = NULL;
    for (int i = 0; i < QUORUM_ROUTERS; i++)
        router_faults(q, i);
    quorum_later(q, FAULTS_TURN_MS, faults_turn, NULL, 0);
}

void quorum_heals(struct quorum *q)
{
    q->healing = true;
    for (int i = 0; i < QUORUM_SERVERS; i++) {
        q->servers[i].stalled_until_ms = 0;
        if (q->servers[i].isolated_until_ms > q->now_ms)
            q->servers[i].isolated_until_ms = q->now_ms;
    }
}

void quorum_begins(struct quorum *q)
{
    q->leader_seen_ms = q->now_ms;
    quorum_later(q, 1, agent_turn, NULL, 0);
    quorum_later(q, FAULTS_TURN_MS, faults_turn, NULL, 0);
}
