/* answers.c: what a request is answered with: that it was done, or why not. */
#include "broker/shell/answers.h"

#include "broker/shell/changes.h"
#include "broker/shell/erasure.h"
#include "broker/shell/inside.h"
#include "proto/wire/borrowed.h"
#include "proto/words/refusal_text.h"

enum { ANSWER_STATUS = 5 }; /* a field of Answer */

static void answer_open(Concordat__V1__Message *message, Concordat__V1__Answer *answer,
                        const struct answer_to *to)
{
    concordat__v1__message__init(message);
    concordat__v1__answer__init(answer);
    message->command_id = borrowed_bytes(to->command_id, ID_BYTES);
    message->body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    message->answer = answer;
}

static void answer_open_done(Concordat__V1__Message *message, Concordat__V1__Answer *answer,
                             const struct answer_to *to, const struct done *done)
{
    answer_open(message, answer, to);
    answer->done = true;
    answer->seq = done->seq;
    answer->repeated = done->repeated;
    answer->late = done->late;
    answer->before_receipt = done->before_receipt;
}

/* Looked up only if it matters who reads. */
static struct case_reader answer_reader(struct broker *b, const struct answer_to *to, struct any_case of)
{
    const struct session *session = messages_wait(of) ? sessions_find(&b->sessions, to->route) : NULL;
    return session ? (struct case_reader){session->peer.party, session->peer.slot}
                   : (struct case_reader){PARTY_BROKER, SLOT_NONE};
}

/* With what waits for the reader, or their screen would forget that. False if there is no case. */
static bool answer_splice_status(struct broker *b, const struct answer_to *to, const uint8_t *referral,
                                 Concordat__V1__Answer *answer, spliced_field *status)
{
    const struct any_case of = state_case(b->state, referral);
    const struct case_reader reader = answer_reader(b, to, of);
    bool is_one = (of.open || of.ended) && changes_status(b, of, &reader, ANSWER_STATUS, status);
    if (is_one)
        spliced_into(&answer->base, status, 1);
    return is_one;
}

void answers_done(struct broker *b, const struct answer_to *to, const struct done *done,
                  const uint8_t *referral)
{
    Concordat__V1__Message message;
    Concordat__V1__Answer answer;
    Concordat__V1__Flag flags[FLAG_BITS];
    spliced_field status;
    answer_open_done(&message, &answer, to, done);
    answer.n_flags = record_flags(done->flags, flags);
    answer.flags = flags;
    answer.key_remains = done->key_remains;
    if (done->note)
        answer.text = borrowed_text(done->note);
    if (done->key_remains)
        answer.text = borrowed_text(erasure_key_remains);
    if (referral) {
        answer.receipt = CONCORDAT__V1__RECEIPT__RECEIPT_RECEIVED;
        answer_splice_status(b, to, referral, &answer, &status);
    }
    outgoing_add(b->turn.outgoing, to->route, &message);
}

void answers_covered(struct broker *b, const struct answer_to *to, const struct done *done,
                     Concordat__V1__Covered *covered)
{
    Concordat__V1__Message message;
    Concordat__V1__Answer answer;
    answer_open_done(&message, &answer, to, done);
    answer.covered = covered;
    outgoing_add(b->turn.outgoing, to->route, &message);
}

/* Nobody is just told no: if the refusal is about no case, there is still somebody to ring. */
static void say_default_coordinator(const struct broker *b, Concordat__V1__CaseStatus *status)
{
    const struct policy *policy = b->directory->policy;
    const struct policy_coordinator *coordinator =
        &policy->coordinators[policy->areas[policy->default_area].coordinator];
    status->coordinator_name = borrowed_text(coordinator->name);
    status->coordinator_ring = status->ring = borrowed_text(coordinator->telephone);
}

/* referral NULL: no case is told. wait_ms: after how long to try again; 0: it is not said. */
static void answer_refused(struct broker *b, const struct answer_to *to, enum refusal refusal,
                           const char *text, const uint8_t *referral, int64_t wait_ms)
{
    Concordat__V1__Message message;
    Concordat__V1__Answer answer;
    Concordat__V1__CaseStatus nobodys = CONCORDAT__V1__CASE_STATUS__INIT;
    spliced_field status;
    assert(refusal < REFUSAL_COUNT);
    b->refused[refusal]++;
    if (!to->command_id)
        return;
    answer_open(&message, &answer, to);
    answer.refusal = (Concordat__V1__Refusal)refusal;
    answer.retry_after_ms = wait_ms;
    answer.text = borrowed_text(text);
    say_default_coordinator(b, &nobodys);
    bool learns = refusal != REFUSAL_REVOKED; /* a key that was withdrawn learns nothing */
    if (learns && !(referral && answer_splice_status(b, to, referral, &answer, &status)))
        answer.status = &nobodys;
    outgoing_add(b->turn.outgoing, to->route, &message);
}

void answers_refuse(struct broker *b, const struct answer_to *to, enum refusal refusal,
                    const uint8_t *referral)
{
    answer_refused(b, to, refusal, refusal_text((Concordat__V1__Refusal)refusal), referral, 0);
}

void answers_refuse_saying(struct broker *b, const struct answer_to *to, enum refusal refusal,
                           const char *text, const uint8_t *referral)
{
    answer_refused(b, to, refusal, text, referral, 0);
}

void answers_refuse_until(struct broker *b, const struct answer_to *to, int64_t wait_ms)
{
    char text[REFUSAL_WAIT_BYTES];
    answer_refused(b, to, REFUSAL_TOO_MANY, refusal_wait_text(wait_ms, text), NULL, wait_ms);
}
