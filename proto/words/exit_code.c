/* exit_code.c: turns a failed assertion into an exit code. */
#include "proto/words/exit_code.h"

#include <signal.h>
#include <unistd.h>

static void end_as_a_bug(int signal_number)
{
    (void)signal_number;
    _exit(CODE_BUG);
}

void exit_code_for_bugs(void)
{
    (void)signal(SIGABRT, end_as_a_bug);
}
