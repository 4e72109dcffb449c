/* story_of_a_month.c: writes an inspector's trail of March 2027 with some hundred people, by chance, for
 * tests of what is published of it.
 *
 * Usage: story-of-a-month TRAIL SEED */
#include <stdio.h>
#include <stdlib.h>

#include "tests/worlds/story.h"
#include "tests/worlds/story_beside.h"

enum { PEOPLE = 110, APART_MIN = 100, DAY_MIN = 24 * 60 };

/* In days after the story's start: 2 March, and 9 April, by when the month and the financial year are
 * published. */
enum { BEGIN = 162, END = 200 };

static int one_of(int count)
{
    return (int)(random() % count);
}

static struct story_person somebody(uint32_t number)
{
    static const char *const categories[] = {"A", "A", "A", "A", "A", "A", "B", "H", "J", "M", "N", "Z", ""};
    /* The small groups are few people: what is published of them has to be hidden. */
    static const Concordat__V1__Source sources[] = {CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                                    CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                                    CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT,
                                                    CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT,
                                                    CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                                    CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT,
                                                    CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                                    CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION};
    static const Concordat__V1__Urgency urgencies[] = {
        CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT, CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT,
        CONCORDAT__V1__URGENCY__URGENCY_URGENT, CONCORDAT__V1__URGENCY__URGENCY_EMERGENCY};
    static const int ages[] = {34, 50, 71, 16, 40, 28, -1};
    return (struct story_person){.source = sources[one_of(8)],
                                 .urgency = urgencies[one_of(4)],
                                 .age = ages[one_of(7)],
                                 .ethnic_category = categories[number * 7 % 13],
                                 .gender = number % 9 == 0 ? ""
                                           : number % 2    ? "1"
                                                           : "2"};
}

/* What only the source of a referral records, and who stated the ethnic category. */
static void answer_questions(struct story_person *person)
{
    person->point_of_contact = (Concordat__V1__PointOfContact)one_of(3);
    person->screened = (Concordat__V1__Answered)one_of(3);
    person->consents = (Concordat__V1__Answered)one_of(3);
    person->self_harm = (Concordat__V1__Answered)one_of(3);
    person->assessed =
        one_of(4) ? CONCORDAT__V1__ANSWERED__ANSWERED_YES : CONCORDAT__V1__ANSWERED__ANSWERED_NO;
    person->psychosocial_min = one_of(300);
    person->stated_by = (Concordat__V1__EthnicityStatedBy)one_of(3);
}

static void detain(struct story_person *person, double begin)
{
    static const Concordat__V1__PlaceOfSafety places[] = {
        CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED,
        CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED,
        CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_EMERGENCY_DEPARTMENT,
        CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_POLICE_STATION};
    person->place = places[one_of(4)];
    person->transport = (Concordat__V1__Transport)one_of(5);
    person->arrived_min = (int64_t)begin;
}

static void tell_month_detention(struct story *story, uint32_t number, Concordat__V1__PlaceOfSafety place,
                                 double begin)
{
    static const Concordat__V1__DetentionStep steps[] = {
        CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ARRIVED,
        CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_POLICE_LEFT,
        CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ESCAPED,
        CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ENDED};
    story_detention(story, number, steps[0], place, false);
    story_at(story, begin + 41 + one_of(49));
    story_detention(story, number, steps[1], place, false);
    if (one_of(8) == 0)
        story_detention(story, number, steps[2], place, false);
    if (one_of(4))
        story_detention(story, number, steps[3], place, false);
}

/* Requests, tries, somebody missing, somebody who looks: each a few times. */
static void tell_beside(struct story *story, uint32_t number, const char *team, double begin)
{
    static const Concordat__V1__Beside things[] = {
        CONCORDAT__V1__BESIDE__BESIDE_AMHP, CONCORDAT__V1__BESIDE__BESIDE_AMHP,
        CONCORDAT__V1__BESIDE__BESIDE_AMBULANCE, CONCORDAT__V1__BESIDE__BESIDE_BED};
    Concordat__V1__Beside what = things[one_of(4)];
    if (one_of(2)) {
        story_request(story, number, 1, what, CONCORDAT__V1__BESIDE_STATE__BESIDE_STATE_ASKED, 1, begin + 91);
        for (int more = one_of(4), i = 1; i <= more; i++)
            story_request(story, number, 1, what, (Concordat__V1__BesideState)(2 + one_of(6)),
                          1 + (uint32_t)one_of(2), begin + 91 + i);
    }
    if (one_of(3) == 0)
        story_try(story, number, (Concordat__V1__ContactNext)one_of(5), begin + 96);
    if (one_of(6) == 0) {
        story_missing(story, number, begin + 97);
        if (one_of(3))
            story_found(story, number, (Concordat__V1__FoundBy)(1 + one_of(5)), begin + 98);
    }
    for (int times = one_of(3); times > 0; times--)
        story_look(story, number, CONCORDAT__V1__ROLE__ROLE_TEAM, team, 0, one_of(8) == 0);
    if (one_of(5) == 0)
        story_look(story, number, CONCORDAT__V1__ROLE__ROLE_COORDINATOR, "duty",
                   (Concordat__V1__BreakGlass)one_of(3), false);
}

static void tell_person(struct story *story, uint32_t number, double begin)
{
    static const Concordat__V1__DeclineReason reasons[] = {
        CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_NO_CAPACITY,
        CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_NO_CAPACITY,
        CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_INTOXICATION};
    const char *team = one_of(4) ? "north" : one_of(2) ? "south" : "liaison";
    story_at(story, begin);
    struct story_person person = somebody(number);
    answer_questions(&person);
    if (person.source == CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE && one_of(2))
        detain(&person, begin);
    story_receive(story, number, person);
    story_offer(story, number, 1, team);
    story_at(story, begin + 1 + one_of(40));
    if (one_of(3) == 0) {
        story_end_offer(story, number, 1, team, CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED,
                        reasons[one_of(3)]);
    } else {
        story_accept(story, number, 1, team, "");
        if (one_of(5))
            story_contact(story, number, team, true);
    }
    if (person.place)
        tell_month_detention(story, number, person.place, begin);
    tell_beside(story, number, team, begin);
}

int main(int count, char **arguments)
{
    static struct story story;
    if (count != 3)
        return 100;
    srandom((unsigned)strtoul(arguments[2], NULL, 10));
    story_open(&story);
    story_policy(&story);
    for (uint32_t i = 1; i <= PEOPLE; i++)
        tell_person(&story, i, BEGIN * DAY_MIN + (int)i * APART_MIN);
    story_at(&story, END * DAY_MIN);
    story_policy(&story);
    story_close_trail(&story);
    FILE *from = fopen(story.path, "rb"), *to = fopen(arguments[1], "wb");
    if (!from || !to)
        return 111;
    for (int c; (c = fgetc(from)) != EOF;)
        fputc(c, to);
    fclose(from);
    bool written = fclose(to) == 0;
    story_close(&story);
    return written ? 0 : 111;
}
