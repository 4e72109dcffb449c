/* commands.h: what an intake answers to each command of a device: how far it is, as far as the intake knows,
 * and always whom to ring. This alone decides which commands a referrer has. It neither receives nor sends.
 */
#ifndef CONCORDAT_INTAKE_COMMANDS_H
#define CONCORDAT_INTAKE_COMMANDS_H

#include "proto/referral/referral_rules.h"
#include "services/intake/outbox.h"
#include "services/intake/rings.h"

enum { COMMANDS_TEXT_BYTES = 301, COMMANDS_BOARD_MAX = 500 };

struct commands {
    struct outbox *outbox; /* borrowed */
    struct referral_site site;
    struct rings rings;
    bool router_is_away;
    int64_t heard_ms;   /* when the router was there last, as far as is known; 0: it is not */
    struct ring ring;   /* of what is answered now; replies point into it */
    struct arena arena; /* replies point into it */
    struct arena learning;
    Concordat__V1__CaseStatus *board[COMMANDS_BOARD_MAX];
};

/* An answer until it is sent. Its parts point into itself, into the arena of the commands and into the
 * request. */
struct reply {
    Concordat__V1__Message message;
    Concordat__V1__Answer answer;
    Concordat__V1__Board board;
    Concordat__V1__FormKey form_key;
    uint8_t key_id[WIRE_ID_BYTES], point[WIRE_POINT_BYTES];
    char text[COMMANDS_TEXT_BYTES];
};

/* 0, or -1 when memory is short or the outbox cannot be read. */
int commands_open(struct commands *commands, struct outbox *outbox, const struct referral_site *site,
                  const struct ring *ring);
void commands_close(struct commands *commands);

/* Whether a key of this role may send this command, hello and ping included: only a referrer may, and only a
 * referrer's. */
bool commands_may_send(Concordat__V1__Role role, Concordat__V1__Request__CommandCase command);

/* Whether the command was saved before; false if the outbox cannot be read. */
bool commands_has(struct commands *commands, const Concordat__V1__Request *request);

/* Answers one request that its sender may send, but not hello and ping; a referral in it is made good in
 * place, with memory of the request's arena. The reply is valid until the next call or until that arena is
 * reset. After OUTBOX_FAILED the caller sends the reply, which says so, and stops the intake. */
enum outbox_status commands_answer(struct commands *commands, Concordat__V1__Request *request,
                                   struct arena *request_arena, int64_t now_ms, struct reply *reply);

/* Makes a reply that refuses a request, whatever the request asks. Without a text (NULL) it has the refusal's
 * own words (refusal_text.h). */
void commands_refuse(struct commands *commands, const uint8_t *command_id, Concordat__V1__Refusal refusal,
                     const char *text, struct reply *reply);

/* Makes a reply that refuses a request with TOO_MANY, and says after how long to send it again. */
void commands_refuse_until(struct commands *commands, const Concordat__V1__Request *request, int64_t wait_ms,
                           int64_t now_ms, struct reply *reply);

/* Notes whether the router is there now: until it is, what is answered is as old as the last time. */
void commands_note_router(struct commands *commands, bool is_there, int64_t now_ms);

/* Learns from a status whom to ring in its area. The router told it at `heard_ms`; 0: nobody knows when. */
void commands_learn(struct commands *commands, const Concordat__V1__CaseStatus *status, int64_t heard_ms);
/* Fills in whom to ring if the router has not said it yet; borrows from the commands. */
void commands_complete(struct commands *commands, Concordat__V1__CaseStatus *status);

#endif
