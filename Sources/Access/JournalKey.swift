public import CreditModel

/// Forty bits by which a journal's index knows a client or an enterprise.
///
/// Both kinds of id begin with that much randomness of their own. Two that share a key cost whoever looks for one of them a
/// look at the other's entries, and no more: what is found is compared by the whole id.
public struct JournalKey: Hashable, Comparable, Sendable {
    /// At most forty bits.
    public let bits: UInt64
    /// How many bits a key has.
    public static let width: UInt64 = 40

    /// A client's.
    public init(_ client: ClientID) { bits = client.code.value >> 20 }

    /// An enterprise's.
    public init(_ enterprise: EnterpriseID) { self.init(characters: enterprise.text.utf8.dropFirst(2).prefix(8)) }

    /// Of eight characters of an id.
    init(characters: some Sequence<UInt8>) {
        bits = characters.reduce(0) { $0 << 5 | UInt64(Base32.values[Int($1)] & 31) }
    }

    /// By their bits.
    public static func < (a: JournalKey, b: JournalKey) -> Bool { a.bits < b.bits }
}

extension QueryEntry {
    /// What it is found by: its client, and the enterprises that it names.
    public var keys: [JournalKey] {
        var keys = [JournalKey(client)]
        for whom in asked {
            if case .enterprise(let id) = whom { keys.append(JournalKey(id)) }
        }
        return keys
    }
}
