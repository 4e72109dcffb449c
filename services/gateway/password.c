/* password.c: see password.h. */
#include "services/gateway/password.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/worker.h"
#include "services/gateway/onetime.h"

_Static_assert(PASSWORD_HASH_BYTES == crypto_pwhash_STRBYTES, "libsodium's hashes fit");

enum password_state { PASSWORD_FREE, PASSWORD_WAITS, PASSWORD_RUNS };

struct password_job {
    enum password_state state;
    uint64_t number; /* in the order in which they came */
    int64_t until_ms;
    char password[PASSWORD_BYTES_MAX + 1], hash[PASSWORD_HASH_BYTES];
    enum password_result result;
    password_told *told;
    void *context;
};

struct password_thread {
    struct worker *worker;
    struct password_job *job; /* NULL: it rests */
};

struct passwords {
    struct password_thread threads[PASSWORDS_AT_ONCE];
    struct password_job jobs[PASSWORDS_WAITING_MAX + PASSWORDS_AT_ONCE];
    uint64_t number;
    char of_nobody[PASSWORD_HASH_BYTES]; /* of a password that nobody knows */
};

bool password_hash(const char *password, char hash[PASSWORD_HASH_BYTES])
{
    return crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

/* On a thread of its own. libsodium says EINVAL if the password is another one. */
static void compare_password(void *context)
{
    struct password_thread *thread = context;
    struct password_job *job = thread->job;
    errno = 0;
    bool fits = crypto_pwhash_str_verify(job->hash, job->password, strlen(job->password)) == 0;
    if (fits)
        job->result = PASSWORD_FITS;
    else
        job->result = errno == ENOMEM ? PASSWORD_BUSY : PASSWORD_DIFFERS;
}

static bool open_threads(struct passwords *passwords)
{
    for (size_t i = 0; i < PASSWORDS_AT_ONCE; i++) {
        struct password_thread *thread = &passwords->threads[i];
        thread->worker = worker_open(compare_password, thread);
        if (!thread->worker)
            return false;
    }
    return true;
}

struct passwords *passwords_open(void)
{
    char drawn[RECOVERY_TEXT_BYTES];
    struct passwords *passwords = calloc(1, sizeof *passwords);
    if (!passwords)
        return NULL;
    recovery_draw(drawn);
    if (!password_hash(drawn, passwords->of_nobody) || !open_threads(passwords))
        passwords_close(&passwords);
    return passwords;
}

/* The job is free before its owner is told, who may ask for the next one. */
static void end_job(struct password_job *job, enum password_result result)
{
    password_told *told = job->told;
    void *context = job->context;
    sodium_memzero(job, sizeof *job);
    told(context, result);
}

void passwords_close(struct passwords **passwords)
{
    struct passwords *p = *passwords;
    if (!p)
        return;
    for (size_t i = 0; i < PASSWORDS_AT_ONCE; i++)
        worker_close(&p->threads[i].worker);
    for (size_t i = 0; i < sizeof p->jobs / sizeof *p->jobs; i++)
        if (p->jobs[i].state != PASSWORD_FREE)
            end_job(&p->jobs[i], PASSWORD_BUSY);
    free(p);
    *passwords = NULL;
}

static struct password_job *next_job(struct passwords *passwords, enum password_state state)
{
    struct password_job *found = NULL;
    for (size_t i = 0; i < sizeof passwords->jobs / sizeof *passwords->jobs; i++) {
        struct password_job *job = &passwords->jobs[i];
        if (job->state == state && (!found || job->number < found->number))
            found = job;
    }
    return found;
}

static void begin_jobs(struct passwords *passwords)
{
    for (size_t i = 0; i < PASSWORDS_AT_ONCE; i++) {
        struct password_thread *thread = &passwords->threads[i];
        struct password_job *job = thread->job ? NULL : next_job(passwords, PASSWORD_WAITS);
        if (!job)
            continue;
        job->state = PASSWORD_RUNS;
        thread->job = job;
        worker_begin(thread->worker);
    }
}

bool passwords_compare(struct passwords *passwords, const char *password, const char *hash, int64_t now_ms,
                       password_told *told, void *context)
{
    struct password_job *job = next_job(passwords, PASSWORD_FREE);
    size_t size = strlen(password);
    if (!job)
        return false;
    assert(size <= PASSWORD_BYTES_MAX && (!hash || strlen(hash) < PASSWORD_HASH_BYTES));
    *job = (struct password_job){.state = PASSWORD_WAITS,
                                 .number = passwords->number++,
                                 .until_ms = now_ms + PASSWORD_WAIT_MS,
                                 .told = told,
                                 .context = context};
    memcpy(job->password, password, size + 1);
    strcpy(job->hash, hash ? hash : passwords->of_nobody);
    begin_jobs(passwords);
    return true;
}

int passwords_fd(const struct passwords *passwords, unsigned at)
{
    assert(at < PASSWORDS_AT_ONCE);
    return worker_done_fd(passwords->threads[at].worker);
}

void passwords_turn(struct passwords *passwords, int64_t now_ms)
{
    for (size_t i = 0; i < PASSWORDS_AT_ONCE; i++) {
        struct password_thread *thread = &passwords->threads[i];
        struct password_job *job = thread->job;
        if (!job || worker_is_busy(thread->worker))
            continue;
        worker_wait(thread->worker);
        thread->job = NULL;
        end_job(job, job->result);
    }
    begin_jobs(passwords);
    for (size_t i = 0; i < sizeof passwords->jobs / sizeof *passwords->jobs; i++)
        if (passwords->jobs[i].state == PASSWORD_WAITS && now_ms >= passwords->jobs[i].until_ms)
            end_job(&passwords->jobs[i], PASSWORD_BUSY);
}

int passwords_patience_ms(const struct passwords *passwords, int64_t now_ms)
{
    int64_t first_ms = -1;
    for (size_t i = 0; i < sizeof passwords->jobs / sizeof *passwords->jobs; i++) {
        const struct password_job *job = &passwords->jobs[i];
        if (job->state == PASSWORD_WAITS && (first_ms < 0 || job->until_ms < first_ms))
            first_ms = job->until_ms;
    }
    if (first_ms < 0)
        return -1;
    return first_ms > now_ms ? (int)(first_ms - now_ms) : 0;
}
