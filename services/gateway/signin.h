/* signin.h: how a person signs in: id, password and a one-time code, or a recovery code in its place.
 *
 * It has the people file and everybody who is signed in. A person who is disabled or reset in the file is out
 * within ACCOUNTS_LOOK_MS, and can sign in with what is new at once. One thread.
 */
#ifndef CONCORDAT_GATEWAY_SIGNIN_H
#define CONCORDAT_GATEWAY_SIGNIN_H

#include "services/gateway/accounts.h"
#include "services/gateway/http.h"
#include "services/gateway/session.h"

struct signin;

/* The file is that of accounts.h; beside it stands FILE.taken. The sign-in page offers single sign-on too if
 * there is any. NULL with a message if the file cannot be read, or there is no memory. */
struct signin *signin_open(const char *people_path, bool single_sign_on, unsigned lock_minutes, char *message,
                           size_t message_size);
/* Attempts that wait are answered first, so the server of the requests is closed after this. */
void signin_close(struct signin **signin);
/* The names of those who may sign in, as the file has them now: the place stays while signin is open. */
const struct people *signin_people(const struct signin *signin);

/* Shows the page with the form. */
void signin_show(const struct signin *signin, struct http_request *request);
/* Takes the form, and answers when the password is compared. */
void signin_take(struct signin *signin, struct http_request *request);
/* Signs in the person whom an identity provider has signed in, and shows the way on; or says that nobody here
 * knows them, and whom to ask. */
void signin_admit(struct signin *signin, struct http_request *request, const struct identity *identity,
                  const char *ring);
/* Ends the session of the request, if its form has the session's token, and shows the sign-in page or the
 * status. */
void signin_end(struct signin *signin, struct http_request *request);

/* The session of the request's cookie, and the person's account. NULL: nobody is signed in there. Both are
 * valid until the next call of any function here. */
const struct web_session *signin_find(struct signin *signin, const struct http_request *request,
                                      const struct account **account);
/* The same for a request that a page makes by itself, as its path says (SIGNIN_RENEWED): the session is used
 * by nobody, and a wall keeps it (session.h). */
#define SIGNIN_RENEWED "renewed"
#define SIGNIN_WALL    "wall"
const struct web_session *signin_renew(struct signin *signin, const struct http_request *request,
                                       const struct account **account);
/* The same, whatever the request is: the session is left as it is. */
const struct web_session *signin_watch(struct signin *signin, const struct http_request *request,
                                       const struct account **account);
/* The person for whom a program acts by this token, which counts as used today. NULL: the token is none, or
 * has ended, or its person may not come in. Valid as above. */
const struct account *signin_find_token(struct signin *signin, const char *token);
/* Whether the session of that number goes on; a wall keeps it. */
bool signin_holds(struct signin *signin, uint64_t session, bool is_wall);
/* Whether it is locked; it must go on. */
bool signin_locks(struct signin *signin, uint64_t session);
/* Nobody can unlock it: whoever is there signs in. */
bool signin_is_idle(struct signin *signin, const struct web_session *session);

/* False if there is none. */
bool signin_is_locked(struct signin *signin, const struct web_session *session);
void signin_lock(struct signin *signin, const struct web_session *session);

enum signin_proof {
    PROOF_GOOD, /* the session is unlocked */
    PROOF_WRONG,
    PROOF_OVER, /* too often: the session has ended */
    PROOF_BUSY
};
typedef void signin_proved(void *context, enum signin_proof proof);

/* Compares what the person of a session gives to prove that they are still there: the code of the app, which
 * is then taken, a recovery code, or the password. One of them is enough, because the session says that this
 * browser had both (NIST SP 800-63B-4, 2.2.3). Tells once, now or later. */
void signin_prove(struct signin *signin, const struct web_session *session, const char *given, int64_t now_ms,
                  signin_proved *told, void *context);

/* How many are signed in, and how many attempts to sign in were refused since the start. */
struct signin_counts {
    unsigned sessions;
    uint64_t refused;
};
struct signin_counts signin_counts(struct signin *signin);

/* For the caller's poll: the descriptors PASSWORDS_AT_ONCE, and for how long; -1: any time. */
int signin_fd(const struct signin *signin, unsigned at);
int signin_patience_ms(const struct signin *signin);
/* Does what is due: answers attempts, and reads the people file if it was changed. */
void signin_turn(struct signin *signin);

#endif
