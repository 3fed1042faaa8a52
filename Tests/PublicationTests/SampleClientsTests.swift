import CanonicalJSON
import CreditModel
import Foundation
import Publication
import SampleClients
import Signing
import Synchronization
import Testing

extension SampleClient {
    static let absent: Comment = "its runtime is not on this machine"
}

/// What waits for another program must not hold one of the few threads on which servers answer.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { done in
        Thread.detachNewThread { done.resume(returning: body()) }
    }
}

@Suite("Clients in other languages verify what we serve", .timeLimit(.minutes(20)))
struct SampleClientsTests {
    private static let code = "91440101MA5AK9RM4X"
    private static let sharedCode = "914401000000000000"

    // One test for each language, so that what is passed over shows.

    @Test(
        "Python",
        .enabled(if: SampleClient.python.canRun, SampleClient.absent),
        arguments: SignatureAlgorithm.allCases
    )
    func python(_ algorithm: SignatureAlgorithm) async throws { try await ask(.python, algorithm) }

    @Test("Node", .enabled(if: SampleClient.node.canRun, SampleClient.absent), arguments: SignatureAlgorithm.allCases)
    func node(_ algorithm: SignatureAlgorithm) async throws { try await ask(.node, algorithm) }

    @Test("Java", .enabled(if: SampleClient.java.canRun, SampleClient.absent), arguments: SignatureAlgorithm.allCases)
    func java(_ algorithm: SignatureAlgorithm) async throws { try await ask(.java, algorithm) }

    @Test("Shell", .enabled(if: SampleClient.shell.canRun, SampleClient.absent), arguments: SignatureAlgorithm.allCases)
    func shell(_ algorithm: SignatureAlgorithm) async throws { try await ask(.shell, algorithm) }

    @Test("Python on the corpus", .enabled(if: SampleClient.python.canRun, SampleClient.absent))
    func pythonOnCorpus() async { await agree(.python) }

    @Test("Node on the corpus", .enabled(if: SampleClient.node.canRun, SampleClient.absent))
    func nodeOnCorpus() async { await agree(.node) }

    @Test("Java on the corpus", .enabled(if: SampleClient.java.canRun, SampleClient.absent))
    func javaOnCorpus() async { await agree(.java) }

    @Test("Shell on the corpus", .enabled(if: SampleClient.shell.canRun, SampleClient.absent))
    func shellOnCorpus() async { await agree(.shell) }

    /// A server on the loopback, and each kind of answer that it gives.
    private func ask(_ client: SampleClient, _ algorithm: SignatureAlgorithm) async throws {
        let world = try World()
        try world.rotate(algorithm)
        // Several signatures, so that r and s begin with every kind of byte.
        for number in 2...5 { try world.put("P\(number)", name: "广州市第\(number)有限公司") }
        try world.put("P1", name: "广州市第1有限公司", codes: [Self.code], aliases: [World.id("P0")])
        for pripid in ["Q1", "Q2"] { try world.put(pripid, name: "同码\(pripid)", codes: [Self.sharedCode]) }
        try world.publisher.signProfiles(at: World.now)
        try world.publisher.publishStatus(at: World.now, day: World.day)
        let folder = world.folder
        let program = try await blocking { Result { try client.command(compiledInto: folder) } }.get()
        let seen = folder + "/seen.json"
        try await serving(world) { port throws in
            func answer(_ name: String, at now: Int64 = World.now, _ more: String...) -> (status: Int32, output: String)
            {
                let asked = ["http://127.0.0.1:\(port)", name, "--issuer", World.issuer, "--now", String(now)]
                // Java reads its arguments by the locale, and this issuer is not all ASCII.
                return SampleClient.run(
                    program + asked + ["--cache", folder + "/cache"] + more,
                    with: [
                        "LC_ALL": "C.UTF-8", "SUIXIN_KEY": FrontDesk.keys.withLock { $0[port] } ?? "",
                        // The server shares its few threads with whatever else is tested at the time.
                        "SUIXIN_TIMEOUT": "600",
                    ]
                )
            }
            for number in 1...5 {
                let good = answer(World.id("P\(number)").text)
                #expect(good.status == 0 && good.output.contains("广州市第\(number)有限公司"), "\(good.output)")
            }
            // By its code, by an id that was joined to it, by its registry key; then once more, out of the cache.
            for name in [Self.code, World.id("P0").text, "P1", Self.code] {
                let good = answer(name, "--remember", seen)
                #expect(good.status == 0 && good.output.contains("广州市第1有限公司"), "\(name): \(good.output)")
            }
            let several = answer(Self.sharedCode)
            #expect(several.status == 4 && several.output.contains(World.id("Q2").text), "\(several.output)")
            for name in ["91440101MA59ABCD1R", "sx00000000000000000000"] {
                let nothing = answer(name)
                #expect(nothing.status == 3 && nothing.output.contains("hongdun/registration"), "\(nothing.output)")
            }
            #expect(answer(World.id("P2").text, at: World.now + 7200).status == 2)
            #expect(answer(World.id("P2").text, "--issuer", "https://other.example").status == 1)
            // What it remembers it refuses to see undone.
            let memory = URL(fileURLWithPath: seen)
            guard case .object(var positions) = try JSONValue(parsing: Array(Data(contentsOf: memory))) else {
                Issue.record("no positions are remembered")
                return
            }
            positions[World.issuer] = .integer(Int64(Int32.max))
            try Data(JSONValue.object(positions).canonical).write(to: memory)
            #expect(answer(World.id("P2").text, "--remember", seen).status == 2)
        }
    }

    private func agree(_ client: SampleClient) async {
        let run = await blocking {
            SampleClient.run(
                ["bash", SampleClient.folder + "/conformance/run"],
                with: ["ONLY": client.rawValue]
            )
        }
        #expect(run.status == 0, "\(run.output)")
    }
}

/// The corpus on which every verifier must agree, put to our own.
@Suite("Conformance")
struct ConformanceTests {
    private struct Case {
        let name: String
        let verdict: String
        let document, status, proof, keys, asked, issuer, now, seen: String
        let rule: String

        /// nil where a column holds nothing.
        static func given(_ column: String) -> String? { column == "-" ? nil : column }

        init?(_ line: Substring) {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count == 12, columns[0] != "case" else { return nil }
            name = columns[0]
            // Where we are known to differ from the page, the column before the last says so.
            verdict = columns[10] == "=" ? columns[1] : columns[10]
            (document, status, proof, keys) = (columns[2], columns[3], columns[4], columns[5])
            (asked, issuer, now, seen) = (columns[6], columns[7], columns[8], columns[9])
            rule = columns[11]
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let folder = SampleClient.folder + "/conformance/"
        return Array(try Data(contentsOf: URL(fileURLWithPath: folder + path)))
    }

    private static func text(_ path: String) throws -> String { String(decoding: try read(path), as: UTF8.self) }

    /// The file, with blanks up to a size where one is given behind it.
    private static func document(_ column: String) throws -> [UInt8] {
        let parts = column.split(separator: "+")
        let bytes = try read("documents/\(parts[0])")
        guard parts.count == 2, let size = Int(parts[1]) else { return bytes }
        return bytes + [UInt8](repeating: 0x20, count: max(0, size - bytes.count))
    }

    private static func seen(_ column: String) throws -> [String: Int64] {
        guard let text = Case.given(column), case .object(let members) = try JSONValue(parsing: Array(text.utf8)) else {
            return [:]
        }
        return members.compactMapValues(\.integer)
    }

    private static func verdict(on example: Case) throws -> String {
        guard let keys = try? KeySet(parsing: read("keys/\(example.keys)")) else { return "unusable-keys" }
        let verifier = Verifier(
            keys: keys,
            now: try #require(Int64(example.now)),
            issuer: Case.given(example.issuer),
            seen: try seen(example.seen)
        )
        let bytes = try document(example.document)
        var result = verifier.verify(bytes)
        if let status = Case.given(example.status) {
            result = verifier.verify(
                bytes,
                beside: .init(
                    status: try read("statuses/\(status)"),
                    proof: try Case.given(example.proof).map { try text("proofs/\($0)") },
                    asked: Case.given(example.asked)
                )
            )
        }
        return switch result.verdict {
        case .genuineAndCurrent: result.kind == "absence" ? "nothing-known" : "current"
        case .genuineNotCurrent: "not-current"
        case .notGenuine: "not-genuine"
        }
    }

    @Test("Our own verifier says of each case what the page says")
    func corpus() throws {
        let lines = try Self.text("cases.tsv").split(separator: "\n")
        let cases = lines.compactMap { Case($0) }
        #expect(cases.count == lines.count - 1 && cases.count > 90)
        for example in cases {
            let verdict = try Self.verdict(on: example)
            // Of an absence that we take too easily the corpus says `current`, as of any document.
            let isSame = verdict == example.verdict || (verdict == "nothing-known" && example.verdict == "current")
            #expect(isSame, "\(example.name) (\(example.rule)): \(verdict), expected \(example.verdict)")
        }
    }
}
