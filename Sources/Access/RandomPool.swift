internal import Crypto
internal import Synchronization

/// Random numbers fit for secrets, drawn from the system for many at once.
///
/// Each query takes two for its id, and the system wants a call for each. Here one key of 256 bits is drawn for each thousand:
/// they are what ChaCha20 makes of that key, which is used once and forgotten. That is how the system makes its own, and whoever
/// knows some of them knows nothing of the others.
public final class RandomPool: Sendable {
    private let source: @Sendable () -> UInt64
    private let numbers = Mutex<[UInt64]>([])
    private static let count = 1024

    /// - Parameter source: the system's randomness, fit for secrets.
    public init(_ source: @escaping @Sendable () -> UInt64) { self.source = source }

    /// The next number, which nobody else gets.
    public func next() -> UInt64 {
        numbers.withLock { numbers in
            if numbers.isEmpty { numbers = Self.stream(source) ?? [source()] }
            // Where there was none it has just been filled.
            return numbers.popLast() ?? source()
        }
    }

    private static func stream(_ source: () -> UInt64) -> [UInt64]? {
        let key = SymmetricKey(data: (0..<4).flatMap { _ in bytes(of: source()) })
        let zeros = [UInt8](repeating: 0, count: 8 * count)
        // A key is used for one message only, so its nonce may be any.
        guard let nonce = try? ChaChaPoly.Nonce(data: [UInt8](repeating: 0, count: 12)),
            let sealed = try? ChaChaPoly.seal(zeros, using: key, nonce: nonce)
        else { return nil }
        let stream = Array(sealed.ciphertext)
        return stride(from: 0, to: stream.count, by: 8).map { start in
            stream[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static func bytes(of word: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    }
}
