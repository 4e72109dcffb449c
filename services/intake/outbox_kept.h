/* outbox_kept.h: what the router has acknowledged in the last hour, kept whole so that it can be sent again.
 *
 * An acknowledgement says that the router has the command on its disk. A disk can be lost all the same, and a
 * router that comes back on an older copy does not know what it lacks. So each command that led to an event
 * is kept whole and sealed for an hour, together with the number of that event and the run of the router (the
 * session of its Welcome) that acknowledged it last. To another run it is sent again, the oldest first. Its
 * id makes that harmless: the router says `repeated` and the same number. If it says anything else, what it
 * had acknowledged was gone. Times are UTC milliseconds. One thread.
 */
#ifndef CONCORDAT_INTAKE_OUTBOX_KEPT_H
#define CONCORDAT_INTAKE_OUTBOX_KEPT_H

#include "services/intake/outbox.h"

enum {
    OUTBOX_SESSION_BYTES_MAX = 32,
    /* For so long an acknowledged command is kept whole: a router that lost more than that came back from a
     * backup, and the outbox is a place from which names and stories can be stolen. */
    OUTBOX_KEPT_MS = 60 * 60 * 1000
};

/* From now on this run of the router answers. Copies the session; the rest of a longer one does not count. */
void outbox_meet(struct outbox *outbox, const uint8_t *session, size_t size);

/* How many commands are to be sent to it again. OK or FAILED. */
enum outbox_status outbox_count_repeats(struct outbox *outbox, uint32_t *count);

/* Walks through the commands that are to be sent again, of each referral only its first; with `needed` only
 * of referrals about which something new waits. Reads the next one after *row, and moves *row on. OK,
 * NOT_FOUND at the end, or FAILED. */
enum outbox_status outbox_next_repeat(struct outbox *outbox, bool needed, int64_t *row, struct arena *arena,
                                      struct outbox_command *command);

/* Notes the answer to a command that was sent again, and stores its status. *was_lost: it says that what had
 * been acknowledged was gone; that is counted. If it was lost and is refused now, its sender sees it as
 * refused. OK, NOT_FOUND if no such command is with the router, or FAILED. */
enum outbox_status outbox_repeated(struct outbox *outbox, const uint8_t *id,
                                   const Concordat__V1__Answer *answer, int64_t now_ms, bool *was_lost);

/* Takes out of a command what is confidential; it is not kept any more, and not sent again. OK, NOT_FOUND or
 * FAILED. */
enum outbox_status outbox_strip(struct outbox *outbox, const uint8_t *id);

/* Strips what was acknowledged more than an hour ago, some at a time. A clock that was set back by more than
 * that strips too: nobody knows then how old something is. OK or FAILED. */
enum outbox_status outbox_strip_old(struct outbox *outbox, int64_t now_ms);

#endif
