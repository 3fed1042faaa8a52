// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that no benchmark is built with the exchange: `make bench` builds and runs it.
let package = Package(
    name: "suixin-performance",
    dependencies: [.package(name: "suixin", path: "../..")],
    targets: [
        .executableTarget(
            name: "Performance",
            dependencies: [
                .product(name: "CreditCore", package: "suixin"),
                .product(name: "PerformanceBodies", package: "suixin"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error)]
        )
    ]
)
