/* story.c: `concordat story`: one case in plain English, on the screen or as a folder that can be checked. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/program.h"
#include "proto/words/words.h"
#include "services/cli/command.h"
#include "services/cli/story_folder.h"
#include "services/terminal/terminal.h"

enum { OPTION_TRAIL = 0x2c0, OPTION_PROFILE, OPTION_AS_AT, OPTION_OUT, OPTION_CHECK };

struct story_input {
    const char *trail, *folder, *check;
    char number[NUMBER_TEXT_BYTES];
    struct case_story_question question;
};

static const struct argp_option story_options[] = {
    {"trail", OPTION_TRAIL, "FILE", 0, "The trail, such as trail.db (or CONCORDAT_TRAIL)", 0},
    {"profile", OPTION_PROFILE, "PROFILE", 0,
     "no-identifiers (the default): no ids of staff, no devices, no exact age; standard: what the trail has",
     0},
    {"as-at", OPTION_AS_AT, "EVENT", 0, "The trail as it stood after that event", 0},
    {"out", OPTION_OUT, "FOLDER", 0,
     "Into a new folder: story.txt, events.json, about.json, and check.txt, which says how to check it", 0},
    {"check", OPTION_CHECK, "FOLDER", 0,
     "Say whether such a folder is what the trail gives, and what differs", 0},
    {0}};

static void set_story_profile(struct argp_state *state, struct story_input *input, const char *text)
{
    if (strcmp(text, "full") == 0)
        argp_error(state, "the words about the person are in no trail, so there is no profile full: add what "
                          "`concordat show` prints, which the router notes as a reading of the record");
    if (!case_story_read_profile(text, &input->question.profile))
        argp_error(state, "--profile is no-identifiers or standard");
}

static void set_story_event(struct argp_state *state, struct story_input *input, const char *text)
{
    char *end;
    errno = 0;
    long long event = strtoll(text, &end, 10);
    if (*text < '1' || *text > '9' || *end || errno)
        argp_error(state, "\"%.40s\" is no event's number: --as-at takes one such as 1238", text);
    input->question.as_at_event = event;
}

static void take_story_case(struct argp_state *state, struct story_input *input, const char *word)
{
    uint32_t number;
    bool drill;
    if (input->question.number)
        argp_error(state, "\"%.40s\" is too much", word);
    if (!words_parse_number(word, &number, &drill))
        argp_error(state, "\"%.40s\" is not the number of a case, such as R-0412", word);
    words_number(number, drill, input->number);
    input->question.number = input->number;
}

static void check_story_words(struct argp_state *state, const struct story_input *input)
{
    if (!input->trail)
        argp_error(state, "say --trail FILE, or set CONCORDAT_TRAIL");
    if (!input->check && !input->question.number)
        argp_error(state, "say which case, such as R-0412");
    if (input->check && (input->question.number || input->folder || input->question.as_at_event))
        argp_error(
            state,
            "--check reads from the folder which case it is, and as of which event: say it with --trail "
            "alone");
}

static error_t parse_story_option(int key, char *argument, struct argp_state *state)
{
    struct story_input *input = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        input->trail = getenv("CONCORDAT_TRAIL");
        return 0;
    case OPTION_TRAIL:
        input->trail = argument;
        return 0;
    case OPTION_PROFILE:
        set_story_profile(state, input, argument);
        return 0;
    case OPTION_AS_AT:
        set_story_event(state, input, argument);
        return 0;
    case OPTION_OUT:
        input->folder = argument;
        return 0;
    case OPTION_CHECK:
        input->check = argument;
        return 0;
    case ARGP_KEY_ARG:
        take_story_case(state, input, argument);
        return 0;
    case ARGP_KEY_END:
        check_story_words(state, input);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum exit_code code_of_story(int result)
{
    switch (result) {
    case REPORT_DONE:
        return CODE_DONE;
    case REPORT_EMPTY:
        return CODE_EMPTY;
    case REPORT_NEWER:
        return CODE_NEWER;
    case REPORT_ALTERED:
        return CODE_ALTERED;
    case STORY_DIFFERS:
        return CODE_DIFFERS;
    case REPORT_UNKNOWN:
        return CODE_USAGE;
    default:
        return CODE_ENVIRONMENT;
    }
}

static int tell_story(const struct story_input *input, char *fault, size_t fault_size)
{
    struct case_story story = {0};
    int result = case_story_tell(input->trail, &input->question, &story, fault, fault_size);
    bool is_told = result == REPORT_DONE || result == REPORT_ALTERED;
    if (is_told && input->folder) {
        int written = story_folder_write(&story, input->folder, fault, fault_size);
        if (written == REPORT_DONE)
            printf("The story of case %s is in %s: read story.txt, and check.txt on how to check it.\n",
                   input->number, input->folder);
        result = written == REPORT_DONE ? result : written;
    } else if (is_told)
        story_print(&story, stdout);
    if (is_told && (fflush(stdout) != 0 || ferror(stdout))) {
        snprintf(fault, fault_size, "the story cannot be written");
        result = REPORT_FAILED;
    }
    case_story_close(&story);
    return result;
}

enum exit_code command_story(const struct subcommand *command, int argc, char **argv)
{
    static const char doc[] =
        "Tell one case in plain English, from top to bottom: for a coroner, a complaint or a family.\v"
        "The story says who was asked and why, who had the case at each moment, what became of it, and whether "
        "the limits were met. The words about the person are in no trail, and so in no story.\n\n"
        "Exit codes beside those of `concordat --help`:\n" REPORT_EXIT_CODES
        "    8  --check: the folder is not what the trail gives\n"
        "\n  concordat story R-0412 --trail trail.db\n"
        "  concordat story R-0412 --trail trail.db --profile standard --out R-0412\n"
        "  concordat story --check R-0412 --trail trail.db";
    const struct argp argp = {
        .options = story_options, .parser = parse_story_option, .args_doc = "[CASE]", .doc = doc};
    struct story_input input = {0};
    char fault[400] = "";
    (void)command;
    program_take_options(&argp, argc, argv, 0, &input);
    int result = input.check ? story_folder_check(input.trail, input.check, stdout, fault, sizeof fault)
                             : tell_story(&input, fault, sizeof fault);
    if (result == REPORT_ALTERED)
        fputs(
            "concordat: the trail was altered, or did not hold when it was verified: concordat verify says what is "
            "wrong\n",
            stderr);
    if (result == REPORT_DONE || result == REPORT_ALTERED || result == STORY_DIFFERS)
        return code_of_story(result);
    return terminal_failure(false, code_of_story(result), "%s", fault);
}
