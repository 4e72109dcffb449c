/* key_store.h: the keys of referrals as the process has them: the master key that it has read, the file of
 * wrapped keys in the state folder, and the rotation to a newer master key.
 *
 * The master key comes from a file, or from the credential "master-key" of the service manager. While it is
 * missing or wrong the router goes on: new keys are wrapped by a key derived from the router's own secret key
 * (generation 0), and wrapped anew when the master key is there. One thread calls these functions.
 */
#ifndef CONCORDAT_KEY_STORE_H
#define CONCORDAT_KEY_STORE_H

#include "broker/core/state.h"
#include "broker/ledger/ledger.h"
#include "broker/seals/seals.h"
#include "broker/seals/seals_disk.h"
#include "broker/seals/seals_served.h"

/* What the file of the master key says and what the seals say, each with what holds and what to do. */
enum { KEY_STORE_MESSAGE_BYTES = 1024 };

struct key_store_setting {
    const char *state_folder;
    const char
        *ledger_address;     /* of servers, which have the keys too; NULL: the keys are in the state folder */
    const char *master_path; /* NULL: the credential, if there is one */
    const char *server_key;  /* path of the router's own secret key */
};

/* Begins with zeros, but for disk.fd = -1. */
struct key_store {
    struct key_store_setting setting; /* borrowed */
    struct seals_disk disk;
    struct seals_served *served; /* owned; in place of the disk */
    struct master_key *master;   /* owned; NULL: missing */
    struct seals *seals;         /* owned */
    struct seals_walk walk;
    bool hurries;        /* more of the walk is left, and nothing keeps it from going on */
    unsigned busy_turns; /* one after another, up to now */
    uint8_t service[SEAL_KEY_BYTES];
    char problem[KEY_STORE_MESSAGE_BYTES]; /* that somebody has to look after; "": none */
};

/* Opens the file of keys beside a ledger that has at least one event, or makes it. Returns 0, or -1 with a
 * message: the file is not this ledger's, damaged, older or newer than the ledger, or cannot be read. That
 * the master key is missing or wrong is no failure: `problem` says it. */
int key_store_open(struct key_store *store, const struct key_store_setting *setting, struct ledger *ledger,
                   const struct counters *counters, char *message, size_t message_size);
void key_store_close(struct key_store *store);

/* Reads the master key again, and begins to wrap anew what an older generation wrapped. */
void key_store_reload(struct key_store *store);
/* To be called at each turn: begins to draw keys ahead if few are left. When no message waits, and once in a
 * while if messages always do, it also looks at some of the keys since the start or the last reading, and
 * wraps those anew that need it; at the end it is logged which generations are in use. False if the disk
 * failed: the router must stop. */
bool key_store_tend(struct key_store *store, bool idle);

#endif
