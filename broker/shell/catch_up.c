/* catch_up.c: a session that wants news is first sent how all its open cases stand, page by page. */
#include "broker/shell/catch_up.h"

#include "broker/shell/covers.h"
#include "broker/shell/glass.h"
#include "broker/shell/inside.h"
#include "broker/shell/news.h"
#include "broker/shell/sight.h"

/* A page fits well into what may wait at a socket, and is sent no faster than a peer reads. */
enum { PAGE_CASES = 100 };
/* After so long without a page the setbacks are forgotten. */
enum { SETBACKS_MAX = 8, CALM_MS = 60 * 1000 };

static void catch_up_continue(struct broker *b, struct session *session, bool can_continue)
{
    session->news.can_continue = can_continue;
    b->waiting.for_page |= can_continue;
}

void catch_up_begin(struct broker *b, struct session *session, bool wants_news)
{
    session->news.wanted = session->news.catching_up = wants_news;
    catch_up_restart(session);
    catch_up_continue(b, session, wants_news);
}

void catch_up_begin_all(struct broker *b, uint16_t coordinator)
{
    for (struct session *session = sessions_of_coordinators(&b->sessions); session;
         session = sessions_next(&b->sessions, session))
        if (session->peer.slot == coordinator)
            catch_up_begin(b, session, session->news.wanted);
}

void catch_up_heard(struct broker *b, struct session *session)
{
    catch_up_continue(b, session, session->news.catching_up);
}

void catch_up_restart(struct session *session)
{
    struct session_news *news = &session->news;
    if (!news->wanted)
        return;
    if (news->next_row && news->setbacks < SETBACKS_MAX)
        news->setbacks++;
    news->next_row = 0;
    news->catching_up = true;
    news->can_continue = false;
}

/* One page only, so that neither the turn nor the socket is filled. */
static void catch_up_page(struct broker *b, struct session *session)
{
    struct session_news *news = &session->news;
    uint32_t rows = state_referral_rows(b->state), told = 0;
    int64_t since_ms = b->time.turn_mono_ms - news->page_ms;
    if (since_ms >= CALM_MS)
        news->setbacks = 0;
    if (since_ms < (int64_t)CATCH_UP_PAGE_MS << news->setbacks) {
        b->waiting.for_page = true;
        return;
    }
    news->page_ms = b->time.turn_mono_ms;
    if (news->next_row == 0) {
        covers_tell_session(b, session);
        glass_tell_session(b, session);
    }
    while (session->live && news->next_row < rows && told < PAGE_CASES) {
        const struct referral *r = state_referral_row(b->state, news->next_row++);
        if (r->state == CASE_NONE || session->peer.party == PARTY_BROKER ||
            !sight_may_see(b, session, (struct any_case){.open = r}))
            continue;
        news_tell_case(b, session, r);
        told++;
    }
    news->catching_up = session->live && news->next_row < rows;
    catch_up_continue(b, session, news->catching_up);
}

void catch_up_pack(struct broker *b)
{
    if (!b->waiting.for_page)
        return;
    b->waiting.for_page = false;
    for (uint32_t row = 0; row < sessions_rows(&b->sessions); row++) {
        struct session *session = sessions_row(&b->sessions, row);
        if (session->live && session->news.can_continue)
            catch_up_page(b, session);
    }
}
