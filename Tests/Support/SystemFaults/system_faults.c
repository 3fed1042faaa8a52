// Faults at system calls, for the programs under test: started with this library in LD_PRELOAD, a program is killed at the
// N-th call by which it changes a file, or told that the disk is full, broken or read-only, or shown another time.
//
// strace can do the same (-e inject=…:when=N), but it counts each thread by itself: with four agencies' threads, the N-th
// call of each is another moment than the N-th of the program, and most moments are never met. Here all threads count
// together. That no call is missed is tested against strace.
//
//   FAULT_UNDER   only calls on this folder and what lies below it count
//   FAULT_CALLS   which, separated by commas: write sync name open truncate folder read; all but read, if not given
//   FAULT_SUFFIX  only files whose names end so
//   FAULT_AT      the number of the call at which it happens, from 1; never, if not given
//   FAULT_DO      kill: before the call; after: after it; torn: after half of what it writes; a number: fails with this errno
//   FAULT_FOREVER 1: every later call fails too
//   FAULT_LOG     one line a counted call is appended: its kind, a blank, its path
//   FAULT_CLOCK   seconds by which the clock of the day is ahead
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// NEXT(name) is the C library's own function of that name.
#define NEXT(name) ((__typeof__(&name))next(&next_##name, #name))
#define DECLARE(name) static _Atomic(void *) next_##name

enum action { none, proceed_and_die, tear_and_die, fail };

static const char *under, *calls, *suffix;
static long at, ahead;
static int action, error_number, forever;
static int log_descriptor = -1;
static atomic_long count;

static void *next(_Atomic(void *) *kept, const char *name) {
    void *found = atomic_load(kept);
    if (!found) {
        found = dlsym(RTLD_NEXT, name);
        atomic_store(kept, found);
    }
    return found;
}

__attribute__((constructor)) static void read_environment(void) {
    under = getenv("FAULT_UNDER");
    calls = getenv("FAULT_CALLS");
    suffix = getenv("FAULT_SUFFIX");
    const char *text = getenv("FAULT_AT");
    at = text ? atol(text) : 0;
    text = getenv("FAULT_CLOCK");
    ahead = text ? atol(text) : 0;
    text = getenv("FAULT_FOREVER");
    forever = text && *text == '1';
    text = getenv("FAULT_DO");
    if (!text || !strcmp(text, "kill")) action = none;
    else if (!strcmp(text, "after")) action = proceed_and_die;
    else if (!strcmp(text, "torn")) action = tear_and_die;
    else { action = fail; error_number = atoi(text); }
    text = getenv("FAULT_LOG");
    if (text) log_descriptor = (int)syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int names_kind(const char *kind) {
    if (!calls || !*calls) return strcmp(kind, "read") != 0;
    size_t length = strlen(kind);
    for (const char *place = calls; (place = strstr(place, kind)); place += length)
        if ((place == calls || place[-1] == ',') && (place[length] == 0 || place[length] == ',')) return 1;
    return 0;
}

static int is_under(const char *path) {
    if (!under) return 0;
    size_t length = strlen(under);
    return !strncmp(path, under, length) && (path[length] == '/' || path[length] == 0);
}

// What is to be done at this call; 0 where it is not meant.
static int counted(const char *kind, const char *path) {
    if (!is_under(path) || !names_kind(kind)) return 0;
    if (suffix) {
        size_t length = strlen(path), tail = strlen(suffix);
        if (length < tail || strcmp(path + length - tail, suffix)) return 0;
    }
    long number = atomic_fetch_add(&count, 1) + 1;
    if (log_descriptor >= 0) {
        char line[PATH_MAX + 16];
        int length = snprintf(line, sizeof line, "%s %s\n", kind, path);
        syscall(SYS_write, log_descriptor, line, length);
    }
    return at && (number == at || (forever && number > at));
}

static int counted_file(const char *kind, int descriptor) {
    if (!under) return 0;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return counted(kind, path);
}

static int counted_path(const char *kind, int folder, const char *path) {
    if (!under || !path) return 0;
    if (*path == '/') return counted(kind, path);
    char link[64], base[PATH_MAX], whole[2 * PATH_MAX];
    if (folder == AT_FDCWD) strcpy(link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
    if (length <= 0) return 0;
    base[length] = 0;
    snprintf(whole, sizeof whole, "%s/%s", base, path);
    return counted(kind, whole);
}

// Before the call; whether it fails.
static int meets(int is_meant) {
    if (!is_meant) return 0;
    if (action == none) die();
    if (action != fail) return 0;
    errno = error_number;
    return 1;
}

// After the call.
static void leaves(int is_meant) { if (is_meant && action != fail) die(); }

#define AROUND(meant, failed, call) \
    do { \
        int is_meant = (meant); \
        if (meets(is_meant)) return failed; \
        __typeof__(call) result = (call); \
        int kept = errno; \
        leaves(is_meant); \
        errno = kept; \
        return result; \
    } while (0)

// Half of it where it is to be torn.
static size_t part(int is_meant, size_t size) { return is_meant && action == tear_and_die ? size / 2 : size; }

#define WRITING(descriptor, size, call) \
    do { \
        int is_meant = counted_file("write", descriptor); \
        if (meets(is_meant)) return -1; \
        size = part(is_meant, size); \
        ssize_t result = (call); \
        int kept = errno; \
        leaves(is_meant); \
        errno = kept; \
        return result; \
    } while (0)

DECLARE(write); DECLARE(pwrite); DECLARE(pwrite64); DECLARE(writev); DECLARE(fsync); DECLARE(fdatasync); DECLARE(rename);
DECLARE(renameat); DECLARE(renameat2); DECLARE(link); DECLARE(unlink); DECLARE(unlinkat); DECLARE(rmdir); DECLARE(remove); DECLARE(ftruncate);
DECLARE(ftruncate64); DECLARE(mkdir); DECLARE(open); DECLARE(open64); DECLARE(openat); DECLARE(openat64); DECLARE(read);
DECLARE(pread); DECLARE(pread64); DECLARE(clock_gettime); DECLARE(gettimeofday); DECLARE(time);

ssize_t write(int file, const void *bytes, size_t size) { WRITING(file, size, NEXT(write)(file, bytes, size)); }
ssize_t pwrite(int file, const void *bytes, size_t size, off_t place) {
    WRITING(file, size, NEXT(pwrite)(file, bytes, size, place));
}
ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t place) {
    WRITING(file, size, NEXT(pwrite64)(file, bytes, size, place));
}
ssize_t writev(int file, const struct iovec *parts, int number) {
    AROUND(counted_file("write", file), -1, NEXT(writev)(file, parts, number));
}
int fsync(int file) { AROUND(counted_file("sync", file), -1, NEXT(fsync)(file)); }
int fdatasync(int file) { AROUND(counted_file("sync", file), -1, NEXT(fdatasync)(file)); }
int rename(const char *from, const char *to) {
    AROUND(counted_path("name", AT_FDCWD, to), -1, NEXT(rename)(from, to));
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    AROUND(counted_path("name", to_folder, to), -1, NEXT(renameat)(from_folder, from, to_folder, to));
}
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags) {
    AROUND(counted_path("name", to_folder, to), -1, NEXT(renameat2)(from_folder, from, to_folder, to, flags));
}
int link(const char *from, const char *to) { AROUND(counted_path("name", AT_FDCWD, to), -1, NEXT(link)(from, to)); }
int unlink(const char *path) { AROUND(counted_path("name", AT_FDCWD, path), -1, NEXT(unlink)(path)); }
int unlinkat(int folder, const char *path, int flags) {
    AROUND(counted_path("name", folder, path), -1, NEXT(unlinkat)(folder, path, flags));
}
int rmdir(const char *path) { AROUND(counted_path("folder", AT_FDCWD, path), -1, NEXT(rmdir)(path)); }
int remove(const char *path) { AROUND(counted_path("name", AT_FDCWD, path), -1, NEXT(remove)(path)); }
int ftruncate(int file, off_t size) { AROUND(counted_file("truncate", file), -1, NEXT(ftruncate)(file, size)); }
int ftruncate64(int file, off64_t size) { AROUND(counted_file("truncate", file), -1, NEXT(ftruncate64)(file, size)); }
int mkdir(const char *path, mode_t mode) { AROUND(counted_path("folder", AT_FDCWD, path), -1, NEXT(mkdir)(path, mode)); }

// Only what may make or change a file.
static int opens(int folder, const char *path, int flags) {
    return (flags & (O_CREAT | O_WRONLY | O_RDWR)) ? counted_path("open", folder, path) : 0;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    AROUND(opens(AT_FDCWD, path, flags), -1, NEXT(open)(path, flags, mode));
}
int open64(const char *path, int flags, ...) {
    MODE(flags)
    AROUND(opens(AT_FDCWD, path, flags), -1, NEXT(open64)(path, flags, mode));
}
int openat(int folder, const char *path, int flags, ...) {
    MODE(flags)
    AROUND(opens(folder, path, flags), -1, NEXT(openat)(folder, path, flags, mode));
}
int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags)
    AROUND(opens(folder, path, flags), -1, NEXT(openat64)(folder, path, flags, mode));
}

ssize_t read(int file, void *bytes, size_t size) { AROUND(counted_file("read", file), -1, NEXT(read)(file, bytes, size)); }
ssize_t pread(int file, void *bytes, size_t size, off_t place) {
    AROUND(counted_file("read", file), -1, NEXT(pread)(file, bytes, size, place));
}
ssize_t pread64(int file, void *bytes, size_t size, off64_t place) {
    AROUND(counted_file("read", file), -1, NEXT(pread64)(file, bytes, size, place));
}

// MARK: The clock of the day; what measures durations stays as it is.

int clock_gettime(clockid_t clock, struct timespec *moment) {
    int result = NEXT(clock_gettime)(clock, moment);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) moment->tv_sec += ahead;
    return result;
}
int gettimeofday(struct timeval *restrict moment, void *restrict zone) {
    int result = NEXT(gettimeofday)(moment, zone);
    if (result == 0) moment->tv_sec += ahead;
    return result;
}
time_t time(time_t *kept) {
    time_t now = NEXT(time)(0) + ahead;
    if (kept) *kept = now;
    return now;
}
