/* opening.c: a file of referral keys is opened, or made, beside its ledger, and the keys that should open it
 * are tried. */
#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/seals/inside.h"

enum {
    HEADER_VERSION = 1,
    AT_VERSION = 8,
    AT_LEDGER = 16,
};

static const char seals_magic[] = "CNCDSEAL";

struct seals_told {
    const char *name;
    char *message;
    size_t message_size;
};

static enum seals_opening seals_tell(const struct seals_told *told, enum seals_opening opening,
                                     const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Writes the name of the file and what is to be said, behind what was said before. */
static enum seals_opening seals_tell(const struct seals_told *told, enum seals_opening opening,
                                     const char *format, ...)
{
    size_t used = strlen(told->message);
    int prefix = used ? snprintf(told->message + used, told->message_size - used, "; ")
                      : snprintf(told->message, told->message_size, "%s: ", told->name);
    if (prefix > 0 && used + (size_t)prefix < told->message_size) {
        va_list arguments;
        used += (size_t)prefix;
        va_start(arguments, format);
        vsnprintf(told->message + used, told->message_size - used, format, arguments);
        va_end(arguments);
    }
    return opening;
}

void seals_pack_header(const uint8_t ledger[SLOT_LEDGER_BYTES], uint8_t bytes[SLOT_BYTES])
{
    memset(bytes, 0, SLOT_BYTES);
    memcpy(bytes, seals_magic, sizeof seals_magic - 1);
    bytes[AT_VERSION + 3] = HEADER_VERSION;
    memcpy(bytes + AT_LEDGER, ledger, SLOT_LEDGER_BYTES);
    slot_put_check(bytes);
}

static enum seals_opening seals_create(const struct seals *s, const struct seals_told *told)
{
    uint8_t header[SLOT_BYTES];
    seals_pack_header(s->setting.ledger, header);
    enum seals_status status = seals_write_bytes(s, header, sizeof header, 0);
    if (status == SEALS_OK)
        status = seals_sync_file(s);
    if (status == SEALS_OK)
        return SEALS_FRESH;
    return seals_tell(told, SEALS_UNREADABLE,
                      status == SEALS_FULL ? "the disk is full; make room and start again"
                                           : "the disk failed; mend it and start again");
}

/* A header that is not whole, in a ledger's first moment: a crash cut its making short. */
static bool may_be_made(const struct seals *s, const uint8_t header[SLOT_BYTES], size_t size)
{
    uint8_t ours[SLOT_BYTES];
    size_t same = 0;
    seals_pack_header(s->setting.ledger, ours);
    while (same < SLOT_BYTES && header[same] == ours[same])
        same++;
    return !s->newest[0] && !s->newest[1] && size <= SLOT_BYTES &&
           sodium_is_zero(header + same, SLOT_BYTES - same);
}

static enum seals_opening seals_check_header(const struct seals *s, const struct seals_told *told)
{
    const struct seals_file *file = &s->setting.file;
    uint8_t header[SLOT_BYTES + 1] = {0}, ours[SLOT_BYTES];
    size_t size = 0;
    int error = file->read(file->context, header, sizeof header, 0, &size);
    if (error)
        return seals_tell(told, SEALS_UNREADABLE, "cannot be read: %s", strerror(error));
    seals_pack_header(s->setting.ledger, ours);
    if (memcmp(header, ours, SLOT_BYTES) == 0)
        return SEALS_GOOD;
    if (may_be_made(s, header, size))
        return seals_create(s, told);
    if (size == 0)
        return seals_tell(told, SEALS_MISSING,
                          "the keys of this ledger's referrals are not here; put the newest copy of this "
                          "file here and start again");
    bool has_magic = memcmp(header, seals_magic, sizeof seals_magic - 1) == 0;
    bool is_whole =
        slot_check_holds(header) && sodium_is_zero(header + SLOT_CALLBACK_AT, SLOT_BYTES - SLOT_CALLBACK_AT);
    if (has_magic && is_whole && memcmp(header, ours, AT_LEDGER) == 0)
        return seals_tell(told, SEALS_OTHER_LEDGER,
                          "these are the keys of another ledger; put the file back that belongs to this one");
    if (has_magic && is_whole)
        return seals_tell(told, SEALS_NOT_OURS,
                          "this file is of another version; start the program that wrote it");
    if (has_magic || sodium_is_zero(header, SLOT_BYTES))
        return seals_tell(told, SEALS_TORN_HEADER,
                          "its first %d bytes are damaged, and the keys behind them may be whole; these "
                          "bytes are the same in every copy of this file: dd if=COPY of=%s bs=%d count=1 "
                          "conv=notrunc",
                          SLOT_BYTES, told->name, SLOT_BYTES);
    return seals_tell(told, SEALS_NOT_OURS,
                      "this is no file of keys of Concordat; move it away and put the newest copy of "
                      "the right one here");
}

static char letter_of(bool drill)
{
    return drill ? 'D' : 'R';
}

static enum seals_opening tell_missing_key(const struct seals_told *told, bool drill, uint32_t number)
{
    return seals_tell(told, SEALS_OLDER,
                      "it has no key for %c-%04u, whose referral is in the ledger: it is an older copy; "
                      "put the newest copy of this file here and start again",
                      letter_of(drill), number);
}

/* What a key was tried on. */
struct seals_trial {
    enum seals_status status; /* SEALS_OK: it opens what it should, or there is nothing that shows it */
    struct slot slot;         /* the first that did not open; SLOT_EMPTY: none */
};

static enum seals_opening tell_unreadable(const struct seals_told *told)
{
    return seals_tell(told, SEALS_UNREADABLE, "cannot be read; mend the disk and start again");
}

/* The slot is empty if the master key is missing and nothing shows of which generation it should be. */
static enum seals_opening tell_locked(const struct seals_told *told, const struct seals_trial *trial)
{
    static const char holds[] =
        "until the right one is given, new referrals are sealed under the broker's own key, and of the others "
        "nothing opens but callback numbers while their cases are open";
    const struct slot *slot = &trial->slot;
    if (slot->state == SLOT_EMPTY)
        return seals_tell(told, SEALS_LOCKED, "the master key is missing; %s", holds);
    return seals_tell(told, SEALS_LOCKED, "the master key of generation %u %s %c-%04u; %s", slot->generation,
                      trial->status == SEALS_NO_MASTER
                          ? "is missing, and it is what opens"
                          : "is another ledger's, or was changed: it does not open",
                      letter_of(slot->drill), slot->number, holds);
}

static void tell_other_service(const struct seals_told *told, const struct slot *slot)
{
    seals_tell(told, SEALS_OTHER_SERVICE,
               "the broker's own key is not the one that sealed %c-%04u; what that one sealed while the "
               "master key was missing opens only with it, and callback numbers of cases from then only "
               "with it or with the master key; put the former key file back if any of this is needed",
               letter_of(slot->drill), slot->number);
}

/* Tries the master key on the newest keys of cases or drills that a master key wrapped, until one opens: then
 * it is the right one, and each slot that it did not open was altered. What the service key wrapped tells
 * nothing of it, so it looks further back, however many there are: a wrong master key must not pass for the
 * right one after a long time without any. */
static enum seals_opening seals_probe_master(const struct seals *s, bool drill, struct seals_trial *trial,
                                             const struct seals_told *told)
{
    uint8_t key[SEAL_KEY_BYTES];
    uint32_t looked = 0, tried = 0;
    struct seals_trial first = {SEALS_OK, {.state = SLOT_EMPTY}};
    for (uint32_t number = s->newest[drill];
         number > 0 && (s->setting.master ? tried : looked) < SEALS_PROBES; number--) {
        struct slot slot;
        if (seals_read_slot(s, drill, number, &slot) != SEALS_OK)
            return tell_unreadable(told);
        if (slot.state == SLOT_EMPTY && looked < SEALS_PROBES)
            return tell_missing_key(told, drill, number);
        looked++;
        if (slot.state != SLOT_LIVE || !slot_is_in_place(&slot, drill, number) ||
            slot.generation == SLOT_SERVICE)
            continue;
        enum seals_status status = seals_unwrap(s, &slot, key);
        sodium_memzero(key, sizeof key);
        if (status == SEALS_OK)
            return SEALS_GOOD;
        if (tried++ == 0)
            first = (struct seals_trial){status, slot};
        if (status == SEALS_NO_MASTER)
            break;
    }
    if (trial->status == SEALS_OK)
        *trial = first;
    return SEALS_GOOD;
}

/* Tries the service key on what it wrapped in the newest slots, until something opens. */
static enum seals_opening seals_probe_service(const struct seals *s, bool drill, struct seals_trial *trial,
                                              const struct seals_told *told)
{
    uint8_t key[SEAL_KEY_BYTES];
    struct seals_trial first = {SEALS_OK, {.state = SLOT_EMPTY}};
    for (uint32_t number = s->newest[drill]; number > 0 && s->newest[drill] - number < SEALS_PROBES;
         number--) {
        struct slot slot;
        if (seals_read_slot(s, drill, number, &slot) != SEALS_OK)
            return tell_unreadable(told);
        bool has_key = slot.generation == SLOT_SERVICE;
        if (slot.state != SLOT_LIVE || !slot_is_in_place(&slot, drill, number) ||
            (!has_key && !slot.has_callback))
            continue;
        enum seals_status status =
            has_key ? seals_unwrap(s, &slot, key) : seals_unwrap_callback(s, &slot, key);
        sodium_memzero(key, sizeof key);
        if (status == SEALS_OK)
            return SEALS_GOOD;
        if (first.status == SEALS_OK)
            first = (struct seals_trial){status, slot};
    }
    if (trial->status == SEALS_OK)
        *trial = first;
    return SEALS_GOOD;
}

static enum seals_opening seals_check_beyond(const struct seals *s, bool drill, const struct seals_told *told)
{
    struct slot slot;
    if (s->newest[drill] >= UINT32_MAX - SEALS_AHEAD_MAX)
        return SEALS_GOOD;
    uint32_t number = s->newest[drill] + SEALS_AHEAD_MAX + 1;
    if (seals_read_slot(s, drill, number, &slot) != SEALS_OK)
        return tell_unreadable(told);
    if (slot.state == SLOT_EMPTY)
        return SEALS_GOOD;
    return seals_tell(told, SEALS_NEWER,
                      "it has a key for %c-%04u, and the newest in the ledger is %c-%04u, so the ledger "
                      "is older; put the newest copy of the ledger here, or if there is none the copy "
                      "of this file that was made together with it",
                      letter_of(drill), number, letter_of(drill), s->newest[drill]);
}

/* Tries both keys. Finds also that keys of referrals are missing, which counts for more. */
static enum seals_opening seals_probe_all(struct seals *s, const struct seals_told *told)
{
    struct seals_trial master = {SEALS_OK, {.state = SLOT_EMPTY}}, service = master;
    enum seals_opening opening = SEALS_GOOD;
    s->locked = true;
    for (int drill = 0; drill < SEALS_SERIES && opening == SEALS_GOOD; drill++)
        opening = seals_probe_master(s, drill, &master, told);
    for (int drill = 0; drill < SEALS_SERIES && opening == SEALS_GOOD; drill++)
        opening = seals_probe_service(s, drill, &service, told);
    if (opening != SEALS_GOOD)
        return opening;
    s->locked = !s->setting.master || master.status != SEALS_OK;
    if (s->locked)
        opening = tell_locked(told, &master);
    if (service.status != SEALS_OK)
        tell_other_service(told, &service.slot);
    return service.status != SEALS_OK && opening == SEALS_GOOD ? SEALS_OTHER_SERVICE : opening;
}

static enum seals_opening seals_examine(struct seals *s, const struct seals_told *told)
{
    enum seals_opening opening = seals_check_header(s, told);
    for (int drill = 0; drill < SEALS_SERIES && opening == SEALS_GOOD; drill++)
        opening = seals_check_beyond(s, drill, told);
    if (opening > SEALS_LOCKED)
        return opening;
    enum seals_opening probed = seals_probe_all(s, told);
    return probed == SEALS_GOOD ? opening : probed;
}

enum seals_opening seals_use_master(struct seals *s, const struct master_key *master, char *message,
                                    size_t message_size)
{
    const struct seals_told told = {s->setting.name, message, message_size};
    message[0] = '\0';
    if (seals_await_writer(s) == SEALS_FAILED)
        return tell_unreadable(&told);
    s->setting.master = master;
    enum seals_opening opening = seals_probe_all(s, &told);
    seals_empty_pools(s); /* what wrapped these keys may not be what wraps now */
    return opening;
}

struct seals *seals_open(const struct seals_setting *setting, enum seals_opening *opening, char *message,
                         size_t message_size)
{
    const struct seals_told told = {setting->name, message, message_size};
    assert(message_size > 0 && setting->service);
    message[0] = '\0';
    struct seals *s = calloc(1, sizeof *s);
    if (!s || !seals_open_pools(s)) {
        seals_close(&s);
        *opening = seals_tell(&told, SEALS_UNREADABLE, "no memory");
        return NULL;
    }
    s->setting = *setting;
    seals_committed(s, false, setting->newest_case);
    seals_committed(s, true, setting->newest_drill);
    *opening = seals_examine(s, &told);
    if (*opening > SEALS_LOCKED)
        seals_close(&s);
    return s;
}

void seals_close(struct seals **seals)
{
    if (*seals)
        seals_close_pools(*seals);
    free(*seals);
    *seals = NULL;
}
