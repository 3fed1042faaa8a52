/// Makes the bytes of documents again that the credit store keeps: `suixin` and the API plug it in.
public protocol StoredDocuments: Sendable {
    /// Every document that the answer can have been, in the form that it was given in; the right one is told by its digest.
    func candidates(for answer: StoredAnswer) throws -> [[UInt8]]
}

/// What a query was answered, byte for byte.
public struct Evidence: Sendable {
    /// The journal's entry.
    public let entry: QueryEntry
    /// The answer's body, whose digest the entry holds.
    public let bytes: [UInt8]
}

/// Why there is no evidence of a query.
public enum EvidenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No such query, or not of whoever asks.
    case unknown
    /// The query was answered without a document: its status.
    case noDocument(Int)
    /// The document that was given cannot be found any more, or not as it was.
    case lost

    /// One sentence that is safe to show.
    public var description: String {
        switch self {
        case .unknown: "there is no such query"
        case .noDocument(let status): "this query was answered with status \(status) and no document"
        case .lost:
            "the document that was given is not in the stores as it was: check the journal and the store, and restore from a back-up"
        }
    }
}

/// Gives back the very bytes that were answered.
public struct EvidenceReader: Sendable {
    private let journal: any JournalStore
    private let documents: any StoredDocuments

    /// Reads out of a journal and of the credit store's documents.
    public init(_ journal: any JournalStore, documents: any StoredDocuments) {
        self.journal = journal
        self.documents = documents
    }

    /// What the caller itself was answered; another's query is as unknown as one that never was.
    public func evidence(of query: QueryID, for caller: Caller) throws -> Evidence {
        guard let entry = try journal.entry(query), entry.client == caller.id else { throw EvidenceError.unknown }
        return try evidence(of: entry)
    }

    /// What anybody was answered: for the operator.
    public func evidence(of query: QueryID) throws -> Evidence {
        guard let entry = try journal.entry(query) else { throw EvidenceError.unknown }
        return try evidence(of: entry)
    }

    private func evidence(of entry: QueryEntry) throws -> Evidence {
        guard let digest = entry.digest else { throw EvidenceError.noDocument(entry.status) }
        let candidates: [[UInt8]]
        switch entry.answer {
        case .nothing: throw EvidenceError.noDocument(entry.status)
        case .kept: candidates = try journal.body(digest).map { [$0] } ?? []
        case .stored(let stored): candidates = try documents.candidates(for: stored)
        }
        guard let bytes = candidates.first(where: { Digest256(of: $0) == digest }) else { throw EvidenceError.lost }
        return Evidence(entry: entry, bytes: bytes)
    }
}

/// What a caller may read of the journal: its own queries.
public struct OwnQueries: Sendable {
    private let journal: any JournalStore
    private let client: ClientID

    /// Opens the caller's own part of a journal.
    public init(_ journal: any JournalStore, of caller: Caller) {
        self.journal = journal
        client = caller.id
    }

    /// Entries that fit, the newest first; whatever client the filter names, only the caller's.
    /// - Throws: ``EvidenceError`` `unknown` where the page is to begin at a query that is not the caller's.
    public func entries(_ filter: JournalFilter) throws -> [QueryEntry] {
        var filter = filter
        if let before = filter.before {
            guard try journal.entry(before)?.client == client else { throw EvidenceError.unknown }
        }
        filter.client = client
        return try journal.entries(filter)
    }
}
