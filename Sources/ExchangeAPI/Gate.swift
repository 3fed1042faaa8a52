package import Access
internal import CreditModel
internal import CreditStore
internal import HTTPTypes
internal import Hummingbird

/// Lets callers in, counts what they ask, and keeps the journal: nothing is told to anybody who was not let in, or unrecorded.
package struct Gate: Sendable {
    let authenticator: Authenticator
    let tokens: TokenService
    let journal: QueryJournal
    let records: any JournalStore
    let realm: String
    let secret: [UInt8]
    let clock: @Sendable () -> Int64
    let random: @Sendable () -> UInt64
    let attempts: AttemptLimits
    let refusals: RefusalTally

    /// - Parameters:
    ///   - authenticator: who tells who asks.
    ///   - tokens: the token endpoint.
    ///   - journal: what each query is written to.
    ///   - records: where what was written is read again.
    ///   - realm: what `WWW-Authenticate` names: the issuer.
    ///   - secret: the installation's, under which what nobody knows is noted.
    ///   - clock: POSIX milliseconds.
    ///   - random: randomness fit for secrets.
    ///   - attempts: how often strangers may try.
    package init(
        authenticator: Authenticator,
        tokens: TokenService,
        journal: QueryJournal,
        records: any JournalStore,
        realm: String,
        secret: [UInt8],
        clock: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> UInt64,
        attempts: AttemptLimits = AttemptLimits()
    ) {
        self.authenticator = authenticator
        self.tokens = tokens
        self.journal = journal
        self.records = records
        self.realm = realm
        self.secret = secret
        self.clock = clock
        self.random = random
        self.attempts = attempts
        refusals = RefusalTally(journal, random: random)
    }

    /// Lets a request through, or not; whoever is refused is written down.
    ///
    /// - Parameters:
    ///   - scope: what it asks for.
    ///   - endpoint: the endpoint's name.
    ///   - inquiry: the request.
    ///   - sections: those that it names; nil for whatever it may see.
    ///   - decision: what was counted, also where the request is refused afterwards.
    /// - Returns: who asks, and what may be shown.
    /// - Throws: ``Problem``.
    func admit(
        _ scope: Scope,
        to endpoint: String,
        _ inquiry: Inquiry,
        sections: [String]?,
        counting decision: inout LimitDecision?
    ) throws(Problem) -> Admission {
        let headers = inquiry.headers
        let caller: Caller
        do throws(Refusal) {
            caller = try authenticator.authenticate(inquiry.shown, at: inquiry.moment)
        } catch {
            throw refuse(error, endpoint, inquiry)
        }
        let counted = RateLimiter.admit(caller, at: inquiry.moment)
        decision = counted
        guard counted.isAdmitted else { throw refuse(caller, after: counted.retryAfter, endpoint, inquiry) }
        do throws(Denial) {
            let permission = try caller.permit(scope, sections: sections, purpose: headers[.purpose])
            return Admission(caller: caller, permission: permission, decision: counted)
        } catch {
            throw refuse(caller, Problem(error), endpoint, inquiry)
        }
    }

    /// What somebody who was let in may see now: rights may have been taken away while he waited.
    /// - Throws: ``Problem`` where he would not be let in any more.
    func permission(for scope: Scope, _ inquiry: Inquiry) throws(Problem) -> Permission {
        let headers = inquiry.headers
        let caller: Caller
        do throws(Refusal) {
            caller = try authenticator.authenticate(inquiry.shown, at: clock())
        } catch {
            throw .unauthorised(error.challenge(realm: realm))
        }
        do throws(Denial) {
            return try caller.permit(scope, purpose: headers[.purpose])
        } catch {
            throw Problem(error)
        }
    }

    /// Writes a query and its answer down; waits for the disk where the query asks for evidence.
    /// - Throws: ``Problem/unjournaled`` where that cannot be done: then nothing may be answered.
    func record(_ endpoint: String, _ inquiry: Inquiry, _ admission: Admission, _ reply: Reply) async throws {
        var entry = QueryEntry(
            id: inquiry.id,
            caller: admission.caller,
            endpoint: endpoint,
            status: reply.status.code
        )
        entry.asked = reply.asked
        entry.sections = reply.sections ?? admission.permission.sections
        entry.purpose = admission.permission.purpose
        entry.refusal = reply.refusal
        let record: JournalRecord
        switch (reply.document, reply.bytes) {
        case (.stored(let signed, let form), let bytes?):
            entry.answer = .stored(StoredAnswer(signed, form: form))
            entry.digest = Digest256(of: bytes)
            record = JournalRecord(entry)
        case (.kept(let version, let form), let bytes?):
            record = JournalRecord(entry, keeping: bytes, version: version, form: form)
        default: record = JournalRecord(entry)
        }
        try await append(record, at: clock(), durably: inquiry.headers[.evidence] != nil)
    }

    private func append(_ record: JournalRecord, at moment: Int64, durably: Bool) async throws {
        guard durably else {
            guard journal.append(record, at: moment) == .open else { throw Problem.unjournaled }
            return
        }
        let journal = journal
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            let condition = journal.append(record, at: moment) { result in
                done.resume(with: result.mapError { _ in Problem.unjournaled })
            }
            if condition != .open { done.resume(throwing: Problem.unjournaled) }
        }
    }
}

extension Problem {
    /// Why a caller who is known may not have what he asks for.
    fileprivate init(_ denial: Denial) {
        switch denial {
        case .scope(let scope): self = .scope(scope.name)
        case .noSection: self = .scope("section:…")
        case .noPurpose, .unknownPurpose: self = .purpose(Purpose.all.map(\.name))
        case .purpose: self = .purposeDenied
        }
    }
}

extension HTTPField.Name {
    /// Why is asked: a name of the vocabulary of purposes.
    static let purpose = HTTPField.Name("Suixin-Purpose") ?? .authorization
    /// The query's id, by which its evidence is asked for.
    static let query = HTTPField.Name("Suixin-Query") ?? .eTag
    /// Sent by whoever wants his query on the disk before he is answered.
    static let evidence = HTTPField.Name("Suixin-Evidence") ?? .eTag
    static let apiKey = HTTPField.Name("X-API-Key") ?? .authorization
    static let rateLimit = HTTPField.Name("RateLimit") ?? .eTag
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy") ?? .eTag
}
