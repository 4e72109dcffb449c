/* limits.h: every bound of the file of referral keys, with its reason. */
#ifndef CONCORDAT_SEALS_LIMITS_H
#define CONCORDAT_SEALS_LIMITS_H

enum {
    /* Slots that the disk gives at a time, 512 KiB: half a day of all England's referrals, so that a small
     * region is not asked for room it does not need. */
    SEALS_STEP_SLOTS = 2048,
    /* Keys that are drawn, written and synced together, before anybody needs them: a turn of 256 messages
     * (broker/shell/ports.h), so that a turn after a quiet moment waits for none. */
    SEALS_POOL = 256,
    /* Keys that are handed out before their events are on disk: of two turns, the one in flight and the one
     * that is collected. */
    SEALS_GIVEN_MAX = 512,
    /* If more slots stand beyond the newest event, no crash has left them there. */
    SEALS_AHEAD_MAX = SEALS_GIVEN_MAX + SEALS_POOL,
    /* Slots that an opening tries a key on, in case somebody altered the newest. */
    SEALS_PROBES = 8
};

#endif
