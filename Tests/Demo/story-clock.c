// Preloaded into the demo's server: moves its clocks by what a file says, so that it lives through two weeks in a
// minute. The file ($STORY_CLOCK) holds one little-endian int64: nanoseconds to add to the time of day. All clocks
// move together, as they do for a machine that has slept; the server cannot tell.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
// Clocks that count from the start of the machine must not fall below zero when the story lies in the past.
#define SINCE_BOOT (100000000LL * SECOND)

static const volatile int64_t *offset;
static clockid_t timer_clocks[65536];

__attribute__((constructor)) static void open_clock(void) {
    const char *path = getenv("STORY_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) _exit(2);
    void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (page == MAP_FAILED) _exit(2);
    offset = page;
}

static int64_t shift(clockid_t clock) {
    if (!offset) return 0;
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE: return *offset;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME: return *offset + SINCE_BOOT;
    default: return 0;
    }
}

static void move(struct timespec *moment, int64_t by) {
    int64_t total = (int64_t)moment->tv_sec * SECOND + moment->tv_nsec + by;
    moment->tv_sec = total / SECOND;
    moment->tv_nsec = total % SECOND;
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
    int result = syscall(SYS_clock_gettime, clock, moment);
    if (result == 0) move(moment, shift(clock));
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec moment;
    clock_gettime(CLOCK_REALTIME, &moment);
    now->tv_sec = moment.tv_sec;
    now->tv_usec = moment.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec moment;
    clock_gettime(CLOCK_REALTIME, &moment);
    if (result) *result = moment.tv_sec;
    return moment.tv_sec;
}

// A timer that is set to a moment of the story must be given to the kernel in the kernel's own time.
int timerfd_create(clockid_t clock, int flags) {
    int file = syscall(SYS_timerfd_create, clock, flags);
    if (file >= 0 && file < 65536) timer_clocks[file] = clock;
    return file;
}

int timerfd_settime(int file, int flags, const struct itimerspec *value, struct itimerspec *old) {
    struct itimerspec moved = *value;
    int isSet = value->it_value.tv_sec != 0 || value->it_value.tv_nsec != 0;
    if ((flags & TFD_TIMER_ABSTIME) && isSet && file >= 0 && file < 65536) {
        move(&moved.it_value, -shift(timer_clocks[file]));
        if (moved.it_value.tv_sec < 0 || moved.it_value.tv_nsec <= 0) {
            moved.it_value.tv_sec = moved.it_value.tv_sec < 0 ? 0 : moved.it_value.tv_sec;
            moved.it_value.tv_nsec = 1;
        }
    }
    return syscall(SYS_timerfd_settime, file, flags, &moved, old);
}
