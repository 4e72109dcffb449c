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
#include "tests/integration/fake_broker.h"

#define SOURCE(name)  CONCORDAT__V1__SOURCE__SOURCE_##name
#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name
#define RECEIPT(name) CONCORDAT__V1__RECEIPT__RECEIPT_##name
#define STATE(name)   CONCORDAT__V1__STATE__STATE_##name

enum { PATIENCE_MS = 30000, REFERRALS_MAX = 128, PATH_BYTES = 128 };

/* What a device was last answered, copied out of the client's memory. */
struct seen {
    bool got, done, repeated, is_board;
    Concordat__V1__Refusal refusal;
    Concordat__V1__Receipt receipt;
    Concordat__V1__State state;
    char text[400];
    size_t flags, cases;
};

struct stage {
    char folder[PATH_BYTES], intake_at[PATH_BYTES], broker_at[PATH_BYTES];
    pid_t intake;
    struct fake_broker broker;
    struct concordat_client *device;
    struct seen seen;
    uint8_t waits_for[WIRE_ID_BYTES];
    Concordat__V1__State told[REFERRALS_MAX]; /* the latest news of each referral */
    uint32_t next_command;
};

/* For cmocka: a folder with keys, a running intake and a device; no broker yet. And away with it all. */
int set_stage(void **state);
int clear_stage(void **state);

/* A path inside the stage's folder; good for the next three calls. */
const char *path_of(const struct stage *s, const char *name);

/* With a limit on file sizes where it is not 0: a disk that fills. */
void start_intake_on(struct stage *s, rlim_t file_bytes);
void start_intake(struct stage *s);
int wait_for_intake(struct stage *s);
void kill_intake(struct stage *s);
void start_broker(struct stage *s);
struct concordat_client *open_device(const struct stage *s, const char *key);

int64_t monotonic_ms(void);

/* One step of everybody who lives in this process. */
void step(struct stage *s);
void make_id(uint8_t id[WIRE_ID_BYTES], uint8_t kind, uint32_t number);

/* Sends without waiting. Returns the number of the command: 0 asks for a new one. */
uint32_t send_as(struct stage *s, Concordat__V1__Request *request, uint32_t command);
uint32_t send_submit(struct stage *s, uint32_t number, const char *site, uint32_t command);

/* Each of these sends one command and waits for its answer, which is then in stage->seen. */
uint32_t submit(struct stage *s, uint32_t number, const char *site);
void tell(struct stage *s, uint32_t number);
void withdraw(struct stage *s, uint32_t number);
void ask_status(struct stage *s, uint32_t number);

/* How many commands about a referral took effect at the broker. */
size_t effects(struct stage *s, uint32_t number);
void assert_saved(const struct stage *s);

/* Lets everybody go on until the condition holds; fails where it does not in time. */
#define AWAIT(condition)                                                                                     \
    do {                                                                                                     \
        int64_t until_ms = monotonic_ms() + PATIENCE_MS;                                                     \
        while (!(condition)) {                                                                               \
            step(s);                                                                                         \
            if (monotonic_ms() > until_ms)                                                                   \
                fail_msg("not within %d ms: %s", PATIENCE_MS, #condition);                                   \
        }                                                                                                    \
    } while (false)

#endif
