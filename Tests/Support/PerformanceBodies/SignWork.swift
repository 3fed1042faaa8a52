import Crypto
import Signing

#if canImport(Glibc)
import Glibc
#endif

/// Signs payloads with ES256 for some seconds of one core, and tells at which rates.
public struct SignWork {
    private let payloads: [[UInt8]]
    private let seconds: Double

    /// Operations per second of processor time.
    public struct Rates: Sendable {
        /// Payloads signed, from bytes to a finished document.
        public var documents = 0.0
        /// Payloads of 32 bytes signed.
        public var digests = 0.0
        /// What is signed of a payload, hashed with SHA-256.
        public var hashes = 0.0
        /// The middle size of a payload, in bytes.
        public var bytes = 0
    }

    /// - Parameters:
    ///   - documents: Signed documents, whose payloads are signed anew.
    ///   - seconds: Of processor time for each rate.
    /// - Throws: ``WorkError`` where there are none, and what no signed document throws.
    public init(documents: [[UInt8]], seconds: Double) throws {
        payloads = try documents.map { try SignedDocument(parsing: $0).unverifiedPayload }
        self.seconds = seconds
        guard !payloads.isEmpty else { throw WorkError("there is nothing to sign") }
    }

    /// Signs.
    public func run() throws -> Rates {
        let key = try SigningKey(.es256)
        var rates = Rates()
        rates.bytes = payloads.map(\.count).sorted()[payloads.count / 2]
        rates.documents = try rate { _ = try key.sign(payloads[$0], as: .profile) }
        let digest = [UInt8](repeating: 7, count: 32)
        rates.digests = try rate { _ in _ = try key.sign(digest, as: .profile) }
        // The header's text, a dot, and the payload's text.
        let inputs = try payloads.map { payload in
            let compact = try key.sign(payload, as: .profile).compact
            return Array(compact[..<(compact.lastIndex(of: UInt8(ascii: ".")) ?? 0)])
        }
        rates.hashes = rate { _ = SHA256.hash(data: inputs[$0]) }
        return rates
    }

    private func rate(_ body: (Int) throws -> Void) rethrows -> Double {
        let begin = Processor.seconds
        var count = 0
        while true {
            for _ in 0..<64 {
                try body(count % payloads.count)
                count += 1
            }
            let passed = Processor.seconds - begin
            if passed >= seconds { return Double(count) / passed }
        }
    }
}

/// What this process has used of the machine.
enum Processor {
    /// Seconds of processor time, of all threads.
    static var seconds: Double { seconds(of: CLOCK_PROCESS_CPUTIME_ID) }
    /// Seconds on a clock that only goes on.
    static var clock: Double { seconds(of: CLOCK_MONOTONIC) }

    private static func seconds(of clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
