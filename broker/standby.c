/* standby.c: see standby.h. */
#include "broker/standby.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "proto/words/now.h"
#include "proto/words/watchdog.h"

enum { STANDBY_TRY_MS = 250, STANDBY_TURN_MS = 50 /* between two looks at what there is to follow */ };

static void standby_tell(struct standby *s, const char *why, const char *meaning)
{
    if (strcmp(s->told, why) == 0)
        return;
    snprintf(s->told, sizeof s->told, "%s", why);
    fprintf(stderr, "concordat-broker: ledger: %s: %s\n", why, meaning);
    sd_notifyf(0, "STATUS=Does not lead. %s: %s", why, meaning);
}

/* Tries to lead. Returns true if it has come to an end. */
static bool standby_try(struct standby *s, struct ledger **ledger, enum standby_end *end)
{
    char message[STANDBY_MESSAGE_BYTES];
    enum ledger_status status;
    *end = STANDBY_LEADS;
    *ledger = ledger_open(s->address, &status, message, sizeof message);
    if (*ledger)
        status = acknowledged_is_in(s->acknowledged, *ledger, s->folder, message, sizeof message);
    if (status == LEDGER_OK)
        return true;
    ledger_close(ledger);
    *end = STANDBY_REFUSES;
    if (status == LEDGER_NOT_FOUND || status == LEDGER_CORRUPT || status == LEDGER_OTHER_VERSION) {
        standby_tell(s, message, "this router does not lead");
        return true;
    }
    standby_tell(s, message,
                 status == LEDGER_IN_USE ? "this router follows, and leads when that one ends"
                                         : "this router waits, and tries again");
    return false;
}

/* The other router leads, so nothing is to be stopped; but a person should know at once. */
static void standby_compare(struct standby *s)
{
    uint8_t chain[CHAIN_BYTES];
    const struct acknowledged *a = s->acknowledged;
    if (a->seq == 0)
        return;
    if (follower_is_at(&s->follower, chain) < a->seq) {
        s->compared = false;
        return;
    }
    enum ledger_status status = s->compared ? LEDGER_OK : follower_has(&s->follower, a->seq, a->chain);
    s->compared = status == LEDGER_OK || status == LEDGER_NOT_FOUND;
    if (status == LEDGER_NOT_FOUND)
        fprintf(stderr,
                "concordat-broker: ledger: THE HISTORY THAT THE OTHER ROUTER LEADS LACKS event %" PRIu64
                " as this router acknowledged it. Intakes send again what was acknowledged in the last hour. "
                "Keep the files of all servers, and find the one that has the event\n",
                a->seq);
}

static void standby_tell_followed(struct standby *s, bool has_more)
{
    uint8_t chain[CHAIN_BYTES];
    uint64_t seq = follower_is_at(&s->follower, chain);
    if (s->told_followed || has_more || seq == 0)
        return;
    s->told_followed = true;
    fprintf(stderr, "concordat-broker: ledger: this router has all events up to %" PRIu64 ", and follows\n",
            seq);
}

void standby_write_leads(struct metrics *metrics, bool leads)
{
    metrics_number(metrics, METRIC_GAUGE, "leads",
                   "1 if this router leads, 0 if it follows another or waits.", leads);
}

static void standby_write_figures(struct standby *s)
{
    if (!metrics_begin(s->metrics, now_boot_ms(), now_wall_ms()))
        return;
    standby_write_leads(s->metrics, false);
    metrics_end(s->metrics);
}

/* A router that follows has nothing to load again; whoever begins to lead takes the policy as it is then. */
static bool standby_is_stopped(const struct standby *s)
{
    struct signalfd_siginfo info;
    bool stopped = false;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info)
        stopped |= info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
    return stopped;
}

enum standby_end standby_await(struct standby *s, struct ledger **ledger)
{
    struct pollfd signals = {s->signals, POLLIN, 0};
    struct watchdog watchdog;
    enum standby_end end;
    s->follower = (struct follower){.address = s->address, .folder = s->folder};
    watchdog_open(&watchdog);
    for (;;) {
        int64_t now_ms = now_monotonic_ms();
        if (!s->waited || now_ms - s->tried_ms >= STANDBY_TRY_MS) {
            s->tried_ms = now_ms;
            if (standby_try(s, ledger, &end))
                return end;
        }
        if (!s->waited)
            sd_notify(0, "READY=1");
        s->waited = true;
        bool has_more = follower_turn(&s->follower);
        standby_tell_followed(s, has_more);
        standby_compare(s);
        standby_write_figures(s);
        watchdog_turn(&watchdog, now_boot_ms());
        if (poll(&signals, 1, has_more ? 0 : STANDBY_TURN_MS) > 0 && standby_is_stopped(s))
            return STANDBY_STOPPED;
    }
}

struct state *standby_state(struct standby *s, struct ledger *ledger, uint64_t seed,
                            struct recovery *recovery, uint64_t *kept, char *message, size_t message_size)
{
    uint8_t chain[CHAIN_BYTES];
    uint64_t at = follower_is_at(&s->follower, chain);
    struct state *followed = follower_give(&s->follower), *state;
    *kept = s->follower.keeper.kept_seq;
    if (at > 0)
        return recovery_go_on(ledger, s->folder, seed, followed, chain, recovery, message, message_size);
    state_destroy(&followed);
    state = recovery_read(ledger, s->folder, seed, recovery, message, message_size);
    *kept = state ? state->counters.seq - recovery->replayed : 0;
    return state;
}

void standby_close(struct standby *s)
{
    follower_close(&s->follower);
}
