/// Where whole snapshots lie, ready to be handed out.
package protocol SnapshotShelf: Sendable {
    /// The newest snapshot; nil before there is one.
    func latest() throws -> ShelvedSnapshot?
    /// A snapshot by its id; nil where it is not there, or no more.
    func snapshot(_ id: String) throws -> ShelvedSnapshot?
}

/// A snapshot that lies ready, whole.
package struct ShelvedSnapshot: Sendable {
    /// Its name, which says nothing of what is in it.
    package var id: String
    /// The signed manifest, flattened.
    package var manifest: [UInt8]
    /// The digest of the status whose tree it holds.
    package var status: String
    /// What the manifest describes.
    package var files: [File]

    /// A file as it lies and is handed out: nothing is ever done to it again.
    package struct File: Sendable {
        /// Its name in the manifest.
        package var name: String
        /// Where it lies.
        package var path: String
        /// Its size.
        package var bytes: Int64
        /// The SHA-256 of its bytes: `sha256:` and 64 hexadecimal digits.
        package var digest: String

        /// Names a file.
        package init(name: String, path: String, bytes: Int64, digest: String) {
            self.name = name
            self.path = path
            self.bytes = bytes
            self.digest = digest
        }
    }

    /// Puts a snapshot together.
    package init(id: String, manifest: [UInt8], status: String, files: [File]) {
        self.id = id
        self.manifest = manifest
        self.status = status
        self.files = files
    }
}
