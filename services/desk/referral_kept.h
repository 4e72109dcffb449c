/* referral_kept.h: what could not be read of a referral, kept as it was typed in its confidential part.
 *
 * Also the home of the rule how long a text may be there, and what becomes of its end. */
#ifndef CONCORDAT_DESK_REFERRAL_KEPT_H
#define CONCORDAT_DESK_REFERRAL_KEPT_H

#include <jansson.h>
#include <stdbool.h>

#include "services/desk/referral_reading.h"

/* Lines such as "Age as typed: 40s". */
struct referral_kept {
    json_t *lines;                    /* owned; an array of texts */
    struct referral_reading *reading; /* borrowed */
    bool ran_out;                     /* of memory */
};

/* Keeps a value of any kind as text. Borrows it. */
void referral_kept_add(struct referral_kept *kept, const char *label, const json_t *value);

/* Names a field that could not be read, and that holds what was typed itself. */
void referral_kept_name(struct referral_kept *kept, const char *label);

/* Makes each text of the confidential part (borrowed, changed) one that it may be: readable, and no longer
 * than it may be. The end of a text that was cut is kept. Members are fields of Confidential or are kept. */
void referral_kept_fit(struct referral_kept *kept, json_t *confidential);

/* Puts the lines behind the narrative, or apart from it if `apart`: an update must not take the place of a
 * narrative that it does not have. Ends the lines. */
void referral_kept_close(struct referral_kept *kept, json_t *confidential, bool apart);

#endif
