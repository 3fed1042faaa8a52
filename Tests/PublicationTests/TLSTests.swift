import Access
import CreditModel
import CreditStore
import ExchangeAPI
import Foundation
import Publication
import SQLiteAccess
import Synchronization
import Testing

/// The exchange proves who it is, and lets clients prove who they are.
@Suite("TLS", .enabled(if: Certificates.canRun, Certificates.absent), .timeLimit(.minutes(20)))
struct TLSTests {
    private static let target = "/v1/enterprises/\(World.id("P1"))"

    @Test("Answers come over TLS 1.2 and 1.3, by either way, and not over what is older or not over TLS")
    func secure() async throws {
        let world = try World.ofOne()
        let certificates = try Certificates(world)
        let document = text(try #require(try world.store.signed(World.id("P1"))).document)
        try await serving(world, configuration: .showing(certificates.files)) { port throws in
            for path in [Self.target, "/v1/enterprises/P1"] {
                for version in ["1.2", "1.3"] {
                    let answer = certificates.get(path, port: port, ["--tls-max", version, "--tlsv\(version)"])
                    #expect(answer?.hasPrefix("HTTP/1.1 200 ") == true && answer?.hasSuffix(document) == true)
                }
            }
            let old = ["--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT:@SECLEVEL=0"]
            #expect(certificates.get("/livez", port: port, old) == nil)
            let plain = try RawConnection(port: port)
            plain.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(plain.read() && plain.statuses.isEmpty)
            // Two requests on one connection: the second goes the short way as the first did.
            let twice = certificates.get(Self.target, port: port, ["https://localhost:\(port)\(Self.target)"])
            #expect(twice?.components(separatedBy: document).count == 3)
        }
    }

    @Test("Who does not finish the handshake is not waited for", arguments: [false, true])
    func handshake(_ offersHTTP2: Bool) async throws {
        let world = try World.ofOne()
        var configuration = ExchangeConfiguration.showing(try Certificates(world).files, offersHTTP2: offersHTTP2)
        configuration.patience.head = .milliseconds(100)
        try await serving(world, configuration: configuration) { port throws in
            for beginning in ["", "\u{16}\u{03}\u{01}"] {
                let connection = try RawConnection(port: port)
                connection.send(beginning)
                #expect(connection.read())
            }
        }
    }

    @Test("A renewed certificate is used at once; half a renewal leaves the last one")
    func renewal() async throws {
        let world = try World.ofOne()
        let certificates = try Certificates(world)
        try await serving(world, configuration: .showing(certificates.files)) { port throws in
            #expect(certificates.get("/livez", port: port) != nil)
            try certificates.authority("next")
            try certificates.issue("renewed", by: "next")
            func replace(_ name: String) throws {
                let (old, new) = (certificates.path("server.\(name)"), certificates.path("renewed.\(name)"))
                #expect(unsafe rename(new, old) == 0)
            }
            try replace("pem")
            #expect(certificates.get("/livez", port: port) != nil)
            #expect(certificates.get("/livez", port: port, trusting: "next") == nil)
            try replace("key")
            #expect(certificates.get("/livez", port: port, trusting: "next") != nil)
            #expect(certificates.get("/livez", port: port) == nil)
        }
    }

    @Test("With mutual TLS nobody comes in without a certificate of an authority that is believed")
    func mutual() async throws {
        let world = try World.ofOne()
        let certificates = try Certificates(world)
        try certificates.authority("clients")
        try certificates.issue("platform", by: "clients")
        try certificates.issue("stranger", by: "ca")
        var files = certificates.files
        files.clientAuthorities = certificates.path("clients.pem")
        files.clientCertificates = .required
        try await serving(world, configuration: .showing(files)) { port throws in
            #expect(certificates.get(Self.target, port: port, as: "platform")?.contains(" 200 ") == true)
            #expect(certificates.get("/livez", port: port, as: "stranger") == nil)
            #expect(certificates.get("/livez", port: port) == nil)
        }
    }

    @Test(
        "A client that is bound to a certificate gets nothing without it, by key or by token",
        arguments: [false, true]
    )
    func bound(_ offersHTTP2: Bool) async throws {
        let world = try World.ofOne()
        let certificates = try Certificates(world)
        try certificates.authority("clients")
        for name in ["bound", "other"] { try certificates.issue(name, by: "clients") }
        var files = certificates.files
        files.clientAuthorities = certificates.path("clients.pem")
        files.clientCertificates = .optional
        let desk = try FrontDesk(world, at: World.now)
        let fingerprint = try #require(Digest256(hexadecimal: try certificates.fingerprint("bound")))
        let (client, key) = try desk.client("bound") { $0.certificates = [fingerprint] }
        var random = SystemRandomNumberGenerator()
        let secret = Credential.make(.secret, for: client, created: World.now, using: &random)
        try desk.clients.add(secret.credential)
        try desk.table.refresh(at: World.now * 1000)
        let configuration = ExchangeConfiguration.showing(files, offersHTTP2: offersHTTP2)
        try await serving(world, desk: desk, configuration: configuration) { port throws in
            let free = FrontDesk.keys.withLock { $0[port] } ?? ""
            func status(_ bearer: String, as shown: String?) -> String {
                FrontDesk.keys.withLock { $0[port] = bearer }
                let line = certificates.get(Self.target, port: port, as: shown)?.prefix { $0 != "\r\n" } ?? ""
                return String(line.split(separator: " ").dropFirst().first ?? "")
            }
            #expect(status(key, as: "bound") == "200")
            #expect(status(key, as: "other") == "401")
            #expect(status(key, as: nil) == "401")
            for shown in ["bound", "other", nil] { #expect(status(free, as: shown) == "200") }
            // RFC 8705 §3: the token is bound as the client is.
            func token(as shown: String?) -> String? {
                let form = ["-X", "POST", "-u", "\(client):\(secret.text)", "-d", "grant_type=client_credentials"]
                let answer = certificates.get("/oauth2/token", port: port, as: shown, form) ?? ""
                return answer.firstMatch(of: /"access_token":"([^"]+)"/).map { String($0.output.1) }
            }
            #expect(token(as: nil) == nil && token(as: "other") == nil)
            let issued = try #require(token(as: "bound"))
            #expect(status(issued, as: "bound") == "200")
            #expect(status(issued, as: "other") == "401")
            #expect(status(issued, as: nil) == "401")
        }
    }

    @Test("What is wrong with the files is said, with the file and what to do")
    func faults() async throws {
        let world = try World.ofOne()
        let certificates = try Certificates(world)
        try certificates.issue("other", by: "ca")
        try Data("nothing".utf8).write(to: URL(filePath: certificates.path("garbage.pem")))
        func fault(_ change: (inout TLSFiles) throws -> Void) async throws -> String {
            var files = certificates.files
            try change(&files)
            do {
                try await serving(world, configuration: .showing(files)) { _ in }
                return ""
            } catch let error as TLSError {
                return error.description
            }
        }
        #expect(try await fault { $0.chain = certificates.path("absent.pem") }.contains("absent.pem"))
        #expect(try await fault { $0.chain = certificates.path("garbage.pem") }.contains("garbage.pem"))
        #expect(try await fault { $0.key = certificates.path("absent.key") }.contains("absent.key"))
        #expect(try await fault { $0.key = certificates.path("other.key") }.contains("other.key is not the key"))
        #expect(
            try await fault {
                $0.clientAuthorities = certificates.path("garbage.pem")
                $0.clientCertificates = .required
            }.contains("garbage.pem")
        )
        let open = try await fault {
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: $0.key)
        }
        #expect(open.contains("chmod 600"))
    }
}
