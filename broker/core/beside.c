/* beside.c: a request beside the case: what may follow what, and what a step changes. */
#include "broker/core/beside.h"

#include <string.h>

/* clang-format off */
static const bool may_follow[BESIDE_STATE_COUNT][BESIDE_STATE_COUNT] = {
    /*                       -  needed asked yes no way done cancelled */
    [BESIDE_UNKNOWN]    = {  0, 1,     1,    0,  0, 0,  0,   0 },
    [BESIDE_NEEDED]     = {  0, 0,     1,    0,  0, 0,  1,   1 },
    [BESIDE_ASKED]      = {  0, 0,     1,    1,  1, 1,  1,   1 },
    [BESIDE_YES]        = {  0, 0,     1,    0,  1, 1,  1,   1 },
    [BESIDE_NO]         = {  0, 0,     1,    1,  0, 0,  1,   1 },
    [BESIDE_ON_THE_WAY] = {  0, 0,     1,    0,  1, 0,  1,   1 },
    [BESIDE_DONE]       = {  0, 0,     0,    0,  0, 0,  0,   0 },
    [BESIDE_CANCELLED]  = {  0, 0,     0,    0,  0, 0,  0,   0 },
};
/* clang-format on */

bool beside_is_ours(enum beside_state state)
{
    return state == BESIDE_NEEDED || state == BESIDE_ASKED || state == BESIDE_NO;
}

static bool beside_is_over(const struct beside *row)
{
    return row->state == BESIDE_UNKNOWN || row->state == BESIDE_DONE || row->state == BESIDE_CANCELLED;
}

static int row_of_request(const struct referral *r, uint32_t request)
{
    for (int i = 0; i < beside_rows(r); i++)
        if (request && r->beside[i].request == request)
            return i;
    return -1;
}

/* The row for the next request: the first that was never used, or else the oldest that is over; -1: none. */
static int row_for_next(const struct referral *r)
{
    int rows = beside_rows(r), oldest = rows < BESIDE_MAX ? rows : -1;
    for (int i = 0; rows == BESIDE_MAX && i < rows; i++)
        if (beside_is_over(&r->beside[i]) && (oldest < 0 || r->beside[i].request < r->beside[oldest].request))
            oldest = i;
    return oldest;
}

const struct beside *beside_find(const struct referral *r, enum beside_what what, enum beside_state step,
                                 uint32_t request)
{
    const struct beside *found = NULL;
    for (int i = 0; i < beside_rows(r); i++) {
        const struct beside *row = &r->beside[i];
        bool is_it = request ? row->request == request
                             : may_follow[row->state][step] && (!found || row->request > found->request);
        if (row->request && row->what == what && is_it)
            found = row;
    }
    return found;
}

bool beside_is_live(const struct referral *r, enum beside_what what)
{
    for (int i = 0; i < beside_rows(r); i++)
        if (r->beside[i].what == what && !beside_is_over(&r->beside[i]))
            return true;
    return false;
}

static bool beside_has_room(const struct referral *r)
{
    return r->beside_count < BESIDE_REQUESTS_MAX && row_for_next(r) >= 0;
}

bool beside_can_follow(const struct referral *r, const struct event *event)
{
    const struct beside_noted *noted = &event->is.beside;
    int row = row_of_request(r, noted->request);
    if (event->kind == EVENT_BESIDE_CHASED)
        return row >= 0 && r->beside[row].state == noted->state && beside_is_ours(noted->state);
    if (row >= 0)
        return r->beside[row].what == noted->what && may_follow[r->beside[row].state][noted->state];
    return noted->request == r->beside_count + 1u && may_follow[BESIDE_UNKNOWN][noted->state] &&
           beside_has_room(r);
}

/* All of it is written, because the row's bytes are compared. What is not said stays. */
static void copy_said(char to[BESIDE_ID_CHARS_MAX + 1], const char *said)
{
    if (said[0])
        strncpy(to, said, BESIDE_ID_CHARS_MAX);
}

void beside_apply(struct referral *r, const struct event *event)
{
    const struct beside_noted *noted = &event->is.beside;
    int known = row_of_request(r, noted->request);
    struct beside *row = &r->beside[known >= 0 ? known : row_for_next(r)];
    if (known < 0) {
        memset(row, 0, sizeof *row);
        r->beside_count = (uint8_t)noted->request;
    }
    if (noted->state == BESIDE_ASKED) { /* of somebody else, perhaps: whose number it was is over */
        memset(row->asked_of, 0, sizeof row->asked_of);
        memset(row->log_number, 0, sizeof row->log_number);
    }
    row->at_ms = event->at_ms;
    row->chase_ms = noted->chase_ms;
    row->request = (uint8_t)noted->request;
    row->what = (uint8_t)noted->what;
    row->state = (uint8_t)noted->state;
    row->times = (uint8_t)noted->times;
    row->reminded = 0;
    copy_said(row->asked_of, noted->asked_of);
    copy_said(row->log_number, noted->log_number);
}

void beside_apply_chased(struct referral *r, const struct event *event)
{
    struct beside *row = &r->beside[row_of_request(r, event->is.beside.request)];
    row->chase_ms = event->is.beside.chase_ms;
    row->reminded = (uint16_t)event->is.beside.times;
}

int64_t beside_due(const struct referral *r)
{
    int64_t due = INT64_MAX;
    for (int i = 0; i < beside_rows(r); i++)
        if (r->beside[i].chase_ms && r->beside[i].chase_ms < due)
            due = r->beside[i].chase_ms;
    return due;
}
