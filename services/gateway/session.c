/* session.c: see session.h. */
#include "services/gateway/session.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/gateway/limits.h"

enum {
    SESSION_BYTES = 32,
    SESSION_DIGEST_BYTES = 32,
    SESSION_VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING
};

_Static_assert(SESSION_TOKEN_BYTES == sodium_base64_ENCODED_LEN(SESSION_BYTES, SESSION_VARIANT),
               "a token fits");

struct session_row {
    struct web_session session;
    uint8_t digest[SESSION_DIGEST_BYTES]; /* of the cookie's value */
    int64_t began_ms, used_ms, touched_ms;
    int64_t wall_ms; /* when a screen on a wall asked last; before began_ms: none did */
    bool lives, locked;
};

struct web_sessions {
    uint64_t begun; /* how many there ever were */
    struct session_row rows[SESSIONS_MAX];
};

struct web_sessions *web_sessions_open(void)
{
    return calloc(1, sizeof(struct web_sessions));
}

void web_sessions_close(struct web_sessions **sessions)
{
    if (*sessions)
        sodium_memzero(*sessions, sizeof **sessions);
    free(*sessions);
    *sessions = NULL;
}

static void draw_token(char out[SESSION_TOKEN_BYTES])
{
    uint8_t bytes[SESSION_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(out, SESSION_TOKEN_BYTES, bytes, sizeof bytes, SESSION_VARIANT);
    sodium_memzero(bytes, sizeof bytes);
}

static void digest_cookie(const char *value, uint8_t digest[SESSION_DIGEST_BYTES])
{
    int rc = crypto_generichash(digest, SESSION_DIGEST_BYTES, (const uint8_t *)value, strlen(value), NULL, 0);
    assert(rc == 0);
}

static bool row_lives(struct session_row *row, int64_t now_ms)
{
    bool has_wall = row->wall_ms >= row->began_ms && now_ms - row->wall_ms < SESSION_WALL_MS;
    bool ends_idle = now_ms - row->used_ms >= SESSION_IDLE_MS && !has_wall;
    if (row->lives && (ends_idle || now_ms - row->began_ms >= SESSION_WHOLE_MS))
        sodium_memzero(row, sizeof *row);
    return row->lives;
}

/* A free row for the person: NULL if there is none. */
static struct session_row *row_for(struct web_sessions *sessions, const char *person, int64_t now_ms)
{
    struct session_row *none = NULL, *oldest = NULL;
    unsigned count = 0;
    for (struct session_row *row = sessions->rows; row < sessions->rows + SESSIONS_MAX; row++) {
        if (!row_lives(row, now_ms)) {
            none = none ? none : row;
        } else if (strcmp(row->session.person, person) == 0) {
            count++;
            oldest = oldest && oldest->used_ms <= row->used_ms ? oldest : row;
        }
    }
    return count < SESSIONS_OF_PERSON_MAX ? none : oldest;
}

const struct web_session *web_sessions_begin(struct web_sessions *sessions, const struct account *account,
                                             unsigned lock_s, int64_t now_ms,
                                             char cookie[SESSION_COOKIE_BYTES])
{
    char value[SESSION_TOKEN_BYTES];
    struct session_row *row = row_for(sessions, account->id, now_ms);
    if (!row)
        return NULL;
    *row = (struct session_row){
        .began_ms = now_ms, .used_ms = now_ms, .touched_ms = now_ms, .wall_ms = now_ms - 1, .lives = true};
    row->session.lock_s = lock_s;
    snprintf(row->session.lock_text, sizeof row->session.lock_text, "%u", lock_s);
    row->session.number = ++sessions->begun * SESSIONS_MAX + (uint64_t)(row - sessions->rows);
    strcpy(row->session.person, account->id);
    account_stamp(account, row->session.stamp);
    draw_token(row->session.token);
    draw_token(value);
    digest_cookie(value, row->digest);
    int size = snprintf(cookie, SESSION_COOKIE_BYTES,
                        SESSION_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict", value);
    assert(size > 0 && size < SESSION_COOKIE_BYTES);
    sodium_memzero(value, sizeof value);
    return &row->session;
}

const struct web_session *web_sessions_find(struct web_sessions *sessions, const char *cookie, int64_t now_ms)
{
    uint8_t digest[SESSION_DIGEST_BYTES];
    if (!cookie || strlen(cookie) != SESSION_TOKEN_BYTES - 1)
        return NULL;
    digest_cookie(cookie, digest);
    for (struct session_row *row = sessions->rows; row < sessions->rows + SESSIONS_MAX; row++) {
        /* How long this takes tells of digests, from which no cookie follows. */
        if (!row->lives || memcmp(row->digest, digest, sizeof digest) != 0)
            continue;
        return row_lives(row, now_ms) ? &row->session : NULL;
    }
    return NULL;
}

static struct session_row *row_of(struct web_sessions *sessions, uint64_t number)
{
    assert(number > 0);
    return &sessions->rows[number % SESSIONS_MAX];
}

void web_sessions_use(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms)
{
    struct session_row *row = row_of(sessions, session->number);
    if (web_session_is_idle(sessions, session, now_ms))
        return;
    row->used_ms = now_ms;
    if (!web_session_is_locked(sessions, session, now_ms))
        row->touched_ms = now_ms;
}

void web_sessions_show_wall(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms)
{
    row_of(sessions, session->number)->wall_ms = now_ms;
}

bool web_session_is_idle(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms)
{
    return now_ms - row_of(sessions, session->number)->used_ms >= SESSION_IDLE_MS;
}

bool web_session_is_locked(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms)
{
    struct session_row *row = row_of(sessions, session->number);
    row->locked |= now_ms - row->touched_ms >= (int64_t)session->lock_s * 1000;
    return row->locked;
}

void web_sessions_lock(struct web_sessions *sessions, const struct web_session *session)
{
    row_of(sessions, session->number)->locked = true;
}

void web_sessions_unlock(struct web_sessions *sessions, const struct web_session *session, int64_t now_ms)
{
    struct session_row *row = row_of(sessions, session->number);
    row->locked = false;
    row->used_ms = row->touched_ms = now_ms;
}

const struct web_session *web_sessions_at(struct web_sessions *sessions, uint64_t number, int64_t now_ms)
{
    struct session_row *row = row_of(sessions, number);
    return row_lives(row, now_ms) && row->session.number == number ? &row->session : NULL;
}

unsigned web_sessions_count(struct web_sessions *sessions, int64_t now_ms)
{
    unsigned count = 0;
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        count += row_lives(&sessions->rows[i], now_ms);
    return count;
}

void web_sessions_sift(struct web_sessions *sessions, web_session_keeps *keeps, void *context)
{
    for (struct session_row *row = sessions->rows; row < sessions->rows + SESSIONS_MAX; row++)
        if (row->lives && !keeps(context, &row->session))
            sodium_memzero(row, sizeof *row);
}

bool web_session_fits(const struct web_session *session, const char *token)
{
    return token && strlen(token) == SESSION_TOKEN_BYTES - 1 &&
           sodium_memcmp(session->token, token, SESSION_TOKEN_BYTES - 1) == 0;
}

void web_sessions_end(struct web_sessions *sessions, const struct web_session *session)
{
    if (session)
        sodium_memzero(row_of(sessions, session->number), sizeof(struct session_row));
}
