/* fiber.c: see fiber.h. The address sanitizer must be told whenever the stack is another one. */
#include "tests/simulation/servers/fiber.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <ucontext.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_TELLS_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define FIBER_TELLS_SANITIZER
#endif

#ifdef FIBER_TELLS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#else
static void __sanitizer_start_switch_fiber(void **kept, const void *bottom, size_t size)
{
    (void)kept, (void)bottom, (void)size;
}
static void __sanitizer_finish_switch_fiber(void *kept, const void **bottom, size_t *size)
{
    (void)kept, (void)bottom, (void)size;
}
#endif

enum { FIBER_STACK_BYTES = 256 * 1024 };

struct fiber {
    ucontext_t own, runner;
    void (*main)(void *context);
    void *context;
    bool ended;
    void *kept_by_runner, *kept_by_fiber; /* by the sanitizer */
    const void *runner_stack;
    size_t runner_stack_size;
    char *stack; /* owned */
};

static struct fiber *running;

static void fiber_begins(void)
{
    struct fiber *f = running;
    __sanitizer_finish_switch_fiber(NULL, &f->runner_stack, &f->runner_stack_size);
    f->main(f->context);
    f->ended = true;
    __sanitizer_start_switch_fiber(NULL, f->runner_stack, f->runner_stack_size);
    setcontext(&f->runner);
}

struct fiber *fiber_open(void (*main)(void *context), void *context)
{
    struct fiber *f = calloc(1, sizeof *f);
    assert(f);
    f->stack = malloc(FIBER_STACK_BYTES);
    assert(f->stack);
    f->main = main;
    f->context = context;
    int status = getcontext(&f->own);
    assert(status == 0);
    (void)status;
    f->own.uc_stack.ss_sp = f->stack;
    f->own.uc_stack.ss_size = FIBER_STACK_BYTES;
    makecontext(&f->own, fiber_begins, 0);
    return f;
}

void fiber_close(struct fiber **fiber)
{
    if (!*fiber)
        return;
    assert((*fiber)->ended);
    free((*fiber)->stack);
    free(*fiber);
    *fiber = NULL;
}

bool fiber_has_ended(const struct fiber *fiber)
{
    return fiber->ended;
}

void fiber_run(struct fiber *f)
{
    assert(!running && !f->ended);
    running = f;
    __sanitizer_start_switch_fiber(&f->kept_by_runner, f->stack, FIBER_STACK_BYTES);
    swapcontext(&f->runner, &f->own);
    __sanitizer_finish_switch_fiber(f->kept_by_runner, NULL, NULL);
    running = NULL;
}

void fiber_gives_way(void)
{
    struct fiber *f = running;
    assert(f);
    __sanitizer_start_switch_fiber(&f->kept_by_fiber, f->runner_stack, f->runner_stack_size);
    swapcontext(&f->own, &f->runner);
    __sanitizer_finish_switch_fiber(f->kept_by_fiber, &f->runner_stack, &f->runner_stack_size);
}
