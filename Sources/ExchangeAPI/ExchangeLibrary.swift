internal import CreditModel
internal import CreditStore
internal import ServiceKit
internal import Signing

/// What the routes read: the store, and who signs.
///
/// Blocking; called on the readers' threads.
struct ExchangeLibrary: Sendable {
    let store: any CreditStore
    let status: any SourcesStatus
    let keys: @Sendable () throws -> KeySet
    let digest: DigestFunction
    let clock: @Sendable () -> Int64

    /// The longest id or code that is looked up.
    private static let nameLimit = 64

    /// The signed profile of whatever an id, a code or a registry key names now.
    /// - Throws: ``Problem`` where that is nothing, several, or has moved.
    func profile(named name: String) throws -> SignedProfile {
        guard !name.isEmpty, name.utf8.count <= Self.nameLimit else { throw Problem.unknown }
        if let asked = EnterpriseID(name) {
            guard let current = try store.currentID(of: asked) else { throw Problem.unknown }
            guard current == asked else { throw Problem.moved(to: Self.location(of: current)) }
            return try signed(current)
        }
        return try signed(enterprise(coded: name))
    }

    static func location(of id: EnterpriseID) -> String { "/v1/enterprises/\(id)" }

    private func enterprise(coded name: String) throws -> EnterpriseID {
        // The number of a person's card finds nothing, even where a tax office uses it as an enterprise's.
        guard !PersonalNumber.reads(as: name) else { throw Problem.unknown }
        let code = String(decoding: name.uppercased().utf8.filter { $0 != UInt8(ascii: "-") }, as: UTF8.self)
        let holders = try store.enterprises(holding: code)
        if holders.count > 1 { throw Problem.several(holders.sorted().map(Self.location)) }
        if let holder = holders.first { return holder }
        guard let id = try store.currentID(of: EnterpriseID(pripid: name, digest: digest)) else {
            throw Problem.unknown
        }
        return id
    }

    private func signed(_ id: EnterpriseID) throws -> SignedProfile {
        if let signed = try store.signed(id) { return signed }
        throw try store.profile(of: id) == nil ? Problem.unknown : Problem.notYet
    }
}

/// Numbers of identity cards (GB 11643-1999), alone or with the suffix that a tax office adds.
enum PersonalNumber {
    /// Whether a text is one by its date of birth and its check (ISO 7064 MOD 11-2).
    static func reads(as text: String) -> Bool {
        let bytes = Array(text.uppercased().utf8)
        guard bytes.count == 18 || bytes.count == 20 else { return false }
        var sum = 0
        for (index, byte) in bytes.prefix(17).enumerated() {
            guard 0x30...0x39 ~= byte else { return false }
            sum += Int(byte - 0x30) * weights[index]
        }
        guard Array("10X98765432".utf8)[sum % 11] == bytes[17] else { return false }
        let date =
            String(decoding: bytes[6..<10], as: UTF8.self) + "-" + String(decoding: bytes[10..<12], as: UTF8.self)
            + "-" + String(decoding: bytes[12..<14], as: UTF8.self)
        return Day(date) != nil
    }

    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
}
