import CanonicalJSON
import Foundation
import Testing

/// What an operator or an operating system does to a command while it runs.
@Suite("The command line under pressure", .serialized)
struct CommandLineSignalTests {
    @Test("Ctrl-C ends a sync with what it has; the next one goes on from there", .timeLimit(.minutes(20)))
    func interrupted() async throws {
        try await blocking {
            let desk = try CommandDesk(enterprises: 150)
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            let fault =
                #"[{"agency":"statetax","dataset":"NSRXX","request":5,"times":99,"kind":"status","status":503}]"#
            try desk.control("POST", "faults", body: fault)
            let sync = try Started(
                [
                    "sync", "--set", "retry.firstDelayMilliseconds=600000", "--set",
                    "retry.longestDelayMilliseconds=600000",
                ],
                in: desk.folder
            )
            // It waits before it asks again once it has been refused, and the other agencies have been read.
            try desk.waitUntil {
                let requests = try JSONValue(parsing: Array(desk.control("GET", "state").utf8))["requests"]
                let sources = try desk.suixin("sources", "--json")
                guard (requests?["statetax"]?.integer ?? 0) >= 5, sources.status != 1 else { return false }
                let states = try sources.json.array ?? []
                return states.filter { $0["source"]?.string?.hasPrefix("statetax") != true }
                    .allSatisfy { $0["state"]?.string == "good" }
            }
            let stopped = try sync.interrupt()
            #expect(stopped.status == 2)
            #expect(stopped.errors.contains("Stopping") && !stopped.errors.contains("\u{1B}"), "no progress in a pipe")
            #expect(stopped.output.contains("suixin sync"), "it says how to go on: \(stopped.output)")

            try desk.control("DELETE", "faults")
            let next = try desk.suixin("sync", "--json")
            #expect(next.status == 0, "\(next.output)\(next.errors)")
            #expect(try desk.suixin("sync", "--set", "store=whole.sqlite").status == 0)
            #expect(try desk.versions() == desk.versions("--set", "store=whole.sqlite"))
        }
    }

    @Test(
        "A full disk and a closed pipe are no crash; errors are JSON where that was asked for",
        .timeLimit(.minutes(20))
    )
    func outputs() async throws {
        try await blocking {
            let desk = try CommandDesk()
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            #expect(try desk.suixin("sync").status == 0)
            func shell(_ line: String) throws -> Run {
                try Run(
                    "/bin/bash",
                    ["-c", line.replacing("suixin", with: "'\(Run.programs)/suixin'")],
                    in: desk.folder
                )
            }
            for command in ["search 广州", "sources", "export", "keys jwks"] {
                let full = try shell("suixin \(command) > /dev/full")
                #expect(full.status == 1 && full.errors.contains("No space left"), "\(command): \(full.errors)")
            }
            #expect(try shell("suixin nonsense 2> /dev/full").status == 64)
            // 141: ended by SIGPIPE, as any program in a pipe whose reader has seen enough.
            let piped = try shell("suixin export | head -1 | wc -l; echo ${PIPESTATUS[0]}")
            #expect(piped.output.hasPrefix("1\n") && piped.errors.count < 200, "\(piped.errors)")

            for (arguments, status) in [
                (["profile", "show", "nobody", "--json"], Int32(3)), (["search", "没有这样的企业", "--json"], 3),
                (["sync", "nobody", "--json"], 64), (["held", "--json", "--nonsense"], 64),
                (["sources", "--json", "--set", "serve.prt=1"], 1),
            ] {
                let run = try Run(Run.programs + "/suixin", arguments, in: desk.folder)
                let error = try JSONValue(parsing: Array(run.errors.utf8))
                #expect(run.status == status && error["exitCode"]?.integer == Int64(status), "\(arguments)")
                #expect(error["error"]?.string?.isEmpty == false)
            }
            try theFileOfAnother(desk)
            #expect(try desk.suixin("serve", "--port", "99999").status == 64)
            let port = desk.agencies.split(separator: ":").last ?? ""
            let taken = try desk.suixin("serve", "--port", String(port))
            #expect(taken.status == 1 && taken.errors.contains("--port"), "\(taken.errors)")
        }
    }

    /// A setting that names a file that is no store leaves it as it is.
    private func theFileOfAnother(_ desk: CommandDesk) throws {
        try desk.write("the file of somebody else", "another")
        let path = desk.folder + "/another"
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        for command in [["sync", "--offline"], ["serve", "--port", "0"], ["search", "广州"]] {
            let run = try Run(Run.programs + "/suixin", command + ["--set", "store=another"], in: desk.folder)
            #expect(run.status == 1 && run.errors.contains("no store"), "\(command): \(run.errors)")
        }
        #expect(try desk.read("another") == "the file of somebody else")
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o755)
        #expect(!FileManager.default.fileExists(atPath: path + ".lock"))
    }
}

/// A command that is still running.
private final class Started {
    private let process = Process()
    private let output: String
    private let errors: String

    init(_ arguments: [String], in folder: String) throws {
        output = folder + "/started.out"
        errors = folder + "/started.err"
        for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.executableURL = URL(filePath: Run.programs + "/suixin")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// Presses Ctrl-C once, and waits for the end.
    func interrupt() throws -> (status: Int32, output: String, errors: String) {
        process.interrupt()
        process.waitUntilExit()
        func text(_ path: String) throws -> String {
            String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        }
        return (process.terminationStatus, try text(output), try text(errors))
    }
}
