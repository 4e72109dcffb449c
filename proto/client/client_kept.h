/* client_kept.h: the commands that a server acknowledged a moment ago, kept in memory until that moment is
 * over: another run of the server that has lost them is sent them again.
 *
 * A command is kept for a minute in which the run that acknowledged it can be reached; while no run can, it
 * is kept. They are sent again one at a time, in the order in which they were acknowledged; a run that has
 * them knows them by their ids. A command about a case that the server does not know yet is tried for a
 * minute, because whoever referred the person sends the referral again too.
 */
#ifndef CONCORDAT_CLIENT_KEPT_H
#define CONCORDAT_CLIENT_KEPT_H

#include "proto/client/client_queue.h"

enum {
    KEPT_COMMANDS_MAX = 256, /* of one client; then the oldest is kept no more */
    KEPT_MS = 60 * 1000,
    KEPT_CASE_COMES_MS = 60 * 1000, /* from when that run of the server was met */
    KEPT_CASE_PAUSE_MS = 2000,
};

struct kept_command {
    uint8_t id[WIRE_ID_BYTES], referral[WIRE_ID_BYTES];
    uint8_t *bytes; /* owned */
    size_t size;
    uint64_t seq; /* of the event that the answer named */
    int64_t acknowledged_ms;
};

/* Start with zeros. All times are monotonic. */
struct client_kept {
    struct kept_command commands[KEPT_COMMANDS_MAX]; /* first those that are to be sent again */
    size_t count, repeats;
    uint8_t session[WIRE_ID_BYTES]; /* of the run that was met last */
    size_t session_size;
    int64_t met_ms, send_at_ms;
};

/* Keeps a request that was acknowledged, and takes its bytes. */
void client_kept_add(struct client_kept *kept, struct outstanding *request, uint64_t seq, int64_t now_ms);
/* A run of the server welcomes this client: if it is another one, all that is kept is to be sent again. */
void client_kept_meet(struct client_kept *kept, const ProtobufCBinaryData *session, int64_t now_ms);
/* Forgets what is older than KEPT_MS. Call this while the server answers. */
void client_kept_forget(struct client_kept *kept, int64_t now_ms);

/* The command that is to be sent again now; NULL: none. */
const struct kept_command *client_kept_due(const struct client_kept *kept, int64_t now_ms);
void client_kept_was_sent(struct client_kept *kept, int64_t now_ms);
/* When the next is due; INT64_MAX: none. */
int64_t client_kept_next_ms(const struct client_kept *kept);

enum kept_answer {
    KEPT_NOT_ASKED, /* the answer is not about what is sent again */
    KEPT_IS_THERE,  /* or will be asked for again */
    KEPT_WAS_LOST   /* *lost says which, and what has become of it */
};
enum kept_answer client_kept_take(struct client_kept *kept, const uint8_t *id,
                                  const Concordat__V1__Answer *answer, int64_t now_ms,
                                  struct concordat_client_lost *lost);

void client_kept_clear(struct client_kept *kept);

#endif
