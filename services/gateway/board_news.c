/* board_news.c: see board_news.h. */
#include "services/gateway/board_news.h"

#include <inttypes.h>
#include <stdio.h>

#include "services/gateway/board_card.h"

enum { CHANGED_BYTES = UUID_TEXT_BYTES + 24 };

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
    const struct site *site = context;
    struct html all = {0}, without = {0};
    char element[BOARD_CARD_ID_BYTES];
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

void board_news_begin(struct site *site)
{
    for (size_t i = 0; i < desks_count(site->desks); i++)
        desk_on_change(desks_at(site->desks, i), tell_boards, site);
}
