/* standby.c: see standby.h. */
#include "broker/standby.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "proto/words/now.h"

enum { STANDBY_TRY_MS = 250 };

/* --- following ---------------------------------------------------------------------------------------- */

static enum ledger_status standby_read(void *context, uint64_t after, size_t limit, ledger_each *each,
                                       void *each_context)
{
    (void)after; /* the reader is there */
    return ledger_reader_next(context, limit, each, each_context);
}

static void standby_forget(struct standby *s)
{
    ledger_reader_close(&s->reader);
    state_destroy(&s->state);
}

static bool standby_begin(struct standby *s)
{
    char message[STANDBY_MESSAGE_BYTES];
    enum ledger_status status;
    uint64_t seed;
    randombytes_buf(&seed, sizeof seed);
    s->reader = ledger_reader_open(s->address, &status, message, sizeof message);
    s->state = s->reader ? state_new(seed) : NULL;
    return s->state;
}

/* If it cannot go on, because its server is gone or has another history now, it begins again with another
 * turn: whoever leads then knows it by recovery_go_on at the latest. */
static void standby_follow(struct standby *s)
{
    struct recovery_found found;
    if (!s->state && !standby_begin(s)) {
        standby_forget(s);
        return;
    }
    enum ledger_status status = ledger_reader_look(s->reader);
    if (status == LEDGER_OK) {
        status = recovery_replay(s->state, ledger_reader_head(s->reader), standby_read, s->reader, &found);
        if (status == LEDGER_NOT_FOUND)
            status = LEDGER_OK;
    }
    if (status != LEDGER_OK)
        standby_forget(s);
}

/* --- leading ------------------------------------------------------------------------------------------ */

static void standby_tell(struct standby *s, enum ledger_status status, const char *why)
{
    const char *meaning = status == LEDGER_IN_USE ? "this router follows, and leads when that one ends"
                                                  : "this router waits, and tries again";
    if (strcmp(s->told, why) == 0)
        return;
    snprintf(s->told, sizeof s->told, "%s", why);
    fprintf(stderr, "concordat-broker: ledger: %s: %s\n", why, meaning);
    sd_notifyf(0, "STATUS=Does not lead. %s: %s", why, meaning);
}

struct ledger *standby_turn(struct standby *s, enum ledger_status *status)
{
    char message[STANDBY_MESSAGE_BYTES];
    int64_t now_ms = now_monotonic_ms();
    *status = LEDGER_OK;
    if (s->told[0]) /* the first try is to lead at once */
        standby_follow(s);
    if (s->tried_ms && now_ms - s->tried_ms < STANDBY_TRY_MS)
        return NULL;
    s->tried_ms = now_ms;
    struct ledger *ledger = ledger_open(s->address, status, message, sizeof message);
    if (!ledger)
        standby_tell(s, *status, message);
    return ledger;
}

struct state *standby_state(struct standby *s, struct ledger *ledger, uint64_t seed,
                            struct recovery *recovery, char *message, size_t message_size)
{
    uint8_t chain[CHAIN_BYTES];
    struct state *followed = s->state;
    s->state = NULL;
    if (!followed || followed->counters.seq == 0) {
        state_destroy(&followed);
        return recovery_read(ledger, s->folder, seed, recovery, message, message_size);
    }
    ledger_reader_at(s->reader, chain);
    return recovery_go_on(ledger, s->folder, seed, followed, chain, recovery, message, message_size);
}

void standby_close(struct standby *s)
{
    standby_forget(s);
}
