/* machine.c: the machine that the broker runs on: its ledger, its peers and its clocks. */
#include "broker/machine.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/now.h"

void machine_close(struct machine *m)
{
    server_close(&m->server);
    ledger_close(&m->ledger);
    sodium_memzero(m->random, sizeof m->random);
    m->random_left = 0;
}

struct now machine_now(void)
{
    return (struct now){.wall_ms = now_wall_ms(), .mono_ms = now_boot_ms()};
}

static enum ledger_status machine_write(void *context, const struct ledger_event *events, size_t count)
{
    struct machine *m = context;
    m->written_ns = count ? now_monotonic_ns() : 0;
    return ledger_write(m->ledger, events, count);
}

static bool machine_is_syncing(void *context)
{
    struct machine *m = context;
    return ledger_is_syncing(m->ledger);
}

/* Before anybody is answered. If it cannot be written, the router can guard only what it noted before. */
static void machine_note_acknowledged(struct machine *m)
{
    uint8_t chain[CHAIN_BYTES];
    uint64_t seq = ledger_head(m->ledger, chain);
    if (!m->acknowledged || acknowledged_note(m->acknowledged, seq, chain) || m->note_fails)
        return;
    m->note_fails = true;
    fprintf(stderr, "concordat-broker: %s/%s cannot be written: look after the disk of the state\n",
            m->state_folder, ACKNOWLEDGED_FILE);
}

static enum ledger_status machine_sync(void *context)
{
    struct machine *m = context;
    enum ledger_status status = ledger_sync(m->ledger);
    if (status == LEDGER_OK && m->written_ns) {
        metrics_took(&m->commits, now_monotonic_ns() - m->written_ns);
        machine_note_acknowledged(m);
    }
    m->written_ns = 0;
    return status;
}

/* The people who run the broker have to know that something was altered in the ledger. Telling them once is
 * enough: an auditor can ask for it again and again. Routing does not need what is old, and goes on. */
static enum ledger_status machine_report_altered(struct machine *m, enum ledger_status status)
{
    if (status == LEDGER_CORRUPT && !m->altered_reported)
        fprintf(stderr, "concordat-broker: ledger: %s\n", ledger_message(m->ledger));
    m->altered_reported |= status == LEDGER_CORRUPT;
    return status;
}

static enum ledger_status machine_read(void *context, uint64_t after, size_t limit, ledger_each *each,
                                       void *each_context)
{
    struct machine *m = context;
    return machine_report_altered(m, ledger_read(m->ledger, after, limit, each, each_context));
}

static enum ledger_status machine_sealed(void *context, uint64_t seq, uint8_t *buffer, size_t capacity,
                                         size_t *size)
{
    struct machine *m = context;
    return machine_report_altered(m, ledger_sealed(m->ledger, seq, buffer, capacity, size));
}

static enum server_sent machine_send(void *context, const struct server_route *route,
                                     const struct frame_part *parts, size_t count)
{
    struct machine *m = context;
    return server_send(m->server, route, parts, count);
}

static const struct key *machine_key(void *context, const char *name)
{
    struct machine *m = context;
    return server_key(m->server, name);
}

static void machine_random(void *context, void *bytes, size_t size)
{
    struct machine *m = context;
    if (size > sizeof m->random) {
        randombytes_buf(bytes, size);
        return;
    }
    if (m->random_left < size) {
        randombytes_buf(m->random, sizeof m->random);
        m->random_left = sizeof m->random;
    }
    uint8_t *from = m->random + sizeof m->random - m->random_left;
    memcpy(bytes, from, size);
    sodium_memzero(from, size);
    m->random_left -= size;
}

static bool machine_clock_is_synchronised(void *context)
{
    (void)context;
    return now_wall_is_synchronised();
}

static struct disk_room machine_disk(void *context)
{
    struct machine *m = context;
    return disk_room_of(m->state_folder, m->disk_floor_bytes);
}

static struct process_faults machine_faults(void *context)
{
    struct machine *m = context;
    return m->faults ? m->faults(m->process) : (struct process_faults){0};
}

static void machine_log(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "concordat-broker: %s\n", line);
}

void machine_write_figures(const struct machine *m, struct metrics *metrics)
{
    static const struct {
        enum server_drop why;
        const char *name;
    } drops[] = {{SERVER_DROP_HANDSHAKE, "handshake"},
                 {SERVER_DROP_SHAPE, "shape"},
                 {SERVER_DROP_NAME, "name"},
                 {SERVER_DROP_BARRED, "barred"}};
    metrics_histogram(
        metrics, "commit_seconds",
        "From writing the events of a turn until they are on the disk; nobody is answered before.",
        &m->commits);
    metrics_family(metrics, METRIC_COUNTER, "drops_total",
                   "Connections and messages that were turned away without an answer, by reason.");
    for (size_t i = 0; i < sizeof drops / sizeof *drops; i++)
        metrics_sample(metrics, (double)server_drops(m->server, drops[i].why), "reason", drops[i].name, NULL);
}

struct broker_ports machine_ports(struct machine *m)
{
    return (struct broker_ports){.context = m,
                                 .write = machine_write,
                                 .syncing = machine_is_syncing,
                                 .sync = machine_sync,
                                 .read = machine_read,
                                 .sealed = machine_sealed,
                                 .send = machine_send,
                                 .key = machine_key,
                                 .random = machine_random,
                                 .clock_is_synchronised = machine_clock_is_synchronised,
                                 .disk = machine_disk,
                                 .faults = machine_faults,
                                 .log = machine_log,
                                 .has_standby = m->acknowledged};
}
