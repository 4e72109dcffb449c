/* board_news.c: see board_news.h. */
#include "services/gateway/board_news.h"

#include "services/gateway/board_card.h"

/* A page that is too large, or for which there is no memory, is left out: the board is fetched anew sooner or
 * later. */
static void tell_boards(void *context, struct desk *desk, const uint8_t *id)
{
    struct feed *feed = context;
    struct html html = {0};
    char element[BOARD_CARD_ID_BYTES];
    if (!id)
        return;
    board_card_id(id, element);
    if (!board_card(&html, desk, id, NULL, false))
        feed_gone(feed, desk, element);
    else if (html_is_whole(&html))
        feed_put(feed, desk, html.text, html.size);
    html_close(&html);
}

void board_news_begin(struct desks *desks, struct feed *feed)
{
    for (size_t i = 0; i < desks_count(desks); i++)
        desk_on_change(desks_at(desks, i), tell_boards, feed);
}
