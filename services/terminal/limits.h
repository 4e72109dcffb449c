/* limits.h: bounds of what a person's screen does, each with its reason. */
#ifndef CONCORDAT_TERMINAL_LIMITS_H
#define CONCORDAT_TERMINAL_LIMITS_H

enum {
    /* So long may the router take before a saved referral counts as one that it does not have: it answers
     * within 0.05 s, and within a second while its disk is slow or many speak at once; a person at a keyboard
     * waits for two without a thought. */
    ROUTER_ANSWER_MS = 2000
};

#endif
