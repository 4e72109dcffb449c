/* show_message.c: which words are for which message: see show.h. */
#include "services/desk/show.h"
#include "services/desk/show_handover.h"
#include "services/desk/show_standing.h"

bool show_message(struct sheet *sheet, const Concordat__V1__Message *message, const struct showing *showing)
{
    if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_ANSWER)
        show_answer(sheet, message->answer, showing);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STATUS)
        show_status(sheet, message->status, showing);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_RECORD)
        show_record(sheet, message->record, showing);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_READ_BEYOND)
        show_read_beyond(sheet, message->read_beyond, showing->now_ms);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_HANDOVER_SHEET)
        show_handed_over(sheet, message->handover_sheet, showing);
    else if (message->body_case == CONCORDAT__V1__MESSAGE__BODY_STANDING)
        show_standing(sheet, message->standing);
    else
        return false;
    return true;
}
