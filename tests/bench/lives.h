/* lives.h: what happens to referrals, one after the other and many at a time: the year of a region.
 *
 * Referral n comes at its time; some minutes later it is accepted, its referrer told, the person seen, the
 * case closed. Every seventh is first declined; where no team can be asked the duty coordinator takes it.
 */
#ifndef CONCORDAT_BENCH_LIVES_H
#define CONCORDAT_BENCH_LIVES_H

#include "broker/record/record.h"
#include "tests/bench/region.h"

enum life_step { LIFE_SUBMIT, LIFE_DECLINE, LIFE_ACCEPT, LIFE_TOLD, LIFE_CONTACT, LIFE_CLOSE, LIFE_STEPS };

struct lives {
    struct region *region;
    int64_t start_ms, gap_ms;  /* of referral 0; between two */
    uint32_t next[LIFE_STEPS]; /* the referral that takes each step next */
    uint32_t refused;
};

/* A submission with everything that it borrows. */
struct life_submission {
    Concordat__V1__Request request;
    Concordat__V1__Submit submit;
    Concordat__V1__Referral referral;
    Concordat__V1__Confidential confidential;
    Concordat__V1__Demographics person;
    uint8_t command_id[ID_BYTES], referral_id[ID_BYTES];
    struct record_content content;
    struct command command;
};

void lives_open(struct lives *lives, struct region *region, int64_t start_ms, int64_t gap_ms);
/* The command that submits referral n. */
void lives_submission(struct life_submission *submission, uint32_t number);
/* The command of another step, by whoever may take it now. False where there is none to take. */
bool lives_command(const struct region *region, enum life_step step, uint32_t number,
                   struct command *command);
/* Does what comes next, and before it what time brings. Returns the step. */
enum life_step lives_step(struct lives *lives);

#endif
