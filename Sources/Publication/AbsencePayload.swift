internal import CanonicalJSON
internal import HashTree
internal import ServiceKit
internal import Signing

/// The payload of a signed absence: that nothing was known by an id or a code, and how much each source's silence is worth.
struct AbsencePayload {
    /// The digest of what was asked for, as the hash tree knows it: the text itself may be a person's number.
    let key: String
    let issuer: String
    /// POSIX seconds.
    let issuedAt: Int64
    let position: Int64
    /// The digest of the status that it speaks of.
    let status: String
    let sources: JSONValue

    init(of name: String, status: StatusPayload, digest: String, issuedAt: Int64) {
        key = HashTree.sha256.key(of: name).digest
        issuer = status.issuer
        self.issuedAt = issuedAt
        position = status.position
        self.status = digest
        var agencies: [String: JSONValue] = [:]
        if case .object(let known) = status.sources {
            for case (let agency, .object(let datasets)) in known {
                agencies[agency] = .object(datasets.mapValues(Self.answer))
            }
        }
        sources = .object(agencies)
    }

    /// How much a source's silence is worth.
    ///
    /// `none`: it holds no record of it. `none-so-far`: none of what was read, and something is known to be missing or old.
    /// `not-read`: nothing of the source is known.
    private static func answer(_ value: JSONValue) -> JSONValue {
        guard case .object(let source) = value, case .string(let state)? = source["state"] else { return .null }
        let known = SourcesPayload.State(rawValue: state)
        let answer =
            switch known {
            case .current: "none"
            case .incomplete, .late: "none-so-far"
            case .unreachable: source["lastSuccess"] == .null ? "not-read" : "none-so-far"
            case .never, nil: "not-read"
            }
        return .object([
            "answer": .string(answer), "state": .string(state), "completeUpTo": source["completeUpTo"] ?? .null,
        ])
    }

    /// Canonical JSON.
    var payload: [UInt8] {
        JSONValue.object([
            "iat": .integer(issuedAt), "iss": .string(issuer),
            "key": .string(key), "position": .integer(position), "sources": sources, "status": .string(status),
        ]).canonical
    }

    /// Reads a payload whose signature was checked.
    init(_ payload: [UInt8]) throws {
        guard case .object(let members) = try JSONValue(parsing: payload), case .string(let key)? = members["key"],
            case .integer(let issuedAt)? = members["iat"], case .string(let issuer)? = members["iss"],
            case .integer(let position)? = members["position"], case .string(let status)? = members["status"],
            let sources = members["sources"], case .object = sources, SignedTime.isPlausible(issuedAt)
        else { throw PublicationError.malformed("an absence needs iat, iss, key, position, sources and status") }
        self.key = key
        self.issuer = issuer
        self.issuedAt = issuedAt
        self.position = position
        self.status = status
        self.sources = sources
        guard self.payload == payload else { throw PublicationError.malformed("the absence is not canonical") }
    }
}

extension Publisher: AbsenceSigner {
    /// Signs with the key that signs now.
    package func signedAbsence(of name: String, status document: [UInt8], digest: String, at now: Int64) throws
        -> [UInt8]
    {
        let status = try StatusPayload(SignedDocument(parsing: document).unverifiedPayload)
        let absence = AbsencePayload(of: name, status: status, digest: digest, issuedAt: max(now, status.issuedAt))
        return try signingKey().sign(absence.payload, as: .absence).flattened
    }
}
