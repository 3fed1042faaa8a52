internal import Crypto
public import HashTree

extension HashTree {
    /// The tree that the exchange signs the roots of: SHA-256 throughout.
    public static let sha256 = HashTree { bytes in
        var hash = SHA256()
        unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        let digest = hash.finalize()
        return unsafe digest.withUnsafeBytes { unsafe TreeHash(reading: Span(_unsafeBytes: $0)) }
    }
}
