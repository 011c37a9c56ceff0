// Preloaded into a server under test: ends the process as `kill -9` would, just before or just after its nth call
// of one system call, so that a test can place the end in every step of a commit.
//
//   KILL_AT=pwrite:12          before the 12th pwrite
//   KILL_AT=fdatasync:3:after  after the 3rd fdatasync
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static char wanted[32];
static long turn;
static int afterwards;
static atomic_long calls;

__attribute__((constructor)) static void read_plan(void) {
    const char *plan = getenv("KILL_AT");
    char when[16] = "";
    if (plan) sscanf(plan, "%31[^:]:%ld:%15s", wanted, &turn, when);
    afterwards = strcmp(when, "after") == 0;
    unsetenv("KILL_AT");
    unsetenv("LD_PRELOAD");
}

// 1 if this call is the one.
static int counts(const char *name) {
    return strcmp(name, wanted) == 0 && atomic_fetch_add(&calls, 1) + 1 == turn;
}

static void end(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define INTERPOSE(type, name, parameters, arguments)              \
    type name parameters {                                        \
        static type(*real) parameters;                            \
        if (!real) real = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
        int now = counts(#name);                                  \
        if (now && !afterwards) end();                            \
        type result = real arguments;                             \
        if (now) end();                                           \
        return result;                                            \
    }

INTERPOSE(ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
INTERPOSE(int, fdatasync, (int fd), (fd))
INTERPOSE(int, fsync, (int fd), (fd))
INTERPOSE(int, syncfs, (int fd), (fd))
INTERPOSE(int, ftruncate, (int fd, off_t length), (fd, length))
INTERPOSE(int, rename, (const char *from, const char *to), (from, to))
