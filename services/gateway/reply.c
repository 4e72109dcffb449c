/* reply.c: see reply.h. */
#include "services/gateway/reply.h"

#include <assert.h>
#include <string.h>

#include "services/gateway/made_pages.h"
#include "services/gateway/static_files.h"

static const struct reply_words reply_rows[] = {
    [REPLY_NOT_FOUND] = {404, "There is no such page", "Nothing was done.", NULL, 0},
    [REPLY_BAD_FORM] = {400, "The form could not be read", "Nothing was done.",
                        "Open the page again, and fill the form in there.", 0},
    [REPLY_CROSS_SITE] = {403, "The form came from another site", "Nothing was done.",
                          "Open the page here, and send the form from there.", 0},
    [REPLY_OLD_PAGE] = {403, "This page is of another sign-in", "Nothing was done.",
                        "Sign in, open the page again, and send the form from there.", 0},
    [REPLY_WRONG_CLAIM] = {400, "You cannot sign in this way", "You are not signed in. Nothing was done.",
                           "Go to the sign-in page. If it cannot wait, ring.", 0},
    [REPLY_WRONG_PEER] = {403, "You cannot sign in this way", "You are not signed in. Nothing was done.",
                          "Go to the sign-in page. If it cannot wait, ring.", 0},
    [REPLY_BUSY] = {503, "Too many people sign in at this moment", "You are not signed in. Nothing was done.",
                    "Try again in a few seconds. If it cannot wait, ring.", REPLY_RETRY_S},
    [REPLY_NO_MEMORY] = {503, "The service has no room at this moment", "Nothing was done.",
                         "Try again in a few seconds. If it cannot wait, ring.", REPLY_RETRY_S},
    [REPLY_NO_DESK] = {503, "Your team or desk is not connected here", "Nothing was done.",
                       "Try again in a minute. If it cannot wait, ring.", REPLY_RETRY_S},
    [REPLY_NO_ANSWER] = {504, "No answer came", "This cannot be shown now. Nothing was changed.",
                         "Load the page again. If a person is waiting, ring.", REPLY_RETRY_S},
    [REPLY_OTHERS] = {403, "Somebody else typed this", "It is NOT SENT, and nobody else is shown it.",
                      "The person who typed it signs in again, and goes on. If it cannot wait, ring.", 0},
    [REPLY_NOT_AUDITOR] = {403, "These pages are for auditors and inspectors", "Nothing was shown.", NULL, 0},
};

static void reply_without_page(struct http_request *request)
{
    static const char words[] = "No room at this moment. Nothing was done. Try again in a few seconds.\n";
    http_give(request, &(struct http_answer){.status = 503,
                                             .type = HTTP_PLAIN,
                                             .text = words,
                                             .size = sizeof words - 1,
                                             .retry_s = REPLY_RETRY_S});
}

static void send_page(struct http_request *request, struct html *page, struct http_answer answer)
{
    answer.type = HTTP_HTML;
    answer.text = page->text;
    answer.size = page->size;
    if (html_is_whole(page))
        http_give(request, &answer);
    else
        reply_without_page(request);
    html_close(page);
}

void reply_page(struct http_request *request, unsigned status, struct html *page, const char *cookie)
{
    send_page(request, page, (struct http_answer){.status = status, .cookie = cookie});
}

void reply_download(struct http_request *request, const char *type, const char *text, size_t size,
                    const char *name)
{
    http_give(request,
              &(struct http_answer){.status = 200, .type = type, .text = text, .size = size, .file = name});
}

void reply_page_later(struct http_request *request, unsigned status, struct html *page, unsigned retry_s)
{
    send_page(request, page, (struct http_answer){.status = status, .retry_s = retry_s});
}

void reply_nothing(struct http_request *request, unsigned status)
{
    http_give(request, &(struct http_answer){.status = status, .text = ""});
}

void reply_go(struct http_request *request, const char *path, const char *cookie)
{
    http_give(request, &(struct http_answer){.status = 303, .text = "", .location = path, .cookie = cookie});
}

static void send_problem(struct http_request *request, const struct reply_words *words, const char *ring)
{
    struct html html = {0};
    const struct page_problem page = {
        .title = words->title, .sentence = words->sentence, .next = words->next, .ring = ring};
    page_problem(&html, &page);
    send_page(request, &html, (struct http_answer){.status = words->status, .retry_s = words->retry_s});
}

void reply_in_words(struct http_request *request, const struct reply_words *words)
{
    send_problem(request, words, NULL);
}

void reply_wrong_method(struct http_request *request, const char *allow)
{
    struct html html = {0};
    page_problem(&html, &(struct page_problem){.title = "This page takes no such request",
                                               .sentence = "Nothing was done."});
    send_page(request, &html, (struct http_answer){.status = 405, .allow = allow});
}

void reply_problem(struct http_request *request, enum reply_problem problem)
{
    reply_in_words(request, &reply_rows[problem]);
}

void reply_problem_ring(struct http_request *request, enum reply_problem problem, const char *ring)
{
    send_problem(request, &reply_rows[problem], ring);
}

/* There are a dozen: a list is searched as quickly as anything else. */
static const struct static_file *static_file_of(const char *name)
{
    for (size_t i = 0; i < static_files_count; i++)
        if (strcmp(static_files[i].name, name) == 0)
            return &static_files[i];
    return NULL;
}

static void reply_static(struct http_request *request, const struct static_file *file)
{
    if (!file) {
        reply_problem(request, REPLY_NOT_FOUND);
        return;
    }
    http_give(request, &(struct http_answer){.status = 200,
                                             .type = file->type,
                                             .text = (const char *)file->bytes,
                                             .size = file->size,
                                             .stands = true});
}

/* Browsers look for a new worker whatever they were told to keep. */
void reply_worker(struct http_request *request)
{
    static const char stem[] = REPLY_WORKER_STEM;
    const struct static_file *found = NULL;
    for (size_t i = 0; i < static_files_count; i++)
        if (strncmp(static_files[i].name, stem, sizeof stem - 1) == 0)
            found = &static_files[i];
    reply_static(request, found);
}

void reply_file(struct http_request *request)
{
    static const char folder[] = REPLY_FILES;
    const char *path = http_path(request);
    assert(strncmp(path, folder, sizeof folder - 1) == 0);
    reply_static(request, static_file_of(path + sizeof folder - 1));
}

bool reply_read_form(struct http_request *request, struct form *form, const struct form_rule *rules,
                     size_t rule_count)
{
    size_t size;
    const char *bytes = http_form(request, &size);
    enum form_status status = form_read(form, bytes, size, rules, rule_count);
    if (status == FORM_GOOD)
        return true;
    reply_problem(request, status == FORM_WRONG ? REPLY_BAD_FORM : REPLY_NO_MEMORY);
    form_close(form);
    return false;
}
