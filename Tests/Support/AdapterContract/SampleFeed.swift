package import AdapterKit
internal import Compression
package import CreditModel
internal import Crypto
package import Foundation

/// One dataset's sample under `Samples/Feeds/AGENCY`: the documents as the agency sends them, and what is expected of them.
///
/// `DATASET.json` lists the expected records. A request whose path ends in a file's name gets this file, any other one
/// `DATASET.xml`; `{NAME}` in it stands for the text of that element in the question.
package struct SampleFeed: Sendable {
    /// The adapter that reads it.
    package let adapter: any SourceAdapter.Type
    /// What it is a sample of.
    package let dataset: DatasetID
    /// By file name, as they are stored.
    package var documents: [String: [UInt8]] = [:]
    /// The expected records, as JSON; not as `Data`, whose tagged references the leak sanitizer takes for none.
    package let expected: [UInt8]

    /// Every sample of an adapter's agency.
    package static func all(of adapter: any SourceAdapter.Type, in folder: URL) throws -> [SampleFeed] {
        let agency = adapter.descriptor.id
        let folder = folder.appending(path: agency.rawValue)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        var documents: [String: [UInt8]] = [:]
        for name in names where !name.hasSuffix(".json") {
            documents[name] = [UInt8](try Data(contentsOf: folder.appending(path: name)))
        }
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            SampleFeed(
                adapter: adapter,
                dataset: DatasetID(agency, String(name.dropLast(5))),
                documents: documents,
                expected: [UInt8](try Data(contentsOf: folder.appending(path: name)))
            )
        }
    }

    /// What the agency answers.
    package func answer(_ question: ScriptedAgency.Question) -> [UInt8]? {
        let asked = question.path.split(separator: "/").last.map(String.init) ?? ""
        guard let bytes = documents[asked] ?? documents["\(dataset.name).xml"] else { return nil }
        guard let start = bytes.firstRange(of: Array("{".utf8)), let end = bytes.firstRange(of: Array("}".utf8)),
            start.upperBound < end.lowerBound,
            let text = question.element(String(decoding: bytes[start.upperBound..<end.lowerBound], as: UTF8.self))
        else { return bytes }
        return Array(bytes[..<start.lowerBound] + Array(text.utf8) + bytes[end.upperBound...])
    }

    // MARK: Documents as they are read

    /// A document as a reader of XML gets it.
    package func plain(_ name: String) throws -> [UInt8] {
        let bytes = documents[name] ?? []
        guard name.hasSuffix(".gz") else { return bytes }
        let inflater = GzipDecompressor(ratio: 10_000, limit: 1 << 30)
        inflater.push(bytes)
        var plain: [UInt8] = []
        while let part = try inflater.next() { plain += part }
        try inflater.finish()
        return plain
    }

    /// The same sample with one document changed, and told so wherever another names its size and digest.
    package func changing(_ name: String, _ change: ([UInt8]) -> [UInt8]) throws -> SampleFeed {
        var changed = self
        let before = documents[name] ?? []
        var after = change(try plain(name))
        if name.hasSuffix(".gz") { after = try Gzip.compress(after) }
        changed.documents[name] = after
        let (old, new) = (Self.digest(before), Self.digest(after))
        for (other, bytes) in documents where other != name {
            guard let text = String(validating: bytes, as: UTF8.self), text.contains(old) else { continue }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
                guard line.contains(old) else { return String(line) }
                return String(line).replacing(old, with: new)
                    .replacing("\"\(before.count)\"", with: "\"\(after.count)\"")
            }
            changed.documents[other] = Array(lines.joined(separator: "\n").utf8)
        }
        return changed
    }

    /// Whether another document names this one's digest, so that a reader may refuse it whole.
    package func isListed(_ name: String) -> Bool {
        let digest = Self.digest(documents[name] ?? [])
        return documents.values.contains { String(decoding: $0, as: UTF8.self).contains(digest) }
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    // MARK: Rows

    /// The documents in which these records' rows stand, each with the rows' places in it.
    package func rows(of records: [SourceRecord]) throws -> [(document: String, row: Range<Int>, record: SourceRecord)]
    {
        var found: [(document: String, row: Range<Int>, record: SourceRecord)] = []
        for name in documents.keys.sorted() {
            let bytes = try plain(name)
            for record in records {
                if let place = bytes.firstRange(of: record.original) { found.append((name, place, record)) }
            }
        }
        return found
    }
}
