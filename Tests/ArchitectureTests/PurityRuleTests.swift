import Testing

@Suite("The rules about what a module may know find what breaks them")
struct PurityRuleTests {
    private func file(_ text: String, at path: String) -> [SourceFile] { [SourceFile(path: path, text: text)] }

    @Test(
        "A clock, a die, an environment of one's own",
        arguments: [
            ("Sources/ProfileMerge/A.swift", "let t = ContinuousClock.now"),
            ("Adapters/HongDun/A.swift", "let d = Date()"),
            ("Sources/Resolution/A.swift", "let a = list.shuffled()"),
            ("Sources/AdapterKit/A.swift", "UUID().uuidString"),
            ("Sources/Normalisation/A.swift", "let n = Int.random(in: 0..<9)"),
            ("Sources/Derivation/A.swift", "x.randomElement()"),
            ("Adapters/LocalTax/A.swift", "CommandLine.arguments"), ("Sources/CreditModel/A.swift", "getenv(name)"),
            ("Sources/FeedTransport/A.swift", "let n = ProcessInfo.processInfo"),
            ("Sources/Publication/A.swift", "Date.now"),
        ]
    )
    func ambience(_ path: String, _ line: String) {
        #expect(Rules.ambience(file("\n\(line)", at: path)).first?.hasPrefix("\(path):2 has ") == true)
    }

    @Test(
        "What comes in through a parameter",
        arguments: [
            ("Sources/ProfileMerge/A.swift", "let n = Int.random(in: 0..<9, using: &generator)"),
            ("Adapters/HongDun/A.swift", "let day = CreditDate()"), ("Sources/Resolution/A.swift", "// Date()"),
            ("Sources/FeedTransport/A.swift", "let t = ContinuousClock.now"), ("Sources/suixin/A.swift", "Date()"),
        ]
    )
    func parameters(_ path: String, _ line: String) { #expect(Rules.ambience(file(line, at: path)).isEmpty) }

    @Test("Unsafe code in the wrong place")
    func unsafety() {
        let text = "let a = unsafe b[0]"
        for path in ["Sources/Normalisation/A.swift", "Adapters/Quality/A.swift", "Sources/Ingestion/A.swift"] {
            #expect(Rules.unsafety(file(text, at: path)).count == 1)
        }
        #expect(Rules.unsafety(file(text, at: "Sources/XMLFeed/A.swift")).isEmpty)
        #expect(Rules.unsafety(file("let unsafeName = 1", at: "Sources/Ingestion/A.swift")).isEmpty)
    }

    @Test("Pointers in what others see")
    func pointers() {
        let wrapper = "Sources/XMLFeed/A.swift"
        #expect(Rules.pointers(file("public func f(_ a: UnsafeRawBufferPointer)", at: wrapper)).count == 1)
        #expect(Rules.pointers(file("public init(\n    a: Int,\n    b: OpaquePointer?\n) {", at: wrapper)).count == 1)
        #expect(
            Rules.pointers(file("package var a: UnsafeMutablePointer<Int>", at: "Sources/AdapterKit/A.swift")).count
                == 1
        )
        #expect(Rules.pointers(file("package func f(_ a: UnsafeRawBufferPointer)", at: wrapper)).isEmpty)
        #expect(Rules.pointers(file("func f(_ a: UnsafeRawBufferPointer)", at: "Sources/AdapterKit/A.swift")).isEmpty)
        #expect(Rules.pointers(file("public func f() {\n    let a: OpaquePointer? = nil\n}", at: wrapper)).isEmpty)
    }

    @Test("C modules that are handed on")
    func exposedC() {
        #expect(Rules.exposedC(file("public import CZlib", at: "Sources/Compression/A.swift")).count == 1)
        #expect(Rules.exposedC(file("package import CCurl", at: "Sources/FeedTransport/A.swift")).count == 1)
        #expect(Rules.exposedC(file("@_exported import CreditModel", at: "Sources/AdapterKit/A.swift")).count == 1)
        #expect(
            Rules.exposedC(file("import CZlib\npublic import CreditModel", at: "Sources/Compression/A.swift")).isEmpty
        )
    }
}

@Suite("The rules about how the house is put together find what breaks them")
struct ManifestRuleTests {
    private static let manifest = """
        .target(name: "CreditModel"),
        .target(name: "Signing", dependencies: ["CanonicalJSON", crypto]),
        .target(
            name: "AdapterKit",
            dependencies: [
                "CreditModel", "XMLFeed", crypto,
            ]
        ),
        .target(name: "\\($0)Adapter", dependencies: ["AdapterKit"], path: "Adapters/\\($0)")
        """

    @Test("What the manifest names")
    func dependencies() {
        let found = Rules.dependencies(Self.manifest)
        #expect(found["CreditModel"] == [])
        #expect(found["Signing"] == ["CanonicalJSON"])
        #expect(found["AdapterKit"] == ["CreditModel", "XMLFeed"])
        #expect(found["Adapter"] == ["AdapterKit"])
        #expect(Rules.manifestArrows(Self.manifest).isEmpty)
    }

    @Test(
        "Arrows of the manifest that point up",
        arguments: [
            ("CreditModel", "Normalisation"), ("Signing", "CreditStore"), ("Publication", "Derivation"),
            ("XMLFeed", "CCurl"), ("Ingestion", "SQLiteStore"), ("\\($0)Adapter", "CreditStore"),
        ]
    )
    func arrows(_ target: String, _ dependency: String) {
        let manifest = ".target(\n    name: \"\(target)\",\n    dependencies: [\"\(dependency)\", crypto]\n)"
        #expect(Rules.manifestArrows(manifest).count == 1)
    }

    @Test("Imports that the manifest does not name")
    func undeclared() {
        func complaints(_ path: String, _ line: String) -> [String] {
            Rules.undeclared([SourceFile(path: path, text: line)], manifest: Self.manifest)
        }
        #expect(complaints("Sources/AdapterKit/A.swift", "import Normalisation").count == 1)
        #expect(complaints("Adapters/HongDun/A.swift", "import CreditModel").count == 1)
        #expect(complaints("Sources/AdapterKit/A.swift", "import XMLFeed\nimport Crypto").isEmpty)
        #expect(complaints("Adapters/HongDun/A.swift", "public import AdapterKit").isEmpty)
    }

    @Test("Settings that are missing or circumvented")
    func settings() throws {
        let manifest = try Package.text("Package.swift")
        #expect(Rules.settings(manifest.replacing(".strictMemorySafety(), ", with: "")).count == 1)
        #expect(Rules.settings(manifest.replacing(".treatAllWarnings(as: .error)", with: "")).count == 1)
        #expect(Rules.settings(manifest + "// .unsafeFlags").count == 1)
    }

    @Test("A table of layers that is not the house's")
    func table() {
        var folders = Set(Layers.modules.keys).subtracting(["AdapterRegistry"]).union(["C"])
        #expect(Rules.table(folders: folders).isEmpty)
        #expect(Rules.table(folders: folders.union(["Attic"])).count == 1)
        folders.remove("Ingestion")
        #expect(Rules.table(folders: folders).count == 1)
        var modules = Layers.modules
        modules["AdapterKit"]?.wraps = "CZlib"
        #expect(Rules.table(folders: Set(modules.keys).subtracting(["AdapterRegistry"]), modules: modules).count == 1)
    }

    @Test("Adapters that lack something")
    func incompleteAdapters() {
        let paths = ["Adapters/Mines/A.swift", "Adapters/Mines/README.md", "Adapters/Mines/schema.xml"]
        let registry = "import MinesAdapter\n    MinesAdapter.self,"
        #expect(Rules.incompleteAdapters(paths, registry: registry).isEmpty)
        #expect(Rules.incompleteAdapters(Array(paths.dropLast()), registry: registry).count == 1)
        #expect(Rules.incompleteAdapters(paths, registry: "import MinesAdapter").count == 1)
        #expect(Rules.incompleteAdapters(paths, registry: "MinesAdapter.self").count == 1)
    }
}
