/* setup_answers.c: see setup_answers.h. */
#include "services/cli/setup_answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/wire/person_id.h"
#include "proto/wire/utf8.h"

enum { NAME_BYTES_MAX = 60, HOST_BYTES_MAX = 253 };

static const char capitals_and_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* --- forms: NULL, or what to write instead ---------------------------------------------------------- */

static const char *wrong_words(const char *text)
{
    size_t size = strlen(text);
    return size > 0 && size <= NAME_BYTES_MAX && utf8_is_text(text, size, false)
               ? NULL
               : "write one line of at most 60 characters";
}

static const char *wrong_file(const char *text)
{
    return access(text, R_OK) == 0 ? NULL : "name a file that is there, and that you may read";
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
    return *text && strlen(text) <= 24 && strspn(text, "0123456789 +()-.ext") == strlen(text)
               ? NULL
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
    return person_id_is(text) ? NULL : "write an id like p101: letters, then digits";
}

/* --- questions -------------------------------------------------------------------------------------- */

enum when_asked { ALWAYS, FOR_A_REGION, FOR_A_CERTIFICATE };

static const struct question {
    size_t at; /* in struct setup_answers */
    enum when_asked when;
    const char *option, *words;
    const char *usual; /* NULL: none, or as usual_answer has it */
    const char *(*wrong)(const char *text);
} questions[] = {
#define AT(member) offsetof(struct setup_answers, member)
    {AT(teams), FOR_A_REGION, "teams", "Spreadsheet of your teams (CSV)", NULL, wrong_file},
    {AT(name), FOR_A_REGION, "name", "Name of your region", NULL, wrong_words},
    {AT(postcodes), FOR_A_REGION, "postcodes", "Its postcode districts, such as ZX1, ZX2", NULL, wrong_words},
    {AT(duty), FOR_A_REGION, "duty", "Duty coordinator, as people know them", NULL, wrong_words},
    {AT(duty_telephone), FOR_A_REGION, "duty-telephone", "Number that somebody answers at every hour", NULL,
     wrong_telephone},
    {AT(organisation), ALWAYS, "organisation", "Code of your organisation (ODS)", NULL, wrong_organisation},
    {AT(sources_text), ALWAYS, "sources",
     "Who refers: street-triage, liaison-and-diversion, emergency-department", "street-triage", wrong_words},
    {AT(host), ALWAYS, "host", "Name of this machine in browsers", NULL, wrong_host},
    {AT(certificate), ALWAYS, "certificate", "Certificate: a file, self-signed or none", "none",
     wrong_certificate},
    {AT(certificate_key), FOR_A_CERTIFICATE, "certificate-key", "Key of the certificate", NULL,
     wrong_key_path},
    {AT(person), ALWAYS, "person", "Id of the first person who may sign in", "p101", wrong_person},
    {AT(person_name), ALWAYS, "person-name", "Their name", NULL, wrong_words},
#undef AT
};

static const char **answer_at(struct setup_answers *answers, const struct question *question)
{
    return (const char **)(void *)((char *)answers + question->at);
}

static bool is_question_asked(const struct setup_answers *answers, const struct question *question,
                              bool has_region)
{
    switch (question->when) {
    case FOR_A_REGION:
        return !has_region;
    case FOR_A_CERTIFICATE:
        return answers->certificate && answers->certificate[0] == '/';
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
    if (question->usual || answer_at(answers, question) != &answers->duty || !answers->name)
        return question->usual;
    return asprintf(&text, "%.40s duty coordinator", answers->name) > 0 ? answer_keep(answers, text) : NULL;
}

/* A line that was typed, or what is usual if it is empty; NULL at the end of the input. */
static const char *answer_typed(struct setup_answers *answers, const struct question *question,
                                const char *usual)
{
    char *line = NULL;
    size_t size = 0;
    printf(usual ? "%s [%s]: " : "%s: ", question->words, usual);
    fflush(stdout);
    ssize_t length = getline(&line, &size, stdin);
    while (length > 0 && strchr(" \r\n", line[length - 1]))
        line[--length] = '\0';
    if (length > 0)
        return answer_keep(answers, line);
    free(line);
    return length < 0 ? NULL : usual ? usual : "";
}

static bool ask_question(struct setup_answers *answers, const struct question *question)
{
    const char *usual = usual_answer(answers, question), **answer = answer_at(answers, question);
    while ((*answer = answer_typed(answers, question, usual))) {
        const char *wrong = question->wrong(*answer);
        if (!wrong)
            return true;
        printf("Please %s.\n", wrong);
    }
    putchar('\n'); /* the input has ended */
    return false;
}

static bool answer_question(struct setup_answers *answers, const struct question *question)
{
    const char **answer = answer_at(answers, question);
    if (!*answer && isatty(STDIN_FILENO))
        return ask_question(answers, question);
    if (!*answer)
        *answer = usual_answer(answers, question);
    const char *wrong = *answer ? question->wrong(*answer) : NULL;
    if (!*answer)
        fprintf(stderr, "concordat: --%s is needed: %s\n", question->option, question->words);
    else if (wrong)
        fprintf(stderr, "concordat: --%s \"%.80s\": %s\n", question->option, *answer, wrong);
    return *answer && !wrong;
}

/* --- sources ---------------------------------------------------------------------------------------- */

/* The protocol's own word, whose number also gives the intake its port. */
static const char *source_find(const char *text, unsigned *number)
{
    static const char *const names[] = {"street-triage", "liaison-and-diversion", "emergency-department"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        *number = i + 1;
        if (strcmp(names[i], text) == 0)
            return names[i];
    }
    return NULL;
}

/* Reads street-triage or street-triage=ZZP01. */
static bool read_setup_source(struct setup_answers *answers, char *text)
{
    unsigned number;
    char *code = strchr(text, '=');
    if (code)
        *code++ = '\0';
    const char *name = source_find(text, &number), *organisation = code ? code : answers->organisation;
    bool twice = false;
    for (size_t i = 0; i < answers->source_count; i++)
        twice |= name == answers->sources[i].name;
    if (!name || twice || wrong_organisation(organisation)) {
        fprintf(
            stderr,
            "concordat: --sources \"%.60s\": write some of street-triage, liaison-and-diversion, emergency-department, "
            "each once, with commas between them; street-triage=ZZP01 names its own organisation\n",
            text);
        return false;
    }
    struct setup_source *source = &answers->sources[answers->source_count++];
    *source = (struct setup_source){.name = name, .port = answers->port + number};
    snprintf(source->organisation, sizeof source->organisation, "%s", organisation);
    return true;
}

static bool read_setup_sources(struct setup_answers *answers)
{
    char *text = strdup(answers->sources_text), *rest = NULL;
    bool good = text;
    for (char *word = good ? strtok_r(text, ", ", &rest) : NULL; word && good;
         word = strtok_r(NULL, ", ", &rest))
        good = read_setup_source(answers, word);
    free(text);
    if (good && answers->source_count == 0)
        fprintf(stderr, "concordat: --sources names none\n");
    return good && answers->source_count > 0;
}

bool setup_answers_complete(struct setup_answers *answers, bool has_region)
{
    bool good = true;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (is_question_asked(answers, &questions[i], has_region))
            good &= answer_question(answers, &questions[i]);
    return good && read_setup_sources(answers);
}

void setup_answers_close(struct setup_answers *answers)
{
    while (answers->typed_count > 0)
        free(answers->typed[--answers->typed_count]);
}
