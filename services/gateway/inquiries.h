/* inquiries.h: questions to the trail that concordat-audit keeps, asked one after another on a thread, so
 * that no board waits for a report.
 *
 * The trail is only read. A question that is not answered within INQUIRY_MS is given up, and so are those
 * that wait when this is closed. One thread calls these functions. Times are milliseconds of the monotonic
 * clock.
 */
#ifndef CONCORDAT_GATEWAY_INQUIRIES_H
#define CONCORDAT_GATEWAY_INQUIRIES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "services/audit/report.h"

enum { INQUIRY_MESSAGE_BYTES = 400 };

struct inquiries;

struct inquiry_answer {
    int result;           /* as report_ask gives it */
    const json_t *report; /* borrowed for the call; with REPORT_DONE */
    const char *message;  /* borrowed for the call; with any other result */
    bool is_full;         /* the trail is an inspector's, so that no auditor may see this */
};

typedef void inquiry_done(void *context, const struct inquiry_answer *answer);

/* The path is borrowed until the end. NULL if a thread or memory is wanting. */
struct inquiries *inquiries_open(const char *trail_path);
void inquiries_close(struct inquiries **inquiries);

/* `done` is called once, in inquiries_turn or inquiries_close. The name in the question is a report's own,
 * the number is copied, and `stop` is not the caller's. False if INQUIRIES_MAX wait: it is never called then.
 */
bool inquiries_ask(struct inquiries *inquiries, const struct report_question *question, inquiry_done *done,
                   void *context, int64_t now_ms);

/* How many questions are being answered or wait. */
size_t inquiries_count(const struct inquiries *inquiries);

/* For the caller's poll: a descriptor, and for how long; -1: any time. */
int inquiries_fd(const struct inquiries *inquiries);
int inquiries_patience_ms(const struct inquiries *inquiries, int64_t now_ms);
void inquiries_turn(struct inquiries *inquiries, int64_t now_ms);

#endif
