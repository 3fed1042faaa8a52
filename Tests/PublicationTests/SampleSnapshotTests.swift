import CanonicalJSON
import CreditModel
import CreditStore
import Foundation
import Publication
import SampleClients
import Signing
import Synchronization
import Testing

/// A client in another language takes a snapshot from a real server, and goes on where it was cut.
@Suite("Clients in other languages take snapshots", .timeLimit(.minutes(20)))
struct SampleSnapshotTests {
    // One test for each language, so that what is passed over shows.

    @Test(
        "Python",
        .enabled(if: SampleClient.python.canRun, SampleClient.absent),
        arguments: SignatureAlgorithm.allCases
    )
    func python(_ algorithm: SignatureAlgorithm) async throws { try await take(with: .python, algorithm) }

    @Test("Node", .enabled(if: SampleClient.node.canRun, SampleClient.absent), arguments: SignatureAlgorithm.allCases)
    func node(_ algorithm: SignatureAlgorithm) async throws { try await take(with: .node, algorithm) }

    @Test("Java", .enabled(if: SampleClient.java.canRun, SampleClient.absent), arguments: SignatureAlgorithm.allCases)
    func java(_ algorithm: SignatureAlgorithm) async throws { try await take(with: .java, algorithm) }

    @Test("Shell", .enabled(if: SampleClient.shell.canRun, SampleClient.absent), arguments: SignatureAlgorithm.allCases)
    func shell(_ algorithm: SignatureAlgorithm) async throws { try await take(with: .shell, algorithm) }

    private func take(with client: SampleClient, _ algorithm: SignatureAlgorithm) async throws {
        let studio = try Studio()
        // Documents of two keys, with an annex and a code that is named by its place alone.
        try studio.world.rotate(algorithm)
        let bytes = Array(#"[{"no":1}]"#.utf8)
        let annex = Annex(digest: ShortDigest.text(of: World.sha256(bytes)), bytes: bytes)
        let extra = #","shops":{"count":9,"newest":[],"rest":{"digest":"\#(annex.digest)"}}"#
        try studio.world.put("L1", name: "长", codes: ["440104198501121239"], extra: extra, annexes: [annex])
        let now = World.now + 1
        try studio.publish(at: now)
        let report = try studio.make()
        #expect(report.annexes == 1)
        let (folder, seen) = (studio.world.path("taken"), studio.world.path("seen.json"))
        let jwks = try studio.world.write(studio.world.keys.jwks, "jwks.json")
        let place = studio.world.folder
        let program = try await blocking { Result { try client.command(.snapshot, compiledInto: place) } }.get()
        try await serving(studio.world) { port throws in
            func judge(_ what: [String], at time: Int64, _ more: [String]) -> (status: Int32, output: String) {
                SampleClient.run(
                    program + what + [
                        "--jwks", jwks, "--issuer", World.issuer, "--now", String(time), "--remember", seen,
                    ]
                        + more,
                    // Java reads its arguments by the locale, and this issuer is not all ASCII.
                    with: [
                        "LC_ALL": "C.UTF-8", "SUIXIN_KEY": FrontDesk.keys.withLock { $0[port] } ?? "",
                        "SUIXIN_TIMEOUT": "600",
                    ]
                )
            }
            func take(at time: Int64 = now, _ more: String...) -> (status: Int32, output: String) {
                judge(["http://127.0.0.1:\(port)", folder], at: time, more)
            }
            func stored(_ name: String, in folder: String) throws -> Data {
                try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            }
            let first = take()
            #expect(first.status == 0 && first.output.contains("after=\(report.after)"), "\(first.output)")
            #expect(first.output.contains("41 profiles, 3 names, 1 annexes"), "\(first.output)")
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
            let ours = try Verifier(keys: studio.world.keys, now: now).verify(snapshot: folder)
            #expect(ours.verdict == .genuineAndCurrent)
            #expect(judge(["--folder", folder], at: now, []).status == 0)
            for other in ["", #"{"annex":[{"no":2}],"digest":"\#(annex.digest)","sub":"\#(World.id("L1"))"}"#] {
                let forged = try studio.forge(report, "annexes") { _ in other.isEmpty ? [] : [Array(other.utf8)] }
                let judged = judge(["--folder", forged], at: now, [])
                #expect(judged.status == 1 && judged.output.contains("annex"), "\(judged.output)")
            }
            #expect(take(at: now + 7200).status == 2)
            #expect(take(at: now, "--issuer", "https://other.example").status == 1)
            // What was seen higher is refused, and stays remembered.
            let positions = JSONValue.object([World.issuer: .integer(report.position + 1)]).canonical
            try Data(positions).write(to: URL(fileURLWithPath: seen))
            #expect(take().status == 2)
            #expect(try Data(contentsOf: URL(fileURLWithPath: seen)) == Data(positions))
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
