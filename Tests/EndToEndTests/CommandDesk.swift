import CanonicalJSON
import Foundation

/// A folder with simulated agencies beside it, in which commands are run.
final class CommandDesk: Sendable {
    let folder: String
    let agencies: String
    private let service: Service

    /// Starts agencies with a population of their own; `dirt` is what `suixin-agencies` takes besides.
    init(seed: Int = 3, enterprises: Int = 60, dirt: [String] = []) throws {
        folder = NSTemporaryDirectory() + "command-line-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        service = try Service(
            Run.programs + "/suixin-agencies",
            [
                "--port", "0", "--seed", "\(seed)", "--enterprises", "\(enterprises)", "--data", folder + "/agencies",
                "--ready-file", folder + "/agencies.json",
            ] + dirt,
            in: folder
        )
        let addresses = try JSONValue(parsing: Array(Self.wait(for: folder + "/agencies.json").utf8))
        agencies = (addresses["hongdun"]?.string ?? "").replacing("/hongdun", with: "")
    }

    func close() {
        service.end()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func suixin(_ arguments: String..., environment: [String: String] = [:]) throws -> Run {
        try suixin(arguments, environment: environment)
    }

    func suixin(_ arguments: [String], environment: [String: String] = [:]) throws -> Run {
        try Run(Run.programs + "/suixin", arguments, in: folder, environment: environment)
    }

    /// The first enterprise of an export's truth.
    func anyID() throws -> String {
        if !FileManager.default.fileExists(atPath: folder + "/truth") {
            _ = try suixin("export", "--truth", "--output", "truth")
        }
        // Some are known to other agencies alone; which of them comes first depends on the installation's secret.
        let line = try read("truth").split(separator: "\n").first { $0.contains("\"registration\"") } ?? ""
        return try JSONValue(parsing: Array(line.utf8))["enterprise"]?.string ?? ""
    }

    func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: folder + "/" + name)), as: UTF8.self)
    }

    /// One JSON value a line.
    func lines(_ run: Run) throws -> [JSONValue] {
        try run.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    /// Asks the agencies' control.
    @discardableResult
    func control(_ method: String, _ path: String, body: String = "") throws -> String {
        let arguments = ["curl", "-s", "-f", "-X", method, "--data-binary", body, "\(agencies)/control/\(path)"]
        let run = try Run("/usr/bin/env", arguments)
        guard run.status == 0 else { throw CocoaError(.featureUnsupported) }
        return run.output
    }

    /// Every enterprise and the version of its profile, as the payloads of an export say.
    func versions(_ options: String...) throws -> [String: String] {
        var versions: [String: String] = [:]
        for line in try lines(Run(Run.programs + "/suixin", ["export"] + options, in: folder)) {
            var text = (line["payload"]?.string ?? "").replacing("-", with: "+").replacing("_", with: "/")
            text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
            let payload = try JSONValue(parsing: Array(Data(base64Encoded: text) ?? Data()))
            versions[payload["sub"]?.string ?? ""] = payload["version"]?.string
        }
        return versions
    }

    func wait(for name: String) throws -> String { try Self.wait(for: folder + "/" + name) }

    /// Asks until it is so.
    func waitUntil(_ isSo: () throws -> Bool) throws {
        let end = Date(timeIntervalSinceNow: 60)
        while Date() < end {
            if try isSo() { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw CocoaError(.featureUnsupported)
    }

    /// Until a program has written the file: the programs say by it that they listen.
    static func wait(for path: String) throws -> String {
        let end = Date(timeIntervalSinceNow: 60)
        while Date() < end {
            if let data = FileManager.default.contents(atPath: path), !data.isEmpty {
                return String(decoding: data, as: UTF8.self)
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw CocoaError(.fileNoSuchFile)
    }
}
