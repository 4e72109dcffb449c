/* story_of_a_month.c: writes an inspector's trail of March 2027 with some hundred people, by chance, for
 * tests of what is published of it.
 *
 * Usage: story-of-a-month TRAIL SEED */
#include <stdio.h>
#include <stdlib.h>

#include "tests/worlds/story.h"

enum { PEOPLE = 110, APART_MIN = 100, DAY_MIN = 24 * 60 };

/* In days after the story's start: 2 March, and 9 April, by when the month and the financial year are
 * published. */
enum { BEGIN = 162, END = 200 };

static int one_of(int count)
{
    return (int)(random() % count);
}

static struct story_person somebody(void)
{
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
    return (struct story_person){
        .source = sources[one_of(8)], .urgency = urgencies[one_of(4)], .age = ages[one_of(7)]};
}

static void tell_person(struct story *story, uint32_t number, double begin)
{
    static const Concordat__V1__DeclineReason reasons[] = {
        CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_NO_CAPACITY,
        CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_NO_CAPACITY,
        CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_INTOXICATION};
    const char *team = one_of(4) ? "north" : one_of(2) ? "south" : "liaison";
    story_at(story, begin);
    story_receive(story, number, somebody());
    story_offer(story, number, 1, team);
    story_at(story, begin + 1 + one_of(40));
    if (one_of(3) == 0) {
        story_end_offer(story, number, 1, team, CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED,
                        reasons[one_of(3)]);
        return;
    }
    story_accept(story, number, 1, team, "");
    if (one_of(5))
        story_contact(story, number, team, true);
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
