/* feed.c: see feed.h. */
#include "services/gateway/feed.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/gateway/limits.h"

enum { FEED_LIFE_BYTES = 8, FEED_WORD_BYTES = 64 };

struct feed_entry {
    const struct desk *desk;
    struct chunk *event;   /* NULL only if there was no memory */
    struct chunk *without; /* the same without what is personal; NULL: nothing is, in the event */
};

/* A board that is open. */
struct feed_board {
    struct feed *feed;
    struct feed_board *next, **at; /* in the list of all */
    struct feed_reader reader;
    struct stream *stream;
    int64_t beat_ms; /* when the next one is due; monotonic clock */
};

struct feed {
    feed_sees *sees;
    void *context;
    char life[2 * FEED_LIFE_BYTES + 1];
    struct feed_entry entries[FEED_ENTRIES_MAX]; /* entry N stands at N % FEED_ENTRIES_MAX */
    uint64_t first, next;                        /* numbers: the oldest that is kept; the one that comes */
    size_t bytes;
    struct feed_board *boards;
    struct feed_desk_state {
        const struct desk *desk;
        enum feed_state state;
        int64_t since_ms;
    } states[DESKS_MAX + 1]; /* and how it is for those whom no desk serves */
    size_t state_count;
    int64_t look_ms;
};

/* --- events -----------------------------------------------------------------------------------------------
 */

/* An event's data are lines; a line that ends otherwise than by \n would not be one to every browser. */
static struct chunk *feed_event(const char *head, const char *data, size_t size)
{
    static const char line[] = "data: ";
    size_t lines = 1, head_size = strlen(head);
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    char *text = malloc(head_size + size + lines * (sizeof line - 1) + 2), *out = text;
    if (!text)
        return NULL;
    out = mempcpy(out, head, head_size);
    out = mempcpy(out, line, sizeof line - 1);
    for (size_t i = 0; i < size; i++) {
        *out++ = data[i] == '\r' ? ' ' : data[i];
        if (data[i] == '\n')
            out = mempcpy(out, line, sizeof line - 1);
    }
    out = mempcpy(out, "\n\n", 2);
    struct chunk *chunk = chunk_make(text, (size_t)(out - text));
    free(text);
    return chunk;
}

static struct chunk *feed_word(const char *name, const char *data)
{
    char head[FEED_WORD_BYTES];
    snprintf(head, sizeof head, "event: %s\n", name);
    return feed_event(head, data, strlen(data));
}

/* Without memory the reader is cut: it comes back, and hears what it missed. */
static void feed_send(struct stream *stream, struct chunk *chunk)
{
    if (chunk)
        stream_put(stream, chunk);
    else
        stream_cut(stream);
}

static void feed_send_word(struct stream *stream, const char *name, const char *data)
{
    struct chunk *chunk = feed_word(name, data);
    feed_send(stream, chunk);
    chunk_drop(&chunk);
}

/* The whole answer is one event: browsers do not tell a page with what status a stream was refused. */
static void feed_answer(struct http_request *request, const char *name)
{
    char text[FEED_WORD_BYTES];
    int size = snprintf(text, sizeof text, "event: %s\ndata: 1\n\n", name);
    http_give(request,
              &(struct http_answer){.status = 200, .type = HTTP_EVENTS, .text = text, .size = (size_t)size});
}

void feed_answer_nobody(struct http_request *request)
{
    feed_answer(request, "signed-out");
}

/* --- boards -----------------------------------------------------------------------------------------------
 */

static void board_closes(struct feed_board *board)
{
    *board->at = board->next;
    if (board->next)
        board->next->at = board->at;
    free(board);
}

static void board_went(void *context)
{
    board_closes(context);
}

static void end_board(struct feed_board *board, const char *why)
{
    feed_send_word(board->stream, why, "1");
    stream_end(board->stream);
    board_closes(board);
}

static unsigned boards_of(const struct feed *feed, uint64_t session)
{
    unsigned count = 0;
    for (const struct feed_board *board = feed->boards; board; board = board->next)
        count += board->reader.session == session;
    return count;
}

bool feed_has_board(const struct feed *feed, const struct desk *desk)
{
    for (const struct feed_board *board = feed->boards; board; board = board->next)
        if (board->reader.desk == desk)
            return true;
    return false;
}

static struct feed_board *open_board(struct feed *feed, const struct feed_reader *reader,
                                     struct http_request *request)
{
    struct feed_board *board =
        boards_of(feed, reader->session) < FEED_BOARDS_OF_SESSION_MAX ? malloc(sizeof *board) : NULL;
    struct stream *stream = board ? http_stream(request, board_went, board) : NULL;
    if (!stream) {
        free(board);
        return NULL;
    }
    *board = (struct feed_board){
        .feed = feed, .next = feed->boards, .at = &feed->boards, .reader = *reader, .stream = stream};
    if (board->next)
        board->next->at = &board->next;
    feed->boards = board;
    return board;
}

/* --- entries ----------------------------------------------------------------------------------------------
 */

static struct feed_entry *entry_of(struct feed *feed, uint64_t number)
{
    return &feed->entries[number % FEED_ENTRIES_MAX];
}

static size_t entry_size(const struct feed_entry *entry)
{
    return (entry->event ? chunk_size(entry->event) : 0) + (entry->without ? chunk_size(entry->without) : 0);
}

/* What the board may see of an entry now. */
static struct chunk *entry_for(const struct feed *feed, const struct feed_board *board,
                               const struct feed_entry *entry)
{
    bool all = feed->sees(feed->context, board->reader.session, board->reader.is_wall) == FEED_SEES_ALL;
    return all || !entry->without ? entry->event : entry->without;
}

static void forget_oldest(struct feed *feed)
{
    struct feed_entry *entry = entry_of(feed, feed->first++);
    feed->bytes -= entry_size(entry);
    chunk_drop(&entry->event);
    chunk_drop(&entry->without);
}

/* Takes the chunks of the entry. Without memory for it, every board that comes back fetches its page anew. */
static void feed_add(struct feed *feed, struct feed_entry entry)
{
    for (struct feed_board *board = feed->boards; board; board = board->next)
        if (board->reader.desk == entry.desk)
            feed_send(board->stream, entry_for(feed, board, &entry));
    if (feed->next - feed->first == FEED_ENTRIES_MAX)
        forget_oldest(feed);
    feed->bytes += entry_size(&entry);
    *entry_of(feed, feed->next++) = entry;
    while (!entry.event ? feed->first < feed->next : feed->bytes > FEED_BYTES_MAX)
        forget_oldest(feed);
}

/* The event of the next entry. */
static struct chunk *next_event(const struct feed *feed, const char *name, struct feed_form data)
{
    char head[FEED_WORD_BYTES + FEED_POSITION_BYTES];
    snprintf(head, sizeof head, "id: %s-%" PRIu64 "\nevent: %s\n", feed->life, feed->next, name);
    return feed_event(head, data.html, data.size);
}

void feed_put(struct feed *feed, const struct desk *desk, struct feed_form all, struct feed_form without)
{
    struct feed_entry entry = {desk, next_event(feed, "put", all), next_event(feed, "put", without)};
    if (!entry.event || !entry.without) {
        chunk_drop(&entry.event);
        chunk_drop(&entry.without);
    }
    feed_add(feed, entry);
}

void feed_gone(struct feed *feed, const struct desk *desk, const char *id)
{
    feed_add(feed, (struct feed_entry){
                       .desk = desk, .event = next_event(feed, "gone", (struct feed_form){id, strlen(id)})});
}

void feed_changed(struct feed *feed, const struct desk *desk, const char *what)
{
    feed_add(feed,
             (struct feed_entry){
                 .desk = desk, .event = next_event(feed, "changed", (struct feed_form){what, strlen(what)})});
}

void feed_position(const struct feed *feed, char out[FEED_POSITION_BYTES])
{
    snprintf(out, FEED_POSITION_BYTES, "%s-%" PRIu64, feed->life, feed->next - 1);
}

/* The number of the first entry that a board at this position lacks; 0 if it must fetch its page anew. */
static uint64_t first_after(const struct feed *feed, const char *position)
{
    size_t life = sizeof feed->life - 1;
    char *end;
    if (!position || strncmp(position, feed->life, life) != 0 || position[life] != '-' ||
        position[life + 1] < '0' || position[life + 1] > '9')
        return 0;
    uint64_t number = strtoull(position + life + 1, &end, 10);
    return !*end && number < feed->next && number + 1 >= feed->first ? number + 1 : 0;
}

/* A board that lacks too many bytes would be cut at once. */
static size_t bytes_from(struct feed *feed, const struct desk *desk, uint64_t number)
{
    size_t bytes = 0;
    for (; number < feed->next; number++)
        bytes += entry_of(feed, number)->desk == desk ? entry_size(entry_of(feed, number)) : 0;
    return bytes;
}

/* --- how a desk's server is -------------------------------------------------------------------------------
 */

static struct feed_desk_state *state_of(struct feed *feed, const struct desk *desk)
{
    for (size_t i = 0; i < feed->state_count; i++)
        if (feed->states[i].desk == desk)
            return &feed->states[i];
    return NULL;
}

static struct chunk *state_event(const struct feed_desk_state *state)
{
    static const char *const names[] = {
        [FEED_WORKS] = "works", [FEED_BEHIND] = "behind", [FEED_AWAY] = "away"};
    char data[FEED_WORD_BYTES];
    snprintf(data, sizeof data, "%s %" PRId64, names[state->state], state->since_ms);
    return feed_word("state", data);
}

void feed_say_state(struct feed *feed, const struct desk *desk, enum feed_state state, int64_t now_ms)
{
    struct feed_desk_state *known = state_of(feed, desk);
    if (!known && feed->state_count <= DESKS_MAX)
        known = &feed->states[feed->state_count++];
    else if (!known || known->state == state)
        return;
    *known = (struct feed_desk_state){.desk = desk, .state = state, .since_ms = now_ms};
    struct chunk *event = state_event(known);
    for (struct feed_board *board = feed->boards; board; board = board->next)
        if (board->reader.desk == desk)
            feed_send(board->stream, event);
    chunk_drop(&event);
}

/* --- the whole --------------------------------------------------------------------------------------------
 */

struct feed *feed_open(feed_sees *sees, void *context)
{
    struct feed *feed = calloc(1, sizeof *feed);
    uint8_t life[FEED_LIFE_BYTES];
    if (!feed)
        return NULL;
    randombytes_buf(life, sizeof life);
    sodium_bin2hex(feed->life, sizeof feed->life, life, sizeof life);
    feed->first = feed->next = 1;
    feed->sees = sees;
    feed->context = context;
    return feed;
}

void feed_close(struct feed **feed)
{
    struct feed *f = *feed;
    if (!f)
        return;
    for (struct feed_board *board = f->boards, *next; board; board = next) {
        next = board->next;
        end_board(board, "restart");
    }
    while (f->first < f->next)
        forget_oldest(f);
    free(f);
    *feed = NULL;
}

void feed_follow(struct feed *feed, struct feed_reader reader, const char *after,
                 struct http_request *request)
{
    static const char retry[] = "retry: 2000\n\n";
    uint64_t number = first_after(feed, after);
    if (!number || bytes_from(feed, reader.desk, number) > FEED_CATCH_UP_BYTES_MAX) {
        feed_answer(request, "reload");
        return;
    }
    struct feed_board *board = open_board(feed, &reader, request);
    if (!board) {
        feed_answer(request, "busy");
        return;
    }
    struct feed_desk_state *known = state_of(feed, reader.desk);
    struct chunk *first = chunk_make(retry, sizeof retry - 1), *state = known ? state_event(known) : NULL;
    feed_send(board->stream, first);
    for (; number < feed->next; number++)
        if (entry_of(feed, number)->desk == reader.desk)
            feed_send(board->stream, entry_for(feed, board, entry_of(feed, number)));
    if (known)
        feed_send(board->stream, state);
    chunk_drop(&first);
    chunk_drop(&state);
}

/* Beats are spread over the time between two, as their boards came. */
void feed_turn(struct feed *feed, int64_t turn_ms, int64_t now_ms)
{
    char data[FEED_WORD_BYTES];
    struct feed_board *next;
    if (turn_ms < feed->look_ms)
        return;
    feed->look_ms = turn_ms + FEED_LOOK_MS;
    snprintf(data, sizeof data, "%" PRId64, now_ms);
    struct chunk *beat = feed_word("beat", data);
    for (struct feed_board *board = feed->boards; board; board = next) {
        next = board->next;
        if (feed->sees(feed->context, board->reader.session, board->reader.is_wall) == FEED_SEES_NOTHING) {
            end_board(board, "signed-out");
        } else if (turn_ms >= board->beat_ms) {
            board->beat_ms = turn_ms + FEED_BEAT_MS;
            feed_send(board->stream, beat);
        }
    }
    chunk_drop(&beat);
}
