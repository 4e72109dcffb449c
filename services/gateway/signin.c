/* signin.c: see signin.h. */
#include "services/gateway/signin.h"

#include <assert.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/words/now.h"
#include "services/gateway/form.h"
#include "services/gateway/last_use.h"
#include "services/gateway/lockout.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/reply.h"
#include "services/gateway/taken.h"

enum { CODE_BYTES_MAX = 32, LOCKOUT_KEY_BYTES = 32 };

struct signin {
    char people_path[PATH_MAX];
    bool single_sign_on;
    unsigned lock_minutes;
    struct accounts accounts;
    struct people people; /* their names */
    struct stat read_as;  /* the people file when it was read */
    int64_t look_at_ms;
    struct web_sessions *sessions;
    struct passwords *passwords;
    struct lockout *lockout;
    struct taken *taken;
    struct last_uses *last;
    uint64_t refused; /* attempts, since the start */
};

/* Somebody whose password is being compared. */
struct signin_attempt {
    struct signin *signin;
    struct http_request *request;
    char id[PERSON_ID_CHARS_MAX + 1];
    char code[CODE_BYTES_MAX + 1];
};

/* --- the people file -------------------------------------------------------------------------------------
 */

static bool is_same_file(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino && one->st_size == other->st_size &&
           one->st_mtim.tv_sec == other->st_mtim.tv_sec && one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

static bool still_may(void *context, const struct web_session *session)
{
    const struct signin *signin = context;
    uint8_t stamp[ACCOUNT_STAMP_BYTES];
    const struct account *account = accounts_find(&signin->accounts, session->person);
    if (!account)
        return false;
    account_stamp(account, stamp);
    return sodium_memcmp(stamp, session->stamp, sizeof stamp) == 0;
}

/* Without memory for names, screens show ids. */
static void name_people(struct signin *signin)
{
    people_close(&signin->people);
    accounts_people(&signin->accounts, &signin->people);
}

/* A file that cannot be read now leaves those whom we know: a slip of the administrator's must not send a
 * whole shift out. */
static void read_people_again(struct signin *signin)
{
    struct stat about;
    struct accounts fresh;
    char fault[ACCOUNTS_FAULT_BYTES];
    if (stat(signin->people_path, &about) != 0 || is_same_file(&about, &signin->read_as))
        return;
    signin->read_as = about;
    if (accounts_read(&fresh, signin->people_path, fault) != ACCOUNTS_GOOD) {
        accounts_close(&fresh);
        fprintf(stderr, "concordat-gateway: %s. Those who were in it before can sign in still\n", fault);
        return;
    }
    accounts_close(&signin->accounts);
    signin->accounts = fresh;
    name_people(signin);
    web_sessions_sift(signin->sessions, still_may, signin);
}

/* The code is gone when the file without it is on disk. */
static bool use_recovery_code(struct signin *signin, const char *id, const char *code)
{
    struct accounts now;
    char fault[ACCOUNTS_FAULT_BYTES];
    int lock = accounts_lock(signin->people_path);
    if (lock < 0)
        return false;
    bool used = accounts_read(&now, signin->people_path, fault) == ACCOUNTS_GOOD;
    struct account *account = used ? accounts_find(&now, id) : NULL;
    used = account && !account->disabled && account_use_recovery(account, code) &&
           accounts_write(&now, signin->people_path, fault) == ACCOUNTS_GOOD;
    accounts_close(&now);
    close(lock);
    if (used)
        read_people_again(signin);
    return used;
}

/* --- the whole --------------------------------------------------------------------------------------------
 */

struct signin *signin_open(const char *people_path, bool single_sign_on, unsigned lock_minutes, char *message,
                           size_t message_size)
{
    struct signin *signin = calloc(1, sizeof *signin);
    char taken_path[PATH_MAX], fault[ACCOUNTS_FAULT_BYTES];
    snprintf(message, message_size, "no memory for sign-in, or the name of the people file is too long");
    if (!signin || snprintf(signin->people_path, PATH_MAX, "%s", people_path) >= PATH_MAX ||
        snprintf(taken_path, PATH_MAX, "%s.taken", people_path) >= PATH_MAX) {
        free(signin);
        return NULL;
    }
    signin->single_sign_on = single_sign_on;
    signin->lock_minutes = lock_minutes;
    bool good = stat(people_path, &signin->read_as) == 0;
    if (accounts_read(&signin->accounts, people_path, fault) != ACCOUNTS_GOOD) {
        snprintf(message, message_size, "%s", fault);
        good = false;
    }
    name_people(signin);
    signin->sessions = web_sessions_open();
    signin->lockout = lockout_open();
    if (good && signin->sessions && signin->lockout)
        signin->taken = taken_open(taken_path, now_wall_ms(), message, message_size);
    if (signin->taken)
        signin->last = last_uses_open(people_path, message, message_size);
    if (signin->last)
        signin->passwords = passwords_open();
    if (!signin->passwords)
        signin_close(&signin);
    return signin;
}

void signin_close(struct signin **signin)
{
    struct signin *s = *signin;
    if (!s)
        return;
    passwords_close(&s->passwords);
    last_uses_close(&s->last);
    taken_close(&s->taken);
    lockout_close(&s->lockout);
    web_sessions_close(&s->sessions);
    accounts_close(&s->accounts);
    people_close(&s->people);
    free(s);
    *signin = NULL;
}

const struct people *signin_people(const struct signin *signin)
{
    return &signin->people;
}

struct signin_counts signin_counts(struct signin *signin)
{
    return (struct signin_counts){web_sessions_count(signin->sessions, now_boot_ms()), signin->refused};
}

int signin_fd(const struct signin *signin, unsigned at)
{
    return passwords_fd(signin->passwords, at);
}

int signin_patience_ms(const struct signin *signin)
{
    return passwords_patience_ms(signin->passwords, now_monotonic_ms());
}

void signin_turn(struct signin *signin)
{
    int64_t now_ms = now_monotonic_ms();
    passwords_turn(signin->passwords, now_ms);
    if (now_ms < signin->look_at_ms)
        return;
    signin->look_at_ms = now_ms + ACCOUNTS_LOOK_MS;
    read_people_again(signin);
}

const struct web_session *signin_watch(struct signin *signin, const struct http_request *request,
                                       const struct account **account)
{
    const struct web_session *session =
        web_sessions_find(signin->sessions, http_cookie(request, SESSION_COOKIE), now_boot_ms());
    *account = session ? accounts_find(&signin->accounts, session->person) : NULL;
    return session;
}

const struct web_session *signin_find(struct signin *signin, const struct http_request *request,
                                      const struct account **account)
{
    const struct web_session *session = signin_watch(signin, request, account);
    if (session)
        web_sessions_use(signin->sessions, session, now_boot_ms());
    return session;
}

/* The key is that of last_use.h. */
static void note_use(struct signin *signin, const char *key)
{
    if (!last_use_note(signin->last, key, now_wall_ms() / DAY_MS))
        fprintf(stderr, "concordat-gateway: %.200s.last cannot be written; people can sign in all the same\n",
                signin->people_path);
}

const struct account *signin_find_token(struct signin *signin, const char *token)
{
    const char *name;
    const struct account *account = accounts_find_token(&signin->accounts, token, now_wall_ms(), &name);
    if (account)
        note_use(signin, name);
    return account;
}

const struct web_session *signin_renew(struct signin *signin, const struct http_request *request,
                                       const struct account **account)
{
    if (!http_query(request, SIGNIN_RENEWED))
        return signin_find(signin, request, account);
    const struct web_session *session = signin_watch(signin, request, account);
    if (session && http_query(request, SIGNIN_WALL))
        web_sessions_show_wall(signin->sessions, session, now_boot_ms());
    return session;
}

bool signin_holds(struct signin *signin, uint64_t number, bool is_wall)
{
    int64_t now_ms = now_boot_ms();
    const struct web_session *session = web_sessions_at(signin->sessions, number, now_ms);
    if (session && is_wall)
        web_sessions_show_wall(signin->sessions, session, now_ms);
    return session;
}

bool signin_locks(struct signin *signin, uint64_t number)
{
    int64_t now_ms = now_boot_ms();
    const struct web_session *session = web_sessions_at(signin->sessions, number, now_ms);
    return session && web_session_is_locked(signin->sessions, session, now_ms);
}

bool signin_is_idle(struct signin *signin, const struct web_session *session)
{
    return web_session_is_idle(signin->sessions, session, now_boot_ms());
}

/* --- signing in -------------------------------------------------------------------------------------------
 */

static void send_form(const struct signin *signin, struct http_request *request, unsigned status,
                      struct page_sign_in page)
{
    struct html html = {0};
    page.single_sign_on = signin->single_sign_on;
    page_sign_in(&html, &page);
    reply_page(request, status, &html, NULL);
}

void signin_show(const struct signin *signin, struct http_request *request)
{
    send_form(signin, request, 200, (struct page_sign_in){0});
}

/* The same words whatever was wrong, so that nobody learns which part was right. */
static void refuse_attempt(const struct signin_attempt *attempt)
{
    attempt->signin->refused++;
    send_form(attempt->signin, attempt->request, 403,
              (struct page_sign_in){.is_refused = true, .wrong = true, .id = attempt->id});
}

static bool has_password(const struct account *account)
{
    return account && account->password[0];
}

/* A change of person on this browser ends the session of the one before. NULL if there are too many. */
static const struct web_session *begin_session(struct signin *signin, const struct http_request *request,
                                               const struct account *account,
                                               char cookie[SESSION_COOKIE_BYTES])
{
    const struct account *before;
    web_sessions_end(signin->sessions, signin_find(signin, request, &before));
    note_use(signin, account->id);
    unsigned minutes = account->lock_minutes ? account->lock_minutes : signin->lock_minutes;
    return web_sessions_begin(signin->sessions, account, minutes * 60, now_boot_ms(), cookie);
}

/* A guess reads no file: how long that took would say that the password was right. */
static bool code_counts(struct signin *signin, const struct account *account, const char *code)
{
    struct account copy = *account;
    int64_t step, now_ms = now_wall_ms();
    if (onetime_find(account->secret, code, now_ms, &step))
        return taken_take(signin->taken, account->id, step, now_ms) == TAKEN_NOW;
    bool is_known = account_use_recovery(&copy, code);
    sodium_memzero(&copy, sizeof copy);
    return is_known && use_recovery_code(signin, account->id, code);
}

/* The code is taken only if the password is right: else anybody could use up somebody's codes. */
static void decide_attempt(const struct signin_attempt *attempt)
{
    struct signin *signin = attempt->signin;
    char cookie[SESSION_COOKIE_BYTES];
    const struct account *account = accounts_find(&signin->accounts, attempt->id);
    if (!has_password(account) || account->disabled || !code_counts(signin, account, attempt->code)) {
        refuse_attempt(attempt);
        return;
    }
    lockout_good(signin->lockout, attempt->id);
    account = accounts_find(&signin->accounts, attempt->id);
    if (account && begin_session(signin, attempt->request, account, cookie))
        reply_go(attempt->request, "/", cookie);
    else
        reply_problem(attempt->request, REPLY_BUSY);
    sodium_memzero(cookie, sizeof cookie);
}

static void password_is_compared(void *context, enum password_result result)
{
    struct signin_attempt *attempt = context;
    if (result == PASSWORD_BUSY) {
        lockout_undo(attempt->signin->lockout, attempt->id);
        reply_problem(attempt->request, REPLY_BUSY);
    } else if (result == PASSWORD_FITS) {
        decide_attempt(attempt);
    } else {
        refuse_attempt(attempt);
    }
    sodium_memzero(attempt, sizeof *attempt);
    free(attempt);
}

static void refuse_locked(struct signin *signin, struct http_request *request, const char *id,
                          int64_t wait_ms)
{
    char minutes[24];
    struct html html = {0};
    signin->refused++;
    snprintf(minutes, sizeof minutes, "%lld", (long long)(wait_ms + 59999) / 60000);
    page_sign_in(&html, &(struct page_sign_in){.is_refused = true,
                                               .locked_minutes = minutes,
                                               .id = id,
                                               .single_sign_on = signin->single_sign_on});
    reply_page_later(request, 429, &html, (unsigned)((wait_ms + 999) / 1000));
}

static const struct form_rule signin_rules[] = {
    {.name = "id", .bytes_max = PERSON_ID_CHARS_MAX},
    {.name = "password", .bytes_max = PASSWORD_BYTES_MAX},
    {.name = "code", .bytes_max = CODE_BYTES_MAX},
};

static bool read_attempt(const struct form *form, struct signin_attempt *attempt)
{
    const char *id = form_value(form, "id", 0), *code = form_value(form, "code", 0);
    if (!id || !code || !form_value(form, "password", 0))
        return false;
    strcpy(attempt->id, id);
    strcpy(attempt->code, code);
    return true;
}

/* The account and its hash are looked up now; whether the person may still come in, when it is compared. */
static void begin_attempt(struct signin *signin, struct http_request *request, const struct form *form)
{
    struct signin_attempt *attempt = calloc(1, sizeof *attempt);
    if (!attempt || !read_attempt(form, attempt)) {
        reply_problem(request, attempt ? REPLY_BAD_FORM : REPLY_NO_MEMORY);
        free(attempt);
        return;
    }
    attempt->signin = signin;
    attempt->request = request;
    read_people_again(signin);
    int64_t now_ms = now_monotonic_ms(), wait_ms = lockout_begin(signin->lockout, attempt->id, now_ms);
    const struct account *account = accounts_find(&signin->accounts, attempt->id);
    if (wait_ms > 0) {
        refuse_locked(signin, request, attempt->id, wait_ms);
    } else if (passwords_compare(signin->passwords, form_value(form, "password", 0),
                                 has_password(account) ? account->password : NULL, now_ms,
                                 password_is_compared, attempt)) {
        return;
    } else {
        lockout_undo(signin->lockout, attempt->id);
        reply_problem(request, REPLY_BUSY);
    }
    sodium_memzero(attempt, sizeof *attempt);
    free(attempt);
}

void signin_take(struct signin *signin, struct http_request *request)
{
    struct form form;
    if (!reply_read_form(request, &form, signin_rules, sizeof signin_rules / sizeof *signin_rules))
        return;
    begin_attempt(signin, request, &form);
    form_close(&form);
}

/* --- signed in by their organisation ---------------------------------------------------------------------
 */

/* Somebody who is disabled reads the same as somebody whom nobody has added. */
static void refuse_identity(struct http_request *request, const struct identity *identity, const char *ring)
{
    struct html html = {0};
    page_not_known(&html, &(struct page_not_known){
                              .ring = ring, .issuer = identity->issuer, .subject = identity->subject});
    reply_page(request, 403, &html, NULL);
}

/* The browser comes here by a redirect of the provider's site, and sends no SameSite=Strict cookie with a
 * redirect that follows: only our own page can lead on with it. For the same reason the session before, if
 * there was one, may not be known here: its cookie is replaced in the browser, and it ends when nobody uses
 * it. */
void signin_admit(struct signin *signin, struct http_request *request, const struct identity *identity,
                  const char *ring)
{
    read_people_again(signin);
    const struct account *account = accounts_find_identity(&signin->accounts, identity);
    char cookie[SESSION_COOKIE_BYTES];
    struct html html = {0};
    if (!account || account->disabled) {
        signin->refused++;
        refuse_identity(request, identity, ring);
        return;
    }
    const struct web_session *session = begin_session(signin, request, account, cookie);
    if (!session) {
        reply_problem(request, REPLY_BUSY);
        return;
    }
    page_signed_in(&html,
                   &(struct page_signed_in){.frame = {.person = account->name, .token = session->token}});
    reply_page(request, 200, &html, cookie);
    sodium_memzero(cookie, sizeof cookie);
}

/* --- still there ------------------------------------------------------------------------------------------
 */

/* Somebody whose password is being compared, to unlock. */
struct signin_proving {
    struct signin *signin;
    uint64_t session;
    signin_proved *told;
    void *context;
    char key[LOCKOUT_KEY_BYTES];
};

bool signin_is_locked(struct signin *signin, const struct web_session *session)
{
    return session && web_session_is_locked(signin->sessions, session, now_boot_ms());
}

void signin_lock(struct signin *signin, const struct web_session *session)
{
    web_sessions_lock(signin->sessions, session);
}

static void tell_proof(const struct signin_proving *proving, enum signin_proof proof)
{
    struct signin *signin = proving->signin;
    const struct web_session *session = web_sessions_at(signin->sessions, proving->session, now_boot_ms());
    if (proof == PROOF_GOOD && session)
        web_sessions_unlock(signin->sessions, session, now_boot_ms());
    if (proof == PROOF_GOOD)
        lockout_good(signin->lockout, proving->key);
    proving->told(proving->context, session || proof != PROOF_GOOD ? proof : PROOF_OVER);
}

static void proof_is_compared(void *context, enum password_result result)
{
    static const enum signin_proof proofs[] = {
        [PASSWORD_FITS] = PROOF_GOOD, [PASSWORD_DIFFERS] = PROOF_WRONG, [PASSWORD_BUSY] = PROOF_BUSY};
    struct signin_proving *proving = context;
    if (result == PASSWORD_BUSY)
        lockout_undo(proving->signin->lockout, proving->key);
    tell_proof(proving, proofs[result]);
    free(proving);
}

static void compare_proof(const struct signin_proving *now, const char *given, const char *hash,
                          int64_t now_ms)
{
    struct signin_proving *proving = malloc(sizeof *proving);
    if (proving)
        *proving = *now;
    if (proving && passwords_compare(now->signin->passwords, given, hash, now_ms, proof_is_compared, proving))
        return;
    free(proving);
    lockout_undo(now->signin->lockout, now->key);
    tell_proof(now, PROOF_BUSY);
}

/* Wrong attempts count by session: somebody elsewhere, who only knows the id, must not keep the person out
 * here. */
void signin_prove(struct signin *signin, const struct web_session *session, const char *given, int64_t now_ms,
                  signin_proved *told, void *context)
{
    struct signin_proving proving = {
        .signin = signin, .session = session->number, .told = told, .context = context};
    const struct account *account = accounts_find(&signin->accounts, session->person);
    snprintf(proving.key, sizeof proving.key, "unlock %llu", (unsigned long long)session->number);
    if (signin_is_idle(signin, session) || lockout_begin(signin->lockout, proving.key, now_ms) > 0) {
        web_sessions_end(signin->sessions, session);
        tell_proof(&proving, PROOF_OVER);
    } else if (!has_password(account)) {
        tell_proof(&proving, PROOF_WRONG);
    } else if (code_counts(signin, account, given)) {
        tell_proof(&proving, PROOF_GOOD);
    } else {
        compare_proof(&proving, given, account->password, now_ms);
    }
}

/* --- signing out ------------------------------------------------------------------------------------------
 */

static const struct form_rule signout_rules[] = {
    {.name = "token", .bytes_max = SESSION_TOKEN_BYTES},
    {.name = "then", .bytes_max = 16},
};

void signin_end(struct signin *signin, struct http_request *request)
{
    struct form form;
    const struct account *account;
    if (!reply_read_form(request, &form, signout_rules, sizeof signout_rules / sizeof *signout_rules))
        return;
    const struct web_session *session = signin_find(signin, request, &account);
    const char *then = form_value(&form, "then", 0);
    bool to_sign_in = then && strcmp(then, "sign-in") == 0;
    if (session && !web_session_fits(session, form_value(&form, "token", 0))) {
        reply_problem(request, REPLY_OLD_PAGE);
    } else {
        web_sessions_end(signin->sessions, session);
        reply_go(request, to_sign_in ? "/sign-in" : "/status", SESSION_COOKIE_GONE);
    }
    form_close(&form);
}
