import CanonicalJSON
import Crypto
import Foundation
import Testing

/// What an operator compares two stores by.
@Suite("suixin store dump", .serialized)
struct StoreDumpTests {
    @Test("Two stores of the same records dump the same, in whatever order those came", .timeLimit(.minutes(20)))
    func same() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 11, enterprises: 30)
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            let day = ["--day", "2018-06-01"]
            func run(_ store: String, _ arguments: String...) throws -> Run {
                try Run(Run.programs + "/suixin", arguments + ["--set", "store=\(store)"], in: desk.folder)
            }
            #expect(try run("one", "sync", day[0], day[1]).status == 0)
            for agency in ["quality", "localtax", "statetax", "hongdun"] {
                #expect(try run("other", "sync", agency, day[0], day[1]).status != 1)
            }
            let dump = try run("one", "store", "dump")
            #expect(dump.status == 0)
            let other = try run("other", "store", "dump").output
            // An id of which nothing is left is kept for ever where it was once given out.
            let identities = { (text: String) in
                text.split(separator: "\n").filter { $0.contains("\"section\":\"identities\"") }
            }
            #expect(Set(identities(other)).isSuperset(of: identities(dump.output)))
            let rest = { (text: String) in
                text.split(separator: "\n").filter { !$0.contains("\"section\":\"identities\"") }
            }
            #expect(rest(dump.output) == rest(other))

            try digests(dump.output, run("one", "store", "dump", "--digest", "--json").json)
            #expect(try run("one", "store", "dump", "--output", "file").status == 0)
            #expect(try desk.read("file") == dump.output)
            let mode =
                try FileManager.default.attributesOfItem(atPath: desk.folder + "/file")[.posixPermissions] as? Int
            #expect(mode == 0o600, "it holds the agencies' keys")
            for word in ["\"iat\"", "signature", "receivedAt", "<ROW", "telephone"] {
                #expect(!dump.output.contains(word))
            }

            try desk.control("POST", "pass?to=2018-09-01")
            #expect(try run("one", "sync", day[0], day[1]).status == 0)
            #expect(try run("one", "store", "dump").output != dump.output)
        }
    }

    /// The digest of a section is that of its lines.
    private func digests(_ dump: String, _ told: JSONValue) throws {
        for section in ["versions", "decisions", "identities", "profiles"] {
            var hash = SHA256()
            let lines = dump.split(separator: "\n").filter { $0.contains("\"section\":\"\(section)\"") }
            for line in lines {
                #expect(throws: Never.self) { try JSONValue(parsing: Array(line.utf8)) }
                hash.update(data: Data((line + "\n").utf8))
            }
            let digest =
                "sha256:" + hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            #expect(told[section]?["digest"]?.string == digest, "\(section)")
            #expect(told[section]?["lines"]?.integer == Int64(lines.count) && !lines.isEmpty)
        }
    }
}
