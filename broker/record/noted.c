/* noted.c: an entry in the history of a detention, packed and read: see noted.h. */
#include "broker/record/noted.h"

#include "broker/record/record.h"
#include "proto/wire/borrowed.h"

enum { NOTED_MINUTE_MS = 60 * 1000 };

static void pack_entry(const struct detention_entry *entry, struct packed_noted *packed)
{
    Concordat__V1__DetentionNoted *m = &packed->message;
    m->step = (Concordat__V1__DetentionStep)entry->step;
    if (entry->occurred_ms) {
        concordat__v1__instant__init(&packed->occurred);
        packed->occurred.unix_ms = entry->occurred_ms;
        packed->occurred.basis = (Concordat__V1__Basis)entry->basis;
        m->occurred = &packed->occurred;
    }
    m->power = (Concordat__V1__LegalStatus)entry->power;
    m->place = (Concordat__V1__PlaceOfSafety)entry->place;
    m->at_door = entry->at_door;
    m->by = borrowed_text(entry->by);
    m->second = borrowed_text(entry->second);
    m->end = (Concordat__V1__DetentionEnd)entry->end;
    m->without_amhp = (Concordat__V1__WithoutAmhp)entry->without_amhp;
    m->minutes = (uint32_t)(entry->extension_ms / NOTED_MINUTE_MS);
    m->extension_reason = (Concordat__V1__ExtensionReason)entry->extension_reason;
    m->by_responsible_doctor = entry->by_doctor;
    m->assessed_at_station = entry->assessed_at_station;
    for (unsigned ground = STATION_IMMINENT_RISK; ground <= STATION_HEALTH; ground++)
        if (entry->grounds & 1u << ground)
            packed->grounds[m->n_grounds++] = (Concordat__V1__StationGround)ground;
    m->grounds = packed->grounds;
}

void noted_pack(const struct detention_noted *noted, struct packed_noted *packed)
{
    Concordat__V1__DetentionNoted *m = &packed->message;
    pack_entry(&noted->entry, packed);
    m->from_referral = noted->from_referral;
    m->state = (Concordat__V1__DetentionState)noted->state;
    m->started_ms = noted->started_ms;
    m->until_ms = noted->until_ms;
    m->corrected_ms = noted->corrected_ms;
    m->n_found = record_flags(noted->found, packed->found);
    m->found = packed->found;
}

static uint32_t read_grounds(size_t count, const Concordat__V1__StationGround *grounds)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits |= (unsigned)grounds[i] <= STATION_HEALTH ? 1u << grounds[i] : 0;
    return bits;
}

/* The fields that the two messages share by name. */
#define NOTED_ENTRY(m)                                                                                       \
    {                                                                                                        \
        .occurred_ms = (m)->occurred ? (m)->occurred->unix_ms : 0,                                           \
        .extension_ms = (int64_t)(m)->minutes * NOTED_MINUTE_MS, .by = (m)->by, .second = (m)->second,       \
        .step = (enum detention_step)(m)->step,                                                              \
        .basis = (m)->occurred ? (enum basis)(m)->occurred->basis : BASIS_NONE,                              \
        .power = (enum legal_status)(m)->power, .place = (enum place_of_safety)(m)->place,                   \
        .end = (enum detention_end)(m)->end, .without_amhp = (int)(m)->without_amhp,                         \
        .extension_reason = (int)(m)->extension_reason,                                                      \
        .grounds = read_grounds((m)->n_grounds, (m)->grounds), .at_door = (m)->at_door,                      \
        .by_doctor = (m)->by_responsible_doctor, .assessed_at_station = (m)->assessed_at_station,            \
    }

static bool entry_is_known(const struct detention_entry *entry)
{
    return entry->step > DETENTION_STEP_NONE && (int)entry->step < DETENTION_STEP_COUNT &&
           (int)entry->power < LEGAL_STATUS_COUNT && (int)entry->place < PLACE_COUNT;
}

bool noted_read(const Concordat__V1__DetentionNoted *message, struct detention_noted *noted)
{
    *noted = (struct detention_noted){.entry = NOTED_ENTRY(message),
                                      .from_referral = message->from_referral,
                                      .state = (enum detention_state)message->state,
                                      .started_ms = message->started_ms,
                                      .until_ms = message->until_ms,
                                      .corrected_ms = message->corrected_ms};
    for (size_t i = 0; i < message->n_found; i++)
        noted->found |= flag_bit(message->found[i]);
    return entry_is_known(&noted->entry) && (int)noted->state < DETENTION_STATE_COUNT;
}

bool noted_read_command(const Concordat__V1__RecordDetention *message, struct detention_entry *entry)
{
    *entry = (struct detention_entry)NOTED_ENTRY(message);
    return entry_is_known(entry);
}
