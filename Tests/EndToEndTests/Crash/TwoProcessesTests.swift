import CanonicalJSON
import Foundation
import Testing

/// Two programs on one installation: safe together, or the second says why it may not.
@Suite("Two processes on one store", .serialized)
struct TwoProcessesTests {
    /// A program beside the test.
    private final class Beside {
        private let process = Process()

        init(_ site: CrashSite, _ arguments: [String]) throws {
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [Run.programs + "/suixin"] + arguments
            process.currentDirectoryURL = URL(filePath: site.folder)
            process.environment = site.environment(fault: nil)
            for output in ["out", "err"] {
                _ = FileManager.default.createFile(atPath: site.folder + "/beside.\(output)", contents: nil)
            }
            process.standardOutput = try FileHandle(forWritingTo: URL(filePath: site.folder + "/beside.out"))
            process.standardError = try FileHandle(forWritingTo: URL(filePath: site.folder + "/beside.err"))
            process.standardInput = FileHandle.nullDevice
            try process.run()
        }

        func end() -> Int32 {
            if process.isRunning { process.terminate() }
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    /// A sync that holds the store while an agency keeps it waiting.
    private func waitingSync(_ desk: CommandDesk, _ site: CrashSite) throws -> Beside {
        let before = try requests(desk)
        try desk.control(
            "POST",
            "faults",
            body: #"[{"agency":"statetax","dataset":"NSRXX","request":1,"times":9999,"kind":"status","status":503}]"#
        )
        let patience = ["retry.firstDelayMilliseconds=600000", "retry.longestDelayMilliseconds=600000"]
        let sync = try Beside(site, ["sync"] + CrashSite.day + patience.flatMap { ["--set", $0] })
        try desk.waitUntil { try requests(desk) > before }
        return sync
    }

    private func requests(_ desk: CommandDesk) throws -> Int64 {
        try JSONValue(parsing: Array(desk.control("GET", "state").utf8))["requests"]?["statetax"]?.integer ?? 0
    }

    @Test("While a sync runs: a second one is told why not, and all the rest works", .timeLimit(.minutes(20)))
    func besideASync() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 9, enterprises: 10)
            defer { desk.close() }
            let site = try CrashSite(desk)
            #expect(try site.sync().status == 0)
            let serve = try Beside(site, ["serve", "--port", "0", "--ready-file", "address"])
            try desk.waitUntil { site.files.contains("address") }
            let address = try site.read("address")
            let sync = try waitingSync(desk, site)
            for command in [["sync"], ["sync", "--offline"], ["quarantine", "retry", "1"], ["store", "rebuild"]] {
                let second = try site.suixin(command)
                #expect(second.status == 1, "\(command)")
                #expect(second.errors.contains("another process writes to the store"), "\(command): \(second.errors)")
                #expect(second.errors.contains("wait until it has ended"))
            }
            #expect(try site.verifiedExport())
            for command in [
                ["sources"], ["search", "广州"], ["held"], ["export", "--truth"], ["store", "dump", "--digest"],
                ["store", "check"],
                ["keys", "rotate"],
            ] {
                let run = try site.suixin(command)
                #expect(run.status == 0 || run.status == 2 || run.status == 3, "\(command): \(run.errors)")
            }
            // The sync has moved the position on, but only it may sign the status of that: the last one is served.
            let answer = try Run("/usr/bin/env", ["curl", "-s", "-w", "\n%{http_code}", address + "/v1/sources"])
            #expect(answer.output.hasSuffix("\n200") && answer.output.hasPrefix("{"), "\(answer.output)")
            #expect(try site.keys().all.count == 2)
            try desk.control("DELETE", "faults")
            #expect(sync.end() == 2, "it ends with what it has")
            #expect(try site.sync().status == 0)
            let after = try Run("/usr/bin/env", ["curl", "-s", "-f", address + "/v1/sources"])
            #expect(after.status == 0 && after.output != answer.output.dropLast(4))
            #expect(serve.end() == 0)
            let undisturbed = try CrashSite(site)
            for name in undisturbed.files where name.hasPrefix("data/suixin.sqlite") {
                try FileManager.default.removeItem(atPath: undisturbed.folder + "/" + name)
            }
            #expect(try undisturbed.sync().status == 0)
            #expect(try site.dump() == undisturbed.dump() && site.verifiedExport())
        }
    }

    @Test("Started at once: one does the work, and what the other does harms nothing", .timeLimit(.minutes(20)))
    func atOnce() async throws {
        let desk = try await blocking { try CommandDesk(seed: 9, enterprises: 10) }
        defer { desk.close() }
        let (site, wanted) = try await blocking {
            let new = try CrashSite(desk)
            let undisturbed = try CrashSite(new)
            try undisturbed.sync()
            return (new, try undisturbed.state())
        }
        let both = { (commands: [[String]]) async throws -> [Run] in
            try await withThrowingTaskGroup(of: Run.self) { group in
                for command in commands { group.addTask { try await blocking { try site.suixin(command) } } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        let sync = ["sync"] + CrashSite.day
        for run in try await both([sync, sync, sync]) {
            #expect(
                run.status == 0 || run.status == 1 && run.errors.contains("another process writes"),
                "\(run.errors)"
            )
        }
        try await blocking { () throws -> Void in
            #expect(try site.sync().status == 0)
            #expect(try site.state() == wanted)
        }
        let rotations = try await both([["keys", "rotate"], ["keys", "rotate"], ["keys", "rotate"], sync])
        let done = rotations.prefix(4).count { $0.status == 0 }
        for run in rotations where run.status != 0 { #expect(run.errors.contains("keys"), "\(run.errors)") }
        try await blocking { () throws -> Void in
            let keys = try site.keys()
            #expect(keys.active.count == 1 && keys.all.count >= 2 && keys.all.count <= done)
            #expect(Set(keys.all).count == keys.all.count)
        }
        let export = ["export", "--output", "out"]
        for run in try await both([export, export, export]) { #expect(run.status == 0, "\(run.errors)") }
        try await blocking { () throws -> Void in
            #expect(try site.verifies("out"))
            #expect(site.leftovers.isEmpty)
        }
    }
}
