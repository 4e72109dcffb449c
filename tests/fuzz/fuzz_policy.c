/* fuzz_policy.c: a policy file from anybody. */
#include <assert.h>

#include "broker/policy/policy_file.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct policy_problems problems;
    struct policy_file *file = policy_file_parse(bytes, size, &problems);
    assert(file ? problems.count == 0 : problems.count > 0 && problems.count <= POLICY_PROBLEMS_MAX);
    for (size_t i = 0; i < problems.count; i++)
        assert(problems.items[i].line >= 0 && problems.items[i].text[0] && problems.items[i].remedy[0]);
    policy_file_destroy(&file);
    return 0;
}
