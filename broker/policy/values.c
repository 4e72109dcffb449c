/* values.c: reads names, codes, durations, ages, dates and words. */
#include "broker/policy/inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/london.h"
#include "proto/words/telephone.h"

static const int64_t DURATION_MAX_MS = 7LL * 24 * 60 * 60 * 1000;

enum { CODE_CHARS_MAX = sizeof((struct policy_place *)0)->key - 1 };

static const char LETTERS_AND_DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* Returns the text at a spot. If it is too long, adds a problem and returns NULL. */
static const char *spot_text_up_to(struct reader *reader, const struct spot *spot, size_t length_max)
{
    const char *text = spot_text(reader, spot);
    if (text && strlen(text) > length_max) {
        problem_at(reader, spot, "this is %zu characters long, and at most %zu fit", strlen(text),
                   length_max);
        return NULL;
    }
    return text;
}

void policy_read_name(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text_up_to(reader, spot, NAME_CHARS_MAX);
    if (text)
        snprintf(into, NAME_CHARS_MAX + 1, "%s", text);
}

void policy_read_id(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text_up_to(reader, spot, ID_CHARS_MAX);
    if (!text)
        return;
    if (!id_is_valid(text))
        problem_at(reader, spot, "\"%s\" has characters that an id cannot have", text);
    snprintf(into, ID_CHARS_MAX + 1, "%s", text); /* a bad id too, so that references to it are found */
}

void policy_read_telephone(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text_up_to(reader, spot, TELEPHONE_CHARS_MAX);
    if (!text)
        return;
    enum telephone_fault fault = telephone_look(text);
    if (fault == TELEPHONE_NO_NUMBER)
        problem_at(reader, spot, "\"%s\" is not a telephone number", text);
    else if (fault == TELEPHONE_NO_ZERO)
        problem_with_remedy(reader, spot,
                            "Write its first 0; a spreadsheet keeps it if the column is formatted as text.",
                            "\"%s\" is not a telephone number: one of this length begins with 0 or +", text);
    snprintf(into, TELEPHONE_CHARS_MAX + 1, "%s", text);
}

void policy_read_code(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text_up_to(reader, spot, CODE_CHARS_MAX);
    if (text && strspn(text, LETTERS_AND_DIGITS) != strlen(text))
        problem_at(reader, spot, "\"%s\" is not an organisation's code", text);
    else if (text)
        snprintf(into, CODE_CHARS_MAX + 1, "%s", text);
}

void check_district(struct reader *reader, const struct spot *spot)
{
    const char *text = spot_text_up_to(reader, spot, POSTCODE_DISTRICT_CHARS_MAX);
    size_t letters;
    if (!text)
        return;
    letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (letters < 1 || letters > 2 || strspn(text + letters, "0123456789") < 1 ||
        strspn(text, LETTERS_AND_DIGITS) != strlen(text))
        problem_at(reader, spot, "\"%s\" is not a postcode district", text);
}

void policy_read_team_type(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text(reader, spot);
    if (!text)
        return;
    if (strcmp(text, "A03") == 0 || strcmp(text, "A04") == 0) {
        problem_with_remedy(reader, spot, "Write A02, which took the place of A03 and A04.",
                            "the team type %s is no longer in force", text);
    } else if (!team_type_known(text)) {
        problem_at(reader, spot, "\"%.40s\" is not a team type that is asked in a crisis", text);
    } else {
        snprintf(into, sizeof((struct policy_team *)0)->team_type, "%s", text);
    }
}

void policy_read_flag(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text(reader, spot);
    if (!text)
        return;
    if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        problem_at(reader, spot, "\"%.40s\" is neither yes nor no", text);
    *(bool *)into = strcmp(text, "yes") == 0;
}

/* Reads up to six digits at the beginning of a text, and moves past them. Returns -1 if there are none, or
 * more. */
static int64_t take_number(const char **text)
{
    size_t digits = strspn(*text, "0123456789");
    int64_t number = 0;
    if (digits < 1 || digits > 6)
        return -1;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + ((*text)[i] - '0');
    *text += digits;
    return number;
}

/* Reads a sign and the number after it. Returns -1 if the text does not begin with the sign. */
static int64_t take_number_after(char sign, const char **text)
{
    if (**text != sign)
        return -1;
    (*text)++;
    return take_number(text);
}

/* Reads a whole number from 1 to a maximum. Returns 1 with a problem if it is not that. */
static int64_t read_number_up_to(struct reader *reader, const struct spot *spot, int max)
{
    const char *text = spot_text(reader, spot);
    const char *rest = text;
    int64_t number = text ? take_number(&rest) : 1;
    if (number >= 1 && number <= max && (!rest || *rest == '\0'))
        return number;
    problem_at(reader, spot, "\"%.40s\" is not a number from 1 to %d", text, max);
    return 1;
}

void policy_read_count(struct reader *reader, const struct spot *spot, void *into)
{
    *(uint16_t *)into = (uint16_t)read_number_up_to(reader, spot, 999);
}

void policy_read_big_count(struct reader *reader, const struct spot *spot, void *into)
{
    *(uint32_t *)into = (uint32_t)read_number_up_to(reader, spot, 999999);
}

/* Reads "2h30m": numbers with their units, the largest unit first. Returns -1 for any other text. */
static int64_t parse_duration(const char *text)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } UNITS[] = {{"h", 3600000}, {"ms", 1}, {"m", 60000}, {"s", 1000}};
    int64_t total = 0, last_ms = INT64_MAX;
    do {
        int64_t number = take_number(&text);
        size_t unit = 0, count = sizeof UNITS / sizeof *UNITS;
        while (unit < count && strncmp(text, UNITS[unit].unit, strlen(UNITS[unit].unit)) != 0)
            unit++;
        if (number < 0 || unit == count || UNITS[unit].ms >= last_ms)
            return -1;
        text += strlen(UNITS[unit].unit);
        last_ms = UNITS[unit].ms;
        total += number * last_ms;
    } while (*text != '\0');
    return total;
}

void policy_read_duration(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text(reader, spot);
    int64_t ms = text ? parse_duration(text) : 0;
    if (!text)
        return;
    if (ms < 0)
        problem_at(reader, spot, "\"%.40s\" is not a length of time", text);
    else if (ms == 0)
        problem_at(reader, spot, "this time is zero");
    else if (ms > DURATION_MAX_MS)
        problem_at(reader, spot, "\"%.40s\" is longer than a week", text);
    else
        *(int64_t *)into = ms;
}

void policy_read_duration_or_none(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text(reader, spot);
    if (text && strcmp(text, "0") == 0)
        *(int64_t *)into = 0;
    else
        policy_read_duration(reader, spot, into);
}

static bool read_one_word(struct reader *reader, const struct spot *spot, const struct word *table,
                          int *value)
{
    const char *text = spot_text(reader, spot);
    char remedy[sizeof reader->problems->items->remedy] = "Write one of:";
    size_t used = strlen(remedy);
    if (!text || word_find(table, text, value))
        return text;
    for (; table->word && used < sizeof remedy; table++) {
        int length =
            snprintf(remedy + used, sizeof remedy - used, " %s%s", table->word, table[1].word ? "," : ".");
        used += length < 0 ? 0 : (size_t)length;
    }
    problem_with_remedy(reader, spot, remedy, "\"%.40s\" is not known here", text);
    return false;
}

/* Reads a list of words as the bits 1 << value; "all" means every word of the table. */
static unsigned read_word_bits(struct reader *reader, const struct spot *spot, const struct word *table)
{
    unsigned bits = 0;
    size_t item = 0;
    if (spot->node->kind == NODE_TEXT && strcmp(spot->node->text, "all") == 0) {
        for (; table->word; table++)
            bits |= 1U << table->value;
        return bits;
    }
    if (!spot_is_list(reader, spot, YAML_FIELDS_MAX))
        return 0;
    for (const struct node *node = spot->node->first; node; node = node->next) {
        struct spot inner = spot_item(spot, node, ++item);
        int value;
        if (read_one_word(reader, &inner, table, &value))
            bits |= 1U << value;
    }
    return bits;
}

static void read_some_words(struct reader *reader, const struct spot *spot, const struct word *table,
                            uint8_t *into)
{
    if (spot->node->kind == NODE_LIST && spot->node->count == 0)
        problem_at(reader, spot, "the list is empty");
    *into = (uint8_t)read_word_bits(reader, spot, table);
}

void policy_read_sources(struct reader *reader, const struct spot *spot, void *into)
{
    read_some_words(reader, spot, SOURCE_WORDS, into);
}

void policy_read_urgencies(struct reader *reader, const struct spot *spot, void *into)
{
    read_some_words(reader, spot, URGENCY_WORDS, into);
}

void policy_read_needs(struct reader *reader, const struct spot *spot, void *into)
{
    *(uint16_t *)into = (uint16_t)read_word_bits(reader, spot, NEED_WORDS);
}

void policy_read_urgency(struct reader *reader, const struct spot *spot, void *into)
{
    int value;
    if (read_one_word(reader, spot, URGENCY_WORDS, &value))
        *(enum urgency *)into = (enum urgency)value;
}

void policy_read_clock(struct reader *reader, const struct spot *spot, void *into)
{
    int value;
    if (read_one_word(reader, spot, CLOCK_WORDS, &value))
        *(enum clock_kind *)into = (enum clock_kind)value;
}

void policy_read_detained(struct reader *reader, const struct spot *spot, void *into)
{
    int value;
    if (read_one_word(reader, spot, DETAINED_WORDS, &value))
        *(enum policy_detained *)into = (enum policy_detained)value;
}

void policy_read_offers(struct reader *reader, const struct spot *spot, void *into)
{
    int value;
    if (read_one_word(reader, spot, OFFERS_WORDS, &value))
        *(enum team_offers *)into = (enum team_offers)value;
}

void policy_read_ages(struct reader *reader, const struct spot *spot, void *into)
{
    const char *text = spot_text(reader, spot);
    const char *rest = text;
    int64_t first = 0, last = AGE_MAX;
    uint8_t *ages = into;
    if (!text)
        return;
    if (strcmp(text, "all") != 0) {
        first = take_number(&rest);
        if (strcmp(rest, "+") != 0) {
            last = take_number_after('-', &rest);
            first = last < 0 || *rest != '\0' ? -1 : first;
        }
    }
    if (first < 0 || first > AGE_MAX || last > AGE_MAX) {
        problem_at(reader, spot, "\"%.40s\" is not a range of ages", text);
    } else if (first > last) {
        problem_at(reader, spot, "the ages stand the wrong way round: %d is more than %d", (int)first,
                   (int)last);
    } else {
        ages[0] = (uint8_t)first;
        ages[1] = (uint8_t)last;
    }
}

/* Reads "2026-12-25" as a day. Returns false unless it is a date from 1996 to 2199. */
static bool parse_date(const char *text, int32_t *day)
{
    int64_t year = take_number(&text);
    int64_t month = take_number_after('-', &text);
    int64_t of_month = take_number_after('-', &text);
    if (*text != '\0' || year < 1996 || year > 2199 || month < 1 || month > 12 || of_month < 1 ||
        of_month > 31)
        return false;
    *day = london_day((int)year, (int)month, (int)of_month);
    return month == 12 || *day < london_day((int)year, (int)month + 1, 1);
}

void policy_read_bank_holidays(struct reader *reader, const struct spot *spot, void *into)
{
    struct bank_holidays *holidays = into;
    size_t item = 0;
    if (!spot_is_list(reader, spot, BANK_HOLIDAYS_MAX))
        return;
    for (const struct node *node = spot->node->first; node; node = node->next) {
        struct spot inner = spot_item(spot, node, ++item);
        const char *text = spot_text(reader, &inner);
        uint16_t to = holidays->count;
        int32_t day;
        if (!text)
            continue;
        if (!parse_date(text, &day)) {
            problem_at(reader, &inner, "\"%.40s\" is not a date", text);
            continue;
        }
        for (; to > 0 && holidays->days[to - 1] > day; to--)
            holidays->days[to] = holidays->days[to - 1];
        if (to > 0 && holidays->days[to - 1] == day)
            problem_with_remedy(reader, &inner, "Take one of them out.", "%s is in the list twice", text);
        holidays->days[to] = day;
        holidays->count++;
    }
}

bool parse_time_of_day(const char *text, int16_t *minute)
{
    if (strlen(text) != 5 || strspn(text, "0123456789") != 2 || text[2] != ':' ||
        strspn(text + 3, "0123456789") != 2)
        return false;
    *minute = (int16_t)(((text[0] - '0') * 10 + text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0');
    return text[3] < '6' && *minute <= MINUTES_PER_DAY;
}
