/* call_shim.c: a library that is preloaded into our programs, counts the calls of one family, each by the
 * place that it came from, and makes one of them fail once. CALL_CONTROL names the file with a struct
 * call_control, which a test reads and writes while the program runs. A place is all return addresses above
 * the call, as offsets in their objects: the same in each run, although programs are loaded at other
 * addresses. It can also kill the program at one of the calls that change a file. */
#undef _FORTIFY_SOURCE /* it would put other functions in the place of those that stand here */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum call_family { OPEN, ACCEPT, SOCKET, MEMORY, READ, LOOK, WRITE, SYNC, START, WATCH, CHANGE };

enum {
    PLACES = 16384, /* a power of two, and several times what a run has */
    FRAMES_KEPT = 16,
    FRAMES_MAX = 40,
    OBJECTS = 64,
    OBJECT_CHARS = 64,
    CALL_CHARS = 24
};

struct call_place {
    atomic_uint_least64_t id; /* 0: free */
    atomic_uint count;
    uint32_t frame_count;
    char call[CALL_CHARS];
    uint64_t
        frames[FRAMES_KEPT]; /* the number of the object in the upper 16 bits, the offset in the others */
};

struct call_control {
    uint64_t place;      /* the place with the call that fails; 0: none */
    uint32_t occurrence; /* which of its calls fails, from 1 */
    uint32_t family;     /* whose calls count */
    atomic_uint failed;  /* how many calls were made to fail */
    atomic_uint lost;    /* calls that found no room below */
    atomic_uint objects_lock;
    atomic_uint kill_in; /* the program is killed before this call, from 1, that changes a file; 0: never */
    char objects[OBJECTS][OBJECT_CHARS];
    struct call_place places[PLACES];
};

static struct call_control *call_control;
static pid_t call_program; /* also in a child that it forks */
static __thread bool call_inside __attribute__((tls_model("initial-exec"))); /* our own calls do not count */

/* ISO C has no cast from an object's address to a function's; POSIX allows this one. */
static void *call_next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void call_open_control(void)
{
    void *frames[4];
    call_inside = true;
    call_program = getpid();
    const char *path = getenv("CALL_CONTROL");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *shared = MAP_FAILED;
    (void)backtrace(frames, 4); /* the first time it loads a library */
    if (fd >= 0) {
        shared = mmap(NULL, sizeof *call_control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (shared != MAP_FAILED)
        call_control = shared;
    call_inside = false;
}

/* --- places ----------------------------------------------------------------------------------------- */

static uint64_t call_mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t call_hash_text(const char *text)
{
    uint64_t hash = 1;
    for (; *text; text++)
        hash = call_mix(hash, (uint8_t)*text);
    return hash;
}

/* Returns the number of an object, which is the same in all processes that share the control. */
static unsigned call_object(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : *path ? path : program_invocation_short_name;
    unsigned i = 0;
    while (atomic_exchange(&call_control->objects_lock, 1))
        continue;
    while (i < OBJECTS - 1 && call_control->objects[i][0] &&
           strncmp(call_control->objects[i], name, OBJECT_CHARS - 1) != 0)
        i++;
    if (!call_control->objects[i][0])
        strncpy(call_control->objects[i], name, OBJECT_CHARS - 1);
    atomic_store(&call_control->objects_lock, 0);
    return i;
}

static uint64_t call_place_id(const char *call, uint64_t frames[FRAMES_MAX], int *count)
{
    void *addresses[FRAMES_MAX];
    int all = backtrace(addresses, FRAMES_MAX);
    uint64_t id = call_hash_text(call);
    struct dl_find_object own, found;
    *count = 0;
    if (_dl_find_object(&call_control, &own) != 0)
        return id;
    for (int i = 0; i < all; i++) {
        if (_dl_find_object(addresses[i], &found) != 0 || found.dlfo_map_start == own.dlfo_map_start)
            continue;
        uint64_t offset = (uint64_t)((uintptr_t)addresses[i] - (uintptr_t)found.dlfo_map_start);
        unsigned object = call_object(found.dlfo_link_map->l_name);
        id = call_mix(id, offset ^ call_hash_text(call_control->objects[object]));
        frames[(*count)++] = (uint64_t)object << 48 | offset;
    }
    return id ? id : 1;
}

static struct call_place *call_find_place(uint64_t id, const char *call, const uint64_t *frames, int count)
{
    for (uint64_t probe = 0; probe < PLACES; probe++) {
        struct call_place *place = &call_control->places[(id + probe) % PLACES];
        uint_least64_t found = 0;
        if (atomic_compare_exchange_strong(&place->id, &found, id)) {
            place->frame_count = (uint32_t)(count < FRAMES_KEPT ? count : FRAMES_KEPT);
            memcpy(place->frames, frames, place->frame_count * sizeof *frames);
            strncpy(place->call, call, CALL_CHARS - 1);
            return place;
        }
        if (found == id)
            return place;
    }
    atomic_fetch_add(&call_control->lost, 1);
    return NULL;
}

/* --- kills ------------------------------------------------------------------------------------------ */

/* Kills the program if this is the call before which it is to end. Sockets and logs have other calls. */
static void call_kill(const char *call)
{
    static const char *const names[] = {"pwrite",    "pwrite64", "ftruncate64", "fsync",
                                        "fdatasync", "rename",   "renameat",    "unlink"};
    size_t i = 0;
    if (!call_control || atomic_load(&call_control->kill_in) == 0)
        return;
    while (i < sizeof names / sizeof *names && strcmp(names[i], call) != 0)
        i++;
    if (i == sizeof names / sizeof *names || atomic_fetch_sub(&call_control->kill_in, 1) != 1)
        return;
    kill(call_program, SIGKILL);
    while (true)
        pause();
}

/* Counts a call. Returns whether it has to fail. */
static bool call_fails(enum call_family family, const char *call)
{
    uint64_t frames[FRAMES_MAX];
    int count, problem = errno;
    call_kill(call);
    if (!call_control || call_inside || call_control->family != family)
        return false;
    call_inside = true;
    uint64_t id = call_place_id(call, frames, &count);
    struct call_place *place = call_find_place(id, call, frames, count);
    bool fails = place && atomic_fetch_add(&place->count, 1) + 1 == call_control->occurrence &&
                 id == call_control->place;
    if (fails)
        atomic_fetch_add(&call_control->failed, 1);
    call_inside = false;
    errno = problem;
    return fails;
}

/* --- the calls -------------------------------------------------------------------------------------- */

#define CALL(family, problem, type, failure, name, parameters, arguments)                                    \
    type name parameters;                                                                                    \
    type name parameters                                                                                     \
    {                                                                                                        \
        static type(*real) parameters;                                                                       \
        if (!real)                                                                                           \
            *(void **)&real = call_next(#name);                                                              \
        if (!call_fails(family, #name))                                                                      \
            return real arguments;                                                                           \
        errno = problem;                                                                                     \
        return failure;                                                                                      \
    }

/* As open(2), which has a mode only if it may make a file. */
#define CALL_OPEN(name, parameters, arguments)                                                               \
    int name parameters;                                                                                     \
    int name parameters                                                                                      \
    {                                                                                                        \
        static int(*real) parameters;                                                                        \
        mode_t mode = 0;                                                                                     \
        va_list more;                                                                                        \
        if (!real)                                                                                           \
            *(void **)&real = call_next(#name);                                                              \
        va_start(more, flags);                                                                               \
        if (flags & (O_CREAT | O_TMPFILE))                                                                   \
            mode = va_arg(more, mode_t);                                                                     \
        va_end(more);                                                                                        \
        if (!call_fails(OPEN, #name))                                                                        \
            return real arguments;                                                                           \
        errno = EMFILE;                                                                                      \
        return -1;                                                                                           \
    }

/* Fails as fits the descriptor. A disk has an error; a connection breaks, for reading and for writing. */
static int call_break(int fd)
{
    return shutdown(fd, SHUT_RDWR) == 0 || errno == ENOTCONN ? ECONNRESET : EIO;
}

/* What the C library itself does with a stream that cannot be read. */
static void call_mark_stream(FILE *stream)
{
    enum { STREAM_ERROR_SEEN = 0x20 };
    stream->_flags |= STREAM_ERROR_SEEN;
    errno = EIO;
}

CALL_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
CALL_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
CALL_OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
CALL_OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))
CALL(OPEN, EMFILE, int, -1, __open64_2, (const char *path, int flags), (path, flags))
CALL(OPEN, EMFILE, FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
CALL(OPEN, EMFILE, FILE *, NULL, fopen64, (const char *path, const char *mode), (path, mode))
CALL(OPEN, EMFILE, DIR *, NULL, opendir, (const char *path), (path))
CALL(OPEN, EMFILE, int, -1, scandir,
     (const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
      int (*order)(const struct dirent **, const struct dirent **)),
     (path, list, filter, order))

CALL(ACCEPT, EMFILE, int, -1, accept, (int fd, __SOCKADDR_ARG peer, socklen_t *size), (fd, peer, size))
CALL(ACCEPT, EMFILE, int, -1, accept4, (int fd, __SOCKADDR_ARG peer, socklen_t *size, int flags),
     (fd, peer, size, flags))

CALL(SOCKET, EMFILE, int, -1, socket, (int domain, int type, int protocol), (domain, type, protocol))
CALL(SOCKET, EMFILE, int, -1, eventfd, (unsigned count, int flags), (count, flags))
CALL(SOCKET, EMFILE, int, -1, epoll_create1, (int flags), (flags))
CALL(SOCKET, EMFILE, int, -1, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))
CALL(SOCKET, EMFILE, int, -1, inotify_init1, (int flags), (flags))

CALL(MEMORY, ENOMEM, void *, NULL, malloc, (size_t size), (size))
CALL(MEMORY, ENOMEM, void *, NULL, calloc, (size_t count, size_t size), (count, size))
CALL(MEMORY, ENOMEM, void *, NULL, realloc, (void *piece, size_t size), (piece, size))
CALL(MEMORY, ENOMEM, void *, NULL, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
CALL(MEMORY, ENOMEM, int, ENOMEM, posix_memalign, (void **piece, size_t alignment, size_t size),
     (piece, alignment, size))
CALL(MEMORY, ENOMEM, FILE *, NULL, open_memstream, (char **text, size_t *size), (text, size))
CALL(MEMORY, ENOMEM, void *, MAP_FAILED, mmap,
     (void *at, size_t size, int protection, int flags, int fd, off_t offset),
     (at, size, protection, flags, fd, offset))
CALL(MEMORY, ENOMEM, void *, MAP_FAILED, mmap64,
     (void *at, size_t size, int protection, int flags, int fd, off_t offset),
     (at, size, protection, flags, fd, offset))

CALL(READ, call_break(fd), ssize_t, -1, read, (int fd, void *into, size_t size), (fd, into, size))
CALL(READ, call_break(fd), ssize_t, -1, __read_chk, (int fd, void *into, size_t size, size_t room),
     (fd, into, size, room))
CALL(READ, EIO, ssize_t, -1, pread, (int fd, void *into, size_t size, off_t at), (fd, into, size, at))
CALL(READ, EIO, ssize_t, -1, pread64, (int fd, void *into, size_t size, off_t at), (fd, into, size, at))
CALL(READ, EIO, int, -1, eventfd_read, (int fd, eventfd_t *value), (fd, value))
CALL(READ, call_break(fd), ssize_t, -1, recv, (int fd, void *into, size_t size, int flags),
     (fd, into, size, flags))
CALL(READ, (call_mark_stream(stream), EIO), size_t, 0, fread,
     (void *into, size_t size, size_t count, FILE *stream), (into, size, count, stream))

CALL(LOOK, EIO, int, -1, stat, (const char *path, struct stat *about), (path, about))
CALL(LOOK, EIO, int, -1, stat64, (const char *path, struct stat64 *about), (path, about))
CALL(LOOK, EIO, int, -1, lstat64, (const char *path, struct stat64 *about), (path, about))
CALL(LOOK, EIO, int, -1, fstat, (int fd, struct stat *about), (fd, about))
CALL(LOOK, EIO, int, -1, fstat64, (int fd, struct stat64 *about), (fd, about))
CALL(LOOK, EIO, int, -1, access, (const char *path, int mode), (path, mode))

CALL(WRITE, call_break(fd), ssize_t, -1, write, (int fd, const void *from, size_t size), (fd, from, size))
CALL(WRITE, EIO, ssize_t, -1, pwrite64, (int fd, const void *from, size_t size, off_t at),
     (fd, from, size, at))
CALL(WRITE, EIO, ssize_t, -1, pwrite, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at))
CALL(WRITE, EIO, int, -1, eventfd_write, (int fd, eventfd_t value), (fd, value))
CALL(WRITE, call_break(fd), ssize_t, -1, send, (int fd, const void *from, size_t size, int flags),
     (fd, from, size, flags))
CALL(WRITE, EIO, int, -1, ftruncate64, (int fd, off_t size), (fd, size))

CALL(SYNC, EIO, int, -1, fsync, (int fd), (fd))
CALL(SYNC, EIO, int, -1, fdatasync, (int fd), (fd))

CALL(START, EAGAIN, pid_t, -1, fork, (void), ())
CALL(START, EAGAIN, int, EAGAIN, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*work)(void *), void *context),
     (thread, attributes, work, context))

CALL(WATCH, ENOSPC, int, -1, inotify_add_watch, (int fd, const char *path, uint32_t changes),
     (fd, path, changes))
CALL(WATCH, ENOMEM, int, -1, epoll_ctl, (int fd, int what, int about, struct epoll_event *event),
     (fd, what, about, event))
CALL(WATCH, ENOMEM, int, -1, epoll_wait, (int fd, struct epoll_event *events, int count, int patience_ms),
     (fd, events, count, patience_ms))
CALL(WATCH, ENOMEM, int, -1, poll, (struct pollfd * items, nfds_t count, int patience_ms),
     (items, count, patience_ms))

CALL(CHANGE, EIO, int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
CALL(CHANGE, EIO, int, -1, unlink, (const char *path), (path))
CALL(CHANGE, EIO, int, -1, rename, (const char *from, const char *to), (from, to))
CALL(CHANGE, EIO, int, -1, renameat, (int from_at, const char *from, int to_at, const char *to),
     (from_at, from, to_at, to))
CALL(CHANGE, ENOLCK, int, -1, flock, (int fd, int what), (fd, what))
CALL(CHANGE, ENOBUFS, int, -1, bind, (int fd, __CONST_SOCKADDR_ARG own, socklen_t size), (fd, own, size))
CALL(CHANGE, ENOBUFS, int, -1, listen, (int fd, int waiting), (fd, waiting))
CALL(CHANGE, ENOBUFS, int, -1, connect, (int fd, __CONST_SOCKADDR_ARG peer, socklen_t size), (fd, peer, size))
CALL(CHANGE, ENOBUFS, int, -1, setsockopt, (int fd, int level, int what, const void *to, socklen_t size),
     (fd, level, what, to, size))
CALL(CHANGE, ENOBUFS, int, -1, getsockopt, (int fd, int level, int what, void *is, socklen_t *size),
     (fd, level, what, is, size))
