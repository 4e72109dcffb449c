/* core_world.h: a small invented region and a core in it, for tests of routing: no disk, no clock, no
 * network.
 *
 * Two areas; teams are added by each test. Time stands still until a test moves it. Every event is applied to
 * the state and kept, so that a test can look at what happened and replay it.
 */
#ifndef CONCORDAT_TESTS_CORE_WORLD_H
#define CONCORDAT_TESTS_CORE_WORLD_H

#include "broker/core/decide.h"

enum { WORLD_TEAMS_MAX = 9 };

struct core_world {
    struct policy policy;
    struct policy_team teams[WORLD_TEAMS_MAX];
    struct policy_coordinator coordinators[2];
    struct policy_area areas[2];
    struct directory *directory;
    struct state *state;
    int64_t now_ms;
    uint32_t next_id;
    struct decision last;
    struct event *events; /* they borrow strings: of the test, the policy, and rows that move */
    uint32_t event_count, event_room;
    void (*watch)(struct core_world *world,
                  const struct event *event); /* is shown each event before it is applied */
    void *watcher;
};

/* A Wednesday in November, 12:00 in London. */
#define WORLD_NOON INT64_C(1795003200000)
#define MINUTES(n) ((int64_t)(n)*60 * 1000)
#define HOURS(n)   MINUTES((n)*60)

/* Opens a world with the teams "team-1" to "team-n", each on a rung of its own in area "northmoor", always
 * open, for all ages and sources, present. `adjust` may change the policy before it is loaded. */
struct core_world *core_world_open(int teams, void (*adjust)(struct core_world *world));
void core_world_close(struct core_world **world);

/* A submission of an adult from street triage, very urgent; adjust it before world_do. */
struct command world_submission(struct core_world *world);
struct command world_command(struct core_world *world, enum command_kind kind, const uint8_t *referral);
struct command world_from_team(struct core_world *world, enum command_kind kind, int team,
                               const uint8_t *referral);
/* From Northmoor's coordinator, unless the test makes it another's. */
struct command world_from_coordinator(struct core_world *world, enum command_kind kind,
                                      const uint8_t *referral);
/* A Cover by the coordinator of an area (0 or 1) of the other one. */
struct command world_cover(struct core_world *world, int coordinator, int64_t for_ms);
/* Decides, applies and returns why it was refused. */
enum refusal world_do(struct core_world *world, const struct command *command);
/* Moves time on, and lets it do on the way what is due, each thing at its own instant. */
void world_wait(struct core_world *world, int64_t ms);
/* Rematches held cases, as the shell does after a team has come. */
void world_look_again(struct core_world *world);
void world_presence(struct core_world *world, int team, bool present);
void world_on_duty(struct core_world *world, int coordinator, bool present);
void world_capacity(struct core_world *world, int team, int free_places);
/* Loads the policy as it stands now; passes cases over whose coordinator it no longer has. */
void world_load_policy(struct core_world *world);
void world_pass_over(struct core_world *world);

/* Submits a referral; accepts or declines its live offer as the team that is asked; and so on. */
const struct referral *world_submitted(struct core_world *world);
enum refusal world_accept(struct core_world *world, const struct referral *referral, int64_t expected_ms);
enum refusal world_decline(struct core_world *world, const struct referral *referral);
enum refusal world_take(struct core_world *world, const struct referral *referral);
enum refusal world_assign(struct core_world *world, const struct referral *referral, int team);
/* As the inspector: p117 and p204 erase a case together; p117 sets a hold on one, or lifts it. */
enum refusal world_erase(struct core_world *world, const uint8_t *referral, enum erase_reason reason);
enum refusal world_hold(struct core_world *world, const uint8_t *referral, bool on,
                        enum hold_on_erasure reason);
/* An entry in the history of a detention, from Northmoor's coordinator, now; an end is an application. */
struct command world_detention(struct core_world *world, const uint8_t *referral, enum detention_step step);
enum refusal world_contact(struct core_world *world, const struct referral *referral);

/* The last event of a kind, NULL if there was none; and how many there were. */
const struct event *world_event(const struct core_world *world, enum event_kind kind);
int world_count(const struct core_world *world, enum event_kind kind);
uint16_t world_slot(const struct core_world *world, int team);

#endif
