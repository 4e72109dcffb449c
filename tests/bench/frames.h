/* frames.h: the few requests that a load consists of, packed once, and a reader for the few fields of an
 * answer that a load needs.
 *
 * If the load packed and unpacked each message with all checks it would use as much of the two cores as the
 * broker. Each case has a number, which is part of its ids, so that a load finds the case of an answer
 * without a search.
 */
#ifndef CONCORDAT_BENCH_FRAMES_H
#define CONCORDAT_BENCH_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/wire.h"

/* Makes a referral of street triage as its form fills it in, with a short narrative. The messages are
 * static. */
void frames_referral(Concordat__V1__Referral *referral, Concordat__V1__Confidential *confidential);

enum frame_kind {
    FRAME_HELLO,
    FRAME_PING,
    FRAME_PRESENCE,
    FRAME_SUBMIT,
    FRAME_ACCEPT,
    FRAME_CLOSE,
    FRAME_KINDS
};

enum { FRAME_BYTES_MAX = 2048 };

struct frame {
    uint8_t bytes[FRAME_BYTES_MAX];
    size_t size;
};

/* Each load has its own salt, which tells its numbers from those of other loads. */
void frames_open(uint32_t salt);
/* Returns the request of this kind about a case; attempt is that of the accepted offer. Borrowed until the
 * next call. */
const struct frame *frames_make(enum frame_kind kind, uint32_t number, uint32_t attempt);

struct heard {
    bool is_answer; /* it answers the request of this kind about this case */
    enum frame_kind kind;
    uint32_t number;
    bool done; /* if it is an Answer */
    uint32_t refusal;
    uint64_t seq;
    int body;        /* Concordat__V1__Message__BodyCase */
    bool about_case; /* it is news of the case with this number */
    uint32_t attempt, state;
};

/* Returns false if the message is about a case of another load, or cannot be read. */
bool frames_read(const uint8_t *bytes, size_t size, struct heard *heard);

#endif
