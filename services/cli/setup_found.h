/* setup_found.h: what was found in the place of something that a site is to have. */
#ifndef CONCORDAT_CLI_SETUP_FOUND_H
#define CONCORDAT_CLI_SETUP_FOUND_H

enum found {
    FOUND_NOTHING,
    FOUND_IT,
    FOUND_HALF,  /* what was begun is finished by making it */
    FOUND_OTHER, /* somebody's own, which stays */
    FOUND_WRONG  /* it would not work, or others may read it: a message says so */
};

#endif
