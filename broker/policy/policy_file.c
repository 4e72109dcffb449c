/* policy_file.c: turns the bytes of a file into a policy, or into a list of what is wrong. */
#include "broker/policy/policy_file.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/policy/inside.h"
#include "proto/words/file_error.h"

static void policy_file_fill(const struct yaml_tree *tree, struct policy *policy,
                             struct policy_problems *problems)
{
    struct reader reader = {.problems = problems, .policy = policy};
    struct spot file = {.node = yaml_tree_root(tree),
                        .remedy = "Begin with deploy/examples/region.yaml and change what is different."};
    quotas_set_defaults(policy);
    policy->tries_max = TRIES_DEFAULT;
    policy->retention_days = RETENTION_DAYS_DEFAULT;
    policy->undo_within_ms = INT64_C(3600000) * UNDO_WITHIN_HOURS_DEFAULT;
    read_fields(&reader, &file, POLICY_FIELDS, policy);
    if (problems->count == 0) /* otherwise rules would complain about values that could not be read */
        rules_check(&reader, &file);
    ladders_destroy(&reader.ladders);
    problems_sort(problems);
}

static bool policy_file_keep_bytes(struct policy_file *file, const uint8_t *bytes, size_t size)
{
    file->bytes = malloc(size + 1);
    if (!file->bytes)
        return false;
    memcpy(file->bytes, bytes, size);
    file->size = size;
    return crypto_generichash(file->policy.digest, sizeof file->policy.digest, bytes, size, NULL, 0) == 0;
}

struct policy_file *policy_file_parse(const uint8_t *bytes, size_t size, struct policy_problems *problems)
{
    struct policy_file *file;
    struct yaml_tree *tree;
    problems_begin(problems);
    if (size > POLICY_FILE_BYTES_MAX) {
        problems_add(problems, 0, "file", "Check that this is the policy file.",
                     "the file is larger than %d MiB", POLICY_FILE_BYTES_MAX / (1024 * 1024));
        return NULL;
    }
    tree = yaml_tree_parse(bytes, size, problems);
    if (!tree)
        return NULL;
    file = calloc(1, sizeof *file);
    if (!file || !policy_file_keep_bytes(file, bytes, size))
        problems_add_no_memory(problems);
    else
        policy_file_fill(tree, &file->policy, problems);
    yaml_tree_destroy(&tree);
    if (problems->count > 0)
        policy_file_destroy(&file);
    return file;
}

/* Returns the bytes of a file, which the caller frees, or NULL with errno set. If the file is too large,
 * returns one byte more than is allowed. */
static uint8_t *policy_file_read_bytes(const char *path, size_t *size)
{
    FILE *stream = fopen(path, "rbe");
    uint8_t *bytes = malloc(POLICY_FILE_BYTES_MAX + 1);
    if (!stream || !bytes) {
        free(bytes);
        bytes = NULL;
    } else {
        *size = fread(bytes, 1, POLICY_FILE_BYTES_MAX + 1, stream);
        if (ferror(stream)) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (stream) {
        int error = errno;
        fclose(stream);
        errno = error;
    }
    return bytes;
}

struct policy_file *policy_file_read(const char *path, struct policy_problems *problems)
{
    struct policy_file *file;
    size_t size = 0;
    uint8_t *bytes = policy_file_read_bytes(path, &size);
    if (!bytes) {
        int error = errno;
        problems_begin(problems);
        problems->not_now = !file_error_is_the_files(error);
        problems_add(problems, 0, "file", "Give the path of a file that this user may read.",
                     "it cannot be read: %s", strerror(error));
        return NULL;
    }
    file = policy_file_parse(bytes, size, problems);
    free(bytes);
    return file;
}

bool policy_file_digest(const char *path, uint8_t digest[32])
{
    size_t size = 0;
    uint8_t *bytes = policy_file_read_bytes(path, &size);
    bool is_read = bytes && crypto_generichash(digest, 32, bytes, size, NULL, 0) == 0;
    free(bytes);
    return is_read;
}

void policy_file_destroy(struct policy_file **file)
{
    if (!*file)
        return;
    free((*file)->policy.teams);
    free((*file)->policy.coordinators);
    free((*file)->policy.areas);
    free((*file)->policy.districts);
    free((*file)->policy.organisations);
    free((*file)->policy.sites);
    free((*file)->bytes);
    free(*file);
    *file = NULL;
}
