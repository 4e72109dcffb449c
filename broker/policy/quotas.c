/* quotas.c: reads how much each key may ask for, and holds what applies if the file does not say it. */
#include "broker/policy/inside.h"

/* A region's own numbers stand in its file; a class or a number that the file leaves out is this. New work:
 * the busiest source refers some ten people an hour, so two a second is for an outage that has ended, and a
 * minute of it fills less than 1 MB of the ledger. Presence and capacity: a device says each a few times a
 * minute. Questions: an intake asks for the status of each open case when it connects. Answers: of people, so
 * a bound that no team's people can reach. */
static const struct policy_quota defaults[QUOTA_CLASS_COUNT] = {
    [QUOTA_ANSWERS] = {20, 200}, [QUOTA_NEW_WORK] = {2, 60},      [QUOTA_PRESENCE] = {1, 10},
    [QUOTA_RECORDS] = {1, 30},   [QUOTA_QUESTIONS] = {200, 2000}, [QUOTA_HELLOS] = {5, 100},
};

static const char NUMBER_REMEDY[] = "Write a whole number from 1 to 999999.";
static const char CLASS_REMEDY[] = "Write it as {per_second: 2, burst: 60}; what is left out is the default.";

static const struct policy_field QUOTA_FIELDS[] = {
    {"per_second", OPTIONAL, policy_read_big_count, offsetof(struct policy_quota, per_second), NUMBER_REMEDY},
    {"burst", OPTIONAL, policy_read_big_count, offsetof(struct policy_quota, burst), NUMBER_REMEDY},
    {NULL, OPTIONAL, NULL, 0, NULL},
};

static void read_quota(struct reader *reader, const struct spot *spot, void *into)
{
    read_fields(reader, spot, QUOTA_FIELDS, into);
}

#define QUOTA_FIELD(name, class)                                                                             \
    {                                                                                                        \
        name, OPTIONAL, read_quota, offsetof(struct policy, quotas[class]), CLASS_REMEDY                     \
    }

static const struct policy_field QUOTAS_FIELDS[] = {
    QUOTA_FIELD("answers", QUOTA_ANSWERS),     QUOTA_FIELD("new_work", QUOTA_NEW_WORK),
    QUOTA_FIELD("presence", QUOTA_PRESENCE),   QUOTA_FIELD("records", QUOTA_RECORDS),
    QUOTA_FIELD("questions", QUOTA_QUESTIONS), QUOTA_FIELD("hellos", QUOTA_HELLOS),
    {NULL, OPTIONAL, NULL, 0, NULL},
};

void policy_read_quotas(struct reader *reader, const struct spot *spot, void *into)
{
    read_fields(reader, spot, QUOTAS_FIELDS, into);
}

void quotas_set_defaults(struct policy *policy)
{
    for (int i = 0; i < QUOTA_CLASS_COUNT; i++)
        policy->quotas[i] = defaults[i];
}
