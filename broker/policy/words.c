/* words.c: the coded values, as the policy file spells them. */
#include "broker/policy/inside.h"

#include <stddef.h>
#include <string.h>

#include "broker/core/codes.h"
#include "broker/core/rota.h"

const struct word SOURCE_WORDS[] = {
    {"street-triage", SOURCE_STREET_TRIAGE},
    {"liaison-and-diversion", SOURCE_LIAISON_AND_DIVERSION},
    {"emergency-department", SOURCE_EMERGENCY_DEPARTMENT},
    {NULL, 0},
};

const struct word URGENCY_WORDS[] = {
    {"emergency", URGENCY_EMERGENCY},
    {"very-urgent", URGENCY_VERY_URGENT},
    {"urgent", URGENCY_URGENT},
    {"routine", URGENCY_ROUTINE},
    {NULL, 0},
};

const struct word NEED_WORDS[] = {
    {"liaison-psychiatry", NEED_LIAISON_PSYCHIATRY},
    {"place-of-safety", NEED_PLACE_OF_SAFETY},
    {"perinatal", NEED_PERINATAL},
    {"learning-disability", NEED_LEARNING_DISABILITY},
    {"autism", NEED_AUTISM},
    {"older-adult", NEED_OLDER_ADULT},
    {"face-to-face-visit", NEED_FACE_TO_FACE_VISIT},
    {NULL, 0},
};

const struct word CLOCK_WORDS[] = {
    {"response", CLOCK_RESPONSE},
    {"referrer-told", CLOCK_REFERRER_TOLD},
    {"section-136", CLOCK_SECTION_136},
    {"handover", CLOCK_HANDOVER},
    {"examined", CLOCK_EXAMINED},
    {"interviewed", CLOCK_INTERVIEWED},
    {"health-check", CLOCK_HEALTH_CHECK},
    {"custody-review", CLOCK_CUSTODY_REVIEW},
    {"escape", CLOCK_ESCAPE},
    {NULL, 0},
};

const struct word DETAINED_WORDS[] = {
    {"never", DETAINED_NEVER},
    {"also", DETAINED_ALSO},
    {"only", DETAINED_ONLY},
    {NULL, 0},
};

const struct word OFFERS_WORDS[] = {
    {"comes", TEAM_COMES},
    {"rings", TEAM_RINGS},
    {"receives", TEAM_RECEIVES},
    {NULL, 0},
};

const struct word DAY_WORDS[] = {
    {"mon", 1 << 0},
    {"tue", 1 << 1},
    {"wed", 1 << 2},
    {"thu", 1 << 3},
    {"fri", 1 << 4},
    {"sat", 1 << 5},
    {"sun", 1 << 6},
    {"bank-holidays", ROTA_BANK_HOLIDAY},
    {"every-day", ROTA_WEEK | ROTA_BANK_HOLIDAY},
    {NULL, 0},
};

static const char *const TEAM_TYPES[] = {
    "A02", /* crisis resolution and home treatment */
    "A07", /* community mental health, organic */
    "A11", /* psychiatric liaison */
    "A14", /* early intervention for psychosis */
    "A18", /* single point of access */
    "A19", /* 24/7 crisis response line */
    "A20", /* health based place of safety */
    "A21", /* crisis cafe, safe haven */
    "A22", /* walk-in crisis assessment unit */
    "A23", /* psychiatric decision unit */
    "A24", /* acute day service */
    "A25", /* crisis house */
    "B01", /* forensic mental health */
    "C01", /* autism */
    "C02", /* specialist perinatal */
    "C05", /* paediatric liaison */
    "C07", /* youth offending */
    "D02", /* criminal justice liaison and diversion */
    "D08", /* rough sleeping */
    "E01", /* community team for learning disabilities */
    "F02", /* maternal mental health */
};

static bool word_matches(const char *word, const char *text)
{
    while (*word != '\0' && (*text == *word || (*word == '-' && (*text == '_' || *text == ' ')))) {
        word++;
        text++;
    }
    return *word == '\0' && *text == '\0';
}

bool word_find(const struct word *table, const char *text, int *value)
{
    for (; table->word; table++) {
        if (word_matches(table->word, text)) {
            *value = table->value;
            return true;
        }
    }
    return false;
}

const char *word_for(const struct word *table, int value)
{
    while (table->word && table->value != value)
        table++;
    return table->word;
}

bool team_type_known(const char *code)
{
    for (size_t i = 0; i < sizeof TEAM_TYPES / sizeof *TEAM_TYPES; i++)
        if (strcmp(TEAM_TYPES[i], code) == 0)
            return true;
    return false;
}
