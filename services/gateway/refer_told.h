/* refer_told.h: what a form of a referral told, for reading: each answer in words, and which questions were
 * left out. One thread. */
#ifndef CONCORDAT_GATEWAY_REFER_TOLD_H
#define CONCORDAT_GATEWAY_REFER_TOLD_H

#include "services/gateway/pages.h"
#include "services/gateway/refer_form.h"

enum { TOLD_QUESTIONS_MAX = 64, TOLD_WORDS_BYTES = 16 * 1024, TOLD_PAGES_MAX = 16, TOLD_PAGE_BYTES = 12 };

/* The rows point into it, and into the form. */
struct refer_told {
    struct page_told told[TOLD_QUESTIONS_MAX], left_out[TOLD_QUESTIONS_MAX];
    size_t told_count, left_out_count;
    char words[TOLD_WORDS_BYTES]; /* of what was chosen */
    size_t words_used;
    char pages[TOLD_PAGES_MAX][TOLD_PAGE_BYTES];
};

/* Fills in one that is all zeros. What stands in folded parts, nobody is told to have left out. */
void refer_told_read(struct refer_told *told, Concordat__V1__Source source, const struct form *form);

#endif
