// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that the fuzzer's flags do not enter the exchange's: `make fuzz` builds and runs it.
let package = Package(
    name: "suixin-fuzz",
    dependencies: [.package(name: "suixin", path: "../..")],
    targets: [
        .executableTarget(
            name: "Fuzz",
            dependencies: [.product(name: "FuzzBodies", package: "suixin")],
            swiftSettings: [.swiftLanguageMode(.v6), .strictMemorySafety(), .treatAllWarnings(as: .error)]
        )
    ]
)
