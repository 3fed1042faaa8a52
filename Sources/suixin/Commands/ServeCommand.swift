internal import ArgumentParser
internal import Derivation
internal import UnixSignals
internal import ExchangeAPI
internal import Foundation
internal import Logging
internal import Search
internal import ServiceLifecycle
internal import Signing
internal import Watches

/// Answers platforms over HTTP: `suixin serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer platforms over HTTP: signed profiles, the signed status of the sources, the public keys.",
        discussion: """
            GET /v1/enterprises/{id or code}    POST /v1/enterprises:batchGet    GET /v1/changes    GET /v1/sources
            /v1/watch-lists    /v1/webhooks    /v1/retractions    GET /v1/enterprises?name=    POST /v1/match    POST /oauth2/token    GET /v1/queries/{id}/evidence    GET /.well-known/jwks.json    GET /livez    GET /readyz    GET /openapi.json    GET /docs
            Who asks about enterprises needs a key (`suixin clients add`, then `suixin clients keys add`) and says why he
            asks: Authorization: Bearer sxk_…, Suixin-Purpose: merchant-onboarding.
            ?asOf=DAY tells what was true on that day, ?knownAt=MOMENT what would have been answered then; both may be given.
            `Accept: application/jose` gives the compact form. A sync may run beside it; what it signs is served at once. TLS belongs to a reverse proxy before it.
            """
    )

    @OptionGroup var common: CommonOptions
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
        var settings = try await common.settings()
        if let host { settings.host = host }
        if let port { settings.port = port }
        let installation = try Installation(settings, for: .serving)
        var logger = Logger(label: "suixin.serve")
        logger.logLevel = .notice
        let (host, readyFile) = (settings.host, readyFile)
        let secret = try installation.secret()
        let desk = try FrontDesk(settings, secret: secret, logger: logger)
        let server = ExchangeServer(
            store: installation.store,
            status: installation.publisher,
            keys: { [settings] in try settings.publishedKeys },
            past: try Retrospect(store: installation.store, secret: secret),
            signer: installation.publisher,
            finder: EnterpriseSearch(store: installation.store),
            watching: WatchDesks(
                lists: try installation.watchListDesk(),
                webhooks: try installation.webhookDesk(),
                retractions: try settings.retractionDesk()
            ),
            gate: desk.gate,
            digest: Installation.sha256,
            configuration: ExchangeConfiguration(host: host, port: settings.port),
            clock: { Now.posix },
            logger: logger
        ) { port in
            let address = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
            Terminal.complain("Serving at \(address); stop with Ctrl-C.")
            guard let readyFile else { return }
            do {
                try Data(address.utf8).write(to: URL(filePath: readyFile), options: .atomic)
            } catch {
                Terminal.complain("suixin: cannot write \(readyFile): check that its folder exists and may be written")
            }
        }
        try await ServiceGroup(services: [desk, server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            .run()
    }
}
