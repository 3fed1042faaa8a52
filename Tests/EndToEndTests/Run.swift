import CanonicalJSON
import Foundation
import Synchronization

/// A program that was run to its end.
struct Run: Sendable {
    let status: Int32
    let output: String
    let errors: String

    init(
        _ program: String,
        _ arguments: [String],
        in folder: String = NSTemporaryDirectory(),
        environment: [String: String] = [:]
    ) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("SUIXIN_") }
            .merging(environment) { $1 }
        // Files, not pipes: a program that writes more than a pipe holds would wait for ever.
        let stem = NSTemporaryDirectory() + "run-" + UUID().uuidString
        let files = [stem + ".out", stem + ".err"]
        defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
        for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: files[0]))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: files[1]))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        output = String(decoding: try Data(contentsOf: URL(filePath: files[0])), as: UTF8.self)
        errors = String(decoding: try Data(contentsOf: URL(filePath: files[1])), as: UTF8.self)
    }

    /// The output as one JSON document.
    var json: JSONValue { get throws { try JSONValue(parsing: Array(output.utf8)) } }

    /// Where the package's programs lie: beside the test bundle.
    static var programs: String { URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path }
}

/// A program that runs until it is told to end.
final class Service: Sendable {
    private let process = Process()
    private let isEnded = Mutex(false)

    init(_ program: String, _ arguments: [String], in folder: String) throws {
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// Whether it has not ended by itself.
    var isRunning: Bool { isEnded.withLock { !$0 && process.isRunning } }

    /// Asks it to end, and waits until it has.
    func end() {
        isEnded.withLock { ended in
            guard !ended else { return }
            ended = true
            process.terminate()
            process.waitUntilExit()
        }
    }

    deinit { end() }
}
