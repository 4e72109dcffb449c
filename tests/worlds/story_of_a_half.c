/* story_of_a_half.c: writes an inspector's trail of the half of a financial year from April to September
 * 2027, by chance, with people of all groups, for tests of what is published by group. Of Black people fewer
 * referrers are told soon, and more are detained; between other groups only chance differs.
 *
 * Usage: story-of-a-half TRAIL SEED PEOPLE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/london.h"
#include "tests/worlds/story.h"

enum { PEOPLE_MAX = 5000, STEPS_MAX = 12 * PEOPLE_MAX, HALF_MIN = 180 * 24 * 60, NORTH = 1, SOUTH = 2 };

/* Invented, and near to those of a large town. */
static const struct share {
    const char *code;
    unsigned of_1000;
} categories[] = {{"A", 640}, {"B", 10}, {"C", 50}, {"D", 15},  {"E", 8},  {"F", 8},  {"G", 12},
                  {"H", 30},  {"J", 45}, {"K", 15}, {"L", 17},  {"M", 25}, {"N", 25}, {"P", 15},
                  {"R", 5},   {"S", 20}, {"Z", 25}, {"99", 15}, {"", 20}},
  genders[] = {{"1", 520}, {"2", 450}, {"3", 8}, {"4", 4}, {"X", 5}, {"Z", 5}, {"", 8}};

enum step_kind { RECEIVE, ASK, DECLINE, ASK_AGAIN, ACCEPT, TELL, ARRIVE, POLICE_LEAVE, END, SEE, FINISH };

struct step {
    int64_t due_min; /* minutes after the first of April */
    uint32_t number;
    enum step_kind kind;
};

static struct step steps[STEPS_MAX];
static size_t step_count;
static struct story_person people[PEOPLE_MAX + 1];
static bool declined[PEOPLE_MAX + 1], for_drink[PEOPLE_MAX + 1];

static bool half_chance(int percent)
{
    return random() % 100 < percent;
}

static const char *code_of(const struct share *shares)
{
    unsigned drawn = (unsigned)random() % 1000;
    while (drawn >= shares->of_1000) {
        drawn -= shares->of_1000;
        shares++;
    }
    return shares->code;
}

static int64_t first_min(void)
{
    return (london_instant(london_day(2027, 4, 1), 0) - STORY_START_MS) / STORY_MIN_MS + 1;
}

static void plan(int64_t due_min, uint32_t number, enum step_kind kind)
{
    steps[step_count++] = (struct step){due_min, number, kind};
}

static bool is_black(const struct story_person *person)
{
    return *person->ethnic_category && strchr("MNP", *person->ethnic_category);
}

static void invent(struct story_person *person, int64_t arrived_min)
{
    *person = (struct story_person){.source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE,
                                    .urgency = half_chance(40) ? CONCORDAT__V1__URGENCY__URGENCY_URGENT
                                                               : CONCORDAT__V1__URGENCY__URGENCY_VERY_URGENT,
                                    .age = half_chance(10)  ? 15
                                           : half_chance(4) ? -1
                                                            : 40,
                                    .ethnic_category = code_of(categories),
                                    .gender = code_of(genders)};
    if (half_chance(40)) {
        person->source = CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT;
    } else if (half_chance(is_black(person) ? 45 : 30)) {
        person->place = CONCORDAT__V1__PLACE_OF_SAFETY__PLACE_OF_SAFETY_HEALTH_BASED;
        person->transport = half_chance(45) ? CONCORDAT__V1__TRANSPORT__TRANSPORT_POLICE_VEHICLE
                                            : CONCORDAT__V1__TRANSPORT__TRANSPORT_AMBULANCE;
        person->arrived_min = arrived_min;
    }
}

static void plan_detention(uint32_t number, int64_t at)
{
    plan(at, number, ARRIVE);
    plan(at + (half_chance(70) ? 40 : 100), number, POLICE_LEAVE);
    plan(at + (half_chance(90) ? 900 : 1600), number, END);
}

static void plan_person(uint32_t number, int64_t at)
{
    struct story_person *person = &people[number];
    invent(person, first_min() + at + 1);
    plan(at, number, RECEIVE);
    plan(at + 1, number, ASK);
    declined[number] = half_chance(25);
    for_drink[number] = half_chance(20);
    if (declined[number]) {
        plan(at + 4, number, DECLINE);
        plan(at + 4, number, ASK_AGAIN);
    }
    if (half_chance(95))
        plan(at + 7, number, ACCEPT);
    plan(at + (half_chance(is_black(person) ? 62 : 80) ? 10 : 45), number, TELL);
    if (person->place)
        plan_detention(number, at + 1);
    plan(at + (half_chance(75) ? 40 : 800), number, half_chance(88) ? SEE : FINISH);
}

static void do_step(struct story *story, const struct step *step)
{
    uint32_t number = step->number, attempt = declined[number] ? SOUTH : NORTH;
    const char *team = declined[number] ? "south" : "north";
    Concordat__V1__PlaceOfSafety place = people[number].place;
    switch (step->kind) {
    case RECEIVE:
        story_receive(story, number, people[number]);
        return;
    case ASK:
        story_offer(story, number, NORTH, "north");
        return;
    case DECLINE:
        story_end_offer(story, number, NORTH, "north", CONCORDAT__V1__OFFER_END__OFFER_END_DECLINED,
                        for_drink[number] ? CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_INTOXICATION
                                          : CONCORDAT__V1__DECLINE_REASON__DECLINE_REASON_NO_CAPACITY);
        return;
    case ASK_AGAIN:
        story_offer(story, number, SOUTH, "south");
        return;
    case ACCEPT:
        story_accept(story, number, attempt, team, "");
        return;
    case TELL:
        story_told(story, number, CONCORDAT__V1__STATE__STATE_ACCEPTED);
        return;
    case ARRIVE:
        story_detention(story, number, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ARRIVED, place, false);
        return;
    case POLICE_LEAVE:
        story_detention(story, number, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_POLICE_LEFT, place,
                        false);
        return;
    case END:
        story_detention(story, number, CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_ENDED, place, false);
        return;
    case SEE:
        story_contact(story, number, team, true);
        return;
    case FINISH:
        story_finish(story, number, CONCORDAT__V1__OUTCOME__OUTCOME_ADVICE);
        return;
    }
}

static int by_time(const void *one, const void *other)
{
    const struct step *a = one, *b = other;
    int64_t later = a->due_min != b->due_min ? a->due_min - b->due_min : (int64_t)a->kind - (int64_t)b->kind;
    return (later > 0) - (later < 0);
}

static bool move_file(const char *from_path, const char *to_path)
{
    FILE *from = fopen(from_path, "rb"), *to = fopen(to_path, "wb");
    bool moved = from && to;
    for (int c; moved && (c = fgetc(from)) != EOF;)
        moved = fputc(c, to) != EOF;
    if (from)
        fclose(from);
    return to && fclose(to) == 0 && moved;
}

int main(int count, char **arguments)
{
    static struct story story;
    uint32_t wanted = count == 4 ? (uint32_t)strtoul(arguments[3], NULL, 10) : 0;
    if (!wanted || wanted > PEOPLE_MAX)
        return 100;
    srandom((unsigned)strtoul(arguments[2], NULL, 10));
    for (uint32_t number = 1; number <= wanted; number++)
        plan_person(number, (int64_t)number * HALF_MIN / wanted);
    qsort(steps, step_count, sizeof *steps, by_time);
    story_open(&story);
    story_at(&story, (double)first_min());
    story_policy(&story);
    for (size_t i = 0; i < step_count; i++) {
        story_at(&story, (double)(first_min() + steps[i].due_min));
        do_step(&story, &steps[i]);
    }
    story_at(&story, (double)(first_min() + 200 * 24 * 60)); /* by when the half is published */
    story_policy(&story);
    story_close_trail(&story);
    bool moved = move_file(story.path, arguments[1]);
    story_close(&story);
    return moved ? 0 : 111;
}
