/* resolve.c: the question what a named case is, and its answer: see resolve.h. */
#include "services/desk/resolve.h"

#include "services/desk/told.h"

/* A coordinator who reads beyond their areas may not ask how the case stands, and names it as it is said. */
static bool resolve_not_needed(struct action *action)
{
    if (action->kind->command != CONCORDAT__V1__REQUEST__COMMAND_GET_RECORD || action->case_is_id ||
        action->body.get_record.break_glass == CONCORDAT__V1__BREAK_GLASS__BREAK_GLASS_UNSPECIFIED)
        return false;
    action->body.get_record.number = action->case_text;
    return true;
}

Concordat__V1__Request *resolve_question(struct resolve *resolve, struct action *action)
{
    if (!action_names_case(action->kind) || resolve_not_needed(action))
        return NULL;
    if (action->case_is_id && !action_needs_attempt(action) && !action_needs_changes(action)) {
        action_bind(action, action->id, 0);
        return NULL;
    }
    concordat__v1__request__init(&resolve->request);
    concordat__v1__get_status__init(&resolve->question);
    if (action->case_is_id)
        resolve->question.referral = (ProtobufCBinaryData){.len = WIRE_ID_BYTES, .data = action->id};
    else
        resolve->question.number = action->case_text;
    resolve->request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    resolve->request.get_status = &resolve->question;
    return &resolve->request;
}

/* There is nothing to accept or decline. It is said here, because no attempt can be named to the server. */
static const Concordat__V1__Message *refuse_without_offer(struct resolve *resolve,
                                                          const Concordat__V1__CaseStatus *status)
{
    concordat__v1__message__init(&resolve->message);
    concordat__v1__answer__init(&resolve->answer);
    resolve->answer.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_OFFER_ENDED;
    resolve->answer.text =
        (char
             *)"No team is being asked to take this case now. If your team has it and cannot go, give it back.";
    resolve->answer.status = (Concordat__V1__CaseStatus *)status;
    resolve->message.body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    resolve->message.answer = &resolve->answer;
    return &resolve->message;
}

const Concordat__V1__Message *resolve_refusal(struct resolve *resolve, struct action *action,
                                              const Concordat__V1__Message *answer)
{
    const Concordat__V1__CaseStatus *status = told_status(answer);
    if (!status || status->referral.len != WIRE_ID_BYTES)
        return answer;
    /* A yes may come after its time: it names the latest offer, and the router says whether it counts. */
    bool is_a_yes = action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_ACCEPT;
    uint32_t attempt = status->attempt == 0 && is_a_yes ? status->offers : status->attempt;
    if (action_needs_attempt(action) && attempt == 0)
        return refuse_without_offer(resolve, status);
    action_bind_changes(action, status->changed_seq, action_messages_seq(status));
    action_bind(action, status->referral.data, attempt);
    return NULL;
}
