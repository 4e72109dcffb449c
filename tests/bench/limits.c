/* limits.c: measures what this machine's disk, SQLite and ZeroMQ allow, to compare other figures with.
 *
 * limits disk FOLDER SECONDS | sqlite FOLDER SECONDS BATCH BYTES... | ledger (the same) | curve SECONDS
 * OUTSTANDING. BYTES are the sizes of the events of one referral in a ledger, with the sealed texts
 * last.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "broker/ledger/ledger.h"
#include "proto/words/now.h"
#include "tests/bench/measure.h"

enum { PAGE_BYTES = 4096, FRAME_BYTES = 600, EVENTS_MAX = 16, BODY_BYTES_MAX = 65536, BATCH_MAX = 1024 };

static char path[4096];

/* --- disk ------------------------------------------------------------------------------------------- */

static int measure_disk(const char *folder, double seconds)
{
    static uint8_t page[PAGE_BYTES];
    struct samples samples = {0};
    snprintf(path, sizeof path, "%s/bench-disk", folder);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        measure_fail("%s: cannot write there", path);
    memset(page, 0x5a, sizeof page);
    int64_t start_ns = now_monotonic_ns(), now_ns = start_ns;
    while (now_ns - start_ns < (int64_t)(seconds * 1e9)) {
        int64_t before_ns = now_ns;
        if (write(fd, page, sizeof page) != (ssize_t)sizeof page || fdatasync(fd) != 0)
            measure_fail("%s: cannot write there", path);
        now_ns = now_monotonic_ns();
        samples_add(&samples, now_ns - before_ns);
    }
    printf("{\"per_s\":%.1f,", (double)samples.count * 1e9 / (double)(now_ns - start_ns));
    samples_print(&samples, "delay");
    printf("}\n");
    close(fd);
    unlink(path);
    samples_close(&samples);
    return 0;
}

/* --- SQLite, bare and as the ledger ----------------------------------------------------------------- */

struct appends {
    size_t event_count, sizes[EVENTS_MAX], sealed_size;
    uint64_t seq;
    sqlite3 *db;
    sqlite3_stmt *begin, *event, *sealed, *commit;
    struct ledger *ledger;
    uint8_t body[BODY_BYTES_MAX];
};

static void run(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        measure_fail("%s: %s", sql, message);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        measure_fail("%s: %s", sql, sqlite3_errmsg(db));
    return statement;
}

/* Only the ledger's columns: no checks, no triggers, no chain. */
static void open_bare(struct appends *a)
{
    if (sqlite3_open(path, &a->db) != SQLITE_OK)
        measure_fail("%s: cannot open", path);
    run(a->db,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE event(seq INTEGER PRIMARY KEY, at_ms INTEGER, kind INTEGER, referral BLOB, chain BLOB,"
        " reduced BLOB, body BLOB); CREATE TABLE sealed(seq INTEGER PRIMARY KEY, body BLOB)");
    a->begin = prepare(a->db, "BEGIN IMMEDIATE");
    a->commit = prepare(a->db, "COMMIT");
    a->event = prepare(a->db, "INSERT INTO event VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    a->sealed = prepare(a->db, "INSERT INTO sealed VALUES(?1, ?2)");
}

static void step(struct appends *a, sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE)
        measure_fail("SQLite: %s", sqlite3_errmsg(a->db));
    sqlite3_reset(statement);
}

static void append_bare(struct appends *a, size_t batch)
{
    step(a, a->begin);
    for (size_t i = 0; i < batch; i++) {
        size_t which = a->seq++ % a->event_count;
        sqlite3_bind_int64(a->event, 1, (sqlite3_int64)a->seq);
        sqlite3_bind_int64(a->event, 2, INT64_C(1771847940000) + (sqlite3_int64)a->seq);
        sqlite3_bind_int(a->event, 3, 20);
        sqlite3_bind_blob(a->event, 4, a->body, 16, SQLITE_STATIC);
        sqlite3_bind_blob(a->event, 5, a->body, CHAIN_BYTES, SQLITE_STATIC);
        sqlite3_bind_blob(a->event, 6, a->body, CHAIN_BYTES, SQLITE_STATIC);
        sqlite3_bind_blob(a->event, 7, a->body, (int)a->sizes[which], SQLITE_STATIC);
        step(a, a->event);
        if (which != 0)
            continue;
        sqlite3_bind_int64(a->sealed, 1, (sqlite3_int64)a->seq);
        sqlite3_bind_blob(a->sealed, 2, a->body, (int)a->sealed_size, SQLITE_STATIC);
        step(a, a->sealed);
    }
    step(a, a->commit);
}

static void append_ledger(struct appends *a, size_t batch)
{
    static struct ledger_event events[BATCH_MAX];
    for (size_t i = 0; i < batch; i++) {
        size_t which = a->seq++ % a->event_count;
        events[i] = (struct ledger_event){.seq = a->seq,
                                          .at_ms = INT64_C(1771847940000) + (int64_t)a->seq,
                                          .kind = 20,
                                          .referral = a->body,
                                          .body = a->body,
                                          .body_size = a->sizes[which],
                                          .reduced = a->body};
        if (which == 0) {
            events[i].sealed = a->body;
            events[i].sealed_size = a->sealed_size;
        }
    }
    if (ledger_append(a->ledger, events, batch) != LEDGER_OK)
        measure_fail("ledger: %s", ledger_message(a->ledger));
}

static void open_appends(struct appends *a, bool bare, const char *folder, int count, char **sizes)
{
    enum ledger_status status;
    char message[512];
    for (int i = 0; i < count - 1 && i < EVENTS_MAX; i++)
        a->sizes[a->event_count++] = strtoul(sizes[i], NULL, 10);
    a->sealed_size = strtoul(sizes[count - 1], NULL, 10);
    for (size_t i = 0; i < sizeof a->body; i++)
        a->body[i] = (uint8_t)(i * 151 + (i >> 3));
    snprintf(path, sizeof path, "%s/bench-append.db", folder);
    if (bare)
        open_bare(a);
    else if (!(a->ledger = ledger_open(path, &status, message, sizeof message)))
        measure_fail("%s", message);
}

static void close_appends(struct appends *a)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    size_t size = strlen(path);
    if (a->db) {
        sqlite3_finalize(a->begin);
        sqlite3_finalize(a->event);
        sqlite3_finalize(a->sealed);
        sqlite3_finalize(a->commit);
        sqlite3_close(a->db);
    }
    ledger_close(&a->ledger);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(path + size, sizeof path - size, "%s", ends[i]);
        unlink(path);
    }
}

static int measure_appends(bool bare, const char *folder, double seconds, size_t batch, int count,
                           char **sizes)
{
    static struct appends a;
    struct samples samples = {0};
    if (batch > BATCH_MAX || count < 2)
        measure_fail("a batch of at most %d, and the sizes of at least one event and its sealed texts",
                     BATCH_MAX);
    open_appends(&a, bare, folder, count, sizes);
    int64_t start_ns = now_monotonic_ns(), now_ns = start_ns;
    while (now_ns - start_ns < (int64_t)(seconds * 1e9)) {
        int64_t before_ns = now_ns;
        if (bare)
            append_bare(&a, batch);
        else
            append_ledger(&a, batch);
        now_ns = now_monotonic_ns();
        samples_add(&samples, now_ns - before_ns);
    }
    double per_s = (double)samples.count * 1e9 / (double)(now_ns - start_ns);
    printf("{\"batch\":%zu,\"commits_per_s\":%.1f,\"events_per_s\":%.1f,", batch, per_s,
           per_s * (double)batch);
    samples_print(&samples, "delay");
    printf("}\n");
    close_appends(&a);
    samples_close(&samples);
    return 0;
}

/* --- ROUTER and DEALER with CURVE ------------------------------------------------------------------- */

static void echo(const char *endpoint, const char *secret_text)
{
    char frame[FRAME_BYTES], route[256];
    int curve = 1, size, route_size;
    void *context = zmq_ctx_new(), *router = zmq_socket(context, ZMQ_ROUTER);
    zmq_setsockopt(router, ZMQ_CURVE_SERVER, &curve, sizeof curve);
    zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, secret_text, 41);
    if (zmq_bind(router, endpoint) != 0)
        measure_fail("%s: %s", endpoint, zmq_strerror(zmq_errno()));
    while ((route_size = zmq_recv(router, route, sizeof route, 0)) >= 0) {
        size = zmq_recv(router, frame, sizeof frame, 0);
        if (size <= 0)
            break;
        zmq_send(router, route, (size_t)route_size, ZMQ_SNDMORE);
        zmq_send(router, frame, (size_t)size, 0);
    }
    zmq_close(router);
    zmq_ctx_term(context);
}

static double ask_echo(void *dealer, double seconds, int outstanding, struct samples *samples)
{
    uint8_t frame[FRAME_BYTES] = {0};
    int64_t sent_ns, start_ns = 0, now_ns;
    double done = -1; /* the first message brings up the connection */
    zmq_send(dealer, frame, sizeof frame, 0);
    do {
        if (zmq_recv(dealer, frame, sizeof frame, 0) < 0)
            measure_fail("nothing came back");
        now_ns = now_monotonic_ns();
        memcpy(&sent_ns, frame, sizeof sent_ns);
        if (done++ < 0) {
            start_ns = now_ns;
            for (int i = 1; i < outstanding; i++) {
                memcpy(frame, &now_ns, sizeof now_ns);
                zmq_send(dealer, frame, sizeof frame, 0);
            }
        } else {
            samples_add(samples, now_ns - sent_ns);
        }
        memcpy(frame, &now_ns, sizeof now_ns);
        zmq_send(dealer, frame, sizeof frame, 0);
    } while (now_ns - start_ns < (int64_t)(seconds * 1e9));
    return done * 1e9 / (double)(now_ns - start_ns);
}

static int measure_curve(double seconds, int outstanding)
{
    char server_public[41], server_secret[41], public_text[41], secret_text[41], endpoint[64];
    int limit_ms = 10000, none = 0;
    struct samples samples = {0};
    zmq_curve_keypair(server_public, server_secret);
    zmq_curve_keypair(public_text, secret_text);
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", 20000 + (int)getpid() % 10000);
    pid_t child = fork();
    if (child == 0) {
        echo(endpoint, server_secret);
        _exit(0);
    }
    void *context = zmq_ctx_new(), *dealer = zmq_socket(context, ZMQ_DEALER);
    zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, server_public, 41);
    zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, public_text, 41);
    zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, secret_text, 41);
    zmq_setsockopt(dealer, ZMQ_RCVTIMEO, &limit_ms, sizeof limit_ms);
    zmq_connect(dealer, endpoint);
    double per_s = ask_echo(dealer, seconds, outstanding, &samples);
    printf("{\"outstanding\":%d,\"per_s\":%.1f,", outstanding, per_s);
    samples_print(&samples, "delay");
    printf("}\n");
    zmq_send(dealer, "", 0, 0);
    waitpid(child, NULL, 0);
    zmq_setsockopt(dealer, ZMQ_LINGER, &none, sizeof none);
    zmq_close(dealer);
    zmq_ctx_term(context);
    samples_close(&samples);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "disk"))
        return measure_disk(argv[2], atof(argv[3]));
    if (argc >= 7 && (!strcmp(argv[1], "sqlite") || !strcmp(argv[1], "ledger")))
        return measure_appends(!strcmp(argv[1], "sqlite"), argv[2], atof(argv[3]), strtoul(argv[4], NULL, 10),
                               argc - 5, argv + 5);
    if (argc == 4 && !strcmp(argv[1], "curve"))
        return measure_curve(atof(argv[2]), atoi(argv[3]));
    fprintf(stderr, "usage: bench-limits disk FOLDER SECONDS | sqlite|ledger FOLDER SECONDS BATCH BYTES... | "
                    "curve SECONDS OUTSTANDING\n");
    return 100;
}
