/* board_news.c: see board_news.h. */
#include "services/gateway/board_news.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/gateway/board_card.h"
#include "services/gateway/board_parts.h"

enum { CHANGED_BYTES = UUID_TEXT_BYTES + 24 };

/* What the boards of a desk were told last of what stands beside the cases. */
struct desk_news {
    struct board_news *news;
    struct desk *desk;
    bool is_begun; /* a page of the desk was made; before, nobody has heard anything that could be old */
    bool is_due;   /* something has changed since */
    unsigned char tiles[BOARD_PART_DIGEST_BYTES], beside[BOARD_PART_DIGEST_BYTES],
        shifts[BOARD_PART_DIGEST_BYTES];
};

struct board_news {
    struct site *site;
    int64_t look_ms; /* when it is seen next what time has changed */
    size_t count;
    struct desk_news desks[DESKS_MAX];
};

static void tell_source(const struct site *site, const struct desk *desk, const uint8_t *id)
{
    const struct desk_case *known = desk_copy_find(desk_cases(desk), id);
    char text[UUID_TEXT_BYTES], changed[CHANGED_BYTES];
    words_uuid(id, text);
    if (known)
        snprintf(changed, sizeof changed, "%s %" PRIu64, text, known->status->seq);
    feed_changed(site->feed, desk, known ? changed : text);
}

/* A page that is too large, or for which there is no memory, is left out: the board is fetched anew sooner or
 * later. */
static bool write_card(struct html *html, struct desk *desk, const uint8_t *id, const struct site *site,
                       bool hides)
{
    const struct board_reader reader = {.people = signin_people(site->signin), .hides = hides};
    return board_card(html, desk, id, &reader);
}

static void tell_boards(void *context, struct desk *desk, const uint8_t *id)
{
    struct desk_news *known = context;
    const struct site *site = known->news->site;
    struct html all = {0}, without = {0};
    char element[BOARD_CARD_ID_BYTES];
    known->is_due = true;
    if (id && desk_role(desk) == CONCORDAT__V1__ROLE__ROLE_REFERRER)
        tell_source(site, desk, id);
    if (!id || desk_role(desk) == CONCORDAT__V1__ROLE__ROLE_REFERRER)
        return;
    board_card_id(id, element);
    if (!write_card(&all, desk, id, site, false) || !write_card(&without, desk, id, site, true))
        feed_gone(site->feed, desk, element);
    else if (html_is_whole(&all) && html_is_whole(&without))
        feed_put(site->feed, desk, (struct feed_form){all.text, all.size},
                 (struct feed_form){without.text, without.size});
    html_close(&all);
    html_close(&without);
}

/* --- beside the cases -------------------------------------------------------------------------------------
 */

/* Whether it is another one than was told last, which it is from now on. */
static bool is_other(unsigned char told[BOARD_PART_DIGEST_BYTES],
                     const unsigned char now[BOARD_PART_DIGEST_BYTES])
{
    bool differs = memcmp(told, now, BOARD_PART_DIGEST_BYTES) != 0;
    memcpy(told, now, BOARD_PART_DIGEST_BYTES);
    return differs;
}

/* Nothing in it is personal. */
static void tell_part(const struct desk_news *known, struct html *html,
                      unsigned char told[BOARD_PART_DIGEST_BYTES])
{
    unsigned char now[BOARD_PART_DIGEST_BYTES];
    if (html_is_whole(html)) {
        const struct feed_form form = {html->text, html->size};
        crypto_generichash(now, sizeof now, (const unsigned char *)html->text, html->size, NULL, 0);
        if (is_other(told, now) && known->is_begun)
            feed_put(known->news->site->feed, known->desk, form, form);
    }
    html_close(html);
}

static void tell_what_stands_beside(struct desk_news *known)
{
    struct html tiles = {0}, beside = {0};
    unsigned char shifts[BOARD_PART_DIGEST_BYTES];
    known->is_due = false;
    if (desk_role(known->desk) != CONCORDAT__V1__ROLE__ROLE_TEAM &&
        desk_role(known->desk) != CONCORDAT__V1__ROLE__ROLE_COORDINATOR)
        return;
    board_shifts_digest(known->desk, shifts);
    if (is_other(known->shifts, shifts) && known->is_begun)
        feed_changed(known->news->site->feed, known->desk, BOARD_NEWS_SHIFTS);
    if (desk_role(known->desk) == CONCORDAT__V1__ROLE__ROLE_COORDINATOR) {
        board_tiles(&tiles, known->desk, NULL);
        tell_part(known, &tiles, known->tiles);
        board_beside(&beside, known->desk);
        tell_part(known, &beside, known->beside);
    }
    known->is_begun = true;
}

void board_news_of(struct board_news *news, const struct desk *desk)
{
    for (size_t i = 0; i < news->count; i++)
        if (news->desks[i].desk == desk)
            tell_what_stands_beside(&news->desks[i]);
}

void board_news_turn(struct board_news *news, int64_t now_ms)
{
    bool looks = now_ms >= news->look_ms;
    if (looks)
        news->look_ms = now_ms + BOARD_LOOK_MS;
    for (size_t i = 0; i < news->count; i++)
        if ((looks || news->desks[i].is_due) && feed_has_board(news->site->feed, news->desks[i].desk))
            tell_what_stands_beside(&news->desks[i]);
}

struct board_news *board_news_begin(struct site *site)
{
    struct board_news *news = calloc(1, sizeof *news);
    if (!news)
        return NULL;
    news->site = site;
    news->count = desks_count(site->desks);
    for (size_t i = 0; i < news->count; i++) {
        news->desks[i] = (struct desk_news){.news = news, .desk = desks_at(site->desks, i)};
        desk_on_change(news->desks[i].desk, tell_boards, &news->desks[i]);
    }
    return news;
}

void board_news_close(struct board_news **news)
{
    free(*news);
    *news = NULL;
}
