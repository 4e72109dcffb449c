/* board_news.h: puts each case of a desk that changes into the feed of its open boards. One thread. */
#ifndef CONCORDAT_GATEWAY_BOARD_NEWS_H
#define CONCORDAT_GATEWAY_BOARD_NEWS_H

#include "services/gateway/site.h"

/* From now on, until the desks are closed. Borrows the site. */
void board_news_begin(struct site *site);

#endif
