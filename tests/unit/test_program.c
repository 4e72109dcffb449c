/* How each program begins: what a process may leave behind after program_begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/words/exit_code.h"
#include "proto/words/program.h"

/* Runs `body` in a process of its own, which may dump core and has begun, and returns its exit code. */
static int exit_code_of_program(int (*body)(void))
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit most;
        if (getrlimit(RLIMIT_CORE, &most) != 0)
            _exit(CODE_ENVIRONMENT);
        most.rlim_cur = most.rlim_max;
        if (setrlimit(RLIMIT_CORE, &most) != 0)
            _exit(CODE_ENVIRONMENT);
        program_begin();
        _exit(body());
    }
    int status;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int fail_an_assertion(void)
{
    abort();
}

static void a_failed_assertion_ends_it_as_a_bug(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of_program(fail_an_assertion), CODE_BUG);
}

static int core_limit_is_none(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0;
}

static void P9_its_limit_for_core_dumps_is_none(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of_program(core_limit_is_none), true);
}

static int is_dumpable(void)
{
    return prctl(PR_GET_DUMPABLE);
}

static void P9_the_kernel_hands_its_memory_to_nobody(void **state)
{
    (void)state;
#ifdef CONCORDAT_SANITIZED
    print_message("skipped: a build with sanitizers traces its own process\n");
    skip();
#endif
    assert_int_equal(exit_code_of_program(is_dumpable), 0);
}

static int umask_is_private(void)
{
    return umask(0) == (S_IRWXG | S_IRWXO);
}

static void P9_its_files_are_for_its_own_user(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of_program(umask_is_private), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_assertion_ends_it_as_a_bug),
        cmocka_unit_test(P9_its_limit_for_core_dumps_is_none),
        cmocka_unit_test(P9_the_kernel_hands_its_memory_to_nobody),
        cmocka_unit_test(P9_its_files_are_for_its_own_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
