/* telephoned.c: see telephoned.h. */
#include "broker/shell/telephoned.h"

#include "broker/shell/inside.h"
#include "broker/shell/own_referral.h"
#include "proto/referral/referral_rules.h"
#include "proto/wire/borrowed.h"
#include "proto/words/words.h"

/* The key of the source that a referral is entered for; NULL if it names none that there is. */
static const struct key *caller_key(const struct broker *b, const Concordat__V1__Telephoned *telephoned)
{
    const struct key *key = telephoned && telephoned->on_behalf_of[0]
                                ? b->ports.key(b->ports.context, telephoned->on_behalf_of)
                                : NULL;
    return key && key->role == CONCORDAT__V1__ROLE__ROLE_SOURCE ? key : NULL;
}

static Concordat__V1__Source source_of_key(const struct key *key)
{
    int source;
    bool is_one = words_parse(&concordat__v1__source__descriptor, key->of, &source);
    return is_one ? (Concordat__V1__Source)source : CONCORDAT__V1__SOURCE__SOURCE_UNSPECIFIED;
}

Concordat__V1__Source telephoned_source(const struct broker *b, const struct asking *asking)
{
    Concordat__V1__Submit *submit = asking->request->submit;
    if (asking->party != PARTY_COORDINATOR)
        return source_of_key(asking->key);
    const struct key *caller = caller_key(b, submit->telephoned);
    if (!submit->referral->source && caller)
        submit->referral->source = source_of_key(caller);
    return submit->referral->source;
}

enum refusal telephoned_complete(struct broker *b, const struct asking *asking,
                                 struct record_content *content, struct command *command)
{
    Concordat__V1__Submit *submit = asking->request->submit;
    const Concordat__V1__Telephoned *telephoned = submit->telephoned;
    if (!telephoned || asking->party != PARTY_COORDINATOR)
        return REFUSAL_NONE;
    int64_t now_ms = state_utc(b->state, asking->now.wall_ms);
    const struct referral_site nowhere = {submit->referral->source, "", ""};
    int64_t received_ms = telephoned->rang && telephoned->rang->unix_ms ? telephoned->rang->unix_ms : now_ms;
    if (!referral_rules_complete(submit->referral, submit->confidential, &nowhere, NULL, received_ms,
                                 &b->request_arena) ||
        !own_referral_put(b, submit->referral, content))
        return REFUSAL_TOO_LARGE;
    const struct telephoned said = command->is.submit.telephoned;
    record_fill_referral(submit->referral, submit->confidential, received_ms, command);
    command->is.submit.telephoned = said;
    if (!caller_key(b, telephoned))
        command->is.submit.telephoned.on_behalf_of = "";
    return REFUSAL_NONE;
}

const char *telephoned_note(const struct asking *asking, const struct command *command)
{
    const Concordat__V1__Telephoned *telephoned = asking->request->submit->telephoned;
    if (!telephoned || !telephoned->on_behalf_of[0] || command->is.submit.telephoned.on_behalf_of[0])
        return NULL;
    return "No source has that name here, so it is entered for a caller who is not known. They cannot read it.";
}

const char *telephoned_fault(const struct asking *asking, enum refusal refusal)
{
    const Concordat__V1__Request *request = asking->request;
    if (request->command_case != CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        return NULL;
    bool is_coordinator = asking->party == PARTY_COORDINATOR;
    if (is_coordinator && refusal == REFUSAL_NO_SOURCE)
        return "It does not say which service rang, and was not saved. Add the kind of service, such as street triage.";
    if (is_coordinator && refusal == REFUSAL_TIME_TO_COME)
        return "They cannot have rung at a time that is still to come, and nothing was saved. Type when they rang, such as 14:05; or leave it out if it is now.";
    if (refusal != REFUSAL_BAD_VALUE)
        return NULL;
    if (!is_coordinator)
        return "Only a duty coordinator refers for somebody who rang. It was not saved; refer it as your own.";
    return request->submit->telephoned
               ? "They rang more than a week ago, as it is typed, and nothing was saved. Correct when they rang; or leave it out, and say it in the narrative."
               : "A coordinator refers for somebody who rang, and this does not say so. Nothing was saved. Add for which source, or that it is unknown.";
}
