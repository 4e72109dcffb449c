/* board_news.h: puts what changes on a desk's boards into the feed of those that are open: each case, and
 * what stands beside the cases, which also changes as time goes by. One thread. */
#ifndef CONCORDAT_GATEWAY_BOARD_NEWS_H
#define CONCORDAT_GATEWAY_BOARD_NEWS_H

#include "services/gateway/site.h"

struct board_news;

/* What "changed" says if it is of no case: who is on shift, or how many more people the team could see. */
#define BOARD_NEWS_SHIFTS "shifts"

/* From now on, until the desks are closed, and then board_news_close. Borrows the site. NULL: there is no
 * memory. */
struct board_news *board_news_begin(struct site *site);
void board_news_close(struct board_news **news);

/* Puts what has changed beside the cases of desks that have an open board: at once after a case has changed,
 * and each second as time goes by. Times are milliseconds of the monotonic clock. */
void board_news_turn(struct board_news *news, int64_t now_ms);
/* The same for one desk: before a page of it is made, so that it has nothing that the feed does not know. */
void board_news_of(struct board_news *news, const struct desk *desk);

#endif
