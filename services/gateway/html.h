/* html.h: the one writer of pages. Each value is escaped by where it stands; only the text of a page's own
 * file is written as it is.
 *
 * A page begins as all zeros and owns its text. It is ended by html_close. If memory runs out, or the page
 * grows beyond HTML_BYTES_MAX, html_is_whole says no, and the page must not be sent. One thread at a time.
 */
#ifndef CONCORDAT_GATEWAY_HTML_H
#define CONCORDAT_GATEWAY_HTML_H

#include <stdbool.h>
#include <stddef.h>

struct html {
    char *text; /* owned */
    size_t size, room;
    bool broken;
};

/* Between tags, and in an attribute in double quotes. Characters that nobody sees, or that turn the direction
 * of writing, are left out, so that no value changes how the words around it read. NULL: nothing. */
void html_text(struct html *html, const char *value);
/* Between tags: the same, and each telephone number in it is a link that rings it. NULL: nothing. */
void html_ring(struct html *html, const char *value);
/* In the path or the query of a URL that a page's own text has begun: one segment, or one value. */
void html_url_part(struct html *html, const char *value);

/* Literals alone: the compiler refuses anything else here. Only the files that make_pages.py writes use it.
 */
#define HTML_MARKUP(html, literal) html_bytes((html), "" literal "", sizeof literal - 1)
void html_bytes(struct html *html, const char *bytes, size_t size);

bool html_is_whole(const struct html *html);
void html_close(struct html *html);

#endif
