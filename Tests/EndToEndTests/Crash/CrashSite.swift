import CanonicalJSON
import Foundation
import Testing

/// An installation in a folder of its own, to be killed and taken up again.
final class CrashSite: Sendable {
    let folder: String
    private let environment: [String: String]
    /// The day of the profiles, so that nothing depends on today.
    static let day = ["--day", "2018-06-01"]

    /// Makes a new installation for the agencies of a desk: configuration and keys, no store yet.
    convenience init(_ desk: CommandDesk) throws { try self.init(agencies: desk.agencies) }

    init(agencies: String) throws {
        folder = try Self.newFolder()
        // Fewer windows to ask for: most of a sync of few enterprises would be empty answers.
        environment = ["SUIXIN_SOURCES_STATETAX_SINCE": "2015-01-01"]
        let run = try suixin("init", "--agencies", agencies)
        try #require(run.status == 0, "\(run.errors)")
    }

    /// A copy as it lies.
    init(_ other: CrashSite) throws {
        folder = try Self.newFolder()
        environment = other.environment
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.copyItem(atPath: other.folder, toPath: folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Without links in the way: what the system says of open files is compared with it.
    private static func newFolder() throws -> String {
        let path = NSTemporaryDirectory() + "crash-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return URL(filePath: path).resolvingSymlinksInPath().path
    }

    /// Runs a command in it, undisturbed or not.
    func suixin(_ arguments: String..., fault: SystemFault? = nil) throws -> Run {
        try suixin(arguments, fault: fault)
    }

    func suixin(_ arguments: [String], fault: SystemFault? = nil) throws -> Run {
        if fault != nil, !FileManager.default.fileExists(atPath: SystemFault.library) {
            throw Missing(what: "\(SystemFault.library) was not built with the tests")
        }
        return try Run(
            Run.programs + "/suixin",
            arguments,
            in: folder,
            environment: environment(fault: fault)
        )
    }

    /// What its programs are told.
    func environment(fault: SystemFault?) -> [String: String] {
        environment.merging(fault?.environment(under: folder) ?? [:]) { $1 }
    }

    struct Missing: Error { let what: String }

    @discardableResult
    func sync(fault: SystemFault? = nil) throws -> Run { try suixin(["sync"] + Self.day, fault: fault) }

    /// Killed after so many seconds, wherever it is then.
    func sync(killedAfter seconds: Double) throws -> Run {
        try inside(["timeout", "--signal=KILL", "\(seconds)"], ["sync"] + Self.day)
    }

    /// Runs a command by way of another program.
    func inside(_ program: [String], _ arguments: [String]) throws -> Run {
        let command = program + [Run.programs + "/suixin"] + arguments
        return try Run("/usr/bin/env", command, in: folder, environment: environment)
    }

    /// The calls of a command that nothing disturbs.
    func calls(of arguments: [String]) throws -> [NotedCall] {
        let log = folder + ".log"
        defer { try? FileManager.default.removeItem(atPath: log) }
        let run = try suixin(arguments, fault: SystemFault(log: log))
        try #require(run.status == 0, "\(run.errors)")
        return try NotedCall.read(log, under: folder)
    }

    /// What it holds, however it came to it.
    struct State: Equatable {
        /// One digest per section of the dump.
        var dump: String
        /// What is held, undecided or in quarantine.
        var unsettled: String
        /// Where each source stands, without the times of its runs.
        var sources: [[String: JSONValue]]
    }

    func state() throws -> State {
        let dump = try suixin("store", "dump", "--digest")
        try #require(dump.status == 0, "\(dump.errors)")
        let sources = try suixin("sources", "--json").json.array ?? []
        return State(
            dump: dump.output,
            unsettled: try suixin("export", "--unsettled").output,
            sources: sources.map { ($0.object ?? [:]).filter { !["lastSuccess", "lastAttempt"].contains($0.key) } }
        )
    }

    func dump() throws -> String { try suixin("store", "dump", "--digest").output }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: folder + "/" + name)), as: UTF8.self)
    }

    /// All files below the folder.
    var files: [String] { (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []).sorted() }

    /// Files that a killed program left half written.
    var leftovers: [String] { files.filter { $0.hasSuffix(".part") } }

    /// The ids of its keys, oldest first, and of the one that signs.
    func keys() throws -> (all: [String], active: [String]) {
        let keys = try suixin("keys", "list", "--json").json.array ?? []
        let ids = keys.compactMap { $0["kid"]?.string }
        return (ids, keys.filter { $0["state"]?.string == "active" }.compactMap { $0["kid"]?.string })
    }

    /// Exports and verifies: as genuine as an export can be.
    func verifiedExport() throws -> Bool {
        guard try suixin("export", "--output", "out").status == 0 else { return false }
        return try verifies("out")
    }

    func verifies(_ name: String) throws -> Bool {
        let jwks = try suixin("keys", "jwks")
        try Data(jwks.output.utf8).write(to: URL(filePath: folder + "/jwks.json"))
        // 2: an export alone does not show that nothing is newer.
        return try suixin("verify", name, "--jwks", "jwks.json").status == 2
    }
}

/// How much is tried: a sample in `make test`, everything in `make crash`.
enum CrashScale {
    static let isExhaustive = ProcessInfo.processInfo.environment["SUIXIN_CRASH"] == "all"
    /// Another seed is another sample.
    static let seed = ProcessInfo.processInfo.environment["SUIXIN_CRASH_SEED"].flatMap(UInt64.init) ?? 10
    /// Of every so many points one is tried.
    static let step = ProcessInfo.processInfo.environment["SUIXIN_CRASH_STEP"].flatMap(Int.init) ?? 1
}
