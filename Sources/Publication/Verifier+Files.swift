internal import CanonicalJSON
internal import CreditModel
internal import Crypto
internal import ServiceKit
internal import Signing

extension Verifier {
    /// Checks a file: one document in either form, or an export with a document a line.
    ///
    /// Blocking.
    /// - Parameters:
    ///   - path: the file.
    ///   - beside: what to judge the document by.
    ///   - manifestPath: the manifest of an export; nil looks beside the file.
    /// - Returns: the verdict, and what it rests on; a false document is a verdict, no error.
    /// - Throws: ``SigningError`` where a file cannot be read.
    package func verify(
        file path: String,
        beside: Beside? = nil,
        manifestPath: String? = nil
    ) throws -> Verification {
        let reader = try LineReader(path: path)
        let manifest = manifestPath ?? Exporter.Destination.manifestPath(of: path)
        // An export has a manifest beside it, or more than one line that is a document by itself.
        let isExport = manifestPath != nil || LineReader.exists(manifest)
        guard let first = try reader.next() else {
            // An exchange that knows nobody yet exports an empty file, and its manifest says so.
            if isExport { return try export([], reader, manifest: manifest) }
            var result = Verification(.notGenuine, kind: "unknown")
            result.problems = ["the file is empty"]
            return result
        }
        guard let second = try reader.next() else {
            if isExport { return try export([first], reader, manifest: manifest) }
            return one(first, beside)
        }
        if !isExport, (try? SignedDocument(parsing: first)) == nil {
            // Pretty-printed JSON is one document on many lines.
            return one(try reader.rest(after: [first, second], limit: SignedDocument.sizeLimit), beside)
        }
        return try export([first, second], reader, manifest: isExport ? manifest : nil)
    }

    private func one(_ bytes: [UInt8], _ beside: Beside?) -> Verification {
        beside.map { verify(bytes, beside: $0) } ?? verify(bytes)
    }

    /// A first few bad lines are enough to name.
    private static var namedProblems: Int { 20 }

    private func export(_ first: [[UInt8]], _ reader: LineReader, manifest path: String?) throws -> Verification {
        var result = Verification(.genuineNotCurrent, kind: "export")
        var check = ExportCheck()
        var batch = first
        while !batch.isEmpty {
            while batch.count < 2000, let line = try reader.next() { batch.append(line) }
            let lines = try batch.parallelMap(width: 4) { $0.isEmpty ? nil : verify($0) }
            for (line, verification) in zip(batch, lines) { check.add(line, verification) }
            batch = []
            if let line = try reader.next() { batch = [line] }
        }
        result.facts = ["profiles": String(check.count), "digest": check.digest]
        result.facts["issuer"] = check.issuers.sorted().joined(separator: ", ")
        result.problems = Array(check.problems.prefix(Self.namedProblems))
        if check.problems.count > Self.namedProblems {
            result.problems.append("and \(check.problems.count - Self.namedProblems) more lines")
        }
        if !check.problems.isEmpty { result.verdict = .notGenuine }
        if check.problems.isEmpty {
            result.proves = ["the issuer signed each of these profiles, and none was changed since"]
        }
        try compare(check, with: path, &result)
        return result
    }

    private func compare(_ check: ExportCheck, with path: String?, _ result: inout Verification) throws {
        guard let path else {
            result.doesNotProve = ["that no profile is missing: the manifest is not beside the file"]
            return
        }
        let manifest = verify(try LineReader(path: path).rest(after: [], limit: SignedDocument.sizeLimit))
        guard manifest.kind == "manifest", manifest.verdict != .notGenuine else {
            result.fail("its manifest is not genuine: \(manifest.problems.joined(separator: "; "))")
            return
        }
        for name in ["issued", "position", "issuer"] { result.facts[name] = manifest.facts[name] }
        if manifest.facts["digest"] != check.digest {
            result.fail("the file is not the one that its manifest describes")
        }
        if manifest.facts["profiles"] != String(check.count) {
            result.fail("it has \(check.count) profiles, its manifest says \(manifest.facts["profiles"] ?? "?")")
        }
        if let issuer = manifest.facts["issuer"], !check.issuers.subtracting([issuer]).isEmpty {
            result.fail("its profiles are not all issued by \(issuer), as its manifest is")
        }
        guard result.verdict != .notGenuine else { return }
        result.proves.append("the export is whole: as many profiles, byte for byte, as its manifest says")
        result.doesNotProve = ["that these are the newest versions: the manifest says when it was written"]
    }
}

/// What comes together over the lines of an export.
private struct ExportCheck {
    var count = 0
    var problems: [String] = []
    var issuers: Set<String> = []
    private var line = 0
    private var lastSubject = ""
    private var hash = SHA256()

    mutating func add(_ bytes: [UInt8], _ verification: Verification?) {
        line += 1
        hash.update(data: bytes)
        hash.update(data: [0x0A])
        guard let verification else { return }
        count += 1
        guard verification.verdict != .notGenuine else {
            problems.append("line \(line): \(verification.problems.joined(separator: "; "))")
            return
        }
        guard verification.kind == "profile", let subject = verification.facts["enterprise"] else {
            problems.append("line \(line): a \(verification.kind) among profiles")
            return
        }
        // An export goes by id, so one that comes twice, with an old version beside the new, is seen without a table of all.
        if subject <= lastSubject { problems.append("line \(line): enterprise \(subject) comes twice or out of order") }
        lastSubject = subject
        if let issuer = verification.facts["issuer"] { issuers.insert(issuer) }
    }

    var digest: String { "sha256:" + hash.finalize().hexadecimal }
}
