/* decide_message.c: messages between those who work on a case, and that they, and changes of it, were seen.
 */
#include "broker/core/decide_commands.h"
#include "broker/core/deciding.h"

/* The side of a case that the sender of a command is on. A coordinator whose case it is not, and another's
 * source, have been refused by now; a team that neither is asked nor has it is on none. */
static enum case_side side_of_sender(const struct deciding *d)
{
    if (d->command->party == PARTY_SOURCE)
        return SIDE_REFERRER;
    if (d->command->party == PARTY_COORDINATOR)
        return SIDE_COORDINATOR;
    bool is_concerned = d->command->party == PARTY_TEAM && referral_concerns_team(&d->r, d->command->slot);
    return is_concerned ? SIDE_TEAM : SIDE_NONE;
}

/* The number of the latest message that waits for a side and was shown; 0: none. */
static uint64_t messages_shown(const struct deciding *d, enum case_side side, uint16_t team)
{
    uint64_t latest = 0;
    for (int i = 0; i < MESSAGES_UNSEEN_MAX; i++)
        if (d->r.messages[i].seq <= d->command->is.saw_changes.messages &&
            referral_message_waits_for(&d->r, &d->r.messages[i], side, team))
            latest = d->r.messages[i].seq;
    return latest;
}

/* What came after what was on the screen, nobody has seen yet. */
enum refusal decide_saw_changes(struct deciding *d)
{
    enum case_side side = side_of_sender(d);
    if (side == SIDE_NONE)
        return REFUSAL_NOT_YOURS;
    uint16_t team = side == SIDE_TEAM ? d->command->slot : SLOT_NONE;
    bool changes = side != SIDE_REFERRER && d->r.changes_unseen && d->command->is.saw_changes.of &&
                   d->r.facts_seq == d->command->is.saw_changes.of;
    uint64_t messages = messages_shown(d, side, team);
    if (!changes && !messages)
        return REFUSAL_NONE;
    struct event *event = deciding_event(d, EVENT_CHANGES_SEEN);
    event->is.changes_seen.of = changes ? d->r.facts_seq : 0;
    event->is.changes_seen.messages = messages;
    event->is.changes_seen.by = side;
    event->is.changes_seen.team = team;
    deciding_done(d, event);
    return REFUSAL_NONE;
}

/* The team that a message to a team is for: the sender's own, for those who come on duty after them; the team
 * that has the case; or else the one that is asked. */
static uint16_t team_to_tell(const struct deciding *d, enum case_side from)
{
    if (from == SIDE_TEAM)
        return d->command->slot;
    return referral_is_with_team(&d->r) ? d->r.team : d->r.offer.attempt ? d->r.offer.team : SLOT_NONE;
}

enum refusal decide_send_message(struct deciding *d)
{
    enum case_side from = side_of_sender(d), to = d->command->is.message.to;
    if (from == SIDE_NONE)
        return REFUSAL_NOT_YOURS;
    if (to == SIDE_NONE || !d->command->is.message.has_text)
        return REFUSAL_BAD_VALUE;
    uint8_t sides = side_bit(to);
    if (to == SIDE_EVERYBODY)
        sides = (uint8_t)((side_bit(SIDE_REFERRER) | side_bit(SIDE_TEAM) | side_bit(SIDE_COORDINATOR)) &
                          ~side_bit(from));
    uint16_t team = sides & side_bit(SIDE_TEAM) ? team_to_tell(d, from) : SLOT_NONE;
    if (team == SLOT_NONE)
        sides &= (uint8_t)~side_bit(SIDE_TEAM);
    if (!sides)
        return REFUSAL_WRONG_STATE; /* no team has the case or is asked */
    struct event *event = deciding_event(d, EVENT_MESSAGE_SENT);
    event->is.message = (struct message_sent){.from = from,
                                              .sender = from == SIDE_REFERRER ? SLOT_NONE : d->command->slot,
                                              .team = team,
                                              .to = sides};
    deciding_done(d, event);
    return REFUSAL_NONE;
}
