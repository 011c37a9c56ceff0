// Tells ThreadSanitizer of the contended half of Swift's Mutex: that half stands in the runtime, which is not built
// for the sanitizer, and so every lock that had to wait looked like a race. The other half is inlined, and seen.
// Preloaded by tools/sanitize into tests that are built for the sanitizer.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

// The runtime of the sanitizer has them.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT void lock_slow(uint32_t thread, SELF handle) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF handle) {
    static SWIFT void (*wait)(uint32_t, SELF);
    if (!wait) wait = (SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK);
    wait(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock_slow(SELF handle) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF handle) {
    static SWIFT void (*wake)(SELF);
    if (!wake) wake = (SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(handle);
    wake(handle);
}
