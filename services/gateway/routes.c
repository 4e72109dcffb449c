/* routes.c: see routes.h. */
#include "services/gateway/routes.h"

#include <string.h>

#include "proto/words/now.h"
#include "proto/words/words.h"
#include "services/desk/time_words.h"
#include "services/gateway/action_page.h"
#include "services/gateway/api.h"
#include "services/gateway/api_caller.h"
#include "services/gateway/board_page.h"
#include "services/gateway/case_page.h"
#include "services/gateway/case_sheet.h"
#include "services/gateway/handover_page.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/my_referrals.h"
#include "services/gateway/refer.h"
#include "services/gateway/referral.h"
#include "services/gateway/reply.h"
#include "services/gateway/sealed.h"
#include "services/gateway/single_sign_on.h"
#include "services/gateway/unlock.h"
#include "services/gateway/visit.h"

static void show_router_status(struct site *site, struct http_request *request)
{
    struct html html = {0};
    char since[TIME_WORDS_BYTES];
    time_words_clock(site->router_since_ms, now_wall_ms(), since);
    const struct page_status page = {.works_since = site->router_answers ? since : NULL,
                                     .away_since = site->router_answers ? NULL : since,
                                     .ring = site->ring};
    page_status(&html, &page);
    reply_page(request, site->router_answers ? 200 : 503, &html, NULL);
}

static void show_sign_in(struct site *site, struct http_request *request)
{
    signin_show(site->signin, request);
}

static void take_sign_in(struct site *site, struct http_request *request)
{
    signin_take(site->signin, request);
}

static void take_sign_out(struct site *site, struct http_request *request)
{
    signin_end(site->signin, request);
}

static void show_audit(struct site *site, struct http_request *request)
{
    const struct account *account;
    const struct web_session *session = visit_session(site, request, &account);
    if (session)
        audit_room_show(site->audit, request, account, session);
}

static void take_audit(struct site *site, struct http_request *request)
{
    const struct account *account;
    const struct web_session *session = visit_session(site, request, &account);
    if (session)
        audit_room_take(site->audit, request, account, session);
}

static void show_home(struct site *site, struct http_request *request)
{
    const struct account *account;
    const struct web_session *session = visit_session(site, request, &account);
    struct html html = {0};
    char role[WORDS_MAX], position[FEED_POSITION_BYTES];
    if (!session)
        return;
    if (audit_room_is_for(account)) {
        reply_go(request, AUDIT_PATH, NULL);
        return;
    }
    const char *board = action_page_board(account->role);
    const struct desk *desk = desks_find(site->desks, account->role, account->of);
    if (board[1] && desk) {
        reply_go(request, board, NULL);
        return;
    }
    if (!desk)
        desks_say_missing(site->desks, account->role, account->of);
    feed_position(site->feed, position);
    bool locked = signin_is_locked(site->signin, session);
    const struct page_home page = {.frame = {.person = account->name,
                                             .token = session->token,
                                             .lock_s = locked ? NULL : session->lock_text,
                                             .locked = locked,
                                             .position = position,
                                             .ring = site->ring},
                                   .role =
                                       words_for(&concordat__v1__role__descriptor, (int)account->role, role),
                                   .of = desk ? desk_name(desk) : account->of,
                                   .refers = account->role == CONCORDAT__V1__ROLE__ROLE_REFERRER,
                                   .enters = account->role == CONCORDAT__V1__ROLE__ROLE_COORDINATOR,
                                   .is_connected = desk,
                                   .is_not_connected = !desk,
                                   .has_cases = board[1]};
    page_home(&html, &page);
    reply_page(request, 200, &html, NULL);
}

static void show_file(struct site *site, struct http_request *request)
{
    (void)site;
    reply_file(request);
}

/* A browser that comes back by itself says in a header how far it was; that is later than its page. */
static void show_events(struct site *site, struct http_request *request)
{
    const struct account *account;
    const struct web_session *session = signin_watch(site->signin, request, &account);
    const char *after = http_header(request, "Last-Event-ID");
    if (session)
        feed_follow(site->feed,
                    (struct feed_reader){.desk = desks_find(site->desks, account->role, account->of),
                                         .session = session->number,
                                         .is_wall = http_query(request, SIGNIN_WALL)},
                    after && *after ? after : http_query(request, "after"), request);
    else
        feed_answer_nobody(request);
}

static void show_desk_action(struct site *site, struct http_request *request)
{
    action_page_show(site, request, NULL, http_path(request) + sizeof DESK_PATH - 1);
}

/* Its form is a page of its own. */
static void go_to_handover(struct site *site, struct http_request *request)
{
    (void)site;
    reply_go(request, HANDOVER_PATH, NULL);
}

static void take_desk_action(struct site *site, struct http_request *request)
{
    action_page_take(site, request, NULL, http_path(request) + sizeof DESK_PATH - 1);
}

static void show_worker(struct site *site, struct http_request *request)
{
    (void)site;
    reply_worker(request);
}

static void take_unlock(struct site *site, struct http_request *request);

typedef void route_answer(struct site *site, struct http_request *request);

/* What a path answers to a session that is locked. */
enum route_lock {
    LOCK_ASKS,  /* the page that unlocks */
    LOCK_HIDES, /* its own page, which says nothing personal then (struct page_frame) */
    LOCK_OPEN,  /* the same as ever, because it is for everybody, or is about the lock */
    LOCK_OWN    /* what it says itself, because programs read it; also to another site's page */
};

/* Any other path is not found. Reading changes nothing, so only taking a form asks from which page it is. */
static const struct route {
    const char *path;          /* one that ends with a slash has all that begins with it, except "/" */
    route_answer *read, *take; /* NULL: this path takes no such request */
    enum route_lock lock;
} routes[] = {
    {"/", show_home, NULL, LOCK_HIDES},
    {"/events", show_events, NULL, LOCK_OPEN},
    {"/sign-in", show_sign_in, take_sign_in, LOCK_OPEN},
    {"/sign-out", NULL, take_sign_out, LOCK_OPEN},
    {"/unlock", unlock_ask, take_unlock, LOCK_OPEN},
    {"/touch", NULL, unlock_touch, LOCK_OPEN},
    {"/leave", NULL, unlock_leave, LOCK_OPEN},
    {"/status", show_router_status, NULL, LOCK_OPEN},
    {"/team", board_page_team, NULL, LOCK_HIDES},
    {"/coordinator", board_page_coordinator, NULL, LOCK_HIDES},
    {CASE_PATH, case_page_show, case_page_take, LOCK_ASKS},
    {HANDOVER_PATH, handover_page_show, NULL, LOCK_ASKS},
    {HANDOVER_PATH "/", handover_page_show, NULL, LOCK_ASKS},
    {DESK_PATH "shift-handover", go_to_handover, take_desk_action, LOCK_ASKS},
    {DESK_PATH, show_desk_action, take_desk_action, LOCK_ASKS},
    {REFER_PATH, refer_show, refer_take, LOCK_ASKS},
    {REFER_FOR_PATH, refer_show_for, NULL, LOCK_ASKS},
    {MY_REFERRALS_PATH, my_referrals_show, NULL, LOCK_ASKS},
    {ALL_REFERRALS_PATH, all_referrals_show, NULL, LOCK_ASKS},
    {REFERRAL_PATH, referral_show, referral_take, LOCK_ASKS},
    {AUDIT_PATH, show_audit, NULL, LOCK_ASKS},
    {AUDIT_PATH "/", show_audit, take_audit, LOCK_ASKS},
    {SEALED_PATH, NULL, sealed_take, LOCK_OPEN},
    {API_DOCUMENT, api_describe, NULL, LOCK_OWN},
    {API_PATH, api_read, api_take, LOCK_OWN},
    {REPLY_WORKER, show_worker, NULL, LOCK_OPEN},
    {REPLY_FILES, show_file, NULL, LOCK_OPEN},
};

static bool route_has(const struct route *route, const char *path)
{
    size_t length = strlen(route->path);
    if (length > 1 && route->path[length - 1] == '/')
        return strncmp(route->path, path, length) == 0;
    return strcmp(route->path, path) == 0;
}

static const struct route *route_of(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (route_has(&routes[i], path))
            return &routes[i];
    return NULL;
}

static bool is_locked(struct site *site, const struct http_request *request)
{
    const struct account *account;
    return signin_is_locked(site->signin, signin_watch(site->signin, request, &account));
}

void routes_handle(void *context, struct http_request *request)
{
    struct site *site = context;
    const struct route *route = route_of(http_path(request));
    bool takes = http_is_post(request);
    route_answer *answer = !route ? NULL : takes ? route->take : route->read;
    bool is_programs = route && route->lock == LOCK_OWN;
    /* The proxy passes on no such header, so somebody goes round it; and no page is for a program. */
    if (single_sign_on_claims(request) || (!is_programs && api_caller_has_token(request)))
        reply_problem(request, REPLY_WRONG_CLAIM);
    else if (!route)
        reply_problem(request, REPLY_NOT_FOUND);
    else if (!answer)
        reply_wrong_method(request, route->take ? HTTP_TAKE : HTTP_READ);
    else if (takes && route->lock != LOCK_OWN && !visit_is_from_our_page(site, request))
        reply_problem(request, REPLY_CROSS_SITE);
    else if (route->lock == LOCK_ASKS && is_locked(site, request))
        unlock_show(site, request);
    else
        answer(site, request);
}

static void send_held(struct site *site, struct http_request *request)
{
    routes_handle(site, request);
}

static void take_unlock(struct site *site, struct http_request *request)
{
    unlock_take(site, request, send_held);
}
