/* typed.c: lines typed at a team's device: the actions of a team, and a few words of the device's own. */
#include <ctype.h>
#include <string.h>

#include "services/team/team.h"
#include "services/terminal/typed_action.h"

enum { WORDS_TYPED_MAX = 60 };

/* "travelling R-0412 15" is "checkin R-0412 travelling 15". */
static const char *const steps[] = {"travelling", "arrived", "contact"};

static bool is_step(const char *word)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strcmp(word, steps[i]) == 0)
            return true;
    return false;
}

static bool is_for_teams(const struct action_kind *kind)
{
    return action_is_for(kind, CONCORDAT__V1__ROLE__ROLE_TEAM);
}

/* A case must have its letter: a bare number may be minutes. */
static bool is_case_name(const char *word)
{
    uint8_t id[WIRE_ID_BYTES];
    uint32_t number;
    bool drill;
    return words_parse_uuid(word, id) ||
           (isalpha((unsigned char)word[0]) && words_parse_number(word, &number, &drill));
}

static int split_words(char *line, char **words)
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

static void insert_word(char **words, int *count, int at, char *word)
{
    memmove(words + at + 1, words + at, (size_t)(*count - at + 1) * sizeof *words);
    words[at] = word;
    *count += 1;
}

/* Puts in the case if none was typed and only one can be meant. */
static bool add_case_name(struct team_device *team, const struct action_kind *kind, char **words, int *count)
{
    struct known_case *only;
    if (!action_names_case(kind) || (*count > 1 && is_case_name(words[1])))
        return true;
    only = cases_only(&team->cases, action_answers_offer(kind));
    if (!only) {
        display_note(&team->display, "fault", "say which case: %s %s", kind->name, kind->arguments);
        return false;
    }
    insert_word(words, count, 1, only->number);
    return true;
}

/* Takes the id and the attempt from what this device was told, otherwise from the server. */
static bool bind_typed(struct team_device *team, struct action *action)
{
    struct known_case *known;
    if (!action_names_case(action->kind))
        return true;
    known = cases_find(&team->cases, action->case_text);
    if (!known || (action_needs_attempt(action) && known->attempt == 0) ||
        (action_needs_changes(action) && known->changed_seq == 0 && known->messages_seq == 0))
        return connection_resolve(&team->options, team->client, action) == CODE_DONE;
    action_bind_changes(action, known->changed_seq, known->messages_seq);
    action_bind(action, known->id, known->attempt);
    if (action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_SEEN)
        known->seen_here = true; /* said by the action itself */
    else
        team_say_seen(team, known); /* somebody who types about a case has seen it */
    if (action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_ACCEPT ||
        action->kind->command == CONCORDAT__V1__REQUEST__COMMAND_DECLINE)
        known->answered_here = true;
    return true;
}

static void do_typed(struct team_device *team, const struct action_kind *kind, char **words, int count)
{
    struct typed_action typed;
    char what[TEAM_WHAT_BYTES];
    if (!add_case_name(team, kind, words, &count))
        return;
    snprintf(what, sizeof what, "%s%s%s", words[0], count > 1 ? " " : "", count > 1 ? words[1] : "");
    if (!typed_action_read(&typed, kind, count, words)) {
        display_note(&team->display, "fault", "%s", typed.fault);
        return;
    }
    if (bind_typed(team, &typed.action))
        team_send(team, &typed.action.request, false, what);
}

static const char typed_help_doc[] =
    "travelling CASE MINUTES, arrived CASE, contact CASE HOW\n          checkin, in fewer words\n"
    "board\n          your team's cases\n"
    "present, absent\n          whether offers are to reach your team\n"
    "as ID [ROLE]\n          who is at the keyboard from now on, such as: as p117\n"
    "quit\n          says absent, and stops\n"
    "CASE may be left out where it can be one only.\n";

static void print_typed_help(const struct team_device *team)
{
    FILE *out = team->display.terminal.out;
    if (team->display.kind == DISPLAY_JSON)
        return;
    for (const struct action_kind *kind = action_kinds; kind->name; kind++)
        if (is_for_teams(kind))
            fprintf(out, "%s %s\n          %s\n", kind->name, kind->arguments, kind->summary);
    fputs(typed_help_doc, out);
    fflush(out);
}

/* "as p117 [ROLE]": somebody else is at the keyboard from now on; "as" alone: nobody is named. */
static void do_as(struct team_device *team, char **words, int count)
{
    const char *id = count > 1 ? words[1] : "";
    char person[PEOPLE_WORDS_BYTES];
    int role = 0;
    bool is_good = count <= 3 && (id[0] == '\0' || person_id_is(id)) &&
                   (count < 3 || words_parse(&concordat__v1__staff_role__descriptor, words[2], &role));
    if (!is_good) {
        display_note(&team->display, "fault",
                     "as ID [ROLE]: an id of your site's list, such as p117, and never a name");
        return;
    }
    concordat_client_set_person(team->client, id, (Concordat__V1__StaffRole)role);
    display_note(&team->display, "as", "from now on recorded as done by: %s",
                 people_words(&team->options.people, id, person));
}

/* Does one of the device's own words. False if it is none of them. */
static bool do_own_word(struct team_device *team, char **words, int count)
{
    const char *word = words[0];
    if (strcmp(word, "as") == 0)
        do_as(team, words, count);
    else if (strcmp(word, "board") == 0)
        team_ask_board(team, false);
    else if (strcmp(word, "present") == 0)
        team_set_present(team, true);
    else if (strcmp(word, "absent") == 0)
        team_set_present(team, false);
    else if (strcmp(word, "help") == 0)
        print_typed_help(team);
    else if (strcmp(word, "quit") == 0)
        team->stop = true;
    else
        return false;
    return true;
}

void team_typed(struct team_device *team, char *line)
{
    char *words[WORDS_TYPED_MAX + 4];
    int count = split_words(line, words);
    if (count == 0)
        return;
    if (count < 0) {
        display_note(&team->display, "fault", "more than %d words in a line", WORDS_TYPED_MAX);
        return;
    }
    if (do_own_word(team, words, count))
        return;
    if (is_step(words[0])) {
        bool named = count > 1 && is_case_name(words[1]);
        insert_word(words, &count, named ? 2 : 1, words[0]);
        words[0] = (char *)"checkin";
    }
    const struct action_kind *kind = action_find(words[0]);
    if (kind && is_for_teams(kind))
        do_typed(team, kind, words, count);
    else
        display_note(&team->display, "fault", "\"%.40s\" is no command; `help` lists them", words[0]);
}
