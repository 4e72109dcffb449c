/* referral_page.c: see referral_page.h. */
#include "services/gateway/referral_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/desk/time_words.h"
#include "services/desk/told.h"
#include "services/gateway/case_sheet.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/refer_told.h"
#include "services/gateway/reply.h"
#include "services/gateway/sheet_blocks.h"

enum { REFERRAL_SEQ_BYTES = 24 };

/* The sentences that say how it was read. */
struct referral_notes {
    char words[READING_WORDS_BYTES];
    struct page_note rows[4]; /* referral_reading.h: as many as there can be */
    size_t count;
};

static void read_notes(struct referral_notes *notes, const struct referral_reading *reading)
{
    char *rest = NULL;
    referral_reading_words(reading, notes->words);
    for (char *at = strtok_r(notes->words, "\n", &rest); at; at = strtok_r(NULL, "\n", &rest))
        if (notes->count < sizeof notes->rows / sizeof *notes->rows)
            notes->rows[notes->count++].sentence = at;
}

/* What a page of a referral is made from while it is written. */
struct referral_made {
    struct referral_notes notes;
    struct refer_told told;
    struct case_deeds deeds;
};

static void add_told(struct referral_made *made, const struct referral_told *told, struct page_referral *page)
{
    if (!told->form)
        return;
    read_notes(&made->notes, told->reading);
    refer_told_read(&made->told, told->source, told->form);
    page->has_notes = made->notes.count > 0;
    page->notes = made->notes.rows;
    page->notes_count = made->notes.count;
    page->has_told = made->told.told_count > 0;
    page->told = made->told.told;
    page->told_count = made->told.told_count;
    page->has_left_out = told->is_whole && made->told.left_out_count > 0;
    page->left_out = made->told.left_out;
    page->left_out_count = made->told.left_out_count;
}

static bool write_referral(struct html *html, const struct web_visit *visit, const struct referral_told *told,
                           const Concordat__V1__Message *message, const struct sheet *sheet)
{
    const Concordat__V1__CaseStatus *status = told_status(message);
    char seq[REFERRAL_SEQ_BYTES], shown_at[TIME_WORDS_BYTES];
    struct page_referral page = {
        .frame = visit->frame, .id = told->id, .seq = seq, .shown_at = shown_at, .ring = visit->site->ring};
    struct referral_made *made = calloc(1, sizeof *made);
    struct page_sheet blocks;
    bool good = sheet_blocks_open(&blocks, sheet, visit->role) && made;
    time_words_clock(desk_wall_ms(visit->desk), desk_wall_ms(visit->desk), shown_at);
    snprintf(seq, sizeof seq, "%" PRIu64, status ? status->seq : 0);
    page.number = status && *status->number ? status->number : NULL;
    page.is_saved = status && !page.number;
    page.is_other = !status;
    page.sent = status ? told->id : NULL;
    if (good && page.number)
        case_sheet_deeds(visit, status, &made->deeds);
    if (good) {
        page.likely = made->deeds.likely;
        page.likely_count = made->deeds.likely_count;
        page.others = made->deeds.others;
        page.others_count = made->deeds.others_count;
    }
    page.is_ours = visit->role == CONCORDAT__V1__ROLE__ROLE_REFERRER;
    page.follows = page.is_ours && status ? told->id : NULL;
    page.blocks = blocks.blocks;
    page.blocks_count = blocks.blocks_count;
    if (good) {
        add_told(made, told, &page);
        page_referral(html, &page);
    }
    sheet_blocks_close(&blocks);
    free(made);
    return good;
}

void referral_page_send(const struct web_visit *visit, const struct referral_told *told,
                        const Concordat__V1__Message *message)
{
    struct showing showing = visit_showing(visit);
    struct sheet sheet = {0};
    struct html html = {0};
    bool is_known = told_status(message);
    showing.receipt = true;
    showing.only_read = !told->form;
    if (show_message(&sheet, message, &showing) && write_referral(&html, visit, told, message, &sheet))
        reply_page(visit->request, is_known ? 200 : 404, &html, NULL);
    else
        reply_problem(visit->request, REPLY_NO_MEMORY);
    sheet_close(&sheet);
    visit_say_shown(visit, message);
}
