/* greet.c: answers hello, which begins a session, and ping. */
#include "broker/shell/greet.h"

#include "broker/shell/answers.h"
#include "broker/shell/catch_up.h"
#include "broker/shell/inside.h"

/* The session that a hello begins, in the audience of its peer; NULL if memory is short. A later hello of the
 * same peer ends the session before it: the peer asks again for the events that it waited for, and is sent
 * its cases again. But a device that has said that it is there still is. */
static struct session *greet_begin_session(struct broker *b, const struct asking *asking)
{
    const struct session_peer peer = {greeting_peer_of(asking->key), asking->party, asking->slot};
    struct session *session = sessions_add(&b->sessions, asking->to.route);
    if (!session)
        return NULL;
    if (!sessions_join(&b->sessions, session, &peer)) {
        sessions_end(&b->sessions, session);
        return NULL;
    }
    session->presence.heard_ms = asking->now.mono_ms;
    session->feed = (struct session_feed){0};
    catch_up_begin(b, session, asking->request->hello->wants_news);
    return session;
}

/* What people call the one that the key speaks for. A source has no name here: its intake has. */
static const char *greet_name(const struct broker *b, const struct asking *asking)
{
    if (asking->party == PARTY_TEAM)
        return status_team_name(b->state, b->directory, asking->slot);
    if (asking->party == PARTY_COORDINATOR)
        return status_coordinator(b->state, b->directory, asking->slot).name;
    return "";
}

/* Intakes are few, and what waits in them waits for nobody else. */
static uint32_t greet_spread_ms(const struct broker *b, const struct asking *asking)
{
    return asking->party == PARTY_SOURCE ? 0 : greeting_spread_ms(b->sessions.count);
}

void greet_hello(struct broker *b, const struct asking *asking)
{
    struct greeting_answer answer;
    if (greet_begin_session(b, asking))
        outgoing_add(b->turn.outgoing, asking->to.route,
                     greeting_welcome(&answer, &b->self,
                                      &(struct greeting_welcomed){asking->key, greet_name(b, asking),
                                                                  greet_spread_ms(b, asking)},
                                      asking->to.command_id, state_utc(b->state, asking->now.wall_ms)));
    else
        answers_refuse(b, &asking->to, REFUSAL_UNAVAILABLE, NULL);
}

void greet_ping(struct broker *b, const struct asking *asking)
{
    struct greeting_answer answer;
    outgoing_add(
        b->turn.outgoing, asking->to.route,
        greeting_pong(&answer, &b->self, asking->to.command_id, state_utc(b->state, asking->now.wall_ms)));
}
