/* hours.c: reads "always" or a list of shifts, and checks that they open and do not overlap. */
#include "broker/policy/inside.h"

#include <stdio.h>
#include <string.h>

/* Reads "mon", "mon-fri", "fri-mon" or "bank-holidays" as ROTA_ bits. Returns 0 for any other text. */
static uint8_t parse_days(const char *text)
{
    const char *dash = strchr(text, '-');
    char first_word[4] = "";
    int first, last;
    uint8_t days = 0;
    if (word_find(DAY_WORDS, text, &first))
        return (uint8_t)first;
    if (!dash || dash - text != 3)
        return 0;
    memcpy(first_word, text, 3);
    if (!word_find(DAY_WORDS, first_word, &first) || !word_find(DAY_WORDS, dash + 1, &last) ||
        last > ROTA_SUNDAY)
        return 0;
    for (int bit = first; bit != last; bit = bit == ROTA_SUNDAY ? ROTA_MONDAY : bit << 1)
        days |= (uint8_t)bit;
    return (uint8_t)(days | last);
}

/* Reads one word for days, or several with commas between them. */
static uint8_t read_days_text(struct reader *reader, const struct spot *spot)
{
    const char *text = spot_text(reader, spot);
    uint8_t days = 0;
    while (text) {
        const char *start = text + strspn(text, " ");
        size_t length = strcspn(start, ",");
        size_t end = length;
        char word[32];
        uint8_t found;
        while (end > 0 && start[end - 1] == ' ')
            end--;
        snprintf(word, sizeof word, "%.*s", (int)end, start);
        found = parse_days(word);
        if (found == 0)
            problem_at(reader, spot, "\"%s\" is not a day", word);
        days |= found;
        text = start[length] == ',' ? start + length + 1 : NULL;
    }
    return days;
}

static void read_days(struct reader *reader, const struct spot *spot, void *into)
{
    uint8_t *days = into;
    size_t item = 0;
    if (spot->node->kind != NODE_LIST) {
        *days = read_days_text(reader, spot);
        return;
    }
    if (spot->node->count == 0)
        problem_at(reader, spot, "the list is empty");
    for (const struct node *node = spot->node->first; node; node = node->next) {
        struct spot inner = spot_item(spot, node, ++item);
        *days |= read_days_text(reader, &inner);
    }
}

static void read_time_of_day(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text(reader, spot);
    if (text && !parse_time_of_day(text, into))
        problem_at(reader, spot, "\"%.40s\" is not a time of day", text);
}

static void read_shift_start(struct reader *reader, const struct spot *spot, void *into)
{
    read_time_of_day(reader, spot, into);
    if (*(int16_t *)into == MINUTES_PER_DAY)
        problem_at(reader, spot, "a shift cannot begin at 24:00");
}

static const struct policy_field SHIFT_FIELDS[] = {
    {"days", REQUIRED, read_days, offsetof(struct shift, days),
     "Write days such as mon, mon-fri, sat-sun, bank-holidays or every-day; several with commas, "
     "in quotation marks."},
    {"from", REQUIRED, read_shift_start, offsetof(struct shift, from_minute),
     "Write hours and minutes in quotation marks, such as \"09:00\"."},
    {"to", REQUIRED, read_time_of_day, offsetof(struct shift, to_minute),
     "Write hours and minutes in quotation marks, such as \"17:00\", up to \"24:00\"."},
    {NULL, OPTIONAL, NULL, 0, NULL},
};

static int shift_length(const struct shift *shift)
{
    return shift->to_minute - shift->from_minute +
           (shift->to_minute > shift->from_minute ? 0 : MINUTES_PER_DAY);
}

/* Returns whether two shifts cover the same time, either in a week without bank holidays or on a bank
 * holiday. The hours of a bank holiday may overlap a night shift that began the day before. */
static bool shifts_overlap(const struct shift *a, const struct shift *b)
{
    enum { WEEK = 7 * MINUTES_PER_DAY };
    if ((a->days & b->days & ROTA_BANK_HOLIDAY) && a->from_minute < b->from_minute + shift_length(b) &&
        b->from_minute < a->from_minute + shift_length(a))
        return true;
    for (int day_a = 0; day_a < 7; day_a++) {
        for (int day_b = 0; day_b < 7; day_b++) {
            int ahead =
                (day_b * MINUTES_PER_DAY + b->from_minute - day_a * MINUTES_PER_DAY - a->from_minute + WEEK) %
                WEEK;
            if ((a->days & 1 << day_a) && (b->days & 1 << day_b) &&
                (ahead < shift_length(a) || WEEK - ahead < shift_length(b)))
                return true;
        }
    }
    return false;
}

static void check_overlaps(struct reader *reader, const struct spot *spot, const struct rota *rota)
{
    const struct node *node = spot->node->first;
    for (int i = 0; i < rota->count; i++, node = node->next) {
        const struct node *earlier = spot->node->first;
        for (int j = 0; j < i; j++, earlier = earlier->next) {
            struct spot inner = spot_item(spot, node, (size_t)i + 1);
            if (shifts_overlap(&rota->shifts[j], &rota->shifts[i])) {
                problem_with_remedy(
                    reader, &inner,
                    "Write each stretch of time once; hours after midnight belong to the shift "
                    "that began the day before.",
                    "these hours overlap those on line %d", earlier->line);
            }
        }
    }
}

static bool rota_opens_ever(const struct reader *reader, const struct rota *rota)
{
    uint8_t days = 0;
    for (int i = 0; i < rota->count; i++)
        days |= rota->shifts[i].days;
    return (days & ROTA_WEEK) != 0 || ((days & ROTA_BANK_HOLIDAY) && reader->policy->holidays.count > 0);
}

static void read_shifts(struct reader *reader, const struct spot *spot, struct rota *rota)
{
    size_t before = reader->problems->count;
    for (const struct node *node = spot->node->first; node; node = node->next) {
        struct shift *shift = &rota->shifts[rota->count++];
        struct spot inner = spot_item(spot, node, rota->count);
        read_fields(reader, &inner, SHIFT_FIELDS, shift);
        if (reader->problems->count == before && shift->from_minute == shift->to_minute) {
            problem_with_remedy(reader, &inner, "Write \"00:00\" to \"24:00\" for the whole day.",
                                "the shift ends at the time at which it begins");
        }
    }
    if (reader->problems->count != before)
        return; /* the checks below would only repeat it */
    if (!rota_opens_ever(reader, rota))
        problem_at(reader, spot, "the team never opens with these hours");
    check_overlaps(reader, spot, rota);
}

void policy_read_hours(struct reader *reader, const struct spot *spot, void *into)
{
    struct rota *rota = into;
    if (spot->node->kind == NODE_TEXT && strcmp(spot->node->text, "always") == 0) {
        *rota = (struct rota){
            .count = 1, .shifts = {{.days = ROTA_WEEK | ROTA_BANK_HOLIDAY, .to_minute = MINUTES_PER_DAY}}};
    } else if (spot->node->kind == NODE_TEXT && spot->node->text[0] != '\0') {
        problem_at(reader, spot, "\"%.40s\" are not hours", spot->node->text);
    } else if (spot_is_list(reader, spot, SHIFTS_MAX)) {
        read_shifts(reader, spot, rota);
    }
}
