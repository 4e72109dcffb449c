/* answers.c: what a request is answered with. */
#include <string.h>

#include "broker/shell/inside.h"

static ProtobufCBinaryData id_bytes(const uint8_t *id)
{
    return (ProtobufCBinaryData){id ? ID_BYTES : 0, (uint8_t *)(uintptr_t)id};
}

static char *text_of(const char *text)
{
    return (char *)(uintptr_t)text;
}

static void say_default_coordinator(const struct broker *b, Concordat__V1__CaseStatus *status)
{
    const struct policy *policy = b->directory->policy;
    const struct policy_coordinator *coordinator =
        &policy->coordinators[policy->areas[policy->default_area].coordinator];
    status->coordinator_name = text_of(coordinator->name);
    status->coordinator_ring = status->ring = text_of(coordinator->telephone);
}

void answers_refuse(struct broker *b, const struct server_route *route, const uint8_t *command_id,
                    enum refusal refusal, const char *text, const uint8_t *referral)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    struct status status;
    if (!command_id)
        return; /* nothing that the answer could be addressed to */
    concordat__v1__case_status__init(&status.message);
    message.command_id = id_bytes(command_id);
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    message.answer = &answer;
    answer.refusal = (Concordat__V1__Refusal)refusal;
    answer.text = text_of(text);
    /* Nobody is told just no: where no case is concerned, there is still somebody to ring. */
    if (!referral || !status_of(&status, b->state, b->directory, state_case(b->state, referral)))
        say_default_coordinator(b, &status.message);
    if (refusal != REFUSAL_REVOKED) /* a key that was withdrawn learns nothing */
        answer.status = &status.message;
    outgoing_add(b->outgoing, route, &message);
}

enum { ANSWER_STATUS = 5 }; /* its field */

/* The flags that the receipt raised, so that the referrer can mend them. */
static size_t flags_of(const struct decision *decision, Concordat__V1__Flag flags[32])
{
    size_t count = 0;
    if (decision->count == 0 ||
        (decision->events[0].kind != EVENT_RECEIVED && decision->events[0].kind != EVENT_UPDATED))
        return 0;
    for (unsigned flag = 1; flag < 32; flag++)
        if (decision->events[0].is.received.flags & (1u << flag))
            flags[count++] = (Concordat__V1__Flag)flag;
    return count;
}

void answers_done(struct broker *b, const struct asking *asking, const uint8_t *referral)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;
    Concordat__V1__Flag flags[32];
    ProtobufCMessageUnknownField status;
    message.command_id = asking->request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    message.answer = &answer;
    answer.done = true;
    answer.seq = b->decision.seq;
    answer.repeated = b->decision.repeated;
    answer.n_flags = flags_of(&b->decision, flags);
    answer.flags = flags;
    if (referral) {
        answer.receipt = CONCORDAT__V1__RECEIPT__RECEIPT_RECEIVED;
        answer.base.unknown_fields = &status;
        answer.base.n_unknown_fields = statuses_find(&b->statuses, b->state, b->directory,
                                                     state_case(b->state, referral), ANSWER_STATUS, &status);
    }
    outgoing_add(b->outgoing, asking->route, &message);
}

void answers_hello(struct broker *b, const struct asking *asking)
{
    const Concordat__V1__Hello *hello = asking->request->hello;
    if (hello->protocol != WIRE_PROTOCOL) {
        answers_refuse(b, asking->route, asking->request->command_id.data, REFUSAL_VERSION,
                       refusals_text(REFUSAL_VERSION), NULL);
        return;
    }
    struct session *session = sessions_add(&b->sessions, asking->route);
    if (!session) {
        answers_refuse(b, asking->route, asking->request->command_id.data, REFUSAL_UNAVAILABLE,
                       refusals_text(REFUSAL_UNAVAILABLE), NULL);
        return;
    }
    memcpy(session->key_name, asking->key->name, sizeof session->key_name);
    session->role = asking->key->role;
    session->party = asking->party;
    session->slot = asking->slot;
    session->wants_news = hello->wants_news;
    session->heard_ms = asking->now.mono_ms;
    if (!sessions_join(&b->sessions, session)) {
        sessions_end(&b->sessions, session);
        answers_refuse(b, asking->route, asking->request->command_id.data, REFUSAL_UNAVAILABLE,
                       refusals_text(REFUSAL_UNAVAILABLE), NULL);
        return;
    }
    /* What it ought to know is told with the turn's other news: after the commit. */
    session->behind = session->ready = hello->wants_news;
    b->someone_ready |= hello->wants_news;

    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Welcome welcome = CONCORDAT__V1__WELCOME__INIT;
    message.command_id = asking->request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_WELCOME;
    message.welcome = &welcome;
    welcome.protocol = WIRE_PROTOCOL;
    welcome.software = text_of(b->version);
    welcome.role = asking->key->role;
    welcome.name = text_of(asking->key->name);
    welcome.of = text_of(asking->key->of);
    welcome.ping_seconds = SESSION_PING_SECONDS;
    welcome.session = id_bytes(b->session_id);
    welcome.now_ms = asking->now.wall_ms;
    outgoing_add(b->outgoing, asking->route, &message);
}

void answers_ping(struct broker *b, const struct asking *asking)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Pong pong = CONCORDAT__V1__PONG__INIT;
    message.command_id = asking->request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_PONG;
    message.pong = &pong;
    pong.session = id_bytes(b->session_id);
    pong.now_ms = asking->now.wall_ms;
    outgoing_add(b->outgoing, asking->route, &message);
}
