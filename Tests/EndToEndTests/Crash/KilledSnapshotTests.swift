import Foundation
import Testing

/// A snapshot is killed at every system call: nobody is ever handed a half.
@Suite("Snapshots that are killed anywhere", .serialized)
struct KilledSnapshotTests {
    private static let command = ["snapshot", "--set", "snapshots.keep=1"]

    private struct Scene {
        let site: CrashSite
        let old, new: String
        let calls: [NotedCall]
    }

    /// The snapshots that would be handed out.
    private static func served(_ site: CrashSite) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: site.folder + "/data/snapshots")
        return names.filter { !$0.hasSuffix(".part") && $0 != "lock" }.sorted()
    }

    private static func scene(_ desk: CommandDesk) throws -> Scene {
        let site = try CrashSite(desk)
        #expect(try site.sync().status == 0)
        #expect(try site.suixin(command).status == 0)
        try desk.control("POST", "pass?to=2018-09-01")
        #expect(try site.sync().status == 0)
        let jwks = try site.suixin("keys", "jwks")
        try Data(jwks.output.utf8).write(to: URL(filePath: site.folder + "/jwks.json"))
        let whole = try CrashSite(site)
        let calls = try whole.calls(of: command)
        let (old, new) = (try served(site), try served(whole))
        #expect(old.count == 1 && new.count == 1 && old != new)
        return Scene(site: site, old: old.first ?? "", new: new.first ?? "", calls: calls)
    }

    @Test("What lies under a name is whole, and what does not is taken away by the next", .timeLimit(.minutes(60)))
    func snapshot() async throws {
        let desk = try await blocking { try CommandDesk(seed: 6, enterprises: 12) }
        defer { desk.close() }
        let scene = try await blocking { try Self.scene(desk) }
        let faults = scene.calls.indices.flatMap { place -> [SystemFault] in
            let call = scene.calls[place]
            // Opening the store is part of every command.
            guard call.file.hasPrefix("data/snapshots") else { return [] }
            let before = SystemFault(at: place + 1)
            guard CrashScale.isExhaustive else { return ["open", "write"].contains(call.kind) ? [] : [before] }
            return [before, SystemFault(at: place + 1, effect: .killAfter)]
                + (call.kind == "write" ? [SystemFault(at: place + 1, effect: .tear)] : [])
        }
        #expect(faults.count >= 12)
        try await inParallel(faults) { fault in
            let site = try CrashSite(scene.site)
            let run = try site.suixin(Self.command, fault: fault)
            #expect(run.status == 9, "\(fault): \(run.status) \(run.errors)")
            let served = try Self.served(site)
            #expect(!served.isEmpty && Set(served).isSubset(of: [scene.old, scene.new]), "\(fault): \(served)")
            for name in served {
                let verified = try site.suixin("verify", "data/snapshots/\(name)", "--jwks", "jwks.json")
                #expect(verified.status == 0, "\(fault), \(name): \(verified.output)")
            }
            let again = try site.suixin(Self.command)
            #expect(again.status == 0, "\(fault): \(again.errors)")
            #expect(try Self.served(site) == [scene.new], "\(fault)")
            #expect(site.leftovers.isEmpty, "\(fault): \(site.leftovers)")
        }
    }
}
