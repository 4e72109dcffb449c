/* case_custody.c: who had responsibility for a case in each stretch of time, as a bar and in lines, and how
 * its clocks stand. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "services/audit/case_tale.h"
#include "services/desk/named.h"

enum { HOLDER_BYTES = 200, BAR_COLUMNS = 70, LETTERS = 26, LINE_BYTES = 700 };

/* ---- stretches ---- */

/* One holder from then until then. "": nobody, because the case had ended. */
struct stretch {
    int64_t from_ms, to_ms;
    char holder[HOLDER_BYTES];
    bool is_gap; /* nobody had it, and it had not ended */
};

struct stretches {
    struct stretch *items; /* owned */
    size_t count;
};

static void holder_words(const struct tale *tale, const Concordat__V1__Event *event, struct stretch *stretch)
{
    const Concordat__V1__Owner *owner = event->owner;
    bool has_ended = event->state == CONCORDAT__V1__STATE__STATE_CLOSED ||
                     event->state == CONCORDAT__V1__STATE__STATE_WITHDRAWN;
    bool is_team = owner && owner->kind == CONCORDAT__V1__OWNER_KIND__OWNER_KIND_TEAM;
    bool is_asked = is_team && event->state == CONCORDAT__V1__STATE__STATE_OFFERED;
    bool is_held = !is_team && event->state == CONCORDAT__V1__STATE__STATE_HELD;
    stretch->is_gap = (!owner || owner->kind == 0) && !has_ended;
    if (!owner || owner->kind == 0)
        snprintf(stretch->holder, HOLDER_BYTES, "%s", stretch->is_gap ? "NOBODY" : "");
    else
        snprintf(stretch->holder, HOLDER_BYTES, "%.150s%s", named_party(&tale->directory, owner->id),
                 is_asked  ? ", who had been asked"
                 : is_held ? ", who was to find a team"
                           : "");
}

/* A stretch that the last one goes over into makes it longer; one of no length is none. */
static bool add_holder(struct stretches *all, const struct stretch *next)
{
    struct stretch *last = all->count ? &all->items[all->count - 1] : NULL;
    if (next->from_ms >= next->to_ms)
        return true;
    if (last && last->to_ms < next->from_ms) { /* between two events of the case nothing is said: a fault */
        struct stretch gap = {last->to_ms, next->from_ms, "NOBODY", true};
        return add_holder(all, &gap) && add_holder(all, next);
    }
    if (last && strcmp(last->holder, next->holder) == 0) {
        last->to_ms = next->to_ms;
        return true;
    }
    struct stretch *items = realloc(all->items, (all->count + 1) * sizeof *items);
    if (!items)
        return false;
    all->items = items;
    items[all->count++] = *next;
    return true;
}

/* Every event of a case says who has it from then on, and in which state it is. */
static bool read_stretches(const struct tale *tale, struct stretches *all)
{
    bool good = true;
    for (size_t i = 0; i < tale->count && good; i++) {
        const Concordat__V1__Event *event = tale->events[i].event;
        struct stretch next = {.from_ms = tale->events[i].at_ms,
                               .to_ms = i + 1 < tale->count ? tale->events[i + 1].at_ms : tale->as_at_ms};
        if (!event)
            continue; /* it leaves a gap */
        holder_words(tale, event, &next);
        bool is_over = i + 1 == tale->count && !next.holder[0];
        good = is_over || add_holder(all, &next);
    }
    if (all->count && !all->items[all->count - 1].holder[0])
        all->count--; /* after its end */
    return good;
}

/* ---- the bar ---- */

/* The letter by which the bar tells a holder from others. */
static char bar_letter(const struct stretches *all, size_t at)
{
    size_t letter = 0;
    const struct stretch *one = &all->items[at];
    if (one->is_gap)
        return '!';
    if (!one->holder[0])
        return '-';
    for (size_t i = 0; i < at; i++) {
        bool is_new = !all->items[i].is_gap && all->items[i].holder[0];
        for (size_t k = 0; k < i && is_new; k++)
            is_new = strcmp(all->items[k].holder, all->items[i].holder) != 0;
        if (strcmp(all->items[i].holder, one->holder) == 0)
            break;
        letter += is_new;
    }
    return (char)('A' + letter % LETTERS);
}

static void draw_bar(const struct tale *tale, const struct stretches *all)
{
    char bar[BAR_COLUMNS + 3] = "|";
    int64_t from_ms = all->items[0].from_ms, lasted_ms = all->items[all->count - 1].to_ms - from_ms;
    for (int column = 0; column < BAR_COLUMNS; column++) {
        int64_t at_ms = from_ms + lasted_ms * (2 * column + 1) / (2 * BAR_COLUMNS);
        size_t i = 0;
        while (i + 1 < all->count && all->items[i].to_ms <= at_ms)
            i++;
        bar[1 + column] = bar_letter(all, i);
    }
    for (size_t i = 0; i < all->count; i++) /* however short a gap is, it is seen */
        if (all->items[i].is_gap)
            bar[1 + (all->items[i].from_ms - from_ms) * (BAR_COLUMNS - 1) / lasted_ms] = '!';
    bar[BAR_COLUMNS + 1] = '|';
    sheet_row(tale->sheet, "", "%s", bar);
}

/* ---- the lines ---- */

static bool add_custody(const struct tale *tale, const struct stretch *stretch, json_t *custody)
{
    return json_array_append_new(
               custody, json_pack("{s:I, s:I, s:s, s:b}", "fromMsAfterReceipt",
                                  (json_int_t)(stretch->from_ms - tale->received_ms), "toMsAfterReceipt",
                                  (json_int_t)(stretch->to_ms - tale->received_ms), "who",
                                  stretch->holder[0] ? stretch->holder : "nobody: it had ended", "nobody",
                                  stretch->is_gap)) == 0;
}

static void say_stretch(const struct tale *tale, const struct stretches *all, size_t at)
{
    const struct stretch *one = &all->items[at];
    char from[TIME_WORDS_BYTES], to[TIME_WORDS_BYTES], span[TIME_WORDS_BYTES], label[SHEET_LABEL_BYTES];
    bool has_ended = false, is_last = at + 1 == all->count;
    if (tale->count && tale->events[tale->count - 1].event)
        has_ended = tale->events[tale->count - 1].event->state >= CONCORDAT__V1__STATE__STATE_CLOSED &&
                    tale->events[tale->count - 1].event->state <= CONCORDAT__V1__STATE__STATE_WITHDRAWN;
    tale_time(tale, one->from_ms, all->items[0].from_ms, from);
    tale_time(tale, one->to_ms, one->from_ms, to);
    time_words_span(one->to_ms - one->from_ms, span);
    snprintf(label, sizeof label, "%.28s to %.28s (%.24s)", from, to, span);
    if (one->is_gap)
        sheet_item(tale->sheet, label, "! NOBODY had the case");
    else if (!one->holder[0])
        sheet_item(tale->sheet, label, "- nobody, because the case had ended; it was reopened later");
    else {
        char text[HOLDER_BYTES + 40];
        snprintf(text, sizeof text, "%c %s%s", bar_letter(all, at), one->holder,
                 is_last && !has_ended ? "; it has the case still" : "");
        sheet_item(tale->sheet, label, text);
    }
}

static void say_together(const struct tale *tale, const struct stretches *all)
{
    int64_t unowned_ms = 0, owned_ms = 0;
    char owned[TIME_WORDS_BYTES], unowned[TIME_WORDS_BYTES];
    for (size_t i = 0; i < all->count; i++) {
        int64_t span_ms = all->items[i].to_ms - all->items[i].from_ms;
        unowned_ms += all->items[i].is_gap ? span_ms : 0;
        owned_ms += all->items[i].is_gap || !all->items[i].holder[0] ? 0 : span_ms;
    }
    time_words_span(owned_ms, owned);
    time_words_span(unowned_ms, unowned);
    if (unowned_ms)
        sheet_sentence(tale->sheet, "FOR %s NOBODY HAD THE CASE. Somebody had it for %s.", unowned, owned);
    else
        sheet_sentence(tale->sheet,
                       "Somebody had the case for %s: the whole time. At no moment nobody had it.", owned);
}

static int64_t held_ms(const struct stretches *all, const char *holder)
{
    int64_t held = 0;
    for (size_t i = 0; i < all->count; i++)
        held += strcmp(all->items[i].holder, holder) == 0 ? all->items[i].to_ms - all->items[i].from_ms : 0;
    return held;
}

bool tale_tell_holders(const struct tale *tale)
{
    struct stretches all = {0};
    char words[2 * LINE_BYTES] = "", span[TIME_WORDS_BYTES];
    bool good = read_stretches(tale, &all);
    for (size_t i = 0, used = 0; i < all.count && used < sizeof words; i++) {
        bool is_new = all.items[i].holder[0];
        for (size_t k = 0; k < i && is_new; k++)
            is_new = strcmp(all.items[k].holder, all.items[i].holder) != 0;
        if (!is_new)
            continue;
        time_words_span(held_ms(&all, all.items[i].holder), span);
        used += (size_t)snprintf(words + used, sizeof words - used, "%s%s: %s", used ? "; " : "",
                                 all.items[i].holder, span);
    }
    if (good && words[0])
        sheet_sentence(tale->sheet, "Responsibility for the case, in all: %s.", words);
    free(all.items);
    return good;
}

bool tale_tell_custody(const struct tale *tale, json_t *custody)
{
    struct stretches all = {0};
    bool good = read_stretches(tale, &all);
    sheet_headline(tale->sheet, TONE_PLAIN, "Who had responsibility for the case", "%s", "");
    if (all.count > 0) {
        draw_bar(tale, &all);
        sheet_sentence(tale->sheet,
                       "The bar shows the time from left to right, a letter for each holder. The "
                       "lines say the same.");
    }
    for (size_t i = 0; i < all.count && good; i++) {
        say_stretch(tale, &all, i);
        good = add_custody(tale, &all.items[i], custody);
    }
    if (all.count > 0)
        say_together(tale, &all);
    free(all.items);
    return good;
}

/* ---- clocks ---- */

/* What each clock measures. Its name is the trail's. */
static const struct {
    const char *clock, *measures;
} clock_words[] = {
    {"response", "until a team met the person face to face"},
    {"referrer told", "until the referrer was told who would come"},
    {"section 136", "the 24 hours for which a person may be held at a place of safety"},
    {"handover", "until the police were free to go"},
    {"examined", "until a doctor had examined the person"},
    {"interviewed", "until an AMHP had interviewed the person"},
    {"health check", "until the next health check at the police station"},
    {"custody review", "until the next review at the police station"},
    {"escape", "the 24 hours in which a person who escaped may be retaken"},
};

static const char *measures_of(const char *clock)
{
    for (size_t i = 0; i < sizeof clock_words / sizeof *clock_words; i++)
        if (strcmp(clock_words[i].clock, clock) == 0)
            return clock_words[i].measures;
    return "a limit";
}

struct clock_row {
    const char *clock, *stands;
    int64_t started_ms, due_ms, ran_until_ms;
    bool has_stopped;
};

static void stand_words(const struct clock_row *row, char out[LINE_BYTES])
{
    char span[TIME_WORDS_BYTES];
    int64_t over_ms = row->ran_until_ms - row->due_ms;
    time_words_span(over_ms < 0 ? -over_ms : over_ms, span);
    if (strcmp(row->stands, "met") == 0)
        snprintf(out, LINE_BYTES, "met, %s before the limit", span);
    else if (strcmp(row->stands, "stopped late") == 0)
        snprintf(out, LINE_BYTES, "NOT MET, late by %s", span);
    else if (strcmp(row->stands, "past due, not stopped") == 0)
        snprintf(out, LINE_BYTES, "NOT MET, past the limit by %s and not stopped", span);
    else if (strcmp(row->stands, "not yet due") == 0)
        snprintf(out, LINE_BYTES, "still runs, with %s left", span);
    else
        snprintf(out, LINE_BYTES, "%s", row->stands);
}

static void say_clock_row(const struct tale *tale, sqlite3_stmt *statement)
{
    const struct clock_row row = {(const char *)sqlite3_column_text(statement, 0),
                                  (const char *)sqlite3_column_text(statement, 5),
                                  sqlite3_column_int64(statement, 2),
                                  sqlite3_column_int64(statement, 3),
                                  sqlite3_column_int64(statement, 6),
                                  sqlite3_column_type(statement, 4) != SQLITE_NULL};
    char from[TIME_WORDS_BYTES], due[TIME_WORDS_BYTES], stopped[TIME_WORDS_BYTES], stands[LINE_BYTES],
        line[2 * LINE_BYTES];
    tale_time(tale, row.started_ms, tale->received_ms, from);
    tale_time(tale, row.due_ms, row.started_ms, due);
    tale_time(tale, sqlite3_column_int64(statement, 4), row.started_ms, stopped);
    stand_words(&row, stands);
    snprintf(line, sizeof line, "%s (%s). Began %s, limit %s%s%s: %s.", measures_of(row.clock),
             (const char *)sqlite3_column_text(statement, 7), from, due, row.has_stopped ? ", stopped " : "",
             row.has_stopped ? stopped : "", stands);
    sheet_item(tale->sheet, row.clock, line);
}

bool tale_tell_clocks(const struct tale *tale)
{
    static const char sql[] =
        "SELECT k.clock, k.standard, k.started_at_ms, k.due_at_ms, k.stopped_at_ms, k.stands, k.ran_until_ms, k.provenance"
        " FROM clock_now k JOIN the_case c USING (referral) ORDER BY k.started_at_ms, k.clock";
    sqlite3_stmt *row = NULL;
    int stepped = SQLITE_ERROR;
    size_t count = 0;
    sheet_headline(tale->sheet, TONE_PLAIN, "The clocks, and whether their limits were met", "%s", "");
    if (sqlite3_prepare_v2(tale->database, sql, -1, &row, NULL) == SQLITE_OK)
        for (; (stepped = sqlite3_step(row)) == SQLITE_ROW; count++)
            say_clock_row(tale, row);
    sqlite3_finalize(row);
    if (count == 0)
        sheet_sentence(tale->sheet, "No clock ran.");
    return stepped == SQLITE_DONE;
}
