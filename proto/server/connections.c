/* connections.c: every TCP connection of a server: since when it is open, whether it has spoken, whose it is.
 */
#include "proto/server/connections.h"

#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "proto/server/greeting.h"
#include "proto/server/limits.h"
#include "proto/server/seldom.h"

/* The multiplicative hash of Knuth, whose upper bits are the number of an address. */
#define HASH_FACTOR UINT64_C(0x9E3779B97F4A7C15)

enum { ADDRESSES_MAX = 1024, HASH_SHIFT = 54 };

static_assert(UINT64_MAX >> HASH_SHIFT == ADDRESSES_MAX - 1, "a hash is the number of an address");

/* Connections in a row, by descriptor + 1; 0: none. */
struct connection_list {
    int first, last;
    unsigned count;
};

struct connection {
    bool open;
    struct connection_list *in; /* unspoken, or its owner's; NULL: it has gone, or we have shut it down */
    int previous, next;         /* there */
    uint64_t socket;            /* the kernel's number, unique until it restarts */
    unsigned address;           /* a number for the peer's, below ADDRESSES_MAX */
    uint64_t admitted_before;   /* how many handshakes had been admitted when it came */
    atomic_uint_least64_t admission; /* its own; 0: it has not spoken */
    atomic_int_least64_t heard_ms;   /* when it last spoke, or came */
};

/* A key as it was when the first of these connections spoke. */
struct connection_owner {
    struct connection_owner *next;
    struct greeting_peer peer;
    struct connection_list list;
    int64_t over_ms; /* when its connections end, because it is withdrawn; 0: it is not */
    struct seldom too_many;
};

struct connections {
    pthread_mutex_t mutex;
    struct connection_list unspoken; /* in the order in which they came */
    struct connection_owner *owners; /* owned */
    unsigned open;                   /* until libzmq closes them: that many descriptors */
    unsigned shut;                   /* of these, those that we have shut down */
    uint64_t admissions;
    struct seldom crowded, wordless;
    struct connection all[CONNECTIONS_MAX]; /* by descriptor */
};

struct connections *connections_open(void)
{
    struct connections *connections = calloc(1, sizeof *connections);
    if (connections)
        pthread_mutex_init(&connections->mutex, NULL);
    return connections;
}

void connections_close(struct connections **connections)
{
    if (!*connections)
        return;
    while ((*connections)->owners) {
        struct connection_owner *owner = (*connections)->owners;
        (*connections)->owners = owner->next;
        free(owner);
    }
    pthread_mutex_destroy(&(*connections)->mutex);
    free(*connections);
    *connections = NULL;
}

/* --- lists ------------------------------------------------------------------------------------------- */

static int connection_link(const struct connections *c, const struct connection *one)
{
    return (int)(one - c->all) + 1;
}

static struct connection *connection_at(struct connections *c, int link)
{
    return link ? &c->all[link - 1] : NULL;
}

static void connection_enter(struct connections *c, struct connection *one, struct connection_list *list)
{
    struct connection *last = connection_at(c, list->last);
    assert(!one->in);
    one->in = list;
    one->previous = list->last;
    one->next = 0;
    list->last = connection_link(c, one);
    *(last ? &last->next : &list->first) = list->last;
    list->count++;
}

static void connection_leave(struct connections *c, struct connection *one)
{
    struct connection_list *list = one->in;
    struct connection *previous = connection_at(c, one->previous), *next = connection_at(c, one->next);
    if (!list)
        return;
    assert(list->count > 0);
    *(previous ? &previous->next : &list->first) = one->next;
    *(next ? &next->previous : &list->last) = one->previous;
    list->count--;
    one->in = NULL;
}

/* --- ending ------------------------------------------------------------------------------------------ */

/* Returns the kernel's number of the socket that has this descriptor now; 0 if none has. */
static uint64_t connection_socket(int fd)
{
    uint64_t cookie = 0;
    return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &(socklen_t){sizeof cookie}) == 0 ? cookie : 0;
}

/* Returns the number for the address of the peer; few others have the same. Of IPv6 it is the network's,
 * within which one machine can have as many addresses as it likes. */
static unsigned connection_address(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } peer = {0};
    uint64_t number = 0;
    if (getpeername(fd, &peer.any, &(socklen_t){sizeof peer}) != 0)
        return 0;
    if (peer.any.sa_family == AF_INET)
        number = peer.v4.sin_addr.s_addr;
    else if (peer.any.sa_family == AF_INET6)
        memcpy(&number, &peer.v6.sin6_addr, sizeof number);
    return (unsigned)(number * HASH_FACTOR >> HASH_SHIFT);
}

static void connection_shut(struct connections *c, struct connection *one)
{
    int fd = (int)(one - c->all);
    assert(one->open && one->in);
    connection_leave(c, one);
    c->shut++;
    if (connection_socket(fd) == one->socket)
        shutdown(fd, SHUT_RDWR);
}

/* Returns how many it has shut down. */
static unsigned connections_shut_all(struct connections *c, const struct connection_list *list)
{
    unsigned count = list->count;
    while (list->first)
        connection_shut(c, connection_at(c, list->first));
    return count;
}

static void connection_forget(struct connections *c, struct connection *one)
{
    if (!one->open)
        return;
    assert(c->open > 0);
    c->open--;
    c->shut -= !one->in;
    connection_leave(c, one);
    one->open = false;
    atomic_store(&one->admission, 0);
}

/* --- bounds ------------------------------------------------------------------------------------------ */

/* Returns how many connections there may be under the limit of descriptors, which an operator may change at
 * any time. */
static unsigned connections_ceiling(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > CONNECTIONS_MAX)
        return CONNECTIONS_MAX - DESCRIPTORS_KEPT;
    return limit.rlim_cur > DESCRIPTORS_KEPT ? (unsigned)limit.rlim_cur - DESCRIPTORS_KEPT : 0;
}

static unsigned connections_of_key_max(const struct connection_owner *owner)
{
    return owner->peer.role == CONCORDAT__V1__ROLE__ROLE_SOURCE ? CONNECTIONS_OF_SOURCE_MAX
                                                                : CONNECTIONS_OF_KEY_MAX;
}

static unsigned connections_spoken(const struct connections *c)
{
    return c->open - c->shut - c->unspoken.count;
}

/* Returns the oldest of those that have not spoken and come from one address: the address that has most. So a
 * crowd from few addresses makes room for itself. */
static struct connection *connections_oldest_of_crowd(struct connections *c)
{
    unsigned counts[ADDRESSES_MAX] = {0}, most = 0;
    for (struct connection *one = connection_at(c, c->unspoken.first); one; one = connection_at(c, one->next))
        most = ++counts[one->address] > most ? counts[one->address] : most;
    struct connection *oldest = connection_at(c, c->unspoken.first);
    while (counts[oldest->address] < most)
        oldest = connection_at(c, oldest->next);
    return oldest;
}

/* Ends some that have not spoken, while there are too many of them or too many in all. */
static void connections_make_room(struct connections *c, int64_t now_ms)
{
    unsigned ceiling = connections_ceiling();
    while (c->unspoken.count > 1 && (c->unspoken.count > UNSPOKEN_MAX || c->open - c->shut > ceiling)) {
        connection_shut(c, connections_oldest_of_crowd(c));
        unsigned ended = seldom_count(&c->crowded, now_ms);
        if (ended)
            fprintf(stderr,
                    "too many connections have said nothing, %u of %u: ended the oldest "
                    "(%u since the last of these lines)\n",
                    c->unspoken.count + 1, c->open - c->shut + 1, ended);
    }
}

/* Ends the connection of the owner that has been silent for longest, other than `but`. */
static void connections_end_most_silent(struct connections *c, struct connection_owner *owner,
                                        const struct connection *but, int64_t now_ms)
{
    struct connection *found = NULL;
    for (struct connection *one = connection_at(c, owner->list.first); one; one = connection_at(c, one->next))
        if (one != but && (!found || atomic_load(&one->heard_ms) < atomic_load(&found->heard_ms)))
            found = one;
    if (!found)
        return;
    connection_shut(c, found);
    unsigned ended = seldom_count(&owner->too_many, now_ms);
    if (ended)
        fprintf(stderr,
                "%s has %u connections, which is too many: ended the one that was silent for longest "
                "(%u since the last of these lines)\n",
                owner->peer.name, owner->list.count + 1, ended);
}

static struct connection_owner *connections_greediest(const struct connections *c)
{
    struct connection_owner *most = c->owners;
    for (struct connection_owner *owner = c->owners; owner; owner = owner->next)
        if (owner->list.count > most->list.count)
            most = owner;
    return most;
}

/* --- what libzmq tells ------------------------------------------------------------------------------- */

static struct connection *connection_of(struct connections *c, int fd)
{
    return fd >= 0 && fd < CONNECTIONS_MAX ? &c->all[fd] : NULL;
}

void connections_begin(struct connections *c, int fd, int64_t now_ms)
{
    struct connection *one = connection_of(c, fd);
    if (!one)
        return;
    pthread_mutex_lock(&c->mutex);
    connection_forget(c, one);
    one->open = true;
    one->socket = connection_socket(fd);
    one->address = connection_address(fd);
    one->admitted_before = c->admissions;
    atomic_store(&one->heard_ms, now_ms);
    c->open++;
    connection_enter(c, one, &c->unspoken);
    connections_make_room(c, now_ms);
    pthread_mutex_unlock(&c->mutex);
}

void connections_end(struct connections *c, int fd)
{
    struct connection *one = connection_of(c, fd);
    if (!one)
        return;
    pthread_mutex_lock(&c->mutex);
    connection_forget(c, one);
    pthread_mutex_unlock(&c->mutex);
}

uint64_t connections_admit(struct connections *c)
{
    pthread_mutex_lock(&c->mutex);
    uint64_t admission = ++c->admissions;
    pthread_mutex_unlock(&c->mutex);
    return admission;
}

void connections_tend(struct connections *c, int64_t now_ms)
{
    struct connection *oldest;
    pthread_mutex_lock(&c->mutex);
    while ((oldest = connection_at(c, c->unspoken.first)) &&
           now_ms - atomic_load(&oldest->heard_ms) > FIRST_WORD_MS) {
        connection_shut(c, oldest);
        unsigned ended = seldom_count(&c->wordless, now_ms);
        if (ended)
            fprintf(stderr,
                    "ended a connection that said nothing for %d s (%u since the last of these lines)\n",
                    FIRST_WORD_MS / 1000, ended);
    }
    connections_make_room(c, now_ms);
    for (struct connection_owner *owner = c->owners; owner; owner = owner->next)
        if (owner->over_ms && now_ms >= owner->over_ms && owner->list.count > 0)
            fprintf(stderr, "ended %u connections of %s, which is withdrawn\n",
                    connections_shut_all(c, &owner->list), owner->peer.name);
    pthread_mutex_unlock(&c->mutex);
}

/* --- what messages tell ------------------------------------------------------------------------------ */

/* Returns the owner, known or new; NULL if there is not enough memory. */
static struct connection_owner *connections_owner(struct connections *c, const struct key *key)
{
    struct connection_owner *owner = c->owners;
    while (owner && !greeting_peer_has(&owner->peer, key))
        owner = owner->next;
    if (owner || !(owner = calloc(1, sizeof *owner)))
        return owner;
    owner->peer = greeting_peer_of(key);
    owner->next = c->owners;
    c->owners = owner;
    return owner;
}

/* Its first message, which says whose it is. */
static void connections_own(struct connections *c, struct connection *one, uint64_t admission,
                            const struct key *key, int64_t now_ms)
{
    struct connection_owner *owner = connections_owner(c, key);
    if (!owner)
        return;
    connection_leave(c, one);
    connection_enter(c, one, &owner->list);
    atomic_store(&one->admission, admission);
    if (owner->list.count > connections_of_key_max(owner))
        connections_end_most_silent(c, owner, one, now_ms);
    if (connections_spoken(c) + UNSPOKEN_ROOM > connections_ceiling())
        connections_end_most_silent(c, connections_greediest(c), one, now_ms);
}

void connections_heard(struct connections *c, int fd, uint64_t admission, const struct key *key,
                       int64_t now_ms)
{
    struct connection *one = connection_of(c, fd);
    if (!one)
        return;
    if (atomic_load(&one->admission) != admission) {
        pthread_mutex_lock(&c->mutex);
        /* A message that waited may be of a connection that had this descriptor before. */
        if (one->in == &c->unspoken && admission > one->admitted_before)
            connections_own(c, one, admission, key, now_ms);
        bool is_it = atomic_load(&one->admission) == admission;
        pthread_mutex_unlock(&c->mutex);
        if (!is_it)
            return;
    }
    atomic_store(&one->heard_ms, now_ms);
}

void connections_cut(struct connections *c, int fd, uint64_t admission)
{
    struct connection *one = connection_of(c, fd);
    if (!one)
        return;
    pthread_mutex_lock(&c->mutex);
    if (one->in && (atomic_load(&one->admission) == admission ||
                    (one->in == &c->unspoken && admission > one->admitted_before)))
        connection_shut(c, one);
    pthread_mutex_unlock(&c->mutex);
}

/* --- keys that change -------------------------------------------------------------------------------- */

/* Decides what becomes of an owner's connections under these keys. Returns how many this has shut down. */
static unsigned connections_judge(struct connections *c, struct connection_owner *owner,
                                  const struct keyring *keyring, int64_t now_ms)
{
    const struct key *named = keyring_by_name(keyring, owner->peer.name);
    if (greeting_peer_has(&owner->peer, named)) {
        owner->over_ms = 0;
        return 0;
    }
    if (!named && !keyring_by_bytes(keyring, owner->peer.public_bytes)) {
        owner->over_ms = owner->over_ms ? owner->over_ms : now_ms + LAST_WORD_MS;
        return 0;
    }
    return connections_shut_all(c, &owner->list);
}

/* Forgets the owners that no connection has and that are over, or no key's any more. */
static void connections_forget_owners(struct connections *c, const struct keyring *keyring)
{
    for (struct connection_owner **link = &c->owners, *owner; (owner = *link);)
        if (owner->list.count == 0 &&
            !greeting_peer_has(&owner->peer, keyring_by_name(keyring, owner->peer.name))) {
            *link = owner->next;
            free(owner);
        } else {
            link = &owner->next;
        }
}

void connections_change_keys(struct connections *c, const struct keyring *keyring, bool lost, int64_t now_ms)
{
    unsigned ended = 0;
    pthread_mutex_lock(&c->mutex);
    for (struct connection_owner *owner = c->owners; owner; owner = owner->next)
        ended += connections_judge(c, owner, keyring, now_ms);
    if (lost)
        ended += connections_shut_all(c, &c->unspoken);
    connections_forget_owners(c, keyring);
    pthread_mutex_unlock(&c->mutex);
    if (ended)
        fprintf(stderr, "ended %u connections, because keys were withdrawn or changed\n", ended);
}
