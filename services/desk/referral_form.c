/* referral_form.c: see referral_form.h. */
#include "services/desk/referral_form.h"

#include <assert.h>
#include <string.h>

/* Names of fields, which nobody reads. */
#define FIELDS(names) names

static const struct referral_question questions[] = {
    {FIELDS("source"), REFERRAL_ASK_ONE, "Who rings", NULL},
    {FIELDS("callback"), REFERRAL_ASK_CALLBACK, "Number to ring you back", "A number at work."},
    {FIELDS("urgency"), REFERRAL_ASK_ONE, "How urgent is it?", NULL},
    {FIELDS("postcode"), REFERRAL_ASK_LINE, "Postcode where the person is", "Its first half is enough."},
    {FIELDS("reason"), REFERRAL_ASK_LIST, "Reason for the referral", NULL},
    {FIELDS("needs"), REFERRAL_ASK_SOME, "What is needed", NULL},
    {FIELDS("narrative"), REFERRAL_ASK_LINES, "What you see, in your own words",
     "Risk, weapons, children, pets, and who else is there."},
    {FIELDS("age"), REFERRAL_ASK_LINE, "Age", "As you would say it, such as about 30."},
    {FIELDS("name"), REFERRAL_ASK_LINE, "Name of the person", NULL},
    {FIELDS("date-of-birth"), REFERRAL_ASK_LINE, "Date of birth", "The day first, such as 31 12 2010."},
    {FIELDS("nhs-number"), REFERRAL_ASK_LINE, "NHS number", NULL},
    {FIELDS("address"), REFERRAL_ASK_LINE, "Address where they live", NULL},
    {FIELDS("person-number"), REFERRAL_ASK_LINE, "Number to ring the person", NULL},
    {FIELDS("other-contact"), REFERRAL_ASK_LINE, "Carer or nearest relative", "The name and the number."},
    {FIELDS("gender"), REFERRAL_ASK_LIST, "Gender", NULL},
    {FIELDS("ethnicity"), REFERRAL_ASK_LIST, "Ethnicity", NULL},
    {FIELDS("ethnicity-stated-by"), REFERRAL_ASK_ONE, "Ethnicity is stated by", NULL},
    {FIELDS("looks-under-18"), REFERRAL_ASK_ONE, "Does the person look under 18?",
     "If you do not know the age."},
    {FIELDS("language"), REFERRAL_ASK_LINE, "Language that the person needs", "Such as Polish or BSL."},
    {FIELDS("interpreter"), REFERRAL_ASK_YES, "An interpreter is needed", NULL},
    {FIELDS("intoxicated"), REFERRAL_ASK_YES, "Drink or drugs", "It is recorded, and never a bar."},
    {FIELDS("safeguarding"), REFERRAL_ASK_SOME, "Safeguarding", NULL},
    {FIELDS("legal"), REFERRAL_ASK_LIST, "Power that is used", NULL},
    {FIELDS("section-136-at"), REFERRAL_ASK_LINE, "Time when the power was used",
     "As you would say it, such as 03:05 or yesterday 22:15."},
    {FIELDS("place-of-safety"), REFERRAL_ASK_LIST, "Place of safety", NULL},
    {FIELDS("place-of-safety-at"), REFERRAL_ASK_LINE, "Time of arrival there", NULL},
    {FIELDS("transport"), REFERRAL_ASK_LIST, "Transport", NULL},
    {FIELDS("police-vehicle-reason"), REFERRAL_ASK_LIST, "Why a police vehicle", NULL},
    {FIELDS("handover-at"), REFERRAL_ASK_LINE, "Time when the police were free to go", NULL},
    {FIELDS("scene"), REFERRAL_ASK_ONE, "Is the scene safe?", NULL},
    {FIELDS("model"), REFERRAL_ASK_LIST, "How the triage was done", NULL},
    {FIELDS("kind-of-place"), REFERRAL_ASK_LIST, "Kind of place", NULL},
    {FIELDS("point-of-contact"), REFERRAL_ASK_ONE, "Where you met the person", NULL},
    {FIELDS("offence"), REFERRAL_ASK_LIST, "What the person is suspected of", NULL},
    {FIELDS("screened"), REFERRAL_ASK_ONE, "Was the person screened?", NULL},
    {FIELDS("screened-at"), REFERRAL_ASK_LINE, "Time of the screening", NULL},
    {FIELDS("assessed"), REFERRAL_ASK_ONE, "Was the person assessed?", NULL},
    {FIELDS("assessed-at"), REFERRAL_ASK_LINE, "Time of the assessment", NULL},
    {FIELDS("consent"), REFERRAL_ASK_ONE, "Does the person agree that police and court are told?",
     "This is not consent to care."},
    {FIELDS("arrived-at"), REFERRAL_ASK_LINE, "Time of arrival at the department",
     "As you would say it, such as 03:05 or yesterday 22:15."},
    {FIELDS("self-harm"), REFERRAL_ASK_ONE, "Is this after self-harm?", NULL},
    {FIELDS("physically-cleared"), REFERRAL_ASK_ONE, "Well enough in body to be seen?", NULL},
    {FIELDS("psychosocially-assessed"), REFERRAL_ASK_ONE, "Was the assessment after self-harm done?", NULL},
    {FIELDS("psychosocially-assessed-at"), REFERRAL_ASK_LINE, "Time of that assessment", NULL},
    {FIELDS("organisation"), REFERRAL_ASK_LINE, "Code of your organisation", NULL},
    {FIELDS("site"), REFERRAL_ASK_LINE, "Your site", NULL},
    {FIELDS("role"), REFERRAL_ASK_LIST, "Your role", NULL},
    {FIELDS("referrer-name"), REFERRAL_ASK_LINE, "Your name", NULL},
    {FIELDS("own-reference"), REFERRAL_ASK_LINE, "Your own case number", NULL},
    {FIELDS("decided-at"), REFERRAL_ASK_LINE, "Time when you decided to refer", "The wait begins then."},
    {FIELDS("urgency-set-by"), REFERRAL_ASK_LIST, "Role of the person who set the urgency", NULL},
    {FIELDS("drill"), REFERRAL_ASK_YES, "An exercise, not about a person", NULL},
};

#define STREET     CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE
#define LIAISON    CONCORDAT__V1__SOURCE__SOURCE_LIAISON_AND_DIVERSION
#define DEPARTMENT CONCORDAT__V1__SOURCE__SOURCE_EMERGENCY_DEPARTMENT

/* In the street what is asked first is what a person can say in a minute with one hand; each key press
 * counts. */
const struct referral_part referral_parts[] = {
    {STREET, 1, false, "You", FIELDS("callback")},
    {STREET, 1, false, "Where the person is", FIELDS("postcode kind-of-place scene")},
    {STREET, 1, false, "What you see and what is needed", FIELDS("narrative age intoxicated urgency")},
    {STREET, 1, true, "More that is needed", FIELDS("looks-under-18 needs reason")},
    {STREET, 1, true, "Safeguarding", FIELDS("safeguarding")},
    {STREET, 1, false, "The law", FIELDS("legal section-136-at transport")},
    {STREET, 1, true, "More about the detention",
     FIELDS("place-of-safety place-of-safety-at police-vehicle-reason handover-at")},
    {STREET, 1, true, "More about the person",
     FIELDS(
         "name date-of-birth nhs-number address person-number other-contact gender ethnicity ethnicity-stated-by "
         "language interpreter")},
    {STREET, 1, true, "More about you",
     FIELDS("referrer-name role own-reference model site organisation decided-at urgency-set-by drill")},

    {LIAISON, 1, false, "You", FIELDS("callback point-of-contact site own-reference")},
    {LIAISON, 1, true, "More about you",
     FIELDS("referrer-name role organisation decided-at urgency-set-by reason drill")},
    {LIAISON, 2, false, "The person",
     FIELDS("name date-of-birth age looks-under-18 gender language interpreter")},
    {LIAISON, 2, true, "More about the person",
     FIELDS("nhs-number address person-number other-contact ethnicity ethnicity-stated-by")},
    {LIAISON, 3, false, "What you see and what is needed",
     FIELDS("narrative urgency needs intoxicated postcode")},
    {LIAISON, 3, true, "Safeguarding", FIELDS("safeguarding")},
    {LIAISON, 4, false, "Screening and consent", FIELDS("screened screened-at assessed assessed-at consent")},
    {LIAISON, 5, false, "The law", FIELDS("legal offence section-136-at")},
    {LIAISON, 5, true, "More about the detention",
     FIELDS("place-of-safety place-of-safety-at transport police-vehicle-reason handover-at")},

    {DEPARTMENT, 1, false, "You", FIELDS("callback site own-reference")},
    {DEPARTMENT, 1, true, "More about you",
     FIELDS("referrer-name role organisation decided-at urgency-set-by reason drill")},
    {DEPARTMENT, 2, false, "The person",
     FIELDS("name date-of-birth age looks-under-18 gender language interpreter")},
    {DEPARTMENT, 2, true, "More about the person",
     FIELDS("nhs-number address person-number other-contact ethnicity ethnicity-stated-by")},
    {DEPARTMENT, 3, false, "What you see and what is needed",
     FIELDS("arrived-at narrative urgency needs intoxicated postcode")},
    {DEPARTMENT, 3, true, "Safeguarding", FIELDS("safeguarding")},
    {DEPARTMENT, 4, false, "Body and self-harm",
     FIELDS("physically-cleared self-harm psychosocially-assessed psychosocially-assessed-at")},
    {DEPARTMENT, 5, false, "The law", FIELDS("legal section-136-at")},
    {DEPARTMENT, 5, true, "More about the detention",
     FIELDS("place-of-safety place-of-safety-at transport police-vehicle-reason handover-at")},
};
const size_t referral_parts_count = sizeof referral_parts / sizeof *referral_parts;

static const struct referral_question *question_of(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strncmp(questions[i].name, name, size) == 0 && !questions[i].name[size])
            return &questions[i];
    return NULL;
}

const struct referral_question *referral_question_find(const char *name)
{
    return question_of(name, strlen(name));
}

/* These are of use only if a power to detain is used. */
static const char *const detention_typed[] = {"section-136-at", "place-of-safety",       "place-of-safety-at",
                                              "transport",      "police-vehicle-reason", "handover-at"};

bool referral_question_goes_with(const struct referral_question *question, const char *legal)
{
    bool is_of_detention = false;
    for (size_t i = 0; i < sizeof detention_typed / sizeof *detention_typed; i++)
        is_of_detention = is_of_detention || strcmp(question->name, detention_typed[i]) == 0;
    return !is_of_detention ||
           (legal && (strcmp(legal, "section-136") == 0 || strcmp(legal, "section-135-1") == 0));
}

const struct referral_field *referral_question_field(const struct referral_question *question)
{
    for (size_t i = 0; i < referral_fields_count; i++)
        if (strcmp(referral_fields[i].name, question->name) == 0)
            return &referral_fields[i];
    return NULL;
}

unsigned referral_form_pages(Concordat__V1__Source source)
{
    unsigned pages = 0;
    for (size_t i = 0; i < referral_parts_count; i++)
        if (referral_parts[i].source == source && referral_parts[i].page > pages)
            pages = referral_parts[i].page;
    return pages;
}

const struct referral_question *referral_part_next(const char **at)
{
    *at += strspn(*at, " ");
    size_t size = strcspn(*at, " ");
    if (size == 0)
        return NULL;
    const struct referral_question *question = question_of(*at, size);
    assert(question);
    *at += size;
    return question;
}
