/* detention.c: a person's detention: which step may come when, what follows from it, and what is odd about
 * it.
 */
#include "broker/core/detention.h"

#include <assert.h>

#include "broker/core/policy.h"

/* clang-format off */
#define NO DETENTION_NONE
#define US DETENTION_USED
#define HE DETENTION_HELD
#define AS DETENTION_ASKED
#define AG DETENTION_AGREED
#define AW DETENTION_AWAY
#define EN DETENTION_ENDED
static const uint8_t next_detention[DETENTION_STATE_COUNT][DETENTION_STEP_COUNT] = {
    /*                    -   used go  arr kept ent ask agr ref exam intv ext auth hlth rev left esc corr note end */
    [DETENTION_NONE]   = { NO, US, NO, HE, HE,  HE, NO, NO, NO, NO,  NO,  NO, NO,  NO,  NO, NO,  NO, NO,  NO,  NO },
    [DETENTION_USED]   = { NO, US, US, HE, HE,  HE, US, US, US, US,  US,  NO, US,  NO,  NO, US,  AW, NO,  US,  EN },
    [DETENTION_HELD]   = { NO, HE, HE, HE, HE,  HE, AS, AG, HE, HE,  HE,  HE, HE,  HE,  HE, HE,  AW, HE,  HE,  EN },
    [DETENTION_ASKED]  = { NO, AS, AS, HE, AS,  AS, AS, AG, HE, AS,  AS,  AS, AS,  AS,  AS, AS,  AW, AS,  AS,  EN },
    [DETENTION_AGREED] = { NO, AG, AG, HE, AG,  AG, AS, AG, HE, AG,  AG,  AG, AG,  AG,  AG, AG,  AW, AG,  AG,  EN },
    [DETENTION_AWAY]   = { NO, AW, AW, HE, HE,  HE, AW, AW, AW, AW,  AW,  AW, AW,  AW,  AW, AW,  AW, AW,  AW,  EN },
    [DETENTION_ENDED]  = { NO, US, NO, EN, EN,  EN, NO, NO, NO, EN,  EN,  EN, EN,  EN,  EN, EN,  NO, EN,  EN,  EN },
};
#undef NO
#undef US
#undef HE
#undef AS
#undef AG
#undef AW
#undef EN
/* clang-format on */

bool detention_is_open(const struct referral *r)
{
    return r->detention.state != DETENTION_NONE && r->detention.state != DETENTION_ENDED;
}

bool detention_step_arrives(enum detention_step step)
{
    return step == DETENTION_STEP_ARRIVED || step == DETENTION_STEP_KEPT || step == DETENTION_STEP_ENTERED;
}

enum detention_state detention_after(enum detention_state state, enum detention_step step)
{
    return (enum detention_state)next_detention[state][step];
}

static bool detention_has(const struct detention *detention, enum detention_step step)
{
    return detention->done & 1u << step;
}

/* --- what is odd about an entry ----------------------------------------------------------------------- */

static uint64_t flag_if(bool found, enum flag flag)
{
    return found ? flag_bit(flag) : 0;
}

/* The place that the person is at or goes to by this entry; PLACE_NONE if it does not say. */
static enum place_of_safety place_named(const struct detention_entry *entry)
{
    bool names = detention_step_arrives(entry->step) || entry->step == DETENTION_STEP_GOING;
    return names ? entry->place : PLACE_NONE;
}

/* Somebody who is at a place is there until they arrive at another. */
static enum place_of_safety place_after(const struct detention *detention,
                                        const struct detention_entry *entry)
{
    bool only_going = entry->step == DETENTION_STEP_GOING && detention->started_ms;
    bool named = place_named(entry) != PLACE_NONE && !only_going;
    return named ? entry->place : (enum place_of_safety)detention->place;
}

/* Looks at the whole case: another fact, such as the age, may be known only now. */
static uint64_t found_of_place(const struct referral *r, const struct detention_entry *entry)
{
    bool names = place_named(entry) != PLACE_NONE;
    enum place_of_safety place = names ? entry->place : (enum place_of_safety)r->detention.place;
    return flag_if(place == PLACE_POLICE_STATION && facts_may_be_under_18(&r->facts),
                   FLAG_UNDER_18_AT_POLICE_STATION) |
           flag_if(place == PLACE_PRIVATE_HOME && !(r->facts.legal_notes & LEGAL_NOTE_HOME_AGREED),
                   FLAG_HOME_CONSENT_MISSING);
}

/* An arrival told anew, or the door and then the inside of one place, is no transfer. */
static bool moves_unasked(const struct detention *detention, const struct detention_entry *entry)
{
    return entry->step == DETENTION_STEP_ARRIVED && detention->state != DETENTION_AGREED &&
           detention->state != DETENTION_ENDED && detention->place != PLACE_NONE && detention->started_ms &&
           entry->place != PLACE_NONE && (uint8_t)entry->place != detention->place &&
           entry->occurred_ms > detention->at_place_ms;
}

static bool leaves_station_unauthorised(const struct detention *detention,
                                        const struct detention_entry *entry)
{
    bool leaves = entry->step == DETENTION_STEP_ENDED ||
                  (detention_step_arrives(entry->step) && entry->place != PLACE_POLICE_STATION);
    return leaves && detention->place == PLACE_POLICE_STATION && detention->started_ms &&
           !detention_has(detention, DETENTION_STEP_STATION_AUTHORISED);
}

static bool is_out_of_order(const struct detention *detention, const struct detention_entry *entry)
{
    int64_t at_ms = entry->occurred_ms;
    bool before_use = detention->used_ms && at_ms < detention->used_ms;
    bool after_arrival =
        entry->step == DETENTION_STEP_USED && detention->started_ms && at_ms > detention->started_ms;
    return at_ms && ((entry->step != DETENTION_STEP_USED && before_use) || after_arrival);
}

enum { ALL_GROUNDS = 1 << STATION_IMMINENT_RISK | 1 << STATION_NO_OTHER_PLACE | 1 << STATION_HEALTH };

/* Each of these keeps the hours as they were. */
static uint64_t found_of_extension(const struct detention *detention, const struct detention_entry *entry)
{
    bool at_station = detention->place == PLACE_POLICE_STATION && entry->assessed_at_station;
    return flag_if(detention->until_ms && entry->occurred_ms > detention->until_ms, FLAG_EXTENSION_TOO_LATE) |
           flag_if(entry->extension_reason != EXTENSION_CONDITION, FLAG_EXTENSION_NOT_FOR_CONDITION) |
           flag_if(!entry->by_doctor, FLAG_EXTENSION_NOT_BY_DOCTOR) |
           flag_if(at_station && !entry->second[0], FLAG_EXTENSION_NOT_APPROVED);
}

static uint64_t found_of_step(const struct referral *r, const struct detention_entry *entry,
                              bool from_referral)
{
    const struct detention *detention = &r->detention;
    switch ((int)entry->step) {
    case DETENTION_STEP_USED:
        return flag_if(detention->state == DETENTION_ENDED
                           ? detention->uses
                           : detention->state != DETENTION_NONE && !from_referral,
                       FLAG_POWER_USED_AGAIN) |
               flag_if(entry->power == LEGAL_SECTION_136 && r->facts.legal_notes & LEGAL_NOTE_IN_DWELLING,
                       FLAG_SECTION_136_IN_DWELLING);
    case DETENTION_STEP_STATION_AUTHORISED:
        return flag_if((entry->grounds & ALL_GROUNDS) != ALL_GROUNDS || !entry->second[0],
                       FLAG_POLICE_STATION_GROUNDS_MISSING);
    case DETENTION_STEP_EXTENDED:
        return found_of_extension(detention, entry) |
               flag_if(detention->extended_ms + entry->extension_ms > EXTENSION_MS_MAX,
                       FLAG_EXTENSION_TOO_LONG);
    case DETENTION_STEP_ENDED:
        return flag_if(!detention_has(detention, DETENTION_STEP_INTERVIEWED) &&
                           entry->end != DETENTION_END_DIED && entry->end != DETENTION_END_NEVER_DETAINED,
                       FLAG_ENDED_WITHOUT_AMHP);
    case DETENTION_STEP_NOTED:
        return flag_if(detention_is_open(r) && r->facts.legal_status != LEGAL_UNKNOWN &&
                           !legal_status_detains((enum legal_status)r->facts.legal_status),
                       FLAG_LEGAL_STATUS_CONTRADICTS);
    default:
        return 0;
    }
}

/* --- what follows from an entry ----------------------------------------------------------------------- */

static int64_t first_arrival_ms(const struct detention *detention, const struct detention_entry *entry)
{
    bool arrives = detention_step_arrives(entry->step) || entry->step == DETENTION_STEP_CORRECTED;
    bool earlier = !detention->started_ms || entry->occurred_ms < detention->started_ms;
    return arrives && entry->occurred_ms && earlier ? entry->occurred_ms : detention->started_ms;
}

/* By how much the hours are more as of the entry. */
static int64_t extended_after_ms(const struct detention *detention, const struct detention_entry *entry)
{
    if (entry->step != DETENTION_STEP_EXTENDED || found_of_extension(detention, entry))
        return detention->extended_ms;
    int64_t extended_ms = detention->extended_ms + entry->extension_ms;
    return extended_ms < EXTENSION_MS_MAX ? extended_ms : EXTENSION_MS_MAX;
}

/* Section 138(3): before the first arrival somebody who has escaped may be retaken for as long again. */
static int64_t until_after_ms(const struct detention *detention, const struct detention_entry *entry,
                              int64_t started_ms, int64_t hours_ms)
{
    if (started_ms)
        return instant_within(started_ms + hours_ms + extended_after_ms(detention, entry));
    if (entry->step == DETENTION_STEP_ESCAPED && entry->occurred_ms)
        return instant_within(entry->occurred_ms + ESCAPE_MS);
    return detention->until_ms;
}

/* The only use of the power that there was turns out to have been none: nothing counts from it. A use before
 * it was one, and its hours run on. */
static bool takes_all_back(const struct detention *detention, const struct detention_entry *entry)
{
    bool mistake = entry->step == DETENTION_STEP_ENDED && entry->end == DETENTION_END_NEVER_DETAINED;
    return mistake && !(detention->uses & DETENTION_USE_BEFORE);
}

/* After an entry that ends a use, or begins another. */
static uint8_t uses_after(const struct detention *detention, const struct detention_noted *noted)
{
    bool was_over = detention->state == DETENTION_ENDED, is_over = noted->state == DETENTION_ENDED;
    if (was_over && !is_over)
        return detention->uses ? DETENTION_USE_BEFORE : 0;
    if (is_over && noted->entry.end == DETENTION_END_NEVER_DETAINED)
        return detention->uses & DETENTION_USE_BEFORE;
    return is_over ? detention->uses | DETENTION_USE_LAST : detention->uses;
}

void detention_judge(const struct referral *r, int64_t hours_ms, struct event *event)
{
    const struct detention *detention = &r->detention;
    struct detention_noted *noted = &event->is.noted;
    const struct detention_entry *entry = &noted->entry;
    noted->state = detention_after((enum detention_state)detention->state, entry->step);
    assert(noted->state != DETENTION_NONE);
    noted->started_ms = first_arrival_ms(detention, entry);
    noted->until_ms = until_after_ms(detention, entry, noted->started_ms, hours_ms);
    bool later = entry->step == DETENTION_STEP_CORRECTED && entry->occurred_ms > noted->started_ms;
    noted->corrected_ms = later ? entry->occurred_ms : detention->corrected_ms;
    noted->found =
        found_of_place(r, entry) | found_of_step(r, entry, noted->from_referral) |
        flag_if(moves_unasked(detention, entry), FLAG_TRANSFER_NOT_AGREED) |
        flag_if(leaves_station_unauthorised(detention, entry), FLAG_POLICE_STATION_GROUNDS_MISSING) |
        flag_if(is_out_of_order(detention, entry), FLAG_TIME_ORDER);
    if (takes_all_back(detention, entry))
        noted->started_ms = noted->until_ms = noted->corrected_ms = 0;
}

void detention_apply(struct referral *r, const struct event *event)
{
    const struct detention_noted *noted = &event->is.noted;
    const struct detention_entry *entry = &noted->entry;
    struct detention *detention = &r->detention;
    bool now_there = detention_step_arrives(entry->step) && entry->occurred_ms >= detention->at_place_ms;
    detention->uses = uses_after(detention, noted);
    if (takes_all_back(detention, entry)) {
        *detention = (struct detention){.found = detention->found | noted->found,
                                        .power = detention->power,
                                        .state = (uint8_t)noted->state};
        return;
    }
    detention->extended_ms = extended_after_ms(detention, entry); /* by what was known before this entry */
    detention->place = (uint8_t)place_after(detention, entry);
    if (now_there)
        detention->at_place_ms = entry->occurred_ms;
    if (entry->power != LEGAL_UNKNOWN)
        detention->power = (uint8_t)entry->power;
    if (entry->step == DETENTION_STEP_USED && entry->occurred_ms)
        detention->used_ms = entry->occurred_ms;
    detention->started_ms = noted->started_ms;
    detention->until_ms = noted->until_ms;
    detention->corrected_ms = noted->corrected_ms;
    detention->found |= noted->found;
    detention->done |= 1u << entry->step;
    detention->state = (uint8_t)noted->state;
}

/* --- what comes next ---------------------------------------------------------------------------------- */

/* What the clocks of somebody who is held ask for, the soonest first. */
static const struct {
    enum clock_kind clock;
    enum detention_step step;
} asked_by[] = {
    {CLOCK_HEALTH_CHECK, DETENTION_STEP_HEALTH_CHECKED}, {CLOCK_CUSTODY_REVIEW, DETENTION_STEP_REVIEWED},
    {CLOCK_EXAMINED, DETENTION_STEP_EXAMINED},           {CLOCK_INTERVIEWED, DETENTION_STEP_INTERVIEWED},
    {CLOCK_SECTION_136, DETENTION_STEP_ENDED},
};

static enum detention_step next_while_held(const struct referral *r, enum clock_kind *by)
{
    enum detention_step next = DETENTION_STEP_ENDED;
    for (size_t i = 0; i < sizeof asked_by / sizeof *asked_by; i++) {
        const struct clock *clock = &r->clocks[asked_by[i].clock];
        bool runs = clock->started_ms && !clock->stopped_ms;
        if (runs && (*by == CLOCK_NONE || clock->due_ms < r->clocks[*by].due_ms)) {
            *by = asked_by[i].clock;
            next = asked_by[i].step;
        }
    }
    return next;
}

enum detention_step detention_next(const struct referral *r, enum clock_kind *by)
{
    const struct detention *detention = &r->detention;
    *by = CLOCK_NONE;
    switch ((enum detention_state)detention->state) {
    case DETENTION_USED:
        return DETENTION_STEP_ARRIVED;
    case DETENTION_ASKED:
        return DETENTION_STEP_TRANSFER_AGREED;
    case DETENTION_AGREED:
        return DETENTION_STEP_ARRIVED;
    case DETENTION_AWAY:
        *by = detention->started_ms ? CLOCK_SECTION_136 : CLOCK_ESCAPE;
        return DETENTION_STEP_ARRIVED;
    case DETENTION_HELD:
        break;
    case DETENTION_NONE:
    case DETENTION_ENDED:
        return DETENTION_STEP_NONE;
    }
    if (detention->place == PLACE_POLICE_STATION &&
        !detention_has(detention, DETENTION_STEP_STATION_AUTHORISED))
        return DETENTION_STEP_STATION_AUTHORISED;
    return next_while_held(r, by);
}
