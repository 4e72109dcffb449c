/* rings.c: whom to ring about a referral: see rings.h. */
#include "services/intake/rings.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/words/london.h"

bool ring_parse(const char *text, struct ring *ring)
{
    size_t name = strcspn(text, "+0123456789");
    const char *number = text + name;
    while (name > 0 && text[name - 1] == ' ')
        name--;
    snprintf(ring->name, sizeof ring->name, "%.*s", (int)name, text);
    snprintf(ring->number, sizeof ring->number, "%s", number);
    snprintf(ring->text, sizeof ring->text, "%s %s", ring->name, ring->number);
    return name > 0 && name < RING_NAME_BYTES && *number && strlen(number) < RING_NUMBER_BYTES;
}

/* The place of an area; a new one, or the one that was heard of longest ago, if it has none. */
static struct ring_of_area *rings_area(struct rings *rings, const char *area)
{
    struct ring_of_area *oldest = rings->of_area;
    for (size_t i = 0; i < rings->areas; i++) {
        if (strcmp(rings->of_area[i].area, area) == 0)
            return &rings->of_area[i];
        if (rings->of_area[i].heard_ms < oldest->heard_ms)
            oldest = &rings->of_area[i];
    }
    if (rings->areas < RINGS_AREAS_MAX)
        oldest = &rings->of_area[rings->areas++];
    *oldest = (struct ring_of_area){0};
    snprintf(oldest->area, sizeof oldest->area, "%s", area);
    return oldest;
}

/* The newest district stands last, so the one that goes for it is the first. */
static void rings_learn_district(struct rings *rings, const char *district, const char *area)
{
    struct district_of_area *all = rings->of_district;
    size_t at = 0;
    while (at < rings->districts && strcmp(all[at].district, district) != 0)
        at++;
    if (at == rings->districts && rings->districts == RINGS_DISTRICTS_MAX)
        at = 0;
    if (at < rings->districts) {
        memmove(&all[at], &all[at + 1], (rings->districts - at - 1) * sizeof *all);
        rings->districts--;
    }
    struct district_of_area *last = &all[rings->districts++];
    snprintf(last->district, sizeof last->district, "%s", district);
    snprintf(last->area, sizeof last->area, "%s", area);
}

void rings_learn(struct rings *rings, const char *area, const char *coordinator_name,
                 const char *coordinator_ring, const char *district, int64_t heard_ms)
{
    if (!*area || !*coordinator_ring)
        return;
    struct ring_of_area *known = rings_area(rings, area);
    if (heard_ms >= known->heard_ms) {
        snprintf(known->name, sizeof known->name, "%s", coordinator_name);
        snprintf(known->number, sizeof known->number, "%s", coordinator_ring);
        known->heard_ms = heard_ms;
    }
    if (*district && strlen(district) < POSTCODE_DISTRICT_BYTES)
        rings_learn_district(rings, district, area);
}

static const struct ring_of_area *rings_known(const struct rings *rings, const char *area)
{
    for (size_t i = 0; *area && i < rings->areas; i++)
        if (strcmp(rings->of_area[i].area, area) == 0)
            return &rings->of_area[i];
    return NULL;
}

static const char *rings_area_of(const struct rings *rings, const char *district)
{
    for (size_t i = rings->districts; i-- > 0;)
        if (strcmp(rings->of_district[i].district, district) == 0)
            return rings->of_district[i].area;
    return "";
}

void rings_clock(int64_t heard_ms, int64_t now_ms, char out[RINGS_CLOCK_BYTES])
{
    time_t heard = (time_t)((heard_ms + london_offset_ms(heard_ms)) / 1000);
    struct tm civil = {0};
    int32_t day, today, minute;
    gmtime_r(&heard, &civil);
    london_civil(heard_ms, &day, &minute);
    london_civil(now_ms, &today, &minute);
    if (strftime(out, RINGS_CLOCK_BYTES, day == today ? "%H:%M" : "%a %d %b %H:%M", &civil) == 0)
        out[0] = '\0';
}

void rings_find(const struct rings *rings, const char *area, const char *district, int64_t now_ms,
                struct ring *ring)
{
    const struct ring_of_area *known = rings_known(rings, *area ? area : rings_area_of(rings, district));
    char clock[RINGS_CLOCK_BYTES];
    *ring = rings->given;
    if (!known)
        return;
    rings_clock(known->heard_ms, now_ms, clock);
    snprintf(ring->name, sizeof ring->name, "%s", known->name);
    snprintf(ring->number, sizeof ring->number, "%s", known->number);
    snprintf(ring->text, sizeof ring->text, "%.*s%s%s (as of %s)", RING_NAME_BYTES - 1, known->name,
             *known->name ? " " : "", known->number, clock);
}
