/* limits.h: bounds of an intake, each with its reason. */
#ifndef CONCORDAT_INTAKE_LIMITS_H
#define CONCORDAT_INTAKE_LIMITS_H

enum {
    /* Sessions in all: twice the vehicles and wards of the largest source. */
    ROOMS_MAX = 1024,
    /* Sessions of one device, which leaves one behind whenever it changes network; a shift may share a key.
     * The rest stays for other devices. */
    ROOMS_OF_DEVICE_MAX = 4,
    ROOMS_CHECK_MS = 1000, /* between two looks for devices that have fallen silent */
    /* Devices whose refusals are counted by name: as many as an intake has room for. */
    REFUSED_DEVICES_MAX = 1024,
    /* Cases that other devices sent, and that one device withdraws in OTHERS_WITHDRAWN_MS: a shift that takes
     * over a department ends a few, and each is told to the coordinator; a stolen phone could end them all.
     */
    OTHERS_WITHDRAWN_MAX = 5,
    OTHERS_WITHDRAWN_MS = 10 * 60 * 1000,
    /* Between two lines about refusals of one device: a thousand guesses are two lines. */
    REFUSED_LINE_MS = 60 * 1000,
    /* A referral takes minutes to write; ten at once are for a device that was without a connection. */
    DEVICE_NEW_WORK_EACH_SECONDS = 10,
    DEVICE_NEW_WORK_BURST = 10,
    DEVICE_QUOTAS_MAX = 1024, /* as many devices as an intake has room for */
    /* Areas and postcode districts whose coordinator is kept for an outage: a source meets people in its own
     * region, and beyond it a few. */
    RINGS_AREAS_MAX = 64,
    RINGS_DISTRICTS_MAX = 512,
    /* Records that devices have asked the router for: a shift reads one now and then. One that the router has
     * not answered for so long gives its place up. */
    READINGS_MAX = 16,
    READING_MS = 60 * 1000,
    /* For so long devices are told a key to seal forms to: a stolen one opens the forms of a week. It is kept
     * for so much longer, because a device can lie in a drawer with a form; as long as what has ended. */
    FORM_KEY_TOLD_DAYS = 7,
    FORM_KEY_KEPT_DAYS = 30,
    SEALED_FORM_DEPTH_MAX = 8, /* of its JSON; a referral has 4 */
    MESSAGES_STORED_MAX = 4,   /* of one case, as many as the router tells */
    /* Between two sweeps of the outbox: so long can what was taken out stay in its write-ahead log, sealed.
     * A sweep is two syncs, and a crowd of referrals is delivered in one. */
    SWEEP_MS = 1000
};

#endif
