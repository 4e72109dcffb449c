/* region.c: makes policies as YAML, so that they are read like all others. */
#include "tests/simulation/region.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 32 * 1024 };

struct text {
    char bytes[TEXT_BYTES];
    size_t used;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(text->bytes + text->used, TEXT_BYTES - text->used, format, arguments);
    va_end(arguments);
    if (more < 0 || (text->used += (size_t)more) >= TEXT_BYTES)
        abort();
}

static const char *pick(struct random *random, const char *const *items, int count)
{
    return items[random_between(random, 0, count - 1)];
}

static void add_times(struct text *text, struct random *random)
{
#define MINUTES_BETWEEN(least, most) (int)random_between(random, least, most)
    add(text,
        "times:\n  answer:\n    emergency: %dm\n    very_urgent: %dm\n    urgent: %dm\n    routine: %dm\n",
        MINUTES_BETWEEN(1, 5), MINUTES_BETWEEN(1, 10), MINUTES_BETWEEN(2, 20), MINUTES_BETWEEN(5, 30));
    add(text,
        "  arrival_grace: %dm\n  contact_lease: %dm\n  lease_grace: %dm\n  remind: %dm\n"
        "  acknowledge: %dm\n  silent_after: %dm\n"
        "  coordinator_lease: %dm\n  capacity_good: %dm\n  rounds: %d\n  undo_within: %dm\n",
        MINUTES_BETWEEN(5, 60), MINUTES_BETWEEN(30, 720), MINUTES_BETWEEN(1, 30), MINUTES_BETWEEN(2, 20),
        MINUTES_BETWEEN(2, 20), MINUTES_BETWEEN(1, 30), MINUTES_BETWEEN(10, 90), MINUTES_BETWEEN(10, 60),
        MINUTES_BETWEEN(1, 3), MINUTES_BETWEEN(10, 240));
#undef MINUTES_BETWEEN
}

static void add_standards(struct text *text)
{
    add(text,
        "standards:\n"
        "  - {id: seen, name: Seen within 4 hours, clock: response, sources: all, urgencies: all, within: "
        "4h}\n"
        "  - {id: s136, name: At most 24 hours, clock: section-136, sources: all, urgencies: all, within: "
        "24h}\n"
        "  - {id: told, name: Told within 30 minutes, clock: referrer-told, sources: all, urgencies: all, "
        "within: 30m}\n"
        "bank_holidays:\n  - 2026-04-03\n  - 2026-12-25\n  - 2027-03-26\n");
}

/* Most teams are shut at some time. */
static void add_team(struct text *text, struct random *random, int number)
{
    static const char *const sources[] = {"all", "all", "[street-triage, emergency-department]",
                                          "[emergency-department]", "[liaison-and-diversion]"};
    static const char *const ages[] = {"all", "18+", "18+", "0-17", "65+"};
    static const char *const needs[] = {
        ("[face-to-face-visit, learning-disability, autism, older-adult, perinatal, place-of-safety, "
         "liaison-psychiatry]"),
        "[face-to-face-visit]", "[face-to-face-visit, older-adult]"};
    static const char *const hours[] = {"always", "always",
                                        "[{days: mon-fri, from: \"09:00\", to: \"17:00\"}]",
                                        "[{days: every-day, from: \"20:00\", to: \"08:00\"}]",
                                        ("[{days: \"sat, sun\", from: \"00:00\", to: \"12:00\"}, "
                                         "{days: mon-thu, from: \"22:00\", to: \"02:00\"}]")};
    static const char *const offers[] = {"comes", "comes", "comes", "rings", "receives"};
    static const char *const detained[] = {"also", "also", "never", "only"};
    add(text,
        "  - id: team-%d\n    name: Team %d\n    type: A02\n    organisation: ZZM01\n"
        "    telephone: 01632 9601%02d\n    sources: %s\n    ages: %s\n    flexible_transition: %s\n"
        "    offers: %s\n    detained: %s\n"
        "    needs: %s\n    interpreter: %s\n    expected_arrival: %dm\n    hours: %s\n",
        number, number, number, pick(random, sources, 5), pick(random, ages, 5),
        random_between(random, 0, 1) ? "yes" : "no", pick(random, offers, 5), pick(random, detained, 4),
        pick(random, needs, 3), random_between(random, 0, 3) ? "yes" : "no",
        (int)random_between(random, 5, 90), pick(random, hours, 5));
    if (random_between(random, 0, 1))
        add(text, "    places: %d\n", (int)random_between(random, 1, 6));
}

/* Each area asks the teams in its own order, one or two to a rung. */
static void add_ladders(struct text *text, struct random *random, int areas, int teams, int missing)
{
    add(text, "ladders:\n");
    for (int area = 0; area < areas; area++) {
        add(text, "  - id: ladder-%d\n    rungs:\n", area + 1);
        bool open = false;
        for (int i = 0; i < teams; i++) {
            int team = (area ? teams - 1 - i : i) + 1;
            if (team == missing)
                continue;
            bool joins = open && random_between(random, 0, 2) == 0;
            add(text, joins ? ", team-%d" : open ? "]\n      - [team-%d" : "      - [team-%d", team);
            open = true;
        }
        add(text, "]\n");
    }
}

/* Most peers may send as much as they can; in some worlds the quotas are so tight that they are met. */
static void add_quotas(struct text *text, const struct options *options)
{
    struct random random;
    random_open(&random, options->seed, "quotas", 0);
    bool tight = random_between(&random, 0, 3) == 0;
    static const char *const classes[] = {"answers", "new_work",  "presence",
                                          "records", "questions", "hellos"};
    add(text, "quotas:\n");
    for (int i = 0; i < 6; i++)
        add(text, "  %s: {per_second: %d, burst: %d}\n", classes[i], tight ? 1 : 999999,
            tight ? (int)random_between(&random, 2, 20) : 999999);
}

/* Now and then a policy has another coordinator instead of the one before, whose cases pass over then. */
static const char *duty_of(struct random *random, int variant)
{
    return variant && random_between(random, 0, 2) == 0 ? "night" : "duty";
}

/* The neighbour is told first if nobody answers, and then the manager on call. */
static void add_areas(struct text *text, const struct options *options, const char *const *areas,
                      const char *const *names, const char *const *duties)
{
    add(text, "areas:\n");
    for (int i = 0; i < options->areas; i++) {
        add(text,
            "  - {id: %s, name: %s, postcode_districts: [%s], coordinator: %s-%s, ladder: ladder-%d, escalate: [",
            areas[i], names[i], i ? "ZX5, ZX6, ZX7" : "ZX1, ZX2, ZX3", areas[i], duties[i], i + 1);
        if (options->areas > 1)
            add(text, "%s-%s, ", areas[1 - i], duties[1 - i]);
        add(text, "on-call]}\n");
    }
}

static void write_policy(struct text *text, const struct options *options, int variant)
{
    static const char *const areas[] = {"northmoor", "southfell"};
    static const char *const names[] = {"Northmoor", "Southfell"};
    const char *duties[2];
    struct random random, of_duty;
    random_open(&random, options->seed, "region", (uint64_t)variant);
    random_open(&of_duty, options->seed, "duty", (uint64_t)variant);
    int missing = variant && options->teams > 1 && random_between(&random, 0, 2) == 0
                      ? (int)random_between(&random, 1, options->teams)
                      : 0;
    add(text,
        "region: Northmoor and Southfell\ndefault_area: northmoor\nurgency_when_missing: very-urgent\n");
    add_times(text, &random);
    add_standards(text);
    add(text, "coordinators:\n");
    for (int i = 0; i < options->areas; i++) {
        duties[i] = duty_of(&of_duty, variant);
        add(text, "  - {id: %s-%s, name: %s coordinator, telephone: 01632 960%d00}\n", areas[i], duties[i],
            names[i], i + 1);
    }
    add(text, "  - {id: on-call, name: Manager on call, telephone: 01632 960900}\n");
    add(text, "teams:\n");
    for (int team = 1; team <= options->teams; team++)
        if (team != missing)
            add_team(text, &random, team);
    add_ladders(text, &random, options->areas, options->teams, missing);
    add_areas(text, options, areas, names, duties);
    add(text, "organisations:\n");
    for (int i = 0; i < options->areas; i++)
        add(text, "  - {code: ZZP0%d, area: %s}\n", i + 1, areas[i]);
    add(text, "sites:\n  - {id: control-room, name: Control room, organisation: ZZP01}\n");
    for (int i = 0; i < options->areas; i++)
        add(text, "  - {id: car-%d, name: Car of %s, organisation: ZZP0%d, area: %s}\n", i + 1, names[i],
            i + 1, areas[i]);
    add_quotas(text, options);
}

static void give_up(const struct policy_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        fprintf(stderr, "region: line %d: %s: %s\n", problems->items[i].line, problems->items[i].field,
                problems->items[i].text);
    abort();
}

struct policy_file *region_draw(const struct options *options, int variant)
{
    static struct text text;
    struct policy_problems problems = {0};
    struct policy_file *file;
    text.used = 0;
    if (options->example && variant == 0) {
        file = policy_file_read(SOURCE_FOLDER "/deploy/examples/region.yaml", &problems);
    } else if (options->example) {
        struct policy_file *first = region_draw(options, 0);
        add(&text, "# variant %d\n%.*s", variant, (int)first->size, (const char *)first->bytes);
        policy_file_destroy(&first);
        file = policy_file_parse((const uint8_t *)text.bytes, text.used, &problems);
    } else {
        write_policy(&text, options, variant);
        file = policy_file_parse((const uint8_t *)text.bytes, text.used, &problems);
    }
    if (!file)
        give_up(&problems);
    return file;
}
