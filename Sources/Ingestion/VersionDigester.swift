internal import Crypto
package import CreditModel
internal import Synchronization

/// Makes the digests of versions: SHA-256, or HMAC-SHA-256 where the row holds personal data.
package struct VersionDigester: Sendable {
    private let secret: SymmetricKey
    private let orders = FieldOrders()

    /// - Parameter secret: the installation's, so that nobody finds a number by trying out all that there are.
    package init(secret: [UInt8]) { self.secret = SymmetricKey(data: secret) }

    /// The digest of a row as decoded: what is empty, and where it stood, does not count.
    ///
    /// - Parameters:
    ///   - record: the row as decoded.
    ///   - isPersonal: whether it holds a telephone's or a card's number. All else of it is published, so the few numbers
    ///     that there can be would be found by a plain digest.
    /// - Returns: the version's digest.
    package func digest(of record: SourceRecord, isPersonal: Bool) -> VersionDigest {
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
        for index in orders.order(of: record.fields, in: record.dataset) {
            let field = record.fields[index]
            guard !field.text.isEmpty else { continue }
            add(field.name)
            add(field.text)
        }
        let digest =
            isPersonal
            ? Array(HMAC<SHA256>.authenticationCode(for: input, using: secret)) : Array(SHA256.hash(data: input))
        return VersionDigest(text: ShortDigest.text(of: digest))
    }
}

/// The order of fields by name, kept for each dataset: one row after the other has the same fields in the same places.
private final class FieldOrders: Sendable {
    private struct Known {
        var names: [String]
        var order: [Int]
    }

    private let known = Mutex([DatasetID: Known]())

    /// The places of the fields in the order of their names, as bytes; fields of one name in their own order.
    func order(of fields: [RawField], in dataset: DatasetID) -> [Int] {
        let last = known.withLock { $0[dataset] }
        if let last, last.names.count == fields.count, zip(last.names, fields).allSatisfy({ $0 == $1.name }) {
            return last.order
        }
        let order = fields.indices.sorted { a, b in
            fields[a].name == fields[b].name
                ? a < b : fields[a].name.utf8.lexicographicallyPrecedes(fields[b].name.utf8)
        }
        let found = Known(names: fields.map(\.name), order: order)
        known.withLock { $0[dataset] = found }
        return order
    }
}
