#if canImport(Glibc)
internal import CMalloc
#endif

/// Memory that was let go but that the C library keeps for each thread's next use.
package enum FreedMemory {
    /// Gives it back to the system.
    ///
    /// What one thread makes and another lets go lies scattered: without this, the peak of a long job is twice what it ever
    /// uses. Takes milliseconds, so not for each small thing.
    package static func giveBack() {
        // Of other systems' libraries nothing of the kind is known to be needed.
        #if canImport(Glibc)
        _ = malloc_trim(0)
        #endif
    }
}
