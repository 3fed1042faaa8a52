internal import AgencySimulator
internal import CanonicalJSON
internal import Crypto
internal import Foundation
internal import Publication
internal import Signing

/// What a sandbox is made of: the same makes the same enterprises, versions and changes.
struct SandboxScript: Sendable {
    var seed: UInt64
    var enterprises: Int
    /// Whether its keys are random, so that it may be reached from elsewhere.
    var isPublic: Bool
    /// The acts of each day.
    var days: [[SandboxAct]] = []

    var json: JSONValue {
        .object([
            "seed": .string(String(seed)), "enterprises": .integer(Int64(enterprises)), "public": .bool(isPublic),
            "days": .array(days.map { .array($0.map(\.json)) }),
        ])
    }

    init(seed: UInt64, enterprises: Int, isPublic: Bool) {
        (self.seed, self.enterprises, self.isPublic) = (seed, enterprises, isPublic)
    }

    /// Reads what ``json`` wrote; nil for anything else.
    init?(_ value: JSONValue) {
        guard let seed = value["seed"]?.string.flatMap({ UInt64($0) }), let count = value["enterprises"]?.integer,
            let isPublic = value["public"]?.bool, let days = value["days"]?.array
        else { return nil }
        self.init(seed: seed, enterprises: Int(count), isPublic: isPublic)
        for day in days {
            guard let values = day.array, case let acts = values.compactMap({ try? SandboxAct($0) }),
                acts.count == values.count
            else { return nil }
            self.days.append(acts)
        }
    }

    /// Tells the agencies' tables of one script from those of another.
    var fingerprint: String { "sandbox/\(SHA256.hash(data: json.canonical).map { String($0, radix: 16) }.joined())" }

    /// The world in which all of it has happened.
    func world() throws -> SandboxPopulation {
        var world = try SandboxPopulation(seed: seed, enterprises: enterprises)
        for acts in days { try world.perform(acts) }
        return world
    }
}

/// The folder of a sandbox: an installation like any other, and beside it what it is made of.
struct SandboxFolder: Sendable {
    let path: String

    var configuration: String { "\(path)/suixin.json" }
    var agencies: String { "\(path)/data/agencies" }
    private var scriptPath: String { "\(path)/sandbox.json" }
    private var credentialsPath: String { "\(path)/credentials.json" }
    private static let limit = 64 << 20

    /// Whether there is one already.
    /// - Throws: ``CommandError`` where the folder is something else, or a sandbox that was never finished.
    func exists() throws(CommandError) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard !names.isEmpty else { return false }
        guard SandboxMark.isIn(path) else {
            throw CommandError(
                "\(path) is not empty and no sandbox: a sandbox has a folder of its own. Name another by --sandbox-folder."
            )
        }
        guard FileManager.default.fileExists(atPath: credentialsPath) else {
            throw CommandError("The sandbox in \(path) was never finished: delete the folder and start again.")
        }
        return true
    }

    func script() throws -> SandboxScript {
        let bytes = try PrivateFile.read(scriptPath, limit: Self.limit)
        guard let script = SandboxScript(try JSONValue(parsing: bytes)) else {
            throw CommandError("\(scriptPath) is damaged: delete the sandbox's folder and start again.")
        }
        return script
    }

    func write(_ script: SandboxScript) throws { try write(script.json, to: scriptPath) }

    func clients() throws -> [SandboxClient] {
        let value = try JSONValue(parsing: try PrivateFile.read(credentialsPath, limit: Self.limit))
        return value["clients"]?.array?.compactMap { SandboxClient($0) } ?? []
    }

    /// The last that is written when a sandbox is made: where it lies, all does.
    func write(_ clients: [SandboxClient]) throws {
        try write(.object(["clients": .array(clients.map(\.json))]), to: credentialsPath)
    }

    /// Makes folders, keys and secret.
    ///
    /// - Parameter isPublic: whether the secret must be one that nobody can look up.
    /// - Throws: what cannot be written.
    func make(isPublic: Bool) throws {
        for folder in [path, "\(path)/keys", "\(path)/data"] { try SandboxMark.makeFolder(folder) }
        var keys = try KeyRing(folder: "\(path)/keys")
        try keys.create(created: Now.posix)
        let secret = "\(path)/keys/installation.secret"
        guard !isPublic else { return try InitCommand.makeSecret(secret) }
        // Restricted keys are digested under it, and digests are in versions: the same in every sandbox.
        try write(Array("suixin-sandbox-secret-that-everybody-knows\n".utf8), to: secret)
    }

    /// The configuration, for other commands; the agencies are there while the sandbox runs.
    func configure(agencies base: (String) -> String, host: String, port: Int) throws {
        let credentials = AgencyCredentials.simulation
        func source(_ agency: String, _ members: [String: String]) -> (String, JSONValue) {
            let all = members.merging(["baseURL": base(agency)]) { $1 }
            return (agency, .object(all.mapValues { .string($0) }))
        }
        let token = ["token": credentials.token]
        let login = ["user": credentials.user, "password": credentials.password]
        let sources = [
            source("hongdun", token), source("statetax", login), source("localtax", login), source("quality", token),
        ]
        let address = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        var members: [String: JSONValue] = [
            "issuer": .string(SandboxIssuer.text), "store": .string("data/suixin.sqlite"), "keys": .string("keys"),
            "serve": .object(["host": .string(host), "port": .integer(Int64(port))]),
            // What is silent on purpose is not worth waiting for.
            "retry": .object(["attempts": .integer(2), "firstDelayMilliseconds": .integer(20)]),
            // A sandbox that nobody touches for a week is no exchange whose sources are late.
            "sync": .object(["lateAfterHours": .integer(876_000)]),
            "sources": .object(Dictionary(uniqueKeysWithValues: sources)),
        ]
        if port != 0 { members["webhooks"] = .object(["baseURL": .string(address)]) }
        try write(.object(members), to: configuration)
    }

    private func write(_ value: JSONValue, to path: String) throws {
        try write(value.canonical + [UInt8(ascii: "\n")], to: path)
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        DurableFile.removeLeftovers(of: path)
        let file = try DurableFile(path: path, mode: 0o600)
        try file.write(bytes)
        try file.commit()
    }
}
