// Lets the thread sanitizer see a contended `Mutex` of the Swift library: preloaded by Scripts/sanitize.
//
// The free lock is taken in code of ours, which the sanitizer watches. One that is held is waited for inside
// libswiftSynchronization.so, which it does not: what the lock orders then looks like a race. These functions stand before
// the library's of the same names (Swift 6.3, Linux) and tell the sanitizer what happened; they hide nothing.
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Of the sanitizer's runtime; absent in processes that are not watched, such as SwiftPM itself.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT void suixin_lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool suixin_try(SELF) __asm__(TRY);
SWIFT void suixin_unlock(SELF) __asm__(UNLOCK);

static void *library(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    // Another version of the library, in which this file must be looked at again.
    if (found == NULL) abort();
    return found;
}

SWIFT void suixin_lock(uint32_t thread, SELF) {
    SWIFT void (*original)(uint32_t, SELF) = library(LOCK);
    original(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool suixin_try(SELF) {
    SWIFT bool (*original)(SELF) = library(TRY);
    bool isLocked = original(self);
    if (isLocked && __tsan_acquire) __tsan_acquire(self);
    return isLocked;
}

SWIFT void suixin_unlock(SELF) {
    SWIFT void (*original)(SELF) = library(UNLOCK);
    if (__tsan_release) __tsan_release(self);
    original(self);
}
