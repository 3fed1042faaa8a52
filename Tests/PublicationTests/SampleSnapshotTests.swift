import CanonicalJSON
import Foundation
import Publication
import SampleClients
import Signing
import Synchronization
import Testing

/// A client in another language takes a snapshot from a real server, and goes on where it was cut.
@Suite("Clients in other languages take snapshots", .timeLimit(.minutes(20)))
struct SampleSnapshotTests {
    @Test("Python", .enabled(if: SampleClient.python.canRun, SampleClient.absent))
    func python() async throws { try await take(with: ["python3", SampleClient.folder + "/python/snapshot.py"]) }

    @Test("Node", .enabled(if: SampleClient.node.canRun, SampleClient.absent))
    func node() async throws { try await take(with: ["node", SampleClient.folder + "/node/snapshot.mjs"]) }

    private func take(with program: [String]) async throws {
        let studio = try Studio()
        let report = try studio.make()
        let folder = studio.world.path("taken")
        let jwks = try studio.world.write(studio.world.keys.jwks, "jwks.json")
        let seen = studio.world.path("seen.json")
        try await serving(studio.world) { port throws in
            func take(at now: Int64 = World.now, _ more: String...) -> (status: Int32, output: String) {
                SampleClient.run(
                    program + ["http://127.0.0.1:\(port)", folder]
                        + ["--jwks", jwks, "--issuer", World.issuer, "--now", String(now), "--remember", seen] + more,
                    with: ["SUIXIN_KEY": FrontDesk.keys.withLock { $0[port] } ?? "", "SUIXIN_TIMEOUT": "600"]
                )
            }
            func stored(_ name: String, in folder: String) throws -> Data {
                try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            }
            let first = take()
            #expect(first.status == 0 && first.output.contains("after=\(report.after)"), "\(first.output)")
            // It broke off in the middle of a file, and of another nothing had come.
            let name = "profiles.ndjson.gz"
            let whole = try stored(name, in: folder)
            for length in [1, whole.count / 2, whole.count] {
                try FileManager.default.removeItem(atPath: folder + "/" + name)
                try? FileManager.default.removeItem(atPath: folder + "/names.ndjson.gz")
                let part = URL(fileURLWithPath: "\(folder)/\(name).\(report.id).part")
                try whole.prefix(length).write(to: part)
                let again = take()
                #expect(again.status == 0, "\(again.output)")
                #expect(try stored(name, in: folder) == stored(name, in: studio.path(of: report)))
            }
            let ours = try Verifier(keys: studio.world.keys, now: World.now).verify(snapshot: folder)
            #expect(ours.verdict == .genuineAndCurrent)
            #expect(take(at: World.now + 7200).status == 2)
            #expect(take(at: World.now, "--issuer", "https://other.example").status == 1)
            let positions = JSONValue.object([World.issuer: .integer(report.position + 1)]).canonical
            try Data(positions).write(to: URL(fileURLWithPath: seen))
            #expect(take().status == 2)
        }
    }
}

/// The corpus of snapshots, put to our own verifier.
@Suite("Conformance of snapshots")
struct SnapshotConformanceTests {
    private struct Case {
        let name, verdict: String
        let files: [String: String]
        let keys, issuer, seen, rule: String
        let now: Int64

        init?(_ line: Substring) {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count == 11, let now = Int64(columns[8]) else { return nil }
            name = columns[0]
            verdict = columns[1]
            let names = ["manifest.json", "profiles.ndjson.gz", "names.ndjson.gz", "annexes.ndjson.gz"]
            files = Dictionary(uniqueKeysWithValues: zip(names, columns[2...5])).filter { $0.value != "-" }
            keys = columns[6]
            issuer = columns[7]
            self.now = now
            seen = columns[9]
            rule = columns[10]
        }
    }

    private static let folder = SampleClient.folder + "/conformance/"

    @Test("Our own verifier says of each case what the page says")
    func corpus() throws {
        let lines = try String(contentsOfFile: Self.folder + "snapshots.tsv", encoding: .utf8).split(separator: "\n")
        let cases = lines.compactMap { Case($0) }
        #expect(cases.count == lines.count - 1 && cases.count > 25)
        for example in cases {
            let copy = NSTemporaryDirectory() + "snapshot-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: copy) }
            for (name, stored) in example.files {
                try FileManager.default.copyItem(atPath: Self.folder + "snapshots/" + stored, toPath: copy + "/" + name)
            }
            var seen: [String: Int64] = [:]
            if case .object(let members)? = try? JSONValue(parsing: Array(example.seen.utf8)) {
                seen = members.compactMapValues(\.integer)
            }
            let keys = try KeySet(
                parsing: Array(Data(contentsOf: URL(fileURLWithPath: Self.folder + "snapshots/" + example.keys)))
            )
            let verifier = Verifier(keys: keys, now: example.now, issuer: example.issuer, seen: seen)
            let found = try verifier.verify(snapshot: copy)
            let verdict =
                switch found.verdict {
                case .genuineAndCurrent: "current"
                case .genuineNotCurrent: "not-current"
                case .notGenuine: "not-genuine"
                }
            #expect(verdict == example.verdict, "\(example.name) (\(example.rule)): \(found.text)")
        }
    }
}
