/* password.h: hashes passwords with argon2id, and compares them on threads of their own, so that pages go on.
 *
 * PASSWORDS_AT_ONCE are compared at a time. The others wait in order for at most PASSWORD_WAIT_MS. One
 * thread, the owner, calls these functions. Times are milliseconds of the monotonic clock.
 */
#ifndef CONCORDAT_GATEWAY_PASSWORD_H
#define CONCORDAT_GATEWAY_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "services/gateway/limits.h"

enum { PASSWORD_HASH_BYTES = 128 }; /* libsodium's crypto_pwhash_STRBYTES */

/* Hashes in 64 MiB, on the caller's thread. False if there is no memory for it. */
bool password_hash(const char *password, char hash[PASSWORD_HASH_BYTES]);

struct passwords;

enum password_result {
    PASSWORD_FITS,
    PASSWORD_DIFFERS,
    PASSWORD_BUSY /* nobody knows: others were before it for too long, or there was no memory */
};

typedef void password_told(void *context, enum password_result result);

/* NULL if there is no memory, or a thread cannot be started. */
struct passwords *passwords_open(void);
/* Waits for what is being compared; what waits is told PASSWORD_BUSY. */
void passwords_close(struct passwords **passwords);

/* Compares, and tells the result in a passwords_turn; both texts are copied, and wiped in the end. With NULL
 * as hash it takes as long as any, and the result is PASSWORD_DIFFERS. Returns false, and tells nothing, if
 * too many wait. */
bool passwords_compare(struct passwords *passwords, const char *password, const char *hash, int64_t now_ms,
                       password_told *told, void *context);

/* Descriptors for the caller's poll: readable when there is a result. */
int passwords_fd(const struct passwords *passwords, unsigned at);
/* Tells the results that are there, and begins what waits. */
void passwords_turn(struct passwords *passwords, int64_t now_ms);
/* So long may the caller poll before the next turn; -1: any time. */
int passwords_patience_ms(const struct passwords *passwords, int64_t now_ms);

#endif
