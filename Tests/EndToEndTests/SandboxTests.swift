import Access
import CanonicalJSON
import Foundation
import SQLiteAccess
import Signing
import Testing

/// What `Documentation/sandbox.md` promises a platform that has no contract yet.
@Suite("The sandbox", .serialized)
struct SandboxTests {
    private static let documentation = SandboxDesk.home + "/Documentation/sandbox.md"

    private static var hasPython: Bool {
        (try? Run("/usr/bin/env", ["python3", "-c", "import cryptography"]))?.status == 0
    }

    @Test("Every test enterprise, client and key is as documented", .timeLimit(.minutes(20)))
    func promises() async throws {
        try await blocking {
            let desk = try SandboxDesk()
            defer { desk.close() }
            let text = try String(contentsOfFile: Self.documentation, encoding: .utf8)
            let overview = try desk.ask("/v1/sandbox").json
            let enterprises = overview["enterprises"]?.array ?? []
            #expect(enterprises.count >= 12 && overview["issuer"]?.string == SandboxDesk.issuer)
            var ids: [String: String] = [:]
            for enterprise in enterprises {
                let name = try #require(enterprise["name"]?.string)
                let asked = try #require(enterprise["ask"]?.string)
                ids[name] = enterprise["id"]?.string
                #expect(text.contains("| `\(name)` | `\(asked)` | \(enterprise["shows"]?.string ?? "?") |"))
                let answer = try desk.ask("/v1/enterprises/\(asked)")
                #expect(answer.status == enterprise["status"]?.integer.map(Int.init), "\(name): \(answer.body)")
            }
            for client in ["sandbox-full", "sandbox-few", "sandbox-limited", "sandbox-oauth", "sandbox-jwt"] {
                let credentials = try desk.credentials(of: client)
                let secret = credentials["key"]?.string ?? credentials["secret"]?.string ?? "a private key"
                #expect(text.contains("`\(credentials["client"]?.string ?? "?")`") && text.contains(secret))
            }
            let described = try desk.ask("/openapi.json").json["paths"]
            #expect(described?["/v1/sandbox"]?["get"] != nil && described?["/v1/sandbox/acts"]?["post"] != nil)
            #expect(try desk.ask("/docs").body.contains("/v1/sandbox/acts"))
            let acts = overview["acts"]?.array?.compactMap { $0["act"]?.string } ?? []
            for act in acts { #expect(text.contains("`\(act)`")) }

            func asked(_ name: String) -> String {
                enterprises.first { $0["name"]?.string == name }?["ask"]?.string ?? ""
            }
            func list(_ name: String, _ section: String) throws -> Int? {
                try desk.profile(asked(name))[section]?.array?.count
            }
            #expect(try desk.profile(asked("active"))["registration"]?["state"]?["value"]?.string == "K")
            #expect(try list("active", "penalties") == 0 && list("active", "listings") == 0)
            #expect(try desk.profile(asked("revoked"))["registration"]?["state"]?["value"]?.string == "D")
            #expect(try list("penalised", "penalties") == 2 && list("listed", "listings") == 1)
            let former = try desk.profile(asked("renamed"))["registration"]?["formerNames"]?["value"]
            #expect(former == .array([.string("广州市旧称木器有限公司")]))
            let several = try desk.ask("/v1/enterprises/\(asked("twin-two"))")
            #expect(several.body.contains(ids["twin-one"] ?? "?") && several.body.contains(ids["twin-two"] ?? "?"))
            let moved = try desk.ask("/v1/enterprises/\(asked("absorbed"))")
            #expect(moved.headers["location"] == "/v1/enterprises/\(ids["absorber"] ?? "?")")
            #expect(try list("retracted", "penalties") == 0)
            let retractions = try desk.ask("/v1/retractions").json["retractions"]?.array ?? []
            #expect(retractions.contains { $0["enterprise"]?.string == ids["retracted"] })
            let kinds = try desk.changes().compactMap { $0["kind"]?.string }
            #expect(kinds.contains("split") && kinds.contains("merged"))

            let unknown = try desk.ask("/v1/enterprises/\(overview["unknownCode"]?.string ?? "?")")
            #expect(unknown.status == 404 && unknown.json["absence"] != nil && unknown.headers["suixin-proof"] != nil)
            let few = try desk.key(of: "sandbox-few")
            let excerpt = try desk.ask(
                "/v1/enterprises/\(asked("penalised"))",
                key: few,
                "-H",
                "Accept: application/json"
            )
            #expect(excerpt.json["profile"]?["sections"] == .array([.string("registration")]))
            #expect(excerpt.json["profile"]?["penalties"] == nil)
            #expect(try desk.ask("/v1/enterprises/\(asked("active"))?sections=penalties", key: few).status == 403)
            let limited = try desk.ask("/v1/enterprises/\(asked("active"))", key: desk.key(of: "sandbox-limited"))
            #expect(limited.status == 429 && limited.headers["retry-after"] != nil)
            try Self.tokens(desk, asked("active"))
            try Self.verification(desk, asked("active"))
        }
    }

    /// OAuth 2.0 by a secret, and by a private key.
    private static func tokens(_ desk: SandboxDesk, _ code: String) throws {
        let oauth = try desk.credentials(of: "sandbox-oauth")
        let jwt = try desk.credentials(of: "sandbox-jwt")
        let id = jwt["client"]?.string ?? ""
        let now = Int64(Date().timeIntervalSince1970)
        let secret = try #require(Base64URL.decode((jwt["privateKey"]?["d"]?.string ?? "").utf8))
        let claims: [String: JSONValue] = [
            "iss": .string(id), "sub": .string(id), "aud": .string(SandboxDesk.issuer), "jti": .string("one"),
            "exp": .integer(now + 120),
        ]
        let assertion = try SigningKey(.es256, secret: secret)
            .sign(JSONValue.object(claims).canonical, as: DocumentType(rawValue: "JWT")).compact
        let proofs = [
            ["client_id=\(oauth["client"]?.string ?? "")", "client_secret=\(oauth["secret"]?.string ?? "")"],
            [
                "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion=" + String(decoding: assertion, as: UTF8.self),
            ],
        ]
        for proof in proofs {
            let form = (["grant_type=client_credentials"] + proof).joined(separator: "&")
            let run = try Run("/usr/bin/env", ["curl", "-s", "-d", form, desk.address + "/oauth2/token"])
            let token = try #require(try run.json["access_token"]?.string, "\(run.output)")
            #expect(try desk.ask("/v1/enterprises/\(code)", key: token).status == 200)
        }
    }

    /// Genuine for whoever asked for a sandbox, and for nobody else.
    private static func verification(_ desk: SandboxDesk, _ code: String) throws {
        let answer = try desk.ask("/v1/enterprises/\(code)")
        let status = try desk.ask("/v1/sources/\(answer.headers["suixin-status"] ?? "")")
        for (name, text) in [
            ("profile", answer.body), ("status", status.body), ("proof", answer.headers["suixin-proof"] ?? ""),
            ("jwks", try desk.ask("/.well-known/jwks.json").body),
        ] {
            try Data(text.utf8).write(to: URL(filePath: "\(desk.place)/\(name)"))
        }
        let unasked = try desk.suixin("verify", "profile", "--jwks", "jwks")
        #expect(unasked.status == 1 && unasked.output.contains("sandbox"))
        #expect(try desk.suixin("verify", "status", "--jwks", "jwks").status == 1)
        let asked = try desk.suixin(
            "verify",
            "profile",
            "--jwks",
            "jwks",
            "--status",
            "status",
            "--proof",
            "proof",
            "--asked",
            code,
            "--issuer",
            SandboxDesk.issuer
        )
        #expect(asked.status == 0, "\(asked.output)")
    }

    @Test(
        "The same seed and acts give the same versions and changes; a restart goes on from there",
        .timeLimit(.minutes(20))
    )
    func repeated() async throws {
        try await blocking {
            let orders = [
                #"{"act":"penalise","enterprise":"91440106MA9X00011L"}"#,
                #"{"acts":[{"act":"rename","enterprise":"91440106MA9X000542","name":"广州市三名木业有限公司"},"#
                    + #"{"act":"merge","enterprise":"91440106MA9X0002XC","into":"91440106MA9X00011L"}]}"#,
                #"{"act":"lateSource","source":"statetax"}"#, #"{"act":"advanceDay","days":20}"#,
                #"{"act":"recoverSource","source":"statetax"}"#, #"{"act":"split","enterprise":"91440106MA9X0002XC"}"#,
                #"{"act":"withdraw","enterprise":"91440106MA9X00011L"}"#,
            ]
            let one = try SandboxDesk(in: nil, "--sandbox-seed", "5")
            defer { one.close() }
            for order in orders {
                let answer = try one.act(order)
                #expect(answer.status == 200, "\(order): \(answer.body)")
                if order.contains("lateSource") {
                    #expect(try Self.state(of: "statetax", one) == ["unreachable"])
                }
            }
            #expect(try Self.state(of: "statetax", one) == ["current"])
            let changes = try one.changes()
            #expect(changes.contains { $0["kind"]?.string == "merged" })
            #expect(changes.contains { $0["retracted"]?.array?.isEmpty == false })
            one.stop()

            let two = try SandboxDesk(in: nil, "--sandbox-seed", "5")
            defer { two.close() }
            for order in orders { try two.act(order) }
            #expect(try two.changes() == changes)

            let again = try SandboxDesk(in: one.place)
            defer { again.close() }
            #expect(try again.changes() == changes)
            let next = #"{"act":"penalise","enterprise":"91440106MA9X00038C"}"#
            #expect(try again.act(next).status == 200 && two.act(next).status == 200)
            #expect(try again.changes() == two.changes() && again.changes().count > changes.count)
        }
    }

    /// The states of an agency's datasets in the signed status.
    private static func state(of agency: String, _ desk: SandboxDesk) throws -> Set<String> {
        let payload = try desk.ask("/v1/sources").json["payload"]?.string ?? ""
        let status = try JSONValue(parsing: Base64URL.decode(payload.utf8) ?? [])
        return Set((status["sources"]?[agency]?.object ?? [:]).values.compactMap { $0["state"]?.string })
    }

    @Test("A sandbox and a real installation take nothing of each other", .timeLimit(.minutes(20)))
    func apart() async throws {
        try await blocking {
            let real = try CommandDesk(enterprises: 5)
            defer { real.close() }
            #expect(try real.suixin("init", "--agencies", real.agencies).status == 0)
            #expect(try real.suixin("init", "--config", "x.json", "--issuer", SandboxDesk.issuer + "/x").status == 64)
            #expect(try real.suixin("sync").status == 0)
            let over = try real.suixin("serve", "--sandbox", "--sandbox-folder", ".")
            #expect(over.status == 1 && over.errors.contains("no sandbox"), "\(over.errors)")
            let lent = try real.suixin("serve", "--set", "issuer=\(SandboxDesk.issuer)")
            #expect(lent.status == 1 && lent.errors.contains("settings of a sandbox"), "\(lent.errors)")
            let borrowed = try real.suixin("clients", "list", "--set", "issuer=\(SandboxDesk.issuer)")
            #expect(borrowed.status == 1 && borrowed.errors.contains("is no sandbox's"), "\(borrowed.errors)")
            #expect(try real.suixin("serve", "--sandbox", "--config", "suixin.json").status == 64)
            let open = try real.suixin("serve", "--sandbox", "--host", "0.0.0.0")
            #expect(open.status == 64 && open.errors.contains("--sandbox-public"), "\(open.errors)")

            let sandbox = try SandboxDesk()
            defer { sandbox.close() }
            let folder = "\(sandbox.place)/suixin-sandbox"
            let config = ["--config", "\(folder)/suixin.json"]
            let (key, jwks) = (try sandbox.key(of: "sandbox-full"), try sandbox.ask("/.well-known/jwks.json").body)
            #expect(try real.suixin(["clients", "list"] + config).output.contains("sandbox-full"))
            sandbox.stop()
            // Its keys, its clients, its store: none of them under another name.
            for arguments in [
                ["serve"] + config, ["sync"] + config, ["serve", "--set", "keys=\(folder)/keys"],
                ["serve", "--set", "access.clients=\(folder)/data/access.db"],
                ["serve", "--set", "store=\(folder)/data/suixin.sqlite"],
                ["serve", "--set", "issuer=https://real.example"] + config,
                ["clients", "list", "--set", "access.clients=\(folder)/data/access.db"],
            ] {
                let run = try real.suixin(arguments)
                #expect(run.status == 1 && run.errors.lowercased().contains("sandbox"), "\(arguments): \(run.errors)")
            }
            // The key that everybody knows opens nothing here, and the keys that sign are others.
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            let table = try AccessTable(SQLiteAccessStore(path: real.folder + "/data/access.db"), at: now)
            let authenticator = Authenticator(table, TokenConfiguration(issuer: "x"), keys: KeySet([]))
            #expect(throws: Refusal.self) { try authenticator.authenticate(ShownCredentials(apiKey: key), at: now) }
            let own = try KeySet(parsing: Array(real.suixin("keys", "jwks").output.utf8)).keys
            #expect(Set(own).isDisjoint(with: try KeySet(parsing: Array(jwks.utf8)).keys))
        }
    }

    @Test("A sandbox for others to reach has keys that nobody can look up", .timeLimit(.minutes(20)))
    func publicSandbox() async throws {
        try await blocking {
            let desk = try SandboxDesk(in: nil, "--sandbox-public", "--sandbox-pace", "1")
            defer { desk.close() }
            let text = try String(contentsOfFile: Self.documentation, encoding: .utf8)
            let key = try desk.key(of: "sandbox-full")
            #expect(key.hasPrefix("sxk_") && !text.contains(key))
            // Something happens by itself.
            let end = Date(timeIntervalSinceNow: 120)
            func penalties() throws -> Int { try desk.profile("91440106MA9X00011L")["penalties"]?.array?.count ?? 0 }
            while try penalties() == 0, Date() < end { Thread.sleep(forTimeInterval: 0.1) }
            #expect(try penalties() > 0)
        }
    }

    @Test(
        "The walk-through goes as it is written, webhook and retraction included",
        .enabled(if: Self.hasPython, "python3 with cryptography is not on this machine"),
        .timeLimit(.minutes(20))
    )
    func walkThrough() async throws {
        try await blocking {
            let ports = try Run(
                "/usr/bin/env",
                [
                    "python3", "-c",
                    "import socket as s; a, b = s.socket(), s.socket(); a.bind(('127.0.0.1', 0)); b.bind(('127.0.0.1', 0)); "
                        + "print(a.getsockname()[1], b.getsockname()[1])",
                ]
            ).output.split(whereSeparator: \.isWhitespace).map(String.init)
            let run = try Run(
                SandboxDesk.home + "/Scripts/try-sandbox",
                [Run.programs + "/suixin"] + ports,
                environment: ["SUIXIN_TIMEOUT": "600"]
            )
            #expect(run.status == 0, "\(run.output)\n\(run.errors)")
        }
    }
}
