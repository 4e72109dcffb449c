/* board_card.c: see board_card.h. */
#include "services/gateway/board_card.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/words/words.h"
#include "services/desk/action_now.h"
#include "services/desk/board.h"
#include "services/desk/show.h"
#include "services/desk/show_detention.h"
#include "services/desk/time_words.h"
#include "services/gateway/made_pages.h"
#include "services/gateway/said.h"
#include "services/gateway/sheet_blocks.h"

enum { ORDER_BYTES = 64 };

#define TEAM        CONCORDAT__V1__ROLE__ROLE_TEAM
#define COORDINATOR CONCORDAT__V1__ROLE__ROLE_COORDINATOR

/* What stands on a card, in this order, for the role and while it makes sense: one tap, or a link to the form
 * if more is to be said. The rest is on the case's own page. */
static const struct card_act {
    Concordat__V1__Role role;
    const char *act, *label, *field, *value;
    /* FOLDED: a form that is seldom needed, below what is folded away */
    enum { LINK, FOLDED, TAP, TAP_IF_MUTED, TAP_UNLESS_MUTED } how;
} card_acts[] = {
    {TEAM, "checkin", "Travelling", "step", "travelling", TAP},
    {TEAM, "checkin", "Arrived", "step", "arrived", TAP},
    {TEAM, "checkin", "Contact", "step", "contact", LINK},
    {TEAM, "tried", "Could not reach", NULL, NULL, LINK},
    {TEAM, "close", "Outcome", NULL, NULL, LINK},
    {TEAM, "handover", "Hand over", NULL, NULL, FOLDED},
    {TEAM, "cancel-handover", "Keep it", NULL, NULL, TAP},
    {TEAM, "give-back", "Give back", NULL, NULL, FOLDED},
    {TEAM, "saw", "Seen", NULL, NULL, TAP},
    {TEAM, "message", "Note or message", NULL, NULL, FOLDED},
    {TEAM, "show", "Record", NULL, NULL, FOLDED},
    {COORDINATOR, "acknowledge", "Heard", NULL, NULL, TAP},
    {COORDINATOR, "mute", "Mute 15 min", "minutes", "15", TAP_UNLESS_MUTED},
    {COORDINATOR, "mute", "Mute 30 min", "minutes", "30", TAP_UNLESS_MUTED},
    {COORDINATOR, "mute", "Mute 60 min", "minutes", "60", TAP_UNLESS_MUTED},
    {COORDINATOR, "mute", "Reminders again", "minutes", "0", TAP_IF_MUTED},
    {COORDINATOR, "saw-closing", "Closing without contact", NULL, NULL, LINK},
    {COORDINATOR, "take", "Take", NULL, NULL, LINK},
    {COORDINATOR, "assign", "Assign", NULL, NULL, LINK},
    {COORDINATOR, "saw", "Seen", NULL, NULL, TAP},
    {COORDINATOR, "message", "Message", NULL, NULL, LINK},
    {COORDINATOR, "who", "Who and why", NULL, NULL, LINK},
};

enum { CARD_ACTS_MAX = sizeof card_acts / sizeof *card_acts };

/* Rows of a team's card that are folded away: what its head says already, or what nobody acts on. */
static const char *const folded_rows[] = {"Case", "By phone", "State",  "Held by",   "Ring",    "or",
                                          "From", "Noted",    "If not", "Answer by", "Seen by", "Declined"};

/* The parts of a card that are computed. */
struct card {
    struct page_card page;
    struct page_act acts[CARD_ACTS_MAX], more_acts[CARD_ACTS_MAX];
    char commands[3][SAID_ID_BYTES];
    struct page_option reasons[16];
    char reason_words[16][2][WORDS_MAX];
    char id[BOARD_CARD_ID_BYTES], seq[24], order[ORDER_BYTES], urgency[WORDS_MAX], attempt[16];
    char until[TIME_TEXT_BYTES], until_ms[24], left[TIME_WORDS_BYTES];
    char detained[DETENTION_WORDS_BYTES];
    struct board_row row;
};

void board_card_id(const uint8_t id[WIRE_ID_BYTES], char element[BOARD_CARD_ID_BYTES])
{
    char text[UUID_TEXT_BYTES];
    words_uuid(id, text);
    snprintf(element, BOARD_CARD_ID_BYTES, "case-%s", text);
}

/* A form that comes twice is done once. What is sent to every board of a desk has no id: each makes its own.
 */
static const char *new_command(char hex[SAID_ID_BYTES], const char *token)
{
    hex[0] = '\0';
    return token ? words_fresh_uuid(hex) : hex;
}

static bool act_fits(const struct card_act *act, const struct desk *desk,
                     const Concordat__V1__CaseStatus *status)
{
    int64_t now_ms = desk_wall_ms(desk);
    bool is_muted = status->muted_until_ms > now_ms;
    return act->role == desk_role(desk) && act->how != (is_muted ? TAP_UNLESS_MUTED : TAP_IF_MUTED) &&
           action_makes_sense(action_find(act->act), act->role, desk_of(desk), status, now_ms);
}

static void fill_acts(struct card *card, const struct desk *desk, const Concordat__V1__CaseStatus *status,
                      const char *token)
{
    for (size_t i = 0; i < CARD_ACTS_MAX; i++) {
        const struct card_act *act = &card_acts[i];
        if (!act_fits(act, desk, status))
            continue;
        struct page_act *shown = act->how == FOLDED ? &card->more_acts[card->page.more_acts_count++]
                                                    : &card->acts[card->page.acts_count++];
        bool is_tap = act->how >= TAP;
        *shown = (struct page_act){.act = act->act,
                                   .label = act->label,
                                   .field = act->field,
                                   .value = act->value,
                                   .is_post = is_tap,
                                   .is_link = !is_tap};
        card->page.can_tap = card->page.can_tap || is_tap;
    }
    card->page.acts = card->acts;
    card->page.more_acts = card->more_acts;
    card->page.can_link = card->page.acts_count > 0 && !card->page.can_tap;
    card->page.command = new_command(card->commands[0], token);
}

static void fill_reasons(struct card *card)
{
    const ProtobufCEnumDescriptor *codes = &concordat__v1__decline_reason__descriptor;
    size_t count = 0;
    for (unsigned i = 0; i < codes->n_values && count < 16; i++) {
        char *typed = card->reason_words[count][0], *words = card->reason_words[count][1];
        if (codes->values[i].value == 0)
            continue;
        action_typed_word(codes, codes->values[i].value, typed);
        words_for(codes, codes->values[i].value, words);
        card->reasons[count++] = (struct page_option){.value = typed, .label = words};
    }
    card->page.reasons = card->reasons;
    card->page.reasons_count = count;
}

/* A clock of the card: until when, for a script that ticks and for people. */
static void fill_clock(struct card *card, int64_t until_ms, int64_t now_ms)
{
    if (until_ms == 0)
        return;
    words_time(until_ms, card->until);
    snprintf(card->until_ms, sizeof card->until_ms, "%" PRId64, until_ms);
    time_words(until_ms, now_ms, card->left);
    card->page.until = card->until;
    card->page.until_ms = card->until_ms;
    card->page.left = card->left;
}

static int64_t or_last(int64_t ms)
{
    return ms ? ms : INT64_MAX / 1000000;
}

/* Offers by the time that is left, and cases as board_in_order has them. */
static void fill_order(struct card *card, const struct desk_case *shown, int64_t now_ms)
{
    const Concordat__V1__CaseStatus *status = shown->status;
    if (shown->offer)
        snprintf(card->order, sizeof card->order, "%014" PRId64, shown->offer->expires_ms);
    else
        snprintf(card->order, sizeof card->order, "%d-%014" PRId64 "-%014" PRId64 "-%s",
                 (int)board_rank(status, now_ms), or_last(status->respond_by_ms), or_last(status->act_by_ms),
                 status->number);
    card->page.order = card->order;
    snprintf(card->seq, sizeof card->seq, "%" PRIu64, status->seq);
    card->page.seq = card->seq;
}

static const char *card_tone(const Concordat__V1__CaseStatus *status, int64_t now_ms)
{
    static const char *const rank_classes[] = {
        [BOARD_UNOWNED] = "late", [BOARD_UNHEARD] = "late", [BOARD_DETENTION_ENDS] = "soon",
        [BOARD_OVERDUE] = "late", [BOARD_HEARD] = "late",   [BOARD_REST] = "well",
        [BOARD_OVER] = "well"};
    return show_detention_is_over_time(status, now_ms) ? "late" : rank_classes[board_rank(status, now_ms)];
}

static void fill_card(struct card *card, const struct desk *desk, const struct desk_case *shown,
                      const char *token, int64_t now_ms)
{
    const Concordat__V1__CaseStatus *status = shown->status;
    struct page_card *page = &card->page;
    board_card_id(shown->id, card->id);
    board_fill_row(status, now_ms, &card->row);
    words_for(&concordat__v1__urgency__descriptor, (int)status->urgency, card->urgency);
    page->id = card->id;
    page->number = status->number;
    page->token = token ? token : "";
    page->urgency = card->urgency;
    page->is_drill = status->drill;
    page->rings = board_rings(status, now_ms);
    page->state = card->row.cells[BOARD_STATE];
    page->held_by = card->row.cells[BOARD_HELD_BY];
    page->detained = show_detention_words(status, now_ms, card->detained)[0] ? card->detained : NULL;
    page->tone = card_tone(status, now_ms);
    page->is_offer = shown->offer;
    page->is_strip = desk_role(desk) == COORDINATOR;
    page->is_own = !page->is_offer && !page->is_strip;
    fill_order(card, shown, now_ms);
    fill_acts(card, desk, status, token);
    if (!shown->offer) {
        fill_clock(card, status->act_by_ms ? status->act_by_ms : status->respond_by_ms, now_ms);
        return;
    }
    snprintf(card->attempt, sizeof card->attempt, "%u", shown->offer->attempt);
    page->attempt = card->attempt;
    page->accept_command = new_command(card->commands[1], token);
    page->decline_command = new_command(card->commands[2], token);
    fill_reasons(card);
    fill_clock(card, shown->offer->expires_ms, now_ms);
}

/* A strip has its facts in its own places; a team reads all that it needs to decide, and where a case is. */
static void show_card(struct sheet *sheet, const struct card *card, const struct desk_case *shown,
                      const struct showing *showing)
{
    if (card->page.is_offer)
        show_offer(sheet, shown->offer, showing->now_ms);
    else if (card->page.is_own)
        show_status(sheet, shown->status, showing);
    else
        show_concerns(sheet, shown->status, showing);
}

static bool is_folded(const struct page_row *row)
{
    for (size_t i = 0; i < sizeof folded_rows / sizeof *folded_rows; i++)
        if (strcmp(folded_rows[i], row->label) == 0)
            return true;
    return false;
}

/* Puts the rows that are folded away behind the others, each in its order. */
static bool fold_rows(struct page_card *page, struct page_sheet *blocks)
{
    struct page_row *folded = calloc(blocks->rows_count + 1, sizeof *folded);
    size_t kept = 0, count = 0;
    for (size_t i = 0; folded && i < blocks->rows_count; i++)
        if (!page->is_strip && is_folded(&blocks->all_rows[i]))
            folded[count++] = blocks->all_rows[i];
        else
            blocks->all_rows[kept++] = blocks->all_rows[i];
    if (folded)
        memcpy(blocks->all_rows + kept, folded, count * sizeof *folded);
    page->rows = blocks->all_rows;
    page->rows_count = kept;
    page->more_rows = blocks->all_rows + kept;
    page->more_rows_count = count;
    page->has_more = count > 0 || page->more_acts_count > 0;
    bool is_whole = folded;
    free(folded);
    return is_whole;
}

bool board_card(struct html *html, const struct desk *desk, const uint8_t id[WIRE_ID_BYTES],
                const struct board_reader *reader)
{
    const struct desk_case *shown = desk_copy_find(desk_cases(desk), id);
    int64_t now_ms = desk_wall_ms(desk);
    struct card card = {0};
    struct sheet sheet = {0};
    struct page_sheet blocks;
    if (!shown || (desk_role(desk) != TEAM && desk_role(desk) != COORDINATOR))
        return false;
    const struct showing showing = {.now_ms = now_ms, .people = reader->people};
    fill_card(&card, desk, shown, reader->token, now_ms);
    if (!reader->hides)
        show_card(&sheet, &card, shown, &showing);
    html->broken = !sheet_blocks_open(&blocks, &sheet, desk_role(desk)) || html->broken;
    html->broken = !fold_rows(&card.page, &blocks) || html->broken;
    page_card(html, &card.page);
    sheet_blocks_close(&blocks);
    sheet_close(&sheet);
    return true;
}
