internal import CanonicalJSON
internal import CreditModel
internal import CreditStore
internal import Signing

/// The payload of a snapshot's manifest.
struct SnapshotPayload {
    /// What a snapshot consists of, in the order in which it is read.
    enum Part: String, CaseIterable {
        /// One signed profile a line.
        case profiles
        /// One line of each id that leads to another, and of each code.
        case names
        /// The rest of lists too long for a profile.
        case annexes

        /// The file's name.
        var file: String { rawValue + ".ndjson.gz" }
    }

    /// A file, as it lies.
    struct File {
        var bytes: Int64
        var count: Int64
        var digest: String
    }

    let id: String
    let issuer: String
    let issuedAt: Int64
    let position: Int64
    /// After this change the change feed goes on.
    let after: Int64
    /// The signed status, flattened.
    let status: [UInt8]
    let statusDigest: String
    let tree: JSONValue
    let files: [Part: File]

    /// Writes the payload of a new snapshot.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - status: the status that it holds, and what that says.
    ///   - files: the files, whole.
    ///   - issuer: who signs.
    ///   - keys: the ids of all keys that the exchange has.
    ///   - now: POSIX seconds.
    /// - Returns: canonical JSON.
    /// - Throws: where the status is no JSON.
    static func payload(
        id: SnapshotID,
        status: (document: SignedStatus, payload: StatusPayload, tree: StatusPayload.Tree),
        files: [Part: LineFile],
        issuer: String,
        keys: [String],
        at now: Int64
    ) throws -> [UInt8] {
        let parts = files.map { part, file in
            (part.rawValue, JSONValue.object(file.facts.merging(["name": .string(part.file)]) { $1 }))
        }
        return JSONValue.object([
            "after": .integer(status.tree.change), "created": .string(LocalTime(posix: now).description),
            "files": .object(Dictionary(parts) { $1 }), "iat": .integer(now), "id": .string(id.text),
            "iss": .string(issuer), "keys": .array(keys.map { .string($0) }),
            "position": .integer(status.payload.position),
            "status": try JSONValue(parsing: status.document.document),
            "statusDigest": .string(status.document.digest), "tree": status.tree.value,
        ]).canonical
    }

    /// Reads a payload whose signature was checked.
    init(_ payload: [UInt8]) throws {
        let value = try JSONValue(parsing: payload)
        guard let id = value["id"]?.string, let issuer = value["iss"]?.string, let issuedAt = value["iat"]?.integer,
            let position = value["position"]?.integer, let after = value["after"]?.integer, after >= 0,
            let status = value["status"], let statusDigest = value["statusDigest"]?.string, let tree = value["tree"],
            let files = value["files"], SnapshotID(id) != nil, SignedTime.isPlausible(issuedAt)
        else {
            throw PublicationError.malformed(
                "a snapshot's manifest needs after, files, iat, id, iss, position, status, statusDigest and tree"
            )
        }
        guard value.canonical == payload else {
            throw PublicationError.malformed("the snapshot's manifest is not canonical")
        }
        var found: [Part: File] = [:]
        for part in Part.allCases {
            let file = files[part.rawValue]
            guard let bytes = file?["bytes"]?.integer, let count = file?["count"]?.integer, bytes >= 0, count >= 0,
                let digest = file?["digest"]?.string, file?["name"]?.string == part.file
            else {
                throw PublicationError.malformed(
                    "a snapshot's manifest needs bytes, count, digest and name of each file"
                )
            }
            found[part] = File(bytes: bytes, count: count, digest: digest)
        }
        self.files = found
        self.id = id
        self.issuer = issuer
        self.issuedAt = issuedAt
        self.position = position
        self.after = after
        self.status = status.canonical
        self.statusDigest = statusDigest
        self.tree = tree
    }
}
