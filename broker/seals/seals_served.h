/* seals_served.h: the file of referral keys as a table on the servers of a ledger, so that whichever router
 * leads has the keys. Its rows are slots; what was never written has no row.
 *
 * Overwriting a row erases it from all servers as soon as they have replayed it; the page it stood on keeps
 * it until it is vacuumed, and archives of the write-ahead log and backups keep it until they end.
 */
#ifndef CONCORDAT_SEALS_SERVED_H
#define CONCORDAT_SEALS_SERVED_H

#include "broker/seals/seals.h"

struct seals_served;

/* Connects to the server that takes commits. `epoch` is the ledger's claim (ledger_epoch): nothing is written
 * once another router has claimed. NULL with a message. */
struct seals_served *seals_served_open(const char *address, int64_t epoch, char *message,
                                       size_t message_size);
void seals_served_close(struct seals_served **served);

/* Its calls; they borrow it. Any thread may make them. After a call that failed nobody knows what is stored.
 */
struct seals_file seals_served_file(struct seals_served *served);

#endif
