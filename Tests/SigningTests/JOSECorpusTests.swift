import Foundation
import Signing
import Testing

/// Writes documents for `Scripts/check-jose.py`: `SUIXIN_JOSE_CORPUS=folder swift test --filter JOSE`.
@Suite("Independent libraries get documents to verify")
struct JOSECorpusTests {
    private static let folder = ProcessInfo.processInfo.environment["SUIXIN_JOSE_CORPUS"]

    @Test("Both algorithms, both forms, the smallest and the largest payload", .enabled(if: folder != nil))
    func corpus() throws {
        let folder = try #require(Self.folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let keys = try SignatureAlgorithm.allCases.map { algorithm throws(SigningError) in try SigningKey(algorithm) }
        let flattened = try DurableFile(path: folder + "/flattened.ndjson")
        let compact = try DurableFile(path: folder + "/compact.txt")
        for key in keys {
            for size in [0, 1, 50, 95_980] {
                let payload = bytes(#"{"filler":"\#(String(repeating: "信", count: size / 3))"}"#)
                let document = try key.sign(payload, as: .profile)
                try flattened.write(document.flattened + [0x0A])
                try compact.write(document.compact + [0x0A])
            }
        }
        try flattened.commit()
        try compact.commit()
        let jwks = try DurableFile(path: folder + "/jwks.json")
        try jwks.write(KeySet(keys.map(\.publicKey)).jwks)
        try jwks.commit()
    }
}
