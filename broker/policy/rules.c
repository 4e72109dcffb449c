/* rules.c: checks that the standards cover everybody, and that answer times keep to them. */
#include "broker/policy/inside.h"

static bool standard_covers(const struct policy_standard *standard, enum clock_kind clock, int source,
                            int urgency)
{
    return standard->clock == clock && (standard->sources & 1U << source) &&
           (standard->urgencies & 1U << urgency);
}

/* Returns the strictest standard for these people, or NULL if there is none. */
static const struct policy_standard *standard_strictest(const struct policy *policy, enum clock_kind clock,
                                                        int source, int urgency)
{
    const struct policy_standard *found = NULL;
    for (int i = 0; i < policy->standard_count; i++) {
        const struct policy_standard *standard = &policy->standards[i];
        if (standard_covers(standard, clock, source, urgency) &&
            (!found || standard->allowed_ms < found->allowed_ms))
            found = standard;
    }
    return found;
}

static void check_response_standards(struct reader *reader, const struct spot *standards)
{
    static const int URGENCIES[] = {URGENCY_VERY_URGENT, URGENCY_URGENT};
    for (int source = SOURCE_NONE + 1; source < SOURCE_COUNT; source++) {
        for (int i = 0; i < 2; i++) {
            if (!standard_strictest(reader->policy, CLOCK_RESPONSE, source, URGENCIES[i])) {
                problem_with_remedy(reader, standards, "Add one with clock: response that covers both.",
                                    "no standard says how soon %s referrals from %s are seen",
                                    word_for(URGENCY_WORDS, URGENCIES[i]), word_for(SOURCE_WORDS, source));
            }
        }
    }
}

static void check_section_136(struct reader *reader, const struct spot *standards)
{
    for (int i = 0; i < reader->policy->standard_count; i++)
        if (reader->policy->standards[i].clock == CLOCK_SECTION_136)
            return;
    problem_with_remedy(reader, standards, "Add one with clock: section-136 and within: 24h.",
                        "no standard says how long a person may be held under section 136");
}

/* If a team could answer after the standard's time, the standard could not be kept. */
static void check_answer_time(struct reader *reader, const struct spot *answer, int urgency)
{
    static const enum clock_kind CLOCKS[] = {CLOCK_RESPONSE, CLOCK_REFERRER_TOLD};
    const struct policy_standard *shortest = NULL;
    for (int source = SOURCE_NONE + 1; source < SOURCE_COUNT; source++) {
        for (int i = 0; i < 2; i++) {
            const struct policy_standard *standard =
                standard_strictest(reader->policy, CLOCKS[i], source, urgency);
            if (standard && (!shortest || standard->allowed_ms < shortest->allowed_ms))
                shortest = standard;
        }
    }
    if (shortest && reader->policy->answer_ms[urgency] > shortest->allowed_ms) {
        problem_with_remedy(reader, answer, "Make the answer time much shorter than the standard.",
                            "a team may take longer to answer than the standard \"%s\" allows in all",
                            shortest->id);
    }
}

void rules_check(struct reader *reader, const struct spot *file)
{
    struct spot standards = {.outer = file, .name = "standards", .node = node_child(file->node, "standards")};
    struct spot times = {.outer = file, .name = "times", .node = node_child(file->node, "times")};
    struct spot answer = {.outer = &times, .name = "answer", .node = node_child(times.node, "answer")};
    check_response_standards(reader, &standards);
    check_section_136(reader, &standards);
    for (const struct node *node = answer.node->first; node; node = node->next) {
        struct spot field = {.outer = &answer, .name = node->name, .node = node};
        int urgency;
        if (word_find(URGENCY_WORDS, node->name, &urgency))
            check_answer_time(reader, &field, urgency);
    }
}
