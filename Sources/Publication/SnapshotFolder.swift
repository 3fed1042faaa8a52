internal import CreditModel
internal import Foundation
internal import Glibc
package import ServiceKit
internal import Signing

/// The folder in which snapshots lie, each in a folder of its own that appears whole under its name.
///
/// What ends with `.part` is being made, was left by somebody who was killed, or is being taken away: nobody is given it.
package struct SnapshotFolder: SnapshotShelf {
    /// Where it is.
    package let path: String
    static let manifest = "manifest.json"
    private static let unfinished = ".part"

    /// Names a folder, which need not be there.
    package init(path: String) { self.path = path }

    // MARK: Handing out

    package func latest() throws -> ShelvedSnapshot? {
        // The newest may just be taken away by hand: then the one before it.
        for id in ids().reversed() { if let found = try snapshot(id.text) { return found } }
        return nil
    }

    package func snapshot(_ id: String) throws -> ShelvedSnapshot? {
        guard let id = SnapshotID(id) else { return nil }
        let folder = place(of: id)
        guard LineReader.exists(folder + "/" + Self.manifest) else { return nil }
        let bytes = try LineReader(path: folder + "/" + Self.manifest).rest(after: [], limit: SignedDocument.sizeLimit)
        let document = try SignedDocument(parsing: bytes)
        let payload = try SnapshotPayload(document.unverifiedPayload)
        let files = payload.files.map { part, file in
            ShelvedSnapshot.File(
                name: part.file,
                path: folder + "/" + part.file,
                bytes: file.bytes,
                digest: file.digest
            )
        }
        return ShelvedSnapshot(
            id: id.text,
            manifest: document.flattened,
            status: payload.statusDigest,
            files: files.sorted { $0.name < $1.name }
        )
    }

    /// All that are whole, oldest first.
    package func ids() -> [SnapshotID] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { SnapshotID($0) }.sorted()
    }

    private func place(of id: SnapshotID) -> String { path + "/" + id.text }

    // MARK: Making

    /// Makes the folder, and keeps every other maker out until the result is let go.
    ///
    /// Takes away what a killed one left.
    /// - Throws: ``PublicationError/busy`` where somebody else makes a snapshot.
    func lock() throws -> FileHandle {
        let files = FileManager.default
        try files.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let lock = path + "/lock"
        if !files.fileExists(atPath: lock) {
            _ = files.createFile(atPath: lock, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        let handle = try FileHandle(forUpdating: URL(filePath: lock))
        guard flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else { throw PublicationError.busy }
        for name in try files.contentsOfDirectory(atPath: path) where name.hasSuffix(Self.unfinished) {
            try files.removeItem(atPath: path + "/" + name)
        }
        return handle
    }

    /// Begins a snapshot: the folder in which its files are written.
    func begin(_ id: SnapshotID) throws -> String {
        let folder = place(of: id) + Self.unfinished
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        return folder
    }

    /// Gives a snapshot its name, durably: from here on it is handed out.
    func finish(_ id: SnapshotID) throws {
        try FileManager.default.moveItem(atPath: place(of: id) + Self.unfinished, toPath: place(of: id))
        try DurableFile.flushFolder(of: place(of: id))
    }

    /// Gives up what was begun.
    func giveUp(_ id: SnapshotID) {
        try? FileManager.default.removeItem(atPath: place(of: id) + Self.unfinished)
    }

    /// Takes away all but the newest; whoever is being given one of the others is given it to the end.
    func prune(keeping count: Int) throws -> [SnapshotID] {
        let old = ids().dropLast(max(1, count))
        for id in old {
            // First the name, so that nobody is given a half.
            try FileManager.default.moveItem(atPath: place(of: id), toPath: place(of: id) + Self.unfinished)
            try FileManager.default.removeItem(atPath: place(of: id) + Self.unfinished)
        }
        return Array(old)
    }
}
