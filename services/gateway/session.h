/* session.h: who is signed in, on which browser.
 *
 * The browser has 32 random bytes in a cookie; here stands their digest, so that what is read of this
 * process's memory signs nobody in. A session ends when nobody used it for SESSION_IDLE_MS, SESSION_WHOLE_MS
 * after it began, or when it is ended. A process that starts again knows none. A session that nobody has
 * touched for the person's own time is locked, and stays so until the person has proved again who they are.
 * What a page asks for by itself is no use of its session, and no touch.
 *
 * A screen on a wall shows nothing personal, and nobody need touch it. While it asks for its board again and
 * again, its session does not end when it is idle, but only after SESSION_WHOLE_MS. It is idle then all the
 * same: nothing unlocks it, and whoever wants more than the wall shows signs in.
 *
 * One thread. Times are milliseconds of a clock that goes on while the machine sleeps (now_boot_ms).
 */
#ifndef CONCORDAT_GATEWAY_SESSION_H
#define CONCORDAT_GATEWAY_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/wire/person_id.h"
#include "services/gateway/accounts.h"

#define SESSION_COOKIE "__Host-concordat"
/* Takes the cookie out of the browser. */
#define SESSION_COOKIE_GONE SESSION_COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"

enum { SESSION_TOKEN_BYTES = 43 + 1, SESSION_COOKIE_BYTES = 128, LOCK_TEXT_BYTES = 12 };

struct web_sessions;

struct web_session {
    uint64_t number; /* no other session of this process has it; never 0 */
    char person[PERSON_ID_CHARS_MAX + 1];
    uint8_t stamp[ACCOUNT_STAMP_BYTES]; /* of the person's account, as it was */
    char token[SESSION_TOKEN_BYTES];    /* stands in every form of this session's pages */
    unsigned lock_s;                    /* when nobody touched it for so long, it is locked */
    char lock_text[LOCK_TEXT_BYTES];    /* the same, for pages */
};

/* NULL if there is no memory. */
struct web_sessions *web_sessions_open(void);
void web_sessions_close(struct web_sessions **sessions);

/* Signs a person in, always with new random bytes, and writes the whole of Set-Cookie. If the person has
 * SESSIONS_OF_PERSON_MAX, the one longest unused ends. NULL if there are too many in all. */
const struct web_session *web_sessions_begin(struct web_sessions *sessions, const struct account *account,
                                             unsigned lock_s, int64_t now_ms,
                                             char cookie[SESSION_COOKIE_BYTES]);

/* The session of a cookie's value; NULL if there is none, or no cookie. Valid until the next call that begins
 * or ends one. */
const struct web_session *web_sessions_find(struct web_sessions *sessions, const char *cookie,
                                            int64_t now_ms);

/* Somebody uses it now, and touches it unless it is locked. */
void web_sessions_use(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms);
/* A screen on a wall asks for its board now. */
void web_sessions_show_wall(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms);
/* Nobody has used it for SESSION_IDLE_MS, and a wall keeps it. Using it changes nothing of that. */
bool web_session_is_idle(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms);
bool web_session_is_locked(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms);
void web_sessions_lock(struct web_sessions *sessions, const struct web_session *session);
void web_sessions_unlock(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms);
/* The session of that number; NULL if it has ended. */
const struct web_session *web_sessions_at(struct web_sessions *sessions, uint64_t number, int64_t now_ms);

/* How many there are. Walks all rows. */
unsigned web_sessions_count(struct web_sessions *sessions, int64_t now_ms);

/* Ends every session that this says no to. */
typedef bool web_session_keeps(void *context, const struct web_session *session);
void web_sessions_sift(struct web_sessions *sessions, web_session_keeps *keeps, void *context);

/* Compares in a time that tells nothing. A token of NULL fits none. */
bool web_session_fits(const struct web_session *session, const char *token);

/* Signs out: the session and its token are of no use from now on. NULL is none. */
void web_sessions_end(struct web_sessions *sessions, const struct web_session *session);

#endif
