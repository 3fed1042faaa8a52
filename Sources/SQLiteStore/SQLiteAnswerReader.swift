internal import CreditModel
internal import CreditStore
internal import GRDB
internal import HashTree
internal import Synchronization

/// Reads answers through a connection that nobody else uses: for a thread that answers all day.
///
/// A pool's reader costs two changes of queue and four statements around each look, which is more than the look itself. Here a
/// view lasts until whoever reads ends it, so that all requests that came together are answered from one.
final class SQLiteAnswerReader: AnswerReader {
    /// The kept statements, and the view that is open.
    fileprivate struct Desk {
        let begin, commit, status, page, part, document: KeptStatement
        /// The tree of the view; nil while there is no view, or no tree.
        var tree: TreeView?
        var isInView = false

        init(_ db: Database) throws {
            begin = try KeptStatement("BEGIN", db)
            commit = try KeptStatement("COMMIT", db)
            status = try KeptStatement(TreeCache.latestStatus, db)
            page = try KeptStatement(Database.treePage, db)
            part = try KeptStatement(Database.treePart, db)
            document = try KeptStatement(Database.signedDocument, db)
        }
    }

    /// Pages of the file that a connection keeps in memory, in kibibytes: what leads to the rows, of a million enterprises too.
    private static let cache = 12 << 10

    private let queue: DatabaseQueue
    private let path: String
    private let cache: TreeCache
    private let whenViewBegins: @Sendable (any AnswerReader) -> Void
    private let desk: Mutex<Desk>

    init(path: String, _ cache: TreeCache, whenViewBegins: @escaping @Sendable (any AnswerReader) -> Void) throws {
        self.path = path
        self.cache = cache
        self.whenViewBegins = whenViewBegins
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(1)
        // A view is a transaction that outlasts what is done with it at a time.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = -\(Self.cache)") }
        let queue = try SQLiteStore.translating(path) { try DatabaseQueue(path: path, configuration: configuration) }
        self.queue = queue
        desk = try Mutex(SQLiteStore.translating(path) { try queue.unsafeRead { db in try Desk(db) } })
    }

    func finding(of name: String) throws -> ProvenFinding? {
        if try desk.withLock({ try begin(&$0) }) { whenViewBegins(self) }
        return try desk.withLock { desk in
            try SQLiteStore.translating(path) { try desk.tree?.finding(of: [name], desk) }
        }
    }

    func signed(_ profile: PlacedVersion) throws -> SignedProfile {
        try SQLiteStore.translating(path) {
            let placed = try desk.withLock { desk in
                try profile.document.flatMap { number in
                    try desk.document.first(number) { SQLiteStore.signed($0, of: profile.id) }
                }
            }
            // The version is the digest of the profile's bytes, in which the enterprise's id stands: no version is two
            // enterprises'.
            if let placed, placed.version == profile.version { return placed }
            let found = try queue.unsafeRead { db in try db.signed(profile.id, version: profile.version) }
            // A status is signed after the profiles that it speaks of.
            guard let found else { throw BinaryReader.damaged }
            return found
        }
    }

    func endView() {
        desk.withLock { desk in
            guard desk.isInView else { return }
            (desk.tree, desk.isInView) = (nil, false)
            // A view that cannot be ended ends with the connection; the next look says what is wrong.
            try? desk.commit.run()
        }
    }

    /// Whether a view had to be begun.
    private func begin(_ desk: inout Desk) throws -> Bool {
        if desk.isInView { return false }
        try SQLiteStore.translating(path) {
            try desk.begin.run()
            do {
                let status = try desk.status.first { $0.integer(0) }
                desk.tree = try status.flatMap { status in
                    try cache.known(status) ?? queue.unsafeRead { db in try cache.view(db) }
                }
            } catch {
                try? desk.commit.run()
                throw error
            }
        }
        desk.isInView = true
        return true
    }
}

extension SQLiteAnswerReader.Desk: TreeRows {
    func treePage(_ page: TreePage) throws -> [UInt8]? { (try self.page.first(page.row) { $0.bytes(0) }) ?? nil }

    func treePartBytes(_ number: Int) throws -> [UInt8]? { (try part.first(Int64(number)) { $0.bytes(0) }) ?? nil }
}

extension Database {
    /// What the latest status in this view says of the first of the names of which it says something.
    func provenAnswer(about names: [String], _ cache: TreeCache) throws -> ProvenAnswer? {
        guard let found = try cache.view(self)?.finding(of: names, self) else { return nil }
        let profile = try found.profile.map { placed in
            let profile = try placed.document.flatMap { try signed(placed.id, version: placed.version, in: $0) }
            guard let profile = try profile ?? signed(placed.id, version: placed.version) else {
                // A status is signed after the profiles that it speaks of.
                throw BinaryReader.damaged
            }
            return profile
        }
        return ProvenAnswer(status: found.status, statements: found.statements, profile: profile)
    }
}

extension TreeView {
    /// The longest way from a name to a profile: a code, and ids that moved.
    private static var longestWay: Int { 16 }

    /// What is said of the first of the names of which something is said, to the end of the way.
    func finding(of names: [String], _ rows: some TreeRows) throws -> ProvenFinding {
        var statements: [ProvenStatement] = []
        var end: FoundStatement?
        for name in names {
            let found = try statement(of: name, rows)
            guard found.proven.statement != nil else {
                statements.append(found.proven)
                continue
            }
            statements = [found.proven]
            end = found
            break
        }
        while statements.count < Self.longestWay, let leads = end?.proven.statement?.leadsTo, leads.count == 1 {
            let found = try statement(of: leads[0].text, rows)
            statements.append(found.proven)
            end = found
        }
        var profile: PlacedVersion?
        if let end, case .version(let version)? = end.proven.statement {
            guard let id = EnterpriseID(end.proven.name) else { throw BinaryReader.damaged }
            profile = PlacedVersion(id: id, version: version, document: end.document)
        }
        return ProvenFinding(status: digest, statements: statements, profile: profile)
    }
}
