/* lives.h: the lives of many referrals at a time: the year of a region.
 *
 * Referral n comes at its time. Some minutes later a team accepts it, then its referrer is told, a team sees
 * the person, and the case is closed. Every seventh is first declined; if no team can be asked the duty
 * coordinator takes the case.
 */
#ifndef CONCORDAT_BENCH_LIVES_H
#define CONCORDAT_BENCH_LIVES_H

#include "broker/record/record.h"
#include "tests/bench/region.h"

enum life_step { LIFE_SUBMIT, LIFE_DECLINE, LIFE_ACCEPT, LIFE_TOLD, LIFE_CONTACT, LIFE_CLOSE, LIFE_STEPS };

struct lives {
    struct region *region;
    int64_t start_ms, gap_ms;  /* when referral 0 comes; the time between two */
    uint32_t next[LIFE_STEPS]; /* the next referral to take each step */
    uint32_t refused;
};

/* A submission, with everything that it borrows. */
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
/* Makes the command that submits referral n at an instant. */
void lives_submission(struct life_submission *submission, uint32_t number, int64_t now_ms);
/* Makes the command of another step, from somebody who may send it. Returns false if there is no such
 * step. */
bool lives_command(const struct region *region, enum life_step step, uint32_t number,
                   struct command *command);
/* Lets time pass until the next step, then takes it. Returns the step. */
enum life_step lives_step(struct lives *lives);

#endif
