internal import CreditModel
internal import CreditStore
internal import GRDB
internal import HashTree
internal import Signing
internal import Synchronization

/// The upper steps of the tree as the latest status says, in memory: a page is loaded when a way leads through it.
final class TreeCache: Sendable {
    private let latest = Mutex(TreeView?.none)

    static let latestStatus = "SELECT id, digest FROM status ORDER BY id DESC LIMIT 1"

    /// The tree of a status, if it was looked at before.
    func known(_ status: Int64) -> TreeView? { latest.withLock { $0?.status == status ? $0 : nil } }

    /// The tree in a view of the store; nil before there is one.
    func view(_ db: Database) throws -> TreeView? {
        let status = try db.read(Self.latestStatus) { (number: $0.integer(0), digest: $0.text(1)) }
        guard let status else { return nil }
        let known = latest.withLock { $0 }
        if let known, known.status == status.number { return known }
        guard let tree = try db.tree() else { return nil }
        let view = TreeView(
            status: status.number,
            digest: status.digest,
            pages: tree.pages,
            root: try db.treeRoot(tree.pages),
            cache: known.flatMap { $0.pages == tree.pages ? $0.cache : nil } ?? PageCache()
        )
        return latest.withLock { latest in
            // Another reader may have come first, or look at an earlier view than somebody before.
            if let latest, latest.status >= view.status { return latest.status == view.status ? latest : view }
            latest = view
            return view
        }
    }
}

/// Pages that ways led through, of this status or an earlier one: who takes one looks whether it is the one that he wants.
final class PageCache: Sendable {
    private let pages = Mutex<[TreePage: TreeTop]>([:])

    subscript(page: TreePage) -> TreeTop? {
        get { pages.withLock { $0[page] } }
        set { pages.withLock { $0[page] = newValue } }
    }
}

/// Where the rows of a tree are read.
protocol TreeRows {
    func treePage(_ page: TreePage) throws -> [UInt8]?
    func treePartBytes(_ number: Int) throws -> [UInt8]?
}

extension Database: TreeRows {}

/// What a tree says of a name, with the way there.
struct FoundStatement {
    var proven: ProvenStatement
    /// The number of the document of the version that is said.
    var document: Int64?
}

/// The tree of one status.
final class TreeView: Sendable {
    let status: Int64
    /// The digest of the status' payload.
    let digest: String
    let pages: TreePages
    let cache: PageCache
    private let root: Subtree

    init(status: Int64, digest: String, pages: TreePages, root: Subtree, cache: PageCache) {
        self.status = status
        self.digest = digest
        self.pages = pages
        self.root = root
        self.cache = cache
    }

    /// What is said of a name, and the way there.
    func statement(of name: String, _ rows: some TreeRows) throws -> FoundStatement {
        let key = HashTree.sha256.key(of: name)
        var path = TreePath(siblings: [], end: nil)
        path.siblings.reserveCapacity(32)
        var (place, expected) = (TreePage(level: pages.top, number: 0), root)
        var part = 0
        while expected.size != .none {
            let page = try page(place, expected, rows)
            var child: Int?
            if expected.size == .one {
                // Only one leaf is below; its part is not the key's own, unless it happens to be.
                child = page.parts.firstIndex { $0.size != .none }.map { $0 - page.parts.startIndex }
                guard child != nil else { throw BinaryReader.damaged }
            } else {
                let way = page.way(to: pages.child(place.level, to: key))
                path.siblings += way.siblings
                child = way.part
            }
            guard let child else { break }
            expected = page[child]
            part = place.number * pages.children(place.level) + child
            guard place.level > 0 else {
                return try end(path, name, key, part: part, isAlone: expected.size == .one, rows)
            }
            place = TreePage(level: place.level - 1, number: part)
        }
        return FoundStatement(proven: ProvenStatement(name: name, statement: nil, path: path))
    }

    private func end(
        _ path: TreePath,
        _ name: String,
        _ key: TreeHash,
        part: Int,
        isAlone: Bool,
        _ rows: some TreeRows
    ) throws -> FoundStatement {
        let way = try TreeLeaves.way(to: key, in: rows.treePartBytes(part) ?? [], at: isAlone ? nil : pages.bits)
        var path = path
        path.siblings += way.siblings
        path.end = way.end
        let said = way.said
        let proven = ProvenStatement(name: name, statement: said?.statement, path: path)
        return FoundStatement(proven: proven, document: said?.document)
    }

    /// The page that is what the one above says.
    private func page(_ place: TreePage, _ expected: Subtree, _ rows: some TreeRows) throws -> TreeTop {
        if let known = cache[place], known.root == expected { return known }
        let page = try pages.page(rows.treePage(place), place.level)
        guard page.root == expected else { throw BinaryReader.damaged }
        cache[place] = page
        return page
    }
}
