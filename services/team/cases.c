/* cases.c: the cases that a team's device was told of: see cases.h. */
#include "services/team/cases.h"

#include <stdio.h>
#include <string.h>

#include "services/desk/action.h"

struct known_case *cases_find_id(struct cases *cases, const ProtobufCBinaryData *id)
{
    for (unsigned i = 0; id->len == WIRE_ID_BYTES && i < cases->count; i++)
        if (memcmp(cases->known[i].id, id->data, WIRE_ID_BYTES) == 0)
            return &cases->known[i];
    return NULL;
}

struct known_case *cases_find(struct cases *cases, const char *name)
{
    uint8_t id[WIRE_ID_BYTES];
    if (words_parse_uuid(name, id))
        return cases_find_id(cases, &(ProtobufCBinaryData){.len = sizeof id, .data = id});
    for (unsigned i = 0; i < cases->count; i++)
        if (strcmp(cases->known[i].number, name) == 0)
            return &cases->known[i];
    return NULL;
}

/* A place for one more: at the end, or that of a case that does not concern the team any more. */
static struct known_case *case_place(struct cases *cases)
{
    if (cases->count < CASES_MAX)
        return &cases->known[cases->count++];
    for (unsigned i = 0; i < CASES_MAX; i++)
        if (!cases->known[i].offered && !cases->known[i].ours)
            return &cases->known[i];
    return NULL;
}

static struct known_case *case_noted(struct cases *cases, const ProtobufCBinaryData *id, const char *number)
{
    struct known_case *known = cases_find_id(cases, id);
    if (!known && id->len == WIRE_ID_BYTES && (known = case_place(cases)) != NULL) {
        *known = (struct known_case){0};
        memcpy(known->id, id->data, WIRE_ID_BYTES);
    }
    if (known)
        snprintf(known->number, sizeof known->number, "%s", number);
    return known;
}

bool cases_note_offer(struct cases *cases, const Concordat__V1__Offer *offer)
{
    struct known_case *known = case_noted(cases, &offer->referral, offer->number);
    if (!known)
        return true;
    if (known->attempt == offer->attempt)
        return false;
    known->attempt = offer->attempt;
    known->offered = true;
    known->answered_here = known->seen_here = false;
    return true;
}

void cases_note_over(struct cases *cases, const Concordat__V1__OfferOver *over)
{
    struct known_case *known = cases_find_id(cases, &over->referral);
    if (known && known->attempt == over->attempt)
        known->offered = false;
}

void cases_note_status(struct cases *cases, const Concordat__V1__CaseStatus *status, const char *team)
{
    bool ours = status->owner_kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM &&
                status->state != CONCORDAT__V1__STATE__STATE_OFFERED && strcmp(status->owner, team) == 0;
    struct known_case *known = case_noted(cases, &status->referral, status->number);
    if (!known)
        return;
    known->ours = ours;
    if (status->attempt != known->attempt || strcmp(status->asked_team, team) != 0)
        known->offered = false;
}

bool cases_note_changes(struct cases *cases, const Concordat__V1__CaseStatus *status)
{
    struct known_case *known = cases_find_id(cases, &status->referral);
    if (!known)
        return false;
    uint64_t messages_seq = action_messages_seq(status);
    bool are_new = (status->changed_seq != 0 && known->changed_seq != status->changed_seq) ||
                   messages_seq > known->messages_seq;
    known->changed_seq = status->changed_seq;
    known->messages_seq = messages_seq;
    return are_new && (known->offered || known->ours);
}

struct known_case *cases_only(struct cases *cases, bool offered)
{
    struct known_case *only = NULL;
    for (unsigned i = 0; i < cases->count; i++) {
        struct known_case *known = &cases->known[i];
        if (!(offered ? known->offered : known->ours))
            continue;
        if (only)
            return NULL;
        only = known;
    }
    return only;
}
