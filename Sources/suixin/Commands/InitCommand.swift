internal import AdapterRegistry
internal import CreditModel
internal import AdapterKit
internal import ArgumentParser
internal import CanonicalJSON
internal import Foundation
internal import Publication
internal import Signing

/// `suixin init`: everything that an installation needs before its first sync.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a configuration for the simulated agencies, and make the first key.",
        discussion: """
            Any other implementation of the agencies' interfaces is plugged in by its base URLs: edit sources.<agency>.baseURL
            and the credentials, or set SUIXIN_SOURCES_<AGENCY>_BASE_URL and SUIXIN_SOURCES_<AGENCY>_TOKEN.
            """
    )

    @OptionGroup var common: CommonOptions
    @Option(help: "Where `suixin-agencies` listens.")
    var agencies = "http://127.0.0.1:8091"
    @Option(help: "The name that stands in everything signed (iss), such as https://credit.example.org.")
    var issuer = "https://suixin.example"
    @Option(help: "ES256 or EdDSA.")
    var algorithm = "ES256"

    func validate() throws {
        guard let url = URL(string: agencies), ["http", "https"].contains(url.scheme), url.host() != nil,
            url.user() == nil, url.query() == nil
        else { throw ValidationError("--agencies must be an address such as http://127.0.0.1:8091.") }
        guard !SandboxIssuer.isOne(issuer) else {
            throw ValidationError("--issuer is that of sandboxes; `suixin serve --sandbox` makes one.")
        }
    }

    func run() async throws {
        let path = common.configurationPath
        DurableFile.removeLeftovers(of: path)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandError("\(path) is there already; edit it, or name another with --config.")
        }
        guard let algorithm = SignatureAlgorithm(rawValue: algorithm) else {
            throw CommandError("There is no algorithm “\(algorithm)”; choose ES256 or EdDSA.", exit: .usage)
        }
        // What the environment and --set say must be right before anything is written.
        let settings = try await common.settings(beside: path)
        let folder = URL(filePath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // The configuration comes last: where it lies, everything does. What was made before a crash is kept.
        try PrivateFile.makeFolder(settings.keysFolder)
        if !FileManager.default.fileExists(atPath: settings.secretPath) { try Self.makeSecret(settings.secretPath) }
        var keys = try KeyRing(folder: settings.keysFolder)
        let hadKey = !keys.entries.isEmpty
        if !hadKey { try keys.create(algorithm, created: Now.posix) }
        let file = try DurableFile(path: path, mode: 0o600)
        try file.write(Array(document.utf8))
        try file.commit(replacing: false)
        report(path, settings, keys, hadKey: hadKey)
    }

    private func report(_ path: String, _ settings: Settings, _ keys: KeyRing, hadKey: Bool) {
        if common.json {
            Terminal.print(
                json: .object([
                    "configuration": .string(path), "keys": .string(settings.keysFolder),
                    "store": .string(settings.storePath),
                    "kid": .string(keys.entries.last?.keyID ?? ""),
                ])
            )
            return
        }
        Terminal.print(
            """
            Wrote \(path), with the simulated agencies at \(agencies).
            \(hadKey ? "Kept the keys that lie in" : "Made a key and the installation's secret in") \(settings.keysFolder); \
            keep a copy of that folder in a safe place.
            Next: start `suixin-agencies`, then run `suixin sync`.
            """
        )
    }

    /// 256 random bits; without them the digests of restricted keys cannot be made again.
    static func makeSecret(_ path: String) throws {
        try PrivateFile.makeFolder(URL(filePath: path).deletingLastPathComponent().path)
        var generator = SystemRandomNumberGenerator()
        let text = (0..<4).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
        let file = try DurableFile(path: path, mode: 0o600)
        try file.write(Array((text + "\n").utf8))
        try file.commit(replacing: false)
    }

    /// The configuration, laid out for people.
    private var document: String {
        let base = agencies.hasSuffix("/") ? String(agencies.dropLast()) : agencies
        let sources = AdapterRegistry.all.map { adapter in
            let id = adapter.descriptor.id
            let credentials =
                switch id {
                case .statetax, .localtax: #""user": "suixin", "password": "suixin-password""#
                default: #""token": "suixin-token""#
                }
            return "    \"\(id)\": { \"baseURL\": \(quoted("\(base)/\(id)")), \(credentials) }"
        }
        return """
            {
              "issuer": \(quoted(issuer)),
              "store": "data/suixin.sqlite",
              "keys": "keys",
              "serve": { "host": "127.0.0.1", "port": 8080 },
              "sources": {
            \(sources.joined(separator: ",\n"))
              }
            }

            """
    }

    private func quoted(_ text: String) -> String { String(decoding: JSONValue.string(text).canonical, as: UTF8.self) }
}
