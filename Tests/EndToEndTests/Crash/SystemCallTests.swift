import Foundation
import Testing

/// What the fault library counts is what the kernel sees: else "every call" would leave some out.
@Suite("The faults meet every system call")
struct SystemCallTests {
    private static let traced =
        "write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,sync_file_range,msync,rename,renameat,renameat2,link,linkat,"
        + "symlink,symlinkat,unlink,unlinkat,rmdir,truncate,ftruncate,fallocate,mkdir,mkdirat,open,openat,openat2,creat,sendfile,"
        + "copy_file_range,splice"

    private static let hasStrace = (try? Run("/usr/bin/env", ["strace", "-V"]))?.status == 0

    /// The calls that change a file of the site, by kind, as strace shows them.
    private func seen(_ log: String, in site: CrashSite) throws -> [String: Int] {
        let kinds = [
            "write": "write", "writev": "write", "pwrite64": "write", "fsync": "sync", "fdatasync": "sync",
            "rename": "name",
            "renameat": "name", "renameat2": "name", "link": "name", "linkat": "name", "unlink": "name",
            "unlinkat": "name",
            "rmdir": "folder", "mkdir": "folder", "mkdirat": "folder", "ftruncate": "truncate", "open": "open",
            "openat": "open",
        ]
        var counts: [String: Int] = [:]
        for line in String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self).split(separator: "\n") {
            let call = line.drop { $0.isNumber || $0 == " " }
            let isOfFolder = call.hasPrefix("fsync(") && call.contains("<\(site.folder)>")
            guard let end = call.firstIndex(of: "("), isOfFolder || call.contains(site.folder + "/"),
                !call.contains(site.folder + ".log")
            else { continue }
            let name = String(call[..<end])
            if name.hasPrefix("open"), !["O_CREAT", "O_WRONLY", "O_RDWR"].contains(where: call.contains) { continue }
            counts[kinds[name] ?? name, default: 0] += 1
        }
        return counts
    }

    @Test("strace and the library count the same", .timeLimit(.minutes(20)))
    func count() async throws {
        try #require(Self.hasStrace, "strace is missing: Scripts/set-up installs it")
        try await blocking {
            let desk = try CommandDesk(seed: 10, enterprises: 5)
            defer { desk.close() }
            let site = try CrashSite(desk)
            for command in [
                ["sync"] + CrashSite.day, ["export", "--json", "--output", site.folder + "/out"], ["keys", "rotate"],
            ] {
                let (log, trace) = (site.folder + ".log", site.folder + ".trace")
                defer { for file in [log, trace] { try? FileManager.default.removeItem(atPath: file) } }
                // strace hands the library to the program alone, not to itself.
                let told = SystemFault(log: log).environment(under: site.folder).flatMap { ["-E", "\($0)=\($1)"] }
                let strace = ["strace", "-f", "-y", "-s", "4096", "-o", trace, "-e", "trace=" + Self.traced] + told
                let run = try site.inside(strace, command)
                #expect(run.status == 0, "\(run.errors)")
                var counted: [String: Int] = [:]
                for call in try NotedCall.read(log, under: site.folder) { counted[call.kind, default: 0] += 1 }
                #expect(try seen(trace, in: site) == counted, "\(command)")
                #expect(counted["write", default: 0] > 0 && counted["sync", default: 0] > 0)
            }
        }
    }

    @Test("A fault hits the call that is named, and no other", .timeLimit(.minutes(20)))
    func named() async throws {
        try await blocking {
            let site = try CrashSite(agencies: "http://127.0.0.1:9")
            let calls = try CrashSite(site).calls(of: ["keys", "rotate"])
            let flush = try #require(calls.firstIndex { $0.kind == "sync" })
            let log = site.folder + ".log"
            defer { try? FileManager.default.removeItem(atPath: log) }
            let killed = try site.suixin(["keys", "rotate"], fault: SystemFault(at: flush + 1, log: log))
            #expect(killed.status == 9)
            #expect(try NotedCall.read(log, under: site.folder).map(\.kind) == calls.prefix(flush + 1).map(\.kind))
            #expect(site.leftovers.count == 1, "it was killed before the key had its name")
        }
    }

    @Test(
        "A file is on the disk before it has its name, and its name before the command ends",
        .timeLimit(.minutes(20))
    )
    func order() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 10, enterprises: 5)
            defer { desk.close() }
            let site = try CrashSite(desk)
            try site.sync()
            let empty = try CrashSite(site)
            for file in empty.files { try? FileManager.default.removeItem(atPath: empty.folder + "/" + file) }
            for (site, command, files) in [
                (site, ["export", "--output", "out"], ["out", "out.annexes.ndjson", "out.manifest.json"]),
                (site, ["keys", "rotate"], ["keys/key-000002.json"]),
                (empty, ["init"], ["suixin.json", "keys/installation.secret", "keys/key-000001.json"]),
                (site, ["store", "dump", "--output", "dump"], ["dump"]),
            ] {
                let calls = try site.calls(of: command)
                for file in files {
                    let folder = file.contains("/") ? String(file.prefix { $0 != "/" }) : ""
                    let isPart = { (call: NotedCall) in call.file.hasPrefix(file + ".") && call.file.hasSuffix(".part")
                    }
                    let named = try #require(calls.lastIndex { $0.kind == "name" && $0.file == file }, "\(file)")
                    let flushed = try #require(calls[..<named].lastIndex { $0.kind == "sync" && isPart($0) }, "\(file)")
                    #expect(!calls[flushed...].contains { $0.kind == "write" && isPart($0) }, "\(file)")
                    #expect(calls[named...].contains { $0.kind == "sync" && $0.file == folder }, "\(file)")
                }
            }
        }
    }

    @Test("A commit is flushed before the next one begins", .timeLimit(.minutes(20)))
    func commits() async throws {
        try await blocking {
            let desk = try CommandDesk(seed: 10, enterprises: 5)
            defer { desk.close() }
            let calls = try CrashSite(desk).calls(of: ["sync"] + CrashSite.day).filter { $0.file.hasSuffix("-wal") }
            let runs = calls.split { $0.kind == "sync" }
            // Nineteen datasets of several batches and an end each: were they not flushed, the log would be one run.
            #expect(runs.count > 40)
            // The checkpoint of whoever closes the store begins with flushing the log.
            #expect(calls.last { $0.kind == "write" || $0.kind == "sync" }?.kind == "sync")
        }
    }
}
