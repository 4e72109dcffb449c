/* load.c: referral round trips on a running broker: submit, durable answer, offer, accept, durable answer.
 *
 * Peers are bare DEALER sockets with CURVE. Either the load keeps a number of round trips going at a
 * time (--outstanding), or starts them at a rate whatever the broker does (--rate), at intervals of an
 * exponential distribution. When a round trip is done the team closes the case, so that open cases do not
 * pile up. The broker does that work within the window, but it is not part of the round trip. Prints one JSON
 * object.
 */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/words/now.h"
#include "tests/bench/measure.h"
#include "tests/bench/peers.h"
#include "tests/bench/trips.h"

enum { STUCK_MS = 20000, TEND_SECONDS = 8, REPEAT_MS = 1000 };

#define SECOND_NS INT64_C(1000000000)
#define MS_NS     INT64_C(1000000)
#define TICK_NS   INT64_C(200000)

struct options {
    const char *endpoint, *server_key, *secrets;
    int intakes, idle, outstanding;
    double rate, seconds, warm;
    int broker;
    bool first_offer;
};

struct load {
    struct options options;
    struct peers intake, team, idle;
    struct trips trips;
    int64_t next_ns, tick_ns; /* with --rate: the next arrival, and the next look at what has come */
    uint64_t random;
    uint32_t closed;
    uint64_t first_seq, last_seq;
    int64_t tended_ns, looked_back_ns, progress_ns;
    uint32_t oldest, repeats; /* the first trip that is not closed; how many requests were sent again */
};

static const struct argp_option option_list[] = {
    {"endpoint", 'e', "ENDPOINT", 0, "Where the broker listens", 0},
    {"server-key", 'k', "FILE", 0, "The broker's public key", 0},
    {"secrets", 'S', "FOLDER", 0, "Secret keys intake-1.., team-1 (is asked), idle-1..", 0},
    {"intakes", 'i', "N", 0, "Connections that submit, in turn", 0},
    {"idle", 'd', "N", 0, "Connections of teams that are there but not asked", 0},
    {"outstanding", 'o', "N", 0, "Round trips at a time", 0},
    {"rate", 'r', "N", 0, "Round trips that arrive a second, instead", 0},
    {"seconds", 's', "N", 0, "How long, after the warm-up", 0},
    {"warm-up", 'w', "N", 0, "Seconds", 0},
    {"broker", 'b', "PID", 0, "The broker's process, whose time and memory are read", 0},
    {"first-offer", 'f', NULL, 0, "Only say when the first offer came (CLOCK_MONOTONIC)", 0},
    {0}};

static error_t take_option(int key, char *value, struct argp_state *state)
{
    struct options *o = state->input;
    switch (key) {
    case 'e':
        o->endpoint = value;
        break;
    case 'k':
        o->server_key = value;
        break;
    case 'S':
        o->secrets = value;
        break;
    case 'i':
        o->intakes = atoi(value);
        break;
    case 'd':
        o->idle = atoi(value);
        break;
    case 'o':
        o->outstanding = atoi(value);
        break;
    case 'r':
        o->rate = atof(value);
        break;
    case 's':
        o->seconds = atof(value);
        break;
    case 'w':
        o->warm = atof(value);
        break;
    case 'b':
        o->broker = atoi(value);
        break;
    case 'f':
        o->first_offer = true;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static void submit(struct load *l, int64_t due_ns)
{
    peers_send(&l->intake, frames_make(FRAME_SUBMIT, trips_start(&l->trips, due_ns), 0));
}

static void hear_answer(struct load *l, const struct heard *heard, int64_t now_ns)
{
    if (heard->kind != FRAME_SUBMIT && heard->kind != FRAME_ACCEPT && heard->kind != FRAME_CLOSE)
        return;
    if (!heard->done || heard->number >= l->trips.count)
        measure_fail("a request was refused: kind %d, refusal %u", (int)heard->kind, heard->refusal);
    struct trip *trip = &l->trips.items[heard->number];
    l->progress_ns = now_ns;
    if (heard->seq > l->last_seq)
        l->last_seq = heard->seq;
    if (heard->kind == FRAME_SUBMIT) {
        trip->acknowledged = trip->acknowledged ? trip->acknowledged : now_ns;
    } else if (heard->kind == FRAME_ACCEPT && !trip->done) {
        trip->done = now_ns;
        l->trips.done++;
        peers_send(&l->team, frames_make(FRAME_CLOSE, heard->number, 0));
    } else if (heard->kind == FRAME_CLOSE && !trip->closed) {
        trip->closed = now_ns;
        l->closed++;
    }
}

static void hear_news(struct load *l, const struct heard *heard, int64_t now_ns, bool by_team)
{
    if (!heard->about_case || heard->number >= l->trips.count)
        return;
    struct trip *trip = &l->trips.items[heard->number];
    if (by_team && heard->body == CONCORDAT__V1__MESSAGE__BODY_OFFER && !trip->offered) {
        trip->offered = now_ns;
        trip->attempt = heard->attempt;
        peers_send(&l->team, frames_make(FRAME_ACCEPT, heard->number, heard->attempt));
        trip->accepted = now_monotonic_ns();
    } else if (!by_team && heard->body == CONCORDAT__V1__MESSAGE__BODY_STATUS && !trip->told &&
               heard->state == CONCORDAT__V1__STATE__STATE_ACCEPTED) {
        trip->told = now_ns;
    }
}

static void hear(struct load *l, struct peers *peers)
{
    struct heard heard;
    while (peers_receive(peers, &heard)) {
        int64_t now_ns = now_monotonic_ns();
        if (heard.is_answer)
            hear_answer(l, &heard, now_ns);
        else
            hear_news(l, &heard, now_ns, peers == &l->team);
    }
}

/* An answer can be lost if a queue is full, so the load repeats unanswered requests, as the protocol says. */
static void repeat_unanswered(struct load *l, int64_t now_ns)
{
    l->looked_back_ns = now_ns;
    while (l->oldest < l->trips.count && l->trips.items[l->oldest].closed)
        l->oldest++;
    for (uint32_t i = l->oldest; i < l->trips.count; i++) {
        const struct trip *trip = &l->trips.items[i];
        if (!trip->acknowledged && now_ns - trip->due > REPEAT_MS * MS_NS) {
            peers_send(&l->intake, frames_make(FRAME_SUBMIT, i, 0));
            l->repeats++;
        } else if (trip->offered && !trip->done && now_ns - trip->accepted > REPEAT_MS * MS_NS) {
            peers_send(&l->team, frames_make(FRAME_ACCEPT, i, trip->attempt));
            l->repeats++;
        } else if (trip->done && !trip->closed && now_ns - trip->done > REPEAT_MS * MS_NS) {
            peers_send(&l->team, frames_make(FRAME_CLOSE, i, 0));
            l->repeats++;
        }
    }
}

/* Waits for a message or, with --rate, for the next tick. To wake for every message would use half as much of
 * the processor as the broker does; a tick adds at most its own length to each delay. */
static void wait_for_more(struct load *l)
{
    zmq_pollitem_t items[] = {{l->intake.socket, 0, ZMQ_POLLIN, 0},
                              {l->team.socket, 0, ZMQ_POLLIN, 0},
                              {l->idle.socket, 0, ZMQ_POLLIN, 0}};
    if (l->options.rate <= 0) {
        zmq_poll(items, l->idle.count ? 3 : 2, REPEAT_MS);
        return;
    }
    while (l->tick_ns <= now_monotonic_ns())
        l->tick_ns += TICK_NS;
    const struct timespec at = {l->tick_ns / SECOND_NS, l->tick_ns % SECOND_NS};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static void look(struct load *l)
{
    peers_flush(&l->intake);
    peers_flush(&l->team);
    wait_for_more(l);
    int64_t now_ns = now_monotonic_ns();
    if (now_ns - l->progress_ns > STUCK_MS * MS_NS)
        measure_fail("no answer for %d s: %u started, %u done, %u closed", STUCK_MS / 1000, l->trips.count,
                     l->trips.done, l->closed);
    hear(l, &l->intake);
    hear(l, &l->team);
    hear(l, &l->idle);
    if (now_ns - l->looked_back_ns > REPEAT_MS * MS_NS)
        repeat_unanswered(l, now_ns);
    if (now_ns - l->tended_ns < TEND_SECONDS * SECOND_NS)
        return;
    l->tended_ns = now_ns;
    peers_tend(&l->intake, FRAME_PING);
    peers_tend(&l->team, FRAME_PRESENCE);
    peers_tend(&l->idle, FRAME_PRESENCE);
}

/* Draws an interval of an exponential distribution, by splitmix64. Each run has the same arrivals. */
static int64_t interval_ns(struct load *l)
{
    uint64_t z = l->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    double share = ((double)((z ^ (z >> 31)) >> 11) + 1) / 9007199254740993.0;
    return (int64_t)(-log(share) / l->options.rate * 1e9);
}

static void start_due(struct load *l, int64_t now_ns)
{
    if (l->options.rate <= 0) {
        while (l->trips.count - l->trips.done < (uint32_t)l->options.outstanding)
            submit(l, now_monotonic_ns());
        return;
    }
    for (; l->next_ns <= now_ns; l->next_ns += interval_ns(l))
        submit(l, l->next_ns);
}

static void finish(struct load *l)
{
    while (l->closed < l->trips.count)
        look(l);
}

static void run(struct load *l)
{
    const struct options *o = &l->options;
    struct usage before = {0}, after = {0};
    int64_t from_ns = now_monotonic_ns() + (int64_t)(o->warm * 1e9),
            until_ns = from_ns + (int64_t)(o->seconds * 1e9);
    bool warm = false;
    l->next_ns = l->tick_ns = now_monotonic_ns();
    for (int64_t now_ns; (now_ns = now_monotonic_ns()) < until_ns;) {
        if (!warm && now_ns >= from_ns) {
            warm = true;
            l->first_seq = l->last_seq;
            usage_read(o->broker, &before);
        }
        start_due(l, now_ns);
        look(l);
    }
    usage_read(o->broker, &after);
    uint64_t events = l->last_seq - l->first_seq;
    finish(l);
    uint32_t done = trips_done(&l->trips, from_ns, until_ns);
    struct usage own;
    usage_read(getpid(), &own);
    printf("{\"outstanding\":%d,\"rate\":%.1f,\"seconds\":%.3f,\"peers\":%d,\"round_trips\":%u,"
           "\"round_trips_per_s\":%.1f,\"events_per_s\":%.1f,"
           "\"repeats\":%u,",
           o->outstanding, o->rate, o->seconds, o->intakes + o->idle + 1, done, done / o->seconds,
           (double)events / o->seconds, l->repeats);
    printf("\"broker_cpu_s\":%.2f,\"broker_first_thread_s\":%.2f,\"broker_cpu_s_per_10000\":%.3f,"
           "\"broker_peak_kib\":%ld,\"load_cpu_s\":%.2f,",
           after.cpu_s - before.cpu_s, after.first_s - before.first_s,
           done ? (after.cpu_s - before.cpu_s) * 10000 / done : 0, after.peak_kib, own.cpu_s);
    trips_print(&l->trips, from_ns, until_ns);
    printf("}\n");
}

static void show_first_offer(struct load *l)
{
    submit(l, now_monotonic_ns());
    while (!l->trips.items[0].offered)
        look(l);
    printf("{\"first_offer_ns\":%lld}\n", (long long)l->trips.items[0].offered);
    finish(l);
}

int main(int argc, char **argv)
{
    const struct argp argp = {option_list, take_option, NULL, "Referral round trips on a running broker.",
                              NULL,        NULL,        NULL};
    struct load l = {.options = {.intakes = 1, .outstanding = 1, .seconds = 3, .warm = 0.5}};
    if (argp_parse(&argp, argc, argv, 0, NULL, &l.options))
        return 100;
    const struct options *o = &l.options;
    if (!o->endpoint || !o->server_key || !o->secrets)
        measure_fail("--endpoint, --server-key and --secrets are needed");
    void *context = zmq_ctx_new();
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 64);
    frames_open((uint32_t)getpid() ^ (uint32_t)now_monotonic_ns());
    peers_open(&l.team, context, o->endpoint, o->server_key, o->secrets, "team", 1, 1, true);
    peers_open(&l.idle, context, o->endpoint, o->server_key, o->secrets, "idle", 1, o->idle, true);
    peers_open(&l.intake, context, o->endpoint, o->server_key, o->secrets, "intake", 1, o->intakes, false);
    l.tended_ns = l.progress_ns = now_monotonic_ns();
    if (o->first_offer)
        show_first_offer(&l);
    else
        run(&l);
    trips_close(&l.trips);
    peers_close(&l.intake);
    peers_close(&l.idle);
    peers_close(&l.team);
    zmq_ctx_term(context);
    return 0;
}
