/* limits.h: every bound on what browsers and strangers take of the gateway, each with its reason. */
#ifndef CONCORDAT_GATEWAY_LIMITS_H
#define CONCORDAT_GATEWAY_LIMITS_H

enum {
    /* Ten times the five hundred boards of a large region, and a fifth more for their pages. */
    HTTP_CONNECTIONS_MAX = 6 * 1024,
    /* Descriptors that connections leave to the process: sockets of libzmq, of the threads, and files. */
    HTTP_DESCRIPTORS_KEPT = 64,
    /* The request line and headers of one request, and the headers of its answer: a browser sends 1 KB, and a
     * proxy adds little. A connection takes so much memory while it is open. */
    HTTP_HEAD_BYTES_MAX = 8 * 1024,
    /* The longest form is a whole referral: 16 KiB in the protocol, three times as long when each byte is
     * written as %XX, and the names of its fields. */
    HTTP_BODY_BYTES_MAX = 64 * 1024,
    /* All forms that are being sent or answered: 256 of the longest, many times the people of a region who
     * send one in the same second. */
    HTTP_BODIES_BYTES_MAX = 256 * HTTP_BODY_BYTES_MAX,
    /* From the end of one answer, or from the connection's beginning, to the end of the next answer. A form
     * on one bar of signal takes the proxy seconds, which passes it on whole; a password waits for at most 5
     * s. The proxy must close its own idle connections earlier. */
    HTTP_REQUEST_MS = 30 * 1000,
    /* Between two looks for connections whose time is over. */
    HTTP_LOOK_MS = 1000,

    /* Boards that follow what happens: ten times those of a large region, and a tenth more for what a browser
     * has left behind and not closed yet. */
    STREAMS_MAX = 5500,
    /* What waits for one board: two whole boards of 100 cases. A reader so far behind is quicker with a new
     * page. */
    STREAM_BYTES_MAX = 256 * 1024,
    /* When the gateway stops, boards are told; so long do they have to hear it. */
    HTTP_CLOSE_MS = 1000,

    /* Nine minutes of a region's worst day: ten changes a second, each seen by the source, a team and a
     * coordinator. A board that was away for longer fetches its page anew. */
    FEED_ENTRIES_MAX = 16 * 1024,
    /* Cards of 2 KB on average. */
    FEED_BYTES_MAX = FEED_ENTRIES_MAX * 2048,
    /* More than this at once is a page's worth, and would fill half of what may wait for a stream. */
    FEED_CATCH_UP_BYTES_MAX = STREAM_BYTES_MAX / 2,
    /* A proxy, or a network on the way, that drops silent connections does so after 30 s or later. */
    FEED_BEAT_MS = 15 * 1000,
    /* Between two looks whether sessions hold: who is signed out is out in so long. */
    FEED_LOOK_MS = 1000,
    /* Between two looks what time alone has changed beside the cases of open boards: clocks there tick by the
     * second. */
    BOARD_LOOK_MS = 1000,
    /* Every tab that a person can watch, and those that a browser keeps behind. */
    FEED_BOARDS_OF_SESSION_MAX = 16,

    /* A page with a region's whole board is 200 KB; beyond this a page is a bug. */
    HTML_BYTES_MAX = 4 * 1024 * 1024,

    /* A report of a year takes a second or two: the last in the list is answered in time, and somebody who
     * reads reports does not ask for more than one at once. */
    INQUIRIES_MAX = 8,
    /* A person waits for so long at the page, and HTTP_REQUEST_MS is not over. */
    INQUIRY_MS = 20 * 1000,
    /* Rows of one table that a page shows: more than anybody reads. Six tables of twelve columns are 3 MB. */
    REPORT_PAGE_ROWS_MAX = 400,
    /* And that a download has: with all that is made of them 150 MB at the worst, one at a time. */
    REPORT_FILE_ROWS_MAX = 20 * 1000,
    /* What a page of a report is made from, by those rows. */
    REPORT_PAGE_BYTES = 4 * 1024 * 1024,
    /* Lines of a picture: those of the hours of a day, and a few more. */
    PICTURE_LINES_MAX = 32,
    /* Points of a chart: those of five years of months, or they would run into each other. */
    CHART_POINTS_MAX = 60,
    /* A verdict that is older is made anew when somebody looks: what was altered since is found the same
     * hour.
     */
    VERDICT_FRESH_MS = 60 * 60 * 1000,
    /* If the latest attempt gave no verdict, looking at the page does not begin the next one at once. */
    VERDICT_RETRY_MS = 60 * 1000,
    /* Findings that a page lists; `concordat verify` lists more. */
    VERDICT_FINDINGS_MAX = 100,

    /* The fields of the longest form: each field of a referral, twice. */
    FORM_FIELDS_MAX = 128,
    /* What somebody types into one field of a referral: more than a whole referral holds, because the reader
     * says what did not fit, and a form that is refused for its length is lost. */
    REFER_VALUE_BYTES_MAX = HTTP_BODY_BYTES_MAX,

    /* A sentence of words is a good password, and longer ones say nothing more. */
    PASSWORD_BYTES_MAX = 256,
    /* NIST SP 800-63B-4 3.1.1.2: eight characters where a second factor is asked for as well. */
    PASSWORD_BYTES_MIN = 8,
    /* Each hash takes 64 MiB and 0.15 s of a core: with two, a storm of passwords leaves the pages a core,
     * and 128 MiB are what the machine must have. */
    PASSWORDS_AT_ONCE = 2,
    /* So long does a person wait at the page without sending the form again. */
    PASSWORD_WAIT_MS = 5 * 1000,
    /* As many as two threads can do in that time. */
    PASSWORDS_WAITING_MAX = 64,

    /* OpenID Connect Core 1.0, 2: a subject has at most 255 ASCII characters. An issuer is given as many. */
    IDENTITY_BYTES_MAX = 255,
    /* Connections of Apache for sign-ins alone, each of which takes milliseconds: all of a shift at once. */
    SINGLE_CONNECTIONS_MAX = 64,

    /* As many as can be kept on one sheet of paper. */
    RECOVERY_CODES = 8,
    /* Sign-ins of 90 s, which is how long a code could be taken again: two threads hash 1200 passwords in it.
     */
    TAKEN_MAX = 2048,

    /* Places in which failed attempts are counted, for all ids there are and all that are guessed: among
     * them two people of a region of 20 000 hardly ever share one with somebody who fails. */
    LOCKOUT_PLACES = 128 * 1024,

    /* Twice the people of a region's largest shift. */
    SESSIONS_MAX = 8 * 1024,
    /* A telephone, a tablet, a computer, and the same again left behind elsewhere. */
    SESSIONS_OF_PERSON_MAX = 6,
    /* A screen that nobody has touched for so long is not attended to, however its board goes on. */
    SESSION_IDLE_MS = 30 * 60 * 1000,
    /* A screen on a wall that fetches its board every 30 seconds can miss two. */
    SESSION_WALL_MS = 100 * 1000,
    /* A person who stands up and comes back has not gone; somebody who sits down there has not touched it
       yet. */
    LOCK_MINUTES = 2,
    /* Then the session ends in any case: SESSION_IDLE_MS. */
    LOCK_MINUTES_MAX = 30,
    /* A shift of twelve and a half hours, and its handover. */
    SESSION_WHOLE_MS = 13 * 60 * 60 * 1000,

    /* One person's programs at /api: a board each few seconds on several screens, and a person's taps beside
     * it. The router allows a desk 200 questions a second, which the people there share; a board is 50. */
    API_PER_SECOND = 5,
    /* A program that begins, or catches up, may ask so much at once: half a minute's worth. */
    API_BURST = 150,
    /* A thousand people at a time have programs, of 20 000; two of those hardly ever share a place. */
    API_QUOTA_PLACES = 64 * 1024,

    /* The teams, desks of coordinators and sources of one large region. */
    DESKS_MAX = 256,
    /* Each line has three paths of ordinary length. */
    DESKS_FILE_BYTES_MAX = 256 * 1024,
    /* Each of a client's sockets, its connection, and as many again while they are replaced. */
    DESK_DESCRIPTORS = 16,
    /* A page shows its answer within seconds; so many forms are sent in minutes. */
    SAID_MAX = 1024,
    /* Many times what is open in a region at a time. */
    DESK_CASES_MAX = 8 * 1024,
    /* The board is asked for so often while somebody looks at it: news can be lost, and who is on shift is
     * told by no news. */
    DESK_BOARD_MS = 30 * 1000,
    /* A desk counts as present so long after somebody looked at one of its boards, and says so again after a
     * third of it. */
    DESK_LEASE_SECONDS = 60,
    /* How often it is seen which boards are open: several times in a lease. */
    DESK_LOOK_MS = 10 * 1000,
    /* A person waits so long for an answer, as at a terminal; then the page says that it is not known. */
    DESK_ANSWER_MS = 10 * 1000,
    /* So long may the router take before a saved referral counts as one that it does not have: it answers
     * within 0.05 s, and within a second while its disk is slow or many speak at once. */
    SETTLED_MS = 2000,
    /* The first look whether it has answered; each next one waits twice as long. */
    SETTLED_FIRST_MS = 25,

    /* Leave and illness are mostly shorter; who was away for longer may have left. A token that no program
       has used for so long is nobody's any more. */
    UNUSED_DAYS = 90,

    /* A token for a program lives so long if nobody says otherwise: three times a year somebody decides again
     * whether it is needed. */
    ACCESS_DAYS = 90,
    /* And no longer, whatever is said: a year, and a day in which to put the next one in. */
    ACCESS_DAYS_MAX = 366,
    /* A person's own programs, each with one token and another while it is replaced. */
    ACCESS_OF_PERSON_MAX = 8,
    /* One for each fifth person of the largest region; each is compared with at each call, in 0.2 ms. */
    ACCESS_MAX = 4096,
    /* So long may a sealed form lie on a device and still be delivered: as long as its intake keeps the key.
     */
    DELIVERY_DAYS = 30,
    /* Referrals that can be sealed from one page without a signal: more than a shift meets in a dead spot. */
    DELIVERY_RIGHTS = 8,
    /* An intake makes a new form key each week; one that has just been made is told soon. */
    FORM_KEY_ASK_MS = 10 * 60 * 1000,
    FORM_KEY_AGAIN_MS = 5 * 1000,
    /* A sealed form in base64: 40 KiB of what was typed, as scripts/sealing.js has it. */
    SEALED_TEXT_BYTES_MAX = 56 * 1024,

    /* Between two looks whether the people file was changed: somebody who is disabled is out in so long. */
    ACCOUNTS_LOOK_MS = 1000
};

#endif
