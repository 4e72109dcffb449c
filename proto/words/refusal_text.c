/* refusal_text.c: what a refusal says to a person. */
#include "proto/words/refusal_text.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>

#define REFUSAL(name) CONCORDAT__V1__REFUSAL__REFUSAL_##name

static const char *const refusal_texts[] = {
    [REFUSAL(UNSPECIFIED)] = "",
    [REFUSAL(MALFORMED)] = "This message could not be read.",
    [REFUSAL(TOO_LARGE)] = "This message is too long.",
    [REFUSAL(UNKNOWN_COMMAND)] = "This router does not know that command.",
    [REFUSAL(UNKNOWN_FIELD)] = "This message has a field that this router does not know.",
    [REFUSAL(BAD_VALUE)] =
        "A value is missing, or is not one that is allowed here. A decline and a reading of a record need a "
        "reason. A closing needs its outcome, and a detention what its step asks for. No time is in the future.",
    [REFUSAL(HELLO_FIRST)] = "Say hello on this connection first, then send this again.",
    [REFUSAL(VERSION)] = "This router speaks another version of the protocol.",
    [REFUSAL(NOT_ALLOWED)] = "Your key is not allowed to do this.",
    [REFUSAL(NOT_YOURS)] = "There is no such case here for you.",
    [REFUSAL(REVOKED)] = "This key has been withdrawn. Ask whoever manages the keys for a new one.",
    [REFUSAL(NO_SOURCE)] = "It does not say which service refers. Ring the duty coordinator.",
    [REFUSAL(NO_CALLBACK)] = "There is no number to call you back on. Add one, or ring the duty coordinator.",
    [REFUSAL(CONFLICT)] = "This number has been used before with other content. Send it under a new one.",
    [REFUSAL(OFFER_ENDED)] =
        "This comes late: the offer has ended. Nothing was changed; see who holds the case now.",
    [REFUSAL(ALREADY_ACCEPTED)] =
        "This comes late: it has been accepted already. Nothing was changed; see who holds the case now.",
    [REFUSAL(CASE_CLOSED)] = "This case has ended. Nothing was changed.",
    [REFUSAL(WRONG_STATE)] = "This is not possible now. Nothing was changed; see who holds the case now.",
    [REFUSAL(UNKNOWN_TEAM)] =
        "No such team is there to be asked now. Nothing was changed; ring the team or the "
        "duty coordinator.",
    [REFUSAL(UNAVAILABLE)] = "The router cannot do this at the moment. Nothing was changed; try again.",
    [REFUSAL(TOO_MANY)] = "Too much at once. Nothing was changed; try again in a moment.",
    [REFUSAL(ALTERED)] =
        "The stored record does not match what came with this referral, so nobody is shown it. "
        "Ring the duty coordinator, who can find out how to reach the person.",
    [REFUSAL(ON_HOLD)] = "A hold keeps this case from being erased. Nothing was erased.",
    [REFUSAL(TOO_EARLY)] = "This case must still be kept. Nothing was erased.",
    [REFUSAL(DETENTION_OPEN)] = "Somebody is detained, and no end of that is recorded. Nothing was changed. "
                                "First say how the detention ended.",
    [REFUSAL(DETENTION_STEP)] = "This does not follow from what is recorded of the detention. Nothing was "
                                "changed; see what is to be recorded next.",
    [REFUSAL(NOT_A_MATCH)] =
        "By the region's rules this team is not for this person. Nothing was changed; if it is right, "
        "say so and send it again.",
    [REFUSAL(TIME_TO_COME)] =
        "That time is still to come, and nothing was changed. Type the time at which it was, with its date. End it "
        "with Z in winter, with +01:00 in summer. If it is now, leave the time out.",
    [REFUSAL(ENDED_BY_OTHERS)] =
        "Somebody else ended this case, so nothing was changed. They can reopen it, and so can the coordinator: ring "
        "them.",
    [REFUSAL(BEFORE_RECEIPT)] =
        "That is before the referral was received here, and nothing was changed. Type the time at which they received "
        "it, with its date. If it is not known, leave it out.",
    [REFUSAL(DRILL_STAYS)] =
        "A drill stays a drill, and a referral about a person stays one. Nothing was changed. Refer anew, as what "
        "it is, and withdraw this one.",
    [REFUSAL(CLOSE_NEEDS_REASON)] =
        "Nobody has met the person, and nothing was changed. Say why nobody met the person, and write a note.",
    [REFUSAL(BESIDE_STEP)] =
        "This does not follow from what is recorded of that request. Nothing was changed; see what the case's status says of it, and record first that you asked.",
    [REFUSAL(NO_ROOM)] = "There is no room on the disk for this, and it was not saved. Ring the duty "
                         "coordinator about this person now. A shorter referral may still be taken.",
    [REFUSAL(SEALED)] =
        "The key to what was told about this person cannot be used, so it cannot be opened or added to. "
        "Nothing was changed, and the case goes on. Ring who holds it.",
};

const char *refusal_text(Concordat__V1__Refusal refusal)
{
    assert((size_t)refusal < sizeof refusal_texts / sizeof *refusal_texts && refusal_texts[refusal]);
    return refusal_texts[refusal];
}

const char *refusal_wait_text(int64_t wait_ms, char text[REFUSAL_WAIT_BYTES])
{
    long long seconds = (wait_ms + 999) / 1000;
    snprintf(text, REFUSAL_WAIT_BYTES, "Too much at once. Nothing was changed; try again in %lld second%s.",
             seconds, seconds == 1 ? "" : "s");
    return text;
}
