import CanonicalJSON
import Foundation
import Testing

/// A store that an older version wrote becomes one of this version, wherever that is interrupted.
///
/// `Fixtures/store-3` was written by the version before schema 4, `store-6` by that before schema 7,
/// `store-8` by that before schema 9, each with what its
/// `store dump --digest` printed. Whoever changes the schema adds a store of the schema before.
@Suite("A store of an older version", .serialized)
struct MigrationTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures").path
    private static let command = ["sync", "--offline", "--day", "2018-09-01"]

    /// An installation with an older store; nothing of it asks an agency.
    private func old(_ name: String) throws -> CrashSite {
        let site = try CrashSite(agencies: "http://127.0.0.1:9")
        let script = "mkdir data && gunzip -c '\(Self.fixtures)/\(name).sqlite.gz' > data/suixin.sqlite"
        let unpacked = try Run("/usr/bin/env", ["sh", "-c", script], in: site.folder)
        try #require(unpacked.status == 0, "\(unpacked.errors)")
        return site
    }

    private func dump(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(Self.fixtures)/\(name).dump")), as: UTF8.self)
    }

    @Test(
        "holds afterwards what it held before, wherever the migration was killed",
        arguments: ["store-3", "store-6", "store-8"]
    )
    func killed(name: String) async throws {
        try await blocking {
            let old = try old(name)
            let wanted = try dump(name)
            let early = try old.suixin("search", "广州")
            #expect(early.status == 1 && early.errors.contains("open it for writing once"), "\(early.errors)")
            let whole = try CrashSite(old)
            let calls = try whole.calls(of: Self.command)
            #expect(try whole.dump() == wanted)
            for number in 1...calls.count {
                for effect in [SystemFault.Effect.kill, calls[number - 1].kind == "write" ? .tear : .killAfter] {
                    if !CrashScale.isExhaustive, number % 3 != 0 { continue }
                    let site = try CrashSite(old)
                    let fault = SystemFault(at: number, effect: effect)
                    #expect(try site.suixin(Self.command, fault: fault).status == 9, "\(fault)")
                    let resumed = try site.suixin(Self.command)
                    // The fixture's status was signed for agencies that nobody reads here.
                    #expect(resumed.status == 0 || resumed.status == 2, "\(fault): \(resumed.errors)")
                    #expect(try site.dump() == wanted, "\(fault)")
                }
            }
        }
    }

    @Test("is taken over by one of several that come at once", arguments: ["store-3", "store-6", "store-8"])
    func atOnce(name: String) async throws {
        let site = try await blocking { try old(name) }
        let wanted = try dump(name)
        try await inParallel([Self.command, Self.command, ["sources"], Self.command]) { command in
            let run = try site.suixin(command)
            let isToldWhy = ["another process writes", "open it for writing once"].contains { run.errors.contains($0) }
            #expect(run.status == 0 || run.status == 2 || run.status == 1 && isToldWhy, "\(command): \(run.errors)")
        }
        try await blocking { () throws -> Void in #expect(try site.dump() == wanted) }
    }
}
