import Foundation
import GRDB
import Testing

/// Commands that make few system calls: each is killed at every one of them.
@Suite("Commands that are killed anywhere", .serialized)
struct KilledCommandTests {
    /// Before and after each call, and in the middle of each that writes.
    private func faults(_ calls: [NotedCall]) -> [SystemFault] {
        let numbers = calls.indices.map { $0 + 1 }
        return numbers.map { SystemFault(at: $0) } + numbers.map { SystemFault(at: $0, effect: .killAfter) }
            + numbers.filter { calls[$0 - 1].kind == "write" }.map { SystemFault(at: $0, effect: .tear) }
    }

    /// Whether a command was killed; or was through, for where it reads on while it works, a second reader is opened
    /// only if the first is still busy: a call more or less, so that of the last few there may be none.
    private func ended(_ run: Run, as fault: SystemFault, of calls: [NotedCall]) -> Bool {
        run.status == 9 || run.status == 0 && (fault.at ?? 0) > calls.count - 2
    }

    @Test("init: a second one completes what the first began", .timeLimit(.minutes(20)))
    func initialisation() async throws {
        try await blocking {
            let desk = try CommandDesk(enterprises: 5)
            defer { desk.close() }
            let whole = try CrashSite(desk)
            func empty() throws -> CrashSite {
                let site = try CrashSite(whole)
                for file in site.files { try? FileManager.default.removeItem(atPath: site.folder + "/" + file) }
                return site
            }
            let command = ["init", "--agencies", desk.agencies]
            let faults = faults(try empty().calls(of: command))
            #expect(faults.count > 30)
            for fault in faults {
                let site = try empty()
                #expect(try site.suixin(command, fault: fault).status == 9, "\(fault)")
                let secret = try? site.read("keys/installation.secret")
                let again = try site.suixin(command)
                #expect(again.status == 0 || again.errors.contains("is there already"), "\(fault): \(again.errors)")
                #expect(site.files == whole.files, "\(fault)")
                #expect(try site.keys().active.count == 1)
                // Restricted keys are digested under it: it is made once and stays.
                if let secret { #expect(try site.read("keys/installation.secret") == secret, "\(fault)") }
                #expect(try site.suixin("sync", "--offline").status == 0, "\(fault)")
            }
        }
    }

    @Test("keys rotate: no key is lost, one signs, and what was signed stays good", .timeLimit(.minutes(20)))
    func rotation() async throws {
        try await blocking {
            let desk = try CommandDesk(enterprises: 5)
            defer { desk.close() }
            let new = try CrashSite(desk)
            #expect(try new.sync().status == 0 && new.verifiedExport())
            let before = try new.keys().all
            for fault in faults(try CrashSite(new).calls(of: ["keys", "rotate"])) {
                let site = try CrashSite(new)
                #expect(try site.suixin(["keys", "rotate"], fault: fault).status == 9, "\(fault)")
                let killed = try site.keys()
                #expect(killed.all.starts(with: before) && killed.active.count == 1, "\(fault)")
                #expect(killed.active.first == killed.all.last, "\(fault)")
                #expect(try site.suixin("keys", "rotate").status == 0)
                let after = try site.keys()
                #expect(after.all.starts(with: killed.all) && after.active == [after.all.last], "\(fault)")
                #expect(site.leftovers.isEmpty, "a leftover may hold a private key: \(site.leftovers)")
            }
            let site = try CrashSite(new)
            #expect(try site.suixin(["keys", "rotate"], fault: SystemFault(at: 6)).status == 9)
            #expect(try site.verifies("out"))
        }
    }

    @Test("store rebuild: what it left undone the next one does, and nothing is half of each", .timeLimit(.minutes(60)))
    func rebuild() async throws {
        let desk = try await blocking { try CommandDesk(seed: 6, enterprises: 12) }
        defer { desk.close() }
        let command = ["store", "rebuild"] + CrashSite.day
        let scene = try await blocking { () -> (site: CrashSite, wanted: String, calls: [NotedCall]) in
            let site = try CrashSite(desk)
            #expect(try site.sync().status == 0)
            let wanted = try site.dump()
            // Names that the index does not find, keys that lead nowhere, profiles that are others', and documents of nothing.
            let damage = """
                DELETE FROM link WHERE part IN (SELECT part FROM link LIMIT 3);
                UPDATE record SET shown = 0 WHERE id IN (SELECT id FROM record WHERE shown = 1 LIMIT 2);
                UPDATE placement SET reason = x'0100' WHERE part IN (SELECT part FROM placement WHERE enterprise > 0 LIMIT 2);
                DELETE FROM code WHERE text IN (SELECT text FROM code LIMIT 2);
                DELETE FROM card WHERE enterprise IN (SELECT enterprise FROM card LIMIT 2);
                """
            try DatabaseQueue(path: site.folder + "/data/suixin.sqlite").write { db in try db.execute(sql: damage) }
            #expect(try site.suixin(["store", "check"] + CrashSite.day).status == 1)
            let whole = try CrashSite(site)
            let calls = try whole.calls(of: command)
            #expect(try whole.dump() == wanted)
            #expect(try whole.suixin(["store", "check"] + CrashSite.day).status == 0)
            return (site, wanted, calls)
        }
        let all = faults(scene.calls)
        let tried = CrashScale.isExhaustive ? all : all.enumerated().filter { $0.offset % 11 == 5 }.map(\.element)
        #expect(tried.count > 5)
        try await inParallel(tried) { fault in
            let site = try CrashSite(scene.site)
            let run = try site.suixin(command, fault: fault)
            #expect(ended(run, as: fault, of: scene.calls), "\(fault): \(run.status) \(run.errors)")
            let resumed = try site.suixin(command)
            #expect(resumed.status == 0, "\(fault): \(resumed.errors)\(resumed.output)")
            #expect(try site.dump() == scene.wanted, "\(fault)")
            let check = try site.suixin(["store", "check"] + CrashSite.day)
            #expect(check.status == 0, "\(fault): \(check.output)")
            #expect(try site.verifiedExport(), "\(fault)")
        }
    }

    @Test(
        "export: what lies under its name is the old one or the new one, never half of each",
        .timeLimit(.minutes(60))
    )
    func export() async throws {
        let desk = try await blocking { try CommandDesk(seed: 6, enterprises: 15) }
        defer { desk.close() }
        let command = ["export", "--output", "out"]
        let scene = try await blocking { () -> (site: CrashSite, old: String, new: String, calls: [NotedCall]) in
            let site = try CrashSite(desk)
            #expect(try site.sync().status == 0)
            #expect(try site.suixin(command).status == 0)
            try desk.control("POST", "pass?to=2018-09-01")
            #expect(try site.sync().status == 0)
            let whole = try CrashSite(site)
            let calls = try whole.calls(of: command)
            return (site, try site.read("out"), try whole.read("out"), calls)
        }
        #expect(scene.old != scene.new, "the agencies changed something")
        let all = faults(scene.calls).filter { fault in
            let call = scene.calls[(fault.at ?? 1) - 1]
            // Opening the store is part of every command, and of the sync that is killed everywhere.
            return CrashScale.isExhaustive
                || call.file.hasPrefix("out") && call.kind != "write" && "\(fault.effect)" == "kill"
        }
        #expect(all.count >= 9)
        try await inParallel(all) { fault in
            let site = try CrashSite(scene.site)
            let run = try site.suixin(command, fault: fault)
            #expect(ended(run, as: fault, of: scene.calls), "\(fault): \(run.status) \(run.errors)")
            let lies = try site.read("out")
            #expect(lies == scene.old || lies == scene.new, "\(fault)")
            #expect(try site.verifies("out"), "a reader must never think it forged: \(fault)")
            #expect(try site.suixin(command).status == 0)
            #expect(try site.read("out") == scene.new, "\(fault)")
            #expect(site.files.contains("out.manifest.json"))
            #expect(site.leftovers.isEmpty, "\(fault): \(site.leftovers)")
        }
    }
}
