/* show_standing.c: see show_standing.h. */
#include "services/desk/show_standing.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "services/desk/time_words.h"

typedef Concordat__V1__Standing standing_of_router;

#define MS_PER_DAY INT64_C(86400000)
#define MIB        UINT64_C(1048576)

/* --- what somebody has to look after -------------------------------------------------------------------- */

static void need(struct standing_needs *needs, enum need_of of, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void need(struct standing_needs *needs, enum need_of of, const char *format, ...)
{
    va_list arguments;
    if (needs->count == STANDING_NEEDS_MAX)
        return;
    needs->of[needs->count] = of;
    va_start(arguments, format);
    vsnprintf(needs->said[needs->count++], STANDING_NEED_BYTES, format, arguments);
    va_end(arguments);
}

static uint32_t late_by(const Concordat__V1__OpenCases *cases, Concordat__V1__Clock clock)
{
    for (size_t i = 0; i < cases->n_late; i++)
        if (cases->late[i]->clock == clock)
            return cases->late[i]->count;
    return 0;
}

static void need_for_people(const Concordat__V1__OpenCases *cases, struct standing_needs *needs)
{
    uint32_t over = late_by(cases, CONCORDAT__V1__CLOCK__CLOCK_SECTION_136), unheard = 0;
    for (size_t i = 0; i < cases->n_areas; i++)
        unheard += cases->areas[i]->unheard;
    if (over)
        need(needs, NEED_OF_PEOPLE,
             "The hours of detention of %" PRIu32 " have run out. Their coordinator must act now; ring them.",
             over);
    if (cases->detentions_ending)
        need(needs, NEED_OF_PEOPLE,
             "The hours of detention of %" PRIu32 " end soon. Ask their coordinator what is planned.",
             cases->detentions_ending);
    if (unheard)
        need(needs, NEED_OF_PEOPLE,
             "Nobody has acknowledged %" PRIu32 " reminders. Ring the coordinators of the areas below.",
             unheard);
    if (cases->unowned)
        need(needs, NEED_OF_PEOPLE,
             "Nobody owns %" PRIu32 " cases, which must never be. Ring the coordinators, then report it.",
             cases->unowned);
    if (cases->altered)
        need(needs, NEED_OF_PEOPLE,
             "Something stored of %" PRIu32
             " cases is not what was written. See SECURITY.md, \"In an incident\".",
             cases->altered);
}

static void need_for_room(const standing_of_router *standing, struct standing_needs *needs)
{
    uint64_t left = standing->disk_free_bytes, floor = standing->disk_floor_bytes;
    if (left >= 2 * floor)
        return;
    const char *holds = left < floor / 4 ? "referrals are refused"
                        : left < floor   ? "long referrals and exercises are refused"
                                         : "it is nearly so little that long referrals are refused";
    need(needs, NEED_OF_MACHINE,
         "The disk of the ledger has %" PRIu64 " MiB free, and its floor is %" PRIu64
         ": %s. Make room there.",
         left / MIB, floor / MIB, holds);
}

static void need_for_clock(const standing_of_router *standing, struct standing_needs *needs)
{
    if (standing->clock_leapt)
        need(needs, NEED_OF_ROUTER,
             "The clock of the router's machine has leapt, and is not believed. Set it right, or confirm it "
             "(OPERATE.md, \"the wall clock has leapt\").");
    if (standing->clock_set_back)
        need(needs, NEED_OF_ROUTER,
             "The clock of the router's machine was set back, and deadlines come a little late until it has "
             "caught up. Look after its time service.");
    if (!standing->clock_synchronised)
        need(needs, NEED_OF_MACHINE,
             "The clock of the router's machine is not synchronised. Look after its time service "
             "(`timedatectl`).");
}

static void need_for_policy(const standing_of_router *standing, struct standing_needs *needs)
{
    int64_t left_ms = standing->bank_holidays_end_ms - standing->now_ms;
    if (standing->policy_is_another)
        need(needs, NEED_OF_ROUTER,
             "The policy on the disk is not the one in force, or cannot be read. Check it by "
             "`concordat-broker --check`, then `systemctl reload concordat-broker`.");
    if (left_ms < 0)
        need(needs, NEED_OF_MACHINE,
             "The policy lists no bank holiday to come: teams count as open then. Write the coming ones "
             "under bank_holidays, and reload.");
    else if (left_ms < STANDING_HOLIDAY_DAYS * MS_PER_DAY)
        need(needs, NEED_OF_MACHINE,
             "The last bank holiday of the policy is in %" PRId64 " days. Write the coming ones under "
             "bank_holidays, and reload.",
             left_ms / MS_PER_DAY);
}

void standing_needs(const standing_of_router *standing, struct standing_needs *needs)
{
    needs->count = 0;
    if (standing->cases)
        need_for_people(standing->cases, needs);
    need_for_room(standing, needs);
    if (standing->master_key_missing)
        need(needs, NEED_OF_ROUTER,
             "The master key is missing or wrong, so records do not open. Put the right one back within "
             "the hour (PRIVACY.md, \"The master key\").");
    if (standing->keys_unreadable)
        need(needs, NEED_OF_ROUTER,
             "The folder of keys cannot be read, so nobody new gets in. The router's log names the file.");
    if (standing->altered)
        need(needs, NEED_OF_ROUTER,
             "Something stored is not what was written. See SECURITY.md, \"In an incident\".");
    need_for_clock(standing, needs);
    need_for_policy(standing, needs);
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static void show_open_area(struct sheet *sheet, const Concordat__V1__AreaCases *area)
{
    if (area->unheard)
        sheet_row(sheet, "Area",
                  "%s (%s): %" PRIu32 " open, %" PRIu32 " with the coordinator, %" PRIu32
                  " reminders unheard",
                  area->name, area->area, area->open, area->of_coordinator, area->unheard);
    else
        sheet_row(sheet, "Area", "%s (%s): %" PRIu32 " open, %" PRIu32 " with the coordinator", area->name,
                  area->area, area->open, area->of_coordinator);
}

static void show_late_clocks(struct sheet *sheet, const Concordat__V1__OpenCases *cases)
{
    char clock[WORDS_MAX];
    for (size_t i = 0; i < cases->n_late; i++)
        sheet_row(sheet, "Late", "%" PRIu32 " by the clock %s", cases->late[i]->count,
                  words_for(&concordat__v1__clock__descriptor, (int)cases->late[i]->clock, clock));
}

static void show_open_cases(struct sheet *sheet, const standing_of_router *standing)
{
    const Concordat__V1__OpenCases *cases = standing->cases;
    char waited[TIME_WORDS_BYTES];
    if (!cases) {
        sheet_row(sheet, "Cases", "told to coordinators and inspectors only");
        return;
    }
    time_words_span(standing->now_ms - cases->oldest_ms, waited);
    if (cases->without_team)
        sheet_row(sheet, "Waiting", "%" PRIu32 " with no team; the one who has waited longest: %s",
                  cases->without_team, waited);
    else
        sheet_row(sheet, "Waiting", "nobody: each open case has a team");
    for (size_t i = 0; i < cases->n_areas; i++)
        show_open_area(sheet, cases->areas[i]);
    show_late_clocks(sheet, cases);
    if (cases->drills)
        sheet_row(sheet, "Drills", "%" PRIu32 " open", cases->drills);
}

static void show_connections(struct sheet *sheet, const standing_of_router *standing)
{
    char text[200] = "", role[WORDS_MAX];
    size_t used = 0;
    for (size_t i = 0; i < standing->n_connections && used < sizeof text; i++) {
        const Concordat__V1__RoleConnections *row = standing->connections[i];
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s%s %" PRIu32, i ? ", " : "",
                             words_for(&concordat__v1__role__descriptor, (int)row->role, role), row->count);
        if (row->catching_up && used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, " (%" PRIu32 " catching up)",
                                     row->catching_up);
    }
    sheet_row(sheet, "Connected", "%s", text);
}

static void show_machine(struct sheet *sheet, const standing_of_router *standing)
{
    char until[TIME_WORDS_BYTES];
    sheet_row(sheet, "Program", "%s, %" PRIu64 " events", standing->software, standing->events);
    show_connections(sheet, standing);
    if (standing->disk_floor_bytes)
        sheet_row(sheet, "Disk", "%" PRIu64 " MiB free; long referrals are refused below %" PRIu64,
                  standing->disk_free_bytes / MIB, standing->disk_floor_bytes / MIB);
    else
        sheet_row(sheet, "Disk", "the machine does not say how full it is");
    sheet_row(sheet, "Clock", "%s",
              standing->clock_leapt          ? "has leapt, and is not believed"
              : standing->clock_set_back     ? "was set back"
              : standing->clock_synchronised ? "synchronised"
                                             : "not synchronised");
    time_words_date(standing->bank_holidays_end_ms - 1, until);
    sheet_row(sheet, "Policy", "%s; bank holidays until %s",
              standing->policy_is_another ? "in force, and not the one on the disk"
                                          : "in force, and on the disk",
              standing->bank_holidays_end_ms ? until : "never: it lists none");
}

void show_standing(struct sheet *sheet, const standing_of_router *standing)
{
    struct standing_needs needs;
    standing_needs(standing, &needs);
    if (needs.count)
        sheet_headline(sheet, TONE_WARNING, "LOOK AFTER", "%zu of what follows.", needs.count);
    else
        sheet_headline(sheet, TONE_GOOD, "WELL", "Nothing here needs somebody.");
    for (size_t i = 0; i < needs.count; i++)
        sheet_row(sheet, "Needs you", "%s", needs.said[i]);
    show_open_cases(sheet, standing);
    show_machine(sheet, standing);
}
