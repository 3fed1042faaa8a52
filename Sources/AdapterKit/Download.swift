import CreditModel
import Crypto
import FeedTransport

#if canImport(Glibc)
import Glibc
#endif

/// A file that is being downloaded: what lies on disk, its digest so far, and the ETag it belongs to.
final class Download {
    private let descriptor: Int32
    private var hash = SHA256()
    private(set) var size = 0
    /// A strong one, or nil.
    private(set) var etag: String?
    private(set) var failure: AskFailure?
    private var limit = 0
    private var isPlaced = false

    /// Opens an empty file at `path`.
    init(path: String) throws(AdapterError) {
        descriptor = unsafe open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw AdapterError(.local, "The spool file cannot be written; look at its folder.")
        }
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    var canResume: Bool { etag != nil }

    /// SHA-256 of what was written so far, in lower-case hex.
    var digest: String { hash.finalize().hexadecimal }

    /// A try begins.
    func begin(limit: Int) {
        failure = nil
        isPlaced = false
        self.limit = limit
        if etag == nil { restart() }
    }

    /// What lies on disk is of no use.
    func restart() {
        _ = ftruncate(descriptor, 0)
        _ = lseek(descriptor, 0, SEEK_SET)
        size = 0
        etag = nil
        hash = SHA256()
    }

    /// - Returns: false when the rest is of no use.
    func take(_ bytes: UnsafeRawBufferPointer, of response: TransportResponse) -> Bool {
        guard response.status == 200 || response.status == 206 else { return true }
        if !isPlaced, !place(response) { return false }
        guard size + bytes.count <= limit else {
            return fail(.limit, "The file is larger than \(limit) bytes.")
        }
        var written = 0
        while written < bytes.count {
            let count = unsafe write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                return fail(.local, "The spool file cannot be written; is the disk full?")
            }
            written += count
        }
        unsafe hash.update(bufferPointer: bytes)
        size += bytes.count
        return true
    }

    /// A try ended well: what lies there is the whole file.
    func end(_ response: TransportResponse) throws(AskFailure) {
        if !isPlaced, !place(response), let failure { throw failure }
    }

    /// Decides where an answer's bytes belong: after what is there, or in place of it.
    private func place(_ response: TransportResponse) -> Bool {
        isPlaced = true
        let answered = Self.strong(response.header("etag"))
        if response.status == 206 {
            let start = response.header("content-range").flatMap(Self.start)
            guard size > 0, start == size, answered == nil || answered == etag else {
                restart()
                return fail(.malformed, "The agency resumes another file than was asked for; it is read afresh.")
            }
            return true
        }
        restart()
        etag = answered
        return true
    }

    private func fail(_ code: AdapterError.Code, _ message: String) -> Bool {
        failure = AskFailure(AdapterError(code, message))
        return false
    }

    private static func strong(_ etag: String?) -> String? {
        guard let etag, etag.hasPrefix("\""), etag.hasSuffix("\""), etag.count > 2 else { return nil }
        return etag
    }

    /// The first byte's place in `bytes 500-999/1000`.
    private static func start(_ range: String) -> Int? {
        guard range.hasPrefix("bytes ") else { return nil }
        return Int(range.dropFirst(6).prefix { $0 != "-" })
    }
}
