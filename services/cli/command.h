/* command.h: the subcommands of `concordat`. One table in main.c has a row for each. */
#ifndef CONCORDAT_CLI_COMMAND_H
#define CONCORDAT_CLI_COMMAND_H

#include "proto/words/exit_code.h"

struct command {
    const char *name;
    const char *summary;
    /* argv[0] is "concordat NAME", for messages. */
    enum exit_code (*run)(const struct command *command, int argc, char **argv);
};

enum exit_code command_keys(const struct command *command, int argc, char **argv);
enum exit_code command_refer(const struct command *command, int argc, char **argv);
enum exit_code command_update(const struct command *command, int argc, char **argv);
enum exit_code command_act(const struct command *command, int argc, char **argv); /* a row of action.h */
enum exit_code command_board(const struct command *command, int argc, char **argv);
enum exit_code command_offers(const struct command *command, int argc, char **argv);
enum exit_code command_report(const struct command *command, int argc, char **argv);
enum exit_code command_verify(const struct command *command, int argc, char **argv);

#endif
