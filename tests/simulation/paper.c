/* paper.c: see paper.h. */
#include "tests/simulation/paper.h"

#include <string.h>

#include "proto/words/words.h"

static char *paper_text(const char *string)
{
    return (char *)(uintptr_t)string;
}

static const char *const districts[] = {"ZX1", "ZX2", "ZX3", "ZX5", "ZX6", "ZX9", ""};

static void draw_from(struct random *random, const uint8_t *id, const char *stream, int version)
{
    uint64_t number;
    memcpy(&number, id + 8, sizeof number);
    random_open(random, number, stream, (uint64_t)version);
}

static void write_person(struct paper *paper, struct random *random)
{
    concordat__v1__demographics__init(&paper->person);
    paper->referral.person = &paper->person;
    paper->person.age_known = random_between(random, 0, 5) > 0;
    paper->person.age_years = paper->person.age_known ? (uint32_t)random_between(random, 9, 90) : 0;
    if (!paper->person.age_known)
        paper->person.looks_under_18 = (Concordat__V1__LooksUnder18)random_between(random, 0, 3);
    if (random_between(random, 0, 9) == 0)
        paper->person.language = paper_text("ur");
}

/* Mostly of the day before, so that the hours of some end while the world lasts. */
static void write_instant(const struct world *w, Concordat__V1__Instant *instant, struct random *random)
{
    concordat__v1__instant__init(instant);
    instant->unix_ms = w->options.began_ms + random_between(random, -HOURS(26), w->options.lasting_ms);
    instant->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
}

static void write_legal(const struct world *w, struct paper *paper, struct random *random)
{
    static const Concordat__V1__LegalStatus statuses[] = {
        CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136,
        CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_136,
        CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_135_1,
        CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_SECTION_135_2,
        CONCORDAT__V1__LEGAL_STATUS__LEGAL_STATUS_PACE_ARREST};
    concordat__v1__legal__init(&paper->legal);
    paper->referral.legal = &paper->legal;
    paper->legal.status = statuses[random_between(random, 0, 4)];
    paper->legal.place_of_safety = (Concordat__V1__PlaceOfSafety)random_between(random, 0, 5);
    if (random_between(random, 0, 2) == 0) {
        write_instant(w, &paper->used, random);
        paper->legal.power_used_at = &paper->used;
    }
    if (random_between(random, 0, 2) > 0) {
        write_instant(w, &paper->arrived, random);
        paper->legal.arrived_at_place_of_safety_at = &paper->arrived;
    }
}

void paper_write(const struct world *w, struct paper *paper, const char *source_name, const uint8_t *id,
                 int version)
{
    static const char *const sites[] = {"", "control-room", "car-1", "car-2", "car-9"};
    static const char *const organisations[] = {"ZZP01", "ZZP02", "ZZP99"};
    struct random random;
    draw_from(&random, id, "paper", version);
    concordat__v1__referral__init(&paper->referral);
    concordat__v1__confidential__init(&paper->confidential);
    Concordat__V1__Referral *r = &paper->referral;
    int source = CONCORDAT__V1__SOURCE__SOURCE_STREET_TRIAGE;
    words_parse(&concordat__v1__source__descriptor, source_name, &source);
    r->id = peer_bytes(id, 16);
    r->source = (Concordat__V1__Source)source;
    r->organisation = paper_text(organisations[random_between(&random, 0, 2)]);
    r->postcode_district = paper_text(districts[random_between(&random, 0, 6)]);
    r->urgency = (Concordat__V1__Urgency)random_between(&random, 0, 4);
    r->drill = random_between(&random, 0, 19) == 0;
    write_person(paper, &random);
    if (random_between(&random, 0, 4) == 0) {
        paper->need = (Concordat__V1__Need)random_between(&random, 1, 8);
        r->n_needs = 1;
        r->needs = &paper->need;
    }
    if (random_between(&random, 0, 2) == 0) {
        write_instant(w, &paper->decided, &random);
        r->decided_at = &paper->decided;
    }
    if (random_between(&random, 0, 3) == 0)
        write_legal(w, paper, &random);
    r->site = paper_text(sites[random_between(&random, 0, 4)]);
    told_write(id, version, &paper->told);
    paper->confidential.callback_number = paper->told.callback_number;
    paper->confidential.person_name = paper->told.person_name;
    paper->confidential.narrative = paper->told.narrative;
}

void paper_correct(const struct world *w, struct correction *c, const uint8_t *id, int version)
{
    static const char *const paths[] = {"referral.legal", "referral.person.age_years", "referral.needs",
                                        "referral.postcode_district", "referral.person.language"};
    struct random random;
    draw_from(&random, id, "correction", version);
    concordat__v1__update__init(&c->update);
    concordat__v1__referral__init(&c->paper.referral);
    c->update.referral = &c->paper.referral;
    c->paper.referral.id = peer_bytes(id, 16);
    int64_t what = random_between(&random, 0, 6);
    if (what <= 1)
        write_person(&c->paper, &random);
    else if (what == 2)
        c->paper.referral.urgency = (Concordat__V1__Urgency)random_between(&random, 1, 4);
    else if (what == 3)
        c->paper.referral.postcode_district = paper_text(districts[random_between(&random, 0, 5)]);
    else if (what == 4)
        write_legal(w, &c->paper, &random);
    else
        c->clear = paper_text(paths[random_between(&random, 0, 4)]);
    c->update.n_clear = what > 4;
    c->update.clear = &c->clear;
}
