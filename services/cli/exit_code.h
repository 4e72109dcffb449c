/* exit_code.h: what the exit code of `concordat` says. Shell scripts and hooks rely on it. */
#ifndef CONCORDAT_CLI_EXIT_CODE_H
#define CONCORDAT_CLI_EXIT_CODE_H

enum exit_code {
    CODE_DONE = 0,         /* done, or the question was answered */
    CODE_REFUSED = 1,      /* refused; the answer says what holds now and whom to ring */
    CODE_NO_ANSWER = 2,    /* no answer in time: not known whether it was done */
    CODE_USAGE = 100,      /* the command line, or a file that it names, is wrong; nothing was sent */
    CODE_ENVIRONMENT = 111 /* no connection, no disk, no memory; nothing was done */
};

#endif
