/* resolve.c: from a spoken number to a case's id and the attempt of its live offer. */
#include "services/cli/action.h"
#include "services/cli/show.h"

static const Concordat__V1__CaseStatus *status_in(const Concordat__V1__Message *message)
{
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        return message->status;
    return message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER ? message->answer->status : NULL;
}

/* There is nothing to accept or decline: said here, because no attempt can be named to the server. */
static enum exit_code tell_no_offer(const struct connection_options *options,
                                    const Concordat__V1__CaseStatus *status)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Answer answer = CONCORDAT__V1__ANSWER__INIT;

    answer.refusal = CONCORDAT__V1__REFUSAL__REFUSAL_OFFER_ENDED;
    answer.text = (char *)"no team is being asked to take this case now";
    answer.status = (Concordat__V1__CaseStatus *)status;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_ANSWER;
    message.answer = &answer;
    connection_print(options, &message);
    return CODE_REFUSED;
}

enum exit_code action_resolve(struct action *action, const struct connection_options *options,
                              struct concordat_client *client)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetStatus question = CONCORDAT__V1__GET_STATUS__INIT;
    const Concordat__V1__CaseStatus *status;
    enum exit_code code;

    if (!action_needs_case(action))
        return CODE_DONE;
    if (action->case_is_id && !action_needs_attempt(action)) {
        action_bind(action, action->id, action->attempt);
        return CODE_DONE;
    }
    if (action->case_is_id)
        question.referral = (ProtobufCBinaryData){.len = WIRE_ID_BYTES, .data = action->id};
    else
        question.number = action->case_text;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_STATUS;
    request.get_status = &question;
    const Concordat__V1__Message *message = connection_ask(options, client, &request, &code);
    if (!message)
        return code;
    status = status_in(message);
    if (code != CODE_DONE || !status || status->referral.len != WIRE_ID_BYTES) {
        connection_print(options, message);
        return CODE_REFUSED;
    }
    if (action_needs_attempt(action) && status->attempt == 0)
        return tell_no_offer(options, status);
    action_bind(action, status->referral.data, status->attempt);
    return CODE_DONE;
}
