/* worker.c: see worker.h. */
#include "proto/words/worker.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum worker_order { WORKER_IDLE, WORKER_WORK, WORKER_END };

struct worker {
    worker_task *task;
    void *context;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the order */
    pthread_cond_t changed;
    enum worker_order order; /* WORKER_WORK until the task is done */
    int done_fd;
};

static void *run_worker(void *context)
{
    struct worker *worker = context;
    pthread_mutex_lock(&worker->lock);
    while (worker->order != WORKER_END) {
        if (worker->order == WORKER_IDLE) {
            pthread_cond_wait(&worker->changed, &worker->lock);
            continue;
        }
        pthread_mutex_unlock(&worker->lock);
        worker->task(worker->context);
        pthread_mutex_lock(&worker->lock);
        worker->order = WORKER_IDLE;
        pthread_cond_signal(&worker->changed);
        eventfd_write(worker->done_fd, 1);
    }
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

static void give_order(struct worker *worker, enum worker_order order)
{
    pthread_mutex_lock(&worker->lock);
    assert(worker->order == WORKER_IDLE);
    worker->order = order;
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
}

/* All signals are blocked in the new thread, so that the first thread gets them. */
static bool start_thread(struct worker *worker)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&worker->thread, NULL, run_worker, worker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct worker *worker_open(worker_task *task, void *context)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return NULL;
    worker->task = task;
    worker->context = context;
    worker->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->changed, NULL);
    if (worker->done_fd >= 0 && start_thread(worker))
        return worker;
    if (worker->done_fd >= 0)
        close(worker->done_fd);
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
    return NULL;
}

void worker_close(struct worker **worker)
{
    struct worker *w = *worker;
    if (!w)
        return;
    worker_wait(w);
    give_order(w, WORKER_END);
    pthread_join(w->thread, NULL);
    close(w->done_fd);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w);
    *worker = NULL;
}

void worker_begin(struct worker *worker)
{
    give_order(worker, WORKER_WORK);
}

bool worker_is_busy(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool busy = worker->order == WORKER_WORK;
    pthread_mutex_unlock(&worker->lock);
    return busy;
}

void worker_wait(struct worker *worker)
{
    eventfd_t times;
    pthread_mutex_lock(&worker->lock);
    while (worker->order == WORKER_WORK)
        pthread_cond_wait(&worker->changed, &worker->lock);
    eventfd_read(worker->done_fd, &times);
    pthread_mutex_unlock(&worker->lock);
}

int worker_done_fd(const struct worker *worker)
{
    return worker->done_fd;
}
