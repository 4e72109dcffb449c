/* notes.c: what the source, the team and the coordinator can say of a case: the steps of a detention, what
 * the person wishes, that the person is missing, words to each other, and that they have seen what is new. */
#include "tests/simulation/world.h"

#define COMMAND(name) CONCORDAT__V1__REQUEST__COMMAND_##name
#define NOTED(name)   CONCORDAT__V1__DETENTION_STEP__DETENTION_STEP_##name

static char *notes_text(const char *string)
{
    return (char *)(uintptr_t)string;
}

/* Mostly now, often of the last hours, and now and then to come. */
static void draw_occurred(const struct world *w, struct peer *p, Concordat__V1__RecordDetention *body,
                          Concordat__V1__Instant *occurred)
{
    if (!peer_chance(p, 30))
        return;
    concordat__v1__instant__init(occurred);
    occurred->unix_ms =
        w->now_ms - random_between(&p->random, -MINUTES(10), HOURS(peer_chance(p, 20) ? 26 : 2));
    occurred->basis = CONCORDAT__V1__BASIS__BASIS_STATED;
    body->occurred = occurred;
}

/* An entry in the history of a detention, of the task's step. */
static void peer_notes_detention(struct world *w, struct peer *p, const struct task *task)
{
    static Concordat__V1__StationGround grounds[] = {
        CONCORDAT__V1__STATION_GROUND__STATION_GROUND_IMMINENT_RISK,
        CONCORDAT__V1__STATION_GROUND__STATION_GROUND_NO_OTHER_PLACE,
        CONCORDAT__V1__STATION_GROUND__STATION_GROUND_HEALTH_PROFESSIONAL};
    static const char *const people[] = {"", "d12", "amhp70"};
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__RecordDetention body = CONCORDAT__V1__RECORD_DETENTION__INIT;
    Concordat__V1__Instant occurred;
    request.command_case = COMMAND(RECORD_DETENTION);
    request.record_detention = &body;
    body.referral = peer_bytes(task->referral, 16);
    body.step = (Concordat__V1__DetentionStep)task->step;
    body.place = (Concordat__V1__PlaceOfSafety)random_between(&p->random, 0, 5);
    body.at_door = peer_chance(p, 20);
    body.by = notes_text(people[random_between(&p->random, 0, 2)]);
    body.second = notes_text(people[random_between(&p->random, 0, 2)]);
    body.end = (Concordat__V1__DetentionEnd)random_between(&p->random, 1, p->diligent ? 8 : 9);
    body.without_amhp = (Concordat__V1__WithoutAmhp)random_between(&p->random, p->diligent, 4);
    body.minutes = (uint32_t)random_between(&p->random, 0, 800);
    body.extension_reason = (Concordat__V1__ExtensionReason)random_between(&p->random, 0, 1);
    body.by_responsible_doctor = peer_chance(p, 70);
    body.assessed_at_station = peer_chance(p, 20);
    body.n_grounds = (size_t)random_between(&p->random, 0, 3);
    body.grounds = grounds;
    body.note = notes_text(peer_chance(p, 50) ? "a note, Invented" : "");
    if (!p->diligent)
        draw_occurred(w, p, &body, &occurred);
    peer_command(w, p, &request, task->referral, 0);
}

void peer_detention_step(struct world *w, struct peer *p, const uint8_t *referral, int64_t in_ms)
{
    peer_task(w, p, in_ms, COMMAND(RECORD_DETENTION),
              (int)random_between(&p->random, NOTED(USED), NOTED(ENDED)), referral, 0);
}

void peer_plans_detention(struct world *w, struct peer *p, const uint8_t *referral)
{
    static const int life[] = {NOTED(ARRIVED),     NOTED(TRANSFER_ASKED), NOTED(TRANSFER_AGREED),
                               NOTED(ARRIVED),     NOTED(POLICE_LEFT),    NOTED(EXAMINED),
                               NOTED(INTERVIEWED), NOTED(EXTENDED),       NOTED(ENDED)};
    int64_t in_ms = 0;
    for (size_t i = 0; i < sizeof life / sizeof *life; i++) {
        in_ms += random_wait(&p->random, MINUTES(10));
        if (peer_chance(p, 75))
            peer_task(w, p, in_ms, COMMAND(RECORD_DETENTION), life[i], referral, 0);
    }
}

static void peer_records_wish(struct world *w, struct peer *p, const uint8_t *referral)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__RecordWish body = CONCORDAT__V1__RECORD_WISH__INIT;
    request.command_case = COMMAND(RECORD_WISH);
    request.record_wish = &body;
    body.referral = peer_bytes(referral, 16);
    body.wish = peer_chance(p, 70) ? CONCORDAT__V1__WISH__WISH_TELEPHONE : CONCORDAT__V1__WISH__WISH_VISIT;
    peer_command(w, p, &request, referral, 0);
}

/* A person looks at what was changed and written, up to what was on the screen, or they do not. */
void peer_looks(struct world *w, struct peer *p, const Concordat__V1__CaseStatus *status, int of_hundred)
{
    uint64_t shown = 0;
    for (size_t i = 0; i < status->n_messages; i++)
        if (status->messages[i]->for_you && status->messages[i]->seq > shown)
            shown = status->messages[i]->seq;
    if ((status->changed_seq || shown) && peer_chance(p, of_hundred))
        peer_task(w, p, random_wait(&p->random, MINUTES(2)), COMMAND(SAW_CHANGES), (int)shown,
                  status->referral.data, (uint32_t)status->changed_seq);
}

static void peer_saw(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SawChanges body = CONCORDAT__V1__SAW_CHANGES__INIT;
    request.command_case = COMMAND(SAW_CHANGES);
    request.saw_changes = &body;
    body.referral = peer_bytes(task->referral, 16);
    body.seq = task->attempt;
    body.messages_seq = (uint64_t)task->step;
    peer_command(w, p, &request, task->referral, 0);
}

void peer_plans_message(struct world *w, struct peer *p, const uint8_t *referral, int64_t in_ms)
{
    peer_task(w, p, in_ms, COMMAND(SEND_MESSAGE), (int)random_between(&p->random, 0, 4), referral, 0);
}

/* The task's step is to whom it is; now and then nobody, or without words. */
static void peer_writes(struct world *w, struct peer *p, const struct task *task)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SendMessage body = CONCORDAT__V1__SEND_MESSAGE__INIT;
    request.command_case = COMMAND(SEND_MESSAGE);
    request.send_message = &body;
    body.referral = peer_bytes(task->referral, 16);
    body.to = (Concordat__V1__CaseSide)task->step;
    body.text = notes_text(peer_chance(p, 95) ? "we wait at the gate, Invented" : "");
    peer_command(w, p, &request, task->referral, 0);
}

static void peer_reports_missing(struct world *w, struct peer *p, const uint8_t *referral)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__ReportMissing body = CONCORDAT__V1__REPORT_MISSING__INIT;
    request.command_case = COMMAND(REPORT_MISSING);
    request.report_missing = &body;
    body.referral = peer_bytes(referral, 16);
    body.seen_at = (Concordat__V1__KindOfPlace)random_between(&p->random, 0, 5);
    peer_command(w, p, &request, referral, 0);
}

/* Somebody who is diligent never forgets why; for whoever is not it can matter or not. */
void peer_says_why_it_closes(struct peer *p, Concordat__V1__Close *close)
{
    if (p->diligent || peer_chance(p, 80))
        close->without_contact = (Concordat__V1__WithoutContact)random_between(&p->random, 1, 4);
    close->note = notes_text(p->diligent || peer_chance(p, 90) ? "nobody there, Invented" : "");
}

void peer_saw_closing(struct world *w, struct peer *p, const uint8_t *referral)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__SawClosing body = CONCORDAT__V1__SAW_CLOSING__INIT;
    request.command_case = COMMAND(SAW_CLOSING);
    request.saw_closing = &body;
    body.referral = peer_bytes(referral, 16);
    body.keep_open = peer_chance(p, 40);
    body.reason = notes_text(body.keep_open && peer_chance(p, 90) ? "they are at home, Invented" : "");
    peer_command(w, p, &request, referral, 0);
}

/* At times it is said again, and at times the provider received it before we did, or has yet to. */
void peer_passes_on(struct world *w, struct peer *p, const uint8_t *referral)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__RecordPassedOn body = CONCORDAT__V1__RECORD_PASSED_ON__INIT;
    Concordat__V1__Instant received = CONCORDAT__V1__INSTANT__INIT;
    request.command_case = COMMAND(RECORD_PASSED_ON);
    request.record_passed_on = &body;
    body.referral = peer_bytes(referral, 16);
    body.provider = notes_text(peer_chance(p, 70) ? "RX4" : "");
    body.note = notes_text(peer_chance(p, 20) ? "an invented charity" : "");
    if (peer_chance(p, 50))
        body.received = &received;
    received.unix_ms = w->now_ms - random_between(&p->random, -MINUTES(10), HOURS(3));
    peer_command(w, p, &request, referral, 0);
}

static void peer_reopens(struct world *w, struct peer *p, const uint8_t *referral)
{
    Concordat__V1__Request request = CONCORDAT__V1__REQUEST__INIT;
    Concordat__V1__Reopen body = CONCORDAT__V1__REOPEN__INIT;
    request.command_case = COMMAND(REOPEN);
    request.reopen = &body;
    body.referral = peer_bytes(referral, 16);
    body.reason = notes_text(peer_chance(p, 90) ? "the wrong case, Invented" : "");
    peer_command(w, p, &request, referral, 0);
}

bool peer_says(struct world *w, struct peer *p, const struct task *task)
{
    switch (task->kind) {
    case COMMAND(RECORD_DETENTION):
        peer_notes_detention(w, p, task);
        return true;
    case COMMAND(RECORD_WISH):
        peer_records_wish(w, p, task->referral);
        return true;
    case COMMAND(SAW_CHANGES):
        peer_saw(w, p, task);
        return true;
    case COMMAND(SEND_MESSAGE):
        peer_writes(w, p, task);
        return true;
    case COMMAND(REPORT_MISSING):
        peer_reports_missing(w, p, task->referral);
        return true;
    case COMMAND(ON_SHIFT):
        peer_changes_shift(w, p);
        return true;
    case COMMAND(SHIFT_HANDOVER):
        peer_hands_shift_over(w, p, task->step);
        return true;
    case COMMAND(REOPEN):
        peer_reopens(w, p, task->referral);
        return true;
    default:
        return false;
    }
}
