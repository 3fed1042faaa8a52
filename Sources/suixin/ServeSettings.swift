internal import ExchangeAPI

/// What the configuration says about how the API is carried: TLS, HTTP/2, limits of time, metrics.
struct ServeSettings: Sendable {
    /// nil where TLS ends in a proxy.
    var tls: TLSFiles?
    var offersHTTP2 = false
    var compresses = true
    var patience = Patience()
    var maximumConnections = 1024
    var connectionsPerAddress = 0
    /// What should no longer be used.
    var retirements: [Retirement] = []
    /// Sites whose pages may read answers.
    var allowedOrigins: Set<WebOrigin> = []
    /// Where metrics are given; nil for nowhere.
    var metrics: (host: String, port: Int)?

    static let keys = [
        SettingKey("serve.tls.certificateChain"), SettingKey("serve.tls.key"),
        SettingKey("serve.tls.clientAuthorities"),
        SettingKey("serve.tls.clientCertificates"), SettingKey("serve.http2", .flag),
        SettingKey("serve.compression", .flag), SettingKey("serve.headSeconds", .whole),
        SettingKey("serve.bodySeconds", .whole), SettingKey("serve.idleSeconds", .whole),
        SettingKey("serve.shutdownSeconds", .whole), SettingKey("serve.connections", .whole),
        SettingKey("serve.connectionsPerAddress", .whole), SettingKey("serve.metrics.host"),
        SettingKey("serve.metrics.port", .whole), SettingKey("serve.retirements"),
        SettingKey("serve.allowedOrigins"),
    ]

    init(_ reader: SettingsReader, _ path: (String, String) -> String) throws(CommandError) {
        tls = try Self.tls(reader, path)
        offersHTTP2 = try reader.flag("serve.http2") ?? false
        if offersHTTP2, tls == nil {
            throw CommandError(
                "serve.http2 needs TLS: set serve.tls.certificateChain and serve.tls.key, or leave HTTP/2 to the proxy."
            )
        }
        compresses = try reader.flag("serve.compression") ?? true
        patience.head = try Self.seconds("serve.headSeconds", reader) ?? patience.head
        patience.body = try Self.seconds("serve.bodySeconds", reader) ?? patience.body
        patience.idle = try Self.seconds("serve.idleSeconds", reader) ?? patience.idle
        patience.stalled = patience.idle
        if let limit = try reader.whole("serve.shutdownSeconds") {
            guard limit <= 3600 else { throw CommandError("serve.shutdownSeconds must be at most 3600.") }
            patience.shutdown = .seconds(limit)
        }
        maximumConnections = try reader.whole("serve.connections") ?? maximumConnections
        guard maximumConnections > 0 else { throw CommandError("serve.connections must be at least 1.") }
        connectionsPerAddress = try reader.whole("serve.connectionsPerAddress") ?? 0
        retirements = try Self.retirements(reader.text("serve.retirements") ?? "")
        allowedOrigins = try Self.origins(reader.text("serve.allowedOrigins") ?? "")
        if let port = try reader.whole("serve.metrics.port") {
            guard port <= 65_535 else { throw CommandError("serve.metrics.port must lie between 0 and 65535.") }
            metrics = (reader.text("serve.metrics.host") ?? "127.0.0.1", port)
        } else if reader.text("serve.metrics.host") != nil {
            throw CommandError("serve.metrics.host is set without serve.metrics.port: set both, or neither.")
        }
    }

    private static func seconds(_ key: String, _ reader: SettingsReader) throws(CommandError) -> Duration? {
        guard let seconds = try reader.whole(key) else { return nil }
        guard 1...3600 ~= seconds else { throw CommandError("\(key) must lie between 1 and 3600.") }
        return .seconds(seconds)
    }

    private static func tls(
        _ reader: SettingsReader,
        _ path: (String, String) -> String
    ) throws(CommandError) -> TLSFiles? {
        func given(_ key: String) -> String? { reader.text(key).map { _ in path(key, "") } }
        let (authorities, wish) = (given("serve.tls.clientAuthorities"), reader.text("serve.tls.clientCertificates"))
        switch (given("serve.tls.certificateChain"), given("serve.tls.key")) {
        case (nil, nil):
            guard authorities == nil, wish == nil else {
                throw CommandError(
                    "Clients show certificates only over TLS: set serve.tls.certificateChain and serve.tls.key, too."
                )
            }
            return nil
        case (let chain?, let key?):
            var files = TLSFiles(chain: chain, key: key)
            files.clientAuthorities = authorities
            guard authorities != nil || wish == nil else {
                throw CommandError(
                    "serve.tls.clientCertificates needs serve.tls.clientAuthorities: who vouches for them."
                )
            }
            switch wish {
            case nil, "required"?: files.clientCertificates = authorities == nil ? .none : .required
            case "optional"?: files.clientCertificates = .optional
            default: throw CommandError("serve.tls.clientCertificates must be required or optional.")
            }
            return files
        default:
            throw CommandError("TLS needs both serve.tls.certificateChain and serve.tls.key: set both, or neither.")
        }
    }
}

extension Settings {
    /// How the running exchange listens, and what is said of callers.
    func exchange(at host: String) -> ExchangeConfiguration {
        var configuration = ExchangeConfiguration(host: host, port: port)
        configuration.callsLast = Int64(access.callHours) * 3600
        configuration.proxies = access.proxies
        configuration.lateAfter = lateAfter
        configuration.tls = serve.tls
        configuration.offersHTTP2 = serve.offersHTTP2
        configuration.compresses = serve.compresses
        configuration.patience = serve.patience
        configuration.maximumConnections = serve.maximumConnections
        configuration.maximumConnectionsPerAddress = serve.connectionsPerAddress
        configuration.retirements = serve.retirements
        configuration.allowedOrigins = serve.allowedOrigins
        return configuration
    }
}
