public import CreditModel
internal import Crypto

/// What the journal keeps of a query: who asked what, why, when, and what he was answered.
public struct QueryEntry: Hashable, Sendable {
    /// The query's name, which the answer carries.
    public let id: QueryID
    /// POSIX milliseconds.
    public let moment: Int64
    /// Who asked; ``ClientID/nobody`` where that was not shown.
    public let client: ClientID
    /// The key's id, or the token's `jti`; empty where that was not shown.
    public let credential: String
    /// What was asked: the endpoint's name, such as `enterprise` or `search`.
    public let endpoint: String
    /// Whom it was about.
    public var asked: [AskedFor] = []
    /// The sections that the answer could show; nil for all.
    public var sections: [String]?
    /// Why it was asked; nil where the query was refused for having none.
    public var purpose: Purpose?
    /// The answer's HTTP status.
    public var status: Int
    /// What was answered.
    public var answer = Answer.nothing
    /// SHA-256 of the answer's bytes; nil without a body.
    public var digest: Digest256?
    /// The position of the sources' status at the time.
    public var position: Int64?
    /// Why nothing was told, in a word; nil where the query was answered.
    public var refusal: String?
    /// How many queries the entry stands for, where it is one for all that were refused alike in a minute; else nil.
    public var count: Int?

    /// At most so many enterprises are named in an entry.
    public static let askedLimit = 1000

    /// Begins an entry.
    public init(id: QueryID, caller: Caller, endpoint: String, status: Int) {
        self.init(
            id: id,
            moment: id.moment,
            client: caller.id,
            credential: caller.credential,
            endpoint: endpoint,
            status: status
        )
    }

    init(id: QueryID, moment: Int64, client: ClientID, credential: String, endpoint: String, status: Int) {
        self.id = id
        self.moment = moment
        self.client = client
        self.credential = credential
        self.endpoint = endpoint
        self.status = status
    }

    /// The enterprises that it names.
    public var enterprises: [EnterpriseID] {
        asked.compactMap { if case .enterprise(let id) = $0 { id } else { nil } }
    }
}

/// Whom a query was about.
public enum AskedFor: Hashable, Sendable {
    /// This enterprise, by whatever name it was asked for.
    case enterprise(EnterpriseID)
    /// Somebody whom nobody knows: 128 bits of HMAC-SHA-256 of the text.
    ///
    /// The text itself may be a person's number, and is not kept; who holds the installation's secret can tell whether a
    /// given text was it.
    case unknown([UInt8])

    /// What is kept of a text that named nobody.
    /// - Parameters:
    ///   - text: as it was asked for.
    ///   - secret: the installation's.
    /// - Returns: the digest, which tells nothing to whoever has not the secret.
    public static func unknown(_ text: String, secret: [UInt8]) -> AskedFor {
        let input = Array("suixin/journal/asked/\(text)".utf8)
        return .unknown(
            Array(HMAC<SHA256>.authenticationCode(for: input, using: SymmetricKey(data: secret)).prefix(16))
        )
    }
}

/// In which form a document was given.
public enum DocumentForm: String, Hashable, Sendable, CaseIterable {
    /// Flattened JWS JSON.
    case flattened
    /// Compact JWS.
    case compact
    /// The profile's own bytes, signed beside.
    case plain
}

/// A document of the credit store that was given as it lies there: enough to make its bytes again.
public struct StoredAnswer: Hashable, Sendable {
    /// Whose profile.
    public let enterprise: EnterpriseID
    /// Which version of it.
    public let version: String
    /// The id of the key that signed it.
    public let key: String
    /// POSIX seconds of its signature.
    public let issuedAt: Int64
    /// In which form.
    public let form: DocumentForm

    /// Names a document.
    public init(enterprise: EnterpriseID, version: String, key: String, issuedAt: Int64, form: DocumentForm) {
        self.enterprise = enterprise
        self.version = version
        self.key = key
        self.issuedAt = issuedAt
        self.form = form
    }
}

/// What a query was answered with, and where the bytes are.
public enum Answer: Hashable, Sendable {
    /// No document: not found, refused, not modified.
    case nothing
    /// A document that the credit store keeps.
    case stored(StoredAnswer)
    /// Bytes that nobody else keeps: the journal does, under the entry's digest.
    case kept(version: String?, form: DocumentForm)
}

/// An entry with what must be kept beside it.
public struct JournalRecord: Sendable {
    /// What was asked and answered.
    public let entry: QueryEntry
    /// The answer's bytes, where the answer is ``Answer/kept(version:form:)``.
    public let body: [UInt8]?

    /// An entry whose answer lies elsewhere, or had no body.
    public init(_ entry: QueryEntry) {
        self.entry = entry
        body = nil
    }

    /// An entry whose answer's bytes the journal keeps.
    ///
    /// - Parameters:
    ///   - entry: what was asked.
    ///   - body: the answer's bytes.
    ///   - version: the profile version that it shows, where it shows one.
    ///   - form: in which form.
    public init(_ entry: QueryEntry, keeping body: [UInt8], version: String? = nil, form: DocumentForm) {
        var entry = entry
        entry.digest = Digest256(of: body)
        entry.answer = .kept(version: version, form: form)
        self.entry = entry
        self.body = body
    }

    /// Bytes that it takes in memory, about.
    var size: Int { 512 + 32 * entry.asked.count + (body?.count ?? 0) }
}
