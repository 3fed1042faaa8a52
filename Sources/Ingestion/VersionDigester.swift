internal import Crypto
package import CreditModel

/// Makes the digests of versions: SHA-256, or HMAC-SHA-256 where the key holds personal data.
package struct VersionDigester: Sendable {
    private let secret: SymmetricKey

    /// - Parameter secret: the installation's, so that nobody finds a key by trying out all numbers of identity cards.
    package init(secret: [UInt8]) { self.secret = SymmetricKey(data: secret) }

    /// The digest of a row as decoded: what is empty, and where it stood, does not count.
    package func digest(of record: SourceRecord, hasRestrictedKey: Bool) -> VersionDigest {
        var input: [UInt8] = []
        input.reserveCapacity(1024)
        func add(_ text: String) {
            let length = UInt32(truncatingIfNeeded: text.utf8.count)
            for shift: UInt32 in [24, 16, 8, 0] { input.append(UInt8(truncatingIfNeeded: length >> shift)) }
            input.append(contentsOf: text.utf8)
        }
        add(record.dataset.agency.rawValue)
        add(record.dataset.name)
        add(record.key.text)
        add("\(record.operation.rawValue)")
        add(record.modified.spaced)
        let fields = record.fields.enumerated().filter { !$0.element.text.isEmpty }.sorted { a, b in
            a.element.name == b.element.name
                ? a.offset < b.offset : a.element.name.utf8.lexicographicallyPrecedes(b.element.name.utf8)
        }
        for (_, field) in fields {
            add(field.name)
            add(field.text)
        }
        let digest =
            hasRestrictedKey
            ? Array(HMAC<SHA256>.authenticationCode(for: input, using: secret)) : Array(SHA256.hash(data: input))
        return VersionDigest(text: ShortDigest.text(of: digest))
    }
}
