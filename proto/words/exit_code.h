/* exit_code.h: what the exit codes of all the programs say. A service manager and scripts rely on them. */
#ifndef CONCORDAT_EXIT_CODE_H
#define CONCORDAT_EXIT_CODE_H

enum exit_code {
    CODE_DONE = 0,      /* done, or stopped as asked */
    /* `concordat`: refused; the answer says what holds now and whom to ring. `concordat verify` and
     * concordat-replay: what was checked does not hold; they say why. */
    CODE_REFUSED = 1,
    CODE_NO_ANSWER = 2, /* `concordat`: no answer in time: not known whether it was done */
    CODE_USAGE = 100,   /* a wrong option or configuration: nothing was done; starting again will not help */
    CODE_BUG = 101,     /* an assertion failed: start again, and report it */
    CODE_ENVIRONMENT = 111 /* disk, network or memory: start again when it is mended */
};

/* To be called first: an assertion that fails ends the program with CODE_BUG and leaves no core dump, which
 * would hold what people said about themselves. */
void exit_code_for_bugs(void);

#endif
