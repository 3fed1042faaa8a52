internal import CreditStore
internal import Glibc

/// The file beside a store that only one writing process holds locked; the system lets go of it when that process ends.
final class WriterLock: Sendable {
    private let descriptor: Int32
    /// Milliseconds between two attempts.
    private static let pause = 10

    /// - Parameters:
    ///   - path: The file.
    ///   - patience: Milliseconds to wait for whoever holds it for one short transaction.
    /// - Throws: ``StoreError`` `locked` where another opening holds it.
    init(path: String, patience: Int = 0) throws(StoreError) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
        guard descriptor >= 0 else {
            throw StoreError(.unusable, "cannot create \(path): check that its folder exists and may be written")
        }
        var waited = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, waited < patience else {
                _ = close(descriptor)
                throw StoreError(
                    .locked,
                    "another process writes to the store (it holds \(path)): wait until it has ended, then try again"
                )
            }
            waited += Self.pause
            usleep(UInt32(Self.pause) * 1000)
        }
    }

    deinit { _ = close(descriptor) }

    /// Makes an empty file that only its owner may read; one that is there stays as it is.
    static func makePrivateFile(_ path: String) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(0o600))
        guard descriptor >= 0 else { return }
        _ = close(descriptor)
    }
}
