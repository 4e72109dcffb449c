/* greet.c: how a conversation begins and is kept up: hello and ping. */
#include "broker/shell/greet.h"

#include <string.h>

#include "broker/shell/answers.h"
#include "broker/shell/catch_up.h"
#include "broker/shell/inside.h"
#include "proto/wire/borrowed.h"

/* The session of a connection, new or known, in the audience of its peer; NULL if memory is short. */
static struct session *greet_open_session(struct broker *b, const struct asking *asking)
{
    struct session_peer peer = {.role = asking->key->role, .party = asking->party, .slot = asking->slot};
    memcpy(peer.key_name, asking->key->name, sizeof peer.key_name);
    memcpy(peer.of, asking->key->of, sizeof peer.of);
    struct session *session = sessions_add(&b->sessions, asking->to.route);
    if (!session || sessions_join(&b->sessions, session, &peer))
        return session;
    sessions_end(&b->sessions, session);
    return NULL;
}

static void greet_welcome(struct broker *b, const struct asking *asking)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Welcome welcome = CONCORDAT__V1__WELCOME__INIT;
    message.command_id = asking->request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_WELCOME;
    message.welcome = &welcome;
    welcome.protocol = WIRE_PROTOCOL;
    welcome.software = borrowed_text(b->version);
    welcome.role = asking->key->role;
    welcome.name = borrowed_text(asking->key->name);
    welcome.of = borrowed_text(asking->key->of);
    welcome.ping_seconds = SESSION_PING_SECONDS;
    welcome.session = borrowed_bytes(b->session_id, ID_BYTES);
    welcome.now_ms = asking->now.wall_ms;
    outgoing_add(b->turn.outgoing, asking->to.route, &message);
}

void greet_hello(struct broker *b, const struct asking *asking)
{
    const Concordat__V1__Hello *hello = asking->request->hello;
    if (hello->protocol != WIRE_PROTOCOL) {
        answers_refuse(b, &asking->to, REFUSAL_VERSION, NULL);
        return;
    }
    struct session *session = greet_open_session(b, asking);
    if (!session) {
        answers_refuse(b, &asking->to, REFUSAL_UNAVAILABLE, NULL);
        return;
    }
    session->presence.heard_ms = asking->now.mono_ms;
    catch_up_begin(b, session, hello->wants_news);
    greet_welcome(b, asking);
}

void greet_ping(struct broker *b, const struct asking *asking)
{
    Concordat__V1__Message message = CONCORDAT__V1__MESSAGE__INIT;
    Concordat__V1__Pong pong = CONCORDAT__V1__PONG__INIT;
    message.command_id = asking->request->command_id;
    message.body_case = CONCORDAT__V1__MESSAGE__BODY_PONG;
    message.pong = &pong;
    pong.session = borrowed_bytes(b->session_id, ID_BYTES);
    pong.now_ms = asking->now.wall_ms;
    outgoing_add(b->turn.outgoing, asking->to.route, &message);
}
