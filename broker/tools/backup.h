/* backup.h: `concordat-ledger backup`: a pair of a running router copied under a name that says when. */
#ifndef CONCORDAT_BACKUP_H
#define CONCORDAT_BACKUP_H

#include "proto/words/exit_code.h"

struct backup_order {
    const char *state;   /* the router's folder */
    const char *to;      /* folder of the ledger's copies */
    const char *keys_to; /* folder of the copies of keys; may be the same */
    unsigned keep_days;  /* older copies of both are removed once a new pair is there; 0: none are */
};

/* Prints the recovery point. CODE_REFUSED also if the backup was made and somebody should look after
 * something. Otherwise nothing new is there, and the reason was printed. */
enum exit_code backup_make(const struct backup_order *order);

#endif
