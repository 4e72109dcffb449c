/* show_detention.c: a person's detention in plain words: see show_detention.h. */
#include "services/desk/show_detention.h"

#include <stdio.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/time_words.h"

typedef Concordat__V1__Detention detention_message;
typedef Concordat__V1__CaseStatus case_status;

#define STATE(name) CONCORDAT__V1__DETENTION_STATE__DETENTION_STATE_##name
#define STEP(name)  CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_##name
#define FOUND(name) [CONCORDAT__V1__FLAG__FLAG_##name]

/* The step that is to be recorded next: what it is, its word, and what to type behind the case. */
static const struct {
    const char *what, *step, *typed;
} nexts[] = {
    [STEP(ARRIVED)] = {"the arrival at the place of safety", "arrived", "arrived PLACE"},
    [STEP(TRANSFER_AGREED)] = {"whether the other place says yes", "transfer-agreed",
                               "transfer-agreed, or transfer-refused"},
    [STEP(EXAMINED)] = {"the examination by a doctor", "examined", "examined"},
    [STEP(INTERVIEWED)] = {"the interview by an AMHP", "interviewed", "interviewed"},
    [STEP(STATION_AUTHORISED)] = {"the grounds and the inspector of a police station", "station-authorised",
                                  "station-authorised"},
    [STEP(HEALTH_CHECKED)] = {"the next health check at the police station", "health-checked",
                              "health-checked"},
    [STEP(REVIEWED)] = {"the next review at the police station", "reviewed", "reviewed"},
    [STEP(ENDED)] = {"how the detention ends", "ended", "ended --how HOW"},
};

/* Advice, and no accusation: what is recorded may be wrong. {ring} is the coordinator's number. */
static const char *const findings[] = {
    FOUND(UNDER_18_AT_POLICE_STATION) = "As recorded this is outside section 136A. If it is so, move the "
                                        "person now and ring {ring}; if not, correct it.",
    FOUND(TIME_ORDER) = "Two of the times contradict each other. Correct the one that is wrong.",
    FOUND(LEGAL_STATUS_CONTRADICTS) = "The referral says that nobody is detained, and no end is recorded. "
                                      "Record the end, or correct the referral.",
    FOUND(SECTION_136_IN_DWELLING) = "As recorded section 136 was used in a home: section 136(1A) leaves "
                                     "homes out. If it is so, ring {ring}; if not, correct it.",
    FOUND(HOME_CONSENT_MISSING) = "As recorded a consent that a private home needs is missing (section "
                                  "135(7)). Record it, or move the person and ring {ring}.",
    FOUND(POLICE_STATION_GROUNDS_MISSING) = "As recorded a ground or the inspector for a police station is "
                                            "missing (SI 2017/1036). Record it, or move the person and ring "
                                            "{ring}.",
    FOUND(POWER_USED_AGAIN) = "The power was used again. The hours still count from the first arrival.",
    FOUND(EXTENSION_TOO_LATE) = "As recorded the extension came after the hours had ended (section 136B). "
                                "They stay as they were: ring {ring}.",
    FOUND(EXTENSION_TOO_LONG) = "As recorded the extension is longer than 12 hours (section 136B). It counts "
                                "for 12.",
    FOUND(EXTENSION_NOT_FOR_CONDITION) = "As recorded the extension is not for the person's condition "
                                         "(section 136B). The hours stay as they were. If it is for that, "
                                         "record it again; if not, ring {ring}.",
    FOUND(EXTENSION_NOT_BY_DOCTOR) = "As recorded the extension is not by the doctor responsible (section "
                                     "136B). The hours stay as they were. If it is, record it again; if not, "
                                     "ring {ring}.",
    FOUND(EXTENSION_NOT_APPROVED) = "As recorded no superintendent approved the extension (section 136B). "
                                    "The hours stay as they were. If one did, record it again; if not, ring "
                                    "{ring}.",
    FOUND(TRANSFER_NOT_AGREED) = "As recorded the new place had not said yes. If it has, record that; if "
                                 "not, ring it now.",
    FOUND(ENDED_WITHOUT_AMHP) = "As recorded no AMHP has interviewed the person. If one has, record it.",
};

static bool is_open(const detention_message *detention)
{
    return detention && detention->state != STATE(UNSPECIFIED) && detention->state != STATE(ENDED);
}

bool show_detention_is_over_time(const case_status *status, int64_t now_ms)
{
    const detention_message *detention = status->detention;
    return is_open(detention) && detention->until_ms != 0 && detention->until_ms < now_ms;
}

static const char *power_words(const detention_message *detention)
{
    return detention->power == CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_135_1 ? "section 135(1)"
                                                                                       : "section 136";
}

/* "at a police station since 13:50" and the like. */
static void whereabouts_words(const detention_message *detention, int64_t now_ms,
                              char out[DETENTION_WORDS_BYTES])
{
    char place[WORDS_MAX], time[TIME_WORDS_BYTES];
    bool named = detention->place != 0;
    words_for(&concordat__v1__place_of_safety__descriptor, (int)detention->place, place);
    time_words_clock(detention->at_place_ms, now_ms, time);
    if (detention->state == STATE(USED))
        snprintf(out, DETENTION_WORDS_BYTES, "not yet at a place of safety%s%s", named ? ", bound for: " : "",
                 named ? place : "");
    else if (detention->state == STATE(AWAY))
        snprintf(out, DETENTION_WORDS_BYTES, "has escaped, and may be retaken under section 138");
    else
        snprintf(out, DETENTION_WORDS_BYTES, "place of safety: %s, since %s", named ? place : "not known",
                 time);
}

static void show_authority(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    const detention_message *detention = status->detention;
    char where[DETENTION_WORDS_BYTES], used[TIME_WORDS_BYTES], until[TIME_WORDS_BYTES];
    time_words(detention->until_ms, now_ms, until);
    time_words_clock(detention->used_ms, now_ms, used);
    whereabouts_words(detention, now_ms, where);
    if (detention->state == STATE(ENDED))
        sheet_row(sheet, "Authority", "none: the detention has ended");
    else if (show_detention_is_over_time(status, now_ms))
        sheet_row(sheet, "Authority", "NONE: the hours of %s ended at %s. Ring %s now",
                  power_words(detention), until, status->coordinator_ring);
    else
        sheet_row(sheet, "Authority", "%s%s%s; %s", power_words(detention),
                  detention->used_ms != 0 ? ", used at " : "", detention->used_ms != 0 ? used : "", where);
}

static void show_hours(struct sheet *sheet, const detention_message *detention, int64_t now_ms)
{
    char from[TIME_WORDS_BYTES], until[TIME_WORDS_BYTES], corrected[TIME_WORDS_BYTES];
    if (!is_open(detention) || detention->until_ms == 0)
        return;
    time_words_clock(detention->started_ms, now_ms, from);
    time_words(detention->until_ms, now_ms, until);
    time_words_clock(detention->corrected_ms, now_ms, corrected);
    bool is_corrected = detention->corrected_ms != 0;
    bool ends_soon = detention->warned && detention->until_ms >= now_ms;
    sheet_row(sheet, "Hours", "from %s until %s%s%s%s%s", detention->started_ms != 0 ? from : "the escape",
              until, is_corrected ? "; two people say that it began at " : "", is_corrected ? corrected : "",
              is_corrected ? ", and the earlier counts" : "", ends_soon ? "; THEY END SOON" : "");
}

static void show_next(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    const detention_message *detention = status->detention;
    char by[TIME_WORDS_BYTES];
    size_t next = (size_t)detention->next;
    if (next >= sizeof nexts / sizeof *nexts || !nexts[next].what)
        return;
    time_words(detention->next_by_ms, now_ms, by);
    bool has_time = detention->next_by_ms != 0;
    sheet_row(sheet, "Record", "%s%s%s", nexts[next].what, has_time ? ", by " : "", has_time ? by : "");
    sheet_can(
        sheet, status->number,
        (struct sheet_act){
            .name = "detention", .typed = nexts[next].typed, .field = "step", .value = nexts[next].step});
}

static void show_finding(struct sheet *sheet, const char *label, const char *words, const char *ring)
{
    const char *mark = strstr(words, "{ring}");
    if (mark)
        sheet_row(sheet, label, "%.*s%s%s", (int)(mark - words), words, ring, mark + strlen("{ring}"));
    else
        sheet_row(sheet, label, "%s", words);
}

static const char *finding_words(Concordat__V1__Flag flag)
{
    size_t row = (size_t)flag;
    return row < sizeof findings / sizeof *findings ? findings[row] : NULL;
}

void show_detention(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    const detention_message *detention = status->detention;
    if (!detention)
        return;
    show_authority(sheet, status, now_ms);
    show_hours(sheet, detention, now_ms);
    show_next(sheet, status, now_ms);
    for (size_t i = 0; i < detention->n_found; i++)
        if (finding_words(detention->found[i]))
            show_finding(sheet, "Check", finding_words(detention->found[i]), status->coordinator_ring);
}

const char *show_detention_words(const case_status *status, int64_t now_ms, char out[DETENTION_WORDS_BYTES])
{
    const detention_message *detention = status->detention;
    char until[TIME_WORDS_BYTES];
    out[0] = '\0';
    if (!is_open(detention))
        return out;
    time_words_clock(detention->until_ms, now_ms, until);
    if (show_detention_is_over_time(status, now_ms))
        snprintf(out, DETENTION_WORDS_BYTES, "; DETAINED WITHOUT AUTHORITY since %s", until);
    else
        snprintf(out, DETENTION_WORDS_BYTES, "; detained, %s%s%s%s", power_words(detention),
                 detention->until_ms != 0 ? " until " : "; its hours begin with the first arrival",
                 detention->until_ms != 0 ? until : "",
                 detention->n_found > 0 ? "; CHECK ITS ENTRIES, see its status" : "");
    return out;
}

void show_detention_short(const case_status *status, int64_t now_ms, char out[DETENTION_WORDS_BYTES])
{
    const detention_message *detention = status->detention;
    char until[TIME_WORDS_BYTES];
    if (!is_open(detention)) {
        snprintf(out, DETENTION_WORDS_BYTES, "no");
        return;
    }
    time_words_left(detention->until_ms, now_ms, until);
    bool has_begun = detention->until_ms != 0;
    const char *power =
        detention->power == CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_135_1 ? "135" : "136";
    if (show_detention_is_over_time(status, now_ms))
        snprintf(out, DETENTION_WORDS_BYTES, "NONE");
    else
        snprintf(out, DETENTION_WORDS_BYTES, "%s %s", power, has_begun ? until : "not yet");
}
