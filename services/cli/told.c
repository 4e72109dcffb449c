/* told.c: see told.h. */
#include "services/cli/told.h"

#include <string.h>

static const Concordat__V1__CaseStatus *status_of(const Concordat__V1__Message *message)
{
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        return message->status;
    return message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER && message->answer->done
               ? message->answer->status
               : NULL;
}

void told_message(const struct connection_options *options, struct concordat_client *client,
                  const Concordat__V1__Message *message)
{
    const Concordat__V1__CaseStatus *status = status_of(message);
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Told told = CONCORDAT__V1__TOLD__INIT;
    uint8_t id[WIRE_ID_BYTES];

    if (!status || status->state == 0 || status->referral.len != sizeof id)
        return;
    memcpy(id, status->referral.data, sizeof id);
    told.referral = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    told.state = status->state;
    const Concordat__V1__Welcome *welcome = concordat_client_welcome(client);
    if (!welcome || welcome->role != CONCORDAT__V1__ROLE__ROLE_REFERRER)
        return;
    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_TOLD;
    request.told = &told;
    (void)concordat_client_request(client, &request, options->timeout_ms);
}
