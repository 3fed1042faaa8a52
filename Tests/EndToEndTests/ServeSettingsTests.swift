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
}
