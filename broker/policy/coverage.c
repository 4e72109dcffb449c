/* coverage.c: for whom, and when, a region has nobody who would come.
 *
 * Hours are looked at in half-hours, each a bit. What was found is folded into a week with one more day for
 * bank holidays, because hours depend on nothing else: a few lines then say what 28 days say.
 */
#include "broker/policy/coverage.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "broker/core/match.h"
#include "broker/policy/inside.h"

enum {
    COVERAGE_DAYS = 28,
    HALF_HOUR_MS = 30 * 60 * 1000,
    DAY_HALVES = 48,
    HALVES = COVERAGE_DAYS * DAY_HALVES,
    WORDS = HALVES / 64,
    WEEK_DAYS = 8,  /* with bank holidays */
    BANDS_MAX = 64, /* of ages */
    GAPS_MAX = 200  /* told one by one; of more, how many there are */
};

struct halves {
    uint64_t words[WORDS];
};

/* A gap, and the areas that have it. */
struct gap {
    char *text; /* owned */
    FILE *areas;
    char *area_list; /* owned, by the stream above */
    size_t area_size;
};

struct coverage {
    const struct policy *policy;
    struct halves *open;   /* by team; owned */
    uint16_t slot[HALVES]; /* of each half-hour in the week: its day, then its half-hour */
    struct gap gaps[GAPS_MAX];
    int gap_count, left_out;
};

/* A group of people, as far as a directory tells them apart. */
struct group {
    uint8_t age_first, age_last;
    bool detained;
    uint8_t source;
};

/* The teams that are there for a group in an area, in each half-hour. */
struct answer {
    struct halves comes, rings, others;     /* others come, but are not there for the group */
    const struct policy_team *shut, *voice; /* one that would come if it were open, and one that rings */
};

/* The parties that are left if nobody who fits comes. */
enum left { SOMEBODY, NOBODY_ELSE, ONLY_OTHERS, A_VOICE, A_VOICE_AND_OTHERS, LEFT_KINDS };

static bool takes_detained(const struct policy_team *team, bool detained)
{
    return team->detained != (detained ? DETAINED_NEVER : DETAINED_ONLY);
}

static void join(struct halves *to, const struct halves *from)
{
    for (int i = 0; i < WORDS; i++)
        to->words[i] |= from->words[i];
}

static bool has(const struct halves *halves, int half)
{
    return halves->words[half / 64] >> half % 64 & 1;
}

static bool is_always(const struct halves *halves)
{
    for (int i = 0; i < WORDS; i++)
        if (~halves->words[i])
            return false;
    return true;
}

static void ask_area(const struct coverage *c, const struct policy_area *area, const struct group *group,
                     struct answer *answer)
{
    *answer = (struct answer){.shut = NULL};
    for (int i = 0; i < area->step_count; i++) {
        const struct policy_team *team = &c->policy->teams[area->steps[i].team];
        const struct halves *open = &c->open[area->steps[i].team];
        if (!takes_detained(team, group->detained))
            continue;
        bool fits = team->sources & 1u << group->source && match_serves_age(team, group->age_first);
        if (fits && team->offers == TEAM_RINGS) {
            join(&answer->rings, open);
            answer->voice = team;
        } else if (fits) {
            join(&answer->comes, open);
            if (!answer->shut && !is_always(open))
                answer->shut = team;
        } else if (team->offers != TEAM_RINGS) {
            join(&answer->others, open);
        }
    }
}

static enum left left_at(const struct answer *answer, int half)
{
    if (has(&answer->comes, half))
        return SOMEBODY;
    bool others = has(&answer->others, half);
    if (has(&answer->rings, half))
        return others ? A_VOICE_AND_OTHERS : A_VOICE;
    return others ? ONLY_OTHERS : NOBODY_ELSE;
}

/* Which slots of the week are a gap in which only this is left. */
struct week {
    bool slots[WEEK_DAYS][DAY_HALVES];
    bool any;
};

static void fold(const struct coverage *c, const struct answer *answer, struct week weeks[LEFT_KINDS])
{
    memset(weeks, 0, LEFT_KINDS * sizeof *weeks);
    for (int half = 0; half < HALVES; half++) {
        struct week *week = &weeks[left_at(answer, half)];
        week->slots[c->slot[half] / DAY_HALVES][c->slot[half] % DAY_HALVES] = true;
        week->any = true;
    }
}

/* --- words ------------------------------------------------------------------------------------------- */

static void say_times(FILE *out, const bool halves[DAY_HALVES])
{
    const char *comma = "";
    for (int from = 0, to; from < DAY_HALVES; from = to + 1) {
        for (to = from; to < DAY_HALVES && halves[to]; to++)
            continue;
        if (to > from)
            fprintf(out, "%s%02d:%02d-%02d:%02d", comma, from / 2, from % 2 * 30, to / 2, to % 2 * 30);
        comma = to > from ? " and " : comma;
    }
}

/* A day that does not come up in the 28 days has no times. */
static bool is_whole(const struct week *week)
{
    for (int day = 0; day < WEEK_DAYS; day++)
        for (int half = 1; half < DAY_HALVES; half++)
            if (week->slots[day][half] != week->slots[day][0] ||
                (day < WEEK_DAYS - 1 && !week->slots[day][0]))
                return false;
    return true;
}

/* Days with the same times are told together. */
static void say_week(FILE *out, const struct week *week)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", "bank-holidays"};
    static const bool none[DAY_HALVES];
    if (is_whole(week)) {
        fputs("at all hours", out);
        return;
    }
    bool told[WEEK_DAYS] = {false};
    const char *before = "";
    for (int day = 0; day < WEEK_DAYS; day++) {
        if (told[day] || memcmp(week->slots[day], none, sizeof none) == 0)
            continue;
        fputs(before, out);
        before = "";
        for (int same = day; same < WEEK_DAYS; same++)
            if (memcmp(week->slots[same], week->slots[day], sizeof none) == 0) {
                fprintf(out, "%s%s", before, days[same]);
                before = ", ";
                told[same] = true;
            }
        fputc(' ', out);
        say_times(out, week->slots[day]);
        before = "; ";
    }
}

static void say_left(FILE *out, enum left left, const struct answer *answer)
{
    if (left == A_VOICE || left == A_VOICE_AND_OTHERS)
        fprintf(out, "only a telephone is left (%s)", answer->voice->id);
    else
        fputs("nobody is left", out);
    if (left == A_VOICE_AND_OTHERS || left == ONLY_OTHERS)
        fputs(", and teams that are not there for them are asked", out);
}

/* The words of a gap after its areas. NULL if memory is short. Owned by the caller. */
static char *gap_text(const struct group *group, uint8_t sources, enum left left, const struct week *week,
                      const struct answer *answer)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    const char *comma = "";
    fprintf(out, "aged %d", group->age_first);
    fprintf(out, group->age_last == AGE_MAX ? "+" : "-%d", group->age_last);
    fprintf(out, ", %s, from ", group->detained ? "detained" : "not detained");
    for (int source = SOURCE_NONE + 1; source < SOURCE_COUNT; source++)
        if (sources & 1u << source) {
            fprintf(out, "%s%s", comma, word_for(SOURCE_WORDS, source));
            comma = " or ";
        }
    fputs(": ", out);
    say_week(out, week);
    fputs(": ", out);
    say_left(out, left, answer);
    if (answer->shut)
        fprintf(out, ". A shift of %s then would close it", answer->shut->id);
    else
        fputs(". No team on the ladder comes for them at any hour: add one", out);
    fputs(".", out);
    return fclose(out) == 0 ? text : NULL;
}

/* --- gaps -------------------------------------------------------------------------------------------- */

/* Takes the text. */
static bool add_gap(struct coverage *c, const struct policy_area *area, char *text)
{
    int at = 0;
    while (text && at < c->gap_count && strcmp(c->gaps[at].text, text) != 0)
        at++;
    if (!text || at == GAPS_MAX) {
        c->left_out += text != NULL;
        bool good = text;
        free(text);
        return good;
    }
    struct gap *gap = &c->gaps[at];
    if (at < c->gap_count) {
        free(text);
    } else {
        gap->areas = open_memstream(&gap->area_list, &gap->area_size);
        gap->text = text;
        c->gap_count++;
    }
    if (gap->areas)
        fprintf(gap->areas, "%s%s", ftell(gap->areas) > 0 ? ", " : "", area->id);
    return gap->areas;
}

/* The ages at which what a team does for a person can change. Returns how many bands there are; the last has
 * no end but AGE_MAX. */
static int age_bands(const struct policy *policy, uint8_t first[BANDS_MAX])
{
    bool begins[AGE_MAX + 2] = {
        [0] = true, [TRANSITION_AGE_FIRST] = true, [ADULT_YEARS] = true, [TRANSITION_AGE_LAST + 1] = true};
    int count = 0;
    for (int i = 0; i < policy->team_count; i++) {
        begins[policy->teams[i].age_first] = true;
        begins[policy->teams[i].age_last + 1] = true;
    }
    for (int age = 0; age <= AGE_MAX && count < BANDS_MAX; age++)
        if (begins[age])
            first[count++] = (uint8_t)age;
    return count;
}

static bool same_weeks(const struct week *a, const struct week *b)
{
    return memcmp(a, b, LEFT_KINDS * sizeof *a) == 0;
}

/* One band of ages, as each source is answered. Sources with the same answer are told together. */
struct band {
    struct group group;
    struct answer answers[SOURCE_COUNT];
    struct week weeks[SOURCE_COUNT][LEFT_KINDS];
};

static void ask_band(const struct coverage *c, const struct policy_area *area, struct band *band)
{
    for (int source = SOURCE_NONE + 1; source < SOURCE_COUNT; source++) {
        band->group.source = (uint8_t)source;
        ask_area(c, area, &band->group, &band->answers[source]);
        fold(c, &band->answers[source], band->weeks[source]);
    }
}

static bool same_bands(const struct band *a, const struct band *b)
{
    for (int source = SOURCE_NONE + 1; source < SOURCE_COUNT; source++)
        if (!same_weeks(a->weeks[source], b->weeks[source]) ||
            a->answers[source].shut != b->answers[source].shut ||
            a->answers[source].voice != b->answers[source].voice)
            return false;
    return true;
}

static bool tell_band(struct coverage *c, const struct policy_area *area, const struct band *band)
{
    uint8_t told = 0;
    for (int source = SOURCE_NONE + 1; source < SOURCE_COUNT; source++) {
        uint8_t sources = 0;
        for (int other = source; other < SOURCE_COUNT; other++)
            if (!(told & 1u << other) && same_weeks(band->weeks[source], band->weeks[other]) &&
                band->answers[source].shut == band->answers[other].shut)
                sources = (uint8_t)(sources | 1u << other);
        if (told & 1u << source)
            continue;
        told |= sources;
        for (int left = NOBODY_ELSE; left < LEFT_KINDS; left++)
            if (band->weeks[source][left].any &&
                !add_gap(c, area,
                         gap_text(&band->group, sources, (enum left)left, &band->weeks[source][left],
                                  &band->answers[source])))
                return false;
    }
    return true;
}

/* Bands that are answered alike are told as one. */
static bool look_at_area(struct coverage *c, const struct policy_area *area, const uint8_t *first, int bands,
                         bool detained)
{
    static struct band one, next;
    bool good = true;
    for (int i = 0; i < bands && good; i++) {
        next.group = (struct group){.age_first = first[i],
                                    .age_last = i + 1 < bands ? (uint8_t)(first[i + 1] - 1) : AGE_MAX,
                                    .detained = detained};
        ask_band(c, area, &next);
        if (i > 0 && same_bands(&one, &next)) {
            one.group.age_last = next.group.age_last;
            continue;
        }
        good = i == 0 || tell_band(c, area, &one);
        one = next;
    }
    return good && tell_band(c, area, &one);
}

static bool open_coverage(struct coverage *c, const struct policy *policy, int64_t from_ms)
{
    *c = (struct coverage){.policy = policy};
    c->open = calloc(policy->team_count + 1u, sizeof *c->open);
    from_ms -= from_ms % HALF_HOUR_MS;
    for (int half = 0; half < HALVES && c->open; half++) {
        struct door_time now = rota_door_time(&policy->holidays, from_ms + half * (int64_t)HALF_HOUR_MS);
        int day = 0;
        while (now.today != 1u << day)
            day++;
        c->slot[half] = (uint16_t)(day * DAY_HALVES + now.minute / 30);
        for (int team = 0; team < policy->team_count; team++)
            if (rota_is_open(&policy->teams[team].rota, now))
                c->open[team].words[half / 64] |= UINT64_C(1) << half % 64;
    }
    return c->open;
}

static void close_coverage(struct coverage *c)
{
    for (int i = 0; i < c->gap_count; i++) {
        if (c->gaps[i].areas)
            fclose(c->gaps[i].areas);
        free(c->gaps[i].area_list);
        free(c->gaps[i].text);
    }
    free(c->open);
}

int coverage_print(FILE *out, const char *path, const struct policy *policy, int64_t from_ms)
{
    static struct coverage c;
    uint8_t first[BANDS_MAX];
    int bands = age_bands(policy, first);
    bool good = open_coverage(&c, policy, from_ms);
    for (int i = 0; i < policy->area_count && good; i++)
        good = look_at_area(&c, &policy->areas[i], first, bands, false) &&
               look_at_area(&c, &policy->areas[i], first, bands, true);
    for (int i = 0; i < c.gap_count && good; i++) {
        fflush(c.gaps[i].areas);
        fprintf(out, "%s: gap: %s: %s\n", path, c.gaps[i].area_list, c.gaps[i].text);
    }
    if (good && c.left_out)
        fprintf(out, "%s: gap: and %d more.\n", path, c.left_out);
    int gaps = c.gap_count + c.left_out;
    close_coverage(&c);
    return good ? gaps : -1;
}
