internal import CanonicalJSON
internal import CreditModel
package import CreditStore
internal import HashTree
internal import ServiceKit
package import Signing

/// Writes everything that the latest status says into files, with a signed manifest: what a platform begins a copy with.
///
/// The files hold exactly the leaves of that status' tree, whatever a sync has changed since, and their root is worked out on
/// the way: what is not what was signed does not get a name. Memory does not grow with the store.
package struct SnapshotMaker: Sendable {
    /// What was made.
    package struct Report: Sendable, Hashable {
        package var id = ""
        /// Whether it was made now; else there was one of this status already.
        package var isNew = true
        package var profiles = 0
        /// Ids that lead to others, and codes.
        package var names = 0
        package var annexes = 0
        /// Of all files, compressed.
        package var bytes = 0
        package var position: Int64 = 0
        /// After this change the change feed goes on.
        package var after: Int64 = 0
        /// Older ones that were taken away.
        package var removed: [String] = []
    }

    private let store: any ProvingStore
    private let publisher: Publisher
    private let keys: KeySet
    private let folder: SnapshotFolder

    /// Makes a maker.
    ///
    /// - Parameters:
    ///   - store: what is read.
    ///   - publisher: who signs the manifest.
    ///   - keys: all public keys of the exchange: the manifest names their ids.
    ///   - folder: where snapshots go.
    package init(store: any ProvingStore, publisher: Publisher, keys: KeySet, folder: SnapshotFolder) {
        self.store = store
        self.publisher = publisher
        self.keys = keys
        self.folder = folder
    }

    /// Makes a snapshot of the latest status, unless there is one, and takes the oldest away.
    ///
    /// Blocking; waits for nobody, and keeps nobody from writing to the store. Killed at any moment it leaves nothing that
    /// would be handed out.
    /// - Parameters:
    ///   - now: POSIX seconds.
    ///   - count: how many snapshots to keep; at least this one.
    ///   - progress: called with the number of profiles written so far; what it throws ends the work.
    /// - Returns: what was made.
    /// - Throws: ``PublicationError`` where another one is being made, no status has a tree, or the store does not hold what
    ///   was signed; ``SigningError`` where a file cannot be written; and what the store throws.
    package func make(at now: Int64, keeping count: Int, progress: (Int) throws -> Void = { _ in }) throws -> Report {
        let lock = try folder.lock()
        defer { withExtendedLifetime(lock) {} }
        let made = try store.viewWhole { view in
            let payload = try StatusPayload(SignedDocument(parsing: view.status.document).unverifiedPayload)
            guard let tree = payload.tree else { throw PublicationError.noTree }
            let id = SnapshotID(view.status)
            var report = Report()
            report.id = id.text
            report.position = payload.position
            report.after = tree.change
            guard !folder.ids().contains(id) else {
                report.isNew = false
                return report
            }
            let place = try folder.begin(id)
            do {
                let files = try SnapshotFiles(in: place)
                try files.write(view, tree, progress)
                report.profiles = files[.profiles].lines
                report.names = files[.names].lines
                report.annexes = files[.annexes].lines
                report.bytes = files.all.values.reduce(0) { $0 + $1.bytes }
                let manifest = try SnapshotPayload.payload(
                    id: id,
                    status: (view.status, payload, tree),
                    files: files.all,
                    issuer: publisher.issuer,
                    keys: keys.keys.map(\.keyID),
                    at: now
                )
                let file = try DurableFile(path: place + "/" + SnapshotFolder.manifest, mode: 0o600)
                try file.write(try publisher.signingKey().sign(manifest, as: .snapshot).flattened + [0x0A])
                try file.commit()
                try folder.finish(id)
            } catch {
                folder.giveUp(id)
                throw error
            }
            return report
        }
        guard var made else { throw PublicationError.noTree }
        made.removed = try folder.prune(keeping: count).map(\.text)
        return made
    }
}

/// The files of a snapshot while they are written.
private struct SnapshotFiles {
    let all: [SnapshotPayload.Part: LineFile]
    private let profiles, names, annexes: LineFile

    init(in folder: String) throws {
        func file(_ part: SnapshotPayload.Part) throws -> LineFile {
            try LineFile(folder + "/" + part.file, .gzip, mode: 0o600)
        }
        profiles = try file(.profiles)
        names = try file(.names)
        annexes = try file(.annexes)
        all = [.profiles: profiles, .names: names, .annexes: annexes]
    }

    subscript(part: SnapshotPayload.Part) -> LineFile {
        switch part {
        case .profiles: profiles
        case .names: names
        case .annexes: annexes
        }
    }

    /// Writes all leaves, and makes sure that they are those of the tree.
    func write(_ view: any WholeView, _ tree: StatusPayload.Tree, _ progress: (Int) throws -> Void) throws {
        var fold = TreeFold(in: .sha256)
        try view.eachStatement { said in
            guard fold.add(HashTree.sha256.leaf(said.key, says: said.statement)) else {
                throw PublicationError.otherTree
            }
            guard let profile = said.profile else { return try names.writeLine(NameLine(said).bytes) }
            try profiles.writeLine(profile.document)
            for digest in AnnexDigests.find(in: profile.profile) {
                guard let annex = try view.annex(digest) else { throw PublicationError.noAnnex(profile.id) }
                try annexes.writeLine(AnnexLines.line(annex.bytes, digest: digest, of: profile.id))
            }
            if profiles.lines % 500 == 0 { try progress(profiles.lines) }
        }
        guard fold.count == tree.count, fold.root == tree.root else { throw PublicationError.otherTree }
        for file in [profiles, names, annexes] {
            try file.settle()
            try file.commit()
        }
        try progress(profiles.lines)
    }
}
