/* story_of_a_year.c: writes an inspector's trail of two years, from October 2026 on, by chance, for pictures
 * of reports. From the sixteenth month on fewer referrers are told in time, and people are seen
 * sooner.
 *
 * Usage: story-of-a-year TRAIL SEED */
#include <stdio.h>
#include <stdlib.h>

#include "proto/words/london.h"
#include "tests/worlds/story.h"

enum { MONTHS = 24, PEOPLE = 38, CHANGE = 15, MINUTES_A_MONTH = 27 * 24 * 60 };

static bool chance(int percent)
{
    return random() % 100 < percent;
}

/* Told by the number, so that all else stays by chance as it is. */
static void tell_apart(struct story_person *person, uint32_t number)
{
    static const char *const categories[] = {"A", "A", "A", "A", "A", "A", "A", "C",
                                             "H", "J", "M", "N", "S", "Z", ""};
    person->ethnic_category = categories[number * 7 % 15];
    person->gender = number % 19 == 0 ? "" : number % 2 ? "1" : "2";
}

static struct story_person anybody(unsigned month)
{
    static const Concordat__V1__Urgency urgencies[] = {CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT,
                                                       CONCORDAT__V1__URGENCY__URGENCY_URGENT};
    struct story_person person = {.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                  .urgency = urgencies[chance(40)],
                                  .age = 18 + (int)(random() % 60)};
    if (chance(40))
        person.source = CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT;
    else if (chance(30)) {
        person.place = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED;
        person.transport = chance(month < CHANGE ? 60 : 30)
                               ? CONCORDAT__V1__TRANSPORT__TRANSPORT_POLICE_VEHICLE
                               : CONCORDAT__V1__TRANSPORT__TRANSPORT_AMBULANCE;
    }
    return person;
}

static void let_pass(struct story *story, int64_t minutes)
{
    story->now_ms += minutes * STORY_MIN_MS;
}

static void tell_answers(struct story *story, uint32_t number, unsigned month)
{
    story_offer(story, number, 1, "north");
    let_pass(story, 2 + random() % 6);
    if (chance(25)) {
        story_end_offer(story, number, 1, "north", CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED,
                        CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_NO_CAPACITY);
        story_offer(story, number, 2, "south");
        let_pass(story, 2 + random() % 6);
        story_accept(story, number, 2, "south", "");
    } else {
        story_accept(story, number, 1, "north", "");
    }
    let_pass(story, chance(month < CHANGE ? 82 : 58) ? 3 : 30);
    story_told(story, number, CONCORDAT__V1__STATE__STATE_ACCEPTED);
}

/* A few detentions are never told to have ended; in a few the person is a child at a police station. */
static void tell_detention(struct story *story, uint32_t number, Concordat__V1__PlaceOfSafety place)
{
    story_detention(story, number, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ARRIVED, place, chance(8));
    let_pass(story, chance(70) ? 40 : 100);
    story_detention(story, number, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_POLICE_LEFT, place, false);
    if (chance(85))
        story_detention(story, number, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ENDED, place, false);
}

static void tell_anybody(struct story *story, uint32_t number, unsigned month)
{
    struct story_person person = anybody(month);
    tell_apart(&person, number);
    person.arrived_min = (story->now_ms - STORY_START_MS) / STORY_MIN_MS;
    story_receive(story, number, person);
    tell_answers(story, number, month);
    if (person.place)
        tell_detention(story, number, person.place);
    if (!chance(90))
        return;
    let_pass(story, chance(month < CHANGE ? 65 : 85) ? 20 : 800);
    story_contact(story, number, "north", true);
}

/* The middle of a month, counted from October 2026. */
static int64_t begin_of(unsigned month)
{
    return london_instant(london_day(2026 + (int)(9 + month) / 12, (int)(9 + month) % 12 + 1, 1), 0);
}

static bool copy_file(const char *from_path, const char *to_path)
{
    FILE *from = fopen(from_path, "rb"), *to = fopen(to_path, "wb");
    bool copied = from && to;
    for (int c; copied && (c = fgetc(from)) != EOF;)
        copied = fputc(c, to) != EOF;
    if (from)
        fclose(from);
    return to && fclose(to) == 0 && copied;
}

int main(int count, char **arguments)
{
    static struct story story;
    uint32_t number = 0;
    if (count != 3)
        return 100;
    srandom((unsigned)strtoul(arguments[2], NULL, 10));
    story_open(&story);
    story.now_ms = begin_of(0);
    story_policy(&story);
    for (unsigned month = 0; month < MONTHS; month++)
        for (unsigned i = 0; i < PEOPLE; i++) {
            story.now_ms = begin_of(month) + (int64_t)i * MINUTES_A_MONTH / PEOPLE * STORY_MIN_MS;
            tell_anybody(&story, ++number, month);
        }
    story.now_ms = begin_of(MONTHS) + 8 * 24 * 60 * STORY_MIN_MS; /* a month that has not ended */
    story_policy(&story);
    tell_anybody(&story, ++number, MONTHS);
    story_close_trail(&story);
    bool copied = copy_file(story.path, arguments[1]);
    story_close(&story);
    return copied ? 0 : 111;
}
