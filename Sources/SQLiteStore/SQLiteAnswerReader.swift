internal import CreditModel
internal import CreditStore
internal import GRDB
internal import HashTree
internal import Synchronization

/// Reads answers through a connection that nobody else uses: for a thread that answers all day.
///
/// A pool's reader costs two changes of queue and four statements around each look, which is more than the look itself.
final class SQLiteAnswerReader: AnswerReader {
    private let queue: DatabaseQueue
    private let path: String
    private let cache: TreeCache

    init(path: String, _ cache: TreeCache) throws {
        self.path = path
        self.cache = cache
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = -8192") }
        queue = try SQLiteStore.translating(path) { try DatabaseQueue(path: path, configuration: configuration) }
    }

    func provenAnswer(about names: [String]) throws -> ProvenAnswer? {
        try SQLiteStore.translating(path) {
            try queue.unsafeRead { db in
                // One view for all statements, as in a transaction of the pool.
                try db.run("BEGIN")
                defer { try? db.run("COMMIT") }
                return try db.provenAnswer(about: names, cache)
            }
        }
    }
}

extension Database {
    /// The longest way from a name to a profile: a code, and ids that moved.
    private static var longestWay: Int { 16 }

    /// What the latest status in this view says of the first of the names of which it says something.
    func provenAnswer(about names: [String], _ cache: TreeCache) throws -> ProvenAnswer? {
        guard let tree = try cache.view(self) else { return nil }
        var statements: [ProvenStatement] = []
        for name in names {
            let said = try tree.statement(of: name, self)
            guard said.statement != nil else {
                statements.append(said)
                continue
            }
            statements = [said]
            break
        }
        while statements.count < Self.longestWay, let leads = statements.last?.statement?.leadsTo, leads.count == 1 {
            statements.append(try tree.statement(of: leads[0].text, self))
        }
        var profile: SignedProfile?
        if let end = statements.last, case .version(let version)? = end.statement {
            profile = try cache.places.signed(end.name, version: version, self)
            // A status is signed after the profiles that it speaks of.
            if profile == nil { throw BinaryReader.damaged }
        }
        return ProvenAnswer(status: tree.digest, statements: statements, profile: profile)
    }
}

/// In which rows documents lie, as far as they were looked for: it takes two searches through a million to find out.
///
/// Whatever lies there now is believed only where it is of the version: that is the digest of the profile's bytes, in which the
/// enterprise's id stands, so no version is two enterprises'.
final class DocumentPlaces: Sendable {
    /// 24 bytes each.
    private static let most = 4_000_000

    private let known = Mutex<[Int: Int64]>([:])

    /// The document of a version, with the first signature that it got.
    func signed(_ id: String, version: String, _ db: Database) throws -> SignedProfile? {
        let key = version.hashValue
        if let place = known.withLock({ $0[key] }), let found = try db.signed(id, version: version, in: place) {
            return found
        }
        guard let place = try db.document(of: id, version: version) else { return nil }
        known.withLock { known in
            if known.count >= Self.most { known = [:] }
            known[key] = place
        }
        return try db.signed(id, version: version, in: place)
    }
}
