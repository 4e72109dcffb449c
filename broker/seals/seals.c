/* seals.c: the keys of referrals, each wrapped by the master key, in a file apart from the ledger. */
#include "broker/seals/seals.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 4096,
    HEADER_VERSION = 1,
    AT_VERSION = 8,
    AT_LEDGER = 16,
    SERIES = 2, /* cases and drills */
};

static const char seals_magic[] = "CNCDSEAL";

struct seals {
    struct seals_setting setting;
    uint32_t newest[SERIES];   /* numbers whose events are on disk */
    uint32_t made[SERIES];     /* the newest number that was made since the opening */
    uint64_t reserved[SERIES]; /* steps that are set aside for certain */
    bool locked;               /* the master key does not open what it should */
};

/* --- slots of the file ------------------------------------------------------------------------------ */

static uint64_t seals_place(bool drill, uint32_t number)
{
    uint64_t index = number - 1, step = index / SEALS_STEP_SLOTS * SERIES + drill;
    return HEADER_BYTES + (step * SEALS_STEP_SLOTS + index % SEALS_STEP_SLOTS) * SLOT_BYTES;
}

static enum seals_status status_of_error(int error)
{
    switch (error) {
    case 0:
        return SEALS_OK;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return SEALS_FULL;
    default:
        return SEALS_FAILED;
    }
}

/* Beyond the end of the file there are zeros. */
static enum seals_status seals_read_bytes(const struct seals *s, uint8_t bytes[SLOT_BYTES], uint64_t at)
{
    const struct seals_file *file = &s->setting.file;
    size_t got = 0;
    memset(bytes, 0, SLOT_BYTES);
    return file->read(file->context, bytes, SLOT_BYTES, at, &got) == 0 ? SEALS_OK : SEALS_FAILED;
}

static enum seals_status seals_read_slot(const struct seals *s, bool drill, uint32_t number,
                                         struct slot *slot)
{
    uint8_t bytes[SLOT_BYTES];
    enum seals_status status = seals_read_bytes(s, bytes, seals_place(drill, number));
    if (status == SEALS_OK)
        slot_read(bytes, slot);
    return status;
}

static enum seals_status seals_write_bytes(const struct seals *s, const uint8_t bytes[SLOT_BYTES],
                                           uint64_t at)
{
    const struct seals_file *file = &s->setting.file;
    return status_of_error(file->write(file->context, bytes, SLOT_BYTES, at));
}

static enum seals_status seals_write_slot(const struct seals *s, const struct slot *slot)
{
    uint8_t bytes[SLOT_BYTES];
    slot_write(slot, bytes);
    return seals_write_bytes(s, bytes, seals_place(slot->drill, slot->number));
}

enum seals_status seals_sync(const struct seals *s)
{
    return s->setting.file.sync(s->setting.file.context) == 0 ? SEALS_OK : SEALS_FAILED;
}

/* --- one key ---------------------------------------------------------------------------------------- */

static enum seals_status seals_unwrap(const struct seals *s, const struct slot *slot,
                                      uint8_t key[SEAL_KEY_BYTES])
{
    const uint8_t *master = s->setting.master ? master_key_of(s->setting.master, slot->generation) : NULL;
    if (!master)
        return SEALS_NO_MASTER;
    return slot_unwrap(slot, s->setting.ledger, master, key) ? SEALS_OK : SEALS_ALTERED;
}

/* Wraps the key anew by the newest generation, and writes the slot. */
static enum seals_status seals_wrap(struct seals *s, struct slot *slot, const uint8_t key[SEAL_KEY_BYTES])
{
    slot->generation = master_key_newest(s->setting.master);
    s->setting.random.draw(s->setting.random.context, slot->nonce, sizeof slot->nonce);
    slot_wrap(slot, s->setting.ledger, master_key_of(s->setting.master, slot->generation), key);
    return seals_write_slot(s, slot);
}

/* Whether the slot stands in the place of its own number. */
static bool slot_is_in_place(const struct slot *slot, bool drill, uint32_t number)
{
    return slot->number == number && slot->drill == drill;
}

static bool slot_is_of(const struct slot *slot, const struct seals_case *of)
{
    return slot_is_in_place(slot, of->drill, of->number) &&
           memcmp(slot->referral, of->referral, SEAL_ID_BYTES) == 0;
}

enum seals_status seals_find(struct seals *s, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES])
{
    struct slot slot;
    assert(of->number > 0);
    sodium_memzero(key, SEAL_KEY_BYTES);
    if (seals_read_slot(s, of->drill, of->number, &slot) != SEALS_OK)
        return SEALS_FAILED;
    switch (slot.state) {
    case SLOT_EMPTY:
        return SEALS_NONE;
    case SLOT_TORN:
        return SEALS_TORN;
    case SLOT_LIVE:
    case SLOT_ERASED:
        break;
    }
    if (!slot_is_of(&slot, of))
        return SEALS_OTHER;
    return slot.state == SLOT_ERASED ? SEALS_ERASED : seals_unwrap(s, &slot, key);
}

static enum seals_status seals_reserve(struct seals *s, bool drill, uint32_t number)
{
    uint64_t step = (number - 1) / SEALS_STEP_SLOTS;
    const struct seals_file *file = &s->setting.file;
    if (step < s->reserved[drill])
        return SEALS_OK;
    enum seals_status status = status_of_error(
        file->reserve(file->context, seals_place(drill, (uint32_t)step * SEALS_STEP_SLOTS + 1),
                      SEALS_STEP_SLOTS * SLOT_BYTES));
    if (status == SEALS_OK)
        s->reserved[drill] = step + 1;
    return status;
}

enum seals_status seals_make(struct seals *s, const struct seals_case *of, uint8_t key[SEAL_KEY_BYTES])
{
    enum seals_status status = seals_find(s, of, key);
    if (status == SEALS_OK || status == SEALS_FAILED || of->number <= s->newest[of->drill])
        return status;
    assert(of->number - s->newest[of->drill] <= SEALS_AHEAD_MAX);
    /* A key that another ledger's master key wrapped would be lost when the right one is back. */
    if (s->locked)
        return SEALS_NO_MASTER;
    status = seals_reserve(s, of->drill, of->number);
    if (status != SEALS_OK)
        return status;
    struct slot slot = {.state = SLOT_LIVE, .number = of->number, .drill = of->drill};
    memcpy(slot.referral, of->referral, SEAL_ID_BYTES);
    s->setting.random.draw(s->setting.random.context, key, SEAL_KEY_BYTES);
    status = seals_wrap(s, &slot, key);
    if (status != SEALS_OK)
        sodium_memzero(key, SEAL_KEY_BYTES);
    else if (of->number > s->made[of->drill])
        s->made[of->drill] = of->number;
    return status;
}

void seals_committed(struct seals *s, bool drill, uint32_t number)
{
    if (number > s->newest[drill])
        s->newest[drill] = number;
}

enum seals_status seals_erase(struct seals *s, const struct seals_case *of)
{
    struct slot slot;
    assert(of->number > 0 && of->number <= s->newest[of->drill]);
    if (seals_read_slot(s, of->drill, of->number, &slot) != SEALS_OK)
        return SEALS_FAILED;
    if (slot.state == SLOT_EMPTY)
        return SEALS_NONE;
    if (slot.state != SLOT_TORN && !slot_is_of(&slot, of))
        return SEALS_OTHER;
    slot = (struct slot){.state = SLOT_ERASED, .number = of->number, .drill = of->drill};
    memcpy(slot.referral, of->referral, SEAL_ID_BYTES);
    /* Written and synced also if it reads as erased: what a read shows need not be on disk. */
    enum seals_status status = seals_write_slot(s, &slot);
    return status == SEALS_OK ? seals_sync(s) : status;
}

/* --- all keys --------------------------------------------------------------------------------------- */

/* Goes to the next slot of a referral that is in the ledger: all cases, then all drills. */
static bool walk_next(const struct seals *s, struct seals_walk *walk)
{
    if (!walk->drill && walk->number >= s->newest[0]) {
        walk->drill = true;
        walk->number = 0;
    }
    walk->done = walk->drill && walk->number >= s->newest[1];
    if (!walk->done)
        walk->number++;
    return !walk->done;
}

static enum seals_status seals_rewrap_slot(struct seals *s, struct seals_walk *walk)
{
    struct slot slot;
    uint8_t key[SEAL_KEY_BYTES];
    enum seals_status status = seals_read_slot(s, walk->drill, walk->number, &slot);
    if (status != SEALS_OK)
        return status;
    walk->torn += slot.state == SLOT_TORN;
    if (slot.state != SLOT_LIVE || slot.generation == walk->generation)
        return SEALS_OK;
    if (!slot_is_in_place(&slot, walk->drill, walk->number) || seals_unwrap(s, &slot, key) != SEALS_OK) {
        walk->unopened++;
        return SEALS_OK;
    }
    status = seals_wrap(s, &slot, key);
    sodium_memzero(key, sizeof key);
    walk->rewrapped += status == SEALS_OK;
    return status;
}

enum seals_status seals_rewrap(struct seals *s, struct seals_walk *walk, uint32_t slots)
{
    if (!s->setting.master)
        return SEALS_NO_MASTER;
    if (walk->generation != master_key_newest(s->setting.master))
        *walk = (struct seals_walk){.generation = master_key_newest(s->setting.master)};
    for (uint32_t i = 0; i < slots && walk_next(s, walk); i++) {
        enum seals_status status = seals_rewrap_slot(s, walk);
        if (status == SEALS_OK)
            continue;
        walk->number--; /* it is looked at again */
        return status;
    }
    return SEALS_OK;
}

enum seals_status seals_collect(struct seals *s, uint32_t *count)
{
    static const uint8_t zeros[SLOT_BYTES];
    *count = 0;
    assert(!s->made[0] && !s->made[1]);
    for (int drill = 0; drill < SERIES; drill++) {
        for (uint32_t i = 1; i <= SEALS_AHEAD_MAX && i <= UINT32_MAX - s->newest[drill]; i++) {
            struct slot slot;
            uint32_t number = s->newest[drill] + i;
            enum seals_status status = seals_read_slot(s, drill, number, &slot);
            if (status == SEALS_OK && slot.state != SLOT_EMPTY) {
                status = seals_write_bytes(s, zeros, seals_place(drill, number));
                *count += 1;
            }
            if (status != SEALS_OK)
                return status;
        }
    }
    return *count ? seals_sync(s) : SEALS_OK;
}

static void seals_count_slot(const struct seals *s, const struct seals_walk *walk, const struct slot *slot,
                             struct seals_count *count)
{
    uint8_t key[SEAL_KEY_BYTES];
    const struct master_key *master = s->setting.master;
    count->missing += slot->state == SLOT_EMPTY;
    count->torn += slot->state == SLOT_TORN;
    if (slot->state != SLOT_LIVE && slot->state != SLOT_ERASED)
        return;
    if (!slot_is_in_place(slot, walk->drill, walk->number)) {
        count->other++;
        return;
    }
    count->erased += slot->state == SLOT_ERASED;
    if (slot->state == SLOT_ERASED)
        return;
    count->live++;
    count->outdated += master && slot->generation != master_key_newest(master);
    count->unopened += seals_unwrap(s, slot, key) != SEALS_OK;
    sodium_memzero(key, sizeof key);
}

enum seals_status seals_counted(struct seals *s, struct seals_count *count)
{
    struct seals_walk walk = {0};
    *count = (struct seals_count){0};
    while (walk_next(s, &walk)) {
        struct slot slot;
        enum seals_status status = seals_read_slot(s, walk.drill, walk.number, &slot);
        if (status != SEALS_OK)
            return status;
        seals_count_slot(s, &walk, &slot, count);
    }
    return SEALS_OK;
}

/* --- opening ---------------------------------------------------------------------------------------- */

struct seals_told {
    const char *name;
    char *message;
    size_t message_size;
};

static enum seals_opening seals_tell(const struct seals_told *told, enum seals_opening opening,
                                     const char *format, ...) __attribute__((format(printf, 3, 4)));

static enum seals_opening seals_tell(const struct seals_told *told, enum seals_opening opening,
                                     const char *format, ...)
{
    int used = snprintf(told->message, told->message_size, "%s: ", told->name);
    if (used > 0 && (size_t)used < told->message_size) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(told->message + used, told->message_size - (size_t)used, format, arguments);
        va_end(arguments);
    }
    return opening;
}

static void seals_pack_header(const struct seals *s, uint8_t bytes[SLOT_BYTES])
{
    memset(bytes, 0, SLOT_BYTES);
    memcpy(bytes, seals_magic, sizeof seals_magic - 1);
    bytes[AT_VERSION + 3] = HEADER_VERSION;
    memcpy(bytes + AT_LEDGER, s->setting.ledger, SLOT_LEDGER_BYTES);
    slot_put_check(bytes);
}

static enum seals_opening seals_create(const struct seals *s, const struct seals_told *told)
{
    uint8_t header[SLOT_BYTES];
    seals_pack_header(s, header);
    enum seals_status status = seals_write_bytes(s, header, 0);
    if (status == SEALS_OK)
        status = seals_sync(s);
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
    seals_pack_header(s, ours);
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
    seals_pack_header(s, ours);
    if (memcmp(header, ours, SLOT_BYTES) == 0)
        return SEALS_GOOD;
    if (may_be_made(s, header, size))
        return seals_create(s, told);
    if (size == 0)
        return seals_tell(told, SEALS_MISSING,
                          "the keys of this ledger's referrals are not here; put the newest copy of this "
                          "file here and start again");
    bool has_magic = memcmp(header, seals_magic, sizeof seals_magic - 1) == 0;
    bool is_whole = slot_check_holds(header);
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

static enum seals_opening tell_locked(const struct seals_told *told, enum seals_status status,
                                      const struct slot *slot)
{
    const char *what = status == SEALS_NO_MASTER ? "is missing, and it is what opens"
                                                 : "is another ledger's, or was changed: it does not open";
    return seals_tell(told, SEALS_LOCKED,
                      "the master key of generation %u %s %c-%04u; give the right one, for without it "
                      "no new text can be sealed",
                      slot->generation, what, letter_of(slot->drill), slot->number);
}

/* Tries the newest keys of cases or drills, until one opens: then the master key is the right one, and each
 * slot that it did not open was altered. */
static enum seals_opening seals_probe(struct seals *s, bool drill, const struct seals_told *told)
{
    uint8_t key[SEAL_KEY_BYTES];
    struct slot slot, first = {.state = SLOT_EMPTY}; /* the first that did not open */
    uint32_t newest = s->newest[drill];
    for (uint32_t number = newest; number > 0 && newest - number < SEALS_PROBES; number--) {
        if (seals_read_slot(s, drill, number, &slot) != SEALS_OK)
            return seals_tell(told, SEALS_UNREADABLE, "cannot be read; mend the disk and start again");
        if (slot.state == SLOT_EMPTY)
            return tell_missing_key(told, drill, number);
        if (slot.state != SLOT_LIVE || !slot_is_in_place(&slot, drill, number))
            continue;
        enum seals_status status = seals_unwrap(s, &slot, key);
        sodium_memzero(key, sizeof key);
        if (status == SEALS_OK)
            return SEALS_GOOD;
        if (status == SEALS_NO_MASTER)
            return tell_locked(told, status, &slot);
        if (first.state == SLOT_EMPTY)
            first = slot;
    }
    return first.state == SLOT_EMPTY ? SEALS_GOOD : tell_locked(told, SEALS_ALTERED, &first);
}

static enum seals_opening seals_check_beyond(const struct seals *s, bool drill, const struct seals_told *told)
{
    struct slot slot;
    if (s->newest[drill] >= UINT32_MAX - SEALS_AHEAD_MAX)
        return SEALS_GOOD;
    uint32_t number = s->newest[drill] + SEALS_AHEAD_MAX + 1;
    if (seals_read_slot(s, drill, number, &slot) != SEALS_OK)
        return seals_tell(told, SEALS_UNREADABLE, "cannot be read; mend the disk and start again");
    if (slot.state == SLOT_EMPTY)
        return SEALS_GOOD;
    return seals_tell(told, SEALS_NEWER,
                      "it has a key for %c-%04u, and the newest in the ledger is %c-%04u, so the ledger "
                      "is older; put the newest copy of the ledger here, or if there is none the copy "
                      "of this file that was made together with it",
                      letter_of(drill), number, letter_of(drill), s->newest[drill]);
}

/* Tries the master key. Finds also that keys are missing, which counts for more. */
static enum seals_opening seals_probe_all(struct seals *s, const struct seals_told *told)
{
    enum seals_opening opening = SEALS_GOOD;
    if (!s->setting.master)
        opening = seals_tell(told, SEALS_LOCKED,
                             "the master key is missing: nothing can be sealed or opened until it is there");
    for (int drill = 0; drill < SERIES && opening <= SEALS_LOCKED; drill++) {
        enum seals_opening probed = seals_probe(s, drill, told);
        opening = probed > opening ? probed : opening;
    }
    s->locked = opening != SEALS_GOOD;
    return opening;
}

static enum seals_opening seals_examine(struct seals *s, const struct seals_told *told)
{
    enum seals_opening opening = seals_check_header(s, told);
    for (int drill = 0; drill < SERIES && opening == SEALS_GOOD; drill++)
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
    s->setting.master = master;
    return seals_probe_all(s, &told);
}

struct seals *seals_open(const struct seals_setting *setting, enum seals_opening *opening, char *message,
                         size_t message_size)
{
    const struct seals_told told = {setting->name, message, message_size};
    assert(message_size > 0);
    message[0] = '\0';
    struct seals *s = calloc(1, sizeof *s);
    if (!s) {
        *opening = seals_tell(&told, SEALS_UNREADABLE, "no memory");
        return NULL;
    }
    s->setting = *setting;
    s->newest[0] = setting->newest_case;
    s->newest[1] = setting->newest_drill;
    *opening = seals_examine(s, &told);
    if (*opening > SEALS_LOCKED)
        seals_close(&s);
    return s;
}

void seals_close(struct seals **seals)
{
    free(*seals);
    *seals = NULL;
}
