import Testing

@Suite("The house keeps its shape")
struct ArchitectureTests {
    private func none(_ complaints: [String]) {
        #expect(complaints.isEmpty, "\n\(complaints.joined(separator: "\n"))")
    }

    @Test("Imports go down only, and C modules have one importer each")
    func layering() {
        let files = Package.sources
        #expect(files.count > 200, "the package was not found at \(Package.root)")
        none(Rules.layering(files))
    }

    @Test("Nothing stops the process on bad input")
    func traps() { none(Rules.traps(Package.sources)) }

    @Test("Files hold at most 400 lines")
    func length() { none(Rules.length(Package.sources + Package.tests)) }

    @Test("Public types and functions have doc comments")
    func documentation() { none(Rules.documentation(Package.sources)) }

    @Test("Every @unchecked Sendable names its guard")
    func uncheckedSendable() {
        none(Rules.uncheckedSendable(Package.sources + Package.tests))
    }

    @Test("No file names a workplace")
    func workplaces() throws {
        let folders = [
            "Sources", "Adapters", "Tests", "Scripts", "Samples", "Documentation", "README.md", "Makefile",
            "Package.swift",
            ".ci", ".gitignore",
        ]
        let endings = [
            "swift", "py", "sh", "md", "json", "xml", "h", "c", "modulemap", "Makefile", "set-up", "demo", "bench",
            "crash", "serve", "fuzz", "sanitize", "run",
        ]
        let files = Package.files(in: folders).filter { path in
            endings.contains { path.hasSuffix("." + $0) || path.hasSuffix("/" + $0) || path == $0 }
        }
        none(Rules.workplaces(try files.map { ($0, try Package.text($0)) }))
    }

    @Test("Every adapter's folder is in the manifest")
    func forgottenAdapters() throws {
        none(Rules.forgottenAdapters(Package.files(in: ["Adapters"]), manifest: try Package.text("Package.swift")))
    }

    @Test("An adapter has its schema, its README and its line in the registry")
    func incompleteAdapters() throws {
        let registry = try Package.text("Adapters/Registry/AdapterRegistry.swift")
        none(Rules.incompleteAdapters(Package.files(in: ["Adapters"]), registry: registry))
    }

    @Test("Time, randomness and environment come in through parameters")
    func ambience() { none(Rules.ambience(Package.sources)) }

    @Test("Unsafe code stays with those who speak to C")
    func unsafety() { none(Rules.unsafety(Package.sources)) }

    @Test("No pointer and no C type leaves its module")
    func pointers() {
        let files = Package.sources
        none(Rules.pointers(files) + Rules.exposedC(files))
    }

    @Test("The manifest's arrows point down, and name what is imported")
    func manifest() throws {
        let manifest = try Package.text("Package.swift")
        #expect(Rules.dependencies(manifest).count > 20, "the manifest is written in another way")
        none(Rules.manifestArrows(manifest))
        none(Rules.undeclared(Package.sources, manifest: manifest))
        none(Rules.settings(manifest))
    }

    @Test("The table of layers is the house's")
    func table() {
        let folders = Package.files(in: ["Sources"]).compactMap { path -> String? in
            let parts = path.split(separator: "/")
            return parts.count > 2 ? String(parts[1]) : nil
        }
        none(Rules.table(folders: Set(folders)))
    }
}
