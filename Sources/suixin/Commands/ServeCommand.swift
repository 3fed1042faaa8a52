internal import ArgumentParser
internal import Derivation
internal import UnixSignals
internal import ExchangeAPI
internal import Foundation
internal import Logging
internal import PrometheusText
internal import Search
internal import ServiceLifecycle
internal import Signing
internal import Watches
internal import Watching

/// Answers platforms over HTTP: `suixin serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer platforms over HTTP: signed profiles, the signed status of the sources, the public keys.",
        discussion: """
            GET /v1/enterprises/{id or code}    POST /v1/enterprises:batchGet    GET /v1/changes    GET /v1/sources
            GET /v1/snapshots/latest (made by `suixin snapshot`)    GET /v1/snapshots/{id}/{file}    GET /v1/annexes/{digest}
            /v1/watch-lists    /v1/webhooks    /v1/retractions    GET /v1/enterprises?name=    POST /v1/match    POST /oauth2/token    GET /v1/queries/{id}/evidence    GET /.well-known/jwks.json    GET /livez    GET /readyz    GET /freshness    GET /openapi.json    GET /docs
            Who asks about enterprises needs a key (`suixin clients add`, then `suixin clients keys add`) and says why he
            asks: Authorization: Bearer sxk_…, Suixin-Purpose: merchant-onboarding.
            ?asOf=DAY tells what was true on that day, ?knownAt=MOMENT what would have been answered then; both may be given.
            --sandbox serves invented data with everything a platform needs to try (Documentation/sandbox.md).
            `Accept: application/jose` gives the compact form. A sync may run beside it; what it signs is served at once.
            TLS, mutual TLS, HTTP/2, limits of time and metrics are settings under serve.: see Documentation/serving.md.
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var sandboxOptions: SandboxOptions
    @Flag(
        inversion: .prefixedNo,
        help: "Call the webhooks, too, in place of `suixin webhooks run` (or the setting serve.webhooks)."
    )
    var webhooks: Bool?
    @Option(help: "The address to listen on.")
    var host: String?
    @Option(help: "The port to listen on; 0 takes any.")
    var port: Int?
    @Option(name: .customLong("ready-file"), help: "Written with the server's address once it listens.")
    var readyFile: String?

    func validate() throws {
        guard 0...65_535 ~= port ?? 0 else { throw ValidationError("--port must lie between 0 and 65535.") }
    }

    func run() async throws {
        let opened = try await sandboxOptions.open(common, host: host, port: port)
        var settings = if let opened { opened.settings } else { try await common.settings() }
        if let host { settings.host = host }
        if let port { settings.port = port }
        guard settings.isSandbox == (opened != nil) else {
            throw CommandError("These are the settings of a sandbox: `suixin serve --sandbox` opens it.")
        }
        let installation = try Installation(settings, for: .serving)
        var logger = Logger(label: "suixin.serve")
        logger.logLevel = .notice
        let (host, readyFile) = (settings.host, readyFile)
        let secret = try installation.secret()
        let desk = try FrontDesk(settings, secret: secret, logger: logger)
        let finder = EnterpriseSearch(store: installation.store)
        let registry = PrometheusRegistry(help: ExchangeMetrics.help.merging(WebhookMetrics.help) { first, _ in first })
        let metrics = ExchangeMetrics(registry)
        let server = try ExchangeServer(
            store: installation.store,
            status: opened.map { SandboxStatus(publisher: installation.publisher, sandbox: $0.sandbox) }
                ?? installation.publisher,
            keys: { [settings] in try settings.publishedKeys },
            past: try Retrospect(store: installation.store, secret: secret),
            signer: installation.publisher,
            finder: finder,
            watching: WatchDesks(
                lists: try installation.watchListDesk(),
                webhooks: try installation.webhookDesk(),
                retractions: try settings.retractionDesk()
            ),
            snapshots: settings.snapshots.folder,
            gate: desk.gate,
            digest: Installation.sha256,
            configuration: settings.exchange(at: host),
            sandbox: opened?.sandbox,
            clock: { Now.posix },
            logger: logger,
            metrics: metrics
        ) { [isSecure = settings.serve.tls != nil] port in
            let address = "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
            if let opened { Terminal.complain(SandboxPage(opened: opened, address: address).text) }
            Terminal.complain("Serving at \(address); stop with Ctrl-C.")
            // Else the first search would wait for it; where it fails, that search says why.
            Thread.detachNewThread { try? finder.warmUp() }
            guard let readyFile else { return }
            do {
                try Data(address.utf8).write(to: URL(filePath: readyFile), options: .atomic)
            } catch {
                Terminal.complain("suixin: cannot write \(readyFile): check that its folder exists and may be written")
            }
        }
        // They are shut down from the last to the first: what was answered is told and written down by those before.
        var services: [any Service] = [desk]
        var readWebhooks: @Sendable () throws -> Void = {}
        if webhooks ?? settings.runsWebhooks ?? (opened != nil) {
            let (metrics, store) = (WebhookMetrics(registry), try settings.watchStore())
            services.append(WebhookService(dispatcher: try installation.dispatcher(Self.tell, metrics: metrics)))
            readWebhooks = { try metrics.read(store, at: Now.milliseconds) }
        }
        if let address = settings.serve.metrics {
            let gauges = ExchangeGauges(
                store: installation.store,
                journal: desk.journal,
                factory: registry,
                clock: { Now.milliseconds }
            )
            services.append(
                MetricsServer(host: address.host, port: address.port, logger: logger) { [readWebhooks] in
                    try gauges.read()
                    try readWebhooks()
                    return registry.text
                }
            )
        }
        services.append(server)
        if let opened, let pace = sandboxOptions.pace {
            services.append(SandboxPace(sandbox: opened.sandbox, seconds: pace, logger: logger))
        }
        try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
        await opened?.sandbox.close()
    }

    @Sendable private static func tell(_ text: String) { Terminal.complain("suixin: \(text)") }
}
