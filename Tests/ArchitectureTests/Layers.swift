/// The layers of the house, from the bottom up, and what each module may import of others.
enum Layers {
    /// A module of the package.
    struct Module: Sendable {
        let layer: Int
        /// Modules of the same layer that it may import.
        var beside: Set<String> = []
        /// The C module that it alone imports.
        var wraps: String?
        /// Modules of the system and of other packages.
        var foreign: Set<String> = []
    }

    static let system: Set<String> = ["Glibc", "Darwin", "Synchronization", "Dispatch"]
    static let foundation: Set<String> = ["Foundation", "FoundationEssentials"]
    static let server: Set<String> = [
        "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOPosix", "NIOHTTPTypes", "NIOHTTP1",
        "NIOHTTPTypesHTTP1", "NIOHTTP2", "NIOSSL", "NIOTLS", "HummingbirdHTTP2", "CoreMetrics",
        "ServiceLifecycle",
        "Logging",
    ]
    static let cModules: Set<String> = ["CLibXML2", "CCurl", "CZlib", "CIconv", "CMalloc"]

    /// What an adapter may import: it sees no store, no server, no environment and no clock.
    static let adapter: Set<String> = [
        "AdapterKit", "CanonicalJSON", "CreditModel", "FeedTransport", "Normalisation", "XMLFeed",
    ]

    static let modules: [String: Module] = [
        // 0 core: the standard library and each other
        "CreditModel": Module(layer: 0),
        "CanonicalJSON": Module(layer: 0),
        "Normalisation": Module(layer: 0, beside: ["CreditModel"]),
        "NameSearch": Module(layer: 0, beside: ["CreditModel", "Normalisation"]),
        "Resolution": Module(layer: 0, beside: ["CreditModel", "Normalisation"]),
        "ProfileMerge": Module(layer: 0, beside: ["CreditModel", "CanonicalJSON", "Normalisation", "Resolution"]),
        "HashTree": Module(layer: 0, beside: ["CreditModel"]),
        "ProfileChanges": Module(layer: 0, beside: ["CanonicalJSON", "CreditModel", "HashTree"]),
        // 2 wrappers
        "XMLFeed": Module(layer: 2, wraps: "CLibXML2", foreign: system),
        "FeedTransport": Module(layer: 2, wraps: "CCurl", foreign: system),
        "Compression": Module(layer: 2, wraps: "CZlib", foreign: system),
        "PrometheusText": Module(layer: 2, foreign: system.union(["CoreMetrics"])),
        "Signing": Module(layer: 2, foreign: system.union(["Crypto"])),
        // 3 seams
        "AdapterKit": Module(layer: 3, foreign: system.union(foundation).union(["Crypto"])),
        "CreditStore": Module(layer: 3),
        "SQLiteStore": Module(
            layer: 3,
            beside: ["CreditStore"],
            foreign: system.union(foundation).union(["Crypto", "GRDB", "GRDBSQLite"])
        ),
        "ServiceKit": Module(layer: 3, wraps: "CMalloc", foreign: system),
        "Access": Module(layer: 3, foreign: system.union(["Crypto"])),
        "Watches": Module(layer: 3, beside: ["Access"], foreign: system.union(["Crypto"])),
        "SQLiteAccess": Module(
            layer: 3,
            beside: ["Access", "Watches"],
            foreign: system.union(foundation).union(["GRDB"])
        ),
        // 4 services
        "AdapterRegistry": Module(layer: 4),
        "Ingestion": Module(layer: 4, foreign: system.union(foundation).union(["Crypto", "Logging"])),
        "Derivation": Module(layer: 4, foreign: system.union(foundation).union(["Crypto", "Logging"])),
        "Publication": Module(layer: 4, foreign: system.union(foundation).union(["Crypto", "Logging"])),
        "Search": Module(layer: 4, foreign: system),
        "Watching": Module(layer: 4, foreign: system.union(["CoreMetrics"])),
        "ExchangeAPI": Module(layer: 4, foreign: system.union(server).union(["Mustache"])),
        "AgencySimulator": Module(
            layer: 4,
            wraps: "CIconv",
            foreign: system.union(foundation).union(server).union(["Crypto", "GRDB"])
        ),
        // 5 programs
        "suixin": Module(
            layer: 5,
            foreign: system.union(foundation).union([
                "ArgumentParser", "Configuration", "Crypto", "Logging", "ServiceLifecycle", "UnixSignals",
            ])
        ),
        "suixin-agencies": Module(
            layer: 5,
            foreign: system.union(foundation).union([
                "ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals",
            ])
        ),
    ]

    /// What a module may take from the machine by itself, and not through a parameter.
    enum Ambience: Sendable { case clock, randomness, environment, all }

    /// Those that take something, and why; programs take all.
    static let ambience: [String: Set<Ambience>] = [
        // How long an answer takes is measured where it is waited for.
        "FeedTransport": [.clock],
        // Keys, and names of files that are not there yet.
        "Signing": [.randomness],
        // Names of temporary rows, which nobody sees.
        "SQLiteStore": [.randomness],
        // How many threads the machine has, as the default of a parameter.
        "Ingestion": [.environment],
        "Publication": [.environment],
        // It plays the world outside.
        "AgencySimulator": [.all],
    ]

    /// Modules with code that the compiler does not prove: they speak to C or to the operating system.
    static let unsafe: Set<String> = [
        "XMLFeed", "FeedTransport", "Compression", "Signing", "AdapterKit", "SQLiteStore", "ExchangeAPI",
        "AgencySimulator", "suixin", "suixin-agencies",
    ]

    /// An adapter's layer, and that of whatever the table names; nil for a stranger.
    static func layer(of module: String) -> Int? {
        if isAdapter(module) { return 3 }
        return cModules.contains(module) ? 1 : modules[module]?.layer
    }

    static func isAdapter(_ module: String) -> Bool { module.hasSuffix("Adapter") && module != "Adapter" }

    /// Why `importer` may not import `imported`; nil where it may.
    static func objection(to imported: String, in importer: String) -> String? {
        if isAdapter(importer) {
            return adapter.contains(imported)
                ? nil : "an adapter imports nothing but \(adapter.sorted().joined(separator: ", "))"
        }
        guard let module = modules[importer] else { return "\(importer) is not in the table of layers: put it there" }
        if isAdapter(imported) {
            return importer == "AdapterRegistry" ? nil : "adapters are reached through the registry"
        }
        if cModules.contains(imported) {
            return module.wraps == imported ? nil : "a C module is imported by its wrapper alone"
        }
        guard let layer = layer(of: imported) else {
            return module.foreign.contains(imported)
                ? nil : "\(importer) may not use \(imported): see the table of layers"
        }
        if imported == "SQLiteStore", module.layer < 5 { return "a store is reached through CreditStore" }
        if imported == "SQLiteAccess", module.layer < 5 { return "clients and journal are reached through Access" }
        if layer == module.layer {
            return module.beside.contains(imported)
                ? nil : "they are of one layer: what one needs of the other is a protocol below"
        }
        return layer < module.layer ? nil : "imports go down only"
    }
}
