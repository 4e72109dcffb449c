/* pages.h: what each page is told, as the files in pages/ call it. Texts are borrowed, and NULL is "there is
 * none"; the writer escapes them. */
#ifndef CONCORDAT_GATEWAY_PAGES_H
#define CONCORDAT_GATEWAY_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/* What stands round every page. */
struct page_frame {
    const char *person; /* who is signed in, by name; NULL: nobody */
    const char *token;  /* of the session, for the forms of the page */
    const char
        *lock_s; /* after so many seconds without a touch the page hides what is personal; NULL: locked */
    bool locked; /* nobody touched it for so long: it says nothing personal */
    const char *position; /* feed.h: what the page knows already; for pages that follow */
    const char *ring;     /* whom to ring if the router does not answer; for the same */
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
    bool single_sign_on;        /* their organisation can sign them in */
};

/* Their organisation has signed them in, and so have we: the way on from another site's redirect. */
struct page_signed_in {
    struct page_frame frame;
};

/* Their organisation has signed them in, and they are not in the people file. */
struct page_not_known {
    struct page_frame frame;
    const char *ring, *issuer, *subject;
};

/* Nobody has touched the page for a while: who is there proves that they are the same person. */
struct page_unlock {
    struct page_frame frame;
    bool wrong;
    const char *then, *held; /* the path to go on to, and the form that was sent to it */
    bool has_password, single_sign_on;
};

/* The first page of a person who is signed in. */
struct page_home {
    struct page_frame frame;
    const char *role, *of;
    bool refers; /* for their source */
    bool enters; /* what was telephoned */
    /* One of the first two. Not connected: no desk here serves them, nothing reaches them, nothing is sent.
     */
    bool is_connected, is_not_connected, has_cases;
};

/* What the reader can do about a line, as a link to a form. */
struct page_deed {
    const char *number, *act, *words; /* of the case, of the action; NULL: nothing can be done */
    const char *field, *value;        /* what the form begins with; NULL: nothing */
};

/* One of a list: whom it is about, and what is said of them. */
struct page_item {
    const char *label, *said;
};

struct page_row {
    const char *label, *said;
    struct page_deed deed;
    const struct page_item *items; /* NULL: none */
    size_t items_count;
};

/* One of a headline, a heading, a sentence, and rows. */
struct page_block {
    const char *word, *said, *tone; /* a headline, and how it looks */
    const char *heading, *sentence;
    struct page_deed deed;
    const struct page_row *rows; /* NULL: none */
    size_t rows_count;
};

struct page_sheet {
    struct page_block *blocks; /* owned, by sheet_blocks.h */
    size_t blocks_count;
    struct page_row *all_rows; /* owned likewise: every row, in a line of its own */
    size_t rows_count;
    struct page_item *all_items; /* owned likewise */
    size_t items_count;
};

struct page_link {
    const char *name, *title;
};

/* One case. */
struct page_case {
    struct page_frame frame;
    const char *number;
    const char *follows, *seq; /* its id if the page changes by itself, else NULL; the last event
                                  that it tells of */
    const char *said;          /* what was answered to the form before; NULL: nothing */
    const struct page_link *likely, *others; /* to what can be done: what usually comes next, and the rest */
    size_t likely_count, others_count;
    const struct page_block *blocks;
    size_t blocks_count;
};

struct page_option {
    const char *value, *label;
    bool is_chosen;
    const char *field, *id; /* the name of its field; its own id */
    const char *hint;       /* NULL: none */
};

/* A question of a form, asked in one of these ways. */
struct page_field {
    const char *name, *label, *hint, *value;
    const char *fault; /* NULL: none */
    bool may_be_empty, is_area, is_line, is_flag, is_ticked;
    const struct page_option *radios, *options; /* NULL: it is not asked so */
    size_t radios_count, options_count;
};

/* What somebody can do, as a form. */
struct page_action {
    struct page_frame frame;
    const char *number;                                           /* of the case; NULL: it is about none */
    bool at_desk;                                                 /* it is about none */
    const char *act, *title, *follows, *command, *attempt, *then; /* follows: if it is sent */
    const char *problem, *faulty; /* why it was not done, and the name of the field at fault */
    const char *trouble;          /* that there is a problem, before the title; NULL: there is none */
    bool is_wrong, is_unknown;    /* then one of them: it was not done; or no answer came */
    bool asks_again, asks_first, asks_step, asks_now; /* asks_now: either of the first two */
    /* If it has steps: its field for them, the step that was chosen, or those that can be. */
    const char *step_field, *step, *step_label;
    const struct page_option *steps;
    size_t steps_count;
    const struct page_field *fields;
    size_t fields_count;
};

/* An action that came too late for how the case stands. */
struct page_not_done {
    struct page_frame frame;
    const char *number, *act, *said; /* said: why not */
};

/* What can be done with one tap, or by a form. */
struct page_act {
    const char *act, *label;
    const char *field, *value; /* what is sent or given with it; NULL: nothing */
    bool is_post, is_link;
};

/* One case on a board: an offer, a team's own case, or a coordinator's strip. */
struct page_card {
    bool is_offer, is_own, is_strip, is_drill, rings;
    const char *id, *seq, *order, *tone, *number, *token, *urgency, *state, *held_by;
    const char *detained;                    /* "; detained, ..."; NULL: nobody is */
    const char *until, *until_ms, *left;     /* the clock that runs; NULL: none does */
    const struct page_row *rows, *more_rows; /* more: folded away */
    size_t rows_count, more_rows_count;
    const struct page_act *more_acts;
    size_t more_acts_count;
    bool has_more;
    const char *command; /* of the form that has the acts */
    const struct page_act *acts;
    size_t acts_count;
    bool can_tap, can_link; /* one of them is done with one tap; all of them are links */
    const char *attempt, *accept_command, *decline_command; /* of an offer */
    const struct page_option *reasons;
    size_t reasons_count;
};

struct page_tile {
    const char *only, *label, *tone, *count;
    bool is_shown;
};

struct page_shift {
    const char *words;
    const char *to_sign; /* whose handover can be signed; NULL: none of theirs */
};

/* What stands round the cards of a board. */
struct page_board {
    struct page_frame frame;
    const char *of, *as_of, *ring;
    const char *said;     /* what was answered to the form before; NULL: nothing */
    const char *offers;   /* how many wait; NULL: none */
    const char *capacity; /* as it was said last; NULL: not here */
    const char *shift_command, *capacity_command;
    const char *only; /* the cases that are shown; NULL: all */
    bool is_stale, is_wall, is_ours, is_on_shift, is_off_shift, is_filtered, is_list_open;
    bool has_strips, has_shift, has_places;
    const struct page_shift *shifts;
    size_t shifts_count;
};

/* A board is written in parts, with the cards between them. */
struct page_team_top {
    struct page_frame frame;
    struct page_board board;
};
struct page_team_middle {
    bool has_own, locked;
};
struct page_team_end {
    struct page_board board;
};
struct page_coordinator_top {
    struct page_frame frame;
    struct page_board board;
};
struct page_coordinator_strips {
    struct page_board board;
};
struct page_coordinator_middle {
    struct page_board board;
};

/* Parts of a board that can be sent alone. */
struct page_board_tiles {
    const struct page_tile *tiles;
    size_t tiles_count;
};
struct page_board_beside {
    const struct page_block *blocks;
    size_t blocks_count;
};

/* A shift is handed over. */
struct page_handover {
    struct page_frame frame;
    const char *of, *as_of, *board; /* the path of the board, without its slash */
    const char *said;               /* what was answered to the form before; NULL: nothing */
    const char *command, *other_command;
    const char *to_sign; /* whose handover can be signed; NULL: none of theirs */
    bool can_give, has_signed, comes_first, is_past;
    const char *latest; /* the number of the latest handover that both signed; NULL: none other */
    const struct page_link *others;
    size_t others_count;
    const struct page_block *blocks;
    size_t blocks_count;
};

/* Something could not be done. */
struct page_problem {
    struct page_frame frame;
    const char *title, *sentence;
    const char *next; /* what to do, beside going to the first page */
    const char *ring; /* whom to ring; NULL: not said */
};

/* A form of a referral, or of what changes of it. */
struct page_choice {
    const char *name;          /* of the question */
    const char *typed, *words; /* what it sends, and what people read */
    bool chosen;
};

struct page_question {
    const char *name, *label, *hint;
    const char *value;                                /* as it was typed */
    const char *fault;                                /* why it must be given; NULL: it is not missing */
    bool line, callback, lines, one, list, some, yes; /* how it is asked: one of them */
    bool chosen;                                      /* yes: it was ticked */
    bool first;                                       /* typing begins here */
    const struct page_choice *choices;
    size_t choices_count;
};

struct page_part {
    const char *title;
    bool plain, folded; /* one of them */
    bool open;          /* folded: something was typed in it */
    const struct page_question *questions;
    size_t questions_count;
};

/* A value that goes from page to page. */
struct page_hidden {
    const char *name, *value;
};

/* The answer to one question, for reading. */
struct page_told {
    const char *name, *label, *words;
    const char *page; /* of the form that has the question */
};

/* What the form's page brings so that it can be sealed on the device. */
struct page_sealing {
    const char *person;                       /* the id of whose form it is; NULL: nobody's */
    const char *key, *point, *until, *rights; /* scripts/outbox.js reads them; no key: NULL */
};

struct page_refer {
    struct page_frame frame;
    struct page_sealing sealing;
    const char *title;
    const char *by;               /* the id of the person to whom it is shown */
    bool is_telephoned;           /* a coordinator enters it for somebody who rang */
    const char *caller, *rang_at; /* as they were typed then */
    bool is_new, is_change;       /* one of them */
    const char *id;               /* of the referral that is changed */
    const char *only;             /* the name of the one question that is changed; NULL: any are */
    const char *fault;            /* what is missing; NULL: nothing */
    const char *not_sent;         /* why nothing was sent; NULL: it was not tried */
    const char *before;           /* the id of the same referral, which was sent before as it was then */
    const char *ring;             /* whom to ring then */
    bool is_again;                /* it was not sent, because the page was of another sign-in */
    bool is_given;                /* it has what somebody typed, which no draft may replace */
    const char *page, *pages;     /* its number, and how many there are; NULL: it has all questions */
    bool goes_on, goes_back, sends, can_show_all; /* its buttons */
    const struct page_hidden *hidden;
    size_t hidden_count;
    const struct page_part *parts;
    size_t parts_count;
    bool has_told;
    const struct page_told *told; /* to be checked before it is sent */
    size_t told_count;
};

/* A coordinator says what kind of source rang. */
struct page_refer_which {
    struct page_frame frame;
    const struct page_choice *sources;
    size_t sources_count;
};

/* A form came from somebody who is not signed in any more. */
struct page_refer_out {
    struct page_frame frame;
    const char *ring;
    bool is_new;
    const char *changed; /* the id of the referral that the form changes; NULL: it is a new one */
    const struct page_hidden *hidden;
    size_t hidden_count;
};

/* A sentence in a list. */
struct page_note {
    const char *sentence;
};

/* One referral of a list. */
struct page_listed {
    const char *id, *number; /* no number: it has none yet */
    const char *seq, *order; /* of the last event that it tells of; its place, compared as text */
    bool is_new;
    const char *what; /* how urgent it is, and when it was received */
    const char *said; /* how it stands */
    bool waits;       /* a message waits for those who referred it */
};

/* Those that a person sent, or their source. */
struct page_referrals {
    struct page_frame frame;
    bool is_mine, is_all;
    const char *shown_at; /* times such as "in 20 min" count from here */
    const char *as_of;    /* the router is away, and was heard of last then */
    const struct page_listed *listed;
    size_t listed_count;
};

/* A referral that was sent. */
struct page_referral {
    struct page_frame frame;
    const char *id, *number; /* its number; NULL: it has none yet */
    const char *sent;        /* the id, if somebody has it; else NULL */
    const char *follows;     /* the id, if the page changes by itself; else NULL */
    const char *seq;         /* of the last event that it tells of */
    const char *shown_at;    /* times such as "in 20 min" count from here */
    const char *ring;        /* whom to ring if it does not work */
    bool is_saved, is_other; /* it has none yet: the router does not have it; or there is no such referral */
    bool is_ours;            /* our source's, who may change it */
    const struct page_link *likely, *others; /* as of a case */
    size_t likely_count, others_count;
    const struct page_block *blocks;
    size_t blocks_count;
    bool has_notes, has_told, has_left_out;
    const struct page_note *notes; /* how it was read */
    size_t notes_count;
    const struct page_told *told; /* just now */
    size_t told_count;
    const struct page_told *left_out;
    size_t left_out_count;
};

struct page_report_line {
    const char *text;
};

struct page_report_cell {
    const char *text;
    bool is_number;
};

struct page_report_row {
    struct page_report_cell head, *cells; /* the first cell names the row */
    size_t cells_count;
};

/* A part of a picture, in the units of its SVG. */
struct page_bar {
    const char *x, *y, *width;
};

struct page_picture_line {
    const char *label, *text_y;
    const char *figure, *figure_x; /* at the end of the line's bar */
};

/* Parts of a chart over time (chart.h), in the units of its SVG. */
struct page_chart_tick {
    const char *y, *text_y, *label;
};

struct page_chart_rule {
    const char *style, *y, *label_y, *label; /* the mean, or a limit */
};

struct page_chart_line {
    const char *points;
};

struct page_chart_mark {
    const char *style, *x, *y; /* a circle; otherwise: */
    const char *corners;
};

struct page_chart_label {
    const char *x, *text;
};

struct page_chart_key {
    const char *x, *y, *word;
    const char *line, *from, *to, *line_y; /* the style of a line; NULL: it has a mark */
    struct page_chart_mark mark;
};

/* It is empty if keys_count is 0. */
struct page_chart {
    const char *height, *unit;
    const char *says; /* NULL: the table is no chart */
    const struct page_chart_tick *ticks;
    size_t ticks_count;
    const struct page_chart_rule *rules;
    size_t rules_count;
    struct page_chart_line *lines;
    size_t lines_count;
    const struct page_chart_mark *marks;
    size_t marks_count;
    const struct page_chart_label *labels;
    size_t labels_count;
    struct page_chart_key *keys;
    size_t keys_count;
};

/* A table of a report, and a picture of it if lines_count is not 0. */
struct page_report_table {
    const char *name, *title;
    struct page_report_cell *columns;
    size_t columns_count;
    struct page_report_row *rows;
    size_t rows_count;
    bool has_table, is_folded; /* one without rows has none; a long one, or one behind a chart */
    bool is_long;              /* and no chart says what is in it, so it is printed though nobody opened it */
    bool is_empty;             /* and there is no chart that says so */
    const char *left_out;      /* how many rows are not shown */
    struct page_bar *bars;
    size_t bars_count;
    struct page_picture_line *lines;
    size_t lines_count;
    const char *picture_height, *axis_from, *axis_to, *axis_y;
    struct page_chart chart;
};

struct page_finding {
    const char *check, *referral, *text; /* referral: NULL if it is of no case */
};

struct page_report_link {
    const char *name, *about;
};

/* The first page of an auditor: whether the trail proves itself, and what can be read of it. */
struct page_audit {
    struct page_frame frame;
    bool holds, is_unknown;
    const char *finding_count; /* it does not hold: so many findings */
    const struct page_finding *findings;
    size_t findings_count;
    const char *findings_left_out;
    const char *failure, *failed_at; /* why there is no newer verdict */
    const char *running_since;
    const char *as_of, *events, *stored_events, *chain, *referrals, *intervals, *unowned_s, *decisions,
        *offers, *acceptances, *erased, *on_hold;
    bool is_full, is_reduced;
    const char *replayed, *not_replayed; /* how many events, or why not */
    const char *not_kept;                /* why reports will not know of this verdict */
    const struct page_report_link *reports;
    size_t reports_count;
    const char *number; /* typed before; NULL: none */
};

/* A report of a period, or of one case. */
struct page_report {
    struct page_frame frame;
    const char *name, *about, *as_at;
    const char *number; /* of the case; NULL: it is of a period */
    bool is_of_period;
    bool is_provisional;       /* the period has not ended */
    const char *scope;         /* the period in words */
    const char *event, *chain; /* the newest event */
    const char *policy;        /* NULL: none yet, and no_policy */
    bool no_policy;
    const char *verified_at, *verified_event; /* NULL: not_verified, or altered */
    bool not_verified, altered;
    const char *period, *from, *to; /* as they were typed; NULL: without */
    bool may_see_all;               /* an inspector, who may ask for it unsuppressed */
    const char *unsuppressed;       /* "yes", or NULL: is_suppressed, or it is of one case */
    bool is_suppressed;
    const struct page_report_table *tables;
    size_t tables_count;
    const struct page_report_line *verdicts, *notes;
    size_t verdicts_count, notes_count;
};

/* Which case, or which period: asked again because something was wrong, or for the first time. */
struct page_audit_ask {
    struct page_frame frame;
    const char *report; /* the report whose period it is; NULL: a case is asked for */
    const char *about;  /* what the report is of */
    bool is_of_case;
    const char *fault;  /* NULL: nothing is wrong yet */
    const char *answer; /* why it is not shown, if nothing is wrong; NULL: it was not asked */
    const char *number, *period, *from, *to; /* as they were typed */
    bool may_see_all;                        /* as above, and so is the next */
    const char *unsuppressed;
};

#endif
