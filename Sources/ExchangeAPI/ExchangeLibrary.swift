internal import CreditModel
internal import CreditStore
internal import HashTree
internal import NIOPosix
internal import ServiceKit
internal import Signing

/// What the routes read: the store, and who signs.
///
/// Blocking; called on the readers' threads.
struct ExchangeLibrary: Sendable {
    let store: any ProvingStore
    let status: any SourcesStatus
    let keys: @Sendable () throws -> KeySet
    let digest: DigestFunction
    let clock: @Sendable () -> Int64
    let past: any PastProfiles
    let signer: any PastSigner
    let absences: any AbsenceSigner
    let answers: any AnswerSigner
    let finder: any EnterpriseFinder
    let watching: WatchDesks
    /// nil where no snapshots are handed out.
    let snapshots: (any SnapshotShelf)?
    let gate: Gate
    let description: DescribedAPI
    let pool: NIOThreadPool
    /// The levers of a sandbox; a real exchange has none.
    var sandbox: (any SandboxControl)?
    /// Seconds after a good run by which the next one is due.
    let lateAfter: Int64
    let excerpts = ExcerptCache()
    let date = DateField()
    let underWay = CallsUnderWay()
    /// Looks for those who wait for a change.
    let lookout = ChangeLookout()
    /// Seconds for which the answer to a call with an `Idempotency-Key` is kept.
    var callsLast: Int64 = ExchangeConfiguration.callsLast

    /// All that can be asked for here.
    var endpoints: [Endpoint] { Endpoint.all(inSandbox: sandbox != nil) }

    /// Runs what reads the store or signs on a thread that may wait.
    func reading<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await pool.runIfActive(body)
    }

    /// The longest id or code that is looked up.
    private static let nameLimit = 64

    /// The signed profile of whatever an id, a code or a registry key names, as of the latest status.
    /// - Throws: ``Problem`` where that is nothing, several, or has moved.
    func profile(named text: String) throws -> CurrentAnswer {
        guard !text.isEmpty, text.utf8.count <= Self.nameLimit else { throw Problem.unknown }
        let name = AskedName(text)
        let names = [name.name] + [name.registryID(digest: digest)?.text].compactMap(\.self)
        // Before the first status with a tree there is nothing to prove an answer by.
        guard let answer = try store.provenAnswer(about: names) else {
            // A tree that was given up comes back with the next status: until then nothing can be shown to be current.
            guard try store.latestStatus() == nil else { throw Problem.notYet }
            return CurrentAnswer(profile: try unprovenProfile(of: name))
        }
        let proof = ProofHeaders(answer)
        guard let said = answer.statements.first(where: { $0.statement != nil }), let end = answer.statements.last
        else {
            throw try absence(of: name, answer, proof)
        }
        if let profile = answer.profile {
            if case .movedTo? = said.statement, name.id != nil {
                throw Problem.moved(to: Self.location(of: profile.id)).proven(by: proof)
            }
            return CurrentAnswer(profile: profile, proof: proof)
        }
        if case .holders(let ids)? = end.statement {
            throw Problem.several(ids.map { Self.location(of: $0) }).proven(by: proof)
        }
        // It led to one of whom nothing is known any more.
        throw try absence(of: name, answer, proof)
    }

    /// That nothing is known, signed; unless something is known that no status speaks of yet.
    private func absence(of name: AskedName, _ answer: ProvenAnswer, _ proof: ProofHeaders) throws -> Problem {
        do {
            _ = try unprovenProfile(of: name)
            return .notYet
        } catch let problem as Problem where problem.name == Problem.unknown.name {
            // Without a tree nothing proves that there is nothing.
            guard let status = try store.status(of: answer.status),
                try store.changes(after: .max, limit: 0) != nil
            else { return .notYet }
            let document = try absences.signedAbsence(
                of: name.name,
                status: status.document,
                digest: answer.status,
                at: clock()
            )
            return Problem.unknown.with(absence: document).proven(by: proof)
        } catch let problem as Problem {
            return problem.name == Problem.moved(to: "").name ? .notYet : problem
        }
    }

    private func unprovenProfile(of name: AskedName) throws -> SignedProfile {
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
        guard name.id != nil || !IdentityCard.isCode(name.code) else { throw Problem.unknownThen }
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
        let found = try store.enterprises(named: name, digest: digest)
        guard let only = found.first else { throw Problem.unknown }
        guard found.count == 1 else {
            throw Problem.several(found.map { Self.location(of: $0) + (query?.text ?? "") })
        }
        return only
    }

    private func signed(_ id: EnterpriseID) throws -> SignedProfile {
        if let signed = try store.signed(id) { return signed }
        throw try store.profile(of: id) == nil ? Problem.unknown : Problem.notYet
    }
}
