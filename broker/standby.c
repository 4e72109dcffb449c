/* standby.c: see standby.h. */
#include "broker/standby.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STANDBY_TRY_MS = 250, STANDBY_LOOK_MS = 10 * 1000, STANDBY_LINE_BYTES = 400 };

void standby_open(struct standby *s, const struct standby_calls *calls, const char *address,
                  const char *folder, const struct acknowledged *acknowledged)
{
    *s = (struct standby){.calls = calls, .address = address, .folder = folder, .acknowledged = acknowledged};
    s->follower = (struct follower){.open_reader = calls->open_reader, .address = address, .folder = folder};
}

/* --- leading ------------------------------------------------------------------------------------------ */

static void standby_tell(struct standby *s, const char *why, const char *meaning)
{
    if (strcmp(s->told, why) == 0)
        return;
    snprintf(s->told, sizeof s->told, "%s", why);
    s->calls->tell(why, meaning);
}

/* Each try takes the lead for a moment, also from a history that this router then refuses. So after a refusal
 * it tries seldom, and only if what it follows has what it acknowledged. */
static bool standby_may_try(struct standby *s, int64_t now_ms)
{
    const struct acknowledged *a = s->acknowledged;
    if (s->waited && now_ms - s->tried_ms < (s->refused ? STANDBY_LOOK_MS : STANDBY_TRY_MS))
        return false;
    s->tried_ms = now_ms;
    return !s->refused || a->seq == 0 || follower_has(&s->follower, a->seq, a->chain) == LEDGER_OK;
}

static enum standby_turned standby_try(struct standby *s, struct ledger **ledger)
{
    char message[STANDBY_MESSAGE_BYTES];
    enum ledger_status status;
    *ledger = s->calls->open(s->address, &status, message, sizeof message);
    if (*ledger)
        status = acknowledged_is_in(s->acknowledged, *ledger, s->folder, message, sizeof message);
    if (status == LEDGER_OK)
        return STANDBY_LEADS;
    ledger_close(ledger);
    if (status == LEDGER_NOT_FOUND || status == LEDGER_CORRUPT || status == LEDGER_OTHER_VERSION) {
        standby_tell(s, message, "this router does not lead, and looks again every 10 seconds");
        return STANDBY_REFUSES;
    }
    standby_tell(s, message,
                 status == LEDGER_IN_USE ? "this router follows, and leads when that one ends"
                                         : "this router waits, and tries again");
    return STANDBY_WAITS;
}

/* --- following ---------------------------------------------------------------------------------------- */

/* The other router leads, so nothing is to be stopped; but a person should know at once. */
static void standby_compare(struct standby *s)
{
    uint8_t chain[CHAIN_BYTES];
    char line[STANDBY_LINE_BYTES];
    const struct acknowledged *a = s->acknowledged;
    if (follower_reached(&s->follower, chain) < a->seq)
        s->compared = false;
    else if (a->seq > 0 && !s->compared) {
        enum ledger_status status = follower_has(&s->follower, a->seq, a->chain);
        s->compared = status == LEDGER_OK || status == LEDGER_NOT_FOUND;
        if (status != LEDGER_NOT_FOUND)
            return;
        snprintf(line, sizeof line,
                 "ledger: THE HISTORY THAT THE OTHER ROUTER LEADS LACKS event %" PRIu64
                 " as this router acknowledged it. Intakes send again what was acknowledged in the last "
                 "hour. Keep the files of all servers, and find the one that has the event",
                 a->seq);
        s->calls->log(line);
    }
}

static void standby_tell_followed(struct standby *s)
{
    uint8_t chain[CHAIN_BYTES];
    char line[STANDBY_LINE_BYTES];
    uint64_t seq = follower_reached(&s->follower, chain);
    if (s->told_followed || seq == 0)
        return;
    s->told_followed = true;
    snprintf(line, sizeof line, "ledger: this router has all events up to %" PRIu64 ", and follows", seq);
    s->calls->log(line);
}

enum standby_turned standby_turn(struct standby *s, struct ledger **ledger)
{
    int64_t now_ms = s->calls->now_ms();
    enum standby_turned turned = STANDBY_WAITS;
    *ledger = NULL;
    if (standby_may_try(s, now_ms)) {
        turned = standby_try(s, ledger);
        if (turned == STANDBY_LEADS)
            return turned;
        s->refused = turned == STANDBY_REFUSES;
    }
    s->waited = true;
    bool has_more = follower_turn(&s->follower);
    standby_compare(s);
    if (has_more && turned == STANDBY_WAITS)
        return STANDBY_HAS_MORE;
    standby_tell_followed(s);
    return turned;
}

struct state *standby_state(struct standby *s, struct ledger *ledger, uint64_t seed,
                            struct recovery *recovery, uint64_t *kept, char *message, size_t message_size)
{
    uint8_t chain[CHAIN_BYTES];
    uint64_t at = follower_reached(&s->follower, chain);
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
