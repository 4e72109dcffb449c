/* moves.c: why a case is not moved, by command and refusal: see moves.h. */
#include "broker/shell/moves.h"

#include <stddef.h>

#define MOVES(command) CONCORDAT__V1__REQUEST__COMMAND_##command

/* What happened, what holds now, what to do next. */
static const struct {
    Concordat__V1__Request__CommandCase command;
    enum refusal refusal;
    const char *words;
} moves_faults[] = {
    {MOVES(TAKE), REFUSAL_BAD_VALUE,
     "A team has this case, and still has it. To take it from them say why. They are told."},
    {MOVES(ASSIGN), REFUSAL_WRONG_STATE,
     "A team has this case, and still has it. Take it first, and say why. Then choose a team."},
    {MOVES(CLOSE), REFUSAL_WRONG_STATE,
     "You do not have this case in hand, so nothing was changed. See who holds it; a coordinator takes it first."},
    {MOVES(ASSIGN), REFUSAL_NOT_A_MATCH,
     "By the region's rules this team is not for this person: their age, needs, language or place. Nothing was changed. If it is right, ask them again, although the rules say otherwise."},
    {MOVES(HANDOVER), REFUSAL_NOT_A_MATCH,
     "By the region's rules that team is not for this person: their age, needs, language or place. It stays with you. If it is right, ask them again, although the rules say otherwise."},
    {MOVES(HANDOVER), REFUSAL_WRONG_STATE,
     "You do not have this case in hand, or a team is being asked already. Nothing was changed. See its status; you can end the asking and keep it."},
    {MOVES(CANCEL_HANDOVER), REFUSAL_WRONG_STATE,
     "No handover of yours is being asked, so there is nothing to cancel. Nothing was changed; see who holds it."},
    {MOVES(GIVE_BACK), REFUSAL_BAD_VALUE,
     "It still is yours. Say in a few words why you give it back, and nothing that names the person."},
    {MOVES(RECORD_PASSED_ON), REFUSAL_WRONG_STATE,
     "Only a case that is closed as referred on has been passed on, and nothing was changed. If it is open, close it first, as referred on."},
    {MOVES(RECORD_PASSED_ON), REFUSAL_BAD_VALUE,
     "It does not say which provider has it, and nothing was changed. Give their code. If they have none, name them in the note."},
    {MOVES(SAW_CLOSING), REFUSAL_WRONG_STATE,
     "No team asks to close this case without contact. Nothing was changed; see who holds it now."},
    {MOVES(SAW_CLOSING), REFUSAL_BAD_VALUE,
     "Nothing was changed. Say who you are. To keep it open, say why."},
    {MOVES(GIVE_BACK), REFUSAL_WRONG_STATE,
     "Your team does not have this case, so there is nothing to give back. Nothing was changed; see who holds it."},
};

const char *moves_fault(const Concordat__V1__Request *request, enum refusal refusal)
{
    for (size_t i = 0; i < sizeof moves_faults / sizeof *moves_faults; i++)
        if (moves_faults[i].command == request->command_case && moves_faults[i].refusal == refusal)
            return moves_faults[i].words;
    return NULL;
}
