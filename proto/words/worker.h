/* worker.h: a thread that does one task each time it is told to, while its owner goes on.
 *
 * The owner may read what the task writes once worker_is_busy has said no or worker_wait has returned. One
 * thread, the owner, calls these functions.
 */
#ifndef CONCORDAT_WORKER_H
#define CONCORDAT_WORKER_H

#include <stdbool.h>

struct worker;

typedef void worker_task(void *context);

/* NULL if a thread could not be started. The context is borrowed until worker_close. */
struct worker *worker_open(worker_task *task, void *context);
/* Waits for a task that has begun, and ends the thread. */
void worker_close(struct worker **worker);

/* Begins the task. The worker must not be busy. */
void worker_begin(struct worker *worker);
bool worker_is_busy(struct worker *worker);
/* Returns when the task that has begun, if any, is done. */
void worker_wait(struct worker *worker);
/* A descriptor for poll: readable from the end of a task until worker_wait. */
int worker_done_fd(const struct worker *worker);

#endif
