/* place.c: see place.h. */
#include "broker/tools/place.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAD_TRIES = 10, LEAD_PAUSE_MS = 100 };

static enum exit_code place_refuse(struct place *place, enum exit_code code, const char *why)
{
    snprintf(place->message, sizeof place->message, "%s", why);
    return code;
}

enum exit_code place_code(enum ledger_status status)
{
    return status == LEDGER_OK ? CODE_DONE : status == LEDGER_UNKNOWN ? CODE_ENVIRONMENT : CODE_REFUSED;
}

static enum exit_code place_find_folder(struct place *place)
{
    struct stat about;
    size_t size = sizeof place->at.ledger;
    if (stat(place->given, &about) != 0)
        return place_refuse(place, CODE_ENVIRONMENT,
                            errno == ENOENT ? "make this folder first, for the router's user"
                                            : strerror(errno));
    if (!S_ISDIR(about.st_mode))
        return place_refuse(
            place, CODE_USAGE,
            "this is no folder: say the router's state folder, which has the keys too, or the "
            "address of servers");
    if (about.st_uid != geteuid())
        return place_refuse(place, CODE_USAGE,
                            "this folder is another user's: run this as the user to whom it belongs");
    if ((size_t)snprintf(place->at.ledger, size, "%s/ledger.db", place->given) >= size ||
        (size_t)snprintf(place->at.keys, size, "%s/seals", place->given) >= size)
        return place_refuse(place, CODE_USAGE, "the path is too long");
    return CODE_DONE;
}

enum exit_code place_find(struct place *place, const char *given)
{
    size_t size = sizeof place->at.ledger;
    place->given = given;
    place->is_served = ledger_is_served(given);
    if (!place->is_served)
        return place_find_folder(place);
    if ((size_t)snprintf(place->at.ledger, size, "%s", given) >= size)
        return place_refuse(place, CODE_USAGE, "the address is too long");
    return ledger_check_address(given, place->message, sizeof place->message) ? CODE_DONE : CODE_USAGE;
}

bool place_is_same(const struct place *one, const struct place *other)
{
    struct stat first, second;
    if (one->is_served || other->is_served)
        return strcmp(one->given, other->given) == 0;
    return stat(one->given, &first) == 0 && stat(other->given, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool place_has_ledger(const struct place *place)
{
    return place->is_served || access(place->at.ledger, F_OK) == 0;
}

/* Servers notice in their own time that whoever led before has ended. */
enum exit_code place_lead(struct place *place, bool *in_use)
{
    enum ledger_status status = LEDGER_OK;
    for (int tries = 0; tries < LEAD_TRIES && !place->lead; tries++) {
        place->lead = ledger_open_marked(place->at.ledger, &status, place->message, sizeof place->message);
        if (place->lead || status != LEDGER_IN_USE || !place->is_served)
            break;
        poll(NULL, 0, LEAD_PAUSE_MS);
    }
    *in_use = status == LEDGER_IN_USE;
    return place->lead ? CODE_DONE : place_code(status);
}

static enum exit_code place_open_disk(struct place *place, bool to_write)
{
    if (to_write) {
        if (seals_disk_open(place->at.keys, &place->disk, place->message, sizeof place->message) != 0)
            return CODE_ENVIRONMENT;
    } else {
        place->disk.fd = open(place->at.keys, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (place->disk.fd < 0)
            return place_refuse(place, errno == ENOENT ? CODE_REFUSED : CODE_ENVIRONMENT,
                                errno == ENOENT
                                    ? "the keys of the referrals (seals) are not beside the ledger: put "
                                      "the newest copy of them there"
                                    : strerror(errno));
    }
    place->keys = seals_disk_file(&place->disk);
    return CODE_DONE;
}

enum exit_code place_open_keys(struct place *place, bool to_write)
{
    if (!place->is_served)
        return place_open_disk(place, to_write);
    int64_t epoch = place->lead ? ledger_epoch(place->lead) : 0; /* no claim has 0: then nothing is written */
    place->table = seals_served_open(place->at.ledger, epoch, place->message, sizeof place->message);
    if (!place->table)
        return CODE_ENVIRONMENT;
    place->keys = seals_served_file(place->table);
    return CODE_DONE;
}

void place_close(struct place *place)
{
    seals_disk_close(&place->disk);
    seals_served_close(&place->table);
    ledger_close(&place->lead);
}
