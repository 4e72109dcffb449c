/* limits.h: every bound of the file of referral keys, with its reason. */
#ifndef CONCORDAT_SEALS_LIMITS_H
#define CONCORDAT_SEALS_LIMITS_H

enum {
    /* Slots that the disk gives at a time, 512 KiB: half a day of all England's referrals, so that a small
     * region is not asked for room it does not need. */
    SEALS_STEP_SLOTS = 2048,
    /* Slots that are made before their events are on disk: two turns of 256 messages (broker/shell/ports.h),
     * the one in flight and the one that is collected. If more of them stand beyond the newest event, no
     * crash has left them there. */
    SEALS_AHEAD_MAX = 512,
    /* Slots that an opening tries a key on, in case somebody altered the newest. */
    SEALS_PROBES = 8
};

#endif
