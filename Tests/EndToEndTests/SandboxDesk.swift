import CanonicalJSON
import Foundation
import Synchronization

/// A sandbox that runs, and a platform that tries it.
final class SandboxDesk: Sendable {
    struct Answer: Sendable {
        let status: Int
        /// Names in lower case.
        let headers: [String: String]
        let body: String

        var json: JSONValue { (try? JSONValue(parsing: Array(body.utf8))) ?? .null }
    }

    static let home = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let issuer = "https://sandbox.suixin.invalid"

    /// Where the sandbox's folder lies.
    let place: String
    let address: String
    private let service: Service

    /// Starts a sandbox, or starts it again where it lies already.
    init(in place: String? = nil, _ arguments: String...) throws {
        let place = place ?? NSTemporaryDirectory() + "sandbox-" + UUID().uuidString
        self.place = place
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let ready = "\(place)/ready"
        try? FileManager.default.removeItem(atPath: ready)
        service = try Service(
            Run.programs + "/suixin",
            ["serve", "--sandbox", "--port", "0", "--sandbox-enterprises", "25", "--ready-file", ready] + arguments,
            in: place
        )
        let end = Date(timeIntervalSinceNow: 300)
        while true {
            if let data = FileManager.default.contents(atPath: ready), !data.isEmpty {
                address = String(decoding: data, as: UTF8.self)
                return
            }
            guard service.isRunning, Date() < end else { throw CocoaError(.fileNoSuchFile) }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    /// Ends the process; what lies on the disk stays.
    func stop() { service.end() }

    func close() {
        stop()
        try? FileManager.default.removeItem(atPath: place)
    }

    /// What opens the sandbox to a client: its `key`, `secret`, or `privateKey`.
    func credentials(of name: String) throws -> JSONValue {
        let data = try Data(contentsOf: URL(filePath: "\(place)/suixin-sandbox/credentials.json"))
        let clients = try JSONValue(parsing: Array(data))["clients"]?.array ?? []
        return clients.first { $0["name"]?.string == name } ?? .null
    }

    func key(of name: String) throws -> String { try credentials(of: name)["key"]?.string ?? "" }

    func ask(_ path: String, key: String? = nil, _ options: String...) throws -> Answer {
        try ask(path, key: key, options: options)
    }

    private func ask(_ path: String, key: String?, options: [String]) throws -> Answer {
        let key = try key ?? self.key(of: "sandbox-full")
        let who = ["-H", "Authorization: Bearer \(key)", "-H", "Suixin-Purpose: dispute"]
        let run = try Run("/usr/bin/env", ["curl", "-s", "-i"] + who + options + [address + path])
        // Two letters of a line's end are one character.
        let parts = run.output.replacing("\r\n", with: "\n").split(separator: "\n\n", maxSplits: 1)
        let lines = parts.first?.split(separator: "\n") ?? []
        let fields = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return (line[..<colon].lowercased(), value)
        }
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(
            status: status,
            headers: Dictionary(fields) { $1 },
            body: parts.count > 1 ? String(parts[1]) : ""
        )
    }

    /// A profile as plain JSON.
    func profile(_ name: String) throws -> JSONValue {
        try ask("/v1/enterprises/\(name)", key: nil, options: ["-H", "Accept: application/json"]).json["profile"]
            ?? .null
    }

    @discardableResult
    func act(_ order: String) throws -> Answer {
        try ask(
            "/v1/sandbox/acts",
            key: nil,
            options: ["-X", "POST", "-H", "Content-Type: application/json", "-d", order]
        )
    }

    /// All that changed from the beginning, without what differs between two sandboxes of the same seed.
    func changes() throws -> [JSONValue] {
        let changes = try ask("/v1/changes?after=0&limit=1000").json["changes"]?.array ?? []
        return changes.map { change in
            var members = change.object ?? [:]
            members["status"] = nil
            return .object(members)
        }
    }

    func suixin(_ arguments: String...) throws -> Run { try Run(Run.programs + "/suixin", arguments, in: place) }
}
