/* frames.h: the few requests that a load consists of, packed once, and what of an answer is needed.
 *
 * To pack and unpack each message with all checks would cost the load as much as the broker, on the same
 * two cores. Each case has a number, which is in its ids, so that an answer finds its case without a search.
 */
#ifndef CONCORDAT_BENCH_FRAMES_H
#define CONCORDAT_BENCH_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire/wire.h"

/* One referral of street triage as its form fills it in, with a short narrative. The messages are static. */
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

/* Numbers are told apart by the salt of each load. */
void frames_open(uint32_t salt);
/* The request of this kind about a case; attempt is of the offer that is accepted. Borrowed until the next
 * call. */
const struct frame *frames_make(enum frame_kind kind, uint32_t number, uint32_t attempt);

struct heard {
    bool is_answer; /* to a request of this kind about this case */
    enum frame_kind kind;
    uint32_t number;
    bool done; /* of an Answer */
    uint32_t refusal;
    uint64_t seq;
    int body;        /* Concordat__V1__Message__BodyCase */
    bool about_case; /* of news: number is the case's */
    uint32_t attempt, state;
};

/* False where it is about a case of another load, or cannot be read. */
bool frames_read(const uint8_t *bytes, size_t size, struct heard *heard);

#endif
