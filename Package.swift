// swift-tools-version: 6.3
import PackageDescription

/// One name per agency: `Adapters/NAME` holds its adapter, `Adapters/Registry` lists it.
let agencies = ["HongDun", "StateTax", "LocalTax", "Quality"]

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
/// HTTP/2, which brings TLS (swift-nio-ssl) with it.
let http2: Target.Dependency = .product(name: "HummingbirdHTTP2", package: "hummingbird")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
/// SQLite's own functions, as GRDB sees them.
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "suixin",
    products: [
        .executable(name: "suixin", targets: ["suixin"]),
        .executable(name: "suixin-agencies", targets: ["suixin-agencies"]),
        // For the nested packages in Tests/ and Samples/: they build these and nothing above them.
        .library(
            name: "CreditCore",
            targets: ["CreditModel", "CanonicalJSON", "Normalisation", "Resolution", "ProfileMerge"]
        ),
        .library(
            name: "SourceKit",
            targets: ["XMLFeed", "FeedTransport", "Compression", "AdapterKit", "AdapterRegistry"]
        ),
        .library(name: "DocumentSigning", targets: ["Signing"]),
        // Loaded by LD_PRELOAD into the programs that a test kills.
        .library(name: "SystemFaults", type: .dynamic, targets: ["SystemFaults"]),
        .library(name: "FuzzBodies", targets: ["FuzzBodies"]),
        .library(name: "PerformanceBodies", targets: ["PerformanceBodies"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // 1 C: one module map and shim each, imported by exactly one Swift module
        .systemLibrary(
            name: "CLibXML2",
            path: "Sources/C/CLibXML2",
            pkgConfig: "libxml-2.0",
            providers: [.apt(["libxml2-dev"])]
        ),
        .systemLibrary(
            name: "CCurl",
            path: "Sources/C/CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .systemLibrary(name: "CZlib", path: "Sources/C/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CIconv", path: "Sources/C/CIconv"),
        .systemLibrary(name: "CMalloc", path: "Sources/C/CMalloc"),

        // 0 core: the standard library and each other
        .target(name: "CreditModel"),
        .target(name: "CanonicalJSON"),
        .target(name: "Normalisation", dependencies: ["CreditModel"]),
        .target(name: "NameSearch", dependencies: ["CreditModel", "Normalisation"]),
        .target(name: "Resolution", dependencies: ["CreditModel", "Normalisation"]),
        .target(name: "ProfileMerge", dependencies: ["CreditModel", "CanonicalJSON", "Normalisation"]),
        .target(name: "HashTree", dependencies: ["CreditModel"]),
        .target(name: "ProfileChanges", dependencies: ["CanonicalJSON", "CreditModel", "HashTree"]),

        // 2 wrappers: one library each
        .target(name: "XMLFeed", dependencies: ["CLibXML2"]),
        .target(name: "FeedTransport", dependencies: ["CCurl"]),
        .target(name: "Compression", dependencies: ["CZlib"]),
        .target(name: "Signing", dependencies: ["CanonicalJSON", "CreditModel", "HashTree", crypto]),
        .target(name: "PrometheusText", dependencies: [metrics]),

        // 3 seams
        .target(
            name: "AdapterKit",
            dependencies: [
                "CanonicalJSON", "Compression", "CreditModel", "FeedTransport", "Normalisation", "XMLFeed", crypto,
            ]
        ),
        .target(name: "CreditStore", dependencies: ["CreditModel", "HashTree", "ProfileChanges"]),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "CanonicalJSON", "Compression", "CreditModel", "CreditStore", "HashTree", "NameSearch", "Signing",
                crypto,
                grdb, sqlite,
            ]
        ),
        .target(name: "ServiceKit", dependencies: ["CMalloc", "CanonicalJSON", "CreditModel", "NameSearch"]),
        .target(name: "Access", dependencies: ["CanonicalJSON", "CreditModel", "Signing", crypto]),
        .target(
            name: "Watches",
            dependencies: [
                "Access", "CanonicalJSON", "CreditModel", "FeedTransport", "ProfileChanges", "Signing", crypto,
            ]
        ),
        .target(
            name: "SQLiteAccess",
            dependencies: ["Access", "CanonicalJSON", "Compression", "CreditModel", "Signing", "Watches", grdb]
        ),

        // 4 services
        .target(
            name: "AdapterRegistry",
            dependencies: ["AdapterKit", "CreditModel"] + agencies.map { .target(name: "\($0)Adapter") },
            path: "Adapters/Registry"
        ),
        .target(
            name: "Ingestion",
            dependencies: ["AdapterKit", "CreditModel", "CreditStore", "ServiceKit", crypto, logging]
        ),
        .target(
            name: "Derivation",
            dependencies: [
                "CanonicalJSON", "CreditModel", "CreditStore", "Normalisation", "ProfileMerge", "Resolution",
                "ServiceKit", crypto, logging,
            ]
        ),
        .target(
            name: "Publication",
            dependencies: [
                "CanonicalJSON", "Compression", "CreditModel", "CreditStore", "HashTree", "ServiceKit", "Signing",
                crypto, logging,
            ]
        ),
        .target(
            name: "Watching",
            dependencies: [
                "Access", "CreditModel", "CreditStore", "FeedTransport", "HashTree", "ProfileChanges", "Signing",
                "Watches", metrics,
            ]
        ),
        .target(
            name: "ExchangeAPI",
            dependencies: [
                "Access", "CanonicalJSON", "Compression", "CreditModel", "CreditStore", "HashTree", "NameSearch",
                "ProfileChanges", "ServiceKit", "Signing", "Watches", http2, hummingbird, lifecycle, logging,
                metrics, mustache,
            ],
            resources: [
                .embedInCode("Description/schemas.json"), .embedInCode("Description/profile.schema.json"),
                .embedInCode("Description/docs.mustache"), .embedInCode("Description/docs.css"),
            ]
        ),
        .target(name: "Search", dependencies: ["CreditModel", "CreditStore", "NameSearch", "ServiceKit"]),
        .target(
            name: "AgencySimulator",
            dependencies: [
                "CanonicalJSON", "CIconv", "CreditModel", "ServiceKit", crypto, grdb, hummingbird, lifecycle, logging,
            ]
        ),

        // 5 programs: wiring
        .executableTarget(
            name: "suixin",
            dependencies: [
                "Access", "AdapterKit", "AdapterRegistry", "AgencySimulator", "CanonicalJSON", "CreditModel",
                "CreditStore", "Derivation", "ExchangeAPI", "FeedTransport", "Ingestion", "NameSearch", "Normalisation",
                "ProfileMerge",
                "Publication",
                "PrometheusText", "Resolution", "SQLiteAccess", "SQLiteStore", "Search", "ServiceKit", "Signing",
                "Watches",
                "Watching",
                arguments, configuration, crypto, lifecycle, logging, signals,
            ]
        ),
        .executableTarget(
            name: "suixin-agencies",
            dependencies: ["AgencySimulator", "CreditModel", arguments, lifecycle, logging, signals]
        ),

        // Tests mirror Sources
        .testTarget(name: "CreditModelTests", dependencies: ["CreditModel"]),
        .testTarget(name: "CanonicalJSONTests", dependencies: ["CanonicalJSON"]),
        .testTarget(name: "NormalisationTests", dependencies: ["CreditModel", "Normalisation"]),
        .testTarget(name: "NameSearchTests", dependencies: ["CreditModel", "NameSearch", "Normalisation"]),
        .testTarget(
            name: "SearchTests",
            dependencies: [
                "CreditModel", "CreditStore", "NameSearch", "SQLiteStore", "Search", "ServiceKit", grdb,
            ]
        ),
        .testTarget(name: "ResolutionTests", dependencies: ["CreditModel", "Normalisation", "Resolution"]),
        .testTarget(
            name: "ProfileMergeTests",
            dependencies: ["CanonicalJSON", "CreditModel", "Normalisation", "ProfileMerge", "Resolution", crypto]
        ),
        .testTarget(name: "XMLFeedTests", dependencies: ["XMLFeed"]),
        .testTarget(name: "FeedTransportTests", dependencies: ["FeedTransport", hummingbird]),
        .testTarget(name: "HashTreeTests", dependencies: ["HashTree", crypto]),
        .testTarget(name: "ProfileChangesTests", dependencies: ["CreditModel", "HashTree", "ProfileChanges", crypto]),
        .target(name: "PrometheusFormat", path: "Tests/Support/PrometheusFormat"),
        .testTarget(name: "PrometheusTextTests", dependencies: ["PrometheusFormat", "PrometheusText", metrics]),
        .testTarget(name: "CompressionTests", dependencies: ["Compression"]),
        .testTarget(name: "SigningTests", dependencies: ["CanonicalJSON", "Signing", crypto]),
        .testTarget(
            name: "AdapterKitTests",
            dependencies: ["AdapterKit", "CreditModel", "FeedTransport", "XMLFeed", hummingbird]
        ),
        .target(
            name: "AdapterContract",
            dependencies: ["AdapterKit", "Compression", "CreditModel", "XMLFeed", crypto, hummingbird],
            path: "Tests/Support/AdapterContract"
        ),
        .testTarget(
            name: "AdapterTests",
            dependencies: [
                "AdapterContract", "AdapterKit", "AdapterRegistry", "AgencySimulator", "Compression", "CreditModel",
                "XMLFeed", crypto,
                hummingbird,
            ]
                + agencies.map { .target(name: "\($0)Adapter") }
        ),
        .testTarget(
            name: "AgencySimulatorTests",
            dependencies: ["AgencySimulator", "CanonicalJSON", "CreditModel", "ServiceKit", crypto, hummingbird]
        ),
        .testTarget(name: "StoreTests", dependencies: ["CreditModel", "CreditStore", "SQLiteStore", grdb]),
        .testTarget(
            name: "AccessTests",
            dependencies: ["Access", "CanonicalJSON", "CreditModel", "ProfileMerge", "SQLiteAccess", "Signing", crypto]
        ),
        .testTarget(
            name: "SQLiteAccessTests",
            dependencies: ["Access", "CreditModel", "SQLiteAccess", "Signing", grdb]
        ),
        .testTarget(
            name: "WatchesTests",
            dependencies: ["Access", "CanonicalJSON", "CreditModel", "ProfileChanges", "Watches"]
        ),
        .testTarget(
            name: "WatchingTests",
            dependencies: [
                "Access", "CanonicalJSON", "CreditModel", "CreditStore", "FeedTransport", "ProfileChanges",
                "PrometheusFormat", "PrometheusText", "Publication", "SampleClients",
                "SQLiteAccess", "SQLiteStore", "Signing", "Watches", "Watching", crypto, grdb, hummingbird,
            ]
        ),
        .testTarget(
            name: "IngestionTests",
            dependencies: ["AdapterKit", "CreditModel", "CreditStore", "Ingestion", "SQLiteStore", crypto]
        ),
        .testTarget(
            name: "DerivationTests",
            dependencies: [
                "CanonicalJSON", "CreditModel", "CreditStore", "Derivation", "Normalisation", "ProfileMerge",
                "Resolution", "SQLiteStore", "Search", "ServiceKit", crypto,
            ]
        ),
        .testTarget(
            name: "PublicationTests",
            dependencies: [
                "Access", "CanonicalJSON", "Compression", "CreditModel", "CreditStore", "Derivation", "ExchangeAPI",
                "HashTree", "ProfileChanges", "PrometheusFormat", "PrometheusText", "Publication", "SampleClients",
                "SQLiteAccess",
                "SQLiteStore", "Search",
                "ServiceKit", "Signing", "FeedTransport", "Watches", "Watching", crypto, grdb, hummingbird, lifecycle,
                logging,
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Access", "AdapterKit", "AdapterRegistry", "AgencySimulator", "CanonicalJSON", "CreditModel",
                "CreditStore", "Derivation", "ExchangeAPI", "Ingestion", "Publication", "SQLiteAccess", "SQLiteStore",
                "Signing", crypto, grdb, hummingbird, logging,
            ],
            exclude: ["Fixtures"]
        ),
        .target(name: "SystemFaults", path: "Tests/Support/SystemFaults"),
        .target(name: "SampleClients", path: "Tests/Support/SampleClients"),
        .testTarget(name: "ArchitectureTests"),

        // What Tests/Fuzz and the replay of its cases share
        .target(
            name: "FuzzBodies",
            dependencies: [
                "AdapterKit", "AdapterRegistry", "CanonicalJSON", "Compression", "CreditModel", "FeedTransport",
                "Normalisation", "Signing", "XMLFeed", crypto,
            ],
            path: "Tests/Support/FuzzBodies"
        ),
        .testTarget(name: "FuzzReplayTests", dependencies: ["CreditModel", "FuzzBodies"]),
        // What Tests/Performance measures
        .target(
            name: "PerformanceBodies",
            dependencies: [
                "Access", "AdapterKit", "AdapterRegistry", "CreditModel", "CreditStore", "Derivation", "FeedTransport",
                "Ingestion", "Publication", "SQLiteAccess", "SQLiteStore", "ServiceKit", "Signing", crypto, logging,
            ],
            path: "Tests/Support/PerformanceBodies"
        ),
    ]
        + agencies.map {
            .target(
                name: "\($0)Adapter",
                dependencies: [
                    "AdapterKit", "CanonicalJSON", "CreditModel", "FeedTransport", "Normalisation", "XMLFeed",
                ],
                path: "Adapters/\($0)",
                exclude: ["README.md"],
                resources: [.embedInCode("schema.xml")]
            )
        }
)

// What every Swift target obeys.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("ImmutableWeakCaptures"),
        .enableUpcomingFeature("InferIsolatedConformances"), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}

// Each sanitizer is a build of its own: SUIXIN_TESTS names the suites that it needs (see Scripts/sanitize).
if let wanted = Context.environment["SUIXIN_TESTS"] {
    var kept: Set<String> = []
    var rest = wanted.split(separator: ",").map(String.init)
    while let name = rest.popLast() {
        guard let target = package.targets.first(where: { $0.name == name }), kept.insert(name).inserted else {
            continue
        }
        for case .byNameItem(let dependency, _) in target.dependencies { rest.append(dependency) }
        for case .targetItem(let dependency, _) in target.dependencies { rest.append(dependency) }
    }
    package.targets.removeAll { !kept.contains($0.name) }
    package.products = []
}
