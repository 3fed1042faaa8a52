import ExchangeAPI
import Foundation
import Synchronization
import Testing

extension ExchangeConfiguration {
    /// Of a server that shows these, and looks at them again with each connection.
    static func showing(_ files: TLSFiles, offersHTTP2: Bool = false) -> Self {
        var configuration = ExchangeConfiguration(port: 0)
        configuration.tls = files
        configuration.offersHTTP2 = offersHTTP2
        configuration.patience.certificates = .zero
        return configuration
    }
}

/// A certificate authority in a folder, made by openssl's command, and clients that use what it signs.
struct Certificates: Sendable {
    let folder: String

    static let absent: Comment = "openssl and curl are not on this machine"
    static let canRun = run(["sh", "-c", "command -v openssl && command -v curl"]).status == 0

    init(_ world: World) throws {
        folder = world.path("tls")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try authority("ca")
        try issue("server", by: "ca")
    }

    func path(_ name: String) -> String { folder + "/" + name }

    var files: TLSFiles { TLSFiles(chain: path("server.pem"), key: path("server.key")) }

    func authority(_ name: String) throws {
        try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).pem"),
        ])
    }

    /// Makes `NAME.pem` and `NAME.key`, for localhost and for any client.
    func issue(_ name: String, by authority: String) throws {
        try openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", path("\(name).key"), "-out", path("\(name).csr"),
        ])
        try openssl([
            "x509", "-req", "-in", path("\(name).csr"), "-CA", path("\(authority).pem"), "-CAkey",
            path("\(authority).key"), "-CAcreateserial", "-days", "2", "-copy_extensions", "copy", "-out",
            path("\(name).pem"),
        ])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path("\(name).key"))
    }

    /// As `suixin clients certificates` takes it.
    func fingerprint(_ name: String) throws -> String {
        let line = try openssl(["x509", "-in", path("\(name).pem"), "-noout", "-fingerprint", "-sha256"])
        return String(line.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: "=").last ?? "")
    }

    @discardableResult
    private func openssl(_ arguments: [String]) throws -> String {
        let done = Self.run(["openssl"] + arguments)
        try #require(done.status == 0, "\(done.output)")
        return done.output
    }

    /// Asks over TLS as curl does; the answer's status line, fields and body, or nil where there was no connection.
    func get(
        _ target: String,
        port: Int,
        as client: String? = nil,
        trusting authority: String = "ca",
        _ more: [String] = []
    ) -> String? {
        let shown = client.map { ["--cert", path("\($0).pem"), "--key", path("\($0).key")] } ?? []
        let key = FrontDesk.keys.withLock { $0[port] } ?? ""
        let who = ["-H", "Authorization: Bearer \(key)", "-H", "Suixin-Purpose: dispute"]
        let answer = Self.run(
            ["curl", "-s", "-i", "--cacert", path("\(authority).pem")] + shown + (more.contains("-X") ? [] : who) + more
                + ["https://localhost:\(port)\(target)", "--resolve", "localhost:\(port):127.0.0.1"]
        )
        return answer.status == 0 ? answer.output : nil
    }

    static func run(_ arguments: [String]) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return (127, "") }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
