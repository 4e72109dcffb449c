/* room.c: what is still taken when the disk is nearly full. */
#include "broker/shell/room.h"

#include "broker/shell/broker.h"
#include "broker/shell/inside.h"
#include "broker/shell/limits.h"

static const char *const words[] = {
    [ROOM_ENOUGH] = "the disk has room again; everything is taken",
    [ROOM_LITTLE] = "the disk is nearly full: long referrals and exercises are refused until there is room. "
                    "Make room on the disk of the state folder",
    [ROOM_LEAST] = "the disk is all but full: referrals are refused, and only what people answer is taken. "
                   "Make room on the disk of the state folder now",
};

/* A little more than the floor is needed to come back, so that a disk that fills and empties by a file does
 * not change its room each second. */
static enum room room_of(enum room before, const struct disk_room *disk)
{
    uint64_t floor = disk->floor_bytes;
    if (disk->free_bytes < floor / ROOM_LEAST_SHARE)
        return ROOM_LEAST;
    if (before == ROOM_LEAST && disk->free_bytes < floor / ROOM_LEAST_SHARE + floor / ROOM_BACK_SHARE)
        return ROOM_LEAST;
    if (disk->free_bytes < floor)
        return ROOM_LITTLE;
    if (before != ROOM_ENOUGH && disk->free_bytes < floor + floor / ROOM_BACK_SHARE)
        return ROOM_LITTLE;
    return ROOM_ENOUGH;
}

void room_look(struct broker *b)
{
    const struct disk_room disk = b->ports.disk(b->ports.context);
    enum room before = b->room.now;
    b->room = (struct room_watch){.now = room_of(before, &disk)};
    if (b->room.now != before)
        b->ports.log(b->ports.context, words[b->room.now]);
}

void room_note_written(struct broker *b, size_t events)
{
    b->room.written += events;
    if (b->room.written >= ROOM_LOOK_EVENTS)
        room_look(b);
}

const char *broker_room(const struct broker *b)
{
    return b->room.now == ROOM_ENOUGH ? NULL : words[b->room.now];
}

static bool was_done(const struct broker *b, const Concordat__V1__Request *request,
                     const Concordat__V1__Referral *referral)
{
    if (state_remembered(b->state, request->command_id.data))
        return true;
    const struct any_case known = state_case(b->state, referral->id.data);
    return request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT && (known.open || known.ended);
}

bool room_takes(const struct broker *b, const Concordat__V1__Request *request, size_t bytes)
{
    const Concordat__V1__Referral *referral = NULL;
    if (b->room.now == ROOM_ENOUGH)
        return true;
    if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_SUBMIT)
        referral = request->submit->referral;
    else if (request->command_case == CONCORDAT__V1__REQUEST__COMMAND_UPDATE)
        referral = request->update->referral;
    if (!referral)
        return true;
    if (was_done(b, request, referral))
        return true;
    return b->room.now == ROOM_LITTLE && bytes <= ROOM_SHORT_BYTES && !referral->drill;
}
