/* setup_answers.c: see setup_answers.h. */
#include "services/cli/setup_answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/wire/person_id.h"
#include "proto/wire/utf8.h"
#include "proto/words/telephone.h"
#include "services/cli/setup_ask.h"
#include "services/cli/setup_certificate.h"

enum { NAME_BYTES_MAX = 60, HOST_BYTES_MAX = 253, FIRST_PORT = 5170 };

static const char capitals_and_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* --- forms: NULL, or what to write instead ---------------------------------------------------------- */

static const char *wrong_words(const char *text)
{
    size_t size = strlen(text);
    return size > 0 && size <= NAME_BYTES_MAX && utf8_is_text(text, size, false)
               ? NULL
               : "write one line of at most 60 characters";
}

/* take_sources looks at what is in it. */
static const char *wrong_list(const char *text)
{
    return utf8_is_text(text, strlen(text), false) ? NULL : "write one line";
}

static const char *wrong_file(const char *text)
{
    return access(text, R_OK) == 0 ? NULL : "name a file that is there, and that you may read";
}

/* The policy's check knows more of postcodes; this finds what was typed in another form. */
static const char *wrong_postcodes(const char *text)
{
    return *text && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789, ") == strlen(text)
               ? NULL
               : "write the first parts of its postcodes in capitals, such as ZX1, ZX2";
}

static const char *wrong_organisation(const char *text)
{
    size_t size = strlen(text);
    return size > 0 && size < SETUP_ORGANISATION_BYTES && strspn(text, capitals_and_digits) == size
               ? NULL
               : "write its ODS or police force code: capitals and digits, at most 10";
}

static const char *wrong_telephone(const char *text)
{
    enum telephone_fault fault = strlen(text) <= 24 ? telephone_look(text) : TELEPHONE_NO_NUMBER;
    return fault == TELEPHONE_GOOD      ? NULL
           : fault == TELEPHONE_NO_ZERO ? "begin a number of this length with 0 or +, such as 01632 960100"
                                        : "write the number that people ring, such as 01632 960100";
}

static const char *wrong_host(const char *text)
{
    size_t size = strlen(text);
    bool good = size > 0 && size <= HOST_BYTES_MAX &&
                strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") == size && !strchr(".-", text[0]);
    return good ? NULL : "write a name as browsers have it, in small letters, such as concordat.example";
}

static const char *wrong_certificate(const char *text)
{
    return text[0] == '/' || strcmp(text, "self-signed") == 0 || strcmp(text, "none") == 0
               ? NULL
               : "write the whole path of a PEM file, which begins with /; or self-signed, to try it out; or none";
}

static const char *wrong_key_path(const char *text)
{
    return text[0] == '/' ? NULL : "write the whole path of a PEM file, which begins with /";
}

static const char *wrong_person(const char *text)
{
    return person_id_is(text) ? NULL : "write an id that names nobody, " PERSON_ID_RULE;
}

/* --- sources ---------------------------------------------------------------------------------------- */

const char *const setup_source_names[SETUP_SOURCES_MAX] = {"street-triage", "liaison-and-diversion",
                                                           "emergency-department"};

static const char sources_remedy[] =
    "write some of street-triage, liaison-and-diversion, emergency-department, each once, with commas between "
    "them; street-triage=ZZP01 names its own organisation";

/* Reads street-triage or street-triage=ZZP01. */
static bool read_setup_source(struct setup_answers *answers, char *text)
{
    char *code = strchr(text, '=');
    if (code)
        *code++ = '\0';
    const char *organisation = code ? code : answers->organisation;
    unsigned number = 0;
    while (number < SETUP_SOURCES_MAX && strcmp(setup_source_names[number], text) != 0)
        number++;
    bool good = number < SETUP_SOURCES_MAX && !wrong_organisation(organisation);
    for (size_t i = 0; good && i < answers->source_count; i++)
        good = answers->sources[i].name != setup_source_names[number];
    if (!good)
        return false;
    struct setup_source *source = &answers->sources[answers->source_count++];
    *source = (struct setup_source){.name = setup_source_names[number], .port = answers->port + number + 1};
    snprintf(source->organisation, sizeof source->organisation, "%s", organisation);
    return true;
}

/* Takes the sources: the organisation and the port are known. */
static const char *take_sources(struct setup_answers *answers, const char *list)
{
    char *text = strdup(list), *rest = NULL;
    bool good = text && answers->organisation;
    answers->source_count = 0;
    for (char *word = good ? strtok_r(text, ", ", &rest) : NULL; word && good;
         word = strtok_r(NULL, ", ", &rest))
        good = read_setup_source(answers, word);
    free(text);
    return good && answers->source_count > 0 ? NULL : sources_remedy;
}

/* --- the certificate -------------------------------------------------------------------------------- */

static bool is_certificate_file(const struct setup_answers *answers)
{
    return answers->certificate && answers->certificate[0] == '/';
}

/* Writes the path of the file under the root; "": too long. */
static void answer_path(const struct setup_answers *answers, const char *text, char path[PATH_MAX])
{
    if (snprintf(path, PATH_MAX, "%s%s", answers->root, text) >= PATH_MAX)
        path[0] = '\0';
}

/* Without a host there is no name to compare with: that answer was wrong. */
static const char *look_at_certificate_file(struct setup_answers *answers, const char *text)
{
    char path[PATH_MAX];
    if (text[0] != '/' || !answers->host)
        return NULL;
    answer_path(answers, text, path);
    bool good = certificate_look_alone(path, answers->host, answers->fault, sizeof answers->fault);
    return good ? NULL : answers->fault;
}

static const char *look_at_certificate_key(struct setup_answers *answers, const char *text)
{
    char path[PATH_MAX], key_path[PATH_MAX];
    if (!answers->host)
        return NULL;
    answer_path(answers, answers->certificate, path);
    answer_path(answers, text, key_path);
    enum found found = certificate_look(path, key_path, answers->host, answers->fault, sizeof answers->fault);
    if (found == FOUND_NOTHING)
        return "neither the certificate nor the key is there, or you may not read them";
    return found == FOUND_IT ? NULL : answers->fault;
}

/* --- questions -------------------------------------------------------------------------------------- */

enum when_asked { ALWAYS, FOR_A_REGION, FOR_A_CERTIFICATE, FOR_A_PERSON };

/* `wrong` knows the form of an answer, and `look` what it stands for: each returns NULL, or what is wrong. */
static const struct question {
    size_t at; /* in struct setup_answers */
    enum when_asked when;
    const char *option, *words;
    const char *usual; /* NULL: none, or as usual_answer has it */
    size_t there;      /* in struct setup_there: what a site that is there says; 0: it does not */
    const char *(*wrong)(const char *text);
    const char *(*look)(struct setup_answers *answers, const char *text);
} questions[] = {
#define AT(member)    offsetof(struct setup_answers, member)
#define THERE(member) offsetof(struct setup_there, member)
    {AT(teams), FOR_A_REGION, "teams", "Spreadsheet of your teams (CSV)", NULL, 0, wrong_file, NULL},
    {AT(name), FOR_A_REGION, "name", "Name of your region", NULL, 0, wrong_words, NULL},
    {AT(postcodes), FOR_A_REGION, "postcodes", "Its postcode districts, such as ZX1, ZX2", NULL, 0,
     wrong_postcodes, NULL},
    {AT(duty), FOR_A_REGION, "duty", "Duty coordinator, as people know them", NULL, 0, wrong_words, NULL},
    {AT(duty_telephone), FOR_A_REGION, "duty-telephone", "Number that somebody answers at every hour", NULL,
     0, wrong_telephone, NULL},
    {AT(organisation), ALWAYS, "organisation", "Code of your organisation (ODS)", NULL, THERE(organisation),
     wrong_organisation, NULL},
    {AT(sources_text), ALWAYS, "sources",
     "Who refers: street-triage, liaison-and-diversion, emergency-department", "street-triage",
     THERE(sources), wrong_list, take_sources},
    {AT(host), ALWAYS, "host", "Name of this machine in browsers", NULL, THERE(host), wrong_host, NULL},
    {AT(certificate), ALWAYS, "certificate", "Certificate: a file, self-signed or none", "none",
     THERE(certificate), wrong_certificate, look_at_certificate_file},
    {AT(certificate_key), FOR_A_CERTIFICATE, "certificate-key", "Key of the certificate", NULL,
     THERE(certificate_key), wrong_key_path, look_at_certificate_key},
    {AT(person), FOR_A_PERSON, "person", "Id of the first person who may sign in", "p101", 0, wrong_person,
     NULL},
    {AT(person_name), FOR_A_PERSON, "person-name", "Their name", NULL, 0, wrong_words, NULL},
#undef THERE
#undef AT
};

static const char **answer_at(struct setup_answers *answers, const struct question *question)
{
    return (const char **)(void *)((char *)answers + question->at);
}

static bool is_question_asked(const struct setup_answers *answers, const struct question *question)
{
    switch (question->when) {
    case FOR_A_REGION:
        return !answers->region && (!answers->there.has_site || answers->teams);
    case FOR_A_CERTIFICATE:
        return is_certificate_file(answers);
    case FOR_A_PERSON:
        return !answers->there.has_people;
    case ALWAYS:
        break;
    }
    return true;
}

/* The text is kept with the answers; NULL: no memory. */
static const char *answer_keep(struct setup_answers *answers, char *text)
{
    if (!text || answers->typed_count == SETUP_TYPED_MAX) {
        free(text);
        return NULL;
    }
    return answers->typed[answers->typed_count++] = text;
}

static const char *usual_answer(struct setup_answers *answers, const struct question *question)
{
    char *text = NULL;
    const char *there = question->there ? (const char *)&answers->there + question->there : "";
    if (*there)
        return there;
    if (question->usual || answer_at(answers, question) != &answers->duty || !answers->name)
        return question->usual;
    return asprintf(&text, "%.40s duty coordinator", answers->name) > 0 ? answer_keep(answers, text) : NULL;
}

static const char *wrong_answer(struct setup_answers *answers, const struct question *question,
                                const char *answer)
{
    const char *wrong = question->wrong(answer);
    return wrong || !question->look ? wrong : question->look(answers, answer);
}

static bool ask_question(struct setup_answers *answers, const struct question *question)
{
    const char *usual = usual_answer(answers, question), **answer = answer_at(answers, question);
    if (!answers->asked && answers->there.has_site)
        printf(
            "There is a site on this machine already. What is there stays; answer for what may be missing.\n\n");
    answers->asked = true;
    while ((*answer = answer_keep(answers, setup_ask(question->words, usual)))) {
        const char *wrong = wrong_answer(answers, question, *answer);
        if (!wrong)
            return true;
        printf(wrong == answers->fault ? "That does not do: %s.\n" : "Please %s.\n", wrong);
    }
    answers->ended = true;
    return false;
}

static bool answer_question(struct setup_answers *answers, const struct question *question)
{
    const char **answer = answer_at(answers, question);
    if (!*answer && isatty(STDIN_FILENO))
        return ask_question(answers, question);
    if (!*answer)
        *answer = usual_answer(answers, question);
    const char *wrong = *answer ? wrong_answer(answers, question, *answer) : NULL;
    if (!*answer)
        fprintf(stderr, "concordat: --%s is needed: %s\n", question->option, question->words);
    else if (wrong)
        fprintf(stderr, "concordat: --%s \"%.80s\": %s\n", question->option, *answer, wrong);
    return *answer && !wrong;
}

bool setup_answers_complete(struct setup_answers *answers)
{
    bool good = true;
    setup_there_look(&answers->there, answers->root);
    if (!answers->port)
        answers->port = answers->there.port ? answers->there.port : FIRST_PORT;
    for (size_t i = 0; i < sizeof questions / sizeof *questions && !answers->ended; i++)
        if (is_question_asked(answers, &questions[i]))
            good &= answer_question(answers, &questions[i]);
    return good && !answers->ended;
}

void setup_answers_show(const struct setup_answers *answers)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        const char *answer = *answer_at((struct setup_answers *)answers, &questions[i]);
        if (answer && is_question_asked(answers, &questions[i]))
            printf("%-70s  %s\n", questions[i].words, answer);
    }
    printf("%-70s  %u\n", "The router's port", answers->port);
}

void setup_answers_close(struct setup_answers *answers)
{
    while (answers->typed_count > 0)
        free(answers->typed[--answers->typed_count]);
}
