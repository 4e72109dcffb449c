/* show_beside.c: what is asked for beside the team that comes, in plain words: see show_beside.h. */
#include "services/desk/show_beside.h"

#include <stdio.h>

#include "services/desk/time_words.h"

typedef Concordat__V1__BesideStatus beside_status;
typedef Concordat__V1__CaseStatus case_status;

#define WHAT(name)  CONCORDAT__V1__BESIDE__BESIDE_##name
#define STATE(name) CONCORDAT__V1__BESIDE_STATE__BESIDE_STATE_##name

/* What it is, as a label, and as it is typed. */
static const struct {
    const char *label, *typed;
} besides[] = {
    [WHAT(UNSPECIFIED)] = {"Request", "WHAT"},
    [WHAT(AMHP)] = {"AMHP", "amhp"},
    [WHAT(INTERPRETER)] = {"Interpreter", "interpreter"},
    [WHAT(SECTION_12_DOCTOR)] = {"Section 12 doctor", "section-12-doctor"},
    [WHAT(AMBULANCE)] = {"Ambulance", "ambulance"},
    [WHAT(BED)] = {"Bed", "bed"},
    [WHAT(APPROPRIATE_ADULT)] = {"Appropriate adult", "appropriate-adult"},
    [WHAT(MISSING_REPORT)] = {"Missing report", "missing-report"},
    [WHAT(WELFARE_CHECK)] = {"Welfare check", "welfare-check"},
};

/* What holds, and what is ours to do. */
static const char *const standings[] = {
    [STATE(NEEDED)] = "NOT ASKED YET. Ask for it if you have the case",
    [STATE(ASKED)] = "asked, and no answer yet. Ring again, or ask others",
    [STATE(YES)] = "they said yes",
    [STATE(NO)] = "THEY SAID NO. Ask others, or ring the duty coordinator",
    [STATE(ON_THE_WAY)] = "on the way",
    [STATE(DONE)] = "there, or done",
    [STATE(CANCELLED)] = "cancelled",
};

static size_t beside_row_of(const beside_status *request)
{
    size_t row = (size_t)request->what;
    return row < sizeof besides / sizeof *besides ? row : 0;
}

static const char *standing_words(const beside_status *request)
{
    size_t row = (size_t)request->state;
    return row < sizeof standings / sizeof *standings && standings[row] ? standings[row] : "not known";
}

/* The name of those who were asked is a code, and so is their number. */
static void asked_words(const beside_status *request, char out[BESIDE_WORDS_BYTES])
{
    bool has_of = request->asked_of[0] != '\0', has_log = request->log_number[0] != '\0';
    snprintf(out, BESIDE_WORDS_BYTES, "%s%.40s%s%.40s", has_of ? "; asked of " : "", request->asked_of,
             has_log ? "; their number " : "", request->log_number);
}

static void show_request(struct sheet *sheet, const case_status *status, const beside_status *request,
                         int64_t now_ms)
{
    char since[TIME_WORDS_BYTES], asked[BESIDE_WORDS_BYTES];
    size_t row = beside_row_of(request);
    bool is_amhp = request->what == WHAT(AMHP);
    time_words_clock(request->at_ms, now_ms, since);
    asked_words(request, asked);
    sheet_row(sheet, "Request", "%s: %s%s; since %s%s", besides[row].label, standing_words(request),
              is_amhp && request->ours ? ", of the council where the person is now" : "", since, asked);
    if (request->ours)
        sheet_can(
            sheet, status->number,
            (struct sheet_act){
                .name = "ask", .typed = besides[row].typed, .field = "what", .value = besides[row].typed});
}

void show_beside(struct sheet *sheet, const case_status *status, int64_t now_ms)
{
    for (size_t i = 0; i < status->n_beside; i++)
        show_request(sheet, status, status->beside[i], now_ms);
}

const char *show_beside_words(const case_status *status, char out[BESIDE_WORDS_BYTES])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < status->n_beside && used < BESIDE_WORDS_BYTES; i++)
        if (status->beside[i]->ours)
            used += (size_t)snprintf(
                out + used, BESIDE_WORDS_BYTES - used, "%s%s",
                used > 0 ? ", " : "; STILL TO GET: ", besides[beside_row_of(status->beside[i])].label);
    return out;
}

void show_beside_of_board(struct sheet *sheet, const Concordat__V1__Board *board)
{
    char ours[BESIDE_WORDS_BYTES];
    for (size_t i = 0; i < board->n_cases; i++)
        if (show_beside_words(board->cases[i], ours)[0] != '\0')
            sheet_sentence(sheet, "%s%s. See its status.", board->cases[i]->number, ours);
}
