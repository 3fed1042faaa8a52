internal import CanonicalJSON
internal import CreditModel
package import CreditStore
internal import ServiceKit
package import Signing

/// Writes all signed profiles out, one flattened JWS a line, with a signed manifest.
///
/// Memory does not grow with their number.
package struct Exporter: Sendable {
    /// Where an export goes.
    package struct Destination: Sendable {
        /// The profiles; nil is the standard output.
        package var profiles: String?
        /// The signed manifest; nil writes none.
        package var manifest: String?
        /// The rest of lists too long for a profile, one a line; nil writes none.
        package var annexes: String?

        package init(profiles: String?, manifest: String?, annexes: String?) {
            self.profiles = profiles
            self.manifest = manifest
            self.annexes = annexes
        }

        /// `PATH`, `PATH.manifest.json` and `PATH.annexes.ndjson`.
        package init(path: String) {
            self.init(profiles: path, manifest: Self.manifestPath(of: path), annexes: path + ".annexes.ndjson")
        }

        /// Where the manifest of an export lies.
        package static func manifestPath(of path: String) -> String { path + ".manifest.json" }
    }

    /// What was written.
    package struct Report: Sendable, Hashable {
        package var profiles = 0
        package var annexes = 0
        package var bytes = 0
        /// `sha256:` of the profiles' bytes.
        package var digest = ""
        /// The position up to which the profiles vouch for: each that it touches is there as it left it, or newer.
        package var position: Int64 = 0
        /// The store's position after the last profile was read; equal in a quiet store that was derived to its end.
        package var positionAtEnd: Int64 = 0
        /// Whether changes wait to be derived or signed, which the export lacks.
        package var isBehind = false
    }

    private let store: any CreditStore
    private let publisher: Publisher
    private let keys: KeySet
    private static let page = 500

    /// Makes an exporter.
    ///
    /// - Parameters:
    ///   - store: what is read.
    ///   - publisher: who signs the manifest.
    ///   - keys: all public keys of the exchange: the manifest names their ids.
    package init(store: any CreditStore, publisher: Publisher, keys: KeySet) {
        self.store = store
        self.publisher = publisher
        self.keys = keys
    }

    /// Streams an export.
    ///
    /// Blocking. The files appear under their names when all of them are whole, the manifest last.
    /// - Parameters:
    ///   - destination: which files to write.
    ///   - now: POSIX seconds.
    ///   - progress: called with the number of profiles written so far.
    /// - Returns: what was written.
    /// - Throws: ``SigningError`` where a file cannot be written or no key signs, ``PublicationError`` `unfinished` where
    ///   profiles wait and no status was ever signed, and what the store throws.
    package func export(to destination: Destination, at now: Int64, progress: (Int) -> Void = { _ in }) throws -> Report
    {
        // Before the first profile is read: what happens after it is not vouched for.
        let coverage = try publisher.coverage(at: now)
        var report = Report()
        report.position = coverage.position
        report.isBehind = coverage.isBehind
        let profiles = try LineFile(destination.profiles)
        let annexes = try destination.annexes.map { try LineFile($0) }
        let store = store
        var page = try store.signedProfiles(after: nil, limit: Self.page)
        while let end = page.last {
            // Read while this one is written: reading waits for the disk here and there.
            let following = Ahead { try store.signedProfiles(after: end.id, limit: Self.page) }
            defer { _ = try? following.value() }
            for profile in page {
                try profiles.writeLine(profile.document)
                if let annexes { try writeAnnexes(of: profile, to: annexes) }
            }
            progress(profiles.lines)
            page = try following.value()
        }
        report.positionAtEnd = try store.storePosition()
        try profiles.settle()
        try annexes?.settle()
        report.profiles = profiles.lines
        report.annexes = annexes?.lines ?? 0
        report.bytes = profiles.bytes
        report.digest = profiles.digest
        guard let path = destination.manifest else {
            try profiles.commit()
            try annexes?.commit()
            return report
        }
        let file = try DurableFile(path: path)
        let manifest = manifest(report, coverage, profiles, annexes: annexes, at: now)
        try file.write(try publisher.signingKey().sign(manifest, as: .manifest).flattened + [0x0A])
        try file.settle()
        // An earlier export's manifest must never lie beside these profiles: they would look forged. Everything is on the
        // disk by now, so what is left to go wrong is a kill, after which an export without a manifest says that it may lack
        // something.
        try DurableFile.remove(path)
        try profiles.commit()
        try annexes?.commit()
        try file.commit()
        return report
    }

    /// The rest of a profile's long lists: documents of their own, whose digests the signed profile holds.
    private func writeAnnexes(of profile: SignedProfile, to file: LineFile) throws {
        for digest in AnnexDigests.find(in: profile.profile) {
            guard let annex = try store.annex(digest) else { continue }
            try file.writeLine(AnnexLines.line(annex.bytes, digest: annex.digest, of: profile.id))
        }
    }

    private func manifest(
        _ report: Report,
        _ coverage: Coverage,
        _ profiles: LineFile,
        annexes: LineFile?,
        at now: Int64
    ) -> [UInt8] {
        JSONValue.object([
            "annexes": annexes.map { .object($0.facts) } ?? .null,
            "created": .string(LocalTime(posix: now).description), "iat": .integer(now),
            "iss": .string(publisher.issuer),
            "keys": .array(keys.keys.map { .string($0.keyID) }),
            "position": .integer(report.position), "positionAtEnd": .integer(report.positionAtEnd),
            "profiles": .object(profiles.facts), "sources": coverage.sources,
            "sourcesAt": .integer(coverage.issuedAt),
        ]).canonical
    }
}
