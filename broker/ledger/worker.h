/* worker.h: a thread that does one thing each time it is told, beside the thread that tells it.
 *
 * What the function writes may be read once worker_is_busy has said no or worker_wait has returned.
 */
#ifndef CONCORDAT_WORKER_H
#define CONCORDAT_WORKER_H

#include <stdbool.h>

struct worker;

typedef void worker_task(void *context);

/* NULL where no thread is to be had. The context is borrowed until worker_close. */
struct worker *worker_open(worker_task *task, void *context);
/* Waits for what was begun. */
void worker_close(struct worker **worker);

/* Begins the task; not while it is busy. */
void worker_begin(struct worker *worker);
bool worker_is_busy(struct worker *worker);
/* Until what was begun, if anything, is done. */
void worker_wait(struct worker *worker);
/* For poll: readable from when what was begun is done until worker_wait. */
int worker_done_fd(const struct worker *worker);

#endif
