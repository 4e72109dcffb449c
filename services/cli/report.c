/* report.c: `concordat report` and `concordat verify`: what auditors read from their own trail. */
#include "services/audit/report.h"
#include "proto/words/program.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/audit/report_csv.h"
#include "services/audit/report_face.h"
#include "services/audit/report_period.h"
#include "services/audit/verify.h"
#include "services/cli/command.h"
#include "services/terminal/terminal.h"

enum {
    OPTION_TRAIL = 0x280,
    OPTION_PERIOD,
    OPTION_FROM,
    OPTION_TO,
    OPTION_AS_AT,
    OPTION_FORMAT,
    OPTION_JSON,
    OPTION_OUT,
    OPTION_TABLE,
    OPTION_BOM,
    OPTION_UNSUPPRESSED
};

struct report_input {
    const char *trail;
    struct report_question question;
    char number[NUMBER_TEXT_BYTES]; /* of the case, if the report is of one case */
    const char *period;
    enum report_format format;
    bool csv, tidy;             /* and no format */
    const char *folder, *table; /* of CSV: a file for each table, or one of them on standard output */
    bool mark;                  /* CSV begins with a byte order mark */
    bool is_report;             /* otherwise verify */
    bool json;                  /* failures too */
};

static const struct argp_option report_options[] = {
    {"trail", OPTION_TRAIL, "FILE", 0, "The trail, such as trail.db (or CONCORDAT_TRAIL)", 0},
    {"period", OPTION_PERIOD, "PERIOD", 0,
     "Referrals received in it, by the days of London: " REPORT_PERIOD_SHAPES, 0},
    {"from", OPTION_FROM, "TIME", 0,
     "Otherwise: referrals received from then on, 2026-01-31 or 2026-01-31T14:05:00Z", 0},
    {"to", OPTION_TO, "TIME", 0, "Referrals received before then, that day not counted", 0},
    {"as-at", OPTION_AS_AT, "EVENT|DAY", 0,
     "The trail as it stood after that event, or before that day began: what was printed then, with "
     "--unsuppressed, is printed again",
     0},
    {"format", OPTION_FORMAT, "FORMAT", 0,
     "text, json, csv, or tidy: CSV with a row for each figure of all tables", 0},
    {"out", OPTION_OUT, "FOLDER", 0, "CSV: a file for each table, and about.csv, into this folder", 0},
    {"table", OPTION_TABLE, "NAME", 0, "CSV: this table alone, or about, which says what the report is", 0},
    {"bom", OPTION_BOM, 0, 0, "CSV begins with a byte order mark, by which Excel reads names rightly", 0},
    {"unsuppressed", OPTION_UNSUPPRESSED, 0, 0,
     "With small numbers, exact, and with what points to single cases: of an inspector's trail, and for internal "
     "use only",
     0},
    {"json", OPTION_JSON, 0, 0, "The same as --format json; failures too", 0},
    {0}};
static const struct argp_option verify_options[] = {
    {"trail", OPTION_TRAIL, "FILE", 0, "The trail, such as trail.db (or CONCORDAT_TRAIL)", 0},
    {"json", OPTION_JSON, 0, 0, "Print JSON; failures too", 0},
    {0}};

static void set_report_time(struct argp_state *state, const char *option, const char *text, int64_t *unix_ms)
{
    if (!words_parse_time(text, unix_ms) && !report_period_read_day(text, unix_ms))
        argp_error(state,
                   "\"%.40s\" is no day of the calendar and no time: %s takes a day such as 2026-01-31, or a "
                   "time such as 2026-01-31T14:05:00Z",
                   text, option);
}

static void set_report_as_at(struct argp_state *state, const char *text, struct report_question *question)
{
    char *end;
    errno = 0;
    long long event = strtoll(text, &end, 10);
    question->as_at_event = *text >= '1' && *text <= '9' && !*end && !errno ? event : 0;
    question->as_at_ms = 0;
    if (!question->as_at_event && !report_period_read_day(text, &question->as_at_ms))
        argp_error(
            state,
            "\"%.40s\" is no event's number and no day of the calendar: --as-at takes one such as 1238 or "
            "2026-04-01",
            text);
}

static void set_report_format(struct argp_state *state, struct report_input *input, const char *text)
{
    bool json = strcmp(text, "json") == 0;
    input->csv = strcmp(text, "csv") == 0;
    input->tidy = strcmp(text, "tidy") == 0;
    input->format = json ? REPORT_JSON : REPORT_TEXT;
    if (!json && !input->csv && !input->tidy && strcmp(text, "text") != 0)
        argp_error(state, "--format is text, json, csv or tidy");
}

/* The report's name, then the number of the case if the report is of one case. */
static void take_report_word(struct argp_state *state, struct report_input *input, const char *word)
{
    const struct report *report = input->question.name ? report_find(input->question.name) : NULL;
    uint32_t number;
    bool drill;
    if (input->is_report && !input->question.name) {
        input->question.name = word;
        return;
    }
    if (!report || !report->of_one_case || input->question.number)
        argp_error(state, "\"%.40s\" is too much", word);
    if (!words_parse_number(word, &number, &drill))
        argp_error(state, "\"%.40s\" is not the number of a case, such as R-0412", word);
    words_number(number, drill, input->number);
    input->question.number = input->number;
}

static void check_report_period(struct argp_state *state, struct report_input *input)
{
    struct report_question *question = &input->question;
    if (input->period && (question->from_ms || question->to_ms))
        argp_error(state, "say either --period, or --from and --to");
    if (input->period && !report_period_read(input->period, &question->from_ms, &question->to_ms))
        argp_error(state, "\"%.40s\" is no period: it is " REPORT_PERIOD_SHAPES, input->period);
    if (question->to_ms && question->from_ms >= question->to_ms)
        argp_error(state, "--from is not before --to, so no time lies between them");
}

static void check_report_words(struct argp_state *state, const struct report_input *input)
{
    const struct report *report = input->question.name ? report_find(input->question.name) : NULL;
    if (!input->question.name && input->is_report)
        argp_error(state, "say which report; --help lists them");
    if (report && report->of_one_case && !input->question.number)
        argp_error(state, "say which case, such as R-0412");
    if (report && report->of_one_case && (input->question.from_ms || input->question.to_ms))
        argp_error(state, "a report of one case has no --period, no --from and no --to");
}

/* A report of several tables would be no CSV that any program reads, if all of them stood in one file. */
static void check_report_csv(struct argp_state *state, struct report_input *input)
{
    const struct report *report = input->question.name ? report_find(input->question.name) : NULL;
    char names[400] = "";
    bool known = false;
    for (size_t i = 0, used = 0; report && i < report->table_count && used < sizeof names; i++) {
        used += (size_t)snprintf(names + used, sizeof names - used, "%s, ", report->tables[i].name);
        known = known || (input->table && strcmp(input->table, report->tables[i].name) == 0);
    }
    if (input->folder && input->table)
        argp_error(state, "say either --out or --table");
    if ((input->folder || input->table) && (input->format != REPORT_TEXT || input->tidy))
        argp_error(state, "--out and --table are for --format csv");
    if (report && input->table && !known && strcmp(input->table, REPORT_CSV_ABOUT) != 0)
        argp_error(state, "the report has the tables %sand " REPORT_CSV_ABOUT, names);
    if (input->csv && !input->folder && !input->table && report && report->table_count == 1)
        input->table = report->tables[0].name;
    if (report && input->csv && !input->folder && !input->table)
        argp_error(
            state,
            "this report is several tables, and CSV has one in a file: say --out FOLDER, or --table with one "
            "of %sand " REPORT_CSV_ABOUT,
            names);
    if (input->mark && !input->folder && !input->table && !input->tidy)
        argp_error(state, "--bom is for CSV");
}

static error_t parse_report_option(int key, char *argument, struct argp_state *state)
{
    struct report_input *input = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        input->trail = getenv("CONCORDAT_TRAIL");
        return 0;
    case OPTION_TRAIL:
        input->trail = argument;
        return 0;
    case OPTION_PERIOD:
        input->period = argument;
        return 0;
    case OPTION_FROM:
        set_report_time(state, "--from", argument, &input->question.from_ms);
        return 0;
    case OPTION_TO:
        set_report_time(state, "--to", argument, &input->question.to_ms);
        return 0;
    case OPTION_FORMAT:
        set_report_format(state, input, argument);
        return 0;
    case OPTION_AS_AT:
        set_report_as_at(state, argument, &input->question);
        return 0;
    case OPTION_OUT:
        input->folder = argument;
        return 0;
    case OPTION_TABLE:
        input->table = argument;
        return 0;
    case OPTION_BOM:
        input->mark = true;
        return 0;
    case OPTION_UNSUPPRESSED:
        input->question.unsuppressed = true;
        return 0;
    case OPTION_JSON:
        input->json = true;
        input->format = REPORT_JSON;
        return 0;
    case ARGP_KEY_ARG:
        take_report_word(state, input, argument);
        return 0;
    case ARGP_KEY_END:
        if (!input->trail)
            argp_error(state, "say --trail FILE, or set CONCORDAT_TRAIL");
        check_report_period(state, input);
        check_report_words(state, input);
        check_report_csv(state, input);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void describe_reports(char *doc, size_t size)
{
    size_t count, used;
    const struct report *const *reports = report_list(&count);
    used = (size_t)snprintf(doc, size, "Print a report from the auditors' trail.\vReports:\n");
    for (size_t i = 0; i < count && used < size; i++)
        used +=
            (size_t)snprintf(doc + used, size - used, "  %-12s %s\n", reports[i]->name, reports[i]->about);
    if (used < size)
        snprintf(
            doc + used, size - used,
            "\nA report is made so that it may be published: a count below 5 is a *, others are rounded to the nearest "
            "5, and others are hidden so that none of them is found. Each is of one kind of period: most of a month, "
            "equality and section136 of a half of a financial year. There is one edition of a period, of the trail as it stood a week after "
            "its end; without --period it is the latest. The report change is of whole months: of the 24 up to the end "
            "of the period, or of all of it if it has 12 or more. With --unsuppressed, which takes an inspector's "
            "trail, all is exact, of any time, and as the trail now stands.\n"
            "\nAn auditor's trail tells times of day by the hour only, so --from and --to should be full hours "
            "there; what is counted until now is right to the hour. In it a contact in the first hour of a month can "
            "stand in the month before (report national, table published), and an edition by day can end at another "
            "event. All other figures are those of an inspector's trail.\n"
            "\nExit codes beside those of `concordat --help`:\n" REPORT_EXIT_CODES
            "\n  concordat report times --trail trail.db\n"
            "  concordat report case R-0412 --trail trail.db\n"
            "  concordat report section136 --period 2025/26 --json\n"
            "  concordat report breaches --unsuppressed --trail trail.db\n"
            "  concordat report times --period 2026-03 --out march");
}

static enum exit_code code_of_report(int result)
{
    switch (result) {
    case REPORT_DONE:
        return CODE_DONE;
    case REPORT_EMPTY:
        return CODE_EMPTY;
    case REPORT_PROVISIONAL:
        return CODE_PROVISIONAL;
    case REPORT_NEWER:
        return CODE_NEWER;
    case REPORT_ALTERED:
        return CODE_ALTERED;
    case REPORT_WITHHELD:
        return CODE_WITHHELD;
    case REPORT_UNKNOWN:
        return CODE_USAGE;
    default:
        return CODE_ENVIRONMENT;
    }
}

/* A result as report_run gives it. */
static int print_report(const struct report_input *input, char *fault, size_t fault_size)
{
    if (!input->folder && !input->table && !input->tidy)
        return report_run(input->trail, &input->question, input->format, stdout, fault, fault_size);
    json_t *document;
    int result = report_ask(input->trail, &input->question, &document, fault, fault_size);
    if (result != REPORT_DONE)
        return result;
    if (input->table && !report_csv_has(document, input->table)) {
        snprintf(fault, fault_size,
                 "the table %.40s points to single cases: it is for inspectors, with --unsuppressed",
                 input->table);
        json_decref(document);
        return REPORT_WITHHELD;
    }
    snprintf(fault, fault_size, "the report cannot be written");
    bool written = input->folder
                       ? report_csv_write_all(document, input->folder, input->mark, fault, fault_size)
                   : input->table ? report_csv_write(document, input->table, input->mark, stdout)
                                  : report_csv_write_tidy(document, input->mark, stdout);
    result = written ? report_face_result(document) : REPORT_FAILED;
    json_decref(document);
    return result;
}

enum exit_code command_report(const struct subcommand *command, int argc, char **argv)
{
    char doc[4000], fault[400] = "";
    const struct argp argp = {
        .options = report_options, .parser = parse_report_option, .args_doc = "REPORT [CASE]", .doc = doc};
    struct report_input input = {.is_report = true};
    (void)command;
    describe_reports(doc, sizeof doc);
    program_take_options(&argp, argc, argv, 0, &input);
    int result = print_report(&input, fault, sizeof fault);
    if (result == REPORT_PROVISIONAL && !input.json)
        fputs("concordat: the period had not ended by the newest event, so these figures will change\n",
              stderr);
    if (result == REPORT_ALTERED && !input.json)
        fputs(
            "concordat: the trail was altered, or did not hold when it was verified: concordat verify says what is "
            "wrong\n",
            stderr);
    if (result == REPORT_DONE || result == REPORT_PROVISIONAL || result == REPORT_ALTERED)
        return code_of_report(result);
    return terminal_failure(input.json, code_of_report(result), "%s", fault);
}

enum exit_code command_verify(const struct subcommand *command, int argc, char **argv)
{
    static const char doc[] =
        "Whether the trail is whole: nothing altered, dropped, added or put in another order, and every "
        "person's case owned at every instant. The verdict says of which form the trail is: an inspector's is "
        "also replayed by the router's own rules, an auditor's cannot be, and the verdict says that it was not.\v"
        "Exit code 0 if it is; 1 if anything is wrong, which is named. The verdict is kept beside the trail, in "
        "FILE.verified, and reports of the trail say how far it was verified, and when.\n\n"
        "  concordat verify --trail trail.db";
    const struct argp argp = {.options = verify_options, .parser = parse_report_option, .doc = doc};
    struct report_input input = {0};
    char fault[400] = "";
    (void)command;
    program_take_options(&argp, argc, argv, 0, &input);
    int result = verify_run(input.trail, stdout, input.json, fault, sizeof fault);
    if (result == VERIFY_HOLDS)
        return CODE_DONE;
    return result == VERIFY_FINDINGS ? CODE_REFUSED
                                     : terminal_failure(input.json, CODE_ENVIRONMENT, "%s", fault);
}
