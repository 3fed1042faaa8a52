import CanonicalJSON
import Foundation
import Testing

/// A disk that is full, broken or read-only: one clear sentence, and the store as it was.
@Suite("A bad disk", .serialized)
struct DiskFaultTests {
    /// One sentence, for people; nothing of the program's inside.
    private func isClear(_ errors: String) -> Bool {
        errors.hasPrefix("suixin: ") && errors.split(separator: "\n").count == 1 && errors.utf8.count < 400
            && !errors.contains("Error Domain") && !errors.contains("GRDB")
    }

    @Test(
        "Full, broken or read-only while a sync runs; it goes on when the disk is well again",
        .timeLimit(.minutes(60))
    )
    func sync() async throws {
        let desk = try await blocking { try CommandDesk(seed: 7, enterprises: 10) }
        defer { desk.close() }
        let (new, full, wanted, writes) = try await blocking {
            let new = try CrashSite(desk)
            let full = try CrashSite(new)
            let calls = try full.calls(of: ["sync"] + CrashSite.day)
            return (new, full, try full.state(), calls.count { $0.kind == "write" })
        }
        struct Case: Sendable {
            var fault: SystemFault
            var says: [String]
            /// Whether the store is there already.
            var isFilled = false
        }
        let change = ["open", "folder", "name", "write", "truncate"]
        let cases = [
            Case(
                fault: SystemFault(at: 1, effect: .fail(ENOSPC), calls: change, isLasting: true),
                says: ["data", "made"]
            ),
            Case(
                fault: SystemFault(at: 12, effect: .fail(ENOSPC), calls: ["write"], isLasting: true),
                says: ["is full"]
            ),
            Case(
                fault: SystemFault(at: writes / 3, effect: .fail(ENOSPC), calls: ["write"], isLasting: true),
                says: ["is full", "make room"]
            ),
            Case(
                fault: SystemFault(at: writes / 2, effect: .fail(EIO), calls: ["write"], isLasting: true),
                says: ["disk", "failed"]
            ),
            Case(
                fault: SystemFault(at: 20, effect: .fail(EIO), calls: ["sync"], isLasting: true),
                says: ["disk", "failed"]
            ),
            Case(
                fault: SystemFault(at: 3, effect: .fail(EIO), calls: ["read"], suffix: ".sqlite", isLasting: true),
                says: ["disk"],
                isFilled: true
            ),
            Case(
                // Whether SQLite calls it a failed disk or a damaged file depends on the page that it was about to read.
                fault: SystemFault(at: 12, effect: .fail(EIO), calls: ["read"], suffix: ".sqlite", isLasting: true),
                says: ["suixin.sqlite", "disk", "check"],
                isFilled: true
            ),
            Case(
                fault: SystemFault(at: 20, effect: .fail(EIO), calls: ["read"], suffix: ".sqlite", isLasting: true),
                says: ["suixin.sqlite", "disk cannot be read", "check the disk"],
                isFilled: true
            ),
            Case(
                fault: SystemFault(at: 1, effect: .fail(EROFS), calls: change, isLasting: true),
                says: ["data", "permissions"]
            ),
            Case(
                fault: SystemFault(at: 1, effect: .fail(EROFS), calls: change, isLasting: true),
                says: ["suixin.sqlite", "may be written"],
                isFilled: true
            ),
            Case(
                fault: SystemFault(at: 2, effect: .fail(EACCES), calls: change, isLasting: true),
                says: ["suixin.sqlite", "permissions"],
                isFilled: true
            ),
        ]
        try await inParallel(cases) { one in
            let site = try CrashSite(one.isFilled ? full : new)
            let run = try site.sync(fault: one.fault)
            #expect(run.status == 1, "\(one.fault): \(run.output)")
            #expect(isClear(run.errors) && one.says.allSatisfy(run.errors.contains), "\(one.fault): \(run.errors)")
            #expect(try site.sync().status == 0)
            #expect(try site.state() == wanted, "\(one.fault)")
        }
    }

    @Test("A disk that fails once costs a source its turn, not the sync its word", .timeLimit(.minutes(20)))
    func once() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 7, enterprises: 10)
            defer { desk.close() }
            let new = try CrashSite(desk)
            let undisturbed = try CrashSite(new)
            try undisturbed.sync()
            let site = try CrashSite(new)
            let run = try site.sync(fault: SystemFault(at: 15, effect: .fail(EIO), calls: ["sync"], suffix: "-wal"))
            let told = run.status == 2 ? run.output.split(separator: "\n").filter { $0.hasPrefix("Incomplete") } : []
            #expect(run.status == 1 || told.contains { $0.contains("disk") }, "\(run.output)")
            #expect(try site.sync().status == 0)
            #expect(try site.state() == undisturbed.state())
        }
    }

    @Test("Who only reads needs no disk to write to", .timeLimit(.minutes(20)))
    func reading() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 7, enterprises: 10)
            defer { desk.close() }
            let site = try CrashSite(desk)
            #expect(try site.sync().status == 0)
            let change = ["open", "folder", "name", "write", "truncate"]
            let readOnly = SystemFault(at: 1, effect: .fail(EROFS), calls: change, isLasting: true)
            let id = try site.suixin("export", "--truth").output.split(separator: "\n").first ?? ""
            let enterprise = try JSONValue(parsing: Array(id.utf8))["enterprise"]?.string ?? ""
            for command in [
                ["profile", "show", enterprise], ["search", "广州"], ["export"], ["keys", "list"],
                ["store", "dump", "--digest"],
            ] {
                let run = try site.suixin(command, fault: readOnly)
                #expect(run.status == 0 || command[0] == "search" && run.status == 3, "\(command): \(run.errors)")
            }
        }
    }

    @Test("A full or broken disk leaves the export and the keys that are there", .timeLimit(.minutes(20)))
    func files() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 7, enterprises: 10)
            defer { desk.close() }
            let site = try CrashSite(desk)
            #expect(try site.sync().status == 0 && site.verifiedExport())
            let (export, keys) = (try site.read("out"), try site.keys().all)
            for (code, calls) in [(ENOSPC, "write"), (EIO, "sync"), (EROFS, "open"), (EDQUOT, "write")] {
                let fault = { suffix in
                    SystemFault(at: 1, effect: .fail(code), calls: [calls], suffix: suffix, isLasting: true)
                }
                let run = try site.suixin(["export", "--output", "out"], fault: fault(".part"))
                #expect(run.status == 1 && isClear(run.errors) && run.errors.contains("out"), "\(run.errors)")
                #expect(try site.read("out") == export && site.verifies("out"))
                for command in [["keys", "rotate"], ["store", "dump", "--output", "dump"]] {
                    let run = try site.suixin(command, fault: fault(".part"))
                    #expect(run.status == 1 && isClear(run.errors), "\(command): \(run.errors)")
                }
                #expect(try site.keys().all == keys)
                #expect(site.leftovers.isEmpty && !site.files.contains("dump"))
            }
            let unreadable = SystemFault(
                at: 1,
                effect: .fail(EIO),
                calls: ["read"],
                suffix: "suixin.json",
                isLasting: true
            )
            let run = try site.suixin(["sources"], fault: unreadable)
            #expect(run.status == 1 && isClear(run.errors) && run.errors.contains("suixin.json"), "\(run.errors)")
        }
    }

    /// Whether this machine lets a test mount a small disk of its own.
    private static let mayMount =
        (try? Run("/usr/bin/env", ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"]))?.status
        == 0

    @Test(
        "A disk that is really full",
        .enabled(if: mayMount, "needs the right to mount a small disk (root)"),
        .timeLimit(.minutes(20))
    )
    func smallDisk() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 7, enterprises: 10)
            defer { desk.close() }
            let new = try CrashSite(desk)
            let undisturbed = try CrashSite(new)
            try undisturbed.sync()
            for kilobytes in [100, 180, 260] {
                let site = try CrashSite(new)
                // What lies on the small disk is copied off it before it is gone.
                let script = """
                    mkdir data kept && mount -t tmpfs -o size=\(kilobytes)k none data || exit 99
                    "$0" "$@"; code=$?; cp -a data/. kept && exit $code
                    """
                let run = try site.inside(["unshare", "-m", "sh", "-c", script], ["sync"] + CrashSite.day)
                #expect(run.status == 1 && isClear(run.errors), "\(kilobytes) kB: \(run.errors)")
                #expect(run.errors.contains("full"), "\(kilobytes) kB: \(run.errors)")
                try FileManager.default.removeItem(atPath: site.folder + "/data")
                try FileManager.default.moveItem(atPath: site.folder + "/kept", toPath: site.folder + "/data")
                #expect(try site.sync().status == 0)
                #expect(try site.state() == undisturbed.state(), "\(kilobytes) kB")
            }
        }
    }
}
