/* commands.h: what an intake answers to each command of a device: saved, as far as it knows, and always whom
 * to ring. It alone decides which commands a referrer has; it neither receives nor sends. */
#ifndef CONCORDAT_INTAKE_COMMANDS_H
#define CONCORDAT_INTAKE_COMMANDS_H

#include "proto/referral/referral_rules.h"
#include "services/intake/outbox.h"

enum { COMMANDS_TEXT_BYTES = 301, COMMANDS_BOARD_MAX = 500, RING_NAME_BYTES = 81, RING_NUMBER_BYTES = 65 };

/* Whom to ring: as configured, then as the router last told. */
struct ring {
    char name[RING_NAME_BYTES];
    char number[RING_NUMBER_BYTES];
    char text[RING_NAME_BYTES + RING_NUMBER_BYTES]; /* both */
};

struct commands {
    struct outbox *outbox; /* borrowed */
    struct referral_site site;
    struct ring ring;
    struct arena arena; /* what answers point into */
    Concordat__V1__CaseStatus *board[COMMANDS_BOARD_MAX];
};

/* An answer while it is sent; its parts point into it and into the arena. */
struct reply {
    Concordat__V1__Message message;
    Concordat__V1__Answer answer;
    Concordat__V1__Board board;
    char text[COMMANDS_TEXT_BYTES];
};

/* Reads "Duty coordinator 01632 960100": a name, then a number. False where it is not that, or too long. */
bool ring_parse(const char *text, struct ring *ring);

/* 0, or -1 where memory is short or the outbox cannot be read. */
int commands_open(struct commands *commands, struct outbox *outbox, const struct referral_site *site,
                  const struct ring *ring);
void commands_close(struct commands *commands);

/* Answers one request, which is completed in place with memory of its arena. The reply is valid until the
 * next call. OUTBOX_FAILED: the reply says so and is to be sent, and then the intake must stop. */
enum outbox_status commands_answer(struct commands *commands, Concordat__V1__Request *request,
                                   struct arena *request_arena, int64_t now_ms, struct reply *reply);

/* Refuses a request that is not looked at any further; text may be NULL. */
void commands_refuse(struct commands *commands, const uint8_t *command_id, Concordat__V1__Refusal refusal,
                     const char *text, struct reply *reply);

/* Learns from a status who is behind every team. */
void commands_learn(struct commands *commands, const Concordat__V1__CaseStatus *status);
/* Fills in whom to ring where the router has told nothing yet; points into commands. */
void commands_complete(struct commands *commands, Concordat__V1__CaseStatus *status);

#endif
