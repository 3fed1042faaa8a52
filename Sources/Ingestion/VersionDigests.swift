internal import AdapterKit
internal import CreditModel
internal import Crypto

/// Digests of record versions: what tells that a row is known already.
struct VersionDigests: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: the installation's, under which versions with a restricted key are digested.
    init(secret: [UInt8]) { key = SymmetricKey(data: secret) }

    /// The digest over agency, dataset, key, operation, time of modification and the fields as decoded.
    ///
    /// Each text comes with its length, so that no two rows run together into the same bytes. Empty elements mean what absent
    /// ones mean, and the order of elements means nothing.
    func digest(of record: SourceRecord, isRestricted: Bool) -> VersionDigest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(record.original.count + 128)
        append(record.dataset.agency.rawValue, to: &bytes)
        append(record.dataset.name, to: &bytes)
        append(record.key.text, to: &bytes)
        bytes.append(record.operation.rawValue)
        append("\(record.modified)", to: &bytes)
        let fields = record.fields.enumerated().filter { !$0.element.text.isEmpty }.sorted { a, b in
            a.element.name == b.element.name ? a.offset < b.offset : a.element.name < b.element.name
        }
        for (_, field) in fields {
            append(field.name, to: &bytes)
            append(field.text, to: &bytes)
        }
        let digest: [UInt8] =
            isRestricted
            ? Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)) : Array(SHA256.hash(data: bytes))
        return VersionDigest(text: ShortDigest.text(of: digest))
    }

    private func append(_ text: String, to bytes: inout [UInt8]) {
        let count = UInt32(text.utf8.count)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: count >> UInt32(shift))) }
        bytes.append(contentsOf: text.utf8)
    }
}
