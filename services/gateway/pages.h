/* pages.h: what each page is told, as the files in pages/ call it. Texts are borrowed, and NULL is "there is
 * none"; the writer escapes them. */
#ifndef CONCORDAT_GATEWAY_PAGES_H
#define CONCORDAT_GATEWAY_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/* What stands round every page. */
struct page_frame {
    const char *person;   /* who is signed in, by name; NULL: nobody */
    const char *token;    /* of the session, for the forms of the page */
    const char *position; /* feed.h: what the page knows already; for pages that follow */
};

/* Whether the service works; for everybody, without sign-in. */
struct page_status {
    struct page_frame frame;
    const char *works_since, *away_since; /* the one that holds */
    const char *ring;                     /* whom to ring */
};

struct page_sign_in {
    struct page_frame frame;
    bool is_refused, wrong;     /* nobody is signed in yet: something was wrong */
    const char *locked_minutes; /* or nobody may try for so long */
    const char *id;             /* as it was typed */
};

/* The first page of a person who is signed in. */
struct page_home {
    struct page_frame frame;
    const char *role, *of;
};

struct page_row {
    const char *label, *text;
};

/* One of a headline, a heading, a sentence, and rows. */
struct page_block {
    const char *word, *words, *tone; /* a headline, and how it looks */
    const char *heading, *sentence;
    const struct page_row *rows; /* NULL: none */
    size_t rows_count;
};

struct page_sheet {
    struct page_block *blocks; /* owned, by sheet_blocks.h */
    size_t blocks_count;
    struct page_row *all_rows; /* owned likewise */
};

/* One case. */
struct page_case {
    struct page_frame frame;
    const char *number;
    const struct page_block *blocks;
    size_t blocks_count;
};

/* Something could not be done. */
struct page_problem {
    struct page_frame frame;
    const char *title, *sentence, *next;
};

#endif
