package import Foundation

/// A language of `Samples/Clients`; a machine without its runtime passes it over, visibly.
package enum SampleClient: String, Sendable {
    case python, node, java, shell

    /// What each language has.
    package enum Program: String, Sendable {
        case client, webhook, snapshot
    }

    /// A program that could not be made or started, and what it said.
    package struct Failure: Error {
        package let what: String
        package init(_ what: String) { self.what = what }
    }

    /// `Samples/Clients`.
    package static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Samples/Clients").path

    package var canRun: Bool {
        let probe: [String] =
            switch self {
            case .python: ["python3", "-c", "import cryptography"]
            case .node: ["node", "-e", "process.exit(process.versions.node.split('.')[0] >= 20 ? 0 : 1)"]
            case .java: ["javac", "-version"]
            case .shell: ["sh", "-c", "command -v curl && command -v openssl && command -v od && command -v awk"]
            }
        return Self.run(probe).status == 0
    }

    /// Whether its receiver of webhooks can listen: a shell needs a server that starts it.
    package var canListen: Bool {
        canRun && (self != .shell || Self.run(["sh", "-c", "busybox --list | grep -qx httpd"]).status == 0)
    }

    /// The words that start one of its programs; Java is compiled into the folder first.
    package func command(_ program: Program = .client, compiledInto folder: String) throws -> [String] {
        switch self {
        case .python: return ["python3", "\(Self.folder)/python/\(program.rawValue).py"]
        case .node: return ["node", "\(Self.folder)/node/\(program.rawValue).mjs"]
        case .shell: return ["sh", "\(Self.folder)/shell/\(program.rawValue).sh"]
        case .java:
            let classes = folder + "/classes"
            let main = program.rawValue.capitalized
            let sources = try FileManager.default.contentsOfDirectory(atPath: Self.folder + "/java")
            let compiled = Self.run(
                ["javac", "-encoding", "UTF-8", "-d", classes] + sources.map { "\(Self.folder)/java/\($0)" }
            )
            guard compiled.status == 0 else { throw Failure(compiled.output) }
            return ["java", "-cp", classes, main]
        }
    }

    /// A process that was not started yet, with these beside the environment that there is.
    package static func process(_ arguments: [String], with environment: [String: String] = [:]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, ours in ours }
        return process
    }

    package static func run(_ arguments: [String], with environment: [String: String] = [:]) -> (
        status: Int32, output: String
    ) {
        let process = process(arguments, with: environment)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        guard (try? process.run()) != nil else { return (127, "") }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
