/* told.c: what a referrer was shown of a case: see told.h. */
#include "services/desk/told.h"

#include <stdio.h>
#include <string.h>

const Concordat__V1__CaseStatus *told_status(const Concordat__V1__Message *message)
{
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        return message->status;
    return message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER && message->answer->done
               ? message->answer->status
               : NULL;
}

bool told_make_request(struct told_request *told, const Concordat__V1__Message *message,
                       Concordat__V1__Role role)
{
    const Concordat__V1__CaseStatus *status = told_status(message);
    if (role != CONCORDAT__V1__ROLE__ROLE_REFERRER || !status || status->state == 0 ||
        status->referral.len != sizeof told->id)
        return false;
    concordat__v1__request__init(&told->request);
    concordat__v1__told__init(&told->told);
    memcpy(told->id, status->referral.data, sizeof told->id);
    told->told.referral = (ProtobufCBinaryData){.len = sizeof told->id, .data = told->id};
    told->told.state = status->state;
    told->request.command_case = CONCORDAT__V1__REQUEST__COMMAND_TOLD;
    told->request.told = &told->told;
    return true;
}

bool told_case_concerns(const struct told_case *told, const Concordat__V1__Message *message)
{
    return message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS && message->status->state != 0 &&
           message->status->referral.len == WIRE_ID_BYTES &&
           memcmp(message->status->referral.data, told->id, WIRE_ID_BYTES) == 0;
}

bool told_case_note(struct told_case *told, const Concordat__V1__CaseStatus *status)
{
    struct told_case before = *told;
    told->received = true;
    told->accepted = status->state >= CONCORDAT__V1__STATE__STATE_ACCEPTED &&
                     status->state != CONCORDAT__V1__STATE__STATE_MISSING;
    told->lease_warned = status->lease_warned;
    told->state = status->state;
    told->attempt = status->attempt;
    told->act_by_ms = status->act_by_ms;
    told->expected_arrival_ms = status->expected_arrival_ms;
    snprintf(told->owner, sizeof told->owner, "%s", status->owner);
    snprintf(told->taken_by, sizeof told->taken_by, "%s", status->taken_by);
    return !before.received || before.lease_warned != told->lease_warned || before.state != told->state ||
           before.attempt != told->attempt || before.act_by_ms != told->act_by_ms ||
           before.expected_arrival_ms != told->expected_arrival_ms ||
           strcmp(before.owner, told->owner) != 0 || strcmp(before.taken_by, told->taken_by) != 0;
}
