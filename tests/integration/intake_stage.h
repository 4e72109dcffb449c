/* intake_stage.h: a real intake as a process, a device that talks to it, and a fake broker, in one folder. */
#ifndef CONCORDAT_TEST_INTAKE_STAGE_H
#define CONCORDAT_TEST_INTAKE_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <cmocka.h>

#include "proto/client/client.h"
#include "proto/words/now.h"
#include "tests/integration/fake_broker.h"

#define SOURCE(name)  CONCORDAT__V1__SOURCE__SOURCE_##name
#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name
#define RECEIPT(name) CONCORDAT__V1__RECEIPT__RECEIPT_##name
#define STATE(name)   CONCORDAT__V1__STATE__STATE_##name

enum { PATIENCE_MS = 30000, REFERRALS_MAX = 128, PATH_BYTES = 128 };

/* The last answer to a device, copied out of the client's memory. */
struct seen {
    bool got, done, repeated, is_board;
    Concordat__V1__Refusal refusal;
    Concordat__V1__Receipt receipt;
    Concordat__V1__State state;
    char text[400];
    size_t flags, cases;
};

struct intake_stage {
    char folder[PATH_BYTES], intake_at[PATH_BYTES], broker_at[PATH_BYTES];
    pid_t intake;
    struct fake_broker broker;
    struct concordat_client *device;
    struct seen seen;
    uint8_t waits_for[WIRE_ID_BYTES];
    Concordat__V1__State told[REFERRALS_MAX]; /* the latest news of each referral */
    uint32_t next_command;
};

/* For cmocka: makes a folder with keys, a running intake and a device, but no broker yet; and takes it all
 * away. */
int intake_stage_set(void **state);
int intake_stage_clear(void **state);

/* A path inside the stage's folder; good for the next three calls. */
const char *intake_stage_path(const struct intake_stage *s, const char *name);

/* Starts the intake; if the limit is not 0 its files cannot grow beyond it, as on a disk that fills. */
void intake_start_on(struct intake_stage *s, rlim_t file_bytes);
void intake_start(struct intake_stage *s);
int intake_wait(struct intake_stage *s);
void intake_kill(struct intake_stage *s);
void intake_stage_broker(struct intake_stage *s);
/* Makes a referrer's key and admits it. */
void intake_stage_admit(const struct intake_stage *s, const char *name);
struct concordat_client *device_connect(const struct intake_stage *s, const char *key);

/* One step of everybody who lives in this process. */
void intake_stage_step(struct intake_stage *s);
void device_id(uint8_t id[WIRE_ID_BYTES], uint8_t kind, uint32_t number);

/* Sends without waiting. Returns the number of the command: 0 asks for a new one. */
uint32_t device_send(struct intake_stage *s, Concordat__V1__Request *request, uint32_t command);
uint32_t device_send_submit(struct intake_stage *s, uint32_t number, const char *site, uint32_t command);

/* Each of these sends one command and waits for its answer, which is then in stage->seen. */
uint32_t device_submit(struct intake_stage *s, uint32_t number, const char *site);
void device_tell(struct intake_stage *s, uint32_t number);
void device_withdraw(struct intake_stage *s, uint32_t number);
void device_ask_status(struct intake_stage *s, uint32_t number);

/* How many commands about a referral had an effect at the broker. */
size_t effects_at_broker(struct intake_stage *s, uint32_t number);
void assert_saved(const struct intake_stage *s);

/* Lets everybody go on until the condition holds; fails if that takes too long. */
#define AWAIT(condition)                                                                                     \
    do {                                                                                                     \
        int64_t until_ms = now_monotonic_ms() + PATIENCE_MS;                                                 \
        while (!(condition)) {                                                                               \
            intake_stage_step(s);                                                                            \
            if (now_monotonic_ms() > until_ms)                                                               \
                fail_msg("not within %d ms: %s", PATIENCE_MS, #condition);                                   \
        }                                                                                                    \
    } while (false)

#endif
