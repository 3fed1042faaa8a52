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
    let past: any PastProfiles
    let signer: any PastSigner

    /// The longest id or code that is looked up.
    private static let nameLimit = 64

    /// The signed profile of whatever an id, a code or a registry key names now.
    /// - Throws: ``Problem`` where that is nothing, several, or has moved.
    func profile(named name: String) throws -> SignedProfile {
        guard !name.isEmpty, name.utf8.count <= Self.nameLimit else { throw Problem.unknown }
        let name = AskedName(name)
        if let asked = name.id {
            guard let current = try store.currentID(of: asked) else { throw Problem.unknown }
            guard current == asked else { throw Problem.moved(to: Self.location(of: current)) }
            return try signed(current)
        }
        return try signed(enterprise(coded: name))
    }

    static func location(of id: EnterpriseID) -> String { "/v1/enterprises/\(id)" }

    /// The document that was given at a moment, the very bytes.
    /// - Throws: ``Problem`` where that was nothing, several, or a redirect.
    func profile(named name: String, _ query: PastQuery, knownAt moment: Int64) throws -> SignedProfile {
        guard !name.isEmpty, name.utf8.count <= Self.nameLimit else { throw Problem.unknownThen }
        let name = AskedName(name)
        guard name.id != nil || !Self.isPersonal(Array(name.code.utf8)) else { throw Problem.unknownThen }
        switch try PastNames(store: store, digest: digest).answer(about: name, at: moment) {
        case .nothing: throw Problem.unknownThen
        case .moved(let id): throw Problem.moved(to: Self.location(of: id) + query.text)
        case .several(let ids): throw Problem.several(ids.map { Self.location(of: $0) + query.text })
        case .served(let signed): return signed
        }
    }

    /// What was true on a day, not signed yet.
    /// - Throws: ``Problem`` where that is nothing, several, or another id's.
    func profile(named name: String, _ query: PastQuery, asOf day: Day) throws -> DatedProfile {
        let unknown = query.knownAt == nil ? Problem.unknown : .unknownThen
        guard !name.isEmpty, name.utf8.count <= Self.nameLimit else { throw unknown }
        let id: EnterpriseID
        if let asked = AskedName(name).id {
            id = asked
        } else if let moment = query.knownAt {
            id = try profile(named: name, query, knownAt: moment).id
        } else {
            id = try enterprise(coded: AskedName(name), query)
        }
        switch try past.profile(of: id, asOf: day, knownAt: query.knownAt) {
        case .nothingKnown: throw unknown
        case .nothingTrue: throw Problem.nothingTrue
        case .moved(let id): throw Problem.moved(to: Self.location(of: id) + query.text)
        case .told(let profile): return profile
        }
    }

    private func enterprise(coded name: AskedName, _ query: PastQuery? = nil) throws -> EnterpriseID {
        // The number of a person's card finds nothing, even where a tax office uses it as an enterprise's.
        guard !Self.isPersonal(Array(name.code.utf8)) else { throw Problem.unknown }
        let holders = try store.enterprises(holding: name.code)
        if holders.count > 1 {
            throw Problem.several(holders.sorted().map { Self.location(of: $0) + (query?.text ?? "") })
        }
        if let holder = holders.first { return holder }
        guard let id = try store.currentID(of: EnterpriseID(pripid: name.registryKey, digest: digest)) else {
            throw Problem.unknown
        }
        return id
    }

    /// Whether a code is the number of an identity card, alone or with the two characters that a tax office adds.
    private static func isPersonal(_ code: [UInt8]) -> Bool {
        (code.count == 18 || code.count == 20) && IdentityCard.isValid(code[..<18])
    }

    private func signed(_ id: EnterpriseID) throws -> SignedProfile {
        if let signed = try store.signed(id) { return signed }
        throw try store.profile(of: id) == nil ? Problem.unknown : Problem.notYet
    }
}
