/* redis.c: the work of load.c, done with Redis streams, as a careful team would otherwise build it.
 *
 * Submit is XADD to the stream of referrals, which the team reads in a consumer group. The team accepts by
 * XADD to the stream of answers and XACK, and the referrer reads that stream. The team closes by another
 * XADD. With appendfsync always an answer of Redis is durable. Nothing routes, encrypts or records who did
 * what. Prints one JSON object.
 *
 * redis PORT PID OUTSTANDING SECONDS WARM-UP BYTES-OF-A-REFERRAL BYTES-OF-AN-ANSWER
 */
#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/words/now.h"
#include "tests/bench/measure.h"
#include "tests/bench/trips.h"

enum { PAYLOAD_BYTES_MAX = 4096, WAIT_MS = 20000, ORDER_ROOM = 1 << 16 };

enum link_name { SUBMITS, OFFERS, ANSWERS, NEWS, LINKS };
enum asked { ASKED_SUBMIT, ASKED_ACCEPT, ASKED_ACK, ASKED_CLOSE };

struct bench {
    redisContext *links[LINKS];
    struct trips trips;
    uint32_t outstanding, closed;
    size_t referral_bytes, answer_bytes;
    char payload[PAYLOAD_BYTES_MAX];
    char last_news[64];
    /* The trips whose answers have not come yet on ANSWERS, in order. */
    struct {
        enum asked what;
        uint32_t number;
    } order[ORDER_ROOM];
    uint32_t order_first, order_last;
};

static redisContext *open_link(int port)
{
    redisContext *c = redisConnect("127.0.0.1", port);
    if (!c || c->err)
        measure_fail("redis: %s", c ? c->errstr : "out of memory");
    return c;
}

static void ask(redisContext *c, const char *command)
{
    redisReply *reply = redisCommand(c, command);
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        measure_fail("redis: %s: %s", command, reply ? reply->str : c->errstr);
    freeReplyObject(reply);
}

static void begin_waiting(redisContext *c)
{
    fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) | O_NONBLOCK);
    c->flags &= ~REDIS_BLOCK;
}

static void flush(redisContext *c)
{
    int done = 0;
    while (!done)
        if (redisBufferWrite(c, &done) != REDIS_OK)
            measure_fail("redis: %s", c->errstr);
}

static void read_offers(struct bench *b)
{
    redisAppendCommand(b->links[OFFERS],
                       "XREADGROUP GROUP team device-1 COUNT 256 BLOCK 0 STREAMS referrals >");
    flush(b->links[OFFERS]);
}

static void read_news(struct bench *b)
{
    redisAppendCommand(b->links[NEWS], "XREAD COUNT 256 BLOCK 0 STREAMS answers %s", b->last_news);
    flush(b->links[NEWS]);
}

static void submit(struct bench *b)
{
    uint32_t number = trips_start(&b->trips, now_monotonic_ns());
    redisAppendCommand(b->links[SUBMITS], "XADD referrals * n %u d %b", number, b->payload,
                       b->referral_bytes);
}

static void expect(struct bench *b, enum asked what, uint32_t number)
{
    b->order[b->order_last % ORDER_ROOM].what = what;
    b->order[b->order_last++ % ORDER_ROOM].number = number;
}

static uint32_t number_of(const redisReply *entry)
{
    return (uint32_t)strtoul(entry->element[1]->element[1]->str, NULL, 10);
}

/* [[stream, [[id, [n, number, d, payload]], ..]]] */
static const redisReply *entries_of(const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1)
        measure_fail("redis: not what a read of a stream answers: %s", reply->str ? reply->str : "");
    return reply->element[0]->element[1];
}

static void hear_offers(struct bench *b, const redisReply *reply)
{
    const redisReply *entries = entries_of(reply);
    for (size_t i = 0; i < entries->elements; i++) {
        uint32_t number = number_of(entries->element[i]);
        b->trips.items[number].offered = now_monotonic_ns();
        redisAppendCommand(b->links[ANSWERS], "XADD answers * n %u d %b", number, b->payload,
                           b->answer_bytes);
        redisAppendCommand(b->links[ANSWERS], "XACK referrals team %s", entries->element[i]->element[0]->str);
        expect(b, ASKED_ACCEPT, number);
        expect(b, ASKED_ACK, number);
        b->trips.items[number].accepted = now_monotonic_ns();
    }
    flush(b->links[ANSWERS]);
    read_offers(b);
}

static void hear_news(struct bench *b, const redisReply *reply)
{
    const redisReply *entries = entries_of(reply);
    for (size_t i = 0; i < entries->elements; i++)
        b->trips.items[number_of(entries->element[i])].told = now_monotonic_ns();
    snprintf(b->last_news, sizeof b->last_news, "%s",
             entries->element[entries->elements - 1]->element[0]->str);
    read_news(b);
}

static void hear_answer(struct bench *b)
{
    uint32_t number = b->order[b->order_first % ORDER_ROOM].number;
    enum asked what = b->order[b->order_first++ % ORDER_ROOM].what;
    if (what == ASKED_CLOSE) {
        b->closed++;
    } else if (what == ASKED_ACCEPT) {
        b->trips.items[number].done = now_monotonic_ns();
        b->trips.done++;
        redisAppendCommand(b->links[ANSWERS], "XADD closings * n %u d %b", number, b->payload,
                           b->answer_bytes);
        expect(b, ASKED_CLOSE, number);
    }
}

static void hear(struct bench *b, enum link_name name)
{
    static uint32_t acknowledged;
    redisReply *reply;
    if (redisBufferRead(b->links[name]) != REDIS_OK)
        measure_fail("redis: %s", b->links[name]->errstr);
    while (redisGetReplyFromReader(b->links[name], (void **)&reply) == REDIS_OK && reply) {
        if (reply->type == REDIS_REPLY_ERROR)
            measure_fail("redis: %s", reply->str);
        if (name == SUBMITS)
            b->trips.items[acknowledged++].acknowledged = now_monotonic_ns();
        else if (name == OFFERS)
            hear_offers(b, reply);
        else if (name == NEWS)
            hear_news(b, reply);
        else
            hear_answer(b);
        freeReplyObject(reply);
    }
}

static void look(struct bench *b)
{
    struct pollfd fds[LINKS];
    flush(b->links[SUBMITS]);
    flush(b->links[ANSWERS]);
    for (int i = 0; i < LINKS; i++)
        fds[i] = (struct pollfd){b->links[i]->fd, POLLIN, 0};
    if (poll(fds, LINKS, WAIT_MS) <= 0)
        measure_fail("redis: nothing came");
    for (int i = 0; i < LINKS; i++)
        if (fds[i].revents)
            hear(b, (enum link_name)i);
}

static void open_bench(struct bench *b, int port)
{
    for (int i = 0; i < LINKS; i++)
        b->links[i] = open_link(port);
    ask(b->links[SUBMITS], "DEL referrals answers closings");
    ask(b->links[SUBMITS], "XGROUP CREATE referrals team $ MKSTREAM");
    for (int i = 0; i < LINKS; i++)
        begin_waiting(b->links[i]);
    strcpy(b->last_news, "0");
    memset(b->payload, 'x', sizeof b->payload);
    read_offers(b);
    read_news(b);
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct usage before = {0}, after = {0};
    if (argc != 8)
        measure_fail(
            "usage: bench-redis PORT PID OUTSTANDING SECONDS WARM-UP BYTES-OF-A-REFERRAL BYTES-OF-AN-ANSWER");
    double seconds = atof(argv[4]);
    b.outstanding = (uint32_t)atoi(argv[3]);
    b.referral_bytes = strtoul(argv[6], NULL, 10) % PAYLOAD_BYTES_MAX;
    b.answer_bytes = strtoul(argv[7], NULL, 10) % PAYLOAD_BYTES_MAX;
    open_bench(&b, atoi(argv[1]));
    int64_t from_ns = now_monotonic_ns() + (int64_t)(atof(argv[5]) * 1e9),
            until_ns = from_ns + (int64_t)(seconds * 1e9);
    bool warm = false;
    for (int64_t now_ns; (now_ns = now_monotonic_ns()) < until_ns; look(&b)) {
        if (!warm && now_ns >= from_ns)
            warm = usage_read(atoi(argv[2]), &before);
        while (b.trips.count - b.trips.done < b.outstanding)
            submit(&b);
    }
    usage_read(atoi(argv[2]), &after);
    while (b.closed < b.trips.count)
        look(&b);
    uint32_t done = trips_done(&b.trips, from_ns, until_ns);
    printf("{\"outstanding\":%u,\"seconds\":%.3f,\"round_trips\":%u,\"round_trips_per_s\":%.1f,"
           "\"cpu_s_per_10000\":%.3f,\"peak_kib\":%ld,",
           b.outstanding, seconds, done, done / seconds,
           done ? (after.cpu_s - before.cpu_s) * 10000 / done : 0, after.peak_kib);
    trips_print(&b.trips, from_ns, until_ns);
    printf("}\n");
    for (int i = 0; i < LINKS; i++)
        redisFree(b.links[i]);
    trips_close(&b.trips);
    return 0;
}
