/* accounts.h: the people who may sign in at the gateway, and the tokens of their programs, in a text file
 * that `concordat people` writes.
 *
 * A line for each person: the id, then key=value, the name last; and one for each token (access_token.h). The
 * file has what proves who somebody is, so it is for the gateway's user alone: passwords hashed with
 * argon2id, recovery codes and tokens as digests, and the secrets of one-time codes as they are, because they
 * are computed with. One thread.
 */
#ifndef CONCORDAT_GATEWAY_ACCOUNTS_H
#define CONCORDAT_GATEWAY_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/keys/keys.h"
#include "proto/wire/person_id.h"
#include "services/desk/people.h"
#include "services/gateway/access_token.h"
#include "services/gateway/identity.h"
#include "services/gateway/limits.h"
#include "services/gateway/onetime.h"
#include "services/gateway/password.h"

enum { ACCOUNTS_FAULT_BYTES = 400, ACCOUNT_STAMP_BYTES = 16 };

struct account {
    char id[PERSON_ID_CHARS_MAX + 1];
    char name[PEOPLE_NAME_BYTES_MAX + 1];
    Concordat__V1__Role role;       /* what they do here: referrer, team, coordinator, auditor or inspector */
    char of[KEY_OF_CHARS_MAX + 1];  /* the id of their source, team, coordinator or organisation */
    Concordat__V1__StaffRole staff; /* what they are, as events say it; not specified: they have not said */
    struct identity identity;       /* at single sign-on; none: they sign in by password alone */
    char password[PASSWORD_HASH_BYTES];   /* "": they sign in by single sign-on alone */
    uint8_t secret[ONETIME_SECRET_BYTES]; /* of one-time codes, for who has a password */
    uint8_t codes[RECOVERY_CODES][RECOVERY_DIGEST_BYTES];
    size_t code_count; /* recovery codes that are left */
    bool disabled;
    unsigned
        lock_minutes; /* a page that nobody touched for so long is locked; 0: as long as the site has it */
};

struct accounts {
    struct account *rows; /* owned; sorted by id; wiped in the end */
    size_t count;
    struct access_token *tokens; /* owned; in the order of the file; each is of somebody in rows */
    size_t token_count;
};

enum accounts_status {
    ACCOUNTS_GOOD,
    ACCOUNTS_WRONG,      /* the file, or its rights */
    ACCOUNTS_ENVIRONMENT /* no file, no memory, no disk */
};

/* Reads a file. One bad line refuses all of it, because a slip must not let anybody in, or back in; the fault
 * says which line. Ended by accounts_close, whatever the status is. */
enum accounts_status accounts_read(struct accounts *accounts, const char *path,
                                   char fault[ACCOUNTS_FAULT_BYTES]);
/* Puts the file in the place of the one before, whole or not at all. */
enum accounts_status accounts_write(const struct accounts *accounts, const char *path,
                                    char fault[ACCOUNTS_FAULT_BYTES]);
void accounts_close(struct accounts *accounts);

/* Their names, for screens; ended by people_close. False if there is no memory, and then there are none. */
bool accounts_people(const struct accounts *accounts, struct people *people);

/* The lock is held while the file is read, changed and written: a descriptor to close, or -1 with errno.
 * Waits for others. */
int accounts_lock(const char *path);

/* NULL if there is none. Valid until accounts_add or accounts_close. */
struct account *accounts_find(const struct accounts *accounts, const char *id);
/* The person whom an issuer calls so; NULL if there is none. */
const struct account *accounts_find_identity(const struct accounts *accounts,
                                             const struct identity *identity);
/* Makes room for a person, who has nothing but the id then. NULL if there are too many, or no memory. */
struct account *accounts_add(struct accounts *accounts, const char *id);

/* The person for whom a token acts, at a time in UTC: NULL if it is no token of the file, if it has ended, or
 * if its person is disabled. The name of the token is written too, for last_use.h. */
const struct account *accounts_find_token(const struct accounts *accounts, const char *text, int64_t now_ms,
                                          const char **name);
/* Keeps a token, and forgets all that have ended. NULL, or why it cannot be kept. */
const char *accounts_add_token(struct accounts *accounts, const struct access_token *token);
/* Ends one token of a person by its name, or all of them if the name is NULL. Returns how many that were. */
size_t accounts_end_tokens(struct accounts *accounts, const char *person, const char *name);

/* Takes a recovery code away if it is one of the person's. False if it is not. */
bool account_use_recovery(struct account *account, const char *code);

/* Differs when the person's sign-in was reset, or what they may do was changed, but not when a recovery code
 * was used. */
void account_stamp(const struct account *account, uint8_t stamp[ACCOUNT_STAMP_BYTES]);

#endif
