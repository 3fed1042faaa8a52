import CanonicalJSON
import Foundation
import Testing

/// `suixin snapshot`, and `suixin verify` of what it made.
@Suite("The command line and snapshots", .serialized)
struct CommandLineSnapshotTests {
    @Test("It says what it made, makes nothing twice, keeps so many, and is verified offline", .timeLimit(.minutes(20)))
    func snapshots() async throws {
        try await blocking {
            let desk = try CommandDesk(enterprises: 20)
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            let early = try desk.suixin("snapshot")
            #expect(early.status == 1 && early.errors.contains("suixin sync"), "\(early.errors)")
            #expect(try desk.suixin("sync").status == 0)
            let run = try desk.suixin("snapshot", "--json")
            let made = try run.json
            #expect(run.status == 0 && run.errors.isEmpty && made["made"] == .bool(true), "\(run.errors)")
            let profiles = try #require(made["profiles"]?.integer)
            #expect(profiles > 0 && made["names"]?.integer ?? 0 > profiles && made["after"]?.integer == 0)
            let place = "\(made["folder"]?.string ?? "")/\(made["id"]?.string ?? "")"
            let again = try desk.suixin("snapshot", "--json").json
            #expect(again["made"] == .bool(false) && again["id"] == made["id"])
            #expect(try desk.suixin("snapshot").output.contains("is there already"))
            // An export of the same store has the same profiles.
            _ = try desk.suixin("export", "--output", "out")
            #expect(try desk.read("out").split(separator: "\n").count == Int(profiles))

            try desk.write(desk.suixin("keys", "jwks").output, "jwks.json")
            func verify(_ more: String...) throws -> Run {
                try desk.suixin(["verify", place, "--jwks", "jwks.json"] + more)
            }
            let verified = try verify("--json", "--remember", "seen.json")
            #expect(verified.status == 0, "\(verified.output)")
            #expect(try verified.json["facts"]?["profiles"]?.string == "\(profiles)")
            #expect(try desk.read("seen.json").contains("\(made["position"]?.integer ?? 0)"))
            let issuer = try verified.json["facts"]?["issuer"]?.string ?? ""
            try desk.write("{\"\(issuer)\":\(Int32.max)}", "seen.json")
            #expect(try verify("--remember", "seen.json").status == 2)
            #expect(try verify("--issuer", "https://other.example").status == 1)
            #expect(try verify("--manifest", "jwks.json").status == 64)
            #expect(try desk.suixin("verify", place + "/manifest.json", "--jwks", "jwks.json").status == 2)
            #expect(try desk.suixin("verify", desk.folder, "--jwks", "jwks.json").status == 64)
            #expect(try desk.suixin("snapshot", "--set", "snapshots.keep=0").status == 1)
        }
    }
}
