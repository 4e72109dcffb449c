/* place.h: one place where a ledger and the keys of its referrals can be, as `concordat-ledger copy` is told
 * it: a router's state folder, or the address of servers.
 */
#ifndef CONCORDAT_PLACE_H
#define CONCORDAT_PLACE_H

#include "broker/ledger/ledger_reader.h"
#include "broker/seals/seals_disk.h"
#include "broker/seals/seals_served.h"
#include "broker/tools/pair.h"

/* Begins with zeros, but for disk.fd = -1; close it in any case. */
struct place {
    const char *given; /* on the command line; borrowed */
    bool is_served;
    struct pair at;      /* the address in `ledger` and no keys, or two paths */
    struct ledger *lead; /* owned; NULL: nobody, or somebody else, leads it */
    struct seals_disk disk;
    struct seals_served *table; /* owned; in place of the disk */
    struct seals_file keys;
    char message[PAIR_MESSAGE_BYTES]; /* why the last call failed; without the place's name */
};

/* Finds out what it is. A folder must be there, and belong to whoever runs this: what is made in it must be
 * the router's. CODE_DONE, or another with a message. */
enum exit_code place_find(struct place *place, const char *given);
bool place_is_same(const struct place *one, const struct place *other);

/* Whether there is a ledger, as far as can be seen without opening it. */
bool place_has_ledger(const struct place *place);

/* Leads the ledger, whatever its mark is, and waits a second for whoever led it until now; a ledger in a file
 * is made if it is not there. CODE_DONE; CODE_REFUSED with *in_use if somebody else leads it; or another,
 * with a message. */
enum exit_code place_lead(struct place *place, bool *in_use);

/* Opens the keys to read them, or, of a ledger that is led here, to write them. CODE_DONE, or another with a
 * message. */
enum exit_code place_open_keys(struct place *place, bool to_write);

void place_close(struct place *place);

/* The exit code that tells a status of a ledger. */
enum exit_code place_code(enum ledger_status status);

#endif
