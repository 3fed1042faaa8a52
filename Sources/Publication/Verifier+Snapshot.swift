internal import CanonicalJSON
internal import Compression
internal import CreditModel
internal import Crypto
internal import HashTree
internal import ServiceKit
internal import Signing

/// Whether a snapshot is whole: every line genuine, and together exactly what the status' root was signed over.
extension Verifier {
    /// Checks a folder with a snapshot's manifest and the files that it describes.
    ///
    /// Blocking; memory does not grow with the files.
    /// - Parameter folder: where `manifest.json` and the files lie, under the names that the exchange gave them.
    /// - Returns: the verdict: that of the status, where all of it holds.
    /// - Throws: ``SigningError`` where the manifest cannot be read.
    package func verify(snapshot folder: String) throws -> Verification {
        let path = folder + "/" + SnapshotFolder.manifest
        let bytes = try LineReader(path: path).rest(after: [], limit: SignedDocument.sizeLimit)
        var result = verify(bytes)
        guard result.verdict != .notGenuine else { return result }
        guard result.kind == "snapshot", let manifest = try? SnapshotPayload(payload(of: bytes)) else {
            result.fail("it is no snapshot's manifest")
            return result
        }
        let status = verify(manifest.status)
        let problems: [String]
        do {
            var check = try SnapshotCheck(self, manifest, folder)
            problems = try check.run(status)
        } catch {
            problems = ["\(error)"]
        }
        guard problems.isEmpty else {
            result.proves = []
            for problem in problems { result.fail(problem) }
            return result
        }
        result.verdict = status.verdict
        result.problems = status.problems.map { "status: \($0)" }
        result.proves = [
            "this is everything that the issuer said of ids and codes as of its status: each profile genuine, none left out, "
                + "none added, none of another version"
        ]
        result.doesNotProve = [
            "what was said since: GET /v1/changes?after=\(manifest.after)&codes=true goes on from here",
            "that what the agencies recorded is right: the profiles name the records that they rest on",
        ]
        return result
    }

    func payload(of bytes: [UInt8]) throws -> [UInt8] { try keys.verify(SignedDocument(parsing: bytes)).payload }

    /// The manifest alone.
    func snapshot(_ verified: Verified<[UInt8]>) throws -> Verification {
        let manifest = try SnapshotPayload(verified.payload)
        var result = Verification(.genuineNotCurrent, kind: "snapshot")
        result.facts = facts(verified, issuer: manifest.issuer, issuedAt: manifest.issuedAt)
        result.facts["snapshot"] = manifest.id
        result.facts["position"] = String(manifest.position)
        result.facts["change"] = String(manifest.after)
        for (part, file) in manifest.files { result.facts[part.rawValue] = String(file.count) }
        check(issuer: manifest.issuer, &result)
        let status = verify(manifest.status)
        guard status.kind == "status", status.verdict != .notGenuine else {
            result.fail("the status in it is not genuine: \(status.problems.joined(separator: "; "))")
            return result
        }
        let tree = manifest.tree
        if status.facts["issuer"] != manifest.issuer || status.facts["digest"] != manifest.statusDigest
            || status.facts["position"] != String(manifest.position)
            || status.facts["change"] != String(manifest.after) || status.facts["root"] != tree["root"]?.string
            || tree["change"]?.integer != manifest.after
        {
            result.fail("it is of another status than the one in it")
        }
        guard result.verdict != .notGenuine else { return result }
        for name in ["position", "root", "digest", "expires"] { result.facts["status \(name)"] = status.facts[name] }
        result.proves = ["the issuer described these files, as of the status in it"]
        result.doesNotProve = ["anything about the files: verify the folder with all of them in it"]
        return result
    }
}

/// What comes together over the lines of a snapshot.
private struct SnapshotCheck {
    private struct Profile {
        var line: Int64
        var leaf: TreeLeaf?
        var subject = ""
        var annexes: [String] = []
        var problems: [String] = []
    }

    private let verifier: Verifier
    private let manifest: SnapshotPayload
    private let folder: String
    private let lines: [SnapshotPayload.Part: CompressedLines]
    private var problems: [String] = []
    private var fold = TreeFold(in: .sha256)
    private var batch: ArraySlice<Profile> = []

    /// A first few are enough to name.
    private static let namedProblems = 20
    /// The rest of long lists: more than any enterprise has.
    private static let annexLimit = 64 << 20

    init(_ verifier: Verifier, _ manifest: SnapshotPayload, _ folder: String) throws {
        self.verifier = verifier
        self.manifest = manifest
        self.folder = folder
        var lines: [SnapshotPayload.Part: CompressedLines] = [:]
        for part in SnapshotPayload.Part.allCases {
            let path = folder + "/" + part.file
            guard LineReader.exists(path) else {
                throw PublicationError.malformed("\(part.file) is not beside the manifest: download it, too")
            }
            let limit = part == .annexes ? Self.annexLimit : SignedDocument.sizeLimit
            lines[part] = try CompressedLines(path: path, limit: limit)
        }
        self.lines = lines
    }

    /// - Returns: what is wrong.
    mutating func run(_ status: Verification) throws -> [String] {
        var profile = try nextProfile()
        var name = try nextName()
        while profile != nil || name != nil, problems.count <= Self.namedProblems {
            if let found = profile, isNext(found, before: name) {
                try take(found)
                profile = try nextProfile()
            } else if let found = name {
                take(found.line, found.number)
                name = try nextName()
            }
        }
        while problems.count <= Self.namedProblems, try read(.annexes) != nil {
            problems.append("\(SnapshotPayload.Part.annexes.file): a line that no profile names")
        }
        guard problems.isEmpty else { return problems }
        compareFiles()
        guard problems.isEmpty else { return problems }
        let count = manifest.tree["count"]?.integer
        if fold.root.digest != status.facts["root"] || fold.count != count {
            problems.append(
                "these are not the \(count ?? 0) ids and codes that the status' root was signed over: "
                    + "something was left out, added, or is of another version"
            )
        }
        return problems
    }

    /// Both files go by the places in the tree; what is no line at all is told at once.
    private func isNext(_ profile: Profile, before name: (line: NameLine?, number: Int64)?) -> Bool {
        guard let name, let leaf = profile.leaf else { return true }
        guard let line = name.line else { return false }
        return leaf.key < line.key
    }

    private mutating func take(_ profile: Profile) throws {
        problems += profile.problems
        if let leaf = profile.leaf, !fold.add(leaf) {
            problems.append(
                "\(SnapshotPayload.Part.profiles.file): line \(profile.line): \(profile.subject) comes twice or out of order"
            )
        }
        for digest in profile.annexes where try !isAnnex(read(.annexes), digest, of: profile.subject) {
            problems.append(
                "\(SnapshotPayload.Part.annexes.file): the annex \(digest) of \(profile.subject) is missing or another"
            )
        }
    }

    private mutating func take(_ line: NameLine?, _ number: Int64) {
        let place = "\(SnapshotPayload.Part.names.file): line \(number)"
        guard let line else { return problems.append("\(place): no line of a snapshot") }
        if !fold.add(HashTree.sha256.leaf(line.key, says: line.statement)) {
            problems.append("\(place): a name comes twice or out of order")
        }
    }

    private func isAnnex(_ line: [UInt8]?, _ digest: String, of subject: String) -> Bool {
        guard let line, let value = try? JSONValue(parsing: line), value.canonical == line,
            let annex = value["annex"]?.canonical
        else { return false }
        return value["digest"]?.string == digest && value["sub"]?.string == subject
            && ShortDigest.text(of: Array(SHA256.hash(data: annex))) == digest
    }

    private func compareFilesProblem(_ part: SnapshotPayload.Part) -> String? {
        guard let found = lines[part], let told = manifest.files[part] else { return nil }
        if found.bytes != told.bytes || found.digest != told.digest {
            return "\(part.file) is not the file that the manifest describes"
        }
        return found.count == told.count
            ? nil : "\(part.file) has \(found.count) lines, the manifest says \(told.count)"
    }

    private mutating func compareFiles() {
        problems += SnapshotPayload.Part.allCases.compactMap { compareFilesProblem($0) }
    }

    // MARK: Lines

    private func read(_ part: SnapshotPayload.Part) throws -> [UInt8]? {
        do {
            return try lines[part]?.next()
        } catch CompressionError.cut {
            let told = manifest.files[part]?.bytes ?? 0
            throw PublicationError.malformed(
                "\(part.file) ends early, after \(lines[part]?.bytes ?? 0) of \(told) bytes: go on with its download"
            )
        } catch let error as CompressionError {
            throw PublicationError.malformed("\(part.file) is damaged (\(error)): download it anew")
        } catch let error as PublicationError {
            throw PublicationError.malformed("\(part.file): \(error)")
        }
    }

    private func nextName() throws -> (line: NameLine?, number: Int64)? {
        guard let line = try read(.names) else { return nil }
        return (NameLine(parsing: line), lines[.names]?.count ?? 0)
    }

    private mutating func nextProfile() throws -> Profile? {
        if let next = batch.popFirst() { return next }
        let first = lines[.profiles]?.count ?? 0
        var taken: [(Int64, [UInt8])] = []
        while taken.count < 2000, let line = try read(.profiles) {
            taken.append((first + Int64(taken.count) + 1, line))
        }
        let verifier = verifier
        let issuer = manifest.issuer
        batch = try taken.parallelMap(width: 4) { Self.profile($0.1, line: $0.0, verifier, issuer) }[...]
        return batch.popFirst()
    }

    private static func profile(_ bytes: [UInt8], line: Int64, _ verifier: Verifier, _ issuer: String) -> Profile {
        let verification = verifier.verify(bytes)
        var found = Profile(line: line)
        let place = "\(SnapshotPayload.Part.profiles.file): line \(line)"
        guard verification.verdict != .notGenuine, verification.kind == "profile",
            let subject = verification.facts["enterprise"], let version = verification.facts["version"]
        else {
            let reason = verification.problems.isEmpty ? ["a \(verification.kind)"] : verification.problems
            found.problems = ["\(place): \(reason.joined(separator: "; "))"]
            return found
        }
        if verification.facts["issuer"] != issuer { found.problems.append("\(place): not issued by \(issuer)") }
        found.subject = subject
        found.leaf = HashTree.sha256.leaf(subject, .version(version))
        if let payload = try? SignedDocument(parsing: bytes).unverifiedPayload,
            let (_, profile) = try? Envelope.read(payload)
        {
            found.annexes = AnnexDigests.find(in: Array(profile))
        }
        return found
    }
}
