/* exit_code.h: the exit codes of all programs. Service managers and scripts rely on them. */
#ifndef CONCORDAT_EXIT_CODE_H
#define CONCORDAT_EXIT_CODE_H

enum exit_code {
    CODE_DONE = 0, /* done, or stopped as asked */
    /* `concordat`: refused; the answer says what holds now and whom to ring. `concordat verify` and
     * concordat-replay: what was checked does not hold; they say why. */
    CODE_REFUSED = 1,
    CODE_NO_ANSWER = 2, /* `concordat`: no answer in time; nobody knows whether the command was done */
    /* `concordat report`: */
    CODE_EMPTY = 3,       /* the trail has nothing of that period: nothing was printed */
    CODE_PROVISIONAL = 4, /* printed, of a period that has not ended by the newest event */
    CODE_NEWER = 5,       /* a later router than this program wrote the trail: nothing was printed */
    CODE_ALTERED = 6, /* printed, of a trail that is not what it was, or did not hold when it was verified */
    CODE_WITHHELD =
        7, /* it would show small numbers, which only an inspector's trail does: nothing was printed */
    CODE_DIFFERS = 8, /* `concordat story --check`: the folder is not what the trail gives */
    CODE_USAGE = 100, /* a wrong option or configuration: nothing was done, and a restart will not help */
    CODE_BUG = 101,   /* an assertion failed: restart, and report it */
    CODE_ENVIRONMENT = 111, /* disk, network or memory: restart when it is mended */
    CODE_DEPOSED =
        112 /* concordat-broker with a ledger on servers: it led, and leads no longer; restart: it follows */
};

#endif
