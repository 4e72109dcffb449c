/* erased.c: see erased.h. */
#include "broker/shell/erased.h"

#include <assert.h>
#include <string.h>

#include "broker/shell/answers.h"
#include "broker/shell/inside.h"
#include "broker/shell/sight.h"

void erased_answer_later(struct broker *b, const struct answer_to *to, const struct done *done,
                         const uint8_t *referral)
{
    struct erased_answers *answers = &b->erased_answers;
    assert(answers->count < sizeof answers->items / sizeof *answers->items);
    struct erased_answer *answer = &answers->items[answers->count++];
    answer->route = *to->route;
    answer->done = *done;
    memcpy(answer->command_id, to->command_id, ID_BYTES);
    memcpy(answer->referral, referral, ID_BYTES);
}

bool erased_wait(const struct broker *b)
{
    return b->erased_answers.count > 0;
}

void erased_pack(struct broker *b)
{
    struct erased_answers *answers = &b->erased_answers;
    for (size_t i = 0; i < answers->written; i++) {
        struct erased_answer *answer = &answers->items[i];
        if (!sight_admits_still(b, &answer->route))
            continue;
        answer->done.key_remains = sealing_key_remains(b, state_case(b->state, answer->referral));
        answers_done(b, &(struct answer_to){&answer->route, answer->command_id}, &answer->done,
                     answer->referral);
    }
    answers->count -= answers->written;
    memmove(answers->items, answers->items + answers->written, answers->count * sizeof *answers->items);
    answers->written = answers->count;
}
