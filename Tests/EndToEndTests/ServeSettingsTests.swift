import Foundation
import Testing

/// What is said of serving and cannot be is told before anything listens, with the setting to mend.
@Suite("Settings of serving")
struct ServeSettingsTests {
    static let faults: [([String], String)] = [
        (["serve.http2=true"], "serve.http2 needs TLS"),
        (["serve.tls.key=key.pem"], "TLS needs both"),
        (["serve.tls.certificateChain=chain.pem"], "TLS needs both"),
        (["serve.tls.clientAuthorities=ca.pem"], "only over TLS"),
        (
            ["serve.tls.key=k", "serve.tls.certificateChain=c", "serve.tls.clientCertificates=required"],
            "needs serve.tls.clientAuthorities"
        ),
        (
            [
                "serve.tls.key=k", "serve.tls.certificateChain=c", "serve.tls.clientAuthorities=a",
                "serve.tls.clientCertificates=perhaps",
            ], "must be required or optional"
        ),
        (["serve.headSeconds=0"], "serve.headSeconds must lie between 1 and 3600"),
        (["serve.idleSeconds=soon"], "must be a whole number"),
        (["serve.connections=0"], "serve.connections must be at least 1"),
        (["serve.metrics.host=127.0.0.1"], "without serve.metrics.port"),
        (["serve.metrics.port=70000"], "between 0 and 65535"),
        (["serve.retirements=/v1/match"], "/v1/match lacks deprecated="),
        (["serve.retirements=/v1/match deprecated=soon"], "“soon” is no day"),
        (["serve.retirements=/v1/match deprecated=2027-01-01 since=2027-01-01"], "“since=2027-01-01” is no part"),
        (["serve.retirements=/v1/matches deprecated=2027-01-01"], "no path of the API begins with “/v1/matches”"),
        (["serve.retirements=/v1/match deprecated=2027-01-01 sunset=2026-01-01"], "must not be before"),
        (
            ["serve.retirements=/v1/match deprecated=2027-01-01 successor=https://a.example/>;x=y"],
            "successor must be an address"
        ),
        (["serve.allowedOrigins=*"], "“*” is no site"),
        (["serve.allowedOrigins=https://a.example,http://b.example"], "“http://b.example” is no site"),
        (["serve.tls.keys=k"], "did you mean “serve.tls.key”?"),
    ]

    @Test("A setting that cannot be is named", arguments: faults)
    func fault(_ settings: [String], _ said: String) throws {
        let folder = NSTemporaryDirectory() + "serve-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = try Run(
            Run.programs + "/suixin",
            ["serve"] + settings.flatMap { ["--set", $0] },
            in: folder
        )
        #expect(run.status != 0 && run.errors.contains(said), "\(run.errors)")
    }

    @Test("What is announced, and which sites may read answers, is as the settings say", .timeLimit(.minutes(20)))
    func announcements() async throws {
        try await blocking {
            let desk = try CommandDesk(enterprises: 5)
            defer { desk.close() }
            #expect(try desk.suixin("init", "--agencies", desk.agencies).status == 0)
            #expect(try desk.suixin("sync").status == 0)
            let settings = [
                "serve.retirements=/v1/match deprecated=2027-01-01 sunset=2027-07-01 successor=/v2/match, /v1/webhooks deprecated=2028-02-03",
                "serve.allowedOrigins=https://console.example.org, http://localhost:3000",
            ]
            let service = try Service(
                Run.programs + "/suixin",
                ["serve", "--port", "0", "--ready-file", "ready"] + settings.flatMap { ["--set", $0] },
                in: desk.folder
            )
            defer { service.end() }
            let address = try desk.wait(for: "ready")
            func heads(_ options: String...) throws -> String {
                try Run("/usr/bin/env", ["curl", "-s", "-i"] + options).output.lowercased()
            }
            let match = try heads("-X", "POST", "-H", "Origin: http://localhost:3000", address + "/v1/match")
            // The day begins at the agencies, eight hours before it does in Greenwich.
            for line in [
                "deprecation: @1798732800", "sunset: wed, 30 jun 2027 16:00:00 gmt",
                "access-control-allow-origin: http://localhost:3000",
                "link: </v2/match>; rel=\"successor-version\"",
            ] {
                #expect(match.contains(line + "\r\n"), "\(line): \(match)")
            }
            let hooks = try heads("-H", "Origin: https://elsewhere.example", address + "/v1/webhooks")
            #expect(hooks.contains("deprecation: @1833120000\r\n") && !hooks.contains("sunset:"), "\(hooks)")
            #expect(!hooks.contains("access-control-"))
            let other = try heads(address + "/v1/sources")
            #expect(!other.contains("deprecation:"))
        }
    }
}
