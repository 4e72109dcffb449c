/* setup_start.c: see setup_start.h. */
#include "services/cli/setup_start.h"

#include <stdio.h>
#include <unistd.h>

#include "services/cli/setup_drill.h"
#include "services/cli/setup_units.h"

void setup_start_say(struct plan *plan, const struct setup_answers *answers)
{
    bool is_first = setup_drill_is_due(plan), sends = is_first && !answers->no_drill;
    printf("\nOn the site's machine, as root, start it%s:\n\n", sends ? " and send a drill" : "");
    setup_units_say(plan, answers, is_first);
    if (sends)
        setup_drill_say(answers);
}

enum exit_code setup_start(struct plan *plan, const struct setup_answers *answers)
{
    bool is_first = setup_drill_is_due(plan);
    if (answers->root[0] || access("/run/systemd/system", F_OK) != 0) {
        setup_start_say(plan, answers);
        return CODE_DONE;
    }
    if (!setup_units_start(plan, answers, is_first))
        return CODE_ENVIRONMENT;
    if (is_first)
        return setup_drill_send(plan, answers);
    printf("\nThis site runs already, so no drill was sent. This sends one:\n\n");
    setup_drill_say(answers);
    return CODE_DONE;
}
