internal import CreditModel
internal import CreditStore
internal import GRDB
internal import HashTree
internal import Signing
internal import Synchronization

/// The upper steps of the tree as the latest status says, in memory: a page is loaded when a way leads through it.
final class TreeCache: Sendable {
    private let latest = Mutex(TreeView?.none)
    /// Where the documents lie that the tree names.
    let places = DocumentPlaces()

    /// The tree in a view of the store; nil before there is one.
    func view(_ db: Database) throws -> TreeView? {
        let status = try db.read("SELECT id, digest FROM status ORDER BY id DESC LIMIT 1") {
            (number: $0.integer(0), digest: $0.text(1))
        }
        guard let status else { return nil }
        let known = latest.withLock { $0 }
        if let known, known.status == status.number { return known }
        guard let tree = try db.tree() else { return nil }
        let view = TreeView(
            status: status.number,
            digest: status.digest,
            pages: tree.pages,
            top: try db.treeTop(tree.pages),
            before: known
        )
        return latest.withLock { latest in
            // Another reader may have come first, or look at an earlier view than somebody before.
            if let latest, latest.status >= view.status { return latest.status == view.status ? latest : view }
            latest = view
            return view
        }
    }
}

/// The tree of one status.
final class TreeView: Sendable {
    let status: Int64
    /// The digest of the status' payload.
    let digest: String
    let pages: TreePages
    private let top: TreeTop
    private let loaded: Mutex<[Int: TreeTop]>

    init(status: Int64, digest: String, pages: TreePages, top: TreeTop, before: TreeView?) {
        self.status = status
        self.digest = digest
        self.pages = pages
        self.top = top
        // Most pages are what they were.
        let kept = before.flatMap { $0.pages.bits == pages.bits ? $0.loaded.withLock { $0 } : nil } ?? [:]
        loaded = Mutex(kept.filter { $0.value.root == top[$0.key] })
    }

    /// What is said of a name, and the way there.
    func statement(of name: String, _ db: Database) throws -> ProvenStatement {
        let key = HashTree.sha256.key(of: name)
        var path = TreePath(siblings: [], end: nil)
        var way = top.way(to: key.prefix(pages.pageBits))
        path.siblings = way.siblings
        guard let number = way.part else { return ProvenStatement(name: name, statement: nil, path: path) }
        let page = try page(number, db)
        if way.isAlone {
            // Its only part is not the key's own, unless it happens to be.
            guard let only = page.parts.firstIndex(where: { $0.size != .none }) else { throw BinaryReader.damaged }
            return try end(path, name, key, part: number * pages.partsInPage + only - page.parts.startIndex, db)
        }
        way = page.way(to: key.prefix(pages.bits) % pages.partsInPage)
        path.siblings += way.siblings
        guard let part = way.part else { return ProvenStatement(name: name, statement: nil, path: path) }
        return try end(path, name, key, part: number * pages.partsInPage + part, isAlone: way.isAlone, db)
    }

    private func end(
        _ path: TreePath,
        _ name: String,
        _ key: TreeHash,
        part: Int,
        isAlone: Bool = true,
        _ db: Database
    ) throws -> ProvenStatement {
        var path = path
        let bytes = (try db.read("SELECT leaves FROM tree_part WHERE number = ?", part) { $0.bytes(0) }) ?? nil
        let (leaves, statement) = try TreeLeaves.hashed(bytes ?? [], finding: key)
        if isAlone {
            path.end = leaves.first
        } else {
            let rest = HashTree.sha256.path(to: key, among: leaves[...], at: pages.bits)
            path.siblings += rest.siblings
            path.end = rest.end
        }
        return ProvenStatement(name: name, statement: statement, path: path)
    }

    private func page(_ number: Int, _ db: Database) throws -> TreeTop {
        if let page = loaded.withLock({ $0[number] }) { return page }
        let page = try pages.page(db.treePage(number))
        // What is read must be what the root was made of.
        guard page.root == top[number] else { throw BinaryReader.damaged }
        loaded.withLock { $0[number] = page }
        return page
    }
}
