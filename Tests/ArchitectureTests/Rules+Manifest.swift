import Foundation

/// Rules about how the house is put together: manifest, table of layers, folders, registry.
extension Rules {
    /// The house's own modules that each target names as its dependencies.
    static func dependencies(_ manifest: String) -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        let target = /\.(?:target|executableTarget)\(\s*name: "([^"]+)"(?:,\s*dependencies: \[([^\]]*)\])?/
        for match in manifest.matches(of: target) {
            let names = (match.output.2 ?? "").matches(of: /"([A-Za-z0-9_-]+)"/).map { String($0.output.1) }
            let name = String(match.output.1)
            found[name == "\\($0)Adapter" ? "Adapter" : name, default: []].formUnion(names)
        }
        return found
    }

    /// No target names a dependency that lies above it or beside it.
    static func manifestArrows(_ manifest: String) -> [String] {
        dependencies(manifest).sorted { $0.key < $1.key }.flatMap { target, names -> [String] in
            let importer = target == "Adapter" ? "AnyAdapter" : target
            guard Layers.modules[importer] != nil || Layers.isAdapter(importer) else { return [] }
            return names.sorted().compactMap { name in
                Layers.objection(to: name, in: importer).map { "Package.swift: \(target) depends on \(name): \($0)" }
            }
        }
    }

    /// What a file imports of the house, its target names: else it builds only as long as somebody else does.
    static func undeclared(_ files: [SourceFile], manifest: String) -> [String] {
        let named = dependencies(manifest)
        return files.flatMap { file -> [String] in
            // The registry names the adapters by a loop.
            let own = named[Layers.isAdapter(file.module) ? "Adapter" : file.module] ?? []
            return file.imports.compactMap { found in
                guard Layers.layer(of: found.module) != nil, !Layers.isAdapter(found.module),
                    !own.contains(found.module)
                else { return nil }
                return
                    "\(file.path):\(found.line) imports \(found.module), which Package.swift does not name for \(file.module)"
            }
        }
    }

    /// All targets obey the same settings, and none has a way around them.
    static func settings(_ manifest: String) -> [String] {
        let wanted = [
            "for target in package.targets where target.type != .system", ".swiftLanguageMode(.v6)",
            ".strictMemorySafety()", ".treatAllWarnings(as: .error)", "\"ExistentialAny\"",
            "\"InternalImportsByDefault\"", "\"MemberImportVisibility\"",
        ]
        let refused = ["unsafeFlags", "swiftLanguageMode(.v5)", "treatAllWarnings(as: .warning)", "disableWarning"]
        return wanted.filter { !manifest.contains($0) }.map { "Package.swift lacks \($0)" }
            + refused.filter(manifest.contains).map { "Package.swift has \($0)" }
    }

    /// Table and folders agree, and each C module has its one wrapper.
    static func table(folders: Set<String>, modules: [String: Layers.Module] = Layers.modules) -> [String] {
        let known = Set(modules.keys).subtracting(["AdapterRegistry"])
        var complaints = folders.subtracting(known).subtracting(["C"]).sorted().map {
            "Sources/\($0) is not in the table of layers: put it there"
        }
        complaints += known.subtracting(folders).sorted().map { "The table of layers names \($0), which is not there" }
        for module in Layers.cModules.sorted() {
            let wrappers = modules.filter { $0.value.wraps == module }.keys.sorted()
            if wrappers.count != 1 {
                complaints.append(
                    "\(module) is imported by \(wrappers.isEmpty ? "nobody" : wrappers.joined(separator: ", "))"
                )
            }
        }
        return complaints
    }

    /// An adapter is a folder with its dialect, its schema and a README, and a line in the registry.
    static func incompleteAdapters(_ paths: [String], registry: String) -> [String] {
        let folders = Set(
            paths.compactMap { path -> String? in
                let parts = path.split(separator: "/")
                return parts.count > 2 && parts[1] != "Registry" ? String(parts[1]) : nil
            }
        )
        return folders.sorted().flatMap { folder in
            ["README.md", "schema.xml"].filter { !paths.contains("Adapters/\(folder)/\($0)") }.map {
                "Adapters/\(folder) has no \($0)"
            }
                + ["import \(folder)Adapter", "\(folder)Adapter.self"].filter { !registry.contains($0) }.map {
                    "AdapterRegistry lacks \($0)"
                }
        }
    }
}
