/* typed.c: lines typed at the team's device: the actions of the command, and a few words of its own. */
#include <ctype.h>
#include <string.h>

#include "services/team/team.h"

enum { WORDS_TYPED_MAX = 60 };

static const char *const team_actions[] = {"accept",   "decline", "checkin", "close", "handover",
                                           "capacity", "status",  "show",    NULL};

/* "travelling R-0412 15" is "checkin R-0412 travelling 15". */
static const char *const steps[] = {"travelling", "arrived", "contact", NULL};

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* With its letter: a bare number is never taken for a case here, it may be minutes. */
static bool is_case(const char *word)
{
    uint8_t id[WIRE_ID_BYTES];
    uint32_t number;
    bool drill;

    return words_parse_uuid(word, id) ||
           (isalpha((unsigned char)word[0]) && words_parse_number(word, &number, &drill));
}

static int split(char *line, char **words)
{
    int count = 0;
    char *rest = NULL;

    for (char *word = strtok_r(line, " \t\r", &rest); word != NULL; word = strtok_r(NULL, " \t\r", &rest)) {
        if (count == WORDS_TYPED_MAX)
            return -1;
        words[count++] = word;
    }
    words[count] = NULL;
    return count;
}

static void insert(char **words, int *count, int at, char *word)
{
    memmove(words + at + 1, words + at, (size_t)(*count - at + 1) * sizeof *words);
    words[at] = word;
    *count += 1;
}

static bool is_answer(const struct action_kind *kind)
{
    return kind->attempt_at != 0;
}

/* Without a case: the only one that it can be. */
static bool name_case(struct team *team, const struct action_kind *kind, char **words, int *count)
{
    struct known_case *only;

    if (kind->referral_at == 0 || (*count > 1 && is_case(words[1])))
        return true;
    only = cases_only(&team->cases, is_answer(kind));
    if (!only) {
        display_note(&team->display, "fault", "say which case: %s %s", kind->name, kind->arguments);
        return false;
    }
    insert(words, count, 1, only->number);
    return true;
}

/* Finds the id: among what this device was told of, else from the server. */
static bool resolve(struct team *team, struct action *action)
{
    struct known_case *known = cases_find(&team->cases, action->case_text);

    if (!action_needs_case(action))
        return true;
    if (!known || (action_needs_attempt(action) && known->attempt == 0))
        return action_resolve(action, &team->options, team->client) == CODE_DONE;
    action_bind(action, known->id, known->attempt);
    if (is_answer(action->kind))
        known->answered_here = true;
    return true;
}

static void act(struct team *team, const struct action_kind *kind, char **words, int count)
{
    struct action action;
    char what[TEAM_WHAT_BYTES];

    if (!name_case(team, kind, words, &count))
        return;
    snprintf(what, sizeof what, "%s%s%s", words[0], count > 1 ? " " : "", count > 1 ? words[1] : "");
    if (!action_read(&action, kind, count, words)) {
        display_note(&team->display, "fault", "%s", action.fault);
        return;
    }
    if (resolve(team, &action))
        team_send(team, &action.request, false, what);
}

static void show_help(struct team *team)
{
    if (team->display.kind == DISPLAY_JSON)
        return;
    for (size_t i = 0; team_actions[i] != NULL; i++) {
        const struct action_kind *kind = action_find(team_actions[i]);
        fprintf(team->display.say.out, "%s %s\n          %s\n", kind->name, kind->arguments, kind->summary);
    }
    fputs("travelling CASE MINUTES, arrived CASE, contact CASE HOW\n          checkin, in fewer words\n"
          "board\n          your team's cases\n"
          "present, absent\n          whether offers are to reach your team\n"
          "quit\n          says absent, and stops\n"
          "CASE may be left out where it can be one only.\n",
          team->display.say.out);
    fflush(team->display.say.out);
}

static void ask_board(struct team *team)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__GetBoard board = CONCORDAT__V1__GET_BOARD__INIT;

    request.command_case = CONCORDAT__V1__REQUEST__COMMAND_GET_BOARD;
    request.get_board = &board;
    team_send(team, &request, false, "board");
}

/* The device's own words. False where it is none of them. */
static bool own_word(struct team *team, const char *word)
{
    if (strcmp(word, "board") == 0)
        ask_board(team);
    else if (strcmp(word, "present") == 0)
        team_set_present(team, true);
    else if (strcmp(word, "absent") == 0)
        team_set_present(team, false);
    else if (strcmp(word, "help") == 0)
        show_help(team);
    else if (strcmp(word, "quit") == 0)
        team->stop = true;
    else
        return false;
    return true;
}

void team_typed(struct team *team, char *line)
{
    char *words[WORDS_TYPED_MAX + 4];
    int count = split(line, words);

    if (count == 0)
        return;
    if (count < 0) {
        display_note(&team->display, "fault", "more than %d words in a line", WORDS_TYPED_MAX);
        return;
    }
    if (own_word(team, words[0]))
        return;
    if (is_one_of(words[0], steps)) {
        bool named = count > 1 && is_case(words[1]);
        insert(words, &count, named ? 2 : 1, words[0]);
        words[0] = (char *)"checkin";
    }
    if (is_one_of(words[0], team_actions))
        act(team, action_find(words[0]), words, count);
    else
        display_note(&team->display, "fault", "\"%.40s\" is no command; `help` lists them", words[0]);
}
